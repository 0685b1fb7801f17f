"""The same at many stored requests: `python -m tests.bench.growth`.

Requests that came to their end are loaded into all four services' collections: real ones of this run are read and written by the stores'
own mappers, and copied with keys of their own, dated before. Then the same journeys are measured as with an empty system, and what the
services asked of MongoDB meanwhile is looked at: a question that reads a whole collection is named.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import uvloop
from pymongo import MongoClient

from deploy.simulators.http_wire import Http
from services.intake.store.requests import requests_of
from services.issuance.store.schema import DOCUMENTS
from services.notifier.store.schema import JOB
from services.verification.store.cases import CASE
from shared.clock import monotonic_seconds
from shared.mongo import Doc, DocumentMapping, Mongo
from shared.reference.catalogue import catalogue
from tests.bench import report
from tests.bench.report import Report, Row
from tests.bench.system import System, running
from tests.bench.throughput import Adapter, Trip, trip, with_stub

TARGET: Final = 0.9  # journeys a second at the most that is stored / at none
SIZES: Final = (100_000, 1_000_000)
JOURNEYS: Final = 300
SAMPLES: Final = 50  # real ones that are copied
LOADERS: Final = 2  # processes; more only wait for mongod
BATCH: Final = 5_000
PER_MS: Final = 16  # copies that share a millisecond of their made-up id
BEGAN_MS: Final = 1_700_000_000_000  # November 2023: before everything that is really made
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford, as receipts have it
WATCHED: Final = {"intake": "requests", "verification": "cases", "issuance": "documents", "notifier": "jobs"}
KEPT: Final[dict[str, DocumentMapping[Any]]] = {
    "intake": requests_of(catalogue()),
    "verification": CASE,
    "issuance": DOCUMENTS,
    "notifier": JOB,
}


def request_id(number: int) -> str:
    """Shaped as a UUIDv7, the same for the same number, and older than any real one."""
    moment = f"{BEGAN_MS + number // PER_MS:012x}"
    return f"{moment[:8]}-{moment[8:]}-7{number % PER_MS:03x}-8000-{number:012x}"


def receipt(number: int) -> str:
    """Unlike any real one: its letters are."""
    digits = ""
    for _ in range(8):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return f"ZZZ-{digits[:4]}-{digits[4:]}"


def document_number(number: int) -> str:
    """Of a day long ago."""
    return f"0000-KK-{number // 10_000:08d}-{number % 10_000:04d}"


def request_copy(sample: Doc, number: int) -> Doc:
    """Intake's."""
    timeline = [{**step, "document_number": step["document_number"] and document_number(number)} for step in sample["timeline"]]
    own = {"receipt": receipt(number), "document_number": document_number(number), "timeline": timeline}
    return {**sample, "_id": request_id(number), **own}


def case_copy(sample: Doc, number: int) -> Doc:
    """Verification's."""
    own = {"receipt": receipt(number), "document_id": f"{request_id(number)}.kk", "document_number": document_number(number)}
    return {**sample, "_id": request_id(number), **own}


def document_copy(sample: Doc, number: int) -> Doc:
    """Issuance's. Its bytes are left out: nothing of a journey touches those of others."""
    own = {"request_id": request_id(number), "receipt": receipt(number), "number": document_number(number), "token": f"copy{number:018d}"}
    return {**sample, "_id": f"{request_id(number)}.kk", **own}


def job_copy(sample: Doc, number: int) -> Doc:
    """The notifier's."""
    key = f"document:{request_id(number)}.kk"
    refs = [key, request_id(number), receipt(number), document_number(number)]
    return {
        **sample,
        "_id": key,
        "lane": f"{sample['lane']}:{number}",
        "order": request_id(number),
        "request_id": request_id(number),
        "refs": refs,
    }


COPIES: Final[dict[str, Callable[[Doc, int], Doc]]] = {
    "intake": request_copy,
    "verification": case_copy,
    "issuance": document_copy,
    "notifier": job_copy,
}


def samples(url: str, database: str, service: str) -> list[Doc]:
    """Finished ones of this run, through the mapper of their store and back."""
    mapping = KEPT[service]
    with MongoClient[Doc](url, tz_aware=True) as client:
        docs = list(client[database][mapping.collection].find().sort("_id", -1).limit(SAMPLES))
    return [{**mapping.to_doc(mapping.from_doc(doc)), "version": doc["version"], "seq": doc["seq"]} for doc in docs]


