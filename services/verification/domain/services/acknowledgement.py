"""Acknowledgement of a child by its father, which the mother approves. Pure.

Sources: UU 24/2013 article 49 (only where the parents' marriage is valid by their religion and not recorded by the state), Permendagri
108/2019, form F-2.01D of Permendagri 6/2026. Without a court only where the child was born in that marriage and the mother is Indonesian.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.contents import NoteChange, SideNote
from services.verification.domain.court_orders import COURT_ORDER, check_day, check_reported
from services.verification.domain.deeds import known_of
from services.verification.domain.families import with_rows
from services.verification.domain.finding import Finding, failure
from services.verification.domain.kinship import are_partners, partners
from services.verification.domain.lineage import (
    CHILD,
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
from services.verification.domain.persons import answers_of
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Register
from services.verification.domain.rules import Application, Basis, Plan, RegisterChange, Rules
from shared.reference.population import Citizenship, KkMarital

CERTIFICATE: Final = "akta_pengakuan"
_EVENT: Final = "PENGAKUAN ANAK"
_STATEMENT: Final = "SURAT PENGAKUAN ANAK OLEH AYAH YANG DISETUJUI IBU"
_NAMES_FATHER: Final = (1, 2)  # kinds of an akta kelahiran
_HAS_ORDER: Final = "answers.has_order"


def check_acknowledgement(
    application: Application, register: Register, today: date, practice: OfficePractice = PRACTICE
) -> Iterator[Finding]:
    """Check a father's statement, as this office takes it."""
    yield from check_three(application, register, today)
    answers, descent = answers_of(application), find_descent(application, register)
    if descent is None:
        return
    yield from check_wedding(descent)
    yield from _check_couple(descent, register)
    if descent.child.birth_kind in _NAMES_FATHER:
        yield failure("father_on_certificate", CHILD)
    happened_on = descent.order.on if descent.order is not None else answers.date("statement_on")
    field = "answers.order_on" if descent.order is not None else "answers.statement_on"
    yield from check_reported(happened_on, application.first.submitted_on, field)
    yield from check_day(descent.order, descent.child.born_on, "answers.order_on")
    if descent.order is None and (descent.is_born_before or descent.mother.citizenship != Citizenship.INDONESIAN):
        yield failure(ORDER_NEEDED, _HAS_ORDER)
    if descent.is_born_before and {descent.father.religion, descent.mother.religion} & practice.religions_without_acknowledgement:
        yield failure("religion_bars_acknowledgement", "answers.father_nik")


def _check_couple(descent: Descent, register: Register) -> Iterator[Finding]:
    """Check that the state has not recorded a marriage of theirs, nor of one of them with somebody else."""
    for member, role in ((descent.father, "father"), (descent.mother, "mother")):
        home = register.family_of(member.nik)
        if home is None or member.marital is not KkMarital.MARRIED:
            continue
        if are_partners(descent.father, descent.mother, home):
            yield failure("marriage_is_recorded", f"answers.{role}_nik")
            return
        if partners(member, home):
            yield failure("parent_married_to_another", f"answers.{role}_nik")


def _plan(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    descent, answers = needed_descent(application, register), answers_of(application)
    deed = deed_named(application, descent.child, register)
    basis = basis_of(
        descent, {"basis": _STATEMENT, "basis_issuer": descent.father.name, "basis_number": None, "basis_on": answers.date("statement_on")}
    )
    quote = certificate(CERTIFICATE, descent, deed, {"married_on": descent.religious_on, **basis})
    row = replace(descent.child, **known_of(deed), father=descent.father.name if descent.is_father_new else descent.child.father)
    note = SideNote(
        **deed.noted,
        **basis,
        nik=row.nik,
        name=row.certified_name,
        event=_EVENT,
        persons=persons_of(descent),
        changes=(NoteChange("Ayah", "-", descent.father.name),),
    )
    after = with_rows(descent.card, (row,))
    rests_on = Basis(COURT_ORDER, descent.order.on, descent.order.number) if descent.order is not None else Basis(CERTIFICATE, today)
    cards = family_cards((after,)) if descent.is_father_new else ()
    change = RegisterChange((after,), rests_on) if after != descent.card else None
    return Plan((quote, side_note(note, application.first.request_id), *cards), change)


PENGAKUAN_ANAK: Final = Rules(
    people=people_of,
    check=check_acknowledgement,
    plan=_plan,
    ways=MappingProxyType({**WAYS, **dict.fromkeys(("marriage_is_recorded", "father_on_certificate"), CaseRoute.RETURN)}),
)
