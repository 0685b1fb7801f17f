"""Argon2id by pwdlib, in threads of its own: argon2 lets go of the interpreter, so the event loop serves others meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Final, TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from shared.errors import Transient

R = TypeVar("R")

_AT_ONCE: Final = 2  # hashes at a time: 64 MiB and up to four threads' work each
_MOST_WAITING: Final = 40  # behind them, some 2 s of work: whoever comes later is told to come again


class Argon2Passwords:
    """Hashes and compares; implements `ports.staff.PasswordHasher`."""

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        self._hash = PasswordHash((hasher or Argon2Hasher(),))
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="argon2")
        self._inside = 0

    async def hash(self, password: str) -> str:
        return await self._apart(lambda: self._hash.hash(password))

    async def matches(self, password: str, known: str | None) -> bool:
        def compare() -> bool:
            nobodys = self._nobodys  # asked for in either case: whether there is such an account must not show in the time
            return self._hash.verify(password, known or nobodys) and known is not None

        return await self._apart(compare)

    async def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    @cached_property
    def _nobodys(self) -> str:
        return self._hash.hash("nobody has this password")

    async def _apart(self, work: Callable[[], R]) -> R:
        if self._inside >= _AT_ONCE + _MOST_WAITING:
            raise Transient("busy", after_seconds=2.0)
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._inside -= 1
