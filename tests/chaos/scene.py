"""What a case plays on: the stage, the load that runs meanwhile, the history, and the judge who looks after each case."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import aio_pika
import httpx
import orjson
from aiormq.exceptions import AMQPError

from deploy.local.database import MongoNode
from deploy.local.parts import SERVICES
from deploy.local.processes import CannotStartError
from shared.clock import monotonic_seconds
from shared.contracts.envelope import publisher_of
from shared.messaging.broker import wire
from shared.messaging.layout.model import retry_exchange
from tests.chaos.history import Channel, History
from tests.chaos.judge import Judge, Sources, Verdict
from tests.chaos.load import Load, Plan
from tests.chaos.sites import Sites
from tests.chaos.stage import FAMILIES, VHOST, Stage, Trouble
from tests.chaos.world import OUT_OF_REACH
from tests.support.eventually import eventually

PER_SECOND: Final = 2.0  # journeys while a case is on: every kind of message flows within a second or two
SHARES: Final[Mapping[Channel, float]] = {"adapter": 0.5, "whatsapp": 0.25, "court": 0.25}  # a chat is forty messages
AT_ONCE: Final = 30  # journeys under way: where the system is slow, no more begin
HEAL_SECONDS: Final = 60.0  # promises I4 and I7
STRIKE_SECONDS: Final = 60.0  # until a crash point is passed under that load
SETTLE_SECONDS: Final = 60.0
PATIENCE_SECONDS: Final = 90.0  # an asker's

Play = Callable[["Scene"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Case:
    """One fault. `row` is the line of the fault table, `scaled` says what is shortened in the fast subset (empty: nothing).

    `strikes`: the parts that it has to do with, when cases that strike others may be played at the same time; empty: it is played alone.
    """

    name: str
    row: str
    play: Play
    fast: bool = False
    scaled: str = ""
    strikes: frozenset[str] = frozenset()


@dataclass(slots=True)
class Result:
    """What came of a case. Times in seconds; `problems` is empty when every promise was kept."""

    case: str
    row: str
    lasted: float = 0.0
    heal: float = 0.0
    took: float = 0.0
    journeys: int = 0
    problems: list[str] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Nothing to say against it."""
        return not self.problems


_playing: ContextVar[Result] = ContextVar("_playing")
"""What the case that is asking comes to: several may be played at once."""


