"""Works that are ready at the same moment are written together, and each is told what became of itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from shared.mongo import DatabaseUnavailable, LostRace
from shared.mongo.together import AT_ONCE, MOST, BatchLoader, GroupCommit
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


async def full(database: Database, together: GroupCommit[str]) -> list[asyncio.Task[None]]:
    """As many transactions under way as there may be, waiting for the gate."""
    database.gate.clear()
    tasks = []
    for number in range(AT_ONCE):
        tasks.append(asyncio.create_task(together.commit(f"first-{number}", frozenset())))
        await eventually(lambda number=number: len(database.tried) > number)  # type: ignore[misc]  # mypy does not see the default
    return tasks


async def line_up(together: GroupCommit[str], works: dict[str, set[str]]) -> dict[str, asyncio.Task[None]]:
    tasks = {work: asyncio.create_task(together.commit(work, frozenset(touches))) for work, touches in works.items()}
    await asyncio.sleep(0)
    return tasks


async def settled(database: Database) -> list[object]:
    """What becomes of "a", "b" and "c" that are ready while others are under way."""
    together = GroupCommit(database.write)
    first = await full(database, together)
    later = await line_up(together, {name: {name} for name in "abc"})
    database.gate.set()
    outcomes = await asyncio.gather(*first, *later.values(), return_exceptions=True)
    assert outcomes[:AT_ONCE] == [None] * AT_ONCE
    return list(outcomes[AT_ONCE:])


async def test_one_alone_waits_for_nobody(database: Database) -> None:
    await GroupCommit(database.write).commit("a", frozenset())
    assert database.tried == [["a"]]


async def test_who_comes_while_the_last_writer_ends_does_not_wait_for_somebody_else() -> None:
    later: list[asyncio.Task[None]] = []

    async def write(works: Sequence[str]) -> None:
        if works == ["a"]:
            later.append(asyncio.create_task(together.commit("b", frozenset())))  # its first step comes right after the writer's last

    together: GroupCommit[str] = GroupCommit(write, at_once=1)
    await together.commit("a", frozenset())
    async with asyncio.timeout(60):
        await later[0]


async def test_what_becomes_ready_meanwhile_goes_together(database: Database) -> None:
    assert await settled(database) == [None, None, None]
    assert database.tried[AT_ONCE:] == [["a", "b", "c"]]


async def test_a_transaction_does_not_grow_without_end(database: Database) -> None:
    together = GroupCommit(database.write)
    first = await full(database, together)
    later = await line_up(together, {str(number): set() for number in range(MOST + 1)})
    database.gate.set()
    await asyncio.gather(*first, *later.values())
    assert sorted(map(len, database.tried[AT_ONCE:])) == [1, MOST]


async def test_who_touches_the_same_goes_one_after_the_other_in_order(database: Database) -> None:
    together = GroupCommit(database.write)
    first = await full(database, together)
    later = await line_up(together, {"a": {"x"}, "b": {"x", "y"}, "c": {"y"}, "d": {"z"}})
    database.gate.set()
    await asyncio.gather(*first, *later.values())
    assert database.tried[AT_ONCE] == ["a", "d"]
    assert [work for group in database.tried for work in group if work in "abc"] == ["a", "b", "c"]
    assert not any({"a", "b"} <= set(group) or {"b", "c"} <= set(group) for group in database.tried)


async def test_one_bad_work_fails_alone(database: Database) -> None:
    database.bad["b"] = LostRace("changed")
    assert await settled(database) == [None, database.bad["b"], None]
    assert database.tried[AT_ONCE:] == [["a", "b", "c"], ["a"], ["b"], ["c"]]


async def test_a_database_that_is_down_is_not_asked_again_for_each(database: Database) -> None:
    database.bad["b"] = DatabaseUnavailable("database_unavailable")
    assert await settled(database) == [database.bad["b"]] * 3, (
        "of a commit whose answer was lost nobody knows, so nobody may repeat it here"
    )
    assert database.tried[AT_ONCE:] == [["a", "b", "c"]]


async def test_cancelled_in_line_it_is_never_written(database: Database) -> None:
    together = GroupCommit(database.write)
    first = await full(database, together)
    later = await line_up(together, {"a": set(), "b": set()})
    later["a"].cancel()
    await asyncio.gather(later["a"], return_exceptions=True)
    database.gate.set()
    await asyncio.gather(*first, later["b"])
    assert database.tried[AT_ONCE:] == [["b"]]


async def test_cancelled_in_its_transaction_it_waits_for_the_end(database: Database) -> None:
    together = GroupCommit(database.write)
    first = await full(database, together)
    first[0].cancel()
    await asyncio.sleep(0)
    assert not first[0].done()
    database.gate.set()
    outcomes = await asyncio.gather(*first, return_exceptions=True)
    assert isinstance(outcomes[0], asyncio.CancelledError)


class Shelf:
    """Notes what was asked together; waits where the gate is closed."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: Exception | None = None

    async def read(self, keys: Sequence[str]) -> dict[str, str]:
        self.asked.append(list(keys))
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return {key: key.upper() for key in keys if key != "absent"}


