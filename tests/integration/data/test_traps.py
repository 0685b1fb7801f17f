"""The rows of the trap table that belong to the database. The number in a name is the row."""

from __future__ import annotations

import ast
import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gridfs
import pymongo
import pytest
from motor import core, motor_asyncio, motor_gridfs
from pymongo.asynchronous.change_stream import AsyncChangeStream
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.command_cursor import AsyncCommandCursor
from pymongo.asynchronous.cursor import AsyncCursor
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from shared.messaging.delivery import Done, Duplicate, Retry, Unavailable
from shared.mongo import CommitUnknown, DatabaseUnavailable, Mongo, Session
from tests.integration.data.toy import INDEXES, Listener, Toy, Tx, message
from tests.support.eventually import eventually
from tests.support.proxy import Proxy

ROOT = Path(__file__).resolve().parents[3]
UNKNOWN = ["UnknownTransactionCommitResult"]
TRANSIENT = ["TransientTransactionError"]
CLUSTER_BUSY = 189  # PrimarySteppedDown: what a commit answers in the middle of an election


class Faults:
    """MongoDB's own fault injection (`failCommand`), for one client only."""

    def __init__(self, admin: pymongo.MongoClient[dict[str, Any]], app_name: str) -> None:
        self._admin = admin
        self._app_name = app_name

    def fail(self, command: str, times: int | str, **data: Any) -> None:
        mode = {"times": times} if isinstance(times, int) else times
        self._admin.admin.command("configureFailPoint", "failCommand", mode=mode, data=self._data(command, data))

    def drop_abandoned(self) -> None:
        """What the server does after 60 s: drop the transactions that nobody ended."""
        self._admin.admin.command("killAllSessions", [])

    def _data(self, command: str, data: dict[str, Any]) -> dict[str, Any]:
        return {"failCommands": [command], "appName": self._app_name, **data}


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def faults(mongo_test_commands: str, database: str) -> Iterator[Faults]:
    with pymongo.MongoClient[dict[str, Any]](mongo_test_commands) as admin:
        made = Faults(admin, database)
        yield made
        admin.admin.command("configureFailPoint", "failCommand", mode="off")
        made.drop_abandoned()
        admin.drop_database(database)


@pytest.fixture
def limit_seconds() -> float:
    """After which a transaction gives up: far more than what a test makes of faults takes on a busy machine."""
    return 30.0


@pytest.fixture
async def fragile(mongo_test_commands: str, database: str, listener: Listener, limit_seconds: float) -> AsyncIterator[Toy]:
    """A toy whose database takes fault injection."""
    mongo = Mongo.connect(
        mongo_test_commands,
        app_name=database,
        transaction_limit_seconds=limit_seconds,
        event_listeners=(listener,),
        operation_timeout_ms=20_000,
    )
    toy = Toy(mongo, database)
    await toy.prepare()
    listener.commands.clear()
    yield toy
    await mongo.close()


async def test_trap_01_commit_is_retried_and_the_body_is_not(fragile: Toy, faults: Faults, listener: Listener) -> None:
    faults.fail("commitTransaction", 3, errorCode=CLUSTER_BUSY, errorLabels=UNKNOWN)
    assert await fragile.batch(message("a"), message("b")) == [Done(), Done()]
    names = listener.names()
    assert names.count("commitTransaction") == 4
    assert names.count("insert") == 3, "inbox, tallies and outbox once: the body did not run again"
    assert await fragile.totals() == {"a": 1, "b": 1}


async def test_trap_01_motors_own_runner_would_have_raised(fragile: Toy, faults: Faults) -> None:
    # Why there is a runner of ours. When this fails after an upgrade, the driver has learnt it, and ours may go.
    faults.fail("commitTransaction", 3, errorCode=CLUSTER_BUSY, errorLabels=UNKNOWN)
    tallies = fragile.mongo.collection(fragile.database, "tallies")

    async def body(session: Session) -> None:
        await tallies.insert_one({"_id": "motor"}, session=session)

    async with await tallies.database.client.start_session() as session:
        with pytest.raises(PyMongoError) as raised:
            await session.with_transaction(body)
    assert raised.value.has_error_label(UNKNOWN[0])


async def test_trap_01_body_is_run_again_when_the_transaction_was_transient(fragile: Toy, faults: Faults, listener: Listener) -> None:
    faults.fail("insert", 2, errorCode=112, errorLabels=TRANSIENT)
    assert await fragile.batch(message("a")) == [Done()]
    assert listener.names().count("commitTransaction") == 1
    assert await fragile.totals() == {"a": 1}
    assert await fragile.count("inbox") == 1


