"""Continuous load from both channels and the adapter API against a running system, recorded as it goes.

async with Load(Sites.of(stack), history, Plan(seed=7, per_second=20)) as load:
    ...faults...
    await load.pause()      # no new journeys; those under way go on
# leaving the block waits for the journeys under way, at most `Plan.patience_seconds`, and reads what the simulators saw
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local.stack import Stack
from tests.chaos.history import Channel, History


@dataclass(frozen=True)
class Sites:
    """Where the load goes. Callers of intake may be sent through a proxy; the simulators never are."""

    intake: str
    issuance: str
    whatsapp: str
    court: str
    adapter_key: str = field(repr=False)
    reader_key: str = field(repr=False)
    register: Path
    """The sample register (CSV), for people."""

    @classmethod
    def of(cls, stack: Stack) -> Sites:
        """Of a running stack."""
        urls = {part.name: part.url for part in stack.parts}
        keys = stack.keys.clients
        return cls(urls["intake"], urls["issuance"], urls["whatsapp"], urls["court"], keys["loket"], keys["petugas-01"], stack.register)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of what. The same seed gives the same people in the same order on the same channels."""

    seed: int
    per_second: float
    """New journeys; a court decision is one journey of four requests."""
    shares: Mapping[Channel, float] = field(default_factory=lambda: {"adapter": 0.5, "whatsapp": 0.4, "court": 0.1})
    most: int | None = None
    """End by itself after so many journeys."""
    at_once: int = 500
    """Journeys under way; new ones wait."""
    patience_seconds: float = 120.0
    """How long an asker tries again or waits for a next step."""


class Load:
    """The load as a context; also usable as `start()` … `stop()`."""

    def __init__(self, sites: Sites, history: History, plan: Plan) -> None:
        self.sites, self.history, self.plan = sites, history, plan
        self.started = 0
        """Journeys begun."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    async def start(self) -> None:
        """Begin."""
        raise NotImplementedError

    async def pause(self) -> None:
        """Begin no more journeys; those under way go on."""
        raise NotImplementedError

    async def resume(self) -> None:
        """Begin journeys again."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Begin no more, wait for those under way, read what the simulators saw."""
        raise NotImplementedError

    async def finished(self) -> None:
        """Wait until `Plan.most` journeys are begun and over."""
        raise NotImplementedError
