"""Rows of an older release get what this one keeps for a search: in batches, from where it stopped, once, and never over a newer write."""

from __future__ import annotations

from collections.abc import Sequence

from shared.ids import new_id
from shared.mongo import Doc, Mongo
from shared.refill import AGAIN_SECONDS, COLLECTION, REST_SECONDS, Refill, RefillJob, Unreadable, each_row

ROWS = "people"


def terms(doc: Doc) -> Doc:
    return {"personal.terms": doc["personal"]["name"].lower().split()}


def refill(name: str = "terms.1") -> Refill:
    return Refill(name, ROWS, each_row(terms))


def job(mongo: Mongo, database: str, *refills: Refill) -> RefillJob:
    return RefillJob(mongo, database, refills or (refill(),), batch=3)


async def stored(mongo: Mongo, database: str, *names: str | None) -> list[str]:
    ids = [new_id() for _ in names]
    rows = [{"_id": row_id, "version": 1, "personal": {"name": name}} for row_id, name in zip(ids, names, strict=True)]
    await mongo.collection(database, ROWS).insert_many(rows)
    return ids


async def found(mongo: Mongo, database: str) -> list[list[str] | None]:
    rows = await mongo.collection(database, ROWS).find().sort("_id", 1).to_list(None)
    return [row["personal"].get("terms") for row in rows]


async def to_the_end(work: RefillJob) -> int:
    """Turns until nothing is left."""
    turns = 1
    while await work.turn() == REST_SECONDS:
        turns += 1
    return turns


async def test_every_row_gets_it_in_batches_and_the_second_time_nothing_is_written(mongo: Mongo, database: str) -> None:
    await stored(mongo, database, *(f"SITI N{number}" for number in range(8)))
    assert await to_the_end(job(mongo, database)) == 3
    assert await found(mongo, database) == [["siti", f"n{number}"] for number in range(8)]
    place = await mongo.collection(database, COLLECTION).find_one({"_id": "terms.1"})
    assert place is not None
    assert (place["rows"], place["is_done"]) == (8, True)
    assert await job(mongo, database).turn() == AGAIN_SECONDS
    place = await mongo.collection(database, COLLECTION).find_one({"_id": "terms.1"})
    assert place is not None
    assert place["rows"] == 8


async def test_a_process_that_was_killed_goes_on_where_it_stopped(mongo: Mongo, database: str) -> None:
    ids = await stored(mongo, database, *(f"SITI N{number}" for number in range(8)))
    await job(mongo, database).turn()
    await mongo.collection(database, ROWS).update_one({"_id": ids[0]}, {"$unset": {"personal.terms": ""}})
    assert await to_the_end(job(mongo, database)) == 2
    assert (await found(mongo, database))[0] is None
    assert all((await found(mongo, database))[1:])


async def test_what_an_older_process_still_writes_is_found_later(mongo: Mongo, database: str) -> None:
    work = job(mongo, database)
    await stored(mongo, database, "SITI")
    assert await work.turn() == AGAIN_SECONDS
    await stored(mongo, database, "BUDI")
    assert await work.turn() == AGAIN_SECONDS
    assert await found(mongo, database) == [["siti"], ["budi"]]


async def test_a_row_that_can_t_be_read_stays_and_the_others_go_on(mongo: Mongo, database: str) -> None:
    await stored(mongo, database, "SITI", None, "BUDI")
    await to_the_end(job(mongo, database))
    assert await found(mongo, database) == [["siti"], None, ["budi"]]


async def test_a_row_that_somebody_writes_meanwhile_is_theirs(mongo: Mongo, database: str) -> None:
    [row_id] = await stored(mongo, database, "SITI")

    async def overtaken(rows: Sequence[Doc]) -> Sequence[Doc | Unreadable]:
        theirs = {"$set": {"personal": {"name": "BUDI", "terms": ["budi"]}, "version": 2}}
        await mongo.collection(database, ROWS).update_one({"_id": row_id}, theirs)
        return [terms(row) for row in rows]

    await to_the_end(job(mongo, database, Refill("terms.1", ROWS, overtaken)))
    assert await found(mongo, database) == [["budi"]]


async def test_one_collection_after_the_other_and_a_new_edition_begins_again(mongo: Mongo, database: str) -> None:
    await stored(mongo, database, "SITI")
    await to_the_end(job(mongo, database))
    await mongo.collection(database, ROWS).update_one({}, {"$unset": {"personal.terms": ""}})
    await to_the_end(job(mongo, database, refill(), refill("terms.2")))
    assert await found(mongo, database) == [["siti"]]
