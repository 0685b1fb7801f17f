"""The unit of work of verification's handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date

from services.verification.domain.answers import UnclearAnswer
from services.verification.domain.certificates import certificates_in
from services.verification.domain.facts import (
    Fact,
    RegisterChanged,
    RegisterStateChanged,
    TaskClaimed,
    TaskClosed,
    TaskOpened,
    TaskOverdue,
    TaskReleased,
)
from services.verification.domain.history import ruled_on
from services.verification.domain.likeness import has_alike
from services.verification.domain.register import Family, Register
from services.verification.domain.rules import Likeness, People, Wish
from services.verification.domain.submission import Submission
from services.verification.events import to_event
from services.verification.store.cases import CASE, REQUEST, MongoCases
from services.verification.store.families import MongoFamilyRegister
from services.verification.store.history import ENTRY
from services.verification.store.links import MongoLinks
from services.verification.store.pauses import PAUSE, MongoPauses
from services.verification.store.recorded import MongoRecordedDecisions
from services.verification.store.registry import RegistryStore
from services.verification.store.staff import MongoStaff
from services.verification.store.tasks import TASK, MongoTasks
from shared.clock import WIB
from shared.messaging.transaction.runner import UnitOfWork


class MongoTx:
    """One unit of work; implements `ports.Tx`. For judging, families are read once per unit, all in one query."""

    def __init__(self, work: UnitOfWork, registry: RegistryStore) -> None:
        self._work = work
        self._store = registry
        self._by_card: dict[str, Family] = {}
        self._by_person: dict[str, dict[str, Family]] = {}
        self._unclear: dict[str, list[UnclearAnswer]] = {}  # by every number in them
        self._by_certificate: dict[str, list[Family]] = {}
        self._asked_certificates: set[str] = set()
        self._asked_cards: set[str] = set()  # whose families are known here, absent ones included
        self._asked_persons: set[str] = set()  # a NIK may equal a KK number: both have sixteen digits
        self.cases = MongoCases(work.unit)
        self.tasks = MongoTasks(work.unit)
        self.registry = MongoFamilyRegister(work.unit, registry)
        self.staff = MongoStaff(work.unit)
        self.pauses = MongoPauses(work.unit)
        self.recorded = MongoRecordedDecisions(work.unit)
        self.links = MongoLinks(work.unit)

    async def register(self, people: People) -> Register:
        cards, persons = set(people.kk_numbers), set(people.niks)
        certificates = set(people.certificates)
        await self._read(cards, persons, certificates)
        persons |= {member.nik for card in people.everybody_of if card in self._by_card for member in self._by_card[card].members}
        await self._read(set(), persons)
        found = {card: self._by_card[card] for card in cards if card in self._by_card}
        for person in persons:
            found |= self._by_person.get(person, {})
        found |= {family.kk_number: family for number in certificates for family in self._by_certificate.get(number, ())}
        for family in await self._alike(people.alike):
            found.setdefault(family.kk_number, family)
        for family in self.registry.written():  # what this unit changed is not yet where the others were read
            if family.kk_number in found or family.kk_number in cards or _holds(family, persons):
                found[family.kk_number] = family
        unclear = {answer.mark: answer for number in (*cards, *persons) for answer in self._unclear.get(number, ())}
        wards, awaited = await self.recorded.wards_of(people.relying), await self.cases.newcomers(people)
        ruled = await self._work.unit.find_many(ENTRY, {"personal.persons.nik": {"$in": list(people.ruled)}}) if people.ruled else ()
        return replace(Register.of(found.values(), unclear.values()), wards=wards, awaited=awaited, ruled_on=ruled_on(ruled))

    async def take_numbers(self, wishes: Sequence[Wish], on: date) -> tuple[str, ...]:
        return await self.registry.take_numbers(wishes, on)

    async def prefetch(self, case_ids: Iterable[str], people: Iterable[People] = ()) -> None:
        await self.cases.prefetch(case_ids)
        cards: set[str] = set()
        persons: set[str] = set()
        certificates: set[str] = set()
        for each in people:
            cards.update(each.kk_numbers)
            persons.update(each.niks)
            certificates.update(each.certificates)
        await self._read(cards, persons, certificates)

    def emit(self, fact: Fact) -> None:
        event = to_event(fact)
        if isinstance(fact, RegisterStateChanged):
            self._work.emit(PAUSE, fact.key, event, correlation_id=fact.key)
        elif isinstance(fact, TaskOpened):
            self._work.emit(TASK, fact.task_id, event, **_of(fact.submission))
        elif isinstance(fact, TaskClaimed | TaskReleased | TaskOverdue | TaskClosed):
            self._work.emit(TASK, fact.task.task_id, event, correlation_id=fact.task.case_key, trace=fact.task.traceparent)
        elif isinstance(fact, RegisterChanged):
            self._work.emit(CASE, fact.case_id, event, correlation_id=fact.case_id)
        elif fact.submission.case_id is None:
            self._work.emit(CASE, fact.submission.request_id, event, **_of(fact.submission))
        else:
            self._work.emit(REQUEST, fact.submission.request_id, event, **_of(fact.submission))

    def on_commit(self, hook: Callable[[], None]) -> None:
        self._work.on_commit(hook)

    async def _alike(self, wanted: Sequence[Likeness]) -> tuple[Family, ...]:
        """Return the families of those who may be the same persons; of the others who were born on their days nothing is kept."""
        if not wanted:
            return ()
        return tuple(family for family in await self._store.born_on({each.born_on for each in wanted}) if has_alike(family, wanted))

    async def _read(self, cards: set[str], persons: set[str], certificates: AbstractSet[str] = frozenset()) -> None:
        new_cards, new_persons = cards - self._asked_cards, persons - self._asked_persons
        numbers = certificates - self._asked_certificates
        if not new_cards and not new_persons and not numbers:
            return
        day = self._work.clock().astimezone(WIB).date()
        answers = await self._store.look_up(kk_numbers=new_cards, niks=new_persons, certificates=numbers, on=day)
        for answer in answers.unclear:
            for number in answer.numbers:
                self._unclear.setdefault(number, []).append(answer)
        for family in answers.families:
            self._by_card[family.kk_number] = family
            for member in (*family.members, *(former.member for former in family.former)):
                self._by_person.setdefault(member.nik, {})[family.kk_number] = family
            for number in numbers & certificates_in(family):
                self._by_certificate.setdefault(number, []).append(family)
        self._asked_certificates |= numbers
        self._asked_cards |= new_cards
        self._asked_persons |= new_persons


def _holds(family: Family, persons: set[str]) -> bool:
    return any(member.nik in persons for member in (*family.members, *(former.member for former in family.former)))


def _of(submission: Submission) -> dict[str, str]:
    """Return what its events are followed by, whoever decides and however late."""
    return {"correlation_id": submission.case_key, "trace": submission.traceparent}
