"""The job that adds what counts to the figures."""

from __future__ import annotations

from typing import Final

from services.intake.handlers import fold_figures
from services.intake.ports import Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.poller import Poller

REST_SECONDS: Final = 10.0  # how much later than the requests the figures may be


class FiguresFolding:
    """Rows of figures, while there are any."""

    def __init__(self, units: UnitOfWorkRunner[Tx]) -> None:
        self._units = units

    def poller(self) -> Poller:
        """Return the loop that a process runs."""
        return Poller("figures", self.turn, poll_seconds=REST_SECONDS)

    async def turn(self) -> float:
        """Fold some rows; return for how long to rest."""
        return 0.0 if await self._units.run(fold_figures) else REST_SECONDS
