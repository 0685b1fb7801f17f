"""The job of the survey: asks, by day, whose request has ended, and forgets what was left half answered."""

from __future__ import annotations

from functools import partial
from typing import Final

from services.intake.handlers import ask_survey, forget_survey
from services.intake.ports import Deps, Tx
from shared.clock import WIB
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.poller import Poller

_AT_A_TIME: Final = 100  # people of one turn; the rest at the next


class SurveyAsking:
    """The invitations that are due."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx], poll_seconds: float) -> None:
        self._deps = deps
        self._units = units
        self._poll_seconds = poll_seconds

    def poller(self) -> Poller:
        """Return the job."""
        return Poller("survey", self.sweep, poll_seconds=self._poll_seconds)

    async def sweep(self) -> None:
        """Ask everybody whose time has come, never at night; forget the half sheets of whoever went away."""
        at = self._deps.clock()
        for contact_id in await self._deps.surveys.left(at, _AT_A_TIME):
            await self._units.run(partial(forget_survey, deps=self._deps, contact_id=contact_id))
        if self._deps.survey.is_time(at.astimezone(WIB).hour):
            for request_id in await self._deps.surveys.due(at, _AT_A_TIME):
                await self._units.run(partial(ask_survey, deps=self._deps, request_id=request_id))
