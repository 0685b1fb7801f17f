"""Judges the promises I1-I8 and conservation from the history, the databases, the queues and the logs alone.

sources = Sources.of(stack)                       # or with addresses that go around the proxies
verdict = await Judge(sources).verdict(history)   # waits until everything ended, at most `settle_seconds`
print(verdict.line())
assert verdict.good, verdict.findings
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
from pymongo import MongoClient
from pymongo.read_concern import ReadConcern

from deploy.local.parts import SERVICES
from deploy.local.stack import Stack
from shared.clock import monotonic_seconds, now
from shared.errors import AppError
from shared.messaging.broker.errors import PublishRefused
from shared.messaging.operations.service_api import ServiceApi
from tests.chaos.checks import counts, documents, effects, order, privacy, recovery, register, requests, waiting
from tests.chaos.findings import Finding as Finding
from tests.chaos.history import History
from tests.chaos.outside import Outside
from tests.chaos.world import OUT_OF_REACH, Doc, Office, World, read
from tests.support.eventually import eventually

SETTLE_SECONDS: Final = 60.0  # I4: after a fault heals everything is told within a minute

LOST: Final = frozenset(
    {
        *(
            "request_lost",
            "message_lost",
            "document_lost",
            "bytes_missing",
            "effect_missing",
            "messages_lost",
            "change_lost",
            "not_counted",
        ),
        *("request_stuck", "message_stuck"),
    }
)
DOUBLE: Final = frozenset(
    {"request_doubled", "case_doubled", "document_doubled", "number_doubled", "person_doubled", "effect_doubled", "answers_differ"}
)
"""Codes by what they count as."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended.

    `lost`, `double`: findings of those kinds. `flagged`: notices that say that they may have been seen twice. `parked`: what waits for a
    person: messages, notices, documents, tasks. `heal_*`: from when the last fault was taken away until the outboxes were drained.
    """

    findings: tuple[Finding, ...]
    journeys: int
    by_channel: Mapping[str, int]
    ended: int
    requests: int
    documents: int
    effects: int
    lost: int
    double: int
    flagged: int
    parked: int
    faults: Mapping[str, int]
    healed: int
    heal_p50_seconds: float
    heal_max_seconds: float

    @property
    def good(self) -> bool:
        """Every promise was kept."""
        return not self.findings

    def line(self) -> str:
        """One line of JSON."""
        return orjson.dumps({"good": self.good, **asdict(self)}).decode()

    def summary(self) -> str:
        """The findings by promise and code, with one example each, for people."""
        counts = Counter((finding.promise, finding.what) for finding in self.findings)
        examples = {(finding.promise, finding.what): finding for finding in reversed(self.findings)}
        return "\n".join(
            f"{promise} {what} x{count}: {dict(examples[promise, what].evidence)}" for (promise, what), count in counts.items()
        )


@dataclass(frozen=True)
class Sources:
    """Where the judge looks. The addresses must not lead through what a fault cuts."""

    mongo_url: str
    amqp_url: str = field(repr=False)
    """The operator's user."""
    databases: Mapping[str, str]
    """Database by service."""
    services: Mapping[str, str]
    """Address by service."""
    admin_key: str = field(repr=False)
    logs: tuple[Path, ...]
    """Of every process that ran; what was moved aside (`name.log.*`) is read too."""

    @classmethod
    def of(cls, stack: Stack, *, mongo_url: str = "", amqp_url: str = "", logs: tuple[Path, ...] = ()) -> Sources:
        """Of a running stack; the addresses can be given where the stack's own lead through proxies, and logs of servers beside its own."""
        environment = stack.operator_environment()
        return cls(
            mongo_url or environment["MONGO_URL"],
            amqp_url or environment["AMQP_URL"],
            orjson.loads(environment["DATABASES"]),
            orjson.loads(environment["ADMIN_URLS"]),
            environment["ADMIN_KEY"],
            (*(stack.process(name).log for name in SERVICES), *logs),
        )

    def office(self) -> Office:
        """The operator's side of it."""
        return Office(self.mongo_url, self.amqp_url, self.databases, ServiceApi(self.services, self.admin_key))


def judge(history: History, world: World, leaks: Iterable[Finding] = ()) -> Verdict:
    """The verdict over what was read. Pure."""
    findings = (
        *requests.check(history, world),
        *documents.check(history, world),
        *register.check(world),
        *effects.check(history, world),
        *order.check(history, world),
        *recovery.check(history, world),
        *waiting.check(world),
        *counts.check(world),
        *leaks,
    )
    healing = recovery.healing_seconds(history, world)
    journeys = history.journeys.values()
    open_tasks = sum(1 for task in world.of("verification", "tasks") if task["state"] == "open")
    return Verdict(
        findings=findings,
        journeys=len(journeys),
        by_channel=dict(Counter(journey.channel for journey in journeys)),
        ended=sum(1 for journey in journeys if journey.end not in (None, "gave_up")),
        requests=len(world.of("intake", "requests")),
        documents=sum(1 for document in world.of("issuance", "documents") if document["state"] == "issued"),
        effects=sum(effect.times for effect in history.effects.values()),
        lost=sum(finding.what in LOST for finding in findings),
        double=sum(finding.what in DOUBLE for finding in findings),
        flagged=effects.flagged(world),
        parked=len(world.waiting) + open_tasks,
        faults=dict(Counter(fault.kind for fault in history.faults)),
        healed=len(healing),
        heal_p50_seconds=round(statistics.median(healing), 2) if healing else 0.0,
        heal_max_seconds=round(max(healing, default=0.0), 2),
    )


