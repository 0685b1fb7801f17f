"""The register in a unit of work: marked while documents are made, changed once, its numbers given once, its history kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from services.verification.domain.history import RegisterEntry, completed
from services.verification.domain.numbers import FLOOR, NumberCounter, RegisterFloor, begin, counter_key, give, stem
from services.verification.domain.recording import CONFLICT, AwaitedChange, applied
from services.verification.domain.register import Family
from services.verification.domain.rules import Wish
from services.verification.store.history import ENTRY
from services.verification.store.registry import FAMILY, RegistryStore
from services.verification.store.schema import COUNTERS, FAMILIES
from shared.errors import DomainError
from shared.mongo import ChangeTracker, Doc, DocumentMapping, LostRace, UpdateOne


def _counter_doc(counter: NumberCounter) -> Doc:
    return {"last": counter.last}


def _counter_from(doc: Doc) -> NumberCounter:
    return NumberCounter(key=doc["_id"], last=doc["last"])


COUNTER: Final[DocumentMapping[NumberCounter]] = DocumentMapping(
    collection=COUNTERS, key=lambda counter: counter.key, to_doc=_counter_doc, from_doc=_counter_from
)

FLOORS: Final[DocumentMapping[RegisterFloor]] = DocumentMapping(
    collection=COUNTERS,
    key=lambda floor: floor.key,
    to_doc=lambda floor: {"last": floor.last, "until": floor.until.isoformat()},
    from_doc=lambda doc: RegisterFloor(doc["_id"], doc["last"], date.fromisoformat(doc["until"])),
)


class MongoFamilyRegister:
    """The register of a unit of work; implements `ports.FamilyRegister`."""

    def __init__(self, unit: ChangeTracker, store: RegistryStore) -> None:
        self._unit = unit
        self._store = store
        self._wrote = False

    def written(self) -> tuple[Family, ...]:
        """Return the families that this unit writes, as they will be."""
        if not self._wrote:
            return ()
        keys = [key for collection, key in self._unit.touched if collection == FAMILIES]
        return tuple(replace(self._unit.present(FAMILY, key), edition=self._unit.version(FAMILY, key)) for key in keys)

    async def mark(self, families: Sequence[Family], case_id: str) -> tuple[Family, ...]:
        try:
            present = await self._present(family.kk_number for family in families)
        except DomainError:  # it makes no sense any more: read again, it is judged as that
            raise LostRace(f"{FAMILIES}_changed") from None
        if any(present.get(family.kk_number) != family for family in families):
            raise LostRace(f"{FAMILIES}_changed")
        for family in families:
            self._put(replace(family, pending=case_id))
        return tuple(replace(each, pending=case_id, edition=self._unit.version(FAMILY, each.kk_number)) for each in families)

    async def record(self, awaited: AwaitedChange, draft: RegisterEntry, *, on: date) -> RegisterEntry | None:
        if await self._unit.find(ENTRY, draft.id) is not None:
            return None
        homes = await self._store.look_up(kk_numbers=awaited.kk_numbers, niks=awaited.niks, on=on)
        if homes.unclear:
            raise DomainError(CONFLICT, "What the register says of these families since makes no sense.")
        present = await self._present({*awaited.kk_numbers, *(family.kk_number for family in homes.families)})
        families = applied(awaited, present, on=on)
        before = [present[family.kk_number] for family in families if family.kk_number in present]
        entry = completed(draft, before, families, awaited.change)
        for family in families:
            self._put(family)
        self._unit.add(ENTRY, entry)
        return entry

    async def release(self, awaited: AwaitedChange, case_id: str, kept: RegisterEntry | None = None) -> None:
        if kept is not None:
            self._unit.add(ENTRY, kept)
        answers = await self._store.look_up(kk_numbers=awaited.kk_numbers, niks=())
        if answers.unclear:  # nothing of them is written over but that they wait
            for kk_number in awaited.kk_numbers:
                self._unit.defer(FAMILIES, UpdateOne({"_id": kk_number, "pending": case_id}, {"$set": {"pending": None}}))
            return
        present = await self._present(awaited.kk_numbers)
        for family in present.values():
            if family.pending == case_id:
                self._put(replace(family, pending=None))

    async def take_numbers(self, wishes: Sequence[Wish], on: date) -> tuple[str, ...]:
        """Return a number for each wish, and raise its counter in this unit."""
        await self._unit.prefetch(COUNTER, [counter_key(wish, on) for wish in wishes])
        taken = await self._store.taken({stem(wish, on) for wish in wishes})
        numbers = []
        for wish in wishes:
            key = counter_key(wish, on)
            held = await self._unit.find(COUNTER, key)
            if held is None:
                floor = await self._unit.find(FLOORS, FLOOR)
                present = begin(wish, on, floor)
            else:
                present = held
            counter, number = give(present, stem(wish, on), taken)
            if held is None:
                self._unit.add(COUNTER, counter)
            else:
                self._unit.save(COUNTER, counter)
            numbers.append(number)
        return tuple(numbers)

    async def _present(self, kk_numbers: Iterable[str]) -> dict[str, Family]:
        """Read families into the unit, with the editions that they will have after it."""
        numbers = sorted(set(kk_numbers))
        await self._unit.prefetch(FAMILY, numbers)
        found: dict[str, Family] = {}
        for number in numbers:
            family = await self._unit.find(FAMILY, number)
            if family is not None:
                found[number] = replace(family, edition=self._unit.version(FAMILY, number))
        return found

    def _put(self, family: Family) -> None:
        self._wrote = True
        if self._unit.version(FAMILY, family.kk_number):
            self._unit.save(FAMILY, family)
        else:
            self._unit.add(FAMILY, family)
