"""Works that are ready at the same moment are written together, and each is told what became of itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from shared.mongo import DatabaseUnavailable, LostRace
from shared.mongo.together import AT_ONCE, MOST, Together
from tests.support.eventually import eventually


class Database:
    """Notes what was written together; waits where the gate is closed."""

    def __init__(self) -> None:
        self.tried: list[list[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.bad: dict[str, Exception] = {}

    async def write(self, works: Sequence[str]) -> None:
        self.tried.append(list(works))
        await self.gate.wait()
        for work in works:
            if work in self.bad:
                raise self.bad[work]


@pytest.fixture
def database() -> Database:
    return Database()


async def full(database: Database, together: Together[str]) -> list[asyncio.Task[None]]:
    """As many transactions under way as there may be, waiting for the gate."""
    database.gate.clear()
    tasks = []
    for number in range(AT_ONCE):
        tasks.append(asyncio.create_task(together.commit(f"first-{number}", frozenset())))
        await eventually(lambda number=number: len(database.tried) > number)  # type: ignore[misc]  # mypy does not see the default
    return tasks


async def line_up(together: Together[str], works: dict[str, set[str]]) -> dict[str, asyncio.Task[None]]:
    tasks = {work: asyncio.create_task(together.commit(work, frozenset(touches))) for work, touches in works.items()}
    await asyncio.sleep(0)
    return tasks


async def test_one_alone_waits_for_nobody(database: Database) -> None:
    await Together(database.write).commit("a", frozenset())
    assert database.tried == [["a"]]


async def test_what_becomes_ready_meanwhile_goes_together(database: Database) -> None:
    together = Together(database.write)
    first = await full(database, together)
    later = await line_up(together, {name: {name} for name in "abc"})
    database.gate.set()
    await asyncio.gather(*first, *later.values())
    assert database.tried[AT_ONCE:] == [["a", "b", "c"]]


async def test_a_transaction_does_not_grow_without_end(database: Database) -> None:
    together = Together(database.write)
    first = await full(database, together)
    later = await line_up(together, {str(number): set() for number in range(MOST + 1)})
    database.gate.set()
    await asyncio.gather(*first, *later.values())
    assert sorted(map(len, database.tried[AT_ONCE:])) == [1, MOST]


async def test_who_touches_the_same_goes_one_after_the_other_in_order(database: Database) -> None:
    together = Together(database.write)
    first = await full(database, together)
    later = await line_up(together, {"a": {"x"}, "b": {"x", "y"}, "c": {"y"}, "d": {"z"}})
    database.gate.set()
    await asyncio.gather(*first, *later.values())
    assert database.tried[AT_ONCE] == ["a", "d"]
    assert [work for group in database.tried for work in group if work in "abc"] == ["a", "b", "c"]
    assert not any({"a", "b"} <= set(group) or {"b", "c"} <= set(group) for group in database.tried)


async def test_one_bad_work_fails_alone(database: Database) -> None:
    together = Together(database.write)
    database.bad["b"] = LostRace("changed")
    first = await full(database, together)
    later = await line_up(together, {name: {name} for name in "abc"})
    database.gate.set()
    outcomes = await asyncio.gather(*first, *later.values(), return_exceptions=True)
    assert outcomes == [None] * AT_ONCE + [None, database.bad["b"], None]
    assert database.tried[AT_ONCE:] == [["a", "b", "c"], ["a"], ["b"], ["c"]]


async def test_a_database_that_is_down_is_not_asked_again_for_each(database: Database) -> None:
    together = Together(database.write)
    database.bad["b"] = DatabaseUnavailable("database_unavailable")
    first = await full(database, together)
    later = await line_up(together, {name: {name} for name in "abc"})
    database.gate.set()
    outcomes = await asyncio.gather(*first, *later.values(), return_exceptions=True)
    assert outcomes[AT_ONCE:] == [database.bad["b"]] * 3, "of a commit whose answer was lost nobody knows, so nobody may repeat it here"
    assert database.tried[AT_ONCE:] == [["a", "b", "c"]]


async def test_cancelled_in_line_it_is_never_written(database: Database) -> None:
    together = Together(database.write)
    first = await full(database, together)
    later = await line_up(together, {"a": set(), "b": set()})
    later["a"].cancel()
    await asyncio.gather(later["a"], return_exceptions=True)
    database.gate.set()
    await asyncio.gather(*first, later["b"])
    assert database.tried[AT_ONCE:] == [["b"]]


async def test_cancelled_in_its_transaction_it_waits_for_the_end(database: Database) -> None:
    together = Together(database.write)
    first = await full(database, together)
    first[0].cancel()
    await asyncio.sleep(0)
    assert not first[0].done()
    database.gate.set()
    outcomes = await asyncio.gather(*first, return_exceptions=True)
    assert isinstance(outcomes[0], asyncio.CancelledError)
