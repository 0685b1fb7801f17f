"""Many aggregates read at once by another unique field than their id: one question, and the answers are as if asked one by one."""

from dataclasses import dataclass, replace

import pytest

from shared.mongo import ChangeTracker, DocumentMapping, IndexModel, LostRace, Mongo

COLLECTION = "cards"


@dataclass(frozen=True)
class Card:
    key: str
    phone: str | None = None
    mail: str | None = None


CARDS: DocumentMapping[Card] = DocumentMapping(
    COLLECTION,
    lambda card: card.key,
    lambda card: {"phone": card.phone, "mail": card.mail},
    lambda doc: Card(doc["_id"], doc["phone"], doc["mail"]),
    unique={"phone": lambda card: card.phone, "mail": lambda card: card.mail},
)
ANN, BOB = Card("ann", "1", "a@x"), Card("bob", "2")
WANTED = [("phone", "1"), ("mail", "a@x"), ("phone", "2"), ("phone", "9")]


@pytest.fixture
async def unit(mongo: Mongo, database: str) -> ChangeTracker:
    """A unit of work that has read them."""
    await mongo.prepare(database, {COLLECTION: [IndexModel([("phone", 1)], unique=True, partialFilterExpression={"phone": {"$gt": ""}})]})
    await store(mongo, database, ANN, BOB)
    tracker = ChangeTracker(mongo, database)
    assert {card.key for card in await tracker.prefetch_by(CARDS, WANTED)} == {"ann", "bob"}
    return tracker


async def store(mongo: Mongo, database: str, *cards: Card) -> None:
    other = ChangeTracker(mongo, database)
    for card in cards:
        other.add(CARDS, card)
    await mongo.transact(other.flush)


async def by(unit: ChangeTracker, **query: str) -> Card | None:
    return await unit.find_one_by(CARDS, dict(query))


async def test_what_was_read_by_a_field_is_not_asked_for_again(unit: ChangeTracker, mongo: Mongo, database: str) -> None:
    await mongo.collection(database, COLLECTION).delete_many({})
    await store(mongo, database, Card("late", "9"))
    assert [await by(unit, phone="1"), await by(unit, mail="a@x"), await by(unit, phone="2")] == [ANN, ANN, BOB]
    assert await by(unit, phone="9") is None, "it was looked for, and was not there"
    assert await unit.find(CARDS, "ann") == ANN


async def test_a_value_that_was_not_read_is_asked_for(unit: ChangeTracker, mongo: Mongo, database: str) -> None:
    await store(mongo, database, Card("eve", "5"))
    assert await by(unit, phone="5") == Card("eve", "5")


async def test_what_this_unit_wrote_counts_until_it_is_rolled_back(unit: ChangeTracker) -> None:
    mark = unit.savepoint()
    moved = replace(ANN, phone="9")
    unit.save(CARDS, moved)
    unit.add(CARDS, Card("new", "1"))
    assert [await by(unit, phone="9"), await by(unit, mail="a@x"), await by(unit, phone="1")] == [moved, moved, Card("new", "1")]
    unit.rollback(mark)
    assert [await by(unit, phone="9"), await by(unit, phone="1")] == [None, ANN]


async def test_somebody_who_took_the_value_meanwhile_makes_this_unit_lose(unit: ChangeTracker, mongo: Mongo, database: str) -> None:
    await store(mongo, database, Card("late", "9"))
    assert await by(unit, phone="9") is None
    unit.add(CARDS, Card("mine", "9"))
    with pytest.raises(LostRace):
        await mongo.transact(unit.flush)


async def test_what_was_taken_to_be_absent_and_is_not_makes_this_unit_lose(unit: ChangeTracker, mongo: Mongo, database: str) -> None:
    await store(mongo, database, Card("there", "7"))
    unit.assume_absent(CARDS, "there")
    assert await unit.find(CARDS, "there") is None
    unit.add(CARDS, Card("there", "8"))
    with pytest.raises(LostRace):
        await mongo.transact(unit.flush)
