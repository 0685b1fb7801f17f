"""The databases that are backed up, read at one moment of the cluster: every row of all four as it was then, while services go on writing.

MongoDB keeps so much history for `minSnapshotHistoryWindowInSeconds` (300 s as it comes). The contents of files are most of the bytes and
never change: they are read after that, as they are, and the changes that come with the backup bring them to one moment too.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from bson import CodecOptions, json_util
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.errors import ConnectionFailure, OperationFailure

from deploy.admin.moments import ClusterTime
from deploy.admin.refusal import Refused

Client = MongoClient[dict[str, Any]]

SELECTION_MS: Final = 6_000  # until MongoDB counts as away
MARKER: Final = "restore_under_way"
"""A collection that has a row for as long as a restore has not come to its end: what was left half done is never taken for whole."""

_BATCH_ROWS: Final = 1_000  # the server ends a batch at 16 MB anyway
_TOO_OLD: Final = (239, 246)  # SnapshotTooOld, SnapshotUnavailable: the history of that moment is gone
_UNAUTHORIZED: Final = (13, 18)  # Unauthorized, AuthenticationFailed
_RAW: Final[CodecOptions[RawBSONDocument]] = CodecOptions(document_class=RawBSONDocument)


@contextmanager
def connected(url: str, setting: str) -> Generator[Client]:
    """Give a client that is closed afterwards.

    Raises:
        Refused: `setting_missing`, `database_unreachable`, `database_refused`.
    """
    if not url:
        raise Refused("setting_missing", setting)
    try:
        with Client(url, appname="admin", tz_aware=True, serverSelectionTimeoutMS=SELECTION_MS) as client:
            yield client
    except ConnectionFailure as error:
        raise Refused("database_unreachable", type(error).__name__) from error
    except OperationFailure as error:
        if error.code in _UNAUTHORIZED:
            raise Refused("database_refused", f"{error.code}") from error
        raise


class Snapshot:
    """Databases at one moment. What a read returns are rows as they lie, not decoded."""

    def __init__(self, client: Client, databases: Mapping[str, str], session: ClientSession, moment: ClusterTime) -> None:
        self._client = client
        self.databases = dict(databases)
        self._session = session
        self.moment = moment

    @property
    def server_version(self) -> str:
        """The version of MongoDB."""
        return str(self._client.server_info()["version"])

    def collections(self, service: str) -> Iterator[tuple[str, dict[str, Any], Sequence[dict[str, Any]]]]:
        """Yield name, options and indexes of each collection, by name."""
        database = self._client[self.databases[service]]
        found = database.list_collections(filter={"type": "collection"})
        for info in sorted(found, key=lambda info: str(info["name"])):
            if info["name"] != MARKER and not info["name"].startswith("system."):
                indexes = [_plain(index) for index in database[info["name"]].list_indexes()]
                yield info["name"], _plain(info.get("options", {})), indexes

    def rows(self, service: str, collection: str) -> Iterator[bytes]:
        """Yield every row as BSON; of contents of files, which may take long, as they are now.

        Raises:
            Refused: `backup_too_slow`: the server has no history of the moment any more.
        """
        database = self._client[self.databases[service]]
        concern = {"level": "majority"} if is_content(collection) else {"level": "snapshot", "atClusterTime": self.moment.timestamp}
        try:
            answer = database.command(
                "find", collection, batchSize=_BATCH_ROWS, readConcern=concern, session=self._session, codec_options=_RAW
            )
            cursor, batch = answer["cursor"], "firstBatch"
            while True:
                for row in cursor[batch]:
                    yield row.raw
                if not cursor["id"]:
                    return
                answer = database.command(
                    "getMore", cursor["id"], collection=collection, batchSize=_BATCH_ROWS, session=self._session, codec_options=_RAW
                )
                cursor, batch = answer["cursor"], "nextBatch"
        except OperationFailure as error:
            if error.code in _TOO_OLD:
                raise Refused("backup_too_slow", f"{service}.{collection}") from error
            raise


def is_content(collection: str) -> bool:
    """Return whether a collection has the contents of files: rows that are written once and deleted, never changed."""
    return collection.endswith(".chunks")


@contextmanager
def snapshot(client: Client, databases: Mapping[str, str]) -> Generator[Snapshot]:
    """Give the databases as they are now, which they stay for whoever reads them here."""
    # A write that a majority has confirmed is not after this; the reads wait until the moment is a majority's.
    moment = ClusterTime.of(client.admin.command("ping")["operationTime"])
    with client.start_session(causal_consistency=False) as session:
        yield Snapshot(client, databases, session, moment)


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return what MongoDB says about a collection or an index as JSON can hold it; `bson_of` is the way back."""
    found: dict[str, Any] = json.loads(json_util.dumps(value, json_options=json_util.CANONICAL_JSON_OPTIONS))
    return found


def bson_of(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `_plain` made JSON of."""
    found: dict[str, Any] = json_util.loads(json.dumps(value))
    return found
