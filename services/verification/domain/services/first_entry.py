"""The first entry of a person who has no NIK: biodata with a new NIK, and a family card, new or of the family that is joined. Pure.

Sources: Permendagri 108/2019, forms F-1.01, F-1.04 and F-1.08 of Permendagri 6/2026. Never automatic and approved twice. Whether the person
has a NIK already is looked for by name, birth and mother here, and by biometrics at the office (Trenggalek: interview and biometrics).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.certificates import VOID, CertificateNumber, check_owner, ensure_own
from services.verification.domain.contents import Biodata
from services.verification.domain.families import Home, founded, home_of, joined_by
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.hosting import check_answerer
from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import SPOUSES, partners
from services.verification.domain.likeness import check_likeness
from services.verification.domain.members import relation_of
from services.verification.domain.orders import family_cards
from services.verification.domain.parentage import check_parents
from services.verification.domain.persons import answers_of, check_card, check_witnesses, looked_up, new_home, open_family, place_name
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Member, Register, years_between
from services.verification.domain.register_terms import term_of
from services.verification.domain.rules import (
    Application,
    Basis,
    CardWish,
    Likeness,
    NikWish,
    Ordered,
    People,
    Plan,
    RegisterChange,
    Rules,
    Wish,
)
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.reference.lists import code_list
from shared.reference.population import ADULT_AGE_YEARS, MARRIED, BloodType, Citizenship, Education, KkMarital, Relation, Religion

BIODATA: Final = "biodata"
_JOINS: Final = "join"
_AKTA: Final = "birth_certificate_number"
_NOBODY: Final = "-"


def _people(application: Application) -> People:
    named = looked_up(application, ("mother_nik", "father_nik", "host_nik"), ("host_kk_number",), ("witnesses",))
    likeness = _likeness(answers_of(application))
    number = CertificateNumber.find(answers_of(application).text(_AKTA))
    alike, certificates = (likeness,) if likeness else (), (number.text,) if number else ()
    return People(named.niks, named.kk_numbers, alike=alike, certificates=certificates, newcomers=True)


def _likeness(answers: Answers) -> Likeness | None:
    name, born_on, sex, mother = answers.text("name"), answers.date("born_on"), answers.text("sex"), answers.text("mother_name")
    return Likeness(name, born_on, sex, mother) if name and born_on and sex and mother else None


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers = answers_of(application)
    yield failure("biometrics_needed")
    if (likeness := _likeness(answers)) is not None:
        yield from check_likeness(likeness, register)
    yield from check_parents(answers, register, answers.date("born_on"))
    yield from _check_marriage(answers, today)
    yield from check_owner(answers.text(_AKTA), "", register, f"answers.{_AKTA}")
    yield from check_witnesses(application, register, {}, today)
    if answers.text("card") == _JOINS:
        yield from _check_joining(answers, register, today)
    born_on = answers.date("born_on")
    if born_on is None or _is_grown(answers, born_on, today):
        return
    if answers.text("card") == _JOINS:
        yield warning("child_by_birth", "answers.born_on")
    else:
        yield failure("head_is_child", "answers.born_on")


def _is_grown(answers: Answers, born_on: date, today: date) -> bool:
    return years_between(born_on, today) >= ADULT_AGE_YEARS or answers.text("marital") != "single"


def _check_marriage(answers: Answers, today: date) -> Iterator[Finding]:
    born_on, married_on = answers.date("born_on"), answers.date("married_on")
    if married_on is not None and married_on > today:
        yield failure("married_in_future", "answers.married_on")
    if born_on is not None and married_on is not None and married_on <= born_on:
        yield failure("married_before_birth", "answers.married_on")


def _check_joining(answers: Answers, register: Register, today: date) -> Iterator[Finding]:
    number = answers.text("host_kk_number")
    yield from check_card(register, number, "answers.host_kk_number")
    host, relation = open_family(register, number), relation_of(answers.text("relation_to_head"))
    if relation is Relation.HEAD:
        yield failure("relation_not_allowed", "answers.relation_to_head")
    if host is None:
        return
    yield from check_answerer(host, answers, today)
    if relation in SPOUSES and not _may_be_spouse(answers, host):
        yield failure("relation_not_spouse", "answers.relation_to_head")


def _may_be_spouse(answers: Answers, host: Family) -> bool:
    """Return whether somebody can join a family as husband or wife of its head: both married, and the head's spouse not on the card."""
    head = host.head
    are_married = _marital(answers) in MARRIED and head.marital in MARRIED
    return are_married and answers.text("sex") != head.sex and not partners(head, host)


