"""Shelves are data in a service's database, and decisions are all or nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.clock import now
from shared.errors import BadInput
from shared.messaging.operations import shelves
from shared.messaging.operations.shelves import Also, Move, Shelf, Shelves, hash_of
from tests.integration.data.toy import SERVICE, Toy

SHELF = Shelf(
    name="letters",
    collection="letters",
    waits={"state": "stuck"},
    kind="kind",
    reason="code",
    since="since",
    replay=Move(
        ({"$set": {"state": "open", "at": "$$NOW"}},), (Also("boxes", "box", ({"$set": {"letters": {"$add": ["$letters", 1]}}},)),)
    ),
    discard=Move(({"$set": {"state": "gone", "note": "$$note"}},)),
    times="tries",
)


async def put(toy: Toy, shelf: Shelf = SHELF) -> Shelves:
    await shelves.register(toy.mongo, toy.database, (shelf,))
    for number, state in enumerate(("stuck", "stuck", "open")):
        letter = {"_id": f"letter-{number}", "state": state, "version": 1, "kind": "card", "code": "no_stamp", "tries": number, "box": "b"}
        await toy.mongo.collection(toy.database, "letters").insert_one({**letter, "since": now()})
    await toy.mongo.collection(toy.database, "boxes").insert_one({"_id": "b", "letters": 0})
    return Shelves(toy.mongo, toy.database, SERVICE)


async def test_what_waits_is_listed_the_oldest_first_without_its_body(toy: Toy) -> None:
    operator = await put(toy)
    found = await operator.waiting(10)
    assert [(entry.id, entry.code, entry.times, entry.body) for entry in found] == [
        ("letter-0", "no_stamp", 0, b""),
        ("letter-1", "no_stamp", 1, b""),
    ]
    assert [entry.id for entry in await operator.waiting(1)] == ["letter-0"]
    assert await operator.find("letters", "letter-2") is None


async def test_the_shelves_registered_last_are_the_only_ones(toy: Toy) -> None:
    operator = await put(toy)
    await shelves.register(toy.mongo, toy.database, (replace(SHELF, name="post"),))
    assert {entry.place for entry in await operator.waiting(10)} == {"post"}
    with pytest.raises(BadInput, match="not_an_address"):
        await operator.replay("letters", "letter-0")


async def test_a_shelf_is_never_taken_for_a_place_of_messages(toy: Toy) -> None:
    with pytest.raises(ValueError, match="parked"):
        await shelves.register(toy.mongo, toy.database, (replace(SHELF, name="parked"),))


async def test_a_decision_changes_everything_that_belongs_to_it_or_nothing(toy: Toy) -> None:
    operator = await put(toy)
    boxes = toy.mongo.collection(toy.database, "boxes")
    assert await operator.replay("letters", "letter-0")
    assert not await operator.replay("letters", "letter-0")
    assert await boxes.find_one() == {"_id": "b", "letters": 1}
    await boxes.update_one({}, {"$set": {"letters": "many"}})  # can't be added to
    with pytest.raises(Exception, match="add"):
        await operator.replay("letters", "letter-1")
    assert [entry.id for entry in await operator.waiting(10)] == ["letter-1"]


@pytest.mark.parametrize("note", ["$version", "$$NOW", '{"$set": 1}', "gave up"])
async def test_a_note_is_kept_as_it_was_written(toy: Toy, note: str) -> None:
    operator = await put(toy)
    assert await operator.discard("letters", "letter-0", note)
    row = await toy.mongo.collection(toy.database, "letters").find_one({"_id": "letter-0"})
    assert row is not None
    assert (row["state"], row["note"], row["version"]) == ("gone", note, 2)


async def test_a_key_that_tells_of_a_person_is_shown_as_a_hash(toy: Toy) -> None:
    operator = await put(toy, replace(SHELF, is_key_personal=True))
    first = (await operator.waiting(10))[0]
    assert first.address == f"{SERVICE}/letters/{hash_of('letter-0')}"
    shown = await operator.find("letters", first.id)
    assert shown is not None
    assert shown.content(in_full=False)["_id"] == "[personal]"
    assert await operator.find("letters", "letter-0") is None
    assert await operator.discard("letters", first.id, "note")
