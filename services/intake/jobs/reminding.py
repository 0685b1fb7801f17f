"""The job that reminds people of drafts that they left."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from services.intake.domain.window import WINDOW
from services.intake.handlers import may_remind, remind_of_draft
from services.intake.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner

_AT_A_TIME: Final = 100  # drafts in one sweep; the rest at the next


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
