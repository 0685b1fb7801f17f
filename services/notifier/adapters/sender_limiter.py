"""The limits of the number, over all processes: the bucket and the pauses are in MongoDB, tokens are drawn a few at a time."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from services.notifier.domain import pacing
from services.notifier.domain.outcome import Action, SendVerdict
from services.notifier.domain.pacing import Rate, SenderState
from services.notifier.ports import Senders
from shared import logs, metrics
from shared.clock import Clock, monotonic_seconds
from shared.errors import Transient

_FRESH_SECONDS: Final = 1.0  # how long a drawn token or a read state may be used: another process's pause counts after this
_DRAWS_PER_SECOND: Final = 10.0  # so one draw takes a tenth of a second's tokens: few round trips, little lost when unused
_KEPT_SHARE: Final = 0.5  # of the burst stays for what does not give way: a chat's answer never waits behind a broadcast
_TRIES: Final = 20  # against other processes; each loss means that another one moved on

_log = logs.get("sender_limiter")


class TokenSenderLimiter:
    """`ports.SenderLimiter`; one per process."""

    def __init__(self, senders: Senders, rate: Rate, clock: Clock, jitter: Callable[[], float]) -> None:
        self._senders = senders
        self._rate = rate
        self._clock = clock
        self._jitter = jitter
        self._lock = asyncio.Lock()
        self._state = SenderState()
        self._version = 0
        self._read_at = -math.inf
        self._tokens: dict[bool, int] = {False: 0, True: 0}
        """Drawn and not used yet, by whether their user gives way."""
        self._drawn_at: dict[bool, float] = {False: -math.inf, True: -math.inf}

    async def state(self) -> SenderState:
        if monotonic_seconds() - self._read_at > _FRESH_SECONDS:
            await self._reload()
        return self._state

    async def hold_seconds(self) -> float:
        state = await self.state()
        return math.inf if state.is_paused else state.slow_seconds(self._clock())

    async def admit(self, *, yields: bool = False) -> float:
        async with self._lock:
            wait = 0.0 if self._has_token(yields=yields) else await self._draw(yields=yields)
            if wait == 0:
                self._tokens[yields] -= 1
            return wait

    async def warm(self) -> None:
        async with self._lock:
            if not self._has_token(yields=False):
                await self._draw(yields=False)

    def _has_token(self, *, yields: bool) -> bool:
        return self._tokens[yields] > 0 and monotonic_seconds() - self._drawn_at[yields] <= _FRESH_SECONDS

    async def apply(self, verdict: SendVerdict) -> None:
        match verdict.action:
            case Action.DONE:
                if self._state.slow_level:
                    await self._change(lambda state: pacing.calm(state, at=self._clock()))
            case Action.SLOW_DOWN:
                jitter = self._jitter()
                await self._change(
                    lambda state: pacing.slow_down(state, at=self._clock(), jitter=jitter, after_seconds=verdict.retry_after_seconds)
                )
            case Action.MAINTENANCE:
                jitter = self._jitter()
                await self._change(lambda state: pacing.maintenance(state, at=self._clock(), jitter=jitter))
            case Action.PAUSE_SENDER:
                await self.pause(verdict.reason)
            case _:
                pass

    async def pause(self, reason: str, by: str | None = None) -> SenderState:
        _log.error("sender.paused", reason=reason, by=by)
        return await self._change(lambda state: pacing.pause(state, reason, at=self._clock(), by=by))

    async def resume(self) -> SenderState:
        _log.warning("sender.resumed")
        return await self._change(pacing.resume)

    async def _reload(self) -> None:
        self._keep(*await self._senders.load())

    def _keep(self, state: SenderState, version: int) -> None:
        self._state, self._version, self._read_at = state, version, monotonic_seconds()
        metrics.SENDER_PAUSED.set(1 if state.is_paused else 0)
        if state.is_paused or state.slow_seconds(self._clock()) > 0:
            self._tokens = {False: 0, True: 0}

    async def _draw(self, *, yields: bool) -> float:
        wanted = max(1, int(self._rate.per_second / _DRAWS_PER_SECOND))
        keep = min(self._rate.burst * _KEPT_SHARE, self._rate.burst - 1) if yields else 0.0
        for _ in range(_TRIES):
            hold = await self.hold_seconds()
            if hold > 0:
                return hold
            if self._tokens[yields] > 0:  # drawn, not used, and nobody forbade it since
                self._drawn_at[yields] = monotonic_seconds()
                return 0.0
            bucket, drawn, wait = self._rate.take(self._state.bucket, self._clock(), wanted, keep)
            if not drawn:
                return wait
            if await self._swap(replace(self._state, bucket=bucket), durable=False):
                self._tokens[yields], self._drawn_at[yields] = drawn, monotonic_seconds()
                return 0.0
        raise Transient("sender_contended")

    async def _change(self, change: Callable[[SenderState], SenderState]) -> SenderState:
        for _ in range(_TRIES):
            await self._reload()
            wanted = change(self._state)
            if wanted == self._state or await self._swap(wanted):
                return wanted
        raise Transient("sender_contended")

    async def _swap(self, wanted: SenderState, *, durable: bool = True) -> bool:
        if await self._senders.swap(wanted, self._version, durable=durable):
            self._keep(wanted, self._version + 1)
            return True
        await self._reload()
        return False