@pytest.mark.parametrize("limit_seconds", [2.0])
async def test_trap_01_commit_that_never_answers_ends_in_time_and_concludes_nothing(fragile: Toy, faults: Faults) -> None:
    faults.fail("commitTransaction", "alwaysOn", errorCode=CLUSTER_BUSY, errorLabels=UNKNOWN)
    again = message("a")
    async with asyncio.timeout(60):
        assert await fragile.batch(again) == [Unavailable("commit_unknown")]

        async def write(session: Session) -> None:
            await fragile.mongo.collection(fragile.database, "tallies").insert_one({"_id": "x"}, session=session)

        with pytest.raises(CommitUnknown):
            await fragile.mongo.transact(write)
    faults.fail("commitTransaction", "off")
    faults.drop_abandoned()

    async def handled() -> bool:
        return await fragile.batch(replace(again, redelivered=True)) == [Duplicate()]

    await eventually(handled)
    assert (await fragile.totals())["a"] == 1


@pytest.mark.parametrize("limit_seconds", [2.0])
async def test_trap_01_transaction_that_always_loses_ends_in_time(fragile: Toy, faults: Faults) -> None:
    faults.fail("insert", "alwaysOn", errorCode=112, errorLabels=TRANSIENT)
    async with asyncio.timeout(60):
        assert await fragile.batch(message("a")) == [Unavailable("database_unavailable")]
    assert await fragile.totals() == {}


async def test_trap_01_connection_lost_at_the_commit_applies_it_once(fragile: Toy, faults: Faults) -> None:
    faults.fail("commitTransaction", 1, closeConnection=True)
    assert await fragile.batch(message("a")) == [Done()]
    assert await fragile.totals() == {"a": 1}
    assert await fragile.sequences("a") == [1]


# -- 2: Motor behind one door

MOTOR: tuple[type, ...] = (
    core.AgnosticClient,
    core.AgnosticClientSession,
    core.AgnosticDatabase,
    core.AgnosticCollection,
    core.AgnosticCursor,
    core.AgnosticCommandCursor,
    core.AgnosticLatentCommandCursor,
    core.AgnosticChangeStream,
    motor_gridfs.AgnosticGridFSBucket,
    motor_gridfs.AgnosticGridIn,
    motor_gridfs.AgnosticGridOut,
)
SUCCESSOR: tuple[type, ...] = (
    pymongo.AsyncMongoClient,
    AsyncClientSession,
    AsyncDatabase,
    AsyncCollection,
    AsyncCursor,
    AsyncCommandCursor,
    AsyncChangeStream,
    gridfs.AsyncGridFSBucket,
    gridfs.AsyncGridIn,
    gridfs.AsyncGridOut,
)
AWAITED_ONLY_BY_ONE = frozenset({"aggregate", "watch", "start_session", "list_indexes"})
"""Both drivers have them, but only one wants an `await`: kept out of the stores, so that the swap is made in one place."""


def _sources(*patterns: str) -> Iterator[Path]:
    for pattern in patterns:
        yield from ROOT.glob(pattern)


def _attributes(path: Path) -> set[str]:
    return {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}


def _names(classes: tuple[type, ...]) -> set[str]:
    return {name for each in classes for name in dir(each) if not name.startswith("_")}


STORES = ("services/*/store.py", "services/*/store/**/*.py")
DOORS = ("shared/mongo/**/*.py", "shared/messaging/**/*.py")


def test_trap_02_only_calls_that_both_drivers_have() -> None:
    only_motors = _names(MOTOR) - _names(SUCCESSOR)
    assert "get_io_loop" in only_motors, "else this test can't fail"
    used = {path: _attributes(path) & only_motors for path in _sources(*STORES, *DOORS)}
    assert {str(path.relative_to(ROOT)): names for path, names in used.items() if names} == {}


def test_trap_02_motor_is_imported_in_its_own_room_only() -> None:
    importers = {
        path.relative_to(ROOT).parts[:2]
        for path in _sources("services/**/*.py", "shared/**/*.py")
        if any(line.startswith(("from motor", "import motor")) for line in path.read_text().splitlines())
    }
    assert importers == {("shared", "mongo")}


def test_trap_02_what_only_one_driver_awaits_stays_behind_the_door() -> None:
    awaited = {name for name in AWAITED_ONLY_BY_ONE if inspect.iscoroutinefunction(getattr(AsyncCollection, name, None))}
    assert {"aggregate", "watch", "list_indexes"} <= awaited
    assert not inspect.iscoroutinefunction(motor_asyncio.AsyncIOMotorCollection.aggregate)
    used = {str(path.relative_to(ROOT)): _attributes(path) & AWAITED_ONLY_BY_ONE for path in _sources(*STORES)}
    assert {path: names for path, names in used.items() if names} == {}


# -- 14: a cancelled await


async def test_trap_14_cancelled_unit_has_ended_when_its_caller_goes_on(fragile: Toy, faults: Faults, listener: Listener) -> None:
    faults.fail("commitTransaction", 1, blockConnection=True, blockTimeMS=1_500)

    async def body(tx: Tx) -> str:
        await tx.add_one("a")
        return "done"

    run = asyncio.create_task(fragile.units.run(body, key="k"))
    await eventually(lambda: "commitTransaction" in listener.names())
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert await fragile.totals() == {"a": 1}, "applied all the same: the key, not the cancellation, says what happened"
    assert await fragile.units.run(body, key="k") == "done"
    assert await fragile.totals() == {"a": 1}
    assert await fragile.sequences("a") == [1]


