"""Documents found by several words: the rarest finds them, whichever was typed first, and the common one is not gone through."""

from __future__ import annotations

import pytest

from shared.ids import new_id
from shared.mongo import IndexModel, Mongo
from shared.mongo.terms import begins, found_by_terms
from shared.values.name_terms import name_beginnings, name_terms

ROWS, INDEX = "people", "terms"
COMMON, RARE = 4_000, 15  # of the first word, which is in the rare ones too; more than are counted


@pytest.fixture
async def people(mongo: Mongo, database: str) -> Mongo:
    await mongo.prepare(database, {ROWS: (IndexModel([("terms", 1)], name=INDEX),)})
    names = [*(f"SITI N{number:05}" for number in range(COMMON)), *["SITI AMINAH"] * RARE, *["BUDI AMINAH"] * RARE, "MOCHAMMAD SITI"]
    rows = [{"_id": new_id(), "terms": list(name_terms(name)), "name": name, "place": number % 2} for number, name in enumerate(names)]
    await mongo.collection(database, ROWS).insert_many(rows)
    return mongo


async def asked(mongo: Mongo, database: str, typed: str, limit: int = 11, **also: int) -> list[str]:
    words = [begins("terms", word) for word in name_beginnings(typed)]
    rows = mongo.collection(database, ROWS)
    return [doc["name"] for doc in await found_by_terms(rows, words, index=INDEX, limit=limit, also=also or None, projection={"name": 1})]


@pytest.mark.parametrize("typed", ["siti aminah", "aminah siti", "ami sit", "Sitti Aminnah"])
async def test_the_rare_word_finds_them_and_few_documents_are_read(people: Mongo, database: str, typed: str) -> None:
    room = people.database(database)
    await room.command("profile", 2)
    found = await asked(people, database, typed, limit=RARE + 1)
    await room.command("profile", 0)
    looks = await room["system.profile"].find({"ns": f"{database}.{ROWS}", "op": "command"}).to_list(None)
    assert found == ["SITI AMINAH"] * RARE
    assert {look["planSummary"] for look in looks} == {"IXSCAN { terms: 1 }"}
    assert sum(look["docsExamined"] for look in looks) <= 2 * RARE


async def test_no_more_is_read_than_is_wanted(people: Mongo, database: str) -> None:
    room = people.database(database)
    await room.command("profile", 2)
    assert len(await asked(people, database, "siti")) == 11
    await room.command("profile", 0)
    [look] = await room["system.profile"].find({"ns": f"{database}.{ROWS}", "op": "command"}).to_list(None)
    assert (look["docsExamined"], look["keysExamined"]) == (11, 11)


async def test_half_of_a_pair_of_letters_and_what_else_must_hold(people: Mongo, database: str) -> None:
    assert await asked(people, database, "siti moc") == ["MOCHAMMAD SITI"]
    assert 0 < len(await asked(people, database, "aminah siti", limit=99, place=1)) < RARE
    assert await asked(people, database, "aminah zulkifli") == []
