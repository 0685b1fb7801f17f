"""The survey as pages read it, outside any unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.intake.domain.survey.counting import SurveyRemark, SurveyTally, VillageTally
from services.intake.domain.survey.invitations import SurveyInvitation


class SurveyReader(Protocol):
    """Plain reads of the survey."""

    async def invitation(self, digest: str) -> SurveyInvitation | None:
        """Return the invitation of a link, by the digest of its token."""

    async def tallies(self, first: str, last: str) -> Sequence[SurveyTally]:
        """Return the counts from one month to another, both included, such as `2026-01`."""

    async def villages(self, year: str) -> Sequence[VillageTally]:
        """Return the answers of a year by village."""

    async def remarks(self, first: str, last: str, service: str, topic: str, limit: int) -> Sequence[SurveyRemark]:
        """Return free words of these months; `service`, `topic`: of these alone. In no order that tells anything."""

    async def due(self, at: datetime, limit: int) -> Sequence[str]:
        """Return the requests whose senders are to be asked by now."""

    async def left(self, at: datetime, limit: int) -> Sequence[str]:
        """Return contacts in whose chats a survey lies whose time is over."""
