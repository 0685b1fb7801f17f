"""Legitimation of a child whose parents are now married by state and religion. Pure.

Sources: UU 24/2013 article 50, Perpres 96/2018 articles 50 to 52, form F-2.01D of Permendagri 6/2026. A court is needed only where the
child was born before the marriage by religion; some offices ask it of Muslims always (`office_practice`). From then on the akta is one of
father and mother: the phrase that their marriage is not recorded goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from services.verification.domain.certificates import BIRTH, CertificateNumber
from services.verification.domain.contents import NoteChange, SideNote
from services.verification.domain.court_orders import COURT_ORDER, check_day, check_reported
from services.verification.domain.deeds import known_of
from services.verification.domain.families import with_rows
from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.lineage import (
    ORDER_NEEDED,
    WAYS,
    Descent,
    basis_of,
    certificate,
    check_three,
    check_wedding,
    deed_named,
    find_descent,
    needed_descent,
    people_of,
    persons_of,
)
from services.verification.domain.office_practice import PRACTICE, OfficePractice
from services.verification.domain.orders import family_cards, side_note
from services.verification.domain.parentage import Parents, check_marriage
from services.verification.domain.persons import answers_of
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Member, Register
from services.verification.domain.rules import Application, Basis, Ordered, Plan, RegisterChange, Rules
from services.verification.domain.services.second_extract import birth_extract
from services.verification.domain.submission import Answers
from shared.reference.population import KkMarital, Religion

CERTIFICATE: Final = "akta_pengesahan"
_EVENT: Final = "PENGESAHAN ANAK"
_MARRIAGE: Final = "AKTA PERKAWINAN ATAU BUKU NIKAH ORANG TUA"
_OF_BOTH: Final = 1
_WITH_PHRASE: Final = 2
_KINDS: Final = MappingProxyType({"both": _OF_BOTH, "both_unrecorded": _WITH_PHRASE, "mother": 3, "nobody": 4})
"""Code of the list `parents_on_certificate` -> kind of the akta."""
_HAS_ORDER: Final = "answers.has_order"


def check_legitimation(application: Application, register: Register, today: date, practice: OfficePractice = PRACTICE) -> Iterator[Finding]:
    """Check a legitimation, as this office takes it."""
    yield from check_three(application, register, today)
    answers, descent = answers_of(application), find_descent(application, register)
    if descent is None:
        return
    yield from check_wedding(descent)
    if {descent.father.marital, descent.mother.marital} == {KkMarital.MARRIED}:
        yield from check_marriage(Parents(descent.mother, descent.father), register, recorded=True, field="answers.father_nik")
    else:
        yield failure("wedding_not_in_register", "answers.married_on")
    yield from _check_days(descent, answers)
    yield from _check_kind(descent.child, answers)
    yield from check_reported(answers.date("married_on"), application.first.submitted_on, "answers.married_on")
    yield from check_day(descent.order, descent.child.born_on, "answers.order_on")
    if descent.order is None and (descent.is_born_before or (practice.legitimation_by_court and _are_muslims(descent))):
        yield failure(ORDER_NEEDED, _HAS_ORDER)


def _check_days(descent: Descent, answers: Answers) -> Iterator[Finding]:
    """Check that the marriage was recorded after the birth, and not before the religious one; and the day that the register has."""
    married_on = answers.date("married_on")
    if married_on is None:
        return
    if married_on < descent.religious_on:
        yield failure("religious_marriage_after", "answers.religious_marriage_on")
    if married_on <= descent.child.born_on:
        yield failure("born_in_marriage", "answers.married_on")
    elif descent.father.marital_on not in (None, married_on):
        yield failure("marriage_date_differs", "answers.married_on")


def _check_kind(child: Member, answers: Answers) -> Iterator[Finding]:
    """Check that the akta lacks what a legitimation gives; an akta that the register does not know is compared with the paper."""
    told, known = _KINDS.get(answers.text("parents_named") or ""), child.birth_kind
    if known is None:
        yield warning("certificate_kind_unknown", "answers.parents_named")
    elif known != told:
        yield failure("certificate_words_differ", "answers.parents_named")
    if _OF_BOTH in (known, told):
        yield failure("certificate_complete", "answers.parents_named")


def _are_muslims(descent: Descent) -> bool:
    return Religion.ISLAM in (descent.father.religion, descent.mother.religion)


def plan_legitimation(application: Application, register: Register, today: date, practice: OfficePractice = PRACTICE) -> Plan:
    """Return what follows: the quote of the legitimation, the side note, the quote of the birth anew, and the card that names the father.

    Raises:
        DomainError: `not_in_register`, `answer_missing` or `certificate_needed_first`.
    """
    descent, answers = needed_descent(application, register), answers_of(application)
    deed, child = deed_named(application, descent.child, register), descent.child
    marriage = {"married_on": answers.date("married_on") or today, "marriage_number": answers.text("marriage_number")}
    rests_on = {"basis": _MARRIAGE, "basis_issuer": None, "basis_number": marriage["marriage_number"], "basis_on": marriage["married_on"]}
    basis = basis_of(descent, rests_on)
    row = replace(
        child,
        **known_of(deed),
        father=descent.father.name if descent.is_father_new else child.father,
        birth_kind=_OF_BOTH,
        birth_order=child.birth_order or answers.number("birth_order"),
    )
    note = SideNote(
        **deed.noted,
        **basis,
        nik=row.nik,
        name=row.certified_name,
        event=_EVENT,
        persons=persons_of(descent),
        changes=_changes(descent, answers),
    )
    after = with_rows(descent.card, (row,))
    documents = (
        certificate(CERTIFICATE, descent, deed, {**marriage, "religious_on": descent.religious_on, **basis}),
        side_note(note, application.first.request_id),
        *(_quoted_anew(row) if practice.quotes_birth_after_legitimation else ()),
        *(family_cards((after,)) if descent.is_father_new else ()),
    )
    return Plan(documents, RegisterChange((after,), _basis(descent, marriage)) if after != descent.card else None)


def _changes(descent: Descent, answers: Answers) -> tuple[NoteChange, ...]:
    kind = descent.child.birth_kind or _KINDS.get(answers.text("parents_named") or "")
    if kind == _WITH_PHRASE:
        return (NoteChange("Perkawinan orang tua", "BELUM TERCATAT", "TERCATAT"),)
    return (NoteChange("Ayah", "-", descent.father.name),)


def _basis(descent: Descent, marriage: dict[str, Any]) -> Basis:
    if descent.order is not None:
        return Basis(COURT_ORDER, descent.order.on, descent.order.number)
    return Basis("buku_nikah", marriage["married_on"], marriage["marriage_number"])


def _quoted_anew(row: Member) -> tuple[Ordered, ...]:
    """Return the quote of the birth as the akta says it now; none where its number is not one of ours, and the book alone has it."""
    number = CertificateNumber.find(row.birth_certificate)
    if number is None or not number.is_ours or not number.is_of(BIRTH) or row.birth_order is None:
        return ()
    return (Ordered("akta_kelahiran", birth_extract(row, number), row.name, f"akta_kelahiran:{row.nik}", holder_nik=row.nik),)


def _plan(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    return plan_legitimation(application, register, today)


PENGESAHAN_ANAK: Final = Rules(
    people=people_of,
    check=check_legitimation,
    plan=_plan,
    ways=MappingProxyType(
        {**WAYS, **dict.fromkeys(("religious_marriage_after", "born_in_marriage", "certificate_complete"), CaseRoute.RETURN)}
    ),
)
