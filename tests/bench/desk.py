"""The pages of the desk in an office of years: `python -m tests.bench.desk`.

Open and decided tasks are loaded (`tests.bench.desk_data`), and requests that came to their end (`tests.bench.growth`). Then officers of
the whole regency and of one district ask for their first page, open tasks, and search by receipt, numbers and names. Fifty hold the list
open as a browser does, with its stream of news (`tests.bench.open_pages`) and the counts at its side: what that costs while nothing happens
is the CPU of the services and of MongoDB, less that of the same seconds without them. Last, requests are filed, and the time runs from the
moment that a task was opened until the last stream has told of it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import Any, Final

import orjson
import uvloop
from pymongo import MongoClient

from deploy.simulators.http_wire import Http
from shared.mongo import Doc, Mongo
from tests.bench import growth, queue, report
from tests.bench.desk_data import Citizen, citizens, decided_task, load_all, open_task
from tests.bench.open_pages import Colleagues, idle_share, told_after
from tests.bench.queue import AT_A_TIME, CALLS, OFFICERS, Times, ask, asked, row_of, tasks_of, with_officers
from tests.bench.report import Report, Row, percentile
from tests.bench.system import Meter, System, running
from tests.bench.throughput import Adapter, trip

STORED: Final = 1_000_000  # requests that came to their end
DECIDED: Final = 200_000  # tasks of these: every fifth went to an officer
VIEWED: Final = 30  # real tasks that are opened, again and again
JOURNEYS: Final = 60  # real ones of which the stored requests are copies
EVENTS: Final = 10
IDLE_SECONDS: Final = 60.0  # the counts at the side are asked for once in so long
FIRST_PAGE_MS: Final = 150.0
SHEET_MS: Final = 200.0
SEARCH_MS: Final = 200.0
LIVE_SECONDS: Final = 1.0
IDLE_PERCENT: Final = 10.0  # of a core, for all fifty
LIST: Final = "/desk/pekerjaan"


def real_tasks(system: System) -> list[str]:
    """Open tasks whose request is there: copies have older ids."""
    with MongoClient[Doc](system.mongo_url) as client:
        rows = client[system.database("verification")]["tasks"]
        return [doc["_id"] for doc in rows.find({"state": "open"}, {"_id": 1}).sort("_id", -1).limit(VIEWED)]


async def furnish(system: System, options: argparse.Namespace) -> float:
    """Fill the office, unless a bench before has opened its tasks already; seconds of the loading."""
    is_new = not real_tasks(system)
    if is_new:
        await tasks_of(system, VIEWED)
    mongo = Mongo.connect(system.mongo_url)
    try:
        async with Http(system.url("intake")) as http:
            kiosk = Adapter(system, http)
            await kiosk.upload()
            await trip(mongo, system, kiosk, JOURNEYS)
    finally:
        await mongo.close()
    tasks = [(decided_task, options.decided), *([(open_task, options.open_tasks)] if is_new else [])]
    seconds = await asyncio.to_thread(load_all, system, tasks)
    return seconds + await asyncio.to_thread(growth.load_all, system, 0, options.requests)


def searches(people: Sequence[Citizen]) -> dict[str, Iterator[str]]:
    """What officers look for, by kind, without end."""
    words = Counter(word for each in people for word in each.name.split())
    common = [word for word, _ in words.most_common(5)]
    rare = [word for word, count in words.items() if count == 1] or common
    some = people[:: max(1, len(people) // 97)]
    return {
        "receipt": (growth.receipt(number) for number in cycle(range(0, 100_000, 1013))),
        "NIK": cycle([each.nik for each in some]),
        "KK number": cycle([each.kk_number for each in some]),
        "a common name": cycle(common),
        "a rare name": cycle(rare),
        "the beginning of a name": cycle(sorted({each.name[:3] for each in some if len(each.name.split()[0]) > 2})),
        "a whole name": cycle([each.name for each in some]),
        "what nobody is called": cycle(["ZZZYX", "QQXZ"]),
    }


async def ask_pages(system: System, colleagues: Colleagues, calls: int) -> dict[str, tuple[Times, float]]:
    """First pages, tasks and searches, with what each costs."""
    tasks, people = real_tasks(system), citizens(system.stack.register)
    paths = {
        "first page": cycle([LIST]),
        "what is next, the first fifty": cycle([f"{LIST}?tampil=berikutnya"]),
        "a task": cycle(f"{LIST}/{task_id}" for task_id in tasks),
    }
    found: dict[str, tuple[Times, float]] = {}
    async with Http(system.url("verification")) as http:
        for name, each in paths.items():
            everywhere = name == "a task"  # of whatever place
            await asked(http, colleagues.gets(islice(each, AT_A_TIME), everywhere=everywhere))  # connections, caches, templates
            found[name] = await paid(system, http, colleagues.gets(islice(each, calls), everywhere=everywhere))
        for name, texts in searches(people).items():
            bodies = [orjson.dumps({"text": text, "show": "open"}) for text in islice(texts, max(20, calls // 4))]
            messages = [ask(number % OFFICERS, "POST", "/v1/tasks/search", body) for number, body in enumerate(bodies)]
            found[f"search by {name}"] = await paid(system, http, messages)
    return found


async def paid(system: System, http: Http, messages: Sequence[bytes]) -> tuple[Times, float]:
    """Ask; times, and milliseconds of CPU that verification and MongoDB spent on each: those depend less on what else the machine does."""
    meter = Meter(system)
    times = await asked(http, messages)
    spent = meter.seconds()
    return times, (spent.get("verification", 0.0) + spent.get("mongod", 0.0)) / len(messages) * 1000


def _limit(name: str) -> float:
    return SEARCH_MS if name.startswith("search") else SHEET_MS if name == "a task" else FIRST_PAGE_MS


async def _measure(system: System, options: argparse.Namespace) -> Report:
    loading = await furnish(system, options)
    calls = max(20, round(CALLS * options.scale))
    colleagues = await Colleagues.of(system)
    times = await ask_pages(system, colleagues, calls)
    idle = await idle_share(system, colleagues, seconds=max(10.0, IDLE_SECONDS * options.scale))
    delays = await told_after(system, colleagues, events=max(3, round(EVENTS * options.scale)))
    rows = [row_of(name, each, _limit(name), more=f"CPU {cost:.0f} ms") for name, (each, cost) in times.items()]
    rows += [
        Row("answers that were not as they must be", float(sum(each.odd for each, _ in times.values())), "", at_most=0.0),
        Row(f"{OFFICERS} open pages while nothing happens", idle.percent, "% of a core", at_most=IDLE_PERCENT, note=idle.note),
        Row("a task opened to told by the last stream, p95", percentile(delays, 0.95), "s", at_most=LIVE_SECONDS, note=_of(delays)),
    ]
    data: dict[str, Any] = {name: each.shown() | {"cpu_ms": round(cost, 1)} for name, (each, cost) in times.items()} | {
        "idle_percent": round(idle.percent, 2)
    }
    sizes = {"open_tasks": options.open_tasks, "decided": options.decided, "requests": options.requests, "load_seconds": round(loading)}
    return Report("desk", tuple(rows), data | sizes | {"told_after_seconds": [round(each, 3) for each in delays]})


def _of(delays: Sequence[float]) -> str:
    return f"p50 {percentile(delays, 0.5):.2f}, max {max(delays):.2f}, of {len(delays)}"


def on(system: System, options: argparse.Namespace) -> Report:
    """On a running system that has the officers."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(system, options))


def measure(options: argparse.Namespace) -> Report:
    """On a system of its own."""
    with running(with_officers) as system:
        return on(system, options)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this bench can be told, beside what the queue's can."""
    parser.add_argument("--requests", type=int, default=STORED, help=f"requests that came to their end (default {STORED})")
    parser.add_argument("--decided", type=int, default=DECIDED, help=f"tasks that officers decided (default {DECIDED})")


def main(words: Sequence[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.desk", description="The pages of the desk in an office of years.")
    queue.arguments(parser)
    arguments(parser)
    return report.run(parser, words, measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
