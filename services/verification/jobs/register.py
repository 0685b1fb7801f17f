"""Watches the register: pauses the work when it can't be read, resumes it, and makes up for what stood meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from services.verification import handlers
from services.verification.domain.register_pause import BY_PROBE, Pause, RegisterPause
from services.verification.ports import Deps, Tx
from shared import logs
from shared.errors import DomainError, Transient
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.metrics import REGISTER_PAUSED

_AT_A_TIME: Final = 100  # tasks or cases of one turn
UNREACHABLE: Final = "unreachable"  # the reason of a pause by the probe

_log = logs.get("register")


class RegisterJob:
    """Probes the register; one failure is an accident, some in a row are a pause. What others paused or resumed it follows."""

    def __init__(self, deps: Deps, units: UnitOfWorkRunner[Tx], *, failures: int, return_seconds: float = 1.0) -> None:
        """`failures`: how many probes in a row must fail. `return_seconds`: how soon it is probed again while the work is paused."""
        self._deps = deps
        self._units = units
        self._most = failures
        self._return_seconds = return_seconds
        self._failed = 0

    async def turn(self) -> float | None:
        """Look, and do what follows; 0 when there may be more."""
        await self._probe(await self._deps.pause_reader.current())
        state = await self._deps.pause_reader.current()
        self._deps.gate.is_paused = state.is_paused
        REGISTER_PAUSED.set(int(state.is_paused))
        return self._return_seconds if state.is_paused else await self._make_up(state)

    async def _probe(self, state: RegisterPause) -> None:
        """Ask the register; an outage of our own database, which everything waits for, came out before and counts for nothing."""
        self._failed = 0 if await self._deps.register_answers() else self._failed + 1
        try:
            if self._failed >= self._most and not state.is_paused:
                await self._units.run(lambda tx: handlers.pause_register(tx, self._deps, by=BY_PROBE, reason=UNREACHABLE))
            elif not self._failed and state.by == BY_PROBE:
                await self._units.run(lambda tx: handlers.resume_register(tx, self._deps, by=BY_PROBE))
        except DomainError:  # another process was faster
            return

    async def _make_up(self, state: RegisterPause) -> float | None:
        if state.ended:
            return await self._take_out(state.ended[0])
        waiting = await self._deps.case_reader.opened(_AT_A_TIME)
        done = [await self._run(partial(handlers.judge_waiting, deps=self._deps, case_id=case_id)) for case_id in waiting]
        if not all(done):
            return self._return_seconds
        return 0 if len(waiting) == _AT_A_TIME else None

    async def _take_out(self, pause: Pause) -> float:
        ids = await self._deps.task_reader.running_since_before(pause.until, limit=_AT_A_TIME)
        if ids:
            done = await self._run(partial(handlers.take_out_pause, deps=self._deps, task_ids=ids, pause=pause))
        else:
            done = await self._run(partial(handlers.forget_pause, pause=pause))
        return 0 if done else self._return_seconds

    async def _run(self, act: Callable[[Tx], Awaitable[None]]) -> bool:
        """Return whether it was done; where other processes do the same at once, the next turn sees what is left."""
        try:
            await self._units.run(act)
        except Transient as error:
            if error.code != "contended":
                raise
            _log.info("register.contended")
            return False
        return True
