"""Below ASGI: how long a caller may take to send a request and to take its answer, and how many slow ones one address may have.

Whoever is fast never meets any of this. A request that is not whole after a second is slow: from then on it counts for its address, and
it is cut off with a problem document when its time is over. It holds a connection, but no place among `MAX_REQUESTS_AT_ONCE`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from shared import logs, metrics
from shared.web.callers import counted_address
from shared.web.problems import problem

Network = IPv4Network | IPv6Network

_SLOW_SECONDS: Final = 1.0  # a whole request takes milliseconds to arrive, a photo over a bad line some seconds
_RETRY_SECONDS: Final = 5  # by then others of the same address are through, or cut off
_log = logs.get("web")


@dataclass(frozen=True, slots=True)
class Patience:
    """The limits of a caller. `trusted` are proxies of ours, whose `X-Forwarded-For` is believed."""

    headers_seconds: float
    body_seconds: float
    taking_seconds: float
    slow_per_address: int
    trusted: Sequence[Network] = ()


class Guarded(HttpToolsProtocol):
    """One connection. Use the class that `guarded` makes."""

    patience: ClassVar[Patience]
    slow: ClassVar[Counter[str]]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Start the clock of a new connection."""
        super().connection_made(transport)
        self._counted_for = ""
        self._said_something = False
        self._look_later: asyncio.TimerHandle | None = None
        self._taken_later: asyncio.TimerHandle | None = None
        self._begin()
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop every clock of a connection that is gone."""
        self._settle()
        self._stop_waiting_for_reader()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what came; start a clock only where a request is not whole yet."""
        super().data_received(data)
        if not self._whole and self._look_later is None and not self.transport.is_closing():
            self._arm()

    def on_message_begin(self) -> None:
        """Note the first byte of a request."""
        super().on_message_begin()
        self._said_something = True
        if self._whole:
            self._begin()

    def on_headers_complete(self) -> None:
        """Give the body its time."""
        self._in_headers = False
        self._deadline = self.loop.time() + self.patience.body_seconds
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the clock: the request is whole."""
        super().on_message_complete()
        self._settle()

    # -- a request that is on its way

    def _begin(self) -> None:
        self._whole, self._in_headers = False, True
        self._deadline = self.loop.time() + self.patience.headers_seconds

    def _arm(self) -> None:
        self._look_later = self.loop.call_later(_SLOW_SECONDS, self._look)

    def _settle(self) -> None:
        self._whole = True
        if self._look_later is not None:
            self._look_later.cancel()
            self._look_later = None
        if self._counted_for:
            self.slow[self._counted_for] -= 1
            if not self.slow[self._counted_for]:
                del self.slow[self._counted_for]
            self._counted_for = ""

    def _look(self) -> None:
        """Look once a second at a request that is slow; end it when its time is over, or when its address has too many."""
        self._look_later = None
        if self.transport.is_closing():
            return
        if self.flow.read_paused:  # we are the slow ones
            self._deadline += _SLOW_SECONDS
        elif self.loop.time() >= self._deadline:
            self._cut(HTTPStatus.REQUEST_TIMEOUT, "request_too_slow", "The request did not arrive in time; nothing was accepted.")
            return
        elif not self._counted_for and not self._count():
            self._cut(
                HTTPStatus.SERVICE_UNAVAILABLE, "too_many_slow", "Too many slow requests come from this address; nothing was accepted."
            )
            return
        self._arm()

    def _count(self) -> bool:
        """Count the request for its address; return False where that has as many as it may."""
        address = self._address()
        if not address:
            return True
        if self.slow[address] >= self.patience.slow_per_address:
            return False
        self.slow[address] += 1
        self._counted_for = address
        return True

    def _address(self) -> str:
        """Return whose request this is; empty while a proxy of ours has not said it."""
        peer = self.client[0] if self.client else ""
        if not self._is_trusted(peer):
            return counted_address(peer)
        if self._in_headers:
            return ""
        line = b",".join(value for name, value in self.headers if name == b"x-forwarded-for").decode("latin-1")
        named = [part.strip() for part in line.split(",")]
        return next((counted_address(each) for each in reversed(named) if each and not self._is_trusted(each)), counted_address(peer))

    def _is_trusted(self, address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in self.patience.trusted)
        except ValueError:
            return False

    def _cut(self, status: HTTPStatus, code: str, detail: str) -> None:
        """Answer with a problem where no answer has begun, and end the connection."""
        metrics.HTTP_CUT_OFF.labels(code).inc()
        _log.info("request.cut_off", reason=code)
        cycle: RequestResponseCycle | None = self.cycle
        answering = cycle is not None and not cycle.response_complete
        may_answer = not answering if self._in_headers else cycle is not None and answering and not cycle.response_started
        if self._said_something and may_answer:
            answer = problem(status, code, detail, headers={"Connection": "close", "Retry-After": str(_RETRY_SECONDS)})
            head = b"".join(b"%b: %b\r\n" % header for header in answer.raw_headers)
            self.transport.write(b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (status, status.phrase.encode(), head, bytes(answer.body)))
        if cycle is not None and answering:
            cycle.disconnected = True
            cycle.message_event.set()
        self._settle()
        self.transport.close()

    # -- an answer that is not taken

    def pause_writing(self) -> None:
        """Start a clock for a caller who does not read the answer."""
        super().pause_writing()
        if self._taken_later is None:
            self._taken_later = self.loop.call_later(self.patience.taking_seconds, self._give_up)

    def resume_writing(self) -> None:
        """Stop that clock where all is said; who reads bit by bit does not start it anew."""
        super().resume_writing()
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            self._stop_waiting_for_reader()

    def on_response_complete(self) -> None:
        """Stop that clock where nothing waits to be read."""
        if not self.flow.write_paused:
            self._stop_waiting_for_reader()
        super().on_response_complete()

    def _give_up(self) -> None:
        self._taken_later = None
        metrics.HTTP_CUT_OFF.labels("answer_not_taken").inc()
        _log.info("request.cut_off", reason="answer_not_taken")
        self.transport.abort()

    def _stop_waiting_for_reader(self) -> None:
        if self._taken_later is not None:
            self._taken_later.cancel()
            self._taken_later = None


def guarded(patience: Patience) -> type[Guarded]:
    """Make the protocol of one server, all of whose connections share a count."""
    return type("Guarded", (Guarded,), {"patience": patience, "slow": Counter[str]()})
