"""The promise of an officer in a chat, kept an eye on: whom nobody answered in time is told so, once."""

from __future__ import annotations

from functools import partial
from typing import Final

from services.intake.handlers import tell_late
from services.intake.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.poller import Poller

_EVERY_SECONDS: Final = 60.0  # who was promised an officer by a time is told soon after it
_AT_A_TIME: Final = 100  # chats of one turn


class LateOfficers:
    """The chats in which an officer was promised by a time that is over."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx]) -> None:
        self._deps = deps
        self._units = units

    def poller(self) -> Poller:
        """Return the job."""
        return Poller("late_officers", self.sweep, poll_seconds=_EVERY_SECONDS)

    async def sweep(self) -> None:
        """Tell everybody who still waits."""
        for contact_id in await self._deps.chats.promised(self._deps.clock(), _AT_A_TIME):
            await self._units.run(partial(tell_late, deps=self._deps, contact_id=contact_id))
