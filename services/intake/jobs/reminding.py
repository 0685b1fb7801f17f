"""The jobs that remind people: of drafts that they left, of a day on which they come or an officer comes to them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from services.intake.domain.window import WINDOW
from services.intake.handlers import may_remind, remind_of_draft, remind_of_visit
from services.intake.handlers.filing import local_day
from services.intake.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner

_AT_A_TIME: Final = 100  # drafts, or days, in one sweep; the rest at the next
_LONGEST_REST: Final = 30  # days that the office may be closed in a row; beyond it nobody is reminded


class DraftReminders:
    """The drafts that people left some hours ago. `silence`: how long nobody wrote; zero: nobody is reminded."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx], silence: timedelta) -> None:
        self._deps = deps
        self._units = units
        self._silence = silence

    async def sweep(self) -> int:
        """Remind whoever may be reminded now; return of how many drafts."""
        at = self._deps.clock()
        if not self._silence or not may_remind(at):
            return 0
        contacts = await self._deps.webhook_log.quiet_drafts(at - WINDOW, at - self._silence, _AT_A_TIME)
        for contact_id in contacts:
            await self._remind(contact_id)
        return len(contacts)

    async def _remind(self, contact_id: str) -> None:
        await self._units.run(lambda tx: remind_of_draft(tx, self._deps, contact_id, self._silence))


class VisitReminders:
    """The days on which office and people meet, told of once more: on the working day before, or as soon after as we run."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx]) -> None:
        self._deps = deps
        self._units = units

    async def sweep(self) -> int:
        """Remind whoever is met on the next working day, where it is day now; return of how many requests."""
        at = self._deps.clock()
        if not may_remind(at) or (day := self._next_day(local_day(at))) is None:
            return 0
        found = await self._deps.register.to_remind(day, _AT_A_TIME)
        for request_id in found:
            await self._remind(request_id, day)
        return len(found)

    def _next_day(self, today: date) -> date | None:
        ahead = (today + timedelta(days=days) for days in range(1, _LONGEST_REST + 1))
        return next((day for day in ahead if self._deps.office.is_working_day(day)), None)

    async def _remind(self, request_id: str, day: date) -> None:
        await self._units.run(lambda tx: remind_of_visit(tx, self._deps, request_id, day))
