"""Cases of a court, as its clerks read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.intake.domain.clerk import CourtDraft
from services.intake.domain.requests import Request
from services.intake.ports.tx import CourtCase


@dataclass(frozen=True, slots=True)
class CaseSearch:
    """The filters of a list: of this court alone. `number`: beginning of a case's key; `name`: beginnings of words; empty, or None: any."""

    court: str
    number: str = field(default="", repr=False)
    nik: str | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ReadCase:
    """A case with the requests that follow from it, in the order of its parties."""

    case: CourtCase
    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of cases, how many there are in all, and the cursor of the next page where there is one."""

    cases: tuple[ReadCase, ...]
    count: int
    next: str | None


class ClerkReader(Protocol):
    """Plain reads of what a court has sent, and of what its clerks have begun."""

    async def drafts(self, court: str) -> Sequence[CourtDraft]:
        """Return what was begun and not sent, the latest first."""

    async def find_draft(self, draft_id: str) -> CourtDraft | None:
        """Return what was begun, also where it was sent since; None where there is none."""

    async def find_correction(self, court: str, case_id: str) -> CourtDraft | None:
        """Return the draft that corrects a case and was not sent yet; None where there is none."""

    async def cases(self, search: CaseSearch) -> CasePage:
        """Return one page of cases, the newest first."""

    async def find_case(self, case_id: str) -> ReadCase | None:
        """Return a case; None where there is none."""
