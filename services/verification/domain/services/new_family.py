"""A new family card: of a couple who married, or of an adult alone; with those who move along. Pure.

Sources: Permendagri 108/2019 article 10, form F-1.02 part A of Permendagri 6/2026; UU 16/2019 (a marriage from 19 years on).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.families import founded, without
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import OF_THE_HEAD, are_partners
from services.verification.domain.members import check_rows, check_stayers, moved, named
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.orders import family_cards, person_cards
from services.verification.domain.persons import answers_of, check_known, looked_up, needed, needed_home, new_home
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, Basis, CardWish, People, Plan, RegisterChange, Rules, Wish
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.reference.population import MARRIED, KkMarital, Relation
from shared.reference.regions import is_home
from shared.values import Sex

_COUPLE: Final = "couple"
_LEAST_AGE: Final = 19  # UU 16/2019 article 7 (1); below it the court's leave is needed
_ROLES: Final = (("husband", Sex.MALE), ("wife", Sex.FEMALE))


def _people(application: Application) -> People:
    return looked_up(application, ("husband_nik", "wife_nik"), groups=("others",))


def check_new_family(application: Application, register: Register, today: date, practice: OfficePractice = PRACTICE) -> Iterator[Finding]:
    """Check a new family: the couple or the adult, those who move along, and those who are left."""
    answers = answers_of(application)
    if answers.text("purpose") == _COUPLE:
        yield from _check_couple(application, register, today, practice)
    else:
        yield from _check_alone(application, register, today)
    yield from _check_others(application, register, today)


def _check_couple(application: Application, register: Register, today: date, practice: OfficePractice) -> Iterator[Finding]:
    answers = answers_of(application)
    niks = {answers.text("husband_nik"), answers.text("wife_nik")}
    if len(niks) == 1:
        yield failure("couple_same", "answers.wife_nik")
        return
    if application.first.applicant.nik not in niks:
        yield failure("applicant_not_of_couple", "answers.nik")
    if not answers.is_yes("marriage_recorded") and not practice.f_105_accepted:
        yield failure("marriage_not_recorded", "answers.marriage_recorded")
    married_on = answers.date("married_on")
    if married_on is not None and married_on > today:
        yield failure("married_in_future", "answers.married_on")
    for role, sex in _ROLES:
        yield from _check_spouse(role, sex, answers, register, married_on)
    yield from _check_marriage(answers, register)


def _check_spouse(role: str, sex: Sex, answers: Answers, register: Register, married_on: date | None) -> Iterator[Finding]:
    nik, field = answers.text(f"{role}_nik"), f"answers.{role}_nik"
    yield from check_known(register, nik, field)
    member, family = (register.person(nik), register.family_of(nik)) if nik else (None, None)
    late = register.late(nik)
    if late is not None and late.died_on is not None and married_on is not None and married_on > late.died_on:
        yield failure("married_after_death", "answers.married_on")
    if member is None or family is None:
        return
    if not is_home(family.village_code):
        yield failure("other_family_other_office", field)
    if member.sex != sex.value:
        yield failure(f"{role}_sex_differs", field)
    if married_on is not None and member.age_on(married_on) < _LEAST_AGE:
        yield failure("spouse_too_young", field)


def _check_marriage(answers: Answers, register: Register) -> Iterator[Finding]:
    """Check that neither is married to somebody else. Who is married to whom only a card shows that holds both."""
    husband, wife = (register.person(answers.text(f"{role}_nik") or "") for role, _ in _ROLES)
    if husband is None or wife is None:
        return
    card = register.family_of(husband.nik)
    if card is not None and are_partners(husband, wife, card):
        if husband.marital_on is not None and husband.marital_on != answers.date("married_on"):
            yield failure("marriage_date_differs", "answers.married_on")
        return
    for member, role in ((husband, "husband"), (wife, "wife")):
        if member.marital in MARRIED:
            yield failure("already_married", f"answers.{role}_nik")
        elif member.marital_on is not None and (day := answers.date("married_on")) is not None and day < member.marital_on:
            yield failure("married_before_divorce", "answers.married_on")


def _check_alone(application: Application, register: Register, today: date) -> Iterator[Finding]:
    nik = application.first.applicant.nik
    member, family = (register.person(nik), register.family_of(nik)) if nik else (None, None)
    if member is None or family is None:
        return
    if not is_adult(member, today=today):
        yield failure("head_is_child", "answers.nik")
    if member.marital in MARRIED:
        yield warning("married_lives_alone", "answers.purpose")
    if member.relation is Relation.HEAD and len(family.members) == 1:
        yield failure("has_own_card", "answers.nik")


def _check_others(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers = answers_of(application)
    founders = _founder_niks(application)
    rows, old = named(answers, "others"), _old_families(application, register)
    for row in rows:
        if row.relation in OF_THE_HEAD:
            yield failure("relation_not_allowed", f"{row.field}.relation")
        if row.nik in founders:
            yield failure("member_named_twice", f"{row.field}.nik")
    yield from check_rows(rows, old)
    leaving = {*founders, *(row.nik for row in rows)}
    for family in old:
        yield from check_stayers(family, leaving, "answers.others", today)


def _wishes(application: Application, register: Register) -> tuple[Wish, ...]:
    home = new_home(answers_of(application), register)
    return (CardWish(home.district),) if home else ()


def _plan(application: Application, register: Register, numbers: tuple[str, ...], today: date) -> Plan:
    answers = answers_of(application)
    home, founders, old = new_home(answers, register), _founders(application, register), _old_families(application, register)
    if home is None or not numbers:
        raise DomainError("answer_missing", "village")
    if not is_adult(founders[0], today=today):
        raise DomainError("head_is_child", "A head of 17 years, or who was ever married, is needed.")
    rows = named(answers, "others")
    if any(row.relation in OF_THE_HEAD for row in rows):
        raise DomainError("relation_not_allowed", "Who moves along is neither head nor spouse.")
    new = founded(numbers[0], home, (*founders, *moved(rows, old)))
    leaving = {member.nik for member in new.members}
    families = (new, *(without(family, leaving, on=today) for family in old))
    documents = (*family_cards(families), *person_cards(register, (new,), today))
    return Plan(documents, RegisterChange(families, _basis(answers, today)))


def _basis(answers: Answers, today: date) -> Basis:
    if answers.text("purpose") != _COUPLE:
        return Basis("f_102", today)
    kind = "buku_nikah" if answers.is_yes("marriage_recorded") else "f_105"
    return Basis(kind, answers.date("married_on") or today, answers.text("marriage_number"))


def _founder_niks(application: Application) -> tuple[str, ...]:
    answers = answers_of(application)
    alone = (application.first.applicant.nik,)
    niks = tuple(answers.text(f"{role}_nik") for role, _ in _ROLES) if answers.text("purpose") == _COUPLE else alone
    return tuple(filter(None, niks))


def _founders(application: Application, register: Register) -> tuple[Member, ...]:
    """Return the rows of those who found the family: the head, and the wife.

    Raises:
        DomainError: `not_in_register`, `couple_same` or `already_married`.
    """
    answers, niks = answers_of(application), _founder_niks(application)
    if answers.text("purpose") != _COUPLE:
        return (replace(needed(register, niks[0]), relation=Relation.HEAD),)
    husband, wife = needed(register, answers.text("husband_nik")), needed(register, answers.text("wife_nik"))
    if husband.nik == wife.nik or husband.sex == wife.sex:
        raise DomainError("couple_same", "A couple is a man and a woman.")
    if not are_partners(husband, wife, needed_home(register, husband.nik)) and (husband.marital in MARRIED or wife.marital in MARRIED):
        raise DomainError("already_married", "One of them is married by the register.")
    marital = KkMarital.MARRIED if answers.is_yes("marriage_recorded") else KkMarital.MARRIED_UNRECORDED
    husband, wife = (replace(each, marital=marital, marital_on=answers.date("married_on")) for each in (husband, wife))
    return replace(husband, relation=Relation.HEAD), replace(wife, relation=Relation.WIFE)


def _old_families(application: Application, register: Register) -> tuple[Family, ...]:
    """Return the families that the founders leave, the applicant's first."""
    first = application.first.applicant.nik
    niks = sorted(_founder_niks(application), key=lambda nik: nik != first)
    found = (register.family_of(nik) for nik in niks)
    return tuple({family.kk_number: family for family in found if family is not None}.values())


KK_BARU: Final = Rules(
    people=_people,
    check=check_new_family,
    wishes=_wishes,
    plan=_plan,
    ways=MappingProxyType(
        {
            **dict.fromkeys(("couple_same", "applicant_not_of_couple", "married_in_future", "relation_not_allowed"), CaseRoute.RETURN),
            **dict.fromkeys(("husband_sex_differs", "wife_sex_differs", "member_named_twice", "member_not_on_card"), CaseRoute.RETURN),
            "married_after_death": CaseRoute.RETURN,
        }
    ),
)
