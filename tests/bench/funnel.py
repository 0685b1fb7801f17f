"""The funnel in an office of a year: `python -m tests.bench.funnel`.

Its rows are those of 1,000,000 visits and 100,000 requests by 1,000 sources in 206 villages, counted by the command that rebuilds. Then the
page is asked for with one filter after the other, within the process of intake, as the front door would ask it. What counting costs a
request is the CPU of intake and of MongoDB for requests that an adapter files and the other services end, with their rows written and
folded, and without, in turns: the median of what pairs of rounds differ by, as a share of the CPU of a whole request up to its signed
document (docs/performance.md: 41.39 ms).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import psutil
from pymongo import MongoClient

from deploy.local.database import MongoNode
from services.intake.domain.outreach.funnel import (
    AGE_BANDS,
    CountedStep,
    FunnelStep,
    WhoAndWhere,
)
from services.intake.domain.outreach.sources import SourceDescription, make_source
from services.intake.ports import Tx
from services.intake.store.count_tables import CELLS
from services.intake.store.outreach_tx import OutreachTx
from services.intake.store.steps import STEPS, row_document
from shared import logs
from shared.clock import monotonic_seconds
from shared.mongo import Doc
from shared.reference.regions import villages
from tests.bench import report
from tests.bench.report import Report, Row, percentile
from tests.integration.intake.desk import Desk
from tests.integration.intake.rig import ADAPTER, Rig, settings
from tests.integration.intake.test_outreach import finish
from tests.support.harness import keyed

VISITS: Final = 1_000_000
REQUESTS: Final = 100_000
SOURCES: Final = 1_000
DAYS: Final = 365
SERVICES: Final = 30
PAGE_MS: Final = 200.0
COST_PERCENT: Final = 3.0
JOURNEY_MS: Final = 41.39  # CPU of a request with its signed PDF, all services (docs/performance.md)
LOOKS: Final = 8  # at each page
FILED: Final = 25  # requests of one round
ROUNDS: Final = 32  # pairs of one that counts and one that does not; which of them goes first changes. One more before them warms up.
_SURE: Final = 1.96  # standard deviations, for 95 %
CHATTED_OF_VISITS, BEGAN_OF_CHATS = 0.25, 0.6
PAGES: Final = (
    "?waktu=30",
    "?waktu=7&menurut=layanan",
    "?waktu=3&menurut=desa",
    "?waktu=tahun&menurut=sumber",
    "?waktu=setahun&menurut=sumber",
    "?waktu=setahun&menurut=desa",
    "?waktu=setahun&menurut=umur",
    "?waktu=setahun&saluran=print&menurut=kampanye",
    "?waktu=setahun&layanan=kk_hilang&menurut=sumber",
    "?waktu=setahun&layanan=kk_hilang&menurut=desa",
    "?waktu=setahun&wilayah=351907",
    "?waktu=setahun&jk=P&menurut=umur",
    "?waktu=setahun&saluran=print&wilayah=351907&layanan=kk_hilang&menurut=sumber",
    "?waktu=setahun&saluran=print&jk=P&umur=25-39&menurut=desa",
    "?waktu=30&kampanye=Kampanye+3&jk=L&menurut=hari",
    "?waktu=setahun&wilayah=351907&jk=P&menurut=hari",
)


def steps(codes: Sequence[str], last: date, requests: int, visits: int) -> Iterator[CountedStep]:
    """The steps of a year: few sources bring most, services and villages are asked for unevenly."""
    chance = random.Random(47)
    places, bands = sorted(villages()), AGE_BANDS[2:]
    home = {code: places[number % len(places)] for number, code in enumerate(codes)}

    def a_day() -> date:
        return last - timedelta(days=chance.randrange(DAYS))

    def a_source() -> str:
        return codes[int(chance.random() ** 2 * len(codes))]

    many: Counter[tuple[str, FunnelStep, date]] = Counter()
    for _ in range(visits):
        source = a_source()
        many[source, FunnelStep.VISITED, a_day()] += 1
        if chance.random() < CHATTED_OF_VISITS:
            many[source, FunnelStep.CHATTED, a_day()] += 1
    for (source, step, day), count in many.items():
        yield CountedStep(f"{step}{source}{day}", step, day, WhoAndWhere(source, "kk_hilang", home[source]), count)
    for number in range(requests):
        source, day = a_source(), a_day()
        service = "kk_hilang" if chance.random() < 1 / 4 else f"layanan_{int(chance.random() ** 2 * SERVICES)}"
        began = WhoAndWhere(source, service, home[source])
        filed = replace(began, sex=chance.choice("LP"), age=chance.choice(bands))
        served = replace(filed, village=chance.choice(places))
        way = ((FunnelStep.BEGAN, began), (FunnelStep.SUBMITTED, filed), (FunnelStep.FINISHED, filed), (FunnelStep.SERVED, served))
        for step, what in way:
            after = timedelta(days=2 if step in (FunnelStep.FINISHED, FunnelStep.SERVED) else 0)
            yield CountedStep(f"{step}{number}", step, min(last, day + after), what)


async def fill(rig: Rig, url: str, requests: int, visits: int) -> tuple[int, float]:
    """Make the sources, write the rows, and count them; how many rows of tables there are, and how long counting took in seconds."""
    codes = await _sources(rig)
    await asyncio.to_thread(_insert, url, rig.database, steps(codes, rig.clock().date(), requests, visits))
    began = monotonic_seconds()
    await rig.wiring.deps.funnel.rebuild()
    seconds = monotonic_seconds() - began
    tables = await rig.rows(CELLS)
    return sum(len(column["counts"]) for table in tables for column in table["columns"].values()), seconds


async def _sources(rig: Rig) -> list[str]:
    """Make the sources; their codes."""
    codes: list[str] = []
    places, at = sorted(villages()), rig.clock()
    made = []
    for number in range(SOURCES):
        channel, campaign = ("print", "radio", "instagram")[number % 3], f"Kampanye {number % 20}"
        what = SourceDescription(f"Sumber {number}", campaign, channel, "poster", village=places[number % len(places)])
        made.append(make_source(what, codes, secrets.choice, "bench", at))
        codes.append(made[-1].code)

    async def add(tx: Tx) -> None:
        for source in made:
            tx.add_source(source)

    await rig.units.run(add)
    return codes


def _insert(url: str, database: str, found: Iterator[CountedStep]) -> None:
    """Write the rows without waiting for the disk, as they lie after a fold."""
    with MongoClient[Doc](url, w=1, journal=False) as client:
        rows = client[database][STEPS]
        while some := [step.row for step in islice(found, 5_000)]:
            rows.insert_many([{"_id": row.key, **row_document(row)} for row in some], ordered=False)


async def look(desk: Desk, node: MongoNode) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds of each page, and of CPU here and in MongoDB; one page after the other so that none is better off."""
    browser = desk.browser("outreach")
    times: dict[str, list[tuple[float, float]]] = {page: [] for page in PAGES}
    for turn in range(LOOKS + 1):
        for page, taken in times.items():
            began, spent = monotonic_seconds(), _cpu(node)
            answer = await browser.get(f"/desk/corong{page}")
            assert answer.status_code == 200, answer.text
            if turn:  # the first one reads the templates, and the tables
                taken.append(((monotonic_seconds() - began) * 1000, (_cpu(node) - spent) * 1000))
    return times


