"""Five times as much as can be sustained: `python -m tests.bench.spike`.

First the rate that the system sustains is measured, on this machine in this run. Then people file at half of it (the normal day), at five
times of it (the spike), and at half of it again. Requests arrive in an open loop; nobody holds back because answers are slow.

Intake states its limit: so many requests in work at a time (`MAX_REQUESTS_AT_ONCE`); others are answered 503 `busy` with `Retry-After`.
Below it nothing may be refused, nothing may be refused in another way, and every request that was answered 201 must be stored. Who was sent
away is not repeated here. What was taken in the spike is worked off afterwards.
Normal again soon must be the answer to those who file: within 30 s.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson
import uvloop

from deploy.simulators.http_wire import Broken, Http
from shared.clock import monotonic_seconds
from shared.mongo import Mongo
from shared.settings import ServiceSettings
from tests.bench import report
from tests.bench.report import Report, Row, percentile
from tests.bench.system import System, running
from tests.bench.throughput import CREATED, Adapter, trip, with_stub

TIMES: Final = 5
FAMILIES: Final = 24_000  # of the sample register: a minute at five times the rate asks for 36,000
BUSY: Final = 503
LIMIT: Final[int] = ServiceSettings.model_fields["max_requests_at_once"].default
TARGET_SECONDS: Final = 30.0
CALM_SECONDS: Final = 8.0  # before the spike, and no longer than it
WATCHED_SECONDS: Final = 40  # after it, at most
PROBED: Final = 300  # journeys to measure the sustainable rate with
TWICE: Final = 2.0  # normal again: p95 of a second at most twice that of before,
SOON_MS: Final = 100.0  # or under this, whichever is more
STEADY: Final = 3  # seconds in a row


@dataclass
class Answers:
    """What was answered, by the second in which it was filed."""

    began: float
    milliseconds: dict[int, list[float]] = field(default_factory=dict)
    refused: int = 0
    """Any other answer than 201 and 503 `busy`."""
    away: int = 0
    below: int = 0
    """Sent away though fewer than the limit were in work."""
    at_once: int = 0
    most_at_once: int = 0
    taken: list[str] = field(default_factory=list)
    """Request ids of all that were answered 201."""
    waiting: Counter[int] = field(default_factory=Counter)
    """Not answered yet, by the second in which it was filed."""
    due: float = field(init=False)
    """When the last one was to be filed."""

    def __post_init__(self) -> None:
        self.due = self.began

    def p95(self, first: int, last: int) -> float:
        """Over the seconds from `first` up to `last`."""
        values = [value for second in range(first, last) for value in self.milliseconds.get(second, ())]
        return percentile(values, 0.95) if values else math.inf


@dataclass
class People:
    """Who files, at the rates that they are told, whatever the answers take."""

    adapter: Adapter
    http: Http
    answers: Answers
    calls: set[asyncio.Task[None]] = field(default_factory=set)

    async def file(self, rate: float, seconds: float) -> None:
        """So many a second for so long."""
        answers = self.answers
        for _ in range(max(1, round(rate * seconds))):
            answers.due += 1 / rate
            ahead = answers.due - monotonic_seconds()
            if ahead > 0:
                await asyncio.sleep(ahead)
            call = asyncio.create_task(_file(self.adapter, self.http, answers, answers.due))
            self.calls.add(call)
            call.add_done_callback(self.calls.discard)


async def _file(adapter: Adapter, http: Http, answers: Answers, due: float) -> None:
    second = int(due - answers.began)
    answers.waiting[second] += 1
    answers.at_once += 1
    at_once = answers.at_once
    try:
        status, body = await http.send(adapter.next())
    except (Broken, OSError):
        status, body = 0, b""
    answers.waiting[second] -= 1
    at_once = max(at_once, answers.at_once)
    answers.most_at_once = max(answers.most_at_once, at_once)
    answers.at_once -= 1
    if status == BUSY and orjson.loads(body)["code"] == "busy":
        answers.away += 1
        answers.below += at_once <= LIMIT
        return
    if status != CREATED:
        answers.refused += 1
        return
    answers.taken.append(orjson.loads(body)["request_id"])
    answers.milliseconds.setdefault(second, []).append((monotonic_seconds() - due) * 1000)


@dataclass(frozen=True)
class Finding:
    """What the spike did."""

    sustained: float
    filed: int
    refused: int
    away: int
    below: int
    most_at_once: int
    lost: int
    before_ms: float
    during_ms: float
    back_seconds: float
    left: int
    """Requests still under way when it ended."""


async def _measure(system: System, options: argparse.Namespace) -> Finding:
    mongo = Mongo.connect(system.mongo_url)
    seconds = options.spike_seconds
    try:
        async with Http(system.url("intake")) as http:
            adapter = Adapter(system, http)
            await adapter.upload()
            sustained = (await trip(mongo, system, adapter, PROBED)).per_second
            answers = Answers(monotonic_seconds())
            people = People(adapter, http, answers)
            calm = round(min(CALM_SECONDS, seconds))
            await people.file(sustained / 2, calm)
            await people.file(sustained * TIMES, seconds)
            peak = round(answers.due - answers.began)
            before = answers.p95(1, calm)
            back = await _watch(people, sustained / 2, WATCHED_SECONDS, max(TWICE * before, SOON_MS))
            await asyncio.gather(*people.calls)
        requests = mongo.collection(system.database("intake"), "requests")
        stored = await requests.count_documents({"_id": {"$in": answers.taken}})
        left = await requests.count_documents({"state": {"$in": ["submitted", "approved", "issued"]}})
    finally:
        await mongo.close()
    return Finding(
        sustained=sustained,
        filed=len(answers.taken) + answers.refused + answers.away,
        refused=answers.refused,
        away=answers.away,
        below=answers.below,
        most_at_once=answers.most_at_once,
        lost=len(answers.taken) - stored,
        before_ms=before,
        during_ms=answers.p95(calm, peak),
        back_seconds=back,
        left=left,
    )


async def _watch(people: People, rate: float, most_seconds: int, normal_ms: float) -> float:
    """File on until answers are normal again, for `most_seconds`; seconds from now until they were."""
    first = round(people.answers.due - people.answers.began)
    for _ in range(most_seconds):
        await people.file(rate, 1.0)
        back = _back(people.answers, first, round(people.answers.due - people.answers.began), normal_ms)
        if math.isfinite(back):
            return back
    return math.inf


def _back(answers: Answers, first: int, last: int, normal_ms: float) -> float:
    """Seconds from the end of the spike until answers are normal and stay so for a while; infinite where they never are."""
    for second in range(first, last - STEADY + 1):
        if all(not answers.waiting[each] and answers.p95(each, each + 1) <= normal_ms for each in range(second, second + STEADY)):
            return float(second - first)
    return math.inf


def on(system: System, options: argparse.Namespace) -> Report:
    """On a running system."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(_measure(system, options))
    note = f"p95 of the answer {found.before_ms:.0f} ms before, {found.during_ms:.0f} ms in the spike; {found.left} under way at the end"
    rows = (
        Row(f"filed at {TIMES} times {found.sustained:.0f}/s", float(found.filed), "", note=f"for {options.spike_seconds:g} s"),
        Row(
            f"sent away, more than {LIMIT} in work",
            float(found.away),
            "",
            note=f"up to {found.most_at_once} waited for an answer",
        ),
        Row(f"sent away, fewer than {LIMIT} in work", float(found.below), "", at_most=0.0),
        Row("refused in another way", float(found.refused), "", at_most=0.0),
        Row("answered 201 and not stored", float(found.lost), "", at_most=0.0),
        Row("answers are normal again after the spike", found.back_seconds, "s", at_most=TARGET_SECONDS, note=note),
    )
    data = {
        "sustained_per_second": round(found.sustained, 1),
        "seconds": options.spike_seconds,
        "filed": found.filed,
        "refused": found.refused,
        "sent_away": found.away,
        "sent_away_below_the_limit": found.below,
        "lost": found.lost,
        "before_p95_ms": round(found.before_ms, 1),
        "during_p95_ms": round(found.during_ms, 1),
        "back_seconds": found.back_seconds if math.isfinite(found.back_seconds) else None,
        "under_way_at_the_end": found.left,
    }
    return Report("spike", rows, data)


def measure(options: argparse.Namespace) -> Report:
    """On a system of its own, with the stub of the press."""
    with running(with_stub, families=FAMILIES) as system:
        return on(system, options)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this bench can be told."""
    parser.add_argument("--spike-seconds", type=float, default=60.0, help="how long the spike is (default 60)")


def main(words: Sequence[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.spike", description="Five times the sustainable rate.")
    arguments(parser)
    return report.run(parser, words, measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
