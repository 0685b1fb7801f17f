"""High-water marks: the last number of each series, kept beside the backups, so that no restore gives a number twice.

A mark says how far a counter had come at a moment. After a restore each counter goes on past the highest mark of it, and past a reserve for
what nobody could mark any more; a counter that is not there begins past the reserve (`floor`, which the services read).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from deploy.admin.moments import MARKS, ClusterTime, marks_name
from deploy.admin.restoring import Backup
from deploy.admin.sealing import seal, unseal
from deploy.admin.sets import fetched
from deploy.admin.source import Client
from deploy.admin.targets import BackupTarget
from shared.clock import WIB

COUNTERS: Final = "counters"
FLOOR: Final = "floor"
"""The row of `counters` that services read: where counters begin that are not there."""
SERVICES: Final = ("issuance", "verification")
_LAST_REGISTER: Final = 9_999  # four digits of a NIK and of a family card
_DAY: Final = re.compile(r"^[A-Z]{2,4}-(\d{2})(\d{2})(\d{4})$")  # of a document counter, `KK-29112026`

Marks = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Reserve:
    """How many numbers of a series a restore leaves out beyond what is marked."""

    documents: int
    register: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A counter that goes on further up."""

    service: str
    key: str
    restored: int
    last: int


def keep_marks(target: BackupTarget, recipients: Path, scratch: Path, moment: ClusterTime, counters: Marks, *, whole: bool) -> None:
    """Store marks; none are stored where no counter was raised. What is `whole` has every counter: those before it may go."""
    if not whole and not any(counters.values()):
        return
    with TemporaryDirectory(dir=scratch) as folder:
        file = Path(folder) / "marks.age"
        seal(recipients, [json.dumps(counters).encode()], file)
        target.put(file, marks_name(moment, whole=whole))


def all_counters(client: Client, databases: Mapping[str, str]) -> Marks:
    """Return every counter of the services that give numbers, as it is now, and where those begin that are not there."""
    return {
        service: {row["_id"]: row["last"] for row in client[databases[service]][COUNTERS].find({}, {"last": 1})} for service in SERVICES
    }


def read_marks(backup: Backup) -> Marks:
    """Return the highest mark of each counter in everything that is at the target."""
    found: dict[str, dict[str, int]] = {service: {} for service in SERVICES}
    for name in backup.target.names(MARKS):
        with fetched(backup.target, name, backup.scratch) as path:
            for service, counters in json.loads(unseal(backup.identity, path)).items():
                known = found.setdefault(service, {})
                known |= {key: max(last, known.get(key, 0)) for key, last in counters.items()}
    return found


def skip_numbers(
    client: Client, databases: Mapping[str, str], marks: Marks, reserve: Reserve, since: ClusterTime, at: datetime
) -> list[Skipped]:
    """Let every series go on past its mark and the reserve; return those that do.

    `since`: the moment that the databases are of; `at`: now. Document numbers of days before were given to their end: they stay.
    """
    days = set(_days(since.at.astimezone(WIB).date(), at.astimezone(WIB).date()))
    found: list[Skipped] = []
    for service in SERVICES:
        rows = client[databases[service]][COUNTERS]
        kept = {row["_id"]: row["last"] for row in rows.find({}, {"last": 1})}
        for key in sorted({FLOOR, *kept, *marks.get(service, {})}):
            more = _reserve_of(service, key, days, reserve)
            last = max(kept.get(key, 0), marks.get(service, {}).get(key, 0)) + more
            last = min(last, _LAST_REGISTER) if service == "verification" else last
            if last > kept.get(key, 0):
                left_out = {"skipped": last - kept.get(key, 0)} if service == "issuance" and key != FLOOR else {}
                rows.update_one({"_id": key}, {"$set": {"last": last}, "$inc": {"version": 1, **left_out}}, upsert=True)
                found.append(Skipped(service, key, kept.get(key, 0), last))
        rows.update_one({"_id": FLOOR}, {"$max": {"until": at.astimezone(WIB).date().isoformat()}})
    return found


def _reserve_of(service: str, key: str, days: set[date], reserve: Reserve) -> int:
    if service == "verification":
        return reserve.register
    if key == FLOOR:  # each restore raises it: what the last one let begin there may have been given too
        return reserve.documents
    match = _DAY.match(key)
    is_open = match is not None and date(int(match[3]), int(match[2]), int(match[1])) in days
    return reserve.documents if is_open else 0


def _days(first: date, last: date) -> Iterator[date]:
    for count in range((last - first).days + 1):
        yield first + timedelta(days=count)
