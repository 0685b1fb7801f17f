"""From a full backup and what changed after it to databases as they were at a moment: made in empty ones, counted before they are used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import bson
from bson import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import IndexModel
from pymongo.database import Database
from pymongo.errors import CollectionInvalid

from deploy.admin.changes import copied_after
from deploy.admin.manifest import Manifest, SetCollection, SetFile
from deploy.admin.moments import ClusterTime, changes_span
from deploy.admin.refusal import Refused
from deploy.admin.replaying import Replay
from deploy.admin.sealing import opened, sha256_of
from deploy.admin.sets import RowDigest, fetched, newest_before, open_set
from deploy.admin.source import MARKER, Client, bson_of
from deploy.admin.targets import BackupTarget
from shared.clock import now
from shared.messaging.transaction import inbox, outbox

_BULK_BYTES: Final = 16 * 1024 * 1024
_BULK_ROWS: Final = 1_000
_FRESH: Final = timedelta(days=1)
_EXPIRING: Final = ((outbox.COLLECTION, "sent_at"), (inbox.COLLECTION, "at"))
_RAW: Final[CodecOptions[RawBSONDocument]] = CodecOptions(document_class=RawBSONDocument)

Row = dict[str, Any]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """Where a backup lies, and what opens it."""

    target: BackupTarget
    identity: Path
    scratch: Path


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back. `until`: the moment that the databases are of."""

    name: str
    manifest: Manifest
    until: ClusterTime
    changes: int


def restore_databases(
    backup: Backup,
    client: Client,
    homes: Mapping[str, str],
    *,
    name: str = "",
    until: ClusterTime | None = None,
    tell: Tell = lambda _: None,
    finish: Callable[[Restored], None] = lambda _: None,
) -> Restored:
    """Bring back a full backup (the newest where none is named) and all that changed after it, up to `until` where it is given.

    `homes`: the database to make, by service. `finish`: what belongs to it; the databases count as half done until that has ended, too.

    Raises:
        Refused: `restore_not_empty`, `restore_interrupted`, `restore_incomplete`, `moment_outside`, `copy_broken`, and what reading raises.
    """
    require_empty(client, homes)
    name = name or newest_before(backup.target, until)
    manifest = open_set(backup.target, name, backup.identity, backup.scratch)
    files = changes_after(backup.target, manifest.cluster_time, until)
    for file in manifest.files:
        if not file.collection:  # the others are held against theirs as they are read
            with _whole(backup, name, file):
                pass
    into = {service: client.get_database(homes[service]) for service in manifest.databases}
    for database in into.values():
        database[MARKER].insert_one({"_id": name})
    for collection in manifest.collections:
        _load(backup, name, manifest, collection, into[collection.service])
    tell(f"{name}: {manifest.rows} baris kembali")
    reached, changes = _replayed(backup, manifest, files, until, into)
    tell(f"{changes} perubahan sesudahnya, sampai {reached.at:%Y-%m-%d %H:%M:%S} UTC")
    restored = Restored(name, manifest, reached, changes)
    finish(restored)
    for database in into.values():
        database[MARKER].delete_many({})  # the operator's user may not remove the collection
    return restored


def require_empty(client: Client, homes: Mapping[str, str]) -> None:
    """Pass where none of the databases has a row.

    Raises:
        Refused: `restore_not_empty`, `restore_interrupted`.
    """
    for database in homes.values():
        names = client[database].list_collection_names(filter={"type": "collection"})
        if MARKER in names and client[database][MARKER].find_one() is not None:
            raise Refused("restore_interrupted", database)
        full = [name for name in names if client[database][name].find_one({}, {"_id": 1}) is not None]
        if full:
            raise Refused("restore_not_empty", f"{database}.{min(full)}")


def changes_after(target: BackupTarget, since: ClusterTime, until: ClusterTime | None) -> list[str]:
    """Return the files of changes between two moments, in order.

    Raises:
        Refused: `copy_broken`: one between them is missing; `moment_outside`: they end before.
    """
    found: list[str] = []
    reached = since
    for name in copied_after(target, since):
        begins, ends = changes_span(name)
        if ends <= reached or (until is not None and begins >= until):
            continue
        if begins > reached:
            raise Refused("copy_broken", f"{reached.at:%Y-%m-%d %H:%M:%S} UTC")
        found.append(name)
        reached = ends
    if until is not None and (until < since or (found and reached < until) or (not found and until > since)):
        raise Refused("moment_outside", f"{until.at:%Y-%m-%d %H:%M:%S} UTC")
    return found


