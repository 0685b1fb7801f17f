"""The part of a unit of work that is about courts: their cases, and what their clerks type."""

from __future__ import annotations

from pymongo import DeleteOne

from services.intake.domain.clerk import CourtDraft
from services.intake.ports import CourtCase
from services.intake.store.cases import CASES
from services.intake.store.court_drafts import COURT_DRAFTS
from shared.mongo import ChangeTracker


class CourtTx:
    """See `ports.Tx`."""

    _unit: ChangeTracker

    async def find_case(self, key: str) -> CourtCase | None:
        return await self._unit.find_one_by(CASES, {"key": key})

    def add_case(self, case: CourtCase) -> None:
        self._unit.add(CASES, case)

    def save_case(self, case: CourtCase) -> None:
        self._unit.save(CASES, case)

    async def court_draft(self, draft_id: str) -> CourtDraft:
        return await self._unit.get(COURT_DRAFTS, draft_id)

    def add_court_draft(self, draft: CourtDraft) -> None:
        self._unit.add(COURT_DRAFTS, draft)

    def save_court_draft(self, draft: CourtDraft) -> None:
        self._unit.save(COURT_DRAFTS, draft)

    def remove_court_draft(self, draft: CourtDraft) -> None:
        self._unit.defer(COURT_DRAFTS.collection, DeleteOne({"_id": draft.draft_id}))

    async def case(self, case_id: str) -> CourtCase:
        return await self._unit.get(CASES, case_id)
