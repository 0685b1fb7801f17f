"""Conservation: accepted = finished + parked + in flight, for every service and for every message between services.

Two books are kept, and both are read from MongoDB alone:

- An `AccountSpec` says, as data, how a service counts its own work ("requests", "jobs"). The service writes its accounts into its database
  at start, so that whoever looks later needs no code of the service.
- A `Flow` follows every event from the publisher's outbox to one consumer's inbox by its id. What is in neither nor parked must lie in the
  consumer's queues; where the queues hold less, messages were lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.contracts.envelope import Event
from shared.contracts.registry import CONSUMERS
from shared.messaging.transaction import inbox, outbox, parked
from shared.messaging.transaction.parked import ParkedState
from shared.mongo import Doc, Mongo, Session, reachable

ACCOUNTS: Final = "accounts"
_CHUNK: Final = 1_000  # ids per look-up: a query of about 50 kB


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers of what was accepted, by where it is now."""

    accepted: int
    finished: int
    parked: int
    in_flight: int

    @property
    def missing(self) -> int:
        """The number that is nowhere; negative: counted twice. 0 is balanced."""
        return self.accepted - self.finished - self.parked - self.in_flight

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.accepted + other.accepted,
            self.finished + other.finished,
            self.parked + other.parked,
            self.in_flight + other.in_flight,
        )


@dataclass(frozen=True, slots=True)
class Count:
    """Documents of one collection that match `query`."""

    collection: str
    query: Doc


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """The rule to count one kind of work. Each side is a sum of counts; a state is exactly one of finished, parked, in flight.

    What is parked or in flight is counted by states (`{"state": {"$in": [...]}}`, and more of it), which an index must answer.
    """

    name: str
    accepted: tuple[Count, ...]
    finished: tuple[Count, ...]
    parked: tuple[Count, ...]
    in_flight: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """How much of an account is not finished, by state."""

    parked: Mapping[str, int]
    in_flight: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Flow:
    """Every event of one publisher that one consumer is bound to, followed by its id."""

    publisher: str
    consumer: str
    published: int
    unsent: int
    refused: int
    handled: int
    parked: int
    replayed: int
    discarded: int
    ids: tuple[str, ...] = ()
    """Of those on the way."""

    @property
    def on_the_way(self) -> int:
        """The number sent and in no database of the consumer: must be in its queues (work, retry ladder, dead letters being recorded)."""
        known = self.unsent + self.refused + self.handled + self.parked + self.replayed + self.discarded
        return self.published - known

    @property
    def tally(self) -> Tally:
        """The same as a `Tally`. Balanced by construction: hold `on_the_way` + `replayed` against the queues."""
        return Tally(
            self.published, self.handled + self.discarded, self.refused + self.parked, self.unsent + self.replayed + self.on_the_way
        )


def by_state(name: str, collection: str, *, finished: Sequence[str], parked: Sequence[str], in_flight: Sequence[str]) -> AccountSpec:
    """Return an account over one collection whose documents have a `state`: everything in it was accepted."""

    def states(values: Sequence[str]) -> tuple[Count, ...]:
        return (Count(collection, {"state": {"$in": list(values)}}),)

    return AccountSpec(name, (Count(collection, {}),), states(finished), states(parked), states(in_flight))


async def register(mongo: Mongo, database: str, accounts: Sequence[AccountSpec]) -> None:
    """Store how this service counts, in place of what stood there. To be called at start.

    Raises:
        DatabaseUnavailable: MongoDB can't be reached.
    """
    rows = mongo.collection(database, ACCOUNTS)
    with reachable():
        for account in accounts:
            await rows.replace_one({"_id": account.name}, _to_doc(account), upsert=True)
        await rows.delete_many({"_id": {"$nin": [account.name for account in accounts]}})


async def take(mongo: Mongo, database: str) -> dict[str, Tally]:
    """Count every account of a database, all at one moment.

    Raises:
        DatabaseUnavailable: MongoDB can't be reached.
    """
    with reachable():
        accounts = [_from_doc(doc) for doc in await mongo.collection(database, ACCOUNTS).find().sort("_id", 1).to_list(None)]
        async with await mongo.start_snapshot() as session:
            return {account.name: await _tally(mongo, database, account, session) for account in accounts}


async def tally(mongo: Mongo, database: str, account: AccountSpec) -> Tally:
    """Count one account, all its sides at one moment.

    Raises:
        DatabaseUnavailable: MongoDB can't be reached.
    """
    with reachable():
        async with await mongo.start_snapshot() as session:
            return await _tally(mongo, database, account, session)


async def unfinished(mongo: Mongo, database: str, account: AccountSpec) -> Unfinished:
    """Count what is parked or in flight of an account, by state, off indexes: what is finished, nearly all, is not read.

    Raises:
        DatabaseUnavailable: MongoDB can't be reached.
    """

    async def by_value(counts: tuple[Count, ...]) -> dict[str, int]:
        found: dict[str, int] = {}
        for count in counts:
            rows = mongo.collection(database, count.collection)
            for state in count.query["state"]["$in"]:
                found[state] = await rows.count_documents({**count.query, "state": state})
        return found

    with reachable():
        return Unfinished(await by_value(account.parked), await by_value(account.in_flight))