def _load(backup: Backup, name: str, manifest: Manifest, collection: SetCollection, home: Database[Row]) -> None:
    """Write one collection, its indexes aside, and hold count and sum against the manifest."""
    with suppress(CollectionInvalid):  # an empty one that a service of before made
        home.create_collection(collection.name, **bson_of(collection.options))
    rows, digest = home.get_collection(collection.name, codec_options=_RAW), RowDigest()
    for file in manifest.of(collection.service, collection.name):
        for bulk in _bulks(_rows_of(backup, name, file)):
            for row in bulk:
                digest.add(bytes(row.raw))
            rows.insert_many(bulk, ordered=False)
    if (digest.rows, digest.text) != (collection.rows, collection.digest):
        raise Refused("backup_damaged", f"{collection.service}.{collection.name}")
    if rows.count_documents({}) != collection.rows:
        raise Refused("restore_incomplete", f"{collection.service}.{collection.name}")


def _rows_of(backup: Backup, name: str, file: SetFile) -> Iterator[RawBSONDocument]:
    with _whole(backup, name, file) as path, opened(backup.identity, path) as stream:
        yield from bson.decode_file_iter(stream, codec_options=_RAW)


@contextmanager
def _whole(backup: Backup, name: str, file: SetFile) -> Iterator[Path]:
    """Give a file of a set that is as it was stored.

    Raises:
        Refused: `backup_missing`, `backup_damaged`.
    """
    with fetched(backup.target, f"{name}/{file.name}", backup.scratch) as path:
        if sha256_of(path) != file.sha256:
            raise Refused("backup_damaged", f"{name}/{file.name}")
        yield path


def _bulks(rows: Iterator[RawBSONDocument]) -> Iterator[list[RawBSONDocument]]:
    bulk: list[RawBSONDocument] = []
    size_bytes = 0
    for row in rows:
        bulk.append(row)
        size_bytes += len(row.raw)
        if size_bytes >= _BULK_BYTES or len(bulk) >= _BULK_ROWS:
            yield bulk
            bulk, size_bytes = [], 0
    if bulk:
        yield bulk


def _replayed(
    backup: Backup, manifest: Manifest, files: list[str], until: ClusterTime | None, into: Mapping[str, Database[Row]]
) -> tuple[ClusterTime, int]:
    """Do the changes again, then make the indexes; return the moment that was reached, and how many they were."""
    homes = {manifest.databases[service]: database for service, database in into.items()}
    indexes: dict[tuple[str, str], list[Row]] = {
        (manifest.databases[each.service], each.name): [bson_of(index) for index in each.indexes] for each in manifest.collections
    }
    replay, reached = Replay(homes, indexes), manifest.cluster_time
    for name in files:
        replay.run(_entries(backup, name, reached, until))
        reached = changes_span(name)[1]
    ended = reached if until is None else min(reached, until)
    keep_from_now(into.values(), ended.at, now())
    for (database, collection), wanted in indexes.items():
        made = [_index(index) for index in wanted if index["name"] != "_id_"]
        if made:
            homes[database][collection].create_indexes(made)
    return ended, replay.changes


def keep_from_now(databases: Iterable[Database[Row]], until: datetime, at: datetime) -> None:
    """Let the time since the backup not count for messages, before an index lets them expire.

    Of a backup that is older than an event is kept, MongoDB would remove within a minute what was on its way when it was made, which
    `resend` sends again; and, of a yet older one, what says that the rest was handled.
    """
    if at - until < _FRESH:
        return
    later_ms = int((at - until).total_seconds() * 1000)
    for database in databases:
        for collection, field in _EXPIRING:
            moved = [{"$set": {field: {"$add": [f"${field}", later_ms]}}}]
            database[collection].update_many({field: {"$type": "date"}}, moved)


def _entries(backup: Backup, name: str, since: ClusterTime, until: ClusterTime | None) -> Iterator[Mapping[str, Any]]:
    """Yield the changes of a file that are after `since` (two files may overlap) and not after `until`."""
    with fetched(backup.target, name, backup.scratch) as path, opened(backup.identity, path) as stream:
        for entry in bson.decode_file_iter(stream):
            at = ClusterTime.of(entry["ts"])
            if since < at and (until is None or at <= until):
                yield entry


def _index(described: Mapping[str, Any]) -> IndexModel:
    keys = list(described["key"].items())
    return IndexModel(keys, **{name: value for name, value in described.items() if name not in ("key", "v", "ns")})
