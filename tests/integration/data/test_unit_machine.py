"""The unit of work against a plain model: whatever the order of reads, writes, savepoints, rivals and flushes, both say the same."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from shared.errors import Conflict
from shared.mongo import ChangeTracker, DocumentMapping, LostRace, Mongo, Savepoint, Session

R = TypeVar("R")
KEYS = st.sampled_from(["a", "b"])
LABELS = st.sampled_from(["red", "blue"])
VALUES = st.integers(min_value=0, max_value=99)
COLLECTION = "things"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Thing:
    key: str
    value: int
    label: str | None = None


THINGS: DocumentMapping[Thing] = DocumentMapping(
    COLLECTION,
    lambda thing: thing.key,
    lambda thing: {"value": thing.value, "label": thing.label},
    lambda doc: Thing(doc["_id"], doc["value"], doc["label"]),
)


@dataclass(frozen=True)
class Row:
    """What lies in the database, or will after the flush."""

    thing: Thing
    version: int
    sequence: int


class UnitMachine(RuleBasedStateMachine):
    """`committed` is the database, `view` what the unit should see: a copy made when it began, with its own writes on top."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = f"machine_{os.getpid()}_{next(_numbers)}"
        self.committed: dict[str, Row] = {}
        self.savepoints: list[tuple[Savepoint, dict[str, Row | None], set[str]]] = []

    def run(self, awaitable: Awaitable[R]) -> R:
        async def wait() -> R:
            return await awaitable

        return self.runner.run(wait())

    @initialize()
    def open(self) -> None:
        async def connect() -> Mongo:
            mongo = Mongo.connect(self.url)
            await mongo.prepare(self.database, {COLLECTION: []})
            return mongo

        self.mongo = self.run(connect())
        self.begin()

    def begin(self) -> None:
        self.unit = ChangeTracker(self.mongo, self.database)
        self.read: dict[str, Row | None] = {}  # as it was when this unit first looked
        self.view: dict[str, Row | None] = {}  # with this unit's writes
        self.dirty: set[str] = set()
        self.savepoints.clear()

    def look(self, key: str) -> Row | None:
        """What the unit must see of a key; the first look goes to the database."""
        if key not in self.view:
            self.view[key] = self.read[key] = self.committed.get(key)
        return self.view[key]

    def write(self, key: str, row: Row) -> None:
        self.view[key] = row
        self.dirty.add(key)

    @rule(key=KEYS)
    def find(self, key: str) -> None:
        reading = self.unit.find(THINGS, key)
        found = self.run(reading)
        wanted = self.look(key)
        assert found == (wanted.thing if wanted else None)

    @rule(keys=st.lists(KEYS, max_size=3))
    def prefetch(self, keys: list[str]) -> None:
        self.run(self.unit.prefetch(THINGS, keys))
        for key in keys:
            self.look(key)

    @rule(label=LABELS)
    def find_by_label(self, label: str) -> None:
        reading = self.unit.find_one_by(THINGS, {"label": label})
        found = self.run(reading)
        mine = [row.thing for key, row in self.view.items() if row and key in self.dirty and row.thing.label == label]
        if mine:
            assert found in mine
            return
        stored = [key for key, row in self.committed.items() if row.thing.label == label]
        if not stored:
            assert found is None
            return
        if found is not None:
            assert found.key not in self.dirty, "changed here, and no longer what was asked for"
            row = self.look(found.key)
            assert row is not None
            assert found == row.thing
        else:
            assert any(key in self.dirty or self.read.get(key, ...) is None for key in stored)

    @rule(key=KEYS, value=VALUES)
    def add(self, key: str, value: int) -> None:
        held = self.view.get(key)
        if held is not None:
            with pytest.raises(Conflict):
                self.unit.add(THINGS, Thing(key, value))
            return
        self.unit.add(THINGS, Thing(key, value))
        self.read.setdefault(key, None)
        self.write(key, Row(Thing(key, value), 0, 0))

    @rule(key=KEYS, value=VALUES, label=LABELS)
    def save(self, key: str, value: int, label: str) -> None:
        held = self.view.get(key)
        if held is None:
            with pytest.raises(LookupError):
                self.unit.save(THINGS, Thing(key, value))
            return
        self.unit.save(THINGS, Thing(key, value, label))
        self.write(key, replace(held, thing=Thing(key, value, label)))

    @rule(key=KEYS, value=VALUES, label=LABELS)
    def change(self, key: str, value: int, label: str) -> None:
        """What a handler does: look, then add or save."""
        self.find(key)
        if self.view[key] is None:
            self.add(key, value)
        else:
            self.save(key, value, label)

    @rule(key=KEYS, value=VALUES, label=LABELS)
    def race(self, key: str, value: int, label: str) -> None:
        """A rival is faster between the read and the flush."""
        self.change(key, value, label)
        self.rival_commits(key, value + 1, label)

    @rule(key=KEYS)
    def take_a_number(self, key: str) -> None:
        held = self.view.get(key)
        if held is None:
            with pytest.raises(LookupError):
                self.unit.next_sequence(THINGS, key)
            return
        assert self.unit.next_sequence(THINGS, key) == held.sequence + 1
        self.write(key, replace(held, sequence=held.sequence + 1))

    @rule()
    def mark(self) -> None:
        self.savepoints.append((self.unit.savepoint(), dict(self.view), set(self.dirty)))

    @precondition(lambda self: self.savepoints)
    @rule(data=st.data())
    def go_back(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.savepoints) - 1))
        savepoint, view, dirty = self.savepoints[index]
        del self.savepoints[index:]
        self.unit.rollback(savepoint)
        looked_at = {key: self.read[key] for key in self.view if key not in view and self._still_known(key)}
        self.view = {**looked_at, **view}
        self.dirty = dirty

    def _still_known(self, key: str) -> bool:
        """Whether the unit read the key itself, and not only added it blindly: what was read stays known after a rollback."""
        try:
            self.unit.version(THINGS, key)
        except LookupError:
            self.read.pop(key, None)
            return False
        return True

    @rule(key=KEYS, value=VALUES, label=LABELS)
    def rival_commits(self, key: str, value: int, label: str) -> None:
        rival = ChangeTracker(self.mongo, self.database)
        before = self.committed.get(key)
        reading = rival.find(THINGS, key)
        present = self.run(reading)
        assert present == (before.thing if before else None)
        if before is None:
            rival.add(THINGS, Thing(key, value, label))
        else:
            rival.save(THINGS, Thing(key, value, label))
        self.run(self.mongo.transact(rival.flush))
        self.committed[key] = Row(Thing(key, value, label), before.version + 1 if before else 1, before.sequence if before else 0)

    @rule(flushes=st.integers(1, 2))
    def flush(self, flushes: int) -> None:
        async def body(session: Session) -> None:
            await self.unit.flush(session)

        async def twice(session: Session) -> None:
            await self.unit.flush(session)
            raise AgainError

        if flushes == 2:  # a transaction that is run again: nothing of the first run may stick
            with pytest.raises((AgainError, LostRace)):
                self.run(self.mongo.transact(twice))
        lost = any(self.committed.get(key) != self.read[key] for key in self.dirty)
        if lost:
            with pytest.raises(LostRace):
                self.run(self.mongo.transact(body))
        else:
            self.run(self.mongo.transact(body))
            for key in self.dirty:
                row = self.view[key]
                assert row is not None
                self.committed[key] = replace(row, version=row.version + 1)
        self.begin()

    @invariant()
    def versions_are_those_of_the_model(self) -> None:
        for key, row in getattr(self, "view", {}).items():
            wanted = (row.version if row else 0) + (1 if key in self.dirty else 0)
            assert self.unit.version(THINGS, key) == wanted

    def teardown(self) -> None:
        if hasattr(self, "mongo"):
            docs: list[dict[str, Any]] = self.run(self.mongo.collection(self.database, COLLECTION).find().to_list(None))
            found = {doc["_id"]: Row(THINGS.from_doc(doc), doc["version"], doc["seq"]) for doc in docs}
            self.run(self.mongo.drop(self.database))
            self.run(self.mongo.close())
            self.runner.close()
            assert found == self.committed
        else:
            self.runner.close()


class AgainError(Exception):
    pass


@pytest.fixture
def machine(mongo_url: str) -> type[UnitMachine]:
    return type("Machine", (UnitMachine,), {"url": mongo_url})


def test_unit_of_work_is_the_plain_model(machine: type[UnitMachine]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=40, stateful_step_count=25, suppress_health_check=list(HealthCheck)),
    )
