"""Events to be published. Rows are written in the transaction of what they tell, and leave by a relay under a lease."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol, cast

from bson import Timestamp
from pymongo import ASCENDING, IndexModel
from pymongo.errors import BulkWriteError

from shared.clock import monotonic_seconds, now
from shared.ids import new_token
from shared.messaging.broker.errors import PublishRefused
from shared.messaging.broker.wire import MAX_BODY_BYTES, TRACEPARENT, Outgoing
from shared.mongo import LONG_AGO, Collection, Doc, LostRace, Mongo, Session, aggregate, from_now, inserts, is_duplicate_key

COLLECTION: Final = "outbox"
SENT_KEPT_SECONDS: Final = 7 * 24 * 3600  # long enough to look back at an incident and for the nightly conservation
NEW, SENT, PARKED, DISCARDED = "new", "sent", "parked", "discarded"

_QUIET: Final = timedelta(seconds=11)  # a server that has nothing to write moves its operation time every ten seconds
_CLAIMABLE: Final[Doc] = {
    "state": NEW,
    "$expr": {
        "$and": [
            {"$lte": [{"$ifNull": ["$next_at", LONG_AGO]}, "$$NOW"]},
            {"$lt": [{"$ifNull": ["$lease.until", LONG_AGO]}, "$$NOW"]},
        ],
    },
}

INDEXES: Final[dict[str, Sequence[IndexModel]]] = {
    COLLECTION: (
        IndexModel([("aggregate", ASCENDING), ("seq", ASCENDING)], name="sequence", unique=True),
        # The relay claims the oldest unsent rows; everything sent leaves this index, so it stays small.
        IndexModel([("state", ASCENDING), ("_id", ASCENDING)], name="unsent", partialFilterExpression={"state": NEW}),
        IndexModel([("state", ASCENDING), ("_id", ASCENDING)], name="parked", partialFilterExpression={"state": PARKED}),
        # Sparse: a row that is not sent yet has no place in it, and none to leave.
        IndexModel([("sent_at", ASCENDING)], name="expiry_of_sent", expireAfterSeconds=SENT_KEPT_SECONDS, sparse=True),
    ),
}


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One event, frozen. `body` is the envelope's bytes as they go over the wire; `id` is the AMQP message id."""

    id: str
    aggregate: str
    sequence: int
    type: str
    exchange: str
    body: bytes = field(repr=False)
    correlation_id: str
    traceparent: str
    created_at: datetime
    attempts: int = 0

    def message(self) -> Outgoing:
        """Shape it for its exchange; the routing key is its type.

        Raises:
            PublishRefused: `too_large`, above `MAX_BODY_BYTES`.
        """
        if len(self.body) > MAX_BODY_BYTES:
            raise PublishRefused("too_large", f"{len(self.body)} bytes")
        return Outgoing(self.exchange, self.type, self.id, self.type, self.body, self.correlation_id, {TRACEPARENT: self.traceparent})


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """A row the broker refused."""

    row: OutboxRow
    code: str
    detail: str
    parked_at: datetime


@dataclass(frozen=True, slots=True)
class OutboxClaim:
    """Rows that are ours until the lease ends; the token proves it. `more` says that others are likely to wait.

    `foreign`: another process wrote some of them.
    """

    token: str
    rows: tuple[OutboxRow, ...]
    more: bool = False
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class BirthLease:
    """The lease that rows may be born with, for the relay of the process that writes them: it need not look for them and claim them."""

    token: str
    seconds: float


@dataclass(frozen=True, slots=True)
class LeasedRows:
    """Rows that were born with a lease, and until when (`monotonic_seconds`) they are surely ours."""

    rows: Sequence[OutboxRow]
    lost_at: float


class RelayHandoff(Protocol):
    """The publisher of this process's rows: its `Relay`."""

    def hold(self) -> BirthLease | None:
        """Return the lease for rows that are to be written now; None when they shall lie until somebody claims them."""

    def take(self, handed: LeasedRows) -> None:
        """Publish these rows: they are committed."""

    def wake(self) -> None:
        """Claim other rows: they are committed."""