def load(url: str, database: str, service: str, first: int, last: int) -> int:
    """Write the copies from `first` up to `last`; runs in a process of its own."""
    kept, copy = samples(url, database, service), COPIES[service]
    with MongoClient[Doc](url, tz_aware=True, w=1, journal=False) as client:
        rows = client[database][KEPT[service].collection]
        for begin in range(first, last, BATCH):
            batch = [copy(kept[number % len(kept)], number) for number in range(begin, min(begin + BATCH, last))]
            rows.insert_many(batch, ordered=False)
    return last - first


def load_all(system: System, first: int, last: int) -> float:
    """Into all services, side by side; seconds."""
    began = monotonic_seconds()
    with ProcessPoolExecutor(LOADERS) as pool:
        jobs = [pool.submit(load, system.mongo_url, system.database(name), name, first, last) for name in COPIES]
        for job in jobs:
            job.result()
    return monotonic_seconds() - began


@dataclass(frozen=True)
class Stage:
    """What was measured with so many stored."""

    stored: int
    trips: Sequence[Trip]
    whole: tuple[str, ...]
    """Questions that read a whole collection of what grows: collection and operation."""

    @property
    def per_second(self) -> float:
        """The median of the rounds."""
        return statistics.median(one.per_second for one in self.trips)

    @property
    def cpu_ms(self) -> float:
        """CPU of a journey, all processes."""
        return statistics.median(sum(one.cpu_ms.values()) for one in self.trips)


def whole_reads(system: System) -> Iterable[str]:
    """What MongoDB noted of questions that read a whole collection of what grows."""
    with MongoClient[Doc](system.mongo_url) as client:
        for service, collection in WATCHED.items():
            room = client[system.database(service)]
            query = {"ns": f"{room.name}.{collection}", "planSummary": "COLLSCAN"}
            yield from sorted({f"{service}.{collection} {row['op']}" for row in room["system.profile"].find(query, {"op": 1})})


def watch(system: System, *, on: bool) -> None:
    """Let MongoDB note every question, or no more."""
    with MongoClient[Doc](system.mongo_url) as client:
        for service in WATCHED:
            client[system.database(service)].command("profile", 2 if on else 0)


async def _stage(system: System, stored: int, options: argparse.Namespace) -> Stage:
    mongo = Mongo.connect(system.mongo_url)
    count = max(50, round(JOURNEYS * options.scale))
    try:
        async with Http(system.url("intake")) as http:
            adapter = Adapter(system, http)
            await adapter.upload()
            watch(system, on=True)
            await trip(mongo, system, adapter, max(SAMPLES, count // 5))  # warms up, and shows the plans
            watch(system, on=False)
            trips = [await trip(mongo, system, adapter, count) for _ in range(options.rounds)]
    finally:
        await mongo.close()
    return Stage(stored, trips, tuple(whole_reads(system)))


def on(system: System, options: argparse.Namespace) -> Report:
    """On a running system; what it holds already counts as nothing."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        stages = [runner.run(_stage(system, 0, options))]
        seconds = 0.0
        for size in options.stored:
            seconds += load_all(system, stages[-1].stored, size)
            stages.append(runner.run(_stage(system, size, options)))
    ratio = stages[-1].per_second / stages[0].per_second
    whole = sorted({one for stage in stages for one in stage.whole})
    rows = (
        *(Row(f"journeys at {one.stored:,} stored", one.per_second, "/s", note=f"CPU {one.cpu_ms:.1f} ms each") for one in stages),
        Row(f"at {stages[-1].stored:,} / at none", ratio, "x", at_least=TARGET, note=f"loaded in {seconds:.0f} s"),
        Row("questions that read a whole collection", float(len(whole)), "", at_most=0.0, note=", ".join(whole)),
    )
    data = {
        "per_second": {str(one.stored): round(one.per_second, 1) for one in stages},
        "cpu_ms": {str(one.stored): round(one.cpu_ms, 2) for one in stages},
        "ratio": round(ratio, 3),
        "whole_reads": whole,
        "load_seconds": round(seconds, 1),
    }
    return Report("growth", rows, data)


def measure(options: argparse.Namespace) -> Report:
    """On a system of its own, with the stub of the press."""
    with running(with_stub) as system:
        return on(system, options)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what this bench can be told."""
    report.rounds(parser)
    parser.add_argument(
        "--stored",
        type=int,
        nargs="*",
        default=list(SIZES),
        help=f"sizes that are measured after none (default {' '.join(map(str, SIZES))})",
    )


def main(words: Sequence[str]) -> int:
    """Measure and print; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth", description="The same at many stored requests.")
    arguments(parser)
    return report.run(parser, words, measure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