async def flows(mongo: Mongo, databases: Mapping[str, str], bindings: Mapping[str, tuple[type[Event], ...]] = CONSUMERS) -> list[Flow]:
    """Follow every event that is still in an outbox (sent rows are kept a week) to each of its consumers.

    Args:
        mongo: The connection.
        databases: Database by service; flows from and to services that are not named are left out.
        bindings: Which service consumes what.

    Raises:
        DatabaseUnavailable: MongoDB can't be reached.
    """
    found: list[Flow] = []
    with reachable():
        for consumer, events in bindings.items():
            for publisher in sorted({event.type.split(".")[0] for event in events}):
                if consumer in databases and publisher in databases:
                    types = [event.type for event in events if event.type.startswith(f"{publisher}.")]
                    found.append(await _flow(mongo, databases, publisher, consumer, types))
    return found


async def unaccounted(mongo: Mongo, database: str, most: int) -> dict[str, list[str]]:
    """Return, by account, the ids of what was accepted and is in no state that the account counts; `most` of each.

    Raises:
        DatabaseUnavailable: MongoDB can't be reached.
    """
    found: dict[str, list[str]] = {}
    with reachable():
        for doc in await mongo.collection(database, ACCOUNTS).find().sort("_id", 1).to_list(None):
            account = _from_doc(doc)
            for count in account.accepted:
                known = [
                    other.query
                    for other in (*account.finished, *account.parked, *account.in_flight)
                    if other.collection == count.collection
                ]
                query = {"$and": [count.query, {"$nor": known}]} if known else count.query
                rows = await mongo.collection(database, count.collection).find(query, {"_id": 1}).limit(most).to_list(None)
                found.setdefault(account.name, []).extend(str(row["_id"]) for row in rows)
    return found


async def _flow(mongo: Mongo, databases: Mapping[str, str], publisher: str, consumer: str, types: list[str]) -> Flow:
    tally = dict.fromkeys(("published", "unsent", "refused", "handled", "parked", "replayed", "discarded"), 0)
    rows = mongo.collection(databases[publisher], outbox.COLLECTION).find({"type": {"$in": types}}, {"state": 1}, batch_size=_CHUNK)
    chunk: list[str] = []
    ids: list[str] = []
    async for row in rows:
        tally["published"] += 1
        if row["state"] == outbox.SENT:
            chunk.append(row["_id"])
        else:
            tally[_NOT_SENT[row["state"]]] += 1
        if len(chunk) == _CHUNK:
            ids += await _follow(mongo, databases[consumer], consumer, chunk, tally)
            chunk = []
    ids += await _follow(mongo, databases[consumer], consumer, chunk, tally)
    return Flow(publisher, consumer, **tally, ids=tuple(ids))


async def _follow(mongo: Mongo, database: str, consumer: str, ids: list[str], tally: dict[str, int]) -> list[str]:
    """Count what became of these at their consumer; return those that are in no row of it."""
    if not ids:
        return []
    keys = {inbox.message_key(consumer, each): each for each in ids}
    handled = await inbox.Inbox(mongo, database).known(keys)
    tally["handled"] += len(handled)
    left = {key: each for key, each in keys.items() if key not in handled}
    for doc in await mongo.collection(database, parked.COLLECTION).find({"_id": {"$in": list(left)}}, {"state": 1}).to_list(None):
        tally[_PARKED_AS[doc["state"]]] += 1
        del left[doc["_id"]]
    return list(left.values())


_NOT_SENT: Final = {outbox.NEW: "unsent", outbox.PARKED: "refused", outbox.DISCARDED: "discarded"}
_PARKED_AS: Final = {
    ParkedState.PARKED.value: "parked",
    ParkedState.REPLAYED.value: "replayed",
    ParkedState.DISCARDED.value: "discarded",
    ParkedState.RESOLVED.value: "handled",
}


async def _tally(mongo: Mongo, database: str, account: AccountSpec, session: Session) -> Tally:
    async def total(counts: tuple[Count, ...]) -> int:
        found = [await mongo.snapshot(database, count.collection).count_documents(count.query, session=session) for count in counts]
        return sum(found)

    return Tally(await total(account.accepted), await total(account.finished), await total(account.parked), await total(account.in_flight))


def _to_doc(account: AccountSpec) -> Doc:
    def side(counts: tuple[Count, ...]) -> list[dict[str, Any]]:
        return [{"collection": count.collection, "query": count.query} for count in counts]

    return {
        "accepted": side(account.accepted),
        "finished": side(account.finished),
        "parked": side(account.parked),
        "in_flight": side(account.in_flight),
    }


def _from_doc(doc: Doc) -> AccountSpec:
    def side(name: str) -> tuple[Count, ...]:
        return tuple(Count(count["collection"], count["query"]) for count in doc[name])

    return AccountSpec(doc["_id"], side("accepted"), side("finished"), side("parked"), side("in_flight"))
