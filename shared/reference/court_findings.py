"""What is wrong with a court decision where intake and verification judge the same rule: one code for both.

Intake judges at the door, so that the court can mend it at once; verification judges again what reaches it. Sentences: `data/reasons.toml`.
"""

from __future__ import annotations

from enum import StrEnum


class CourtFinding(StrEnum):
    """The code of a rule that both judge. What one of them judges alone (dates of the deed; the register) is its own."""

    COURT_NOT_COMPETENT = "court_not_competent"
    COURT_UNKNOWN = "court_unknown"
    CUSTODY_UNKNOWN = "custody_unknown"
    DECISION_NOT_FINAL = "decision_not_final"
    PARTIES_SAME = "parties_same"
    PLEDGE_MISSING = "pledge_missing"
    PLEDGE_UNEXPECTED = "pledge_unexpected"
