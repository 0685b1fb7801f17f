"""Whose case it is: clerks see and send for the court of their account, and for no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from services.intake.desk.room import DeskRoom
from services.intake.domain.clerk import CourtDraft
from services.intake.domain.court import CourtDecision
from services.intake.ports import ReadCase
from shared.audit import SeenPerson
from shared.errors import NotFound
from shared.reference.courts import Court, court_key, find_court
from shared.web.desk import StaffMember, signed_in

PATH: Final = "/desk/perkara"
Clerk = Annotated[StaffMember, signed_in("cases:file")]


def court_of(member: StaffMember) -> Court | None:
    """Return the court of the account; None where it has none, or one that sends no decisions."""
    return find_court(member.court) if member.court else None


def seen_in(decision: CourtDecision) -> list[SeenPerson]:
    """Return whom somebody sees who looks at a decision."""
    return [SeenPerson(person.nik, person.name) for _, person in decision.persons]


@dataclass(frozen=True, slots=True)
class CourtArea:
    """What clerks may reach. What is of another court is not there for them."""

    room: DeskRoom

    def court(self, member: StaffMember) -> Court:
        """Return the court of the account.

        Raises:
            NotFound: `court_missing`.
        """
        court = court_of(member)
        if court is None:
            raise NotFound("court_missing", "The account has no court.")
        return court

    async def draft(self, member: StaffMember, draft_id: str) -> CourtDraft:
        """Return what was begun, also where it was sent since.

        Raises:
            NotFound: `court_drafts_not_found`.
        """
        known, court = await self.room.deps.clerks.find_draft(draft_id), court_of(member)
        if known is None or court is None or known.court != court.code:
            raise NotFound("court_drafts_not_found", "Nothing of your court has this id.")
        return known

    async def case(self, member: StaffMember, case_id: str) -> ReadCase:
        """Return a case with its requests.

        Raises:
            NotFound: `cases_not_found`.
        """
        known, court = await self.room.deps.clerks.find_case(case_id), court_of(member)
        if known is None or court is None or court_key(known.case.decision.court_code) != court_key(court.code):
            raise NotFound("cases_not_found", "No case of your court has this id.")
        return known