async def cost(rig: Rig, node: MongoNode) -> tuple[float, Sequence[float]]:
    """CPU milliseconds of a request without counting, here and in MongoDB; and what each pair of rounds differs by with it."""
    real, alone, more = (OutreachTx.count_step, OutreachTx.count_figure), list[float](), list[float]()
    for number in range(ROUNDS + 1):
        taken: dict[bool, float] = {}
        for is_counted in (True, False) if number % 2 else (False, True):
            OutreachTx.count_step, OutreachTx.count_figure = real if is_counted else (_nothing, _nothing)  # type: ignore[method-assign,assignment]
            gc.collect()  # what the round before left is not for this one to clear away
            began = _cpu(node)
            for each in range(FILED):
                await _file(rig, (2 * number + is_counted) * FILED + each)
            while is_counted and await rig.wiring.deps.funnel.fold(500):
                pass
            taken[is_counted] = (_cpu(node) - began) * 1000 / FILED
        if number:
            alone.append(taken[False])
            more.append(taken[True] - taken[False])
    OutreachTx.count_step, OutreachTx.count_figure = real  # type: ignore[method-assign]
    return median(alone), sorted(more)


def _nothing(_tx: OutreachTx, _counted: object) -> None:
    return


def _cpu(node: MongoNode) -> float:
    times = psutil.Process(node.pid).cpu_times()
    return time.process_time() + times.user + times.system


