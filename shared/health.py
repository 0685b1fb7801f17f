"""Whether a process lives and whether it is ready, with the reasons as data (`/livez`, `/readyz`)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

CHECK_SECONDS: Final = 2.0  # a readiness check that takes longer counts as failed; orchestrators ask every few seconds


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. `reason` is a stable code, empty when all is well; `value` is a measurement such as an age in seconds."""

    ok: bool
    reason: str = ""
    value: float | str | None = None


CheckFunction = Callable[[], Awaitable[Check]]


@dataclass(slots=True)
class Health:
    """The readiness checks of a process. Not ready = no new requests in flight; it never means "kill me"."""

    checks: dict[str, CheckFunction] = field(default_factory=dict)
    stopping: bool = False
    started: bool = False

    def add(self, name: str, check: CheckFunction) -> None:
        """Register a readiness input.

        Raises:
            ValueError: The name is taken.
        """
        if name in self.checks:
            raise ValueError(f"health check {name} is registered twice")
        self.checks[name] = check

    async def ready(self) -> tuple[bool, dict[str, Check]]:
        """Run every check at once, each within its time limit."""
        names = list(self.checks)
        found = dict(zip(names, await asyncio.gather(*(self._run(self.checks[name]) for name in names)), strict=True))
        if self.stopping or not self.started:
            found["process"] = Check(ok=False, reason="stopping" if self.stopping else "starting")
        return all(check.ok for check in found.values()), found

    @staticmethod
    async def _run(check: CheckFunction) -> Check:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return await check()
        except TimeoutError:
            return Check(ok=False, reason="timeout")
        except Exception as error:  # noqa: BLE001 - whatever breaks in a check is the finding
            return Check(ok=False, reason=type(error).__name__)
