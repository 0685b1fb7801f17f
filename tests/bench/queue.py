"""The officers' queue with many open tasks: `python -m tests.bench.queue`.

Open tasks are loaded (`tests.bench.desk_data`). Then the first page of the queue and its summary are asked for by some officers at a time;
and fifty officers, each with a key of their own, claim one task at the same moment: one must get it, all others must be told who has it.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
import uvloop
from pymongo import MongoClient

from deploy.local.parts import Part
from deploy.simulators.http_wire import Http, request
from shared.clock import monotonic_seconds
from shared.mongo import Doc
from tests.bench import report
from tests.bench.desk_data import load_all, open_task
from tests.bench.report import Report, Row, percentile
from tests.bench.system import System, running
from tests.bench.throughput import Adapter, with_stub
from tests.support.eventually import eventually

OPEN_TASKS: Final = 100_000
OFFICERS: Final = 50
RACES: Final = 20
CALLS: Final = 200  # of each question
AT_A_TIME: Final = 4  # officers who ask
OK: Final = 200
TAKEN: Final = 409
PAGE_MS: Final = 150.0
RACE_MS: Final = 200.0


def key_of(number: int) -> str:
    """The key of an officer of the bench."""
    return f"bench-officer-{number:02d}"


def with_officers(part: Part) -> Part:
    """Verification with fifty officers, and the stub of the press."""
    part = with_stub(part)
    if part.name != "verification":
        return part
    keys = orjson.loads(part.environment["API_KEYS"]) + [
        {"name": key_of(each), "sha256": hashlib.sha256(key_of(each).encode()).hexdigest(), "scopes": ["tasks:read", "tasks:decide"]}
        for each in range(OFFICERS)
    ]
    return replace(part, environment={**part.environment, "API_KEYS": orjson.dumps(keys).decode(), "CLAIMS_AT_ONCE": "100"})


def ask(officer: int, method: str, path: str, body: bytes = b"") -> bytes:
    """The bytes of an officer's request."""
    return request(method, path, body, {"authorization": f"Bearer {key_of(officer)}", "content-type": "application/json"})


async def tasks_of(system: System, count: int) -> list[str]:
    """Have so many requests filed that nobody vouches for, which are officers'; return their tasks."""
    async with Http(system.url("intake")) as http:
        kiosk = Adapter(system, http, client="kios-01")
        await kiosk.upload()
        await kiosk.file_many(count)

    async def all_there() -> list[Doc]:
        with MongoClient[Doc](system.mongo_url, tz_aware=True) as client:
            found = list(client[system.database("verification")]["tasks"].find())
        assert len(found) >= count
        return found

    return [doc["_id"] for doc in await eventually(all_there, 60.0, ignoring=(AssertionError,))]


@dataclass(frozen=True)
class Times:
    """Milliseconds of each call, and how many were answered otherwise than expected."""

    milliseconds: Sequence[float]
    odd: int

    def percentiles(self) -> dict[str, float]:
        """What half, most and nearly all of them did not exceed."""
        return {word: percentile(self.milliseconds, share) for word, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}

    def shown(self) -> dict[str, float]:
        """For programs."""
        return {word: round(value, 1) for word, value in self.percentiles().items()} | {"odd": self.odd}


async def timed(http: Http, message: bytes) -> tuple[float, int, bytes]:
    """Milliseconds, status and body of one call."""
    began = monotonic_seconds()
    status, body = await http.send(message)
    return (monotonic_seconds() - began) * 1000, status, body


async def asked(http: Http, messages: Sequence[bytes], expected: int = OK) -> Times:
    """Questions by some officers at a time, each after the answer to the one before."""
    left, found, odd = iter(messages), list[float](), 0

    async def officer() -> None:
        nonlocal odd
        for message in left:
            milliseconds, status, _ = await timed(http, message)
            found.append(milliseconds)
            odd += status != expected

    await asyncio.gather(*(officer() for _ in range(AT_A_TIME)))
    return Times(found, odd)


async def raced(http: Http, tasks: Sequence[str]) -> Times:
    """Each task claimed by fifty officers at once: one gets it, the others are told who has it."""
    found, odd = list[float](), 0
    for task_id in tasks:
        answers = await asyncio.gather(*(timed(http, ask(each, "POST", f"/v1/tasks/{task_id}/claim")) for each in range(OFFICERS)))
        found += [milliseconds for milliseconds, _, _ in answers]
        winners = [orjson.loads(body)["claimed_by"] for _, status, body in answers if status == OK]
        told = {orjson.loads(body)["about"]["claimed_by"] for _, status, body in answers if status == TAKEN}
        odd += len(winners) != 1 or told != set(winners)
    return Times(found, odd)


async def _measure(system: System, options: argparse.Namespace) -> tuple[dict[str, Times], float]:
    tasks = await tasks_of(system, options.races + AT_A_TIME)
    seconds = await asyncio.to_thread(load_all, system, [(open_task, options.open_tasks)])
    calls = max(20, round(CALLS * options.scale))
    async with Http(system.url("verification")) as http:
        page = "/v1/tasks?show=available&order=place&limit=50"
        questions = {
            "first page of the queue": page,
            "first page by the promise": "/v1/tasks?limit=50",
            "summary of the queue": "/v1/queue/summary",
        }
        await asked(http, [ask(0, "GET", page)] * 8)  # connections, caches
        times = {name: await asked(http, [ask(each % OFFICERS, "GET", path) for each in range(calls)]) for name, path in questions.items()}
        times["claim race of 50"] = await raced(http, tasks[: options.races])
    return times, seconds


def on(system: System, options: argparse.Namespace) -> Report:
    """On a running system that has the officers."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        times, seconds = runner.run(_measure(system, options))
    rows = [row_of(name, time, PAGE_MS) for name, time in times.items() if not name.startswith("claim")]
    rows += [row_of(name, time, RACE_MS, "p99") for name, time in times.items() if name.startswith("claim")]
    rows.append(Row("answers that were not as they must be", float(sum(time.odd for time in times.values())), "", at_most=0.0))
    data: dict[str, Any] = {"open_tasks": options.open_tasks, "races": options.races, "load_seconds": round(seconds, 1)}
    return Report("queue", tuple(rows), data | {name: time.shown() for name, time in times.items()})


def row_of(name: str, time: Times, at_most: float, word: str = "p95", *, more: str = "") -> Row:
    """The line of one question: the percentile that has a target, and the others beside it."""
    found = time.percentiles()
    note = ", ".join(f"{each} {value:.1f}" for each, value in found.items() if each != word)
    return Row(f"{name}, {word}", found[word], "ms", at_most=at_most, note=f"{note}; odd: {time.odd}{more and f'; {more}'}")


def measure(options: argparse.Namespace) -> Report:
    """On a system of its own."""
    with running(with_officers) as system:
        return on(system, options)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this bench can be told."""
    report.rounds(parser)
    parser.add_argument("--open-tasks", type=int, default=OPEN_TASKS, help=f"open tasks of the queue (default {OPEN_TASKS})")
    parser.add_argument("--races", type=int, default=RACES, help=f"tasks that fifty claim at once (default {RACES})")


def main(words: Sequence[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.queue", description="The officers' queue with many open tasks.")
    arguments(parser)
    return report.run(parser, words, measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