async def _file(rig: Rig, number: int) -> None:
    answers = await rig.answers(ADAPTER, nik=f"35190817088{number % 10}{number // 10 + 1:04}"[:16])
    body = {"service": "kk_hilang", "form_version": 1, "reference": f"b{number}", "answers": answers}
    answer = await rig.http.post("/v1/requests", json=body, headers=keyed(ADAPTER) | {"Idempotency-Key": f"bench-{number}"})
    assert answer.status_code == 201, answer.text
    await finish(rig, answer.json()["request_id"])


async def bench(options: argparse.Namespace) -> Report:
    """Fill, look, file."""
    with TemporaryDirectory() as folder:
        node = MongoNode.private(Path(folder))
        node.start()
        try:
            return await _bench(node, options)
        finally:
            node.stop()


async def _bench(node: MongoNode, options: argparse.Namespace) -> Report:
    rig = Rig(settings(node.url, "bench_intake"))
    await rig.wiring.prepare()
    desk = Desk(rig)
    rows_of_tables, seconds = await fill(rig, node.url, options.requests, options.visits)
    times = await look(desk, node)
    alone, more = await cost(rig, node)
    await desk.close()
    await rig.close()
    every = [ms for page in times.values() for ms, _ in page]
    spent = [ms for page in times.values() for _, ms in page]
    edge = int((len(more) - _SURE * len(more) ** 0.5) / 2)  # pairs on each side of the interval of a median
    low, high = more[edge], more[-1 - edge]
    rows = [
        Row(
            "the page of the funnel, p95 of all filters",
            percentile(every, 0.95),
            "ms",
            at_most=PAGE_MS,
            note=f"p50 {median(every):.0f}; {rows_of_tables:,} rows in tables",
        ),
        Row("its CPU, here and in MongoDB, p95", percentile(spent, 0.95), "ms", note=f"p50 {median(spent):.0f}"),
        *(_of_page(page, taken) for page, taken in times.items()),
        Row(
            "counting a request, of a whole one",
            100 * median(more) / JOURNEY_MS,
            "%",
            at_most=COST_PERCENT,
            note=f"CPU {median(more):.2f} ms more than {alone:.2f} ms; median of {len(more)} pairs, 95 % from {low:.2f} to {high:.2f}",
        ),
        Row("counting all rows anew", seconds, "s"),
    ]
    return Report("funnel", tuple(rows), {"rows": rows_of_tables, "pages": times, "alone_ms": alone, "more_ms": list(more)})


def _of_page(page: str, taken: Sequence[tuple[float, float]]) -> Row:
    wall, spent = zip(*taken, strict=True)
    return Row(f"corong{page}", percentile(wall, 0.95), "ms", note=f"p50 {median(wall):.0f}; CPU {median(spent):.0f}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=VISITS)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    logs.configure("intake", "bench", "ERROR")
    found = asyncio.run(bench(parser.parse_args(arguments)))
    for row in found.rows:
        sys.stdout.write(f"{row.what:<64}{row.value:>10.1f} {row.unit:<5}{'' if row.ok else 'MISSED'}  {row.note}\n")
    return 0 if found.ok else report.MISSED


if __name__ == "__main__":
    raise SystemExit(main())
