"""The parents of a birth by the register: who they are, whether they can be, and whether they are married. Pure.

Sources: Permendagri 108/2019 articles 43 ff. (kinds of the certificate), Permendagri 9/2016 article 5 (2): a couple without a book of
marriage is named on the certificate only if the family card shows them as husband and wife.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.kinship import are_partners
from services.verification.domain.office_practice import PRACTICE
from services.verification.domain.persons import check_known
from services.verification.domain.register import Former, Member, Register
from services.verification.domain.submission import Answers
from shared.reference.population import MARRIED
from shared.values import Sex

_SEX: Final = {"mother": Sex.FEMALE, "father": Sex.MALE}


@dataclass(frozen=True, slots=True)
class Parents:
    """Mother and father by the register; None: not named, or not known to it."""

    mother: Member | None
    father: Member | None


def parents_of(answers: Answers, register: Register) -> Parents:
    """Return the parents whom a form names, as the register has them, or had them when they died: a child's parents stay its parents."""
    return Parents(_parent(answers.text("mother_nik"), register), _parent(answers.text("father_nik"), register))


def _parent(nik: str | None, register: Register) -> Member | None:
    if nik is None:
        return None
    late = register.late(nik)
    return register.person(nik) or (late.member if late else None)


def check_parents(answers: Answers, register: Register, born_on: date | None) -> Iterator[Finding]:
    """Check that those whom a form names as parents are in the register and can be mother and father of a birth on that day."""
    for role in ("mother", "father"):
        nik, field = answers.text(f"{role}_nik"), f"answers.{role}_nik"
        yield from check_known(register, nik, field)
        member = _parent(nik, register)
        if member is None:
            continue
        if member.sex != _SEX[role].value:
            yield failure(f"{role}_sex_differs", field)
        if born_on is not None:
            yield from _check_age(role, member, born_on, field)
            yield from _check_alive(role, register.late(nik), born_on, field)


def check_marriage(parents: Parents, register: Register, *, recorded: bool) -> Iterator[Finding]:
    """Check that the register has the parents as a couple: on one card as husband and wife; on two only if the marriage is recorded."""
    mother, father = parents.mother, parents.father
    if mother is None or father is None:
        return
    home = register.family_of(mother.nik)
    if home is not None and are_partners(mother, father, home):
        return
    if not recorded:
        yield failure("couple_not_on_card", "answers.parents")
    elif mother.marital not in MARRIED or father.marital not in MARRIED:
        yield failure("parents_not_married", "answers.parents")
    elif home is register.family_of(father.nik) or mother.marital_on != father.marital_on:
        yield failure("parents_not_spouses", "answers.parents")
    else:
        yield warning("parents_on_two_cards", "answers.parents")


def _check_alive(role: str, late: Former | None, born_on: date, field: str) -> Iterator[Finding]:
    """Check that the mother lived on the day of the birth, and the father so long before it that he can be the father."""
    if late is None or late.died_on is None:
        return
    if role == "mother" and late.died_on < born_on:
        yield failure("mother_died_before", field)
    elif role == "father" and (born_on - late.died_on).days > PRACTICE.longest_pregnancy_days:
        yield failure("father_died_before", field)


def _check_age(role: str, member: Member, born_on: date, field: str) -> Iterator[Finding]:
    age = member.age_on(born_on)
    if born_on <= member.born_on:
        yield failure("child_older_than_parent", field)
    elif age < PRACTICE.youngest_parent_years:
        yield failure(f"{role}_too_young", field)
    elif role == "mother" and age > PRACTICE.oldest_mother_years:
        yield warning("mother_old", field)
