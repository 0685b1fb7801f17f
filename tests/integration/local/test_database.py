"""MongoDB as we run it: who gets in, what a service may do, what stands in its log."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from prometheus_client import REGISTRY
from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError, OperationFailure

from deploy import mongodb
from deploy.local.database import MongoNode
from deploy.watch import members
from shared.mongo import DatabaseUnavailable, Mongo, Session
from tests.conftest import unique_name
from tests.support.eventually import eventually

Client = MongoClient[dict[str, Any]]
PHONE = "6281234567890"
NOT_ALLOWED = 13  # MongoDB's code


@pytest.fixture
def databases(private_mongo: MongoNode) -> Iterator[dict[str, str]]:
    """Two services' databases, with their users; each password is the user's name."""
    name = unique_name()
    found = {"one": f"{name}_one", "other": f"{name}_other"}
    with Client(private_mongo.url) as admin:
        mongodb.make_users(admin, {user: user for user in (*found, mongodb.OPERATOR, mongodb.BACKUP)}, found)
        mongodb.make_users(admin, {user: user for user in (*found, mongodb.OPERATOR, mongodb.BACKUP)}, found)  # as at the second start
        admin[found["other"]]["things"].insert_one({"_id": "theirs"})
        yield found
        for database in found.values():
            admin[database].command("dropAllUsersFromDatabase")
            admin[database].command("dropAllRolesFromDatabase")
            admin.drop_database(database)


@pytest.fixture
def service(private_mongo: MongoNode, databases: dict[str, str]) -> Iterator[Client]:
    with Client(mongodb.url_for(private_mongo.url, "one", "one", databases["one"])) as client:
        yield client


def test_nobody_gets_in_without_a_password(private_mongo: MongoNode) -> None:
    without = f"mongodb://127.0.0.1:{private_mongo.port}/?directConnection=true"
    with Client(without) as client, pytest.raises(OperationFailure, match="requires authentication"):
        client["probe"]["things"].find_one()
    with Client(mongodb.url_for(without, mongodb.ADMINISTRATOR, "wrong", "admin")) as client, pytest.raises(OperationFailure):
        client["probe"]["things"].find_one()


def test_a_service_may_what_it_does(service: Client, databases: dict[str, str]) -> None:
    room = service[databases["one"]]
    room.create_collection("things")
    room["things"].create_index("phone", unique=True, sparse=True)
    with room["things"].watch() as stream, service.start_session() as session:
        with session.start_transaction():
            room["things"].insert_one({"_id": 1, "phone": PHONE}, session=session)
        room["things"].update_one({"_id": 1}, {"$set": {"n": 1}})
        assert next(stream)["operationType"] == "insert"
    assert room["things"].delete_one({"_id": 1}).deleted_count == 1
    assert "things" in room.list_collection_names()
    assert "phone_1" in room["things"].index_information()


async def test_a_wrong_password_is_a_database_that_is_out_of_reach_and_named(private_mongo: MongoNode, databases: dict[str, str]) -> None:
    """So a service that meets it waits and says why, and a caller is told to come again: no request is to blame."""
    mongo = Mongo.connect(mongodb.url_for(private_mongo.url, "one", "wrong", databases["one"]))
    rows = mongo.collection(databases["one"], "things")

    async def write(session: Session) -> None:
        await rows.insert_one({}, session=session)

    for attempt in (mongo.ping(), mongo.prepare(databases["one"], {"things": []}), mongo.transact(write)):
        with pytest.raises(DatabaseUnavailable) as refused:
            await attempt
        assert refused.value.detail == "AuthenticationFailed"
    await mongo.close()


REFUSED: dict[str, Callable[[Client, dict[str, str]], object]] = {
    "remove its database": lambda client, names: client.drop_database(names["one"]),
    "remove a collection": lambda client, names: client[names["one"]].drop_collection("things"),
    "rename a collection": lambda client, names: client[names["one"]]["things"].rename("gone"),
    "remove an index": lambda client, names: client[names["one"]]["things"].drop_index("phone_1"),
    "read what is another's": lambda client, names: client[names["other"]]["things"].find_one(),
    "write what is another's": lambda client, names: client[names["other"]]["things"].insert_one({}),
    "make a user": lambda client, names: client[names["one"]].command("createUser", "x", pwd="x", roles=[]),
    "write down all that is asked": lambda client, names: client[names["one"]].command("profile", 2),
    "shut the server down": lambda client, _: client.admin.command("shutdown"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_service_may_not(what: str, service: Client, databases: dict[str, str]) -> None:
    room = service[databases["one"]]
    room["things"].insert_one({"phone": PHONE})
    room["things"].create_index("phone")
    with pytest.raises(OperationFailure) as refused:
        REFUSED[what](service, databases)
    assert refused.value.code == NOT_ALLOWED


def test_the_operator_works_in_every_service_and_removes_none(private_mongo: MongoNode, databases: dict[str, str]) -> None:
    with Client(mongodb.url_for(private_mongo.url, mongodb.OPERATOR, mongodb.OPERATOR, "admin")) as operator:
        for name in databases.values():
            operator[name]["things"].insert_one({"_id": "seen"})
            with pytest.raises(OperationFailure):
                operator.drop_database(name)


@pytest.mark.usefixtures("databases")
def test_the_operator_learns_how_the_members_are(private_mongo: MongoNode) -> None:
    url = mongodb.url_for(private_mongo.url, mongodb.OPERATOR, mongodb.OPERATOR, "admin")
    [state] = members.states_of(url)
    assert (state.is_up, state.figures[members.LAG]) == (True, 0)
    assert 0 < state.figures[members.CONNECTIONS] < state.figures[members.CONNECTIONS_MOST]
    assert 0 < state.figures[members.CACHE] < state.figures[members.CACHE_MOST]
    assert state.figures[members.OPLOG] >= 0
    members.look_at_members(url)
    assert REGISTRY.get_sample_value("database_member_up", {"member": state.member}) == 1


async def test_no_phone_stands_in_the_log_however_slow_or_broken_off_a_query_is(private_mongo: MongoNode) -> None:
    """Each command twice: once it is slow, once it is broken off, of which mongod warns."""
    name = unique_name()
    asked = {"phone": PHONE, "$where": "sleep(300) || true"}
    matched = {"phone": PHONE, "$expr": {"$function": {"body": "function() { sleep(300); return true; }", "args": [], "lang": "js"}}}
    change = {"$set": {"again": PHONE}}
    commands: list[dict[str, Any]] = [
        {"find": "things", "filter": asked},
        {"aggregate": "things", "pipeline": [{"$match": matched}], "cursor": {}},
        {"distinct": "things", "key": "again", "query": asked},
        {"count": "things", "query": asked},
        {"findAndModify": "things", "query": asked, "update": change},
        {"update": "things", "updates": [{"q": asked, "u": change}]},
        {"delete": "things", "deletes": [{"q": asked, "limit": 1}]},
    ]
    with Client(private_mongo.url) as client:
        room = client[name]
        try:
            room["things"].create_index("unique", unique=True, sparse=True)
            room["things"].insert_one({"phone": PHONE, "unique": PHONE})
            for command in commands:
                with pytest.raises(OperationFailure, match=r"time limit|interrupted"):
                    _raise_write_error(room.command({**command, "maxTimeMS": 100}))
                room.command(command)
            room["things"].insert_many([{"phone": PHONE}, {"phone": PHONE, "unique": "other"}])
            with pytest.raises(DuplicateKeyError):
                room["things"].insert_one({"phone": PHONE, "unique": "other"})
            with pytest.raises(DuplicateKeyError):
                room["things"].create_index("phone", unique=True)
        finally:
            client.drop_database(name)
        client.admin.command("logRotate")  # what it says of this stands behind all that it said before
    await eventually(lambda: "Log rotation initiated" in private_mongo.log.read_text())
    written = private_mongo.log.read_text()
    assert PHONE not in written
    assert "Plan executor error" in written, "nothing was broken off"
    assert '"pid":' in written, "what it says of itself is left out too"


def _raise_write_error(answer: dict[str, Any]) -> None:
    """A write that is broken off answers ok with an error inside."""
    for error in answer.get("writeErrors", ()):
        raise OperationFailure(error["errmsg"])
