"""What the handlers see of one unit of work."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from services.verification.domain.case import Case
from services.verification.domain.facts import CaseFact, TaskClosed, TaskFact, TaskOpened
from services.verification.domain.register import Family, Register
from services.verification.domain.submission import Submission
from services.verification.domain.task import Task
from services.verification.events import to_event
from services.verification.store.cases import CASE
from services.verification.store.registry import FAMILY, RegistryStore
from services.verification.store.tasks import TASK
from shared.messaging.transaction.runner import UnitOfWork
from shared.mongo import ChangeTracker


class MongoCases:
    """Implements `ports.Cases`."""

    def __init__(self, unit: ChangeTracker) -> None:
        self._unit = unit

    async def find(self, request_id: str) -> Case | None:
        """The case, or None."""
        return await self._unit.find(CASE, request_id)

    async def get(self, request_id: str) -> Case:
        """The case; raises NotFound."""
        return await self._unit.get(CASE, request_id)

    def add(self, case: Case) -> None:
        """Keep a new case."""
        self._unit.add(CASE, case)

    def save(self, case: Case) -> None:
        """Keep the next state."""
        self._unit.save(CASE, case)


class MongoTasks:
    """Implements `ports.Tasks`."""

    def __init__(self, unit: ChangeTracker) -> None:
        self._unit = unit

    async def get(self, task_id: str) -> Task:
        """The task; raises NotFound."""
        return await self._unit.get(TASK, task_id)

    def add(self, task: Task) -> None:
        """Keep a new task."""
        self._unit.add(TASK, task)

    def save(self, task: Task) -> None:
        """Keep the next state."""
        self._unit.save(TASK, task)

    def version(self, task_id: str) -> int:
        """Its version as this unit will leave it."""
        return self._unit.version(TASK, task_id)


class MongoFamilies:
    """Implements `ports.Families`."""

    def __init__(self, unit: ChangeTracker, registry: RegistryStore) -> None:
        self._unit = unit
        self._registry = registry

    async def holding(self, kk_number: str, niks: Iterable[str]) -> tuple[Family, ...]:
        """The family of this number and those of these persons."""
        numbers = {kk_number, *(family.kk_number for family in await self._registry.families(kk_numbers=(), niks=niks))}
        await self._unit.prefetch(FAMILY, sorted(numbers))
        found: list[Family] = []
        for number in sorted(numbers):
            family = await self._unit.find(FAMILY, number)
            found += [family] if family is not None else []
        return tuple(found)

    def put(self, family: Family) -> None:
        """Keep it. Version 0: this unit read that it is not there."""
        if self._unit.version(FAMILY, family.kk_number):
            self._unit.save(FAMILY, family)
        else:
            self._unit.add(FAMILY, family)


class MongoTx:
    """Implements `ports.Tx`. For judging, families are read once per unit, all in one query."""

    def __init__(self, work: UnitOfWork, registry: RegistryStore) -> None:
        self._work = work
        self._registry = registry
        self._by_card: dict[str, Family] = {}
        self._by_person: dict[str, dict[str, Family]] = {}
        self._asked_cards: set[str] = set()  # whose families are known here, absent ones included
        self._asked_persons: set[str] = set()  # a NIK may equal a KK number: both have sixteen digits
        self.cases = MongoCases(work.unit)
        self.tasks = MongoTasks(work.unit)
        self.families = MongoFamilies(work.unit, registry)

    async def register(self, *, kk_numbers: Iterable[str], niks: Iterable[str]) -> Register:
        """The families of these cards and persons."""
        cards, persons = set(kk_numbers), set(niks)
        await self._read(cards, persons)
        found = {card: self._by_card[card] for card in cards if card in self._by_card}
        for person in persons:
            found |= self._by_person.get(person, {})
        return Register.of(found.values())

    async def prefetch(self, submissions: Iterable[Submission]) -> None:
        """One query for the cases, one for the families."""
        held = tuple(submissions)
        await self._work.unit.prefetch(CASE, (submission.request_id for submission in held))
        await self._read(
            {submission.kk_number for submission in held if submission.kk_number is not None},
            {nik for submission in held for nik in submission.person_niks},
        )

    async def prefetch_cases(self, request_ids: Iterable[str]) -> None:
        """One query for these cases."""
        await self._work.unit.prefetch(CASE, request_ids)

    def emit(self, fact: CaseFact | TaskFact) -> None:
        """Tell others; the correlation id is the request's, or the court case's over several requests."""
        event = to_event(fact)
        if isinstance(fact, TaskOpened):
            self._work.emit(TASK, fact.task_id, event, correlation_id=_correlation(fact.submission))
        elif isinstance(fact, TaskClosed):
            self._work.emit(TASK, fact.task_id, event, correlation_id=fact.case_id or fact.request_id)
        else:
            self._work.emit(CASE, fact.submission.request_id, event, correlation_id=_correlation(fact.submission))

    def on_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` right after the commit."""
        self._work.on_commit(hook)

    async def _read(self, cards: set[str], persons: set[str]) -> None:
        new_cards, new_persons = cards - self._asked_cards, persons - self._asked_persons
        for family in await self._registry.families(kk_numbers=new_cards, niks=new_persons):
            self._by_card[family.kk_number] = family
            for member in (*family.members, *(former.member for former in family.former)):
                self._by_person.setdefault(member.nik, {})[family.kk_number] = family
        self._asked_cards |= new_cards
        self._asked_persons |= new_persons


def _correlation(submission: Submission) -> str:
    return submission.case_id or submission.request_id
