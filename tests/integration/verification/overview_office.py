"""An office in the middle of its day: open requests of several services, villages and ages, officers at work, and three weeks behind it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from services.verification.store.schema import TASKS
from shared.ids import new_id
from shared.reference.regions import villages
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_queue import asked
from tests.support import families as people

SERVICES = ("kk_hilang", "akta_lahir", "kk_ubah", "kk_pisah", "akta_mati")
OFFICERS = ("rina", "budi", "sari")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def full_office(office: Office, *, open_tasks: int = 60, closed_tasks: int = 200) -> None:
    """Fill it with copies of one real task, each with times, a service and a village of its own."""
    await office.load(people.family())
    [task_id] = await office.tasks_of(asked())
    tasks = office.mongo.collection(office.database, TASKS)
    sample = await tasks.find_one({"_id": task_id})
    assert sample is not None
    at = office.clock()
    rows = [_open(sample, number, at) for number in range(open_tasks)]
    rows += [_closed(sample, number, at) for number in range(closed_tasks)]
    await tasks.insert_many(rows, ordered=False)


def _open(sample: dict[str, Any], number: int, at: datetime) -> dict[str, Any]:
    codes = _villages()
    code = codes[number * number % len(codes)]
    began = at - (number * number % 300) * HOUR
    held = number % 5 == 0
    row = _row(sample, number) | {
        "opened_at": at - (number % 200) * HOUR,
        "due_at": at + ((number * 7) % 40 - 8) * HOUR,
        "began_at": began,
        "place_at": began,
        "areas": [code[:6], code],
    }
    if held:
        row["claim"] = {"officer_id": OFFICERS[number // 5 % 2], "until": at + HOUR}
    if number % 11 == 3:
        row |= {"stage": "waiting", "stopped_at": at, "question": {"id": f"q-{number}", "officer_id": "rina", "at": at}}
    return row


def _closed(sample: dict[str, Any], number: int, at: datetime) -> dict[str, Any]:
    closed_at = at - (number * 2.3 % 480) * HOUR
    late = number % (5 if closed_at > at - 4 * DAY else 25) == 0
    return _row(sample, number) | {
        "state": "closed",
        "stage": "closed",
        "opened_at": closed_at - 20 * HOUR,
        "due_at": closed_at + (-HOUR if late else HOUR),
        "closed_at": closed_at,
        "closed_by": OFFICERS[number % 3],
        "outcome": ("approved", "returned", "rejected")[number % 3],
    }


def _row(sample: dict[str, Any], number: int) -> dict[str, Any]:
    kept = {name: value for name, value in sample.items() if name not in {"alarm_at", "preferred_officer", "preferred_until", "claim"}}
    return kept | {"_id": new_id(), "request_id": new_id(), "service": SERVICES[number * number % len(SERVICES)]}


def _villages() -> list[str]:
    return sorted(villages())[:24]