class Scene:
    """Use as a context. `quick`: faults last for seconds instead of minutes."""

    def __init__(
        self,
        folder: Path,
        *,
        seed: int,
        quick: bool = True,
        plan: Plan | None = None,
        database: MongoNode | None = None,
        families: int = FAMILIES,
        stage: Callable[[Path, History], Stage] | None = None,
    ) -> None:
        """`plan`: another load than that of the cases; `stage`: another one than a server of each kind."""
        self.plan = plan or Plan(seed, PER_SECOND, SHARES, at_once=AT_ONCE, patience_seconds=PATIENCE_SECONDS)
        self.quick = quick
        folder.mkdir(parents=True, exist_ok=True)
        self.history = History(folder / "history.jsonl")
        self.stage = stage(folder, self.history) if stage else Stage(folder, self.history, database=database, families=families)
        self.seed = seed
        self._known: set[str] = set()
        self._errors = 0

    async def __aenter__(self) -> Self:
        await self.stage.__aenter__()
        try:
            self.sites = Sites.of(self.stage.stack)
            self.judge = Judge(Sources.of(self.stage.stack, logs=self.stage.database_logs))
            self.load = Load(self.sites, self.history, self.plan)
            await self.load.start()
            await self.load.pause()
        except BaseException:
            await self.stage.stop()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            await self.load.stop(patiently=False)
        except httpx.HTTPError:
            if kind is None:
                raise
        finally:
            self.history.close()
            await self.stage.stop()

    @property
    def settings_prefix(self) -> str:
        """What stands before the name of each service's database."""
        return self.stage.settings.database_prefix

    @property
    def notes(self) -> dict[str, Any]:
        """What the case that is asking has to tell besides."""
        return _playing.get().notes

    def seconds(self, quick: float, full: float) -> float:
        """How long a fault lasts here."""
        return quick if self.quick else full

    @contextlib.asynccontextmanager
    async def trouble(self, kind: str, what: str = "", *, heal_seconds: float = 60.0) -> AsyncIterator[Trouble]:
        """A fault, measured."""
        async with self.stage.trouble(kind, what, heal_seconds=heal_seconds) as trouble:
            _playing.get().troubles.append(trouble)
            yield trouble

    async def play(self, case: Case, *, calm: bool = True) -> Result:
        """Play a case under load until everything is well again. Never raises for what the system does. `calm`: the load pauses then."""
        return (await self.play_together((case,), calm=calm))[0]

    async def play_together(self, cases: Sequence[Case], *, calm: bool = True) -> tuple[Result, ...]:
        """Several that have nothing to do with each other, at once; what came of each, in their order."""
        began, before = monotonic_seconds(), self.load.started
        results = tuple(Result(case.name, case.row) for case in cases)
        await self.load.resume()
        await asyncio.gather(*(self._play(case, result) for case, result in zip(cases, results, strict=True)))
        if calm:
            await self.load.pause()
        await self._tidy()
        for result in results:
            healed = [trouble.result for trouble in result.troubles if trouble.result is not None]
            result.lasted = round(sum(one.lasted for one in healed), 2)
            result.heal = round(max((one.seconds for one in healed), default=0.0), 2)
            result.took, result.journeys = round(monotonic_seconds() - began, 1), self.load.started - before
        return results

    async def _play(self, case: Case, result: Result) -> None:
        _playing.set(result)
        try:
            await case.play(self)
            await self.journeys(2)  # of those that begin after it
        except (AssertionError, httpx.HTTPError, OSError, CannotStartError, AMQPError, *OUT_OF_REACH) as error:
            result.problems.append(f"{type(error).__name__}: {error}"[:300])

    async def judged(self) -> tuple[Verdict, list[str]]:
        """Let everything come to its end and have it judged: the verdict over all of the run, and the findings that are new."""
        await self.load.idle()
        verdict = await self.judge.verdict(self.history, SETTLE_SECONDS, self.load.outside)
        problems = self._news(verdict) + [f"{type(error).__name__}: {error}"[:300] for error in self.load.errors[self._errors :]]
        self._errors = len(self.load.errors)
        return verdict, problems

    async def journeys(self, count: int) -> None:
        """Wait until so many more journeys have begun, or the house is full."""
        wanted = self.load.started + count
        await eventually(lambda: self.load.started >= wanted or self.load.full, STRIKE_SECONDS)

    # -- what cases need

    async def disturb(self, simulator: str, **order: Any) -> None:
        """Order a fault of a simulator; it is lifted when the case is over."""
        url = self.stage.stack.part(simulator).url
        await self.load.road.simulator("POST", f"{url}/sim/faults", json=order)

    async def struck_by(self, simulator: str) -> int:
        """How often the faults of a simulator struck."""
        found = await self.load.road.simulator("GET", f"{self.stage.stack.part(simulator).url}/sim/faults")
        return sum(fault["struck"] for fault in found["faults"])

    async def calm(self, simulator: str) -> None:
        """Lift the faults of a simulator."""
        await self.load.road.http.request("DELETE", f"{self.stage.stack.part(simulator).url}/sim/faults")

    async def publish(self, queue: str, body: bytes, *, message_id: str, event_type: str) -> None:
        """Put a message straight into a service's queue, by the exchange on which it sends to itself."""
        await self.publish_all([(queue, body, message_id, event_type)])

    async def publish_all(self, messages: Iterable[tuple[str, bytes, str, str]], exchange: str = "") -> None:
        """Many: routing key, body, id, type. They are with the broker when it returns: it closes the channel after it has read them.

        With an exchange by the login of whose event each is; without one the key is a service, which sends it to itself as a copy.
        """
        by_user: dict[str, list[tuple[str, bytes, str, str]]] = {}
        for message in messages:
            by_user.setdefault(publisher_of(message[3]) if exchange else message[0], []).append(message)
        for user, own in by_user.items():
            connection = await aio_pika.connect(self.stage.stack.amqp_url(user), timeout=10)
            async with connection:
                channel = await connection.channel(publisher_confirms=False)  # the same id twice, and no wait for each
                target = await channel.get_exchange(exchange or retry_exchange(user), ensure=False)
                for key, body, message_id, event_type in own:
                    await target.publish(_said_by(user, body, message_id, event_type), key)

    def take(self, queue: str, count: int) -> list[dict[str, Any]]:
        """Take messages off a queue. Blocks."""
        order = {"count": count, "ackmode": "ack_requeue_false", "encoding": "base64"}
        found: list[dict[str, Any]] = self.stage.api.call("POST", f"/api/queues/{VHOST}/{queue}/get", order)
        return found

    def answers_since(self, number: int) -> list[int | None]:
        """Statuses of the adapters' answers, all but the first `number`."""
        answers = sorted(
            (answer for asked in self.history.asked_for.values() if asked.channel == "adapter" for answer in asked.answers),
            key=lambda answer: answer.at,
        )
        return [answer.status for answer in answers[number:]]

    # -- inside

    async def _tidy(self) -> None:
        self.stage.disarm()
        for simulator in ("whatsapp", "court"):
            await self.calm(simulator)
        for name in SERVICES:
            self.stage.release(name)

    def _news(self, verdict: Verdict) -> list[str]:
        """Findings that were not there before."""
        fresh = []
        for finding in verdict.findings:
            text = f"{finding.promise} {finding.what}: {orjson.dumps(dict(finding.evidence), default=str).decode()}"
            if text not in self._known:
                self._known.add(text)
                fresh.append(text)
        return fresh


def _said_by(user: str, body: bytes, message_id: str, event_type: str) -> aio_pika.Message:
    return aio_pika.Message(
        body,
        message_id=message_id,
        type=event_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        user_id=user,
        headers={wire.PUBLISHER: publisher_of(event_type)},
    )
