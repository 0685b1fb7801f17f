"""Ten thousand people at 80 a second beside chats: `python -m tests.bench.broadcast`.

A broadcast runs at the number's whole rate while people chat. Its people must all be told, each once, nearly at that rate (a tenth of the
number's tokens is kept for what does not give way), and whoever chats must not notice: the answer comes within a second (p95), from when
they write to when it is on their phone.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx
import uvloop

from deploy.local.parts import Part
from services.notifier.domain.job import OPEN
from shared.clock import monotonic_seconds, now
from shared.mongo import Mongo
from tests.bench import report
from tests.bench.profiler import Profiler
from tests.bench.report import Report, Row, percentile
from tests.bench.system import Meter, System, per, running
from tests.bench.throughput import SHOWN, Shares, with_stub
from tests.support.broadcasts import begin, phones

BROADCAST: Final = "bench-broadcast"
PER_SECOND: Final = 80.0
TARGET_PER_SECOND: Final = 72.0
TARGET_ANSWER_SECONDS: Final = 1.0
CHATS: Final = 60
PAUSE_SECONDS: Final = 7.0
"""Of whoever chats, after each answer: WhatsApp lets a number tell one person something each six seconds, after a burst of 45."""
ANSWER_SECONDS: Final = 30.0
LOOK_SECONDS: Final = 0.5
WORDS: Final = ("menu", "syarat kk hilang", "status", "jam buka kantor")


@dataclass(frozen=True)
class Finding:
    """What came of it. `answers`: seconds of each answer while the broadcast ran; `chat_cpu_ms`: of a message and its answer before it."""

    seconds: float
    told: int
    doubled: int
    missing: int
    answers: list[float]
    calm: list[float]
    cpu_ms: Mapping[str, float]
    chat_cpu_ms: Mapping[str, float]
    shares: Shares

    @property
    def per_second(self) -> float:
        """People told in a second."""
        return self.told / self.seconds


def at_full_rate(part: Part) -> Part:
    """The notifier with a broadcast at the number's whole rate; the stub of the press."""
    part = with_stub(part)
    if part.name != "notifier":
        return part
    more = {"BROADCAST_PER_SECOND": str(PER_SECOND), "BROADCAST_PEOPLE_A_DAY": "100000"}
    return replace(part, environment={**part.environment, **more})


def looked_at(system: System) -> dict[str, int]:
    """The processes that a message of a broadcast passes."""
    passed = ("notifier", "intake", "whatsapp")
    return {name: system.stack.process(name).pid for name in passed}


class Chatter:
    """Somebody who writes and waits for the answer, again and again."""

    def __init__(self, http: httpx.AsyncClient, phone: str) -> None:
        self._http = http
        self._phone = phone
        self.answers: list[float] = []

    async def chat(self, stop: asyncio.Event) -> None:
        """Until `stop`."""
        citizen = (await self._http.post("/sim/citizens", json={"phone": self._phone, "name": "Warga"})).json()
        seen, number = 0, 0
        while not stop.is_set():
            began = monotonic_seconds()
            written = {"type": "text", "text": WORDS[number % len(WORDS)]}
            (await self._http.post(f"/sim/citizens/{citizen['id']}/messages", json=written)).raise_for_status()
            query: dict[str, Any] = {"after": seen, "author": "office", "wait_seconds": ANSWER_SECONDS}
            page = (await self._http.get(f"/sim/citizens/{citizen['id']}/messages", params=query)).json()
            self.answers.append(monotonic_seconds() - began)
            seen, number = page["next_after"], number + 1
            await asyncio.sleep(PAUSE_SECONDS)