class Outbox:
    """The outbox of one database. All times are the server's (`$$NOW`): the clocks of several relays need not agree.

    The end of a lease that a row is born with can only be close to the server's: see `_until`.
    """

    def __init__(self, mongo: Mongo, database: str, writer: str = "") -> None:
        """`writer` names this process: its rows carry it, and `inserts` tells only of those of others."""
        self._rows: Collection = mongo.collection(database, COLLECTION)
        self._writer = writer

    async def insert(self, rows: Sequence[OutboxRow], session: Session, hold: BirthLease | None = None) -> LeasedRows | None:
        """Write rows inside the transaction of what they tell, after its other writes; with `hold`, return what to hand to its relay.

        None where the rows have no lease: nobody asked for one, or the server has not told its time yet. They lie until they are claimed.

        Raises:
            LostRace: a sequence number of that aggregate is taken.
        """
        lost_at = monotonic_seconds() + (hold.seconds if hold else 0.0)
        until = _until(session, hold.seconds) if hold else None
        born: Doc = {"lease": {"token": hold.token, "until": until}, "attempts": 1} if hold and until else {}
        try:
            await self._rows.insert_many([_to_doc(row, self._writer) | born for row in rows], session=session)
        except BulkWriteError as error:
            if is_duplicate_key(error):
                raise LostRace("sequence_taken") from error
            raise
        return LeasedRows(rows, lost_at) if until else None

    async def claim(self, limit: int, lease_seconds: float) -> OutboxClaim:
        """Take the oldest unsent rows that nobody holds, under a fresh token. Several relays may do so at once; each row goes to one."""
        docs = await self._rows.find(_CLAIMABLE).sort("_id", ASCENDING).limit(limit).to_list(None)
        token = new_token()
        if not docs:
            return OutboxClaim(token, ())
        ids = [doc["_id"] for doc in docs]
        until = from_now(lease_seconds)
        won = await self._rows.update_many(
            {"_id": {"$in": ids}, **_CLAIMABLE},
            [{"$set": {"lease": {"token": token, "until": until}, "attempts": {"$add": ["$attempts", 1]}}}],
        )
        more = len(docs) == limit or won.modified_count < len(ids)
        if won.modified_count < len(ids):  # another relay was faster with some
            ours = await self._rows.find({"_id": {"$in": ids}, "lease.token": token}, {"_id": 1}).to_list(None)
            held = {doc["_id"] for doc in ours}
            docs = [doc for doc in docs if doc["_id"] in held]
        foreign = any(doc.get("writer", "") != self._writer for doc in docs)
        return OutboxClaim(token, tuple(_from_doc(doc) for doc in docs), more, foreign)

    async def mark_sent(self, token: str, ids: Sequence[str]) -> int:
        """Record confirms; return how many were still ours. A row whose lease was lost is the other relay's to mark."""
        result = await self._rows.update_many(
            {"_id": {"$in": list(ids)}, "state": NEW, "lease.token": token},
            {"$set": {"state": SENT}, "$currentDate": {"sent_at": True}, "$unset": {"lease": ""}},
        )
        return result.modified_count

    async def park(self, token: str, event_id: str, code: str, detail: str) -> bool:
        """Set aside what the broker refused, with its reason. False when the lease was lost."""
        result = await self._rows.update_one(
            {"_id": event_id, "state": NEW, "lease.token": token},
            [{"$set": {"state": PARKED, "parked_at": "$$NOW", "code": code, "detail": detail}}, {"$unset": "lease"}],
        )
        return result.modified_count == 1

    async def release(self, token: str, ids: Sequence[str], after_seconds: float = 0.0) -> None:
        """Release rows unsent; nobody takes them before `after_seconds` are over."""
        later = from_now(after_seconds)
        await self._rows.update_many(
            {"_id": {"$in": list(ids)}, "state": NEW, "lease.token": token},
            [{"$set": {"next_at": later}}, {"$unset": "lease"}],
        )

    async def oldest_unsent_seconds(self) -> float:
        """Return the age of the oldest unsent row, 0 when there is none."""
        pipeline: list[Doc] = [
            {"$match": {"state": NEW}},
            {"$sort": {"_id": ASCENDING}},
            {"$limit": 1},
            {"$project": {"age": {"$dateDiff": {"startDate": "$created_at", "endDate": "$$NOW", "unit": "millisecond"}}}},
        ]
        docs = await aggregate(self._rows, pipeline)
        return max(0.0, docs[0]["age"] / 1000) if docs else 0.0

    async def find(self, event_id: str) -> ParkedEvent | None:
        """Return a row that the broker refused, with its reason."""
        doc = await self._rows.find_one({"_id": event_id, "state": PARKED})
        return None if doc is None else _parked(doc)

    async def parked(self, limit: int = 100) -> list[ParkedEvent]:
        """Return the rows that the broker refused, the oldest first."""
        docs = await self._rows.find({"state": PARKED}).sort("_id", ASCENDING).limit(limit).to_list(None)
        return [_parked(doc) for doc in docs]

    async def count_parked(self) -> int:
        """Return how many rows the broker refused."""
        return await self._rows.count_documents({"state": PARKED})

    async def replay(self, event_id: str) -> bool:
        """Let the relay try a parked row again. False when it is not parked (any more)."""
        result = await self._rows.update_one(
            {"_id": event_id, "state": PARKED},
            {"$set": {"state": NEW}, "$unset": {"parked_at": "", "code": "", "detail": "", "next_at": ""}},
        )
        return result.modified_count == 1

    async def discard(self, event_id: str, note: str) -> bool:
        """Discard a parked row: it is not published; `note` says why and who. The row stays."""
        result = await self._rows.update_one({"_id": event_id, "state": PARKED}, {"$set": {"state": DISCARDED, "note": note}})
        return result.modified_count == 1

    def inserts(self, enough: Callable[[], bool]) -> AsyncGenerator[None, None]:
        """Yield when another process has committed rows (a change stream), until it is `enough`, which is asked once a second.

        The server leaves out our own and those that are handed to another relay: we would look again for each of them, in vain.

        Raises:
            PyMongoError: the stream broke; open another.
        """
        foreign: Doc = {"fullDocument.writer": {"$ne": self._writer}} if self._writer else {}
        return inserts(self._rows, enough, {"fullDocument.lease": None, **foreign})


