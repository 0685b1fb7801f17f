"""The part of a unit of work that is about the survey."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.intake.domain.survey.counting import SurveyRemark, SurveyTally, VillageTally
from services.intake.domain.survey.invitations import SurveyInvitation
from services.intake.store.survey import SURVEY_INVITATIONS, SURVEY_REMARKS, SURVEY_TALLIES, SURVEY_VILLAGES
from shared.mongo import ChangeTracker


class SurveyTx:
    """See `ports.Tx`."""

    _unit: ChangeTracker

    async def find_survey_invitation(self, request_id: str) -> SurveyInvitation | None:
        return await self._unit.find(SURVEY_INVITATIONS, request_id)

    async def find_survey_invitation_by(self, digest: str) -> SurveyInvitation | None:
        return await self._unit.find_one_by(SURVEY_INVITATIONS, {"digest": digest})

    async def was_surveyed(self, contact_ids: Sequence[str], since: datetime) -> bool:
        found = await self._unit.find_many(SURVEY_INVITATIONS, {"contact_id": {"$in": list(contact_ids)}, "asked_at": {"$gte": since}})
        return bool(found)

    def add_survey_invitation(self, invitation: SurveyInvitation) -> None:
        self._unit.add(SURVEY_INVITATIONS, invitation)

    def save_survey_invitation(self, invitation: SurveyInvitation) -> None:
        self._unit.save(SURVEY_INVITATIONS, invitation)

    async def survey_tally(self, month: str, service: str) -> SurveyTally:
        empty = SurveyTally(month, service)
        return await self._unit.find(SURVEY_TALLIES, empty.key) or empty

    def save_survey_tally(self, tally: SurveyTally) -> None:
        if self._unit.version(SURVEY_TALLIES, tally.key):
            self._unit.save(SURVEY_TALLIES, tally)
        else:
            self._unit.add(SURVEY_TALLIES, tally)

    async def village_tally(self, year: str, village: str) -> VillageTally:
        empty = VillageTally(year, village)
        return await self._unit.find(SURVEY_VILLAGES, empty.key) or empty

    def save_village_tally(self, tally: VillageTally) -> None:
        if self._unit.version(SURVEY_VILLAGES, tally.key):
            self._unit.save(SURVEY_VILLAGES, tally)
        else:
            self._unit.add(SURVEY_VILLAGES, tally)

    def add_survey_remark(self, remark: SurveyRemark) -> None:
        self._unit.add(SURVEY_REMARKS, remark)
