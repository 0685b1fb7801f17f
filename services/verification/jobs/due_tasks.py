"""Tasks whose moment has come: a decision that takes effect, a promise that is near or broken."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from services.verification import handlers
from services.verification.domain.capacity import QueueFigures
from services.verification.handlers.planning import day_of
from services.verification.ports import Deps, Tx
from shared import logs
from shared.errors import AppError, Transient
from shared.messaging.transaction.runner import UnitOfWorkRunner

_AT_A_TIME: Final = 100  # tasks of one turn
_FIGURES_KEPT: Final = timedelta(minutes=1)  # a forecast of hours does not change faster

_log = logs.get("tasks")


class DecisionJob:
    """Lets decisions take effect when the seconds to undo them are over; one that can't any more goes back to its officer."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx]) -> None:
        self._deps = deps
        self._units = units

    async def turn(self) -> float | None:
        """Do what is due; 0 when there may be more."""
        due = await self._deps.task_reader.decided(at=self._deps.clock(), limit=_AT_A_TIME)
        for task_id in due:
            await self._settle(task_id)
        return 0 if len(due) == _AT_A_TIME else None

    async def _settle(self, task_id: str) -> None:
        try:
            await self._units.run(lambda tx: handlers.settle_decision(tx, self._deps, task_id))
        except Transient as error:
            if error.code != "contended":
                raise
            _log.info("decision.contended", task_id=task_id)  # others write the same families: the next turn does it
        except AppError as error:
            code = error.code
            _log.warning("decision.given_back", task_id=task_id, code=code)
            await self._units.run(lambda tx: handlers.give_back_decision(tx, self._deps, task_id, code))


class LatenessJob:
    """Announces tasks that turn amber or red."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx]) -> None:
        self._deps = deps
        self._units = units
        self._figures: QueueFigures | None = None

    async def turn(self) -> float | None:
        """Announce what is due; 0 when there may be more."""
        due = await self._deps.task_reader.alarms(at=self._deps.clock(), limit=_AT_A_TIME)
        state = await self._deps.pause_reader.current()
        if not due or state.is_paused or state.ended:  # clocks stand, or a pause is yet to be taken out of them
            return None
        figures = await self._latest()
        for task_id in due:
            await self._announce(task_id, figures)
        return 0 if len(due) == _AT_A_TIME else None

    async def _latest(self) -> QueueFigures:
        now = self._deps.clock()
        if self._figures is None or now - self._figures.at >= _FIGURES_KEPT:
            began, ends = day_of(now)
            self._figures = await self._deps.queue_reader.figures(at=now, day_began=began, day_ends=ends)
        return self._figures

    async def _announce(self, task_id: str, figures: QueueFigures) -> None:
        await self._units.run(lambda tx: handlers.raise_alarm(tx, self._deps, task_id, figures))
