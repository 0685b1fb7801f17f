"""The judge reads real databases: what lies there is what is judged, and a wrong database is caught."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gridfs
import orjson
import pytest
from pymongo import MongoClient

from deploy.local.parts import SERVICES
from tests.chaos.judge import judge
from tests.chaos.specimen import ADAPTER, CHAT, DAY, NAME, Specimen, right
from tests.chaos.world import Doc, read

Client = MongoClient[dict[str, Any]]


class Databases:
    """The right run as the services would have left it, in databases of its own."""

    def __init__(self, client: Client, names: dict[str, str], specimen: Specimen) -> None:
        self.client = client
        self.names = names
        for (service, collection), rows in specimen.world.rows.items():
            client[names[service]][collection].insert_many([{**row, "personal": {"name": NAME}} for row in rows])
        for service, rows in specimen.world.outbox.items():
            client[names[service]]["outbox"].insert_many([_with_body(row) for row in rows])
        bucket = gridfs.GridFSBucket(client[names["issuance"]], "pdf", chunk_size_bytes=8)
        for file_id, content in specimen.contents.items():
            bucket.upload_from_stream(file_id, content)

    def of(self, service: str, collection: str) -> Any:
        return self.client[self.names[service]][collection]


def _with_body(row: Doc) -> Doc:
    data = row.get("data", {})
    return {
        **{name: value for name, value in row.items() if name != "data"},
        "body": orjson.dumps({"data": {**data, "personal": {"name": NAME}}}),
    }


@pytest.fixture
def specimen() -> Specimen:
    return right()


@pytest.fixture
def databases(mongo_url: str, database: str, specimen: Specimen) -> Iterator[Databases]:
    names = {service: f"{database}_{service}" for service in SERVICES}
    with MongoClient[dict[str, Any]](mongo_url, w="majority", tz_aware=True) as client:
        yield Databases(client, names, specimen)
        for name in names.values():
            client.drop_database(name)


def lose_a_request(databases: Databases) -> None:
    databases.of("intake", "requests").delete_one({"_id": f"{ADAPTER}.request"})


def turn_a_state_back(databases: Databases) -> None:
    databases.of("intake", "requests").update_one({"_id": f"{CHAT}.request"}, {"$set": {"state": "submitted"}})


def give_a_number_to_nobody(databases: Databases) -> None:
    databases.of("issuance", "counters").update_one({"_id": f"KK-{DAY}"}, {"$inc": {"last": 1}})


def make_a_second_document(databases: Databases) -> None:
    document = databases.of("issuance", "documents").find_one({"_id": f"{CHAT}.request.kk"})
    databases.of("issuance", "documents").insert_one({**document, "_id": "another"})


def change_a_byte(databases: Databases) -> None:
    chunk = databases.of("issuance", "pdf.chunks").find_one({"n": 1})
    changed = bytes([chunk["data"][0] ^ 1]) + chunk["data"][1:]
    databases.of("issuance", "pdf.chunks").update_one({"_id": chunk["_id"]}, {"$set": {"data": changed}})


def forget_an_event(databases: Databases) -> None:
    databases.of("verification", "outbox").delete_one({"aggregate": f"cases/{CHAT}.request"})


def keep_an_event_unsent(databases: Databases) -> None:
    databases.of("notifier", "outbox").update_one({}, {"$set": {"state": "new"}, "$unset": {"sent_at": ""}})


WRONG: dict[Callable[[Databases], None], str] = {
    lose_a_request: "request_lost",
    turn_a_state_back: "state_went_back",
    give_a_number_to_nobody: "number_without_document",
    make_a_second_document: "document_doubled",
    change_a_byte: "bytes_changed",
    forget_an_event: "event_missing",
    keep_an_event_unsent: "outbox_not_empty",
}


def test_a_right_database_passes_and_nobody_is_read(mongo_url: str, databases: Databases, specimen: Specimen) -> None:
    world = read(mongo_url, databases.names)
    assert world.bytes == specimen.world.bytes
    assert NAME not in str([rows for (_, collection), rows in world.rows.items() if collection not in {"documents", "counters"}])
    verdict = judge(specimen.history, world)
    assert verdict.good, verdict.summary()


def test_wrong_databases_are_caught(mongo_url: str, databases: Databases, specimen: Specimen) -> None:
    for change in WRONG:
        change(databases)
    verdict = judge(specimen.history, read(mongo_url, databases.names))
    assert set(WRONG.values()) <= {finding.what for finding in verdict.findings}, verdict.summary()
