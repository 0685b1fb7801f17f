"""The continuous copy: what changed in the databases since the last one, from MongoDB's log of changes (the oplog), kept beside the sets.

A member alone has an oplog too: it is a replica set of one. Read are only changes that a majority has confirmed, so that nothing is copied
that could still be undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import bson
from bson import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import ASCENDING
from pymongo.read_concern import ReadConcern

from deploy.admin.moments import ClusterTime, changes_folder, changes_name, changes_span
from deploy.admin.refusal import Refused
from deploy.admin.sealing import seal
from deploy.admin.sets import sets
from deploy.admin.source import Client
from deploy.admin.targets import BackupTarget
from shared.clock import now

OPLOG: Final = "oplog.rs"
_TRANSACTIONS: Final = "admin.$cmd"  # where a transaction stands in the oplog, whatever it touched
QUIET: Final = timedelta(minutes=2)  # of an office at night; well below what `backup status` calls late
_RAW: Final[CodecOptions[RawBSONDocument]] = CodecOptions(document_class=RawBSONDocument)


@dataclass(frozen=True, slots=True)
class Copied:
    """What one copy brought to the target. `counters`: those that were raised, by service and key."""

    since: ClusterTime
    until: ClusterTime
    changes: int
    counters: Mapping[str, Mapping[str, int]]


def last_copied(target: BackupTarget) -> ClusterTime | None:
    """Return the moment up to which all is at the target; None where there is no full backup yet."""
    whole = sets(target)
    if not whole:
        return None
    newest = ClusterTime.read(whole[-1])
    return max([newest, *(changes_span(name)[1] for name in copied_after(target, newest))])


def copied_after(target: BackupTarget, since: ClusterTime) -> list[str]:
    """Return the files of changes that end after a moment, by their beginnings; folders of days before are not looked into."""
    days = (now().date() - since.at.date()).days + 2  # a day more: whose clock is ahead
    folders = [changes_folder(since.at.date() + timedelta(days=count)) for count in range(days)]
    found = [name for folder in folders for name in target.names(folder) if changes_span(name)[1] > since]
    return sorted(found, key=changes_span)


def copy_changes(
    client: Client, databases: Mapping[str, str], target: BackupTarget, recipients: Path, scratch: Path, since: ClusterTime
) -> Copied:
    """Store what changed after a moment, as one file.

    Where nothing changed, nothing is stored; where nothing did for two minutes, an empty file, which says that all up to then is there.

    Raises:
        Refused: `oplog_gap`: the server has forgotten changes that were not copied; what encrypting and storing raise.
    """
    until = ClusterTime.of(client.admin.command("ping")["operationTime"])
    rows = _read(client, databases, since, until)
    found = CounterMarks({database: service for service, database in databases.items()})
    first = next(rows, None)
    if first is None and until.at - since.at < QUIET:
        return Copied(since, until, 0, {})
    with TemporaryDirectory(dir=scratch) as folder:
        file = Path(folder) / "changes.age"
        seal(recipients, _watched(chain((first,) if first is not None else (), rows), found), file)
        target.put(file, changes_name(since, until))
    return Copied(since, until, found.changes, found.counters)


def _read(client: Client, databases: Mapping[str, str], since: ClusterTime, until: ClusterTime) -> Iterator[RawBSONDocument]:
    log = client.local.get_collection(OPLOG, codec_options=_RAW, read_concern=ReadConcern("majority"))
    oldest = log.find_one({}, {"ts": 1}, sort=[("$natural", ASCENDING)])
    if oldest is None or ClusterTime.of(oldest["ts"]) > since:
        raise Refused("oplog_gap")
    names = "|".join(sorted(databases.values()))
    wanted = {
        "ts": {"$gt": since.timestamp, "$lte": until.timestamp},
        "op": {"$in": ["i", "u", "d", "c"]},
        "$or": [{"ns": _TRANSACTIONS}, {"ns": {"$regex": rf"^({names})\."}}],
    }
    yield from log.find(wanted).sort("$natural", ASCENDING)


class CounterMarks:
    """Looks at changes as they pass, for counters that were raised: `counters` of a service has numbers that were given."""

    def __init__(self, services: Mapping[str, str]) -> None:
        """Look in these databases; the values are the services they are of."""
        self._services = services
        self.counters: dict[str, dict[str, int]] = {}
        self.changes = 0

    def look(self, operation: Mapping[str, Any]) -> None:
        """Look at one change."""
        for each in operations(operation):
            database, _, collection = each["ns"].partition(".")
            if database not in self._services:
                continue  # a transaction of somebody else on the same server
            self.changes += 1
            if collection == "counters":
                self._note(self._services[database], each)

    def _note(self, service: str, operation: Mapping[str, Any]) -> None:
        key = (operation.get("o2") or operation["o"])["_id"]
        changed = operation["o"].get("diff", {})
        last = operation["o"].get("last", changed.get("u", changed.get("i", {})).get("last"))
        if isinstance(last, int):
            marks = self.counters.setdefault(service, {})
            marks[key] = max(last, marks.get(key, 0))


def operations(entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the changes of an entry of the oplog: itself, or those of a transaction."""
    if entry["op"] == "c" and "applyOps" in entry["o"]:
        for each in entry["o"]["applyOps"]:
            yield from operations(each)
    else:
        yield entry


def _watched(rows: Iterable[RawBSONDocument], found: CounterMarks) -> Iterator[bytes]:
    for row in rows:
        found.look(bson.decode(row.raw))
        yield bytes(row.raw)
