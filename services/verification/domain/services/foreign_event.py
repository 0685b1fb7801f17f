"""A birth, marriage, divorce or death abroad that is reported after the return: the letter that it was, and the marital status. Pure.

Sources: UU 23/2006 articles 29, 37, 41 and 45: within 30 days after the return to Indonesia. The certificate stays that of the country, and
no akta follows. A marriage and a divorce change the status of those who are in this register. A birth and a death change nothing here: the
officer is told so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.contents import EventPerson, ForeignEvent
from services.verification.domain.court_orders import check_reported
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.foreign_couple import (
    HOLDER,
    MARRIAGE,
    PARTNER,
    card_wishes,
    check_status,
    couple_of,
    families_after,
)
from services.verification.domain.names import is_named
from services.verification.domain.orders import family_cards, person_cards
from services.verification.domain.persons import answers_of, check_known, looked_up, needed
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Member, Register
from services.verification.domain.rules import Application, Basis, Ordered, People, Plan, RegisterChange, Rules, Wish
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.reference.lists import code_list
from shared.reference.population import Citizenship
from shared.reference.printing import is_printable
from shared.reference.regions import is_home
from shared.values import Sex

LETTER: Final = "lapor_ln"
_BASIS: Final = "akta_luar_negeri"
_BIRTH: Final = "birth"
_DEATH: Final = "death"
_LEAST_AGE: Final = 19  # UU 16/2019 article 7 (1)
_WRITTEN: Final = ("event_place", "authority", "certificate_number")
_OF_THE_PARTNER: Final = frozenset({"couple_same", "partner_name_differs"})
_ROLES: Final = MappingProxyType({Sex.MALE.value: "Suami", Sex.FEMALE.value: "Istri"})


def _people(application: Application) -> People:
    return looked_up(application, (HOLDER, PARTNER))


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers = answers_of(application)
    yield from _check_days(answers)
    yield from check_reported(answers.date("returned_on"), application.first.submitted_on, "answers.returned_on")
    for name in _WRITTEN:
        if not is_printable((answers.text(name) or "").upper()):
            yield failure("answer_unprintable", f"answers.{name}")
    yield from _check_holder(answers, register)
    if answers.text("event") in (_BIRTH, _DEATH):
        yield warning("register_unchanged", "answers.event")
    else:
        yield from _check_couple(answers, register, today)


def _check_days(answers: Answers) -> Iterator[Finding]:
    event_on, certificate_on, returned_on = (answers.date(name) for name in ("event_on", "certificate_on", "returned_on"))
    if event_on is not None and certificate_on is not None and certificate_on < event_on:
        yield failure("certificate_before_event", "answers.certificate_on")
    if event_on is not None and returned_on is not None and returned_on < event_on:
        yield failure("returned_before_event", "answers.returned_on")


def _check_holder(answers: Answers, register: Register) -> Iterator[Finding]:
    nik, event_on = answers.text(HOLDER), answers.date("event_on")
    if nik is not None and register.late(nik) is not None:
        yield failure("already_dead", f"answers.{HOLDER}")
        return
    yield from check_known(register, nik, f"answers.{HOLDER}")
    holder, family = (register.person(nik), register.family_of(nik)) if nik else (None, None)
    if holder is None or family is None or event_on is None:
        return
    if not is_home(family.village_code):
        yield failure("other_family_other_office", f"answers.{HOLDER}")
    if not any(is_named(answers.text("holder_name") or "", name) for name in (holder.name, *holder.former_names)):
        yield failure("holder_name_differs", "answers.holder_name")
    if answers.text("event") == _BIRTH and event_on != holder.born_on:
        yield failure("child_birth_differs", "answers.event_on")
    elif event_on < holder.born_on:
        yield failure("event_before_birth", "answers.event_on")


def _check_couple(answers: Answers, register: Register, today: date) -> Iterator[Finding]:
    if register.late(answers.text(PARTNER)) is not None:
        yield failure("already_dead", f"answers.{PARTNER}")
    try:
        couple = couple_of(answers, register)
    except DomainError as error:
        if error.code in _OF_THE_PARTNER:
            yield failure(error.code, f"answers.{PARTNER}")
        return  # else the form or `_check_holder` says it
    if couple is None:
        return
    yield from check_status(couple)
    for spouse in couple.spouses if answers.text("event") == MARRIAGE else ():
        if spouse.member.age_on(min(couple.on, today)) < _LEAST_AGE:
            yield failure("spouse_too_young", spouse.field)


def _wishes(application: Application, register: Register) -> tuple[Wish, ...]:
    try:
        return card_wishes(couple_of(answers_of(application), register))
    except DomainError:
        return ()  # nothing can follow; the check says why


def _plan(application: Application, register: Register, numbers: tuple[str, ...], today: date) -> Plan:
    answers, request_id = answers_of(application), application.first.request_id
    couple = couple_of(answers, register)
    families = families_after(couple, numbers) if couple is not None else ()
    content = _letter(application, register)
    letter = Ordered(LETTER, content, content.persons[0].name, f"{LETTER}:{request_id}")
    change = RegisterChange(families, Basis(_BASIS, content.certificate_on, content.certificate_number)) if families else None
    return Plan((letter, *family_cards(families), *person_cards(register, families, today)), change)


def _letter(application: Application, register: Register) -> ForeignEvent:
    answers = answers_of(application)
    event_on, certificate_on = answers.date("event_on"), answers.date("certificate_on")
    if event_on is None or certificate_on is None:
        raise DomainError("answer_missing", "event_on")
    reporter = needed(register, application.first.applicant.nik)
    nik = answers.text(HOLDER)
    return ForeignEvent(
        event=code_list("foreign_event").label(answers.text("event") or "-").upper(),
        event_on=event_on,
        place=(answers.text("event_place") or "-").upper(),
        country=code_list("country").label(answers.text("country") or "-").upper(),
        certificate_issuer=(answers.text("authority") or "-").upper(),
        certificate_number=(answers.text("certificate_number") or "-").upper(),
        certificate_on=certificate_on,
        persons=tuple(_persons(answers, needed(register, nik) if nik else None)),
        reporter_nik=reporter.nik,
        reporter_name=reporter.name,
        returned_on=answers.date("returned_on"),
    )


def _persons(answers: Answers, holder: Member | None) -> Iterator[EventPerson]:
    """Yield those whom the certificate names: whose it is first, by the register's name where it has them."""
    event, name = answers.text("event"), holder.name if holder is not None else answers.text("holder_name") or "-"
    nik = holder.nik if holder is not None else None
    if event == _DEATH:
        yield EventPerson("Yang meninggal", name, nik, Citizenship.INDONESIAN)
    elif event == _BIRTH:
        yield EventPerson("Anak", name, nik, Citizenship.INDONESIAN)
        for role, parent in (("Ibu", "mother_name"), ("Ayah", "father_name")):
            if (named := answers.text(parent)) is not None:
                yield EventPerson(role, named)
    elif holder is not None:
        roles = (_ROLES[holder.sex], *(role for sex, role in _ROLES.items() if sex != holder.sex))
        foreign = answers.text("partner_citizenship") == "foreign"
        yield EventPerson(roles[0], name, nik, Citizenship.INDONESIAN)
        citizenship = Citizenship.FOREIGN if foreign else Citizenship.INDONESIAN
        yield EventPerson(roles[1], answers.text("partner_name") or "-", answers.text(PARTNER), citizenship)


AKTA_LN: Final = Rules(
    people=_people,
    check=_check,
    wishes=_wishes,
    plan=_plan,
    ways=MappingProxyType(
        dict.fromkeys(
            (
                *("certificate_before_event", "returned_before_event", "event_before_birth", "child_birth_differs", "couple_same"),
                *("answer_unprintable", "divorced_before_marriage", "partner_name_differs"),
            ),
            CaseRoute.RETURN,
        )
    ),
)
