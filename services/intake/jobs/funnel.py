"""The job that adds counted steps to the counts of the funnel."""

from __future__ import annotations

from typing import Final

from services.intake.ports import Funnel
from shared.poller import Poller

_AT_A_TIME: Final = 500  # steps of one transaction: the cells that many of them share are written once


class FunnelFolder:
    """Folds new steps until none is left, then waits."""

    def __init__(self, funnel: Funnel, every_seconds: float) -> None:
        self._funnel = funnel
        self._every_seconds = every_seconds

    def poller(self) -> Poller:
        """Return the loop that does it."""
        return Poller("funnel", self.turn, poll_seconds=self._every_seconds)

    async def turn(self) -> None:
        """Fold what is new."""
        while await self._funnel.fold(_AT_A_TIME) == _AT_A_TIME:
            pass
