"""A broker channel that is opened again by itself.

aio-pika's robust connection is not used: it restores what it was told long ago on its own five-second beat, and one channel that can't be
restored closes the whole connection again and again. A `ReconnectingChannel` is a plain connection with one channel; when either is lost
both are thrown away and made anew with a backoff of our own, and whoever uses it sets up again from scratch.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from typing import Any, Final

from shared import logs
from shared.backoff import Backoff
from shared.clock import monotonic_seconds
from shared.health import Check
from shared.messaging.broker.channel import CONNECT_SECONDS, CONNECTION_ERRORS, BrokerChannel, BrokerEndpoint, connect
from shared.messaging.broker.errors import ConnectionLost

PROBE_SECONDS: Final = 10.0  # between questions to a channel that is idle: a peer that hangs is noticed in 20 s, not in 48 s
PROBE_LIMIT_SECONDS: Final = 10.0  # a broker that answers later than that is as good as gone
RECONNECTS: Final = Backoff(0.1, 5.0)  # a broker that restarts is back at once or after seconds; promise I4 gives a minute for everything

_log = logs.get("broker")

SetUp = Callable[[BrokerChannel], Awaitable[None]]


async def _nothing(_session: BrokerChannel) -> None:
    """Set up nothing."""


class ReconnectingChannel:
    """A broker channel ("session") that is opened again for ever. `run` is its life; everybody else waits in `session`."""

    def __init__(
        self,
        where: BrokerEndpoint,
        name: str,
        *,
        set_up: SetUp = _nothing,
        probe: SetUp | None = None,
        confirms: bool = True,
        probe_seconds: float = PROBE_SECONDS,
    ) -> None:
        """Describe it; `run` starts it.

        Args:
            where: The broker.
            name: Shown in the broker's list of connections and in our logs.
            set_up: Called on every new session before anyone gets it: qos, passive declares, consume.
            probe: A question to the broker that a healthy one answers at once.
            confirms: Publisher confirms, and returned messages raise.
            probe_seconds: Time between two questions.
        """
        self._where = where
        self._name = name
        self._set_up = set_up
        self._probe = probe
        self._confirms = confirms
        self._probe_seconds = probe_seconds
        self._current: BrokerChannel | None = None
        self._available = asyncio.Event()
        self._down_since: float | None = monotonic_seconds()
        self._why = "connecting"

    @property
    def current(self) -> BrokerChannel | None:
        """The session in hand, None while there is none."""
        session = self._current
        return session if session is not None and not session.lost.is_set() else None

    async def session(self) -> BrokerChannel:
        """Return the session, waited for as long as it takes: callers bring their own time limit."""
        while (session := self.current) is None:
            self._available.clear()
            await self._available.wait()
        return session

    async def check(self) -> Check:
        """Return the readiness: connected; else why not, and for how many seconds."""
        if self.current is not None:
            return Check(ok=True)
        since = self._down_since
        return Check(ok=False, reason=f"broker_{self._why}", value=None if since is None else round(monotonic_seconds() - since, 1))

    async def run(self, stop: asyncio.Event) -> None:
        """Keep a session open until `stop`."""
        stopping = asyncio.create_task(stop.wait())
        try:
            failures = 0
            while not stop.is_set():
                failures = 1 if await self._one(stopping) else failures + 1
                if not stop.is_set():
                    await asyncio.wait({stopping}, timeout=RECONNECTS.seconds(failures, random.random()))  # noqa: S311 - no secret
        finally:
            stopping.cancel()

    async def _one(self, stopping: asyncio.Task[Any]) -> bool:
        """Live through one session; return True when there was one."""
        try:
            session = await connect(self._where, self._name, confirms=self._confirms)
        except ConnectionLost as error:
            self._note(error.reason)
            return False
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._set_up(session)
            self._up(session)
            await self._watch(session, stopping)
        except CONNECTION_ERRORS as error:
            session.drop(type(error).__name__)
        finally:
            was_up, self._current = self._current is not None, None
            if not stopping.done():
                self._note(session.reason)
            await session.close()
        return was_up

    def _up(self, session: BrokerChannel) -> None:
        self._current = session
        self._down_since = None
        self._available.set()
        _log.info("broker.connected", link=self._name)

    def _note(self, reason: str) -> None:
        if self._down_since is None or self._why != reason:
            _log.warning("broker.lost", link=self._name, reason=reason)
        self._down_since = self._down_since or monotonic_seconds()
        self._why = reason

    async def _watch(self, session: BrokerChannel, stopping: asyncio.Task[Any]) -> None:
        lost = asyncio.create_task(session.lost.wait())
        try:
            while not session.lost.is_set() and not stopping.done():
                done, _ = await asyncio.wait({lost, stopping}, timeout=self._probe_seconds, return_when=asyncio.FIRST_COMPLETED)
                if not done and self._probe is not None and not session.blocked():
                    async with asyncio.timeout(min(PROBE_LIMIT_SECONDS, self._probe_seconds)):
                        await self._probe(session)
        finally:
            lost.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await lost
