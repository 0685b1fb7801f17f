"""A database from before has indexes that a newer version no longer wants: the start takes them away, and only them."""

import asyncio

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from services.issuance.store import INDEXES, RETIRED_INDEXES
from shared.mongo import Mongo

OLD = {"documents": [IndexModel([("number", 1)], name="number", unique=True)]}
SHEETS = [{"_id": sheet, "number": "3519-LU-10052016-0007", "extract": extract, "token": sheet} for extract, sheet in enumerate("ab", 1)]


async def test_a_further_extract_is_stored_where_the_index_of_before_refused_it(mongo: Mongo, database: str) -> None:
    await mongo.prepare(database, OLD)
    documents = mongo.collection(database, "documents")
    await documents.insert_one(SHEETS[0])
    refused = False
    try:
        await documents.insert_one(SHEETS[1])
    except DuplicateKeyError:
        refused = True
    assert refused, "else there is nothing to retire"
    for _ in range(2):  # each start does it
        await mongo.prepare(database, INDEXES, RETIRED_INDEXES)
        assert set(await documents.index_information()) == {"_id_", *(each.document["name"] for each in INDEXES["documents"])}
    await documents.insert_one(SHEETS[1])
    assert await documents.count_documents({}) == 2


async def test_two_copies_that_start_at_once_both_start(mongo: Mongo, database: str) -> None:
    await mongo.prepare(database, OLD)
    await asyncio.gather(*(mongo.prepare(database, INDEXES, RETIRED_INDEXES) for _ in range(4)))
    assert "number" not in await mongo.collection(database, "documents").index_information()


def test_what_is_retired_is_made_by_nobody() -> None:
    made = {(collection, each.document["name"]) for collection, models in INDEXES.items() for each in models}
    assert made.isdisjoint((collection, name) for collection, names in RETIRED_INDEXES.items() for name in names)
