"""The state of the WhatsApp number: one document, written by compare-and-swap."""

from __future__ import annotations

from typing import Final

from pymongo import WriteConcern
from pymongo.read_concern import ReadConcern

from services.notifier.domain.pacing import Bucket, SenderState
from services.notifier.store.schema import SENDER
from shared.mongo import Collection, Doc, DriverError, Mongo, is_duplicate_key, reachable

_ID: Final = "whatsapp"


class MongoSenders:
    """The collection `sender`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._rows: Collection = mongo.collection(database, SENDER)
        self._quick: Collection = self._rows.with_options(write_concern=WriteConcern(w=1, j=False), read_concern=ReadConcern("local"))

    async def load(self) -> tuple[SenderState, int]:
        with reachable():
            doc = await self._quick.find_one({"_id": _ID})
        return (SenderState(), 0) if doc is None else (_from_doc(doc), doc["version"])

    async def swap(self, state: SenderState, version: int, *, durable: bool = True) -> bool:
        rows = self._rows if durable else self._quick
        body = {**_to_doc(state), "version": version + 1}
        with reachable():
            if version:
                result = await rows.update_one({"_id": _ID, "version": version}, {"$set": body})
                return result.matched_count == 1
            try:
                await rows.insert_one({"_id": _ID, **body})
            except DriverError as error:
                if is_duplicate_key(error):
                    return False
                raise
            return True


def _to_doc(state: SenderState) -> Doc:
    return {
        "bucket": None if state.bucket is None else {"tokens": state.bucket.tokens, "at": state.bucket.at},
        "paused_reason": state.paused_reason,
        "paused_at": state.paused_at,
        "paused_by": state.paused_by,
        "slow_until": state.slow_until,
        "slow_level": state.slow_level,
    }


def _from_doc(doc: Doc) -> SenderState:
    bucket = doc["bucket"]
    return SenderState(
        bucket=None if bucket is None else Bucket(bucket["tokens"], bucket["at"]),
        paused_reason=doc["paused_reason"],
        paused_at=doc["paused_at"],
        paused_by=doc.get("paused_by"),
        slow_until=doc["slow_until"],
        slow_level=doc["slow_level"],
    )
