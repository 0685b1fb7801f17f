"""An office whose register is a few families, to which people and courts come with anything: what it does, and what must hold after it.

The rules that say who comes with what are those of `tests/unit/verification/test_register_machine.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant

from services.verification.adapters.registry_sample import sample_families
from services.verification.domain.checks import check_card
from services.verification.domain.families import Home, home_of
from services.verification.domain.finding import Finding
from services.verification.domain.history import PersonEntry, RegisterEntry
from services.verification.domain.kinship import SPOUSES
from services.verification.domain.numbers import NumberCounter, counter_key, give, stem
from services.verification.domain.recording import ensure_sound
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, Plan, Rules, Wish
from services.verification.domain.services import RULES
from services.verification.events import content_of
from services.verification.handlers.planning import people_of
from shared.errors import DomainError
from shared.reference.catalogue import Offer, SubjectKind, catalogue
from shared.reference.decision_kinds import decision_kinds
from shared.reference.population import MARRIED, Effect, Relation
from tests.support.families import TODAY
from tests.support.register_people import RegisterPeople
from tests.support.register_requests import check_certified, check_documents, check_past, check_shown, read, recorded, submission
from tests.support.samples import KINDS

OF_CHILDREN: Final = ("pengakuan_anak", "pengesahan_anak", "pengangkatan_anak")
CARDS: Final = ("kk_hilang", "kk_rusak", "ktp_hilang", "ktp_rusak", "kia_baru", "kia_hilang", "kia_habis_masa", "kia_pindah")
PRINT_ALONE: Final = frozenset({*CARDS, "lahir_mati"})
"""Services of which nothing ever changes."""
PRINT_AGAIN: Final = frozenset({"kutipan_kedua", "akta_betul", "ktp_ubah", "akta_ln", *OF_CHILDREN, "pengangkatan_pengadilan"})
"""Services of which nothing changes where the register has all of it already."""


@dataclass
class Tally:
    """How often what was asked for, by service, and by kind of decision of a court; and what came of it."""

    asked: Counter[str] = field(default_factory=Counter)
    followed: Counter[str] = field(default_factory=Counter)
    doubtful: Counter[str] = field(default_factory=Counter)
    """Of those that followed: where the checks had found something, and an officer approved it."""
    effects: Counter[str] = field(default_factory=Counter)
    """What became of persons, over all changes."""


class RegisterOffice(RegisterPeople):
    """A register of a few families. What is asked for is judged, and approved whatever the checks find, where anything follows."""

    tally: ClassVar[Tally] = Tally()

    def __init__(self) -> None:
        super().__init__()
        self.alive: set[str] = set()
        self.dead: set[str] = set()
        self.away: set[str] = set()
        self.counters: dict[str, NumberCounter] = {}
        self.given: set[str] = set()
        self.told: dict[str, tuple[str, Member]] = {}
        self.known: dict[str, Member] = {}
        self.homes: dict[str, Home] = {}
        self.serial = 0
        self.last: Application | None = None

    @initialize(seed=st.integers(1, 50), count=st.integers(3, 6))
    def load(self, seed: int, count: int) -> None:
        self.register = {family.kk_number: family for family in sample_families(count, seed)}
        self.told = rows_of(self.register.values())
        self.known = {nik: row for nik, (_, row) in self.told.items()}
        self.alive = set(self.told)
        self.homes = {family.kk_number: home_of(family) for family in self.register.values()}

    # ---- what must hold

    @invariant()
    def who_has_a_certificate_has_it_alone(self) -> None:
        held = [row.birth_certificate for family in self.open() for row in family.members if row.birth_certificate]
        assert len(set(held)) == len(held)

    @invariant()
    def what_was_annulled_is_nobodys_certificate(self) -> None:
        rows = [row for family in self.register.values() for row in family.members]
        assert not {row.birth_certificate for row in rows} & {number for row in rows for number in row.annulled}

    @invariant()
    def everybody_who_lives_is_in_one_family(self) -> None:
        held = Counter(member.nik for family in self.open() for member in family.members)
        assert set(held) == self.alive
        assert not held or max(held.values()) == 1

    @invariant()
    def every_open_family_has_one_head_and_a_closed_one_nobody(self) -> None:
        for family in self.register.values():
            heads = sum(member.relation is Relation.HEAD for member in family.members)
            assert (heads, bool(family.members)) == ((0, False) if family.closed_on else (1, True))

    @invariant()
    def who_is_husband_or_wife_of_a_head_is_married_to_one(self) -> None:
        for family in self.open():
            for member in family.members:
                if member.relation in SPOUSES:
                    assert member.marital in MARRIED
                    assert family.head.marital in MARRIED
                    assert member.sex != family.head.sex

    @invariant()
    def who_is_gone_left_or_died(self) -> None:
        died, away = set(), set()
        for family in self.register.values():
            present = {member.nik for member in family.members}
            for former in family.former:
                assert former.reason in (Effect.DIED, Effect.LEFT, Effect.MOVED_OUT, Effect.MOVED_ABROAD)
                assert former.member.nik not in present
                died |= {former.member.nik} if former.reason == Effect.DIED else set()
                away |= {former.member.nik} if former.reason in (Effect.MOVED_OUT, Effect.MOVED_ABROAD) else set()
        assert died == self.dead
        assert away - self.alive - self.dead == self.away

    @invariant()
    def the_history_says_what_became_of_everybody(self) -> None:
        assert self.told == rows_of(self.open())
        assert all(self.homes[family.kk_number] == home_of(family) for family in self.register.values())

    @invariant()
    def a_number_is_of_one_person_or_one_card(self) -> None:
        assert self.given <= self.alive | self.dead | self.away | self.register.keys(), "a number was given for nothing"
        assert not self.register.keys() & (self.alive | self.dead | self.away)

    # ---- what the office does

    def ask(self, service: str, answers: dict[str, Any]) -> None:
        """Judge a request and apply what follows from its approval, even where the checks found a failure."""
        self.settle(Application((submission(service, answers),)))

    def settle(self, request: Application) -> None:
        """Judge an application and apply what follows, if anything does; somebody is always left who can ask for something."""
        service = request.first.service
        if len(self.alive) <= 1 and service not in ("datang", "datang_ln"):
            return
        what = request.first.decision.kind if request.first.decision else service
        self.tally.asked[what] += 1
        register = read(self.register, people_of(request, RULES[service], catalogue().get(service)))
        failures = self.failures(request, register)
        try:
            plan = self.plan(RULES[service], request, register)
        except DomainError:
            assert failures, "nothing is wrong with it, and yet nothing follows"
            return
        self.last = request
        assert failures or {ordered.product for ordered in plan.documents} <= set(catalogue().get(service).products)
        assert len({ordered.about for ordered in plan.documents}) == len(plan.documents)
        if plan.change is None:
            assert service in PRINT_ALONE | PRINT_AGAIN, "what changes nothing was there before"
        else:
            self.apply(request, plan)
        self.tally.followed[what] += 1
        self.tally.doubtful[what] += bool(failures)

    def failures(self, request: Application, register: Register) -> list[Finding]:
        """Return what the checks find wrong: of the card, and by the service's own rules."""
        first, service = request.first, catalogue().get(request.first.service)
        by_card = service.offer is not Offer.COURT and service.subject.of is not SubjectKind.NEWCOMER and service.proves_identity
        found = [
            *(check_card(first, service, register, today=TODAY) if by_card else ()),
            *RULES[first.service].check(request, register, TODAY),
        ]
        return [finding for finding in found if finding.is_failure]

    def plan(self, rules: Rules, request: Application, register: Register) -> Plan:
        """Return what follows, with numbers of its own, where it can be recorded and printed.

        Raises:
            DomainError: nothing can follow.
        """
        counters = dict(self.counters)
        numbers = tuple(self.number(wish) for wish in rules.wishes(request, register))
        try:
            plan = rules.plan(request, register, numbers, TODAY)
            if plan.change is not None:
                ensure_sound(plan.change, register.by_kk.values())
            for ordered in plan.documents:
                content_of(ordered.content)
        except DomainError:
            self.counters = counters  # as the unit of work that is not written
            raise
        self.given |= set(numbers)
        return plan

    def number(self, wish: Wish) -> str:
        """Return a number as the register gives it."""
        beginning, key = stem(wish, TODAY), counter_key(wish, TODAY)
        taken = {*self.register, *(row.nik for row in self.rows_ever())}
        self.counters[key], number = give(self.counters.get(key, NumberCounter(key)), beginning, taken)
        return number

    def apply(self, request: Application, plan: Plan) -> None:
        """Record the change of a plan, and hold it against the register before it."""
        change, before = plan.change, self.register
        assert change is not None
        if request.first.decision is None:
            check_documents(plan, change)
        self.register, entry = recorded(before, request, plan, self.numbers_of(plan))
        check_shown(plan, self.register)
        check_past(before, self.register)
        self.tell(entry)
        self.alive = (self.alive | {*change.born, *change.moved_in}) - {*change.died, *change.moved_out}
        self.dead |= set(change.died)
        self.away = (self.away | set(change.moved_out)) - set(change.moved_in)

    def numbers_of(self, plan: Plan) -> list[str]:
        """Return numbers for the documents of a plan, as issuance gives them."""
        codes = catalogue().products
        self.serial += len(plan.documents)
        first = self.serial - len(plan.documents) + 1
        return [f"3519-{codes[ordered.product].code}-{TODAY:%d%m%Y}-{first + place:04}" for place, ordered in enumerate(plan.documents)]

    def tell(self, entry: RegisterEntry) -> None:
        """Go on with the history by what an entry says: each person as the entry before had them."""
        for person in entry.persons:
            self.tally.effects[person.effect] += 1
            assert person.effect is not Effect.LEFT, "somebody got lost"
            if self.is_record(person):
                continue
            assert self.told.pop(person.nik, (None, None)) == (person.kk_before, person.before)
            if person.nik in self.known and person.after is not None:
                check_certified(self.known[person.nik], person.after)
            if person.kk_after is not None and person.after is not None:
                self.known[person.nik] = person.after
                self.told[person.nik] = person.kk_after, person.after
        for moved in entry.addresses:
            assert self.homes[moved.kk_number] == moved.before
            self.homes[moved.kk_number] = moved.after
        for family in self.register.values():
            self.homes.setdefault(family.kk_number, home_of(family))

    def is_record(self, person: PersonEntry) -> bool:
        """Whether an entry is about the record that a family keeps of somebody who left it."""
        kept = self.register[person.kk_after].former if person.kk_after == person.kk_before and person.kk_after else ()
        return any(former.member == person.after for former in kept)


def rows_of(families: Iterable[Family]) -> dict[str, tuple[str, Member]]:
    """Return everybody's card and row."""
    return {member.nik: (family.kk_number, member) for family in families for member in family.members}


def expected() -> set[str]:
    """Return what must be asked for: each service that is open and of whose approval a document follows, and each kind of decision."""
    open_ = {catalogue().get(code).effect for code, kind in KINDS.items() if not kind.answer}
    return open_ | {kind.id for kind in decision_kinds().values() if kind.service}