class Judge:
    """Reads everything and says what was broken."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._logs = privacy.Reader(sources.logs)

    async def verdict(self, history: History, settle_seconds: float = SETTLE_SECONDS, outside: Outside | None = None) -> Verdict:
        """Wait until everything asked for ended or is parked and the outboxes are empty (at most `settle_seconds`), then judge.

        What the simulators saw is read at that moment where `outside` is given; else the history must hold all of it.
        """
        await self.settle(settle_seconds)
        if outside is not None:
            await outside.read()
        world, leaks = await self.look(history)
        return judge(history, world, leaks)

    async def settle(self, seconds: float = SETTLE_SECONDS) -> float:
        """Wait until nothing moves, for at most so long; how long it took. What still moves then shows as findings of a verdict."""
        began = monotonic_seconds()
        client = MongoClient[Doc](self.sources.mongo_url, tz_aware=True, serverSelectionTimeoutMS=5_000)
        office = self.sources.office()

        async def quiet() -> bool:
            still = await asyncio.to_thread(_quiet, client, self.sources.databases)
            return still and await office.queued() == 0 and await asyncio.to_thread(_quiet, client, self.sources.databases)

        try:
            with contextlib.suppress(AssertionError):
                await eventually(quiet, seconds, ignoring=OUT_OF_REACH)
        finally:
            await office.close()
            await asyncio.to_thread(client.close)
        return monotonic_seconds() - began

    async def look(self, history: History) -> tuple[World, list[Finding]]:
        """Read databases, queues and logs."""
        sources = self.sources
        office = sources.office()
        try:
            world = await asyncio.to_thread(read, sources.mongo_url, sources.databases)
            await office.look(world)
        finally:
            await office.close()
        leaks = await asyncio.to_thread(self._logs.findings, frozenset(history.personal_values))
        return world, leaks

    async def replay(self, settle_seconds: float = SETTLE_SECONDS) -> tuple[str, ...]:
        """I6: send everything that waits again. Addresses of what still (or again) waits once things are quiet."""
        office = self.sources.office()
        try:
            for entry in await office.waiting():
                with contextlib.suppress(AppError, PublishRefused):  # it is still there: the answer says so
                    await office.stuck.replay(entry.address)
            await self.settle(settle_seconds)
            return tuple(entry.address for entry in await office.waiting())
        finally:
            await office.close()


_MOVING: Final = (
    ("intake", "webhook_log", {"state": "new"}),
    ("issuance", "documents", {"state": {"$in": ["claimed", "rendering"]}}),
    ("notifier", "jobs", {"state": {"$in": ["ready", "running", "unknown"]}}),
    *((service, "outbox", {"state": "new"}) for service in SERVICES),
    *((service, "parked", {"state": "replayed"}) for service in SERVICES),
)
"""What is under way: service, collection, query."""


def _quiet(client: MongoClient[Doc], databases: Mapping[str, str]) -> bool:
    """Whether nothing moves: no event unsent, no message unread, no notice or document under way, no request that waits for nobody."""
    opened = {service: client.get_database(name, read_concern=ReadConcern("majority")) for service, name in databases.items()}
    if any(opened[service][collection].find_one(query, {"_id": 1}) for service, collection, query in _MOVING):
        return False
    open_states = {"state": {"$in": ["submitted", "approved", "issued"]}}
    underway = {row["_id"]: row["case_id"] for row in opened["intake"]["requests"].find(open_states, {"case_id": 1})}
    return not underway or _wait_for_people(opened, underway)


def _wait_for_people(opened: Mapping[str, Any], underway: Mapping[str, str | None]) -> bool:
    """Whether all of these requests visibly wait for a person."""
    world = World(at=now())
    ids = {"request_id": {"$in": list(underway)}}
    theirs = {"$or": [ids, {"case_id": {"$in": [case_id for case_id in underway.values() if case_id]}}], "state": "open"}
    world.rows = {
        ("verification", "tasks"): list(opened["verification"]["tasks"].find(theirs, {"state": 1, "request_id": 1, "case_id": 1})),
        ("issuance", "documents"): list(opened["issuance"]["documents"].find(ids, {"state": 1, "request_id": 1})),
        ("notifier", "jobs"): list(opened["notifier"]["jobs"].find(ids, {"state": 1, "request_id": 1})),
        **{(service, "parked"): list(database["parked"].find({})) for service, database in opened.items()},
    }
    refused = {"state": {"$in": ["parked", "discarded"]}}
    world.outbox = {
        service: list(database["outbox"].find(refused, {"state": 1, "correlation_id": 1})) for service, database in opened.items()
    }
    waiting_for_people = requests.parked_ids(world)
    return all(request_id in waiting_for_people or case_id in waiting_for_people for request_id, case_id in underway.items())
