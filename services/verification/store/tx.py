"""The unit of work of verification's handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from services.verification.domain.facts import CaseFact, TaskClosed, TaskFact, TaskOpened
from services.verification.domain.register import Family, Register
from services.verification.domain.submission import Submission
from services.verification.events import to_event
from services.verification.store.cases import CASE, MongoCases
from services.verification.store.registry import MongoFamilies, RegistryStore
from services.verification.store.tasks import TASK, MongoTasks
from shared.messaging.transaction.runner import UnitOfWork


class MongoTx:
    """One unit of work; implements `ports.Tx`. For judging, families are read once per unit, all in one query."""

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
        cards, persons = set(kk_numbers), set(niks)
        await self._read(cards, persons)
        found = {card: self._by_card[card] for card in cards if card in self._by_card}
        for person in persons:
            found |= self._by_person.get(person, {})
        return Register.of(found.values())

    async def prefetch(self, submissions: Iterable[Submission]) -> None:
        held = tuple(submissions)
        await self._work.unit.prefetch(CASE, (submission.request_id for submission in held))
        await self._read(
            {submission.kk_number for submission in held if submission.kk_number is not None},
            {nik for submission in held for nik in submission.person_niks},
        )

    async def prefetch_cases(self, request_ids: Iterable[str]) -> None:
        await self._work.unit.prefetch(CASE, request_ids)

    def emit(self, fact: CaseFact | TaskFact) -> None:
        event = to_event(fact)
        if isinstance(fact, TaskOpened):
            self._work.emit(TASK, fact.task_id, event, correlation_id=_correlation(fact.submission))
        elif isinstance(fact, TaskClosed):
            self._work.emit(TASK, fact.task_id, event, correlation_id=fact.case_id or fact.request_id)
        else:
            self._work.emit(CASE, fact.submission.request_id, event, correlation_id=_correlation(fact.submission))

    def on_commit(self, hook: Callable[[], None]) -> None:
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