# -- 15: a duplicate key


async def test_trap_15_duplicate_aborts_the_transaction_and_the_others_are_handled_all_the_same(fragile: Toy) -> None:
    known = message("a")
    await fragile.batch(known)
    assert await fragile.batch(message("b"), known, message("c"), message("a")) == [Done(), Duplicate(), Done(), Done()]
    assert await fragile.totals() == {"a": 2, "b": 1, "c": 1}


async def test_trap_15_duplicate_key_of_another_index_is_no_duplicate_message(fragile: Toy) -> None:
    await fragile.batch(message("a", "label:taken"))
    late = message("b", "label:taken")
    assert await fragile.batch(late) == [Retry("contended")]
    assert await fragile.count("inbox", {"_id": fragile.key(late)}) == 0
    assert await fragile.batch(replace(late, redelivered=True)) == [Retry("contended")]


async def test_trap_15_inbox_is_read_before_a_duplicate_is_declared(fragile: Toy, listener: Listener) -> None:
    known = message("a")
    await fragile.batch(known)
    listener.commands.clear()
    assert await fragile.batch(known) == [Duplicate()]
    assert listener.names()[-2:] == ["abortTransaction", "find"]


# -- 16: what a transaction holds


async def test_trap_16_handlers_run_outside_the_transaction_and_once(fragile: Toy, faults: Faults, listener: Listener) -> None:
    seen: list[list[tuple[str, bool]]] = []

    async def look() -> None:
        seen.append([command for command in listener.commands if command[1]])

    fragile.before_commit = look
    faults.fail("insert", 2, errorCode=112, errorLabels=TRANSIENT)
    assert await fragile.batch(message("a"), message("b")) == [Done(), Done()]
    assert seen == [[], []], "no command of a transaction before the last handler had ended"
    assert len(fragile.handled) == 2, "the flush ran three times, the handlers once"


async def test_trap_16_what_a_killed_process_locked_is_free_before_the_next_one_gives_up(mongo_test_commands: str) -> None:
    """A transaction outlives its connection: it ends after its lifetime, which the server looks at twice in that time."""
    with pymongo.MongoClient[dict[str, Any]](mongo_test_commands) as admin:
        lifetime = admin.admin.command("getParameter", transactionLifetimeLimitSeconds=1)["transactionLifetimeLimitSeconds"]
    limit = inspect.signature(Mongo.connect).parameters["transaction_limit_seconds"].default
    assert lifetime * 1.5 < limit
    assert lifetime >= 5, "ours take milliseconds; a server under load, a thousand times that"


# -- 17: collections and indexes


async def test_trap_17_serving_creates_nothing(fragile: Toy, listener: Listener) -> None:
    await fragile.batch(*(message(f"t{number}") for number in range(5)))
    assert {"create", "createIndexes"}.isdisjoint(listener.names())


async def test_trap_17_every_collection_and_index_is_there_before_serving(fragile: Toy) -> None:
    room = fragile.mongo.database(fragile.database)
    assert {"tallies", "inbox", "outbox", "parked"} <= set(await room.list_collection_names())
    outbox = await room["outbox"].index_information()
    assert outbox["sequence"]["unique"] is True
    assert outbox["unsent"]["partialFilterExpression"] == {"state": "new"}
    assert outbox["expiry_of_sent"]["key"] == [("sent_at", 1)]
    assert (await room["inbox"].index_information())["expiry"]["expireAfterSeconds"] == 90 * 24 * 3600


async def test_trap_17_two_copies_may_prepare_at_once(mongo: Mongo, database: str) -> None:
    await asyncio.gather(*(_prepare(mongo, database) for _ in range(5)))
    await _prepare(mongo, database)
    assert "label_1" in await mongo.collection(database, "tallies").index_information()


async def _prepare(mongo: Mongo, database: str) -> None:
    toy = Toy(mongo, database)
    await mongo.prepare(database, INDEXES)
    await toy.units.prepare()


async def test_trap_17_prepare_says_when_the_database_is_away(database: str) -> None:
    nowhere = Mongo.connect("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100", operation_timeout_ms=200)
    with pytest.raises(DatabaseUnavailable):
        await nowhere.prepare(database, INDEXES)
    with pytest.raises(DatabaseUnavailable):
        await nowhere.ping()
    await nowhere.close()


async def test_a_door_that_leads_nowhere_is_known_without_asking_and_so_is_its_return(mongo_url: str) -> None:
    async with Proxy.before(mongo_url) as proxy:
        mongo = Mongo.connect(proxy.url(mongo_url))
        assert not mongo.lost(), "nobody has looked yet"
        await mongo.ping()
        assert not mongo.lost()
        proxy.cut()
        await eventually(mongo.lost)
        proxy.heal()
        await eventually(lambda: not mongo.lost())  # nobody asks for anything
    await mongo.close()