async def test_a_lookup_alone_is_asked_at_once_and_gives_what_there_is() -> None:
    shelf = Shelf()
    assert await BatchLoader(shelf.read).find(["a", "absent"]) == {"a": "A"}
    assert await BatchLoader(shelf.read).find([]) == {}
    assert shelf.asked == [["a", "absent"]]


async def test_lookups_that_come_while_one_is_under_way_share_the_next() -> None:
    shelf = Shelf()
    lookups = BatchLoader(shelf.read)
    shelf.gate.clear()
    first = asyncio.create_task(lookups.find(["a"]))
    await eventually(lambda: shelf.asked == [["a"]])
    others = [asyncio.create_task(lookups.find(keys)) for keys in (["b", "c"], ["a", "c"], ["absent"])]
    await asyncio.sleep(0)
    shelf.gate.set()
    assert await first == {"a": "A"}
    assert await asyncio.gather(*others) == [{"b": "B", "c": "C"}, {"a": "A", "c": "C"}, {}]
    assert shelf.asked == [["a"], ["b", "c", "a", "absent"]]


async def test_a_lookup_that_fails_is_told_to_all_who_asked_and_the_next_is_asked_anew() -> None:
    shelf = Shelf()
    lookups = BatchLoader(shelf.read)
    shelf.failure = DatabaseUnavailable("down")
    for task in [asyncio.create_task(lookups.find([key])) for key in ("a", "b")]:
        with pytest.raises(DatabaseUnavailable):
            await task
    assert shelf.asked == [["a", "b"]]
    shelf.failure = None
    assert await lookups.find(["a"]) == {"a": "A"}


async def test_one_who_no_longer_waits_takes_the_answer_from_nobody() -> None:
    shelf = Shelf()
    lookups = BatchLoader(shelf.read)
    shelf.gate.clear()
    gone, other = (asyncio.create_task(lookups.find([key])) for key in ("a", "b"))
    await eventually(lambda: len(shelf.asked) == 1)
    gone.cancel()
    shelf.gate.set()
    assert await other == {"b": "B"}
    assert gone.cancelled() or gone.cancelling()


async def test_who_has_patience_waits_for_company(database: Database) -> None:
    """Those that come one after another go together, and whoever comes when another writer took all writes nothing."""
    together = GroupCommit(database.write, patience_seconds=0.25)
    tasks = []
    for name in "abc":
        tasks.append(asyncio.create_task(together.commit(name, frozenset((name,)))))
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert database.tried == [["a", "b", "c"]]
    await together.commit("d", frozenset("d"))
    assert database.tried == [["a", "b", "c"], ["d"]]
