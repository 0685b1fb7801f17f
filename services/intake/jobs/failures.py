"""What a failure is called where people read it."""

from __future__ import annotations

from shared.errors import AppError


def reason_of(error: Exception) -> str:
    """Return the code of one of our errors; of any other, which is a defect of ours, its type."""
    return error.code if isinstance(error, AppError) else f"defect_{type(error).__name__.lower()}"


def trace_of(error: Exception) -> Exception | None:
    """Return the error where a log needs its trace: where it is a defect."""
    return None if isinstance(error, AppError) else error
