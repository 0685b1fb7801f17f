"""The job that looks for whom a broadcast may reach: outside any unit of work, for it reads every contact."""

from __future__ import annotations

import asyncio
from typing import Final

from services.intake.domain.audiences import Audience
from services.intake.handlers import tell_audience
from services.intake.ports import Deps, FoundPeople, Tx
from shared.logs import get
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.poller import Poller

_POLL_SECONDS: Final = 1.0  # whoever wrote a broadcast watches the page

_log = get("jobs")


class AudienceFinder:
    """The job over the audiences that are looked for."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx]) -> None:
        self._deps = deps
        self._units = units

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`."""
        await Poller("audiences", self.find_all, poll_seconds=_POLL_SECONDS).run(stop)

    async def find_all(self) -> None:
        """Find all that are looked for."""
        for audience in await self._deps.audiences.wanted():
            await self._tell(audience, await self._deps.audiences.people(audience))

    async def _tell(self, audience: Audience, found: FoundPeople) -> None:
        await self._units.run(lambda tx: tell_audience(tx, self._deps, audience.broadcast_id, found))
        _log.info("audience.found", broadcast=audience.broadcast_id, people=len(found.people))
