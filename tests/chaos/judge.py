"""Judges the promises I1-I8 and conservation from the history, the databases, the queues and the logs alone.

sources = Sources.of(stack)                       # or with addresses that go around the proxies
verdict = await Judge(sources).verdict(history)   # waits until everything ended, at most `settle_seconds`
print(verdict.line())
assert verdict.good, verdict.findings
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from deploy.local.parts import SERVICES
from deploy.local.stack import Stack
from tests.chaos.history import History

SETTLE_SECONDS: Final = 60.0  # I4: after a fault heals everything is told within a minute


@dataclass(frozen=True, slots=True)
class Finding:
    """A promise that was not kept. `evidence` holds ids, counts and times, never personal data."""

    promise: str
    """I1 … I8, or `conservation`."""
    what: str
    """Stable code, such as `request_lost`."""
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended."""

    findings: tuple[Finding, ...]
    journeys: int
    ended: int
    lost: int
    double: int
    flagged: int
    parked: int
    faults: Mapping[str, int] = field(default_factory=dict)
    heal_p50_seconds: float = 0.0
    heal_max_seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Every promise was kept."""
        return not self.findings

    def line(self) -> str:
        """One line of JSON."""
        return orjson.dumps({"good": self.good, **asdict(self)}).decode()


@dataclass(frozen=True)
class Sources:
    """Where the judge looks. The addresses must not lead through what a fault cuts."""

    mongo_url: str
    amqp_url: str = field(repr=False)
    """The operator's user."""
    databases: Mapping[str, str]
    """Database by service."""
    logs: tuple[Path, ...]
    """Of every process that ran; what was moved aside (`name.log.*`) is read too."""

    @classmethod
    def of(cls, stack: Stack, *, mongo_url: str = "", amqp_url: str = "") -> Sources:
        """Of a running stack; the addresses can be given where the stack's own lead through proxies."""
        environment = stack.operator_environment()
        return cls(
            mongo_url or environment["MONGO_URL"],
            amqp_url or environment["AMQP_URL"],
            orjson.loads(environment["DATABASES"]),
            tuple(stack.process(name).log for name in SERVICES),
        )


class Judge:
    """Reads everything and says what was broken."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources

    async def verdict(self, history: History, settle_seconds: float = SETTLE_SECONDS) -> Verdict:
        """Wait until everything asked for ended or is parked and the outboxes are empty (at most `settle_seconds`), then judge."""
        raise NotImplementedError

    async def replay(self) -> tuple[str, ...]:
        """I6: send everything parked again. Addresses of what still waits once things are quiet."""
        raise NotImplementedError
