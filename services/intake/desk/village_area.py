"""Whose village it is: registrars see and file for the villages of their account's area, and for no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.intake.desk.room import DeskRoom
from services.intake.domain.filled_form import NIK
from services.intake.domain.requests import Request as Filed
from services.intake.domain.village import VillageDraft, subject_of
from services.intake.ports import Deps
from shared.audit import SeenPerson
from shared.errors import NotFound
from shared.reference.regions import Village, villages
from shared.values import Receipt
from shared.web.desk import StaffMember

FILE: Final = "requests:file"


def villages_of(member: StaffMember) -> Mapping[str, Village]:
    """Return the villages of the account's area, by code."""
    return {code: village for code, village in villages().items() if member.covers(code, FILE)}


def seen_in_draft(deps: Deps, known: VillageDraft) -> list[SeenPerson]:
    """Return whom somebody sees who looks at what was begun: those whose NIK was answered, and whom it is about by name."""
    niks = [value for name, value in known.draft.answers.items() if name.endswith(NIK) and isinstance(value, str)]
    form = deps.menu.form_of(known.draft.service)
    named = subject_of(known.draft, form) if form else ""
    return [*map(SeenPerson, niks), *([SeenPerson(name=named)] if named else [])]


@dataclass(frozen=True, slots=True)
class VillageArea:
    """What registrars may reach. What is of another village is not there for them."""

    room: DeskRoom

    async def draft(self, member: StaffMember, draft_id: str) -> VillageDraft:
        """Return what was begun.

        Raises:
            NotFound: `village_drafts_not_found`.
        """
        known = await self.room.deps.villages.find_draft(draft_id)
        if known is None or not member.covers(known.village, FILE):
            raise NotFound("village_drafts_not_found", "Nothing of your village has this id.")
        return known

    async def request(self, member: StaffMember, receipt: str) -> Filed:
        """Return a request.

        Raises:
            NotFound: `request_not_found`.
            Malformed: the receipt is none.
        """
        filed = await self.room.deps.register.find_by_receipt(Receipt.parse(receipt))
        if filed is None or filed.origin.village is None or not member.covers(filed.origin.village, FILE):
            raise NotFound("request_not_found", "No request of your village has this receipt.")
        return filed
