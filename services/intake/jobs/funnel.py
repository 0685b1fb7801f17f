"""The job that adds rows to the counts of the funnel and of the public figures."""

from __future__ import annotations

from typing import Final

from services.intake.ports import Funnel
from shared.poller import Poller

_AT_A_TIME: Final = 500  # rows of one transaction: the tables that many of them share are written once


class FunnelFolder:
    """Folds new steps until none is left, then waits."""

    def __init__(self, funnel: Funnel, every_seconds: float) -> None:
        self._funnel = funnel
        self._every_seconds = every_seconds

    def poller(self) -> Poller:
        """Return the loop that does it."""
        return Poller("funnel", self.turn, poll_seconds=self._every_seconds)

    async def turn(self) -> None:
        """Fold what is new; add up months that are over."""
        while await self._funnel.fold(_AT_A_TIME) == _AT_A_TIME:
            pass
        await self._funnel.roll()
