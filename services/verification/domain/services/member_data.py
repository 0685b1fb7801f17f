"""Changes of what a family card or a KTP-el says: one element of one person a row, on one proof. Pure.

Sources: Permendagri 108/2019 article 15, forms F-1.02 part B and F-1.06 of Permendagri 6/2026. A NIK never changes with them; name, sex
and date of birth are services of their own. A KTP-el shows what the register says: what changes on it changes on the family card, and one
that is behind the register is only made anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from services.verification.domain.families import with_rows
from services.verification.domain.finding import Finding, failure
from services.verification.domain.orders import family_cards, identity_card, person_cards
from services.verification.domain.persons import answers_of, card_of, looked_up, needed, needed_card
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.register_terms import term_of
from services.verification.domain.rules import Application, Basis, People, Plan, RegisterChange, Rules
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.reference.population import Citizenship, Religion

_PROOFS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "education": frozenset({"diploma"}),
        "occupation": frozenset({"work_letter", "statement"}),
        "blood_type": frozenset({"lab_result"}),
        "religion": frozenset({"court_order", "statement"}),
        "birth_place": frozenset({"birth_certificate", "court_order"}),
        "father": frozenset({"birth_certificate", "court_order"}),
        "mother": frozenset({"birth_certificate", "court_order"}),
        "disability": frozenset({"health_letter", "statement"}),
    }
)
"""Element -> kinds of proof that show it. Ours, after the checklist of form F-1.02; an officer may accept another one."""


def _people(application: Application) -> People:
    return looked_up(application, (), groups=("changes",))


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers, family = answers_of(application), card_of(application, register)
    basis_on = answers.date("basis_on")
    if basis_on is not None and basis_on > today:
        yield failure("basis_in_future", "answers.basis_on")
    if family is None:
        return
    seen: set[tuple[str | None, str]] = set()
    for index, row in enumerate(_changes(application)):
        yield from _check_row(row, f"answers.changes[{index}]", answers, family, seen)


def _changes(application: Application) -> tuple[Answers, ...]:
    """Return the rows, each about somebody: about the applicant, where the form asks for nobody."""
    own = {"nik": application.first.applicant.nik}
    return tuple(Answers({**own, **row.values}) for row in answers_of(application).rows("changes"))


def _check_row(row: Answers, field: str, answers: Answers, family: Family, seen: set[tuple[str | None, str]]) -> Iterator[Finding]:
    element, member = row.text("element") or "", family.member(row.text("nik") or "")
    if (row.text("nik"), element) in seen:
        yield failure("change_named_twice", f"{field}.element")
    seen.add((row.text("nik"), element))
    if member is None:
        yield failure("member_not_on_card", f"{field}.nik")
    elif row.text(element) is not None and _new_value(row) == getattr(member, element):
        yield failure("nothing_changes", f"{field}.{element}")
    elif row.text("religion") == Religion.OTHER.name.lower() and member.citizenship == Citizenship.INDONESIAN:
        yield failure("religion_of_foreigners", f"{field}.religion")
    if answers.text("basis_kind") not in _PROOFS.get(element, ()):
        yield failure("proof_does_not_fit", "answers.basis_kind")


def _plan(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    answers, family = answers_of(application), needed_card(application, register)
    rows: dict[str, Member] = {}
    for row in _changes(application):
        nik = row.text("nik") or ""
        member = rows.get(nik) or family.member(nik)
        if member is None:
            raise DomainError("member_not_on_card", "A person who is named does not stand on the card.")
        column: dict[str, Any] = {row.text("element") or "": _new_value(row)}
        rows[nik] = replace(member, **column)
    after = with_rows(family, rows.values())
    if after == family:
        raise DomainError("nothing_changes", "The register says this already.")
    basis = Basis(answers.text("basis_kind") or "", answers.date("basis_on") or today, answers.text("basis_number"))
    return Plan((*family_cards((after,)), *person_cards(register, (after,), today)), RegisterChange((after,), basis))


def _new_value(row: Answers) -> str:
    element = row.text("element") or ""
    return term_of(element, row.text(element))


def _plan_of_card(application: Application, register: Register, numbers: tuple[str, ...], today: date) -> Plan:
    """Order the KTP-el alone where the family card is right, else change both."""
    if not answers_of(application).is_yes("card_is_right"):
        return _plan(application, register, numbers, today)
    family = needed_card(application, register)
    return Plan((identity_card(needed(register, application.first.applicant.nik), family),))


_RETURNED: Final = ("basis_in_future", "change_named_twice", "member_not_on_card", "nothing_changes", "religion_of_foreigners")
_WAYS: Final = MappingProxyType(dict.fromkeys(_RETURNED, CaseRoute.RETURN))
KK_UBAH: Final = Rules(people=_people, check=_check, plan=_plan, ways=_WAYS)
KTP_UBAH: Final = Rules(people=_people, check=_check, plan=_plan_of_card, ways=_WAYS)