async def _measure(system: System, options: argparse.Namespace) -> Finding:
    mongo = Mongo.connect(system.mongo_url)
    database, people = system.database("notifier"), options.people
    stop = asyncio.Event()
    try:
        async with httpx.AsyncClient(base_url=system.url("whatsapp"), timeout=ANSWER_SECONDS + 10, trust_env=False) as http:
            chatters = [Chatter(http, phone) for phone in phones(CHATS, "62816")]
            chats = [asyncio.create_task(each.chat(stop)) for each in chatters]
            meter = Meter(system)
            await asyncio.sleep(options.calm_seconds)
            chat_cpu_ms = per(meter.seconds(), sum(len(each.answers) for each in chatters) or 1)
            calm = [seconds for each in chatters for seconds in each.answers[1:]]
            before = [len(each.answers) for each in chatters]
            with Profiler(looked_at(system)) if options.profile else nullcontext() as profiler:
                meter, began = Meter(system), monotonic_seconds()
                await begin(lambda name: mongo.collection(database, name), BROADCAST, phones(people), at=now(), per_second=PER_SECOND)
                await _over(mongo, database)
                seconds = monotonic_seconds() - began
                cpu_ms = per(meter.seconds(), people)
            answers = [took for each, first in zip(chatters, before, strict=True) for took in each.answers[first:]]
            stop.set()
            await asyncio.gather(*chats)
            doubled = (await http.get("/sim/effects/repeated")).json()
        jobs = mongo.collection(database, "jobs")
        told = await jobs.count_documents({"refs": BROADCAST, "state": "done"})
    finally:
        await mongo.close()
    shares = profiler.shares if profiler is not None else {}
    twice = sum(key.startswith("broadcast:") for key in doubled)
    return Finding(seconds, told, twice, people - told, answers, calm, cpu_ms, chat_cpu_ms, shares)


async def _over(mongo: Mongo, database: str) -> None:
    """Wait until nobody is planned and nothing is in flight."""
    people, jobs = mongo.collection(database, "broadcast_recipients"), mongo.collection(database, "jobs")
    planned, flying = {"broadcast_id": BROADCAST, "state": "planned"}, {"refs": BROADCAST, "state": {"$in": sorted(OPEN)}}
    while await people.count_documents(planned, limit=1) or await jobs.count_documents(flying, limit=1):  # noqa: ASYNC110 - others work
        await asyncio.sleep(LOOK_SECONDS)


def on(system: System, options: argparse.Namespace) -> Report:
    """On a running system of `at_full_rate`."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(_measure(system, options))
    data = {
        "people": found.told,
        "seconds": round(found.seconds, 1),
        "per_second": round(found.per_second, 1),
        "answers": len(found.answers),
        "answer_p50_seconds": round(percentile(found.answers, 0.5), 3),
        "answer_p95_seconds": round(percentile(found.answers, 0.95), 3),
        "answer_p95_before_seconds": round(percentile(found.calm, 0.95), 3),
        "cpu_ms": dict(found.cpu_ms),
        "chat_cpu_ms": dict(found.chat_cpu_ms),
        "doubled": found.doubled,
        "missing": found.missing,
    }
    return Report("broadcast", tuple(_rows(found)), data)


def _rows(found: Finding) -> Iterator[Row]:
    many = f"{found.told} in {found.seconds:.0f} s"
    yield Row(f"people told at {PER_SECOND:g}/s", found.per_second, "/s", at_least=TARGET_PER_SECOND, note=many)
    calm, beside = percentile(found.calm, 0.95), percentile(found.answers, 0.95)
    several = f"{len(found.answers)} answers, {calm:.2f} s before"
    yield Row("a chat's answer beside it, p95", beside, "s", at_most=TARGET_ANSWER_SECONDS, note=several)
    yield Row("CPU per message of a chat and its answer", sum(found.chat_cpu_ms.values()), "ms", note=_told(found.chat_cpu_ms))
    yield Row("CPU per message, with the chats", sum(found.cpu_ms.values()), "ms", note=_told(found.cpu_ms))
    for name, by in found.shares.items():
        most = ", ".join(f"{whose} {share:.0%}" for whose, share in list(by.items())[:SHOWN])
        yield Row(f"{name} of these", found.cpu_ms[name], "ms", note=most)
    yield Row("told twice", float(found.doubled), "", at_most=0.0)
    yield Row("not told", float(found.missing), "", at_most=0.0)


def _told(cpu_ms: Mapping[str, float]) -> str:
    return " ".join(f"{name} {spent:.1f}" for name, spent in cpu_ms.items())


def measure(options: argparse.Namespace) -> Report:
    """On a system of its own."""
    with running(at_full_rate) as system:
        return on(system, options)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this bench can be told."""
    parser.add_argument("--people", type=int, default=10_000, help="people of the broadcast (default 10000)")
    parser.add_argument("--profile", action="store_true", help="look where the CPU of each goes, which takes some of it")
    parser.add_argument("--calm-seconds", type=float, default=10.0, help="how long people chat before it (default 10)")


def main(words: Sequence[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.broadcast", description="A broadcast beside chats.")
    arguments(parser)
    return report.run(parser, words, measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
