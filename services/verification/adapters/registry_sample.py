"""A synthetic register over the real kecamatan and villages: nobody in it exists; the same seed gives the same people.

Its rules: NIK and KK numbers are well-formed and unique, the birth date and sex in a NIK are the person's, parents are older than
their children, marriages come after adulthood, a card is younger than the marriage on it, names follow Permendagri 73/2022.
"""

from __future__ import annotations

import random
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

from services.verification.domain.register import Family, Member
from shared.reference.population import BloodType, Citizenship, Education, KkMarital, Relation, Religion
from shared.reference.regions import Village, find_regency, villages
from shared.values import Sex

AS_OF: Final = date(2026, 1, 1)  # the day the sample shows: fixed, so that a seed gives the same file on any day
_LONE_SERIAL: Final = 9000  # a day and district of the sample has some dozens
_YEAR: Final = timedelta(days=365.25)
_FIRST_CARD_ON: Final = date(2006, 1, 1)  # when KK numbers of sixteen digits begin
_RETIRED_AGE: Final = 65
_SCHOOL_AGES: Final = ((7, Education.NONE), (13, Education.PRIMARY_UNFINISHED), (16, Education.PRIMARY), (19, Education.LOWER_SECONDARY))
_ADULT_EDUCATION: Final = (
    (Education.PRIMARY, 22),
    (Education.LOWER_SECONDARY, 22),
    (Education.UPPER_SECONDARY, 40),
    (Education.DIPLOMA_3, 5),
    (Education.BACHELOR, 10),
    (Education.MASTER, 1),
)
_RELIGIONS: Final = ((Religion.ISLAM, 970), (Religion.PROTESTANT, 15), (Religion.CATHOLIC, 12), (Religion.HINDU, 2), (Religion.BUDDHIST, 1))
_BLOOD: Final = ((BloodType.O, 37), (BloodType.B, 29), (BloodType.A, 26), (BloodType.AB, 8), (BloodType.UNKNOWN, 60))


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("data/sample.toml").read_text(encoding="utf-8"))


def sample_families(count: int, seed: int) -> Iterator[Family]:
    """Yield `count` families, always the same ones for a seed; a shorter register is the beginning of a longer one."""
    maker = _Maker(random.Random(seed))  # noqa: S311 - made-up people, not cryptography
    places = sorted(villages().values(), key=lambda village: village.code)
    for index in range(count):
        yield maker.family(places[(seed + index * 131) % len(places)], first=index == 0)  # 131 is prime to 206: every village in turn


def sample_people(count: int, seed: int) -> Iterator[Family]:
    """Yield families of exactly `count` people: those of `sample_families`, and at the end people who live alone."""
    held = 0
    for family in sample_families(count, seed):
        if held + len(family.members) > count:
            break
        held += len(family.members)
        yield family
    if held < count:
        yield from _alone(count - held, seed)


def _alone(count: int, seed: int) -> Iterator[Family]:
    """Yield people who live alone, with numbers that no family of the sample has."""
    maker = _Maker(random.Random(seed), first_serial=_LONE_SERIAL)  # noqa: S311 - made-up people, not cryptography
    places = sorted(villages().values(), key=lambda village: village.code)
    for index in range(count):
        yield maker.alone(places[index % len(places)])


