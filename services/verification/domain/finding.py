"""Findings of the checks, with stable codes. The notifier and the console have the texts for people, by code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """The severity of a finding. A failure stops the automatic approval; a warning is recorded and shown, and refuses nobody."""

    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be. `field` names the field or document, never its value."""

    code: str
    field: str | None = None
    severity: Severity = Severity.FAILURE

    @property
    def is_failure(self) -> bool:
        """Whether it stops the automatic approval."""
        return self.severity is Severity.FAILURE


def failure(code: str, field: str | None = None) -> Finding:
    """Return a finding that stops the automatic approval."""
    return Finding(code, field)


def warning(code: str, field: str | None = None) -> Finding:
    """Return a finding that is only recorded and shown."""
    return Finding(code, field, Severity.WARNING)
