"""Families and persons of the population register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.answers import UnclearAnswer
from shared.reference.population import Effect, KkMarital, Relation

GONE: Final = "gone"  # a load of the register no longer had them
MOVED_AWAY: Final = "person_moved_out"
MOVED_ABROAD: Final = "person_moved_abroad"
MOVED: Final = frozenset({MOVED_AWAY, MOVED_ABROAD})
"""Findings about somebody who left this register with a letter of ours, and lives elsewhere."""
_MOVES: Final = frozenset({Effect.MOVED_OUT, Effect.MOVED_ABROAD})


def years_between(born_on: date, day: date) -> int:
    """Return the full years from a birth to a day."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def birthday(born_on: date, age: int) -> date:
    """Return the day on which somebody is so many years old."""
    try:
        return born_on.replace(year=born_on.year + age)
    except ValueError:  # born on 29 February: the day after the 28th, as age is reckoned everywhere here
        return date(born_on.year + age, 3, 1)


@dataclass(frozen=True, slots=True)
class Member:
    """One row of a Kartu Keluarga."""

    nik: str
    name: str
    sex: str
    birth_place: str
    born_on: date
    religion: str
    education: str
    occupation: str
    blood_type: str
    marital: KkMarital
    marital_on: date | None
    relation: Relation
    citizenship: str
    father: str
    mother: str
    passport: str = "-"
    kitap: str = "-"
    birth_certificate: str | None = None
    """The number of the akta kelahiran, where the register has it."""
    birth_certificate_on: date | None = None
    """The date of the akta kelahiran, where the register has it."""
    birth_order: int | None = None
    """Which child of the mother it is, as the akta kelahiran says, where the register has it."""
    birth_kind: int | None = None
    """Which parents the akta kelahiran names (`BirthCertificate.kind`), where the register has it."""
    former_names: tuple[str, ...] = ()
    """The names before a court changed them, the oldest first, which the akta kelahiran goes on saying."""
    annulled: tuple[str, ...] = ()
    """The numbers of this person's certificates that were annulled: void, whatever a source still says of them."""
    disability: str | None = None
    """A term of `Disability`; None: the register does not know."""

    @property
    def certified_name(self) -> str:
        """The name that the akta kelahiran says: a change of name is noted beside it."""
        return self.former_names[0] if self.former_names else self.name

    def age_on(self, day: date) -> int:
        """Return the age in full years on a day."""
        return years_between(self.born_on, day)


@dataclass(frozen=True, slots=True)
class Former:
    """A former member of a family: the row as it was, and since when and why they are no longer in it.

    `reason`: GONE, `Effect.DIED`, `Effect.LEFT` (for another family), `Effect.MOVED_OUT` (to another regency) or `Effect.MOVED_ABROAD`. Of
    the dead, where the register was told: the day, in `certificate` the number of the akta kematian, and the regency that it names.
    `letter`: the number of the SKPWNI or SKPLN of who moved.
    """

    member: Member
    closed_on: date
    reason: str = GONE
    died_on: date | None = None
    certificate: str | None = None
    death_place: str | None = None
    letter: str | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """A Kartu Keluarga. `village_code` has ten digits, no dots; a family outside 35.19 belongs to another office.

    `edition` counts its changes by the register: a decision made on an older edition is stale. `closed_on`: the day of the full load of the
    register that no longer had it; its members stay as they were.
    """

    kk_number: str
    address: str
    rt: str
    rw: str
    village_code: str
    postal_code: str
    members: tuple[Member, ...]
    edition: int = 1
    closed_on: date | None = None
    former: tuple[Former, ...] = ()
    pending: str | None = None
    """The id of the approved case whose documents are being made and whose change has yet to be applied to this family."""

    def member(self, nik: str) -> Member | None:
        """Return the member with this NIK; None where there is none."""
        return next((member for member in self.members if member.nik == nik), None)

    def late(self, nik: str | None) -> Former | None:
        """Return the former member who died."""
        return next((each for each in self.former if each.member.nik == nik and each.reason == Effect.DIED), None)

    def moved_out(self, nik: str | None) -> Former | None:
        """Return the former member who moved to another regency or country."""
        return next((each for each in self.former if each.member.nik == nik and each.reason in _MOVES), None)

    def has_akta_of(self, nik: str) -> bool:
        """Return whether this family keeps what the register knows of a person's akta: where they live, or were when they died."""
        return self.member(nik) is not None or self.late(nik) is not None

    @property
    def head(self) -> Member:
        """The head of the family; the first row where the register names none."""
        return next((member for member in self.members if member.relation is Relation.HEAD), self.members[0])