class _Maker:
    """The maker of families, which remembers the numbers that are taken."""

    def __init__(self, rng: random.Random, first_serial: int = 0) -> None:
        self._rng = rng
        self._first_serial = first_serial
        self._serials: Counter[str] = Counter()

    def family(self, village: Village, *, first: bool) -> Family:
        """Return a family of one of six shapes. The very first is a couple with children: demonstrations need one."""
        shapes: tuple[tuple[Callable[[Village, Religion], list[Member]], int], ...] = (
            (self._couple_with_children, 66),
            (self._couple, 9),
            (self._widowed, 8),
            (self._divorced, 5),
            (self._alone, 5),
            (self._three_generations, 7),
        )
        shape = self._couple_with_children if first else self._pick(shapes)
        members = shape(village, Religion.ISLAM if first else self._pick(_RELIGIONS))
        if first:
            members = [replace(member, marital=KkMarital.MARRIED) if member.marital_on else member for member in members]
        return self._family(village, members)

    def alone(self, village: Village) -> Family:
        """Return a family of one."""
        return self._family(village, self._alone(village, self._pick(_RELIGIONS)))

    def _family(self, village: Village, members: Sequence[Member]) -> Family:
        return Family(
            kk_number=self._kk_number(village, members),
            address=f"{self._rng.choice(_words()['streets'])} NO. {self._rng.randint(1, 180)}",
            rt=f"{self._rng.randint(1, 24):03}",
            rw=f"{self._rng.randint(1, 8):03}",
            village_code=village.code,
            postal_code=_words()["postal_codes"][village.district.code],
            members=tuple(members),
        )

    def _couple_with_children(self, village: Village, religion: Religion) -> list[Member]:
        head, wife = self._spouses(village, religion, youngest=24, oldest=52)
        return [head, wife, *self._children(village, head, wife, count=self._pick(((1, 35), (2, 45), (3, 16), (4, 4))))]

    def _couple(self, village: Village, religion: Religion) -> list[Member]:
        return list(self._spouses(village, religion, youngest=21, oldest=75))

    def _widowed(self, village: Village, religion: Religion) -> list[Member]:
        return self._left(village, religion, KkMarital.WIDOWED, youngest=40, oldest=80)

    def _divorced(self, village: Village, religion: Religion) -> list[Member]:
        return self._left(village, religion, KkMarital.DIVORCED, youngest=26, oldest=50)

    def _left(self, village: Village, religion: Religion, marital: KkMarital, *, youngest: int, oldest: int) -> list[Member]:
        man, woman = self._spouses(village, religion, youngest=youngest, oldest=oldest)
        head = replace(woman if self._chance(70) else man, relation=Relation.HEAD, marital=marital)
        ended_on = self._between(head.marital_on or AS_OF, AS_OF)
        children = self._children(village, man, woman, count=self._pick(((0, 30), (1, 40), (2, 30))))
        return [replace(head, marital_on=ended_on), *children]

    def _alone(self, village: Village, religion: Religion) -> list[Member]:
        sex = Sex.MALE if self._chance(55) else Sex.FEMALE
        return [self._person(village, sex, self._age(21, 45), Relation.HEAD, religion)]

    def _three_generations(self, village: Village, religion: Religion) -> list[Member]:
        head, wife = self._spouses(village, religion, youngest=52, oldest=72)
        man, woman = self._spouses(village, religion, youngest=24, oldest=28)
        own = replace(man, relation=Relation.CHILD, father=head.name, mother=wife.name)
        in_law = replace(woman, relation=Relation.CHILD_IN_LAW)
        grandchildren = self._children(village, own, in_law, count=self._rng.randint(0, 2))
        return [head, wife, own, in_law, *(replace(child, relation=Relation.GRANDCHILD) for child in grandchildren)]

    def _spouses(self, village: Village, religion: Religion, *, youngest: int, oldest: int) -> tuple[Member, Member]:
        born_on = self._age(youngest, oldest)
        wife_born_on = min(born_on + timedelta(days=self._rng.randint(-700, 2200)), AS_OF - 20 * _YEAR)
        married_on = self._between(max(born_on, wife_born_on) + 19 * _YEAR, min(max(born_on, wife_born_on) + 29 * _YEAR, AS_OF))
        marital = KkMarital.MARRIED if self._chance(94) else KkMarital.MARRIED_UNRECORDED
        head = self._person(village, Sex.MALE, born_on, Relation.HEAD, religion)
        wife = self._person(village, Sex.FEMALE, wife_born_on, Relation.WIFE, religion)
        return replace(head, marital=marital, marital_on=married_on), replace(wife, marital=marital, marital_on=married_on)

    def _children(self, village: Village, father: Member, mother: Member, *, count: int) -> list[Member]:
        children: list[Member] = []
        born_on = (father.marital_on or AS_OF) + timedelta(days=self._rng.randint(280, 1100))
        religion = Religion(father.religion)
        while len(children) < count and born_on < min(AS_OF, mother.born_on + 46 * _YEAR):
            sex = Sex.MALE if self._chance(51) else Sex.FEMALE
            child = self._person(village, sex, born_on, Relation.CHILD, religion)
            children.append(replace(child, father=father.name, mother=mother.name))
            born_on += timedelta(days=self._rng.randint(500, 2200))
        return [child for child in children if child.age_on(AS_OF) < 30]  # noqa: PLR2004 - by then most have a card of their own

    def _person(self, village: Village, sex: Sex, born_on: date, relation: Relation, religion: Religion) -> Member:
        region = self._region_of_birth(village)
        home = region[:4] == village.code[:4]
        regency = find_regency(region)
        age = (AS_OF - born_on) // _YEAR
        return Member(
            nik=self._nik(region, sex, born_on),
            name=self._name(sex),
            sex=sex.value,
            birth_place="MADIUN" if home or regency is None else regency.name.removeprefix("KAB. ").removeprefix("KOTA "),
            born_on=born_on,
            religion=religion.value,
            education=self._education(age).value,
            occupation=self._occupation(age, sex),
            blood_type=self._pick(_BLOOD).value,
            marital=KkMarital.SINGLE,
            marital_on=None,
            relation=relation,
            citizenship=Citizenship.INDONESIAN.value,
            father=self._name(Sex.MALE),
            mother=self._name(Sex.FEMALE),
        )

    def _name(self, sex: Sex) -> str:
        firsts, seconds = ("men", "men_second") if sex is Sex.MALE else ("women", "women_second")
        words = [self._rng.choice(_words()[firsts]), self._rng.choice(_words()[seconds])]
        if self._chance(15):
            words.insert(1, self._rng.choice(_words()[seconds]))
        return " ".join(dict.fromkeys(words)) if len(set(words)) > 1 else self._name(sex)

    def _education(self, age: int) -> Education:
        return next((level for below, level in _SCHOOL_AGES if age < below), None) or self._pick(_ADULT_EDUCATION)

    def _occupation(self, age: int, sex: Sex) -> str:
        if age < 6:  # noqa: PLR2004 - before school
            return "BELUM/TIDAK BEKERJA"
        if age < 19:  # noqa: PLR2004 - at school
            return "PELAJAR/MAHASISWA"
        if sex is Sex.FEMALE and self._chance(45):
            return "MENGURUS RUMAH TANGGA"
        return "PENSIUNAN" if age >= _RETIRED_AGE and self._chance(30) else str(self._rng.choice(_words()["workers"]))

    def _region_of_birth(self, village: Village) -> str:
        drawn = self._rng.random()
        if drawn < 0.85:  # noqa: PLR2004 - most people are born where they live
            return village.district.code
        regency = find_regency("3519" if drawn < 0.95 else self._rng.choice(_words()["elsewhere"]))  # noqa: PLR2004 - as above
        return self._rng.choice(sorted(regency.districts)) if regency else village.district.code

    def _nik(self, region: str, sex: Sex, born_on: date) -> str:
        day = born_on.day + (40 if sex is Sex.FEMALE else 0)
        return self._numbered(f"{region}{day:02}{born_on:%m%y}", "nik")

    def _kk_number(self, village: Village, members: Sequence[Member]) -> str:
        earliest = max(_FIRST_CARD_ON, members[0].marital_on or members[0].born_on + 19 * _YEAR)
        return self._numbered(f"{village.district.code}{self._between(earliest, AS_OF):%d%m%y}", "kk")

    def _numbered(self, stem: str, kind: str) -> str:
        self._serials[kind + stem] += 1
        return f"{stem}{self._first_serial + self._serials[kind + stem]:04}"

    def _age(self, youngest: int, oldest: int) -> date:
        return self._between(AS_OF - oldest * _YEAR, AS_OF - youngest * _YEAR)

    def _between(self, first: date, last: date) -> date:
        return first + timedelta(days=self._rng.randint(0, max(0, (last - first).days)))

    def _chance(self, percent: int) -> bool:
        return self._rng.random() * 100 < percent

    def _pick(self, weighted: Sequence[tuple[Any, int]]) -> Any:
        values, weights = zip(*weighted, strict=True)
        return self._rng.choices(values, weights)[0]
