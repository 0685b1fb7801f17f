"""What was handled already. One row per message and consumer, written in the same transaction as everything the message caused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pymongo import ASCENDING, IndexModel
from pymongo.errors import BulkWriteError

from shared.mongo import Collection, Mongo, Session, is_duplicate_key
from shared.mongo.together import BatchLoader

COLLECTION: Final = "inbox"
KEPT_SECONDS: Final = 90 * 24 * 3600  # Meta repeats webhooks for 7 days; dead letters are replayed weeks later

INDEXES: Final[dict[str, Sequence[IndexModel]]] = {
    COLLECTION: (
        IndexModel([("at", ASCENDING)], name="expiry", expireAfterSeconds=KEPT_SECONDS),
        IndexModel([("type", ASCENDING), ("at", ASCENDING)], name="by_type"),  # conservation counts by event type
    ),
}


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One thing that was handled: a message (`consumer:message_id`) or a keyed request (`Idempotency-Key`, a webhook's id).

    `fingerprint` is a hash of the request body, `result` what the unit answered; both only for keyed requests.
    """

    key: str
    type: str
    at: datetime
    fingerprint: str | None = None
    result: Any = None


class AlreadySeen(Exception):  # noqa: N818 - the finding; what it means shows only when the row is read
    """A row with one of these keys is there. The transaction is lost; read the rows before concluding anything."""


class Inbox:
    """The inbox of one database."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._rows: Collection = mongo.collection(database, COLLECTION)
        self._lookups: BatchLoader[InboxRow] = BatchLoader(self._read)

    async def insert(self, rows: Sequence[InboxRow], session: Session) -> None:
        """Write the rows inside the transaction of what they stand for.

        Raises:
            AlreadySeen: at least one key is taken.
        """
        try:
            await self._rows.insert_many([_to_doc(row) for row in rows], session=session)
        except BulkWriteError as error:
            if is_duplicate_key(error):
                raise AlreadySeen from error
            raise

    async def known(self, keys: Iterable[str]) -> frozenset[str]:
        """Return which of these were handled, read outside any transaction."""
        wanted = list(dict.fromkeys(keys))
        if not wanted:
            return frozenset()
        docs = await self._rows.find({"_id": {"$in": wanted}}, {"_id": 1}).to_list(None)
        return frozenset(doc["_id"] for doc in docs)

    async def find(self, key: str) -> InboxRow | None:
        """Return one row, with the answer that was given."""
        return (await self._lookups.find((key,))).get(key)

    async def _read(self, keys: Sequence[str]) -> dict[str, InboxRow]:
        docs = await self._rows.find({"_id": {"$in": list(keys)}}).to_list(None)
        return {doc["_id"]: InboxRow(doc["_id"], doc["type"], doc["at"], doc.get("fingerprint"), doc.get("result")) for doc in docs}


def message_key(consumer: str, message_id: str) -> str:
    """Return the inbox key of a message: one message may have several consumers."""
    return f"{consumer}:{message_id}"


def _to_doc(row: InboxRow) -> dict[str, Any]:
    doc: dict[str, Any] = {"_id": row.key, "type": row.type, "at": row.at}
    if row.fingerprint is not None:
        doc["fingerprint"] = row.fingerprint
    if row.result is not None:
        doc["result"] = row.result
    return doc