def _until(session: Session, seconds: float) -> datetime | None:
    """Return the moment so many seconds from now by the server's clock, as the session heard it; ours is believed as far as it fits.

    A clock that is wrong makes the lease end too early, which costs a second delivery at worst, or some seconds too late. None while
    nothing was heard: a mongod with a keyfile tells no time in the moments until it has the keys that it signs it with.
    """
    told = cast("Timestamp | None", session.operation_time)  # Motor's stub takes the property for a method
    if told is None:
        return None
    heard = told.as_datetime()
    return min(max(now(), heard), heard + _QUIET) + timedelta(seconds=seconds)


def _to_doc(row: OutboxRow, writer: str) -> Doc:
    return {
        "_id": row.id,
        "aggregate": row.aggregate,
        "seq": row.sequence,
        "type": row.type,
        "exchange": row.exchange,
        "body": row.body,
        "correlation_id": row.correlation_id,
        "traceparent": row.traceparent,
        "state": NEW,
        "attempts": row.attempts,
        "created_at": row.created_at,
        **({"writer": writer} if writer else {}),
    }


def _from_doc(doc: Doc) -> OutboxRow:
    return OutboxRow(
        id=doc["_id"],
        aggregate=doc["aggregate"],
        sequence=doc["seq"],
        type=doc["type"],
        exchange=doc["exchange"],
        body=bytes(doc["body"]),
        correlation_id=doc["correlation_id"],
        traceparent=doc["traceparent"],
        created_at=doc["created_at"],
        attempts=doc["attempts"],
    )


def _parked(doc: Doc) -> ParkedEvent:
    return ParkedEvent(_from_doc(doc), doc["code"], doc["detail"], doc["parked_at"])
