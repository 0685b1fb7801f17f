"""The parents of a birth by the register: who they are, whether they can be, and whether they are married. Pure.

Sources: Permendagri 108/2019 articles 43 ff. (kinds of the certificate), Permendagri 9/2016 article 5 (2): a couple without a book of
marriage is named on the certificate only if the family card shows them as husband and wife.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.verification.domain.checks import check_nik
from services.verification.domain.contents import ParentNamed
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.kinship import are_partners, partners
from services.verification.domain.office_practice import PRACTICE
from services.verification.domain.persons import check_known
from services.verification.domain.register import Former, Member, Register, years_between
from services.verification.domain.submission import Answers
from shared.reference.population import MARRIED, Citizenship
from shared.values import Nik, Sex

_SEX: Final = {"mother": Sex.FEMALE, "father": Sex.MALE}
_ELSEWHERE: Final = {"mother_elsewhere": "mother", "father_elsewhere": "father"}
"""Answer about the parents -> who of them is in another register or in none."""


@dataclass(frozen=True, slots=True)
class Parents:
    """Mother and father by the register; None: not named, or not known to it.

    `elsewhere`: the one of a couple who is not in it, as the form names them.
    """

    mother: Member | None
    father: Member | None
    elsewhere: ParentNamed | None = None
    is_mother_elsewhere: bool = False

    def named(self, role: str) -> ParentNamed | None:
        """Return the mother or the father as a certificate names them."""
        if self.elsewhere is not None and (role == "mother") == self.is_mother_elsewhere:
            return self.elsewhere
        member = self.mother if role == "mother" else self.father
        return ParentNamed(member.name, member.nik, member.citizenship) if member is not None else None


def parents_of(answers: Answers, register: Register) -> Parents:
    """Return the parents whom a form names, as the register has them, or had them when they died: a child's parents stay its parents."""
    mother, father = (_parent(answers.text(f"{role}_nik"), register) for role in _SEX)
    return Parents(mother, father, _elsewhere(answers), elsewhere_role(answers) == "mother")


def elsewhere_role(answers: Answers) -> str | None:
    """Return which parent is not in this register, as the form says: of another regency, or a foreigner."""
    return _ELSEWHERE.get(answers.text("parents") or "")


def _elsewhere(answers: Answers) -> ParentNamed | None:
    name = answers.text("elsewhere_name")
    if elsewhere_role(answers) is None or name is None:
        return None
    citizenship = Citizenship[(answers.text("elsewhere_citizenship") or Citizenship.INDONESIAN.name).upper()]
    return ParentNamed(name.upper(), answers.text("elsewhere_nik"), citizenship.value)


def _parent(nik: str | None, register: Register) -> Member | None:
    if nik is None:
        return None
    late = register.late(nik)
    return register.person(nik) or (late.member if late else None)


def check_parents(answers: Answers, register: Register, born_on: date | None) -> Iterator[Finding]:
    """Check that those whom a form names as parents are in the register and can be mother and father of a birth on that day."""
    role = elsewhere_role(answers)
    if role is not None:
        yield from _check_elsewhere(role, answers, register, born_on)
    for role in ("mother", "father"):
        nik, field = answers.text(f"{role}_nik"), f"answers.{role}_nik"
        yield from check_known(register, nik, field)
        member = _parent(nik, register)
        if member is None:
            continue
        if member.sex != _SEX[role].value:
            yield failure(f"{role}_sex_differs", field)
        if born_on is not None:
            yield from _check_age(role, member.born_on, born_on, field)
            yield from _check_alive(role, register.late(nik), born_on, field)


def check_marriage(parents: Parents, register: Register, *, recorded: bool, field: str = "answers.parents") -> Iterator[Finding]:
    """Check that the register has the parents as a couple: on one card as husband and wife; on two only if the marriage is recorded."""
    mother, father = parents.mother, parents.father
    here = mother or father
    if parents.elsewhere is not None and here is not None:
        card = register.family_of(here.nik)
        if here.marital not in MARRIED:
            yield failure("parents_not_married", field)
        elif card is not None and partners(here, card):  # to somebody who is not elsewhere
            yield failure("parents_not_spouses", field)
    if mother is None or father is None:
        return
    home = register.family_of(mother.nik)
    if home is not None and are_partners(mother, father, home):
        return
    if not recorded:
        yield failure("couple_not_on_card", field)
    elif mother.marital not in MARRIED or father.marital not in MARRIED:
        yield failure("parents_not_married", field)
    elif home is register.family_of(father.nik) or mother.marital_on != father.marital_on:
        yield failure("parents_not_spouses", field)
    else:
        yield warning("parents_on_two_cards", field)


def _check_alive(role: str, late: Former | None, born_on: date, field: str) -> Iterator[Finding]:
    """Check that the mother lived on the day of the birth, and the father so long before it that he can be the father."""
    if late is None or late.died_on is None:
        return
    if role == "mother" and late.died_on < born_on:
        yield failure("mother_died_before", field)
    elif role == "father" and (born_on - late.died_on).days > PRACTICE.longest_pregnancy_days:
        yield failure("father_died_before", field)


def _check_elsewhere(role: str, answers: Answers, register: Register, born_on: date | None) -> Iterator[Finding]:
    """Check what the form says of a parent whom the register does not have: an officer compares it with the papers."""
    yield failure("parent_not_in_register", "answers.elsewhere_name")
    nik, field, parent_born_on = answers.text("elsewhere_nik"), "answers.elsewhere_nik", answers.date("elsewhere_born_on")
    if _parent(nik, register) is not None:
        yield failure("parent_in_register", field)
    if nik is not None and not any(check_nik(nik, field)) and Nik(nik).sex is not _SEX[role]:
        yield failure(f"{role}_sex_differs", field)
    if born_on is not None and parent_born_on is not None:
        yield from _check_age(role, parent_born_on, born_on, "answers.elsewhere_born_on")


def _check_age(role: str, parent_born_on: date, born_on: date, field: str) -> Iterator[Finding]:
    age = years_between(parent_born_on, born_on)
    if born_on <= parent_born_on:
        yield failure("child_older_than_parent", field)
    elif age < PRACTICE.youngest_parent_years:
        yield failure(f"{role}_too_young", field)
    elif role == "mother" and age > PRACTICE.oldest_mother_years:
        yield warning("mother_old", field)
