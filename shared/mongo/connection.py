"""The one door to MongoDB. Motor is behind it, and only calls that PyMongo's own asynchronous client has too (ADR: the swap)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, Self, TypeAlias, TypeVar, cast

from bson.codec_options import CodecOptions
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import IndexModel, ReadPreference, WriteConcern
from pymongo.errors import CollectionInvalid, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.topology_description import TopologyDescription

from shared.clock import now
from shared.mongo.errors import DatabaseUnavailable, name_of, reachable
from shared.mongo.expiry import expiring
from shared.mongo.transaction import Session, run_transaction

Doc: TypeAlias = dict[str, Any]
Collection: TypeAlias = "AsyncIOMotorCollection[Doc]"
Database: TypeAlias = "AsyncIOMotorDatabase[Doc]"
R = TypeVar("R")

_OPERATION_TIMEOUT_MS: Final = 10_000  # one operation with all its retries; a dead peer without a reset is noticed after this
_SELECTION_TIMEOUT_MS: Final = 2_000  # how long an operation looks for a primary, and holds one of the driver's threads meanwhile
_COMMAND_OPERATION_TIMEOUT_MS: Final = 20_000  # the same two of a command: it is asked once, often while the machine is at its limit
_COMMAND_SELECTION_TIMEOUT_MS: Final = 6_000
_HEARTBEAT_MS: Final = 1_000  # how often each server is asked for a sign of life: how soon a silent one is missed and one that is back seen
_CONNECT_TIMEOUT_MS: Final = 5_000  # a TCP connection that takes longer is not coming
_POOL_SIZE: Final = 32  # connections per process: Motor's threads are the true limit, and the change stream holds one for ever
_TRANSACTION_LIMIT_SECONDS: Final = (
    20.0  # body, commit and all their repeats; longer than the server keeps what a killed process has locked (10 s)
)
_NAMESPACE_EXISTS: Final = 48  # server error code
_INDEX_NOT_FOUND: Final = 27  # server error code

NOTHING_RETIRED: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})

__all__ = ["Collection", "Database", "Doc", "Mongo", "Session", "aggregate"]


class Mongo:
    """A client with what every write and read of this product promises: majority and journal, primary, retried once by the driver."""

    def __init__(self, client: AsyncIOMotorClient[Doc], *, transaction_limit_seconds: float = _TRANSACTION_LIMIT_SECONDS) -> None:
        self._client = client
        self._limit_seconds = transaction_limit_seconds
        self._collections: dict[tuple[str, str], Collection] = {}  # a handful; making one takes 11 us, and every message asks for several

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        app_name: str = "adminduk",
        operation_timeout_ms: int = _OPERATION_TIMEOUT_MS,
        selection_timeout_ms: int = _SELECTION_TIMEOUT_MS,
        transaction_limit_seconds: float = _TRANSACTION_LIMIT_SECONDS,
        **options: Any,
    ) -> Self:
        """Make a client; nothing is sent before the first operation.

        Args:
            url: The address. What it says of safety (write concern, read concern, read preference) is overruled.
            app_name: How the server's logs name us.
            operation_timeout_ms: One operation with all its retries.
            selection_timeout_ms: How long an operation looks for a primary.
            transaction_limit_seconds: One transaction with all its retries.
            options: More of the driver's options, for tests.
        """
        client: AsyncIOMotorClient[Doc] = AsyncIOMotorClient(
            url,
            appname=app_name,
            tz_aware=True,
            tzinfo=UTC,
            timeoutMS=operation_timeout_ms,
            serverSelectionTimeoutMS=selection_timeout_ms,
            heartbeatFrequencyMS=_HEARTBEAT_MS,
            connectTimeoutMS=_CONNECT_TIMEOUT_MS,
            maxPoolSize=_POOL_SIZE,
            retryWrites=True,
            retryReads=True,
            w="majority",
            journal=True,
            readConcernLevel="majority",
            readPreference="primary",
            **options,
        )
        return cls(client, transaction_limit_seconds=transaction_limit_seconds)

    @classmethod
    def connect_command(cls, url: str, app_name: str) -> Self:
        """Make a client for a command that somebody started and waits for: more patient than one that answers requests."""
        return cls.connect(
            url, app_name=app_name, operation_timeout_ms=_COMMAND_OPERATION_TIMEOUT_MS, selection_timeout_ms=_COMMAND_SELECTION_TIMEOUT_MS
        )

    def database(self, name: str) -> Database:
        """Return a database with the promises of this class, whatever the address says."""
        return self._client.get_database(
            name,
            codec_options=CodecOptions(tz_aware=True, tzinfo=UTC),
            read_preference=ReadPreference.PRIMARY,
            write_concern=WriteConcern(w="majority", j=True),
            read_concern=ReadConcern("majority"),
        )

    def collection(self, database: str, name: str) -> Collection:
        """Return a collection with the promises of this class."""
        found = self._collections.get((database, name))
        if found is None:
            found = self._collections[database, name] = self.database(database)[name]
        return found

    def snapshot(self, database: str, name: str) -> Collection:
        """Return a collection to be read in a session of `start_snapshot`, which brings its own read concern."""
        return self.collection(database, name).with_options(read_concern=ReadConcern())

    async def prepare(
        self,
        database: str,
        indexes: Mapping[str, Sequence[IndexModel]],
        retired: Mapping[str, Sequence[str]] = NOTHING_RETIRED,
        days: Mapping[str, float] | None = None,
    ) -> None:
        """Create collections and indexes, before serving: inside a transaction that would be slow or fail. Idempotent.

        `days`: after how long rows expire by the installation's settings, by `collection.index`; where that was longer until now, older
        rows go at once. None: whoever prepares knows no settings, so what is there stays.
        `retired`: names of indexes of earlier versions, by collection, which are dropped once the new ones are there.

        Raises:
            DatabaseUnavailable: MongoDB can't be reached.
            pymongo.errors.OperationFailure: an index of that name exists with other options; that needs a migration.
        """
        room = self.database(database)
        with reachable():
            present = set(await room.list_collection_names())
            for name, models in indexes.items():
                if name not in present:
                    await _create_collection(room, name)
                if models:
                    await room[name].create_indexes(await expiring(room, name, models, days))
            for name, old in retired.items():
                for index in old:
                    await _drop_index(room, name, index)

    async def transact(self, body: Callable[[Session], Awaitable[R]]) -> R:
        """Run `body` in a transaction: see `run_transaction`.

        Raises:
            DatabaseUnavailable: MongoDB is down, or the transaction lost to others until the time was over.
            CommitUnknown: nobody could say in time whether the commit holds.
        """
        return await run_transaction(self._client, body, limit_seconds=self._limit_seconds)

    async def start_snapshot(self) -> Session:
        """Start a session whose reads, over all collections, show one moment: `async with await mongo.start_snapshot() as session`."""
        return await self._client.start_session(snapshot=True)

    async def ping(self) -> None:
        """Ask the primary for a sign of life that a write would need too.

        Raises:
            DatabaseUnavailable: there is no writable primary.
        """
        try:
            hello = await self._client.get_database("admin").command("hello")
        except PyMongoError as error:
            raise DatabaseUnavailable("database_unavailable", name_of(error)) from error
        if not hello.get("isWritablePrimary"):
            raise DatabaseUnavailable("database_unavailable", "no primary")

    async def clock_ahead_seconds(self) -> float:
        """Return how far this machine's clock is ahead of the primary's; negative: behind.

        Raises:
            DatabaseUnavailable: MongoDB can't be reached.
        """
        with reachable():
            hello = await self._client.get_database("admin").command("hello")
        theirs: datetime = hello["localTime"]
        return (now() - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))).total_seconds()

    async def disk(self, database: str) -> tuple[int, int] | None:
        """Return how many bytes are free, and how many there are, on the disk where the primary keeps a database; None: it does not tell.

        Raises:
            DatabaseUnavailable: MongoDB can't be reached.
        """
        try:
            with reachable():
                stats = await self.database(database).command("dbStats")
        except OperationFailure:
            return None  # a user of an older installation, who may not ask
        return room_of(stats)

    def lost(self) -> bool:
        """Return whether the driver has looked for a primary and knows of none now. Asks nobody and takes microseconds."""
        known = cast("TopologyDescription", self._client.topology_description)  # Motor's types call it a method
        if known.has_writable_server():
            return False
        return any(server.error is not None or server.is_server_type_known for server in known.server_descriptions().values())

    async def drop(self, database: str) -> None:
        """Remove a whole database. For tests and for `make clean`."""
        await self._client.drop_database(database)

    async def close(self) -> None:
        """Close every connection."""
        self._client.close()


async def aggregate(collection: Collection, pipeline: Sequence[Mapping[str, Any]], *, hint: str | None = None) -> list[Doc]:
    """Run a pipeline and return all it yields. Here and not in the stores, because the two drivers differ in what is awaited.

    `hint`: the index that answers it.
    """
    return await collection.aggregate(pipeline, **({"hint": hint} if hint else {})).to_list(None)


def room_of(stats: Doc) -> tuple[int, int] | None:
    """Return the free bytes and all bytes of the disk that `dbStats` tells of; None: a hosted MongoDB or `mongos` leaves that out."""
    total, used = stats.get("fsTotalSize"), stats.get("fsUsedSize")
    return None if not total or used is None else (int(total) - int(used), int(total))


async def _drop_index(room: Database, collection: str, index: str) -> None:
    if index not in await room[collection].index_information():
        return
    try:
        await room[collection].drop_index(index)
    except OperationFailure as error:
        if error.code != _INDEX_NOT_FOUND:
            raise  # else another copy of the service was faster


async def _create_collection(room: Database, name: str) -> None:
    try:
        await room.create_collection(name)
    except CollectionInvalid:
        return  # there by now
    except OperationFailure as error:
        if error.code != _NAMESPACE_EXISTS:
            raise  # else another copy of the service was faster