@dataclass(frozen=True, slots=True)
class Register:
    """The families that a request touches, as they were read. Persons who are in none of them are unknown to the register."""

    by_kk: Mapping[str, Family] = field(default_factory=lambda: MappingProxyType({}))
    by_nik: Mapping[str, Family] = field(default_factory=lambda: MappingProxyType({}))
    twice: frozenset[str] = frozenset()
    """Persons who are in more than one family: nobody can tell which row is right."""
    closed: frozenset[str] = frozenset()
    """Persons who were in these families and are in none of them now."""
    unclear: tuple[UnclearAnswer, ...] = ()
    """Answers that make no sense, of which nothing stands in the others."""
    wards: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    """Guardian -> the children of whose person a court gave them the care, of those who were looked up for it."""
    awaited: tuple[Family, ...] = ()
    """Those who come into the register by approved cases whose documents are being made, each on a card that is `pending` for its case."""

    @classmethod
    def of(cls, families: Iterable[Family], unclear: Iterable[UnclearAnswer] = ()) -> Register:
        """Index families by card and by person."""
        held = tuple(sorted(families, key=lambda family: family.kk_number))
        present = [family for family in held if family.closed_on is None]
        seen = Counter(member.nik for family in present for member in family.members)
        gone = {member.nik for family in held if family.closed_on for member in family.members}
        gone |= {former.member.nik for family in held for former in family.former}
        return cls(
            closed=frozenset(gone - seen.keys()),
            twice=frozenset(nik for nik, times in seen.items() if times > 1),
            by_kk=MappingProxyType({family.kk_number: family for family in held}),
            by_nik=MappingProxyType({member.nik: family for family in present for member in family.members}),
            unclear=tuple(sorted(unclear, key=lambda answer: answer.mark)),
        )

    @property
    def editions(self) -> str:
        """The editions of these families: another text means that the register changed."""
        return ".".join((*(str(family.edition) for family in self.by_kk.values()), *(answer.mark for answer in self.unclear)))

    def family_of(self, nik: str) -> Family | None:
        """Return the family in which this person is registered."""
        return self.by_nik.get(nik)

    def person(self, nik: str) -> Member | None:
        """Return the row of this person."""
        family = self.by_nik.get(nik)
        return family.member(nik) if family else None

    def name_of(self, nik: str) -> str | None:
        """Return the name of this person, by an answer too of which something else makes no sense."""
        member = self.person(nik)
        return member.name if member else next((answer.names[nik] for answer in self.unclear if nik in answer.names), None)

    def village_of(self, *numbers: str | None) -> str | None:
        """Return where a family lives of which something else makes no sense."""
        found = (answer.village_code for answer in self.unclear if not answer.numbers.isdisjoint(numbers))
        return next(filter(None, found), None)

    def is_unclear(self, *numbers: str | None) -> bool:
        """Return whether an answer that makes no sense names one of these cards or persons."""
        return any(not answer.numbers.isdisjoint(numbers) for answer in self.unclear)

    def family(self, kk_number: str) -> Family | None:
        """Return the family of this card."""
        return self.by_kk.get(kk_number)

    def gone(self, nik: str | None) -> str | None:
        """Return the finding about somebody who was in a family and is in none any more, as a code; None: they are in one, or unknown."""
        if nik not in self.closed:
            return None
        moved = self.moved_out(nik)
        if moved is None:
            return "person_closed"
        return MOVED_ABROAD if moved.reason == Effect.MOVED_ABROAD else MOVED_AWAY

    def late(self, nik: str | None) -> Former | None:
        """Return the former member who died, with what the register was told of the death."""
        return next((late for family in self.by_kk.values() if (late := family.late(nik)) is not None), None)

    def moved_out(self, nik: str | None) -> Former | None:
        """Return the former member who moved elsewhere with a letter, the last time, and neither lives here now nor died here since."""
        moved = (found for family in self.by_kk.values() if (found := family.moved_out(nik)) is not None)
        return max(moved, key=lambda former: former.closed_on, default=None) if nik in self.closed and self.late(nik) is None else None
