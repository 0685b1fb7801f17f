"""Raw items of webhooks: stored in one round trip before the answer, then handled per sender, in order, under a lease."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from pymongo import UpdateOne, WriteConcern
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.read_concern import ReadConcern

from services.intake.domain.webhook_log import WebhookItem, WebhookItemKind
from services.intake.ports import Lease, ParkedItem, StoredItem
from services.intake.store.items import KEPT, NEW, PARKED, item_from, parked_fields, parked_from
from shared.mongo import LONG_AGO, Collection, DatabaseUnavailable, Doc, Mongo, from_now, inserts, reachable
from shared.mongo.together import GroupCommit

_DUPLICATE: Final = 11000  # server error code: the item is there already
_APPEND_SECONDS: Final = 3.0  # the provider waits for the answer; it asks again, for days, and a flood must not pile up here
_CANDIDATES: Final = 64  # how many new messages are looked at to find a sender that is free
_TOLD: Final = (WebhookItemKind.STATUS, WebhookItemKind.ACCOUNT)  # what the provider tells of itself: no order, no answer
_WORKED: Final = frozenset({WebhookItemKind.MESSAGE, *_TOLD})


@dataclass(slots=True)
class _Arrival:
    """The items of one webhook as documents; once stored, `new` is how many were new."""

    docs: Sequence[Doc]
    new: int = 0


class MongoWebhookLog:
    """The collections `webhook_log` and `senders`; implements `ports.WebhookLog`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._items: Collection = mongo.collection(database, "webhook_log")
        # Not waiting for a majority: what a failover may undo is a lease, and every item is guarded by its version, which does wait.
        self._leases: Collection = mongo.collection(database, "senders").with_options(
            write_concern=WriteConcern(w=1, j=False), read_concern=ReadConcern("local")
        )
        self._conversations: Collection = mongo.collection(database, "conversations")
        self._arrivals: GroupCommit[_Arrival] = GroupCommit(self._insert)

    async def append(self, items: Sequence[WebhookItem], at: datetime, traceparent: str) -> int:
        """See `ports.WebhookLog`. Items that arrive while others are being stored are stored together with the next ones.

        Raises:
            DatabaseUnavailable: at least one item may not be durable.
        """
        if not items:
            return 0
        arrival = _Arrival([_to_doc(item, number, at, traceparent) for number, item in enumerate(items)])
        try:
            async with asyncio.timeout(_APPEND_SECONDS):
                await self._arrivals.commit(arrival, frozenset(item.key for item in items))
        except TimeoutError as error:  # it may be stored all the same; then the repeat finds it there
            raise DatabaseUnavailable("database_unavailable", "slow") from error
        return arrival.new

    async def _insert(self, arrivals: Sequence[_Arrival]) -> None:
        docs = [doc for arrival in arrivals for doc in arrival.docs]
        try:
            async with asyncio.timeout(_APPEND_SECONDS):
                repeated = await self._insert_new(docs)
        except TimeoutError as error:
            raise DatabaseUnavailable("database_unavailable", "slow") from error
        for arrival in arrivals:
            arrival.new = sum(doc["_id"] not in repeated for doc in arrival.docs)

    async def _insert_new(self, docs: Sequence[Doc]) -> frozenset[str]:
        """Insert items; return the keys of those that were already there."""
        with reachable():
            try:
                await self._items.insert_many(docs, ordered=False)
            except BulkWriteError as error:
                repeated = _duplicates(error)
                if repeated is None:
                    raise DatabaseUnavailable("database_unavailable", "webhook_log") from error
                return frozenset(docs[index]["_id"] for index in repeated)
        return frozenset()

    async def lease_senders(self, seconds: float, token: str, passed_over: Sequence[str], most: int) -> list[Lease]:
        """Lease free senders, those with the oldest new messages first.

        `passed_over`: senders not to look at, because this process has them or knows that they are not free yet.
        """
        query: Doc = {"state": NEW, "kind": WebhookItemKind.MESSAGE.value}
        if passed_over:
            query["sender"] = {"$nin": list(passed_over)}
        leases: list[Lease] = []
        with reachable():
            rows = await self._items.find(query, {"sender": 1}).sort("arrival", 1).limit(_CANDIDATES).to_list(None)
            candidates = list(dict.fromkeys(row["sender"] for row in rows))
            while candidates and len(leases) < most:
                asked, candidates = candidates[: most - len(leases)], candidates[most - len(leases) :]
                leases += await self._take(asked, seconds, token)
        return leases

    async def _take(self, senders: Sequence[str], seconds: float, token: str) -> list[Lease]:
        """Lease those that nobody else has and that do not rest after a failure, by the server's clock: ours may be wrong."""
        is_free = {"$lte": [{"$ifNull": ["$until", LONG_AGO]}, "$$NOW"]}
        ours = {"until": from_now(seconds), "token": token, "failures": {"$ifNull": ["$failures", 0]}}
        update = [{"$set": {name: {"$cond": [is_free, value, f"${name}"]} for name, value in ours.items()}}]
        try:
            await self._leases.bulk_write([UpdateOne({"_id": sender}, update, upsert=True) for sender in senders], ordered=False)
        except BulkWriteError as error:
            if _duplicates(error) is None:  # a duplicate is a sender whom somebody else took at the same moment
                raise
        rows = await self._leases.find({"_id": {"$in": list(senders)}, "token": token}, {"failures": 1}).to_list(None)
        failures = {row["_id"]: row["failures"] for row in rows}
        return [Lease(sender, token, failures[sender]) for sender in senders if sender in failures]

    async def renew(self, leases: Sequence[Lease], seconds: float) -> frozenset[str]:
        """See `ports.WebhookLog`.

        Raises:
            DatabaseUnavailable: it is unknown which leases are held.
        """
        ours = {each.sender: each.token for each in leases}
        held: Doc = {"_id": {"$in": list(ours)}, "token": {"$in": list(set(ours.values()))}}
        with reachable():
            await self._leases.update_many(held, [{"$set": {"until": from_now(seconds)}}])
            rows = await self._leases.find(held, {"token": 1}).to_list(None)
        return frozenset(row["_id"] for row in rows if ours[row["_id"]] == row["token"])

    async def release(self, leases: Sequence[Lease], rest_seconds: float) -> None:
        ends = [
            UpdateOne(
                {"_id": each.sender, "token": each.token},
                [{"$set": {"until": from_now(rest_seconds), "failures": each.failures, "token": ""}}],
            )
            for each in leases
        ]
        if ends:
            with reachable():
                await self._leases.bulk_write(ends, ordered=False)

    async def messages_of(self, senders: Sequence[str], limit: int) -> dict[str, list[StoredItem]]:
        with reachable():
            rows = await self._messages({"$in": list(senders)}, limit * len(senders))
            if len(rows) == limit * len(senders) > limit:  # one of them may have crowded others out
                apart = await asyncio.gather(*(self._messages(sender, limit) for sender in senders))
                rows = [row for found in apart for row in found]
        found: dict[str, list[StoredItem]] = {sender: [] for sender in senders}
        for row in rows:
            if len(found[row["sender"]]) < limit:
                found[row["sender"]].append(item_from(row))
        return found

    async def _messages(self, sender: Any, limit: int) -> list[Doc]:
        query = {"state": NEW, "kind": WebhookItemKind.MESSAGE.value, "sender": sender}
        order = [("sender", 1), ("sent_at", 1), ("arrival", 1)]
        rows: list[Doc] = await self._items.find(query).sort(order).limit(limit).to_list(None)
        return rows

    async def new_statuses(self, limit: int) -> list[str]:
        query = {"state": NEW, "kind": {"$in": [kind.value for kind in _TOLD]}}
        with reachable():
            rows = await self._items.find(query, {"_id": 1}).sort("arrival", 1).limit(limit).to_list(None)
        return [row["_id"] for row in rows]

    async def arrivals(self, enough: Callable[[], bool]) -> AsyncGenerator[None, None]:
        try:
            async with aclosing(inserts(self._items, enough)) as stored:
                async for _ in stored:
                    yield
        except PyMongoError as error:  # also what ends a stream and not the database: another is opened
            raise DatabaseUnavailable("database_unavailable", type(error).__name__) from error

    async def oldest_seconds(self, at: datetime) -> float:
        with reachable():
            oldest = [
                row["received_at"]
                for kind in sorted(_WORKED)
                async for row in self._items.find({"state": NEW, "kind": kind.value}, {"received_at": 1}).sort("arrival", 1).limit(1)
            ]
        return max((at - min(oldest)).total_seconds(), 0.0) if oldest else 0.0

    async def parked(self, after: str | None, limit: int) -> list[ParkedItem]:
        query: Doc = {"state": PARKED, "stuck_id": {"$gt": after or ""}}
        with reachable():
            rows = await self._items.find(query).sort("stuck_id", 1).limit(limit).to_list(None)
        return [parked_from(row) for row in rows]

    async def stale_drafts(self, before: datetime, limit: int) -> list[str]:
        old = {"touched_at": {"$lt": before}}
        query = {"$or": [{name: {"$type": "string"}, **old} for name in ("draft.service", "parked.service")]}
        with reachable():
            rows = await self._conversations.find(query, {"_id": 1}).sort("touched_at", 1).limit(limit).to_list(None)
        return [row["_id"] for row in rows]

    async def quiet_drafts(self, after: datetime, before: datetime, limit: int) -> list[str]:
        query = {
            "draft.service": {"$type": "string"},
            "touched_at": {"$gt": after, "$lt": before},
            "draft.is_reminded": {"$ne": True},
            "assistance.waiting_since": None,
        }
        with reachable():
            rows = await self._conversations.find(query, {"_id": 1}).sort("touched_at", 1).limit(limit).to_list(None)
        return [row["_id"] for row in rows]

    async def park(self, key: str, reason: str, at: datetime) -> bool:
        with reachable():
            result = await self._items.update_one(
                {"_id": key, "state": NEW},
                {"$set": parked_fields(key, reason, at), "$inc": {"version": 1}},
            )
        return result.modified_count == 1


def _duplicates(error: BulkWriteError) -> list[int] | None:
    """Return the indexes of the items that were already there; None where anything else went wrong."""
    details = error.details or {}
    problems = details.get("writeErrors", ())
    if details.get("writeConcernErrors") or any(problem.get("code") != _DUPLICATE for problem in problems):
        return None
    return [problem["index"] for problem in problems]


def _to_doc(item: WebhookItem, number: int, at: datetime, traceparent: str) -> Doc:
    works = item.kind in _WORKED
    doc: Doc = {
        "_id": item.key,
        "version": 1,
        "seq": 0,
        "kind": item.kind.value,
        "sender": item.sender,
        "state": NEW if works else KEPT,
        "sent_at": item.moment(at),
        "received_at": at,
        "traceparent": traceparent,
        "arrival": f"{at.isoformat(timespec='milliseconds')}-{number:06d}",
        # Bytes, not a subdocument: foreign JSON may hold what BSON can't (integers beyond 64 bit, NUL in names).
        "content": orjson.dumps(item.content),
    }
    return doc if works else {**doc, "kept_at": at}
