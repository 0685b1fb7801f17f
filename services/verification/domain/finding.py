"""What a check found, in stable codes. The texts for people belong to the notifier and the console, by code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """A failure stops the automatic way; a warning is noted and shown, and never refuses anybody."""

    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be. `field` names the datum or document, never its value."""

    code: str
    field: str | None = None
    severity: Severity = Severity.FAILURE

    @property
    def is_failure(self) -> bool:
        """Whether it stops the automatic way."""
        return self.severity is Severity.FAILURE


def failure(code: str, field: str | None = None) -> Finding:
    """Return a finding that needs somebody."""
    return Finding(code, field)


def warning(code: str, field: str | None = None) -> Finding:
    """Return a finding that is only noted."""
    return Finding(code, field, Severity.WARNING)
