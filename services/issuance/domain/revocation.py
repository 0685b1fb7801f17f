"""Why an issued document is taken back. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Authority(StrEnum):
    """Who may order that an issued document is taken back."""

    HEAD_OF_OFFICE = "head_of_office"
    COURT = "court"
    CITIZEN_REQUEST = "citizen_request"


@dataclass(frozen=True, slots=True)
class Revocation:
    """Why an issued document was taken back. `by` is the account or the API client that recorded it; `note` is for the office alone."""

    authority: Authority
    reason: str
    note: str
    by: str

    def is_same_order(self, other: Revocation) -> bool:
        """Return whether both record one order, whoever recorded it and in whatever words."""
        return (self.authority, self.reason) == (other.authority, other.reason)
