"""The child as the service sees it: one process, started once, replaced when it dies, overruns or has done enough."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shared.child.frames import HEADER, Torn, lengths, pack, unpack
from shared.errors import Transient
from shared.faults import crash_point

PROJECT: Final = Path(__file__).resolve().parents[2]
CLOSE_SECONDS: Final = 2.0  # an idle child ends at once when its stdin closes


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """The limits of a child: seconds for one order and for its start, its address space, and how many orders it does in its life.

    `idle_seconds`: how long it waits for the next order before it ends, and another one is started for that order; 0: for ever.
    """

    order_seconds: float
    start_seconds: float
    memory_mib: int
    orders_per_life: int
    idle_seconds: float = 0.0


class ChildProcess:
    """A child process that does one order at a time; further callers wait. `setup` is sent to every new child.

    Errors carry `name` in their codes: `<name>_overran`, `<name>_died`, `<name>_start_failed`.
    """

    def __init__(self, name: str, module: str, setup: Mapping[str, Any], limits: ChildLimits) -> None:
        self._name = name
        self._module = module
        self._setup = {**setup, "memory_mib": limits.memory_mib}
        self._limits = limits
        self._line = asyncio.Lock()
        self._waiting = 0
        self._process: asyncio.subprocess.Process | None = None
        self._greeting: dict[str, Any] = {}
        self._done = 0
        self._starts = 0
        self._failure = ""
        self._idle: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None

    @property
    def greeting(self) -> Mapping[str, Any]:
        """What the last child that started said of itself; empty before."""
        return self._greeting

    @property
    def failure(self) -> str:
        """The reason why the last start failed, or empty."""
        return self._failure

    @property
    def starts(self) -> int:
        """The number of children started so far."""
        return self._starts

    @property
    def waiting(self) -> int:
        """The number of orders in work or waiting."""
        return self._waiting

    @property
    def ready(self) -> bool:
        """Whether a child lives and has started."""
        return self.process_id is not None and not self._failure

    @property
    def process_id(self) -> int | None:
        """The id of the child that lives now."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def start(self) -> Mapping[str, Any]:
        """Start a child unless one lives, without waiting for an order in work; return what it said of itself.

        Raises:
            Transient: `<name>_start_failed`: what it needs is missing, no memory, too slow.
        """
        if self.process_id is not None and self._greeting:
            return self._greeting
        async with self._line:
            return await self._ensure()

    async def do(self, order: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Have one order done; return what the child says, and its bytes.

        Raises:
            Transient: `<name>_overran`, `<name>_died`, `<name>_start_failed`: the child was replaced, try again.
        """
        self._waiting += 1
        try:
            async with self._line:
                return await self._do(order)
        finally:
            self._waiting -= 1
            self._watch_idle()

    async def close(self) -> None:
        """Stop the child, after the order in work."""
        if self._idle is not None:
            self._idle.cancel()
        async with self._line:
            await self._retire()

    def _watch_idle(self) -> None:
        """Count the time without an order anew."""
        if self._idle is not None:
            self._idle.cancel()
        if self._limits.idle_seconds:
            self._idle = asyncio.get_running_loop().call_later(self._limits.idle_seconds, self._end_idle)

    def _end_idle(self) -> None:
        self._ending = asyncio.create_task(self._retire_idle(), name=f"{self._name} idle")

    async def _retire_idle(self) -> None:
        async with self._line:
            if not self._waiting:
                await self._retire()

    async def _do(self, order: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        await self._ensure()
        try:
            async with asyncio.timeout(self._limits.order_seconds):
                answer = await self._exchange(order)
        except TimeoutError:
            await self._kill()
            raise Transient(f"{self._name}_overran", f"{self._limits.order_seconds} s") from None
        except (OSError, asyncio.IncompleteReadError, Torn):
            await self._kill()
            raise Transient(f"{self._name}_died") from None
        except asyncio.CancelledError:
            await self._kill()  # half an answer may be in the pipe
            raise
        self._done += 1
        if self._done >= self._limits.orders_per_life:
            await self._retire()
        return answer

    async def _ensure(self) -> Mapping[str, Any]:
        if self.process_id is not None and self._greeting:
            return self._greeting
        self._failure = f"{self._name}_start_failed"
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # a traceback could carry personal data; what matters comes as a code
            env=_environment(),
            cwd=PROJECT,
            start_new_session=True,  # Ctrl-C in a terminal is for the service, which then closes its children in order
            limit=1024 * 1024,
        )
        self._starts += 1
        self._done = 0
        try:
            async with asyncio.timeout(self._limits.start_seconds):
                greeting, _ = await self._exchange(self._setup)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, Torn) as error:
            await self._kill()
            raise Transient(self._failure, type(error).__name__) from None
        except asyncio.CancelledError:
            await self._kill()
            raise
        if not greeting.get("ready"):
            await self._kill()
            self._failure = str(greeting.get("code") or self._failure)
            raise Transient(self._failure, str(greeting.get("error", "")))
        self._greeting = greeting
        self._failure = ""
        return greeting

    async def _exchange(self, message: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise BrokenPipeError
        process.stdin.write(pack(message))
        await process.stdin.drain()
        crash_point("after_bytes_sent", self._name)
        text_length, blob_length = lengths(await process.stdout.readexactly(HEADER.size))
        reply = unpack(await process.stdout.readexactly(text_length))
        return reply, await process.stdout.readexactly(blob_length)

    async def _retire(self) -> None:
        """Let an idle child go."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.wait()


def _environment() -> dict[str, str]:
    """As little as it needs: no address, no key of the service. One thread and one malloc arena keep its address space small."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", "HOME", "VIRTUAL_ENV") if name in os.environ}
    return {**kept, "PYTHONPATH": str(PROJECT), "RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1"}
