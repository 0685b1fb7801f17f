"""Changes of the oplog, done again on other databases: inserts, updates and deletes by `_id`, collections and indexes as they came.

Source of the form: MongoDB's `src/mongo/db/update/README` of update entries version 2 (`$v: 2`), which 5.0 and later write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pymongo import DeleteOne, ReplaceOne
from pymongo.database import Database

from deploy.admin.changes import operations
from deploy.admin.refusal import Refused

_BULK: Final = 500  # changes of one collection that are written together
_SECOND: Final = 2  # the version of updates that there is

Row = dict[str, Any]
WriteOp = DeleteOne | ReplaceOne[Row]


class Replay:
    """Does changes again, in order. `homes`: where each database of before is now."""

    def __init__(self, homes: Mapping[str, Database[Row]], indexes: dict[tuple[str, str], list[Row]]) -> None:
        """`indexes`, by database of before and collection, is kept up to date: they are made when all rows are there."""
        self._homes = homes
        self._indexes = indexes
        self._bulk: list[tuple[str, str, Any]] = []
        self._held: dict[tuple[str, str, Any], Row | None] = {}
        self._waiting: dict[tuple[str, str], dict[Any, WriteOp]] = {}
        self.changes = 0

    def run(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Do all of these.

        Raises:
            Refused: `copy_broken`: a change is of a form that nobody here knows, or of a row that is not there.
        """
        for entry in entries:
            for each in operations(entry):
                database, _, collection = each["ns"].partition(".")
                if database in self._homes:
                    self._do(database, collection, each)
                    self.changes += 1
        self.flush()

    def flush(self) -> None:
        """Write what waits."""
        for (database, collection), writes in self._waiting.items():
            self._homes[database][collection].bulk_write(list(writes.values()), ordered=False)
        self._waiting.clear()
        self._held.clear()

    def _do(self, database: str, collection: str, operation: Mapping[str, Any]) -> None:
        change = operation["o"]
        match operation["op"]:
            case "i":
                self._put(database, collection, change)
            case "d":
                self._take(database, collection, change["_id"])
            case "u":
                row = self._find(database, collection, operation["o2"]["_id"])
                if "$v" not in change:
                    self._put(database, collection, change)
                elif change["$v"] != _SECOND or row is None:
                    raise Refused("copy_broken", f"{database}.{collection}")
                else:
                    self._put(database, collection, patched(row, change["diff"]))
            case "c":
                self.flush()
                self._command(database, change, operation.get("o2"))

    def _command(self, database: str, change: Mapping[str, Any], about: Mapping[str, Any] | None) -> None:
        name = next(iter(change))
        collection = str(change[name])
        indexes = self._indexes.setdefault((database, collection), [])
        if name == "create":
            options = {key: value for key, value in change.items() if key not in ("create", "idIndex")}
            if collection not in self._homes[database].list_collection_names():
                self._homes[database].create_collection(collection, **options)
        elif name in ("createIndexes", "commitIndexBuild"):
            made = change["indexes"] if "indexes" in change else [{key: each for key, each in change.items() if key != name}]
            known = {index["name"] for index in made}
            indexes[:] = [*(index for index in indexes if index["name"] not in known), *map(dict, made)]
        elif name == "dropIndexes" and about is not None:
            indexes[:] = [index for index in indexes if index["name"] != about["name"]]
        elif name == "drop":
            self._homes[database][collection].delete_many({})  # our users may not remove a collection
            indexes.clear()
        elif name not in ("startIndexBuild", "abortIndexBuild", "collMod"):
            raise Refused("copy_broken", name)

    def _find(self, database: str, collection: str, key: Any) -> Row | None:
        slot = (database, collection, _hashable(key))
        if slot not in self._held:
            self._held[slot] = self._homes[database][collection].find_one({"_id": key})
        return self._held[slot]

    def _put(self, database: str, collection: str, row: Mapping[str, Any]) -> None:
        self._held[database, collection, _hashable(row["_id"])] = dict(row)
        self._write(database, collection, row["_id"], ReplaceOne({"_id": row["_id"]}, dict(row), upsert=True))

    def _take(self, database: str, collection: str, key: Any) -> None:
        self._held[database, collection, _hashable(key)] = None
        self._write(database, collection, key, DeleteOne({"_id": key}))

    def _write(self, database: str, collection: str, key: Any, write: WriteOp) -> None:
        waiting = self._waiting.setdefault((database, collection), {})
        waiting[_hashable(key)] = write  # the last one counts: each says how the row is after it
        if len(waiting) >= _BULK:
            self.flush()


def patched(row: Mapping[str, Any], diff: Mapping[str, Any]) -> Row:
    """Return a row after an update: `d` fields go, `u` and `i` have a new value, `s<field>` changed inside."""
    found = {name: value for name, value in row.items() if name not in diff.get("d", {})}
    for kind in ("u", "i"):
        found |= diff.get(kind, {})
    for name, inside in diff.items():
        if name.startswith("s"):
            held = found[name[1:]]
            found[name[1:]] = _patched_list(held, inside) if inside.get("a") else patched(held, inside)
    return found


def _patched_list(values: list[Any], diff: Mapping[str, Any]) -> list[Any]:
    """Return an array after an update: `l` is its new length, `u<place>` a new value, `s<place>` changed inside."""
    found = list(values)
    if "l" in diff:
        found = found[: diff["l"]]
    for name, value in diff.items():
        if name in ("a", "l"):
            continue
        place = int(name[1:])
        found += [None] * (place + 1 - len(found))
        if name.startswith("u"):
            found[place] = value
        else:
            held = found[place]
            found[place] = _patched_list(held, value) if value.get("a") else patched(held, value)
    return found


def _hashable(key: Any) -> Any:
    return tuple(sorted(key.items())) if isinstance(key, dict) else key
