"""Names of failures in logs and in lists of parked items."""

from __future__ import annotations

from shared.errors import AppError


def reason_of(error: Exception) -> str:
    """Return the code of an error of ours; of any other, which is a defect, the name of its type."""
    return error.code if isinstance(error, AppError) else f"defect_{type(error).__name__.lower()}"


def trace_of(error: Exception) -> Exception | None:
    """Return the error if it is a defect, so that the log gets its traceback; else None."""
    return None if isinstance(error, AppError) else error
