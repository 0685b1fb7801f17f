"""What an office holds after years, for the bench of its pages: open tasks of many people and places, and decided ones.

Each is a real document of this run, read and written by its store's own mapper, with an id, a person, a place and a moment of its own.
Whoever asks is of the system's register, so names are as common as they are there.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from pymongo import MongoClient

from services.verification.domain.search import search_key
from services.verification.domain.task_parts import Outcome, TaskStage, TaskState
from services.verification.store.tasks import TASK
from shared.clock import monotonic_seconds
from shared.mongo import Doc
from shared.values.name_terms import name_terms
from tests.bench.growth import BATCH, LOADERS, receipt, request_id
from tests.bench.system import System

SAMPLES: Final = 20  # real ones that are copied
APART: Final = timedelta(minutes=3)  # from one open task to the next: 100,000 were filed over seven months
LATE_OF: Final = 10  # one of so many open tasks is late
DECIDED: Final = 10_000_000  # numbers of decided tasks begin here, so that their ids are nobody else's


@dataclass(frozen=True)
class Citizen:
    """Somebody of the register, as a task knows them."""

    nik: str = field(repr=False)
    kk_number: str = field(repr=False)
    name: str = field(repr=False)
    village: str


Make: TypeAlias = Callable[[Doc, int, Citizen, datetime], Doc]


def citizens(register: Path) -> list[Citizen]:
    """Everybody of the register."""
    with register.open(encoding="utf-8", newline="") as lines:
        return [Citizen(row["nik"], row["kk_number"], row["name"], row["village_code"].replace(".", "")) for row in csv.DictReader(lines)]


def open_task(sample: Doc, number: int, citizen: Citizen, first: datetime) -> Doc:
    """An open task; the higher its number, the earlier it was filed. One of some is late, the others have weeks."""
    filed = first - number * APART
    due = filed if number % LATE_OF == 0 else first + timedelta(days=30) + number * timedelta(seconds=7)
    clock = {"runs_since": filed, "due_at": due, "amber_at": due - timedelta(hours=2), "red_at": due}
    place = {"opened_at": filed, "began_at": filed, "place_at": filed, "areas": [citizen.village[:6], citizen.village]}
    whose = {"request_id": request_id(number), "case_id": request_id(number), "receipt": receipt(number)}
    open_one = {name: value for name, value in sample.items() if name not in ("claim", "alarm_at")}  # nobody's, and told already
    return {**open_one, **whose, **place, **clock, "personal": _personal(sample, receipt(number), citizen), "_id": request_id(number)}


def decided_task(sample: Doc, number: int, citizen: Citizen, first: datetime) -> Doc:
    """A task that an officer decided, a working day after it was filed."""
    task = open_task(sample, DECIDED + number, citizen, first)
    filed = first - timedelta(days=1) - number * APART
    closed = {"state": TaskState.CLOSED.value, "stage": TaskStage.CLOSED.value, "outcome": Outcome.APPROVED.value}
    moments = {"opened_at": filed, "began_at": filed, "place_at": filed, "closed_at": filed + timedelta(hours=8), "closed_by": "staff-0"}
    return {**task, **closed, **moments}


def _personal(sample: Doc, number: str, citizen: Citizen) -> Doc:
    numbers = map(search_key, (number, citizen.kk_number, citizen.nik))
    own = {"search_terms": [*numbers, *name_terms(citizen.name)], "persons": [{"receipt": number, "name": citizen.name}]}
    return {**sample["personal"], **own}


def load(url: str, database: str, register: Path, make: Make, numbers: range) -> None:
    """Write tasks with these numbers; runs in a process of its own."""
    people = citizens(register)
    with MongoClient[Doc](url, tz_aware=True, w=1, journal=False) as client:
        rows = client[database][TASK.collection]
        found = rows.find({"state": TaskState.OPEN.value}).sort("_id", -1).limit(SAMPLES)  # real ones: copies have older ids
        kept = [{**TASK.to_doc(TASK.from_doc(doc)), "version": doc["version"], "seq": doc["seq"]} for doc in found]
        first = min(doc["place_at"] for doc in kept)
        for begin in range(0, len(numbers), BATCH):
            batch = [make(kept[each % len(kept)], each, people[each * 7 % len(people)], first) for each in numbers[begin : begin + BATCH]]
            rows.insert_many(batch, ordered=False)


def load_all(system: System, wanted: Sequence[tuple[Make, int]]) -> float:
    """Write so many of each kind, side by side; seconds."""
    began = monotonic_seconds()
    database, register = system.database("verification"), system.stack.register
    with ProcessPoolExecutor(LOADERS) as pool:
        jobs = [
            pool.submit(load, system.mongo_url, database, register, make, range(part, count, LOADERS))
            for make, count in wanted
            for part in range(LOADERS)
        ]
        for job in jobs:
            job.result()
    return monotonic_seconds() - began