def _wishes(application: Application, register: Register) -> tuple[Wish, ...]:
    answers = answers_of(application)
    born_on, sex, home = answers.date("born_on"), answers.text("sex"), _home(answers, register)
    if born_on is None or sex is None or home is None:
        return ()
    nik = NikWish(home.district, born_on, sex)
    return (nik,) if answers.text("card") == _JOINS else (nik, CardWish(home.district))


def _home(answers: Answers, register: Register) -> Home | None:
    if answers.text("card") != _JOINS:
        return new_home(answers, register)
    host = open_family(register, answers.text("host_kk_number"))
    return home_of(host) if host is not None else None


def _plan(application: Application, register: Register, numbers: tuple[str, ...], today: date) -> Plan:
    answers = answers_of(application)
    home = _home(answers, register)
    if home is None or not numbers:
        raise DomainError("not_in_register", "There is no family to join, or no address of a new one.")
    member = _member(answers, numbers[0])
    ensure_own(member.birth_certificate, member.nik, register)
    if answers.text("card") == _JOINS:
        family = _joined(answers, register, member)
    elif is_adult(member, today=today):
        family = founded(numbers[1], home, (member,))
    else:
        raise DomainError("head_is_child", "A head of 17 years, or who was ever married, is needed.")
    change = RegisterChange((family,), Basis("f_101", today), born=(member.nik,))
    return Plan((_sheet(answers, member, family), *family_cards((family,))), change)


def _joined(answers: Answers, register: Register, member: Member) -> Family:
    host = open_family(register, answers.text("host_kk_number"))
    if host is None or member.relation is Relation.HEAD or (member.relation in SPOUSES and not _may_be_spouse(answers, host)):
        raise DomainError("relation_not_allowed", "Whoever joins a family is not its head.")
    return joined_by(host, (member,))


def _member(answers: Answers, nik: str) -> Member:
    born_on = answers.date("born_on")
    if born_on is None:
        raise DomainError("answer_missing", "born_on")
    joins, akta = answers.text("card") == _JOINS, answers.text(_AKTA)
    number = CertificateNumber.find(akta)
    return Member(
        nik=nik,
        name=(answers.text("name") or "").upper(),
        sex=answers.text("sex") or "",
        birth_place=place_name(answers.text("birth_place")),
        born_on=born_on,
        religion=Religion[(answers.text("religion") or "").upper()].value,
        education=Education[(answers.text("education") or "").upper()].value,
        occupation=code_list("occupation").label(answers.text("occupation") or "").upper(),
        blood_type=BloodType[(answers.text("blood_type") or BloodType.UNKNOWN.name).upper()].value,
        marital=_marital(answers),
        marital_on=answers.date("married_on"),
        relation=relation_of(answers.text("relation_to_head")) if joins else Relation.HEAD,
        citizenship=Citizenship.INDONESIAN.value,
        father=(answers.text("father_name") or _NOBODY).upper(),
        mother=(answers.text("mother_name") or _NOBODY).upper(),
        birth_certificate=number.text if number is not None else akta,  # as it is looked for when somebody else names it
        disability=term_of("disability", known) if (known := answers.text("disability")) else None,
    )


def _marital(answers: Answers) -> KkMarital:
    return KkMarital[(answers.text("marital") or KkMarital.SINGLE.name).upper()]


def _sheet(answers: Answers, member: Member, family: Family) -> Ordered:
    content = Biodata(
        member=member,
        family=family,
        mother_nik=answers.text("mother_nik"),
        father_nik=answers.text("father_nik"),
        former_address=(answers.text("former_address") or "").upper() or None,
    )
    return Ordered(BIODATA, content, member.name, f"{BIODATA}:{member.nik}", holder_nik=member.nik)


BIODATA_RULES: Final = Rules(
    people=_people,
    check=_check,
    wishes=_wishes,
    plan=_plan,
    ways=MappingProxyType(
        {
            **dict.fromkeys(("married_in_future", "married_before_birth", "relation_not_allowed", "witnesses_same"), CaseRoute.RETURN),
            **dict.fromkeys(("child_older_than_parent", "mother_sex_differs", "father_sex_differs"), CaseRoute.RETURN),
            **dict.fromkeys(("certificate_of_another", VOID), CaseRoute.RETURN),
        }
    ),
)
