"""Places where a test may stop this process, or the time. Without one of the switches below, in production always, they do nothing.

| environment variable  | what it says                                                                                          |
| --------------------- | ----------------------------------------------------------------------------------------------------- |
| `CRASH_AT`            | `point`, `point/where`, each with `@n` for the n-th time: the process kills itself there (SIGKILL)     |
| `BLOCK_AT`            | `point:seconds`, as above: the whole process stands still there, as an event loop that is blocked does |
| `CLOCK_SKEW_SECONDS`  | how far `shared.clock.now` is off                                                                     |
| `FAULT_FILE`          | a file with such orders, one a line (`crash …`, `block …`, `skew …`), read again whenever it changes   |

The file lets a test give orders to a process that runs. What has struck is taken out of it and noted in a file beside it (`.struck`), so
that the process that is started next does not die of the same order.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SWITCHES: Final = ("CRASH_AT", "BLOCK_AT", "CLOCK_SKEW_SECONDS", "FAULT_FILE")
POINTS: Final = (
    *("after_receive", "before_tx", "in_tx_after_inbox", "before_commit", "after_commit"),
    *("before_publish", "after_publish_before_confirm", "after_confirm_before_mark", "after_mark_before_ack", "after_ack"),
    *("before_call", "after_bytes_sent", "after_response_before_save"),
)

_SENT: Final = "send_request_body.complete"  # what httpcore calls the moment at which the last byte of a request is handed to the kernel


@dataclass(slots=True)
class Order:
    """An order for a point. `seconds` None = kill; `left` counts down to the time it strikes."""

    text: str
    point: str
    where: str
    left: int
    seconds: float | None = None

    def fits(self, name: str, where: str) -> bool:
        """Return whether this is the place, and the time has come."""
        if self.point != name or self.where not in ("", where):
            return False
        self.left -= 1
        return self.left == 0


def crash(text: str) -> Order:
    """Read `point[/where][@n]`.

    Raises:
        ValueError: no such point, or no number.
    """
    place, _, count = text.strip().partition("@")
    point, _, where = place.partition("/")
    if point not in POINTS:
        raise ValueError(f"no such crash point: {point}")
    return Order(text.strip(), point, where, int(count or 1))


def block(text: str) -> Order:
    """Read `point[/where]:seconds[@n]`.

    Raises:
        ValueError: no such point, or no number.
    """
    place, _, rest = text.strip().partition(":")
    seconds, at, count = rest.partition("@")
    order = crash(place + at + count)
    order.text, order.seconds = text.strip(), float(seconds)
    return order


class Orders:
    """The orders in force: those of the environment, and those of the file as it is now."""

    def __init__(self, environment: Mapping[str, str], strike: Callable[[Order], None] | None = None) -> None:
        self._fixed = [crash(text) for text in environment.get("CRASH_AT", "").split()]
        self._fixed += [block(text) for text in environment.get("BLOCK_AT", "").split()]
        self._fixed_skew = float(environment.get("CLOCK_SKEW_SECONDS") or 0)
        self._file = Path(environment["FAULT_FILE"]) if environment.get("FAULT_FILE") else None
        self._read: tuple[int, int] | None = None
        self._from_file: list[Order] = []
        self._file_skew = 0.0
        self._strike = strike or _strike

    def reach(self, name: str, where: str = "") -> None:
        """Do what is ordered for this point of the process."""
        self._refresh()
        for order in (*self._fixed, *self._from_file):
            if order.fits(name, where):
                self._note(order)
                self._strike(order)

    def skew(self) -> float:
        """Return by how many seconds the clock is off now."""
        self._refresh()
        return self._fixed_skew + self._file_skew

    def _refresh(self) -> None:
        if self._file is None:
            return
        try:
            found = self._file.stat()
        except FileNotFoundError:
            self._read, self._from_file, self._file_skew = None, [], 0.0
            return
        if (found.st_mtime_ns, found.st_ino) == self._read:
            return
        self._read, self._from_file, self._file_skew = (found.st_mtime_ns, found.st_ino), [], 0.0
        for line in self._file.read_text().splitlines():
            kind, _, text = line.strip().partition(" ")
            if kind == "crash":
                self._from_file.append(crash(text))
            elif kind == "block":
                self._from_file.append(block(text))
            elif kind == "skew":
                self._file_skew = float(text)

    def _note(self, order: Order) -> None:
        if self._file is None:
            return
        if order in self._from_file:
            left = [line for line in self._file.read_text().splitlines() if line.partition(" ")[2].strip() != order.text]
            fresh = self._file.with_suffix(".left")
            fresh.write_text("".join(f"{line}\n" for line in left))
            fresh.replace(self._file)
        with self._file.with_suffix(".struck").open("a") as struck:
            struck.write(f"{os.getpid()} {order.text}\n")


def _strike(order: Order) -> None:
    if order.seconds is None:
        os.kill(os.getpid(), signal.SIGKILL)
    else:
        time.sleep(order.seconds)


def _nothing(_name: str, _where: str = "") -> None:
    return None


def _no_skew() -> float:
    return 0.0


ARMED: Final = any(os.environ.get(name) for name in SWITCHES)
_orders: Final = Orders(os.environ) if ARMED else None

crash_point: Final[Callable[..., None]] = _orders.reach if _orders else _nothing
"""`crash_point("after_commit", "worker")` says where we are: here an order may strike. `where` tells the users of one point apart."""
skew_seconds: Final[Callable[[], float]] = _orders.skew if _orders else _no_skew
"""By how much the present moment is to be wrong."""


def call_points(where: str) -> dict[str, Any] | None:
    """Return `extensions` of an httpx request: they reach `after_bytes_sent` once it has left and before its answer is read."""
    return {"trace": _tracer(where)} if ARMED else None


def _tracer(where: str) -> Callable[[str, Mapping[str, Any]], Awaitable[None]]:
    async def trace(event: str, _info: Mapping[str, Any]) -> None:
        if event.endswith(_SENT):
            crash_point("after_bytes_sent", where)

    return trace
