"""A birth certificate is annulled: void from then on, with a side note, its quote taken back, and the register that knows it. Pure.

Sources: Permendagri 108/2019 and form F-2.04C of Permendagri 6/2026 (contrarius actus: the office takes back what it made without a basis),
UU 23/2006 article 72 (by a court's decision: a side note on the register sheet, and the quote is withdrawn). Nothing else of the person
changes: who has no other certificate asks for a new one. A number that is void is refused by every service that reads one
(`certificates.check_owner`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from services.verification.domain.certificates import (
    BIRTH,
    NUMBER_FIELD,
    PRODUCTS,
    VOID,
    WAYS,
    CertificateNumber,
    check_number,
    check_owner,
    ensure_own,
    needed_number,
    number_key,
    office_name,
)
from services.verification.domain.contents import NoteChange, SideNote
from services.verification.domain.families import with_rows
from services.verification.domain.finding import Finding, failure
from services.verification.domain.orders import side_note
from services.verification.domain.persons import answers_of, check_witnesses, looked_up, needed, needed_home
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Member, Register
from services.verification.domain.renaming import DEED
from services.verification.domain.rules import Application, Basis, People, Plan, RegisterChange, Rules
from services.verification.domain.services.second_extract import HOLDER, check_holder
from services.verification.domain.submission import Answers
from shared.errors import DomainError

EVENT: Final = "PEMBATALAN AKTA"
HEARING: Final = "annulment_hearing"
_DOUBLE: Final = "double"
_COURT: Final = "court"
_VALID: Final = "valid_certificate_number"
_VALID_FIELD: Final = f"answers.{_VALID}"
_STATED: Final = "PERNYATAAN PEMBATALAN AKTA (F-2.04C)"
_DECIDED: Final = "PUTUSAN PENGADILAN"
_NOTHING: Final = "-"


def _people(application: Application) -> People:
    answers = answers_of(application)
    given = (CertificateNumber.find(answers.text(name)) for name in ("certificate_number", _VALID))
    found = looked_up(application, (HOLDER,), groups=("witnesses",))
    return replace(found, certificates=tuple(dict.fromkeys(each.text for each in given if each is not None)))


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers = answers_of(application)
    nik = answers.text(HOLDER) or ""
    yield failure(HEARING)
    yield from check_witnesses(application, register, {nik: "witness_is_holder"}, today)
    yield from check_holder(nik, register)
    row = register.person(nik)
    if row is None:
        return
    yield from _check_numbers(answers, row, today)
    yield from check_owner(answers.text("certificate_number"), nik, register)
    yield from check_owner(answers.text(_VALID), nik, register, _VALID_FIELD)
    number, basis_on = CertificateNumber.find(answers.text("certificate_number")), answers.date("basis_on")
    if number is not None and basis_on is not None and basis_on < number.given_on:
        yield failure("decision_before_certificate", "answers.basis_on")


def _check_numbers(answers: Answers, row: Member, today: date) -> Iterator[Finding]:
    """Check the number against the register's, which of two certificates may be either."""
    given, known = answers.text("certificate_number"), row.birth_certificate
    if answers.text("annulled_for") != _DOUBLE:
        yield from check_number(given, known, BIRTH, since=row.born_on, today=today)
        return
    number, stays = CertificateNumber.find(given), answers.text(_VALID) or ""
    either = number.text if number is not None and known is not None else known  # that one of the two is known is said below
    yield from check_number(given, either, BIRTH, since=row.born_on, today=today)
    valid = CertificateNumber.find(stays)
    if not any(char.isdigit() for char in stays):
        yield failure("certificate_number_other_form", _VALID_FIELD)
    elif valid is not None and not valid.is_of(BIRTH):
        yield failure("certificate_number_other_kind", _VALID_FIELD)
    elif _are_same(stays, given):
        yield failure("annulled_is_valid", _VALID_FIELD)
    elif known is not None and not (_are_same(known, given) or _are_same(known, stays)):
        yield failure("annulled_not_known", NUMBER_FIELD)


def _are_same(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and number_key(one) == number_key(other)


def _plan(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    answers = answers_of(application)
    nik = answers.text(HOLDER) or ""
    row, home = needed(register, nik), needed_home(register, nik)
    ensure_own(answers.text("certificate_number"), nik, register)
    number, stays = needed_number(answers.text("certificate_number"), None, BIRTH), _stays(answers, nik, register)
    if _are_same(stays, number.text):
        raise DomainError("annulled_is_valid", "One of two certificates stays.")
    was_known = _are_same(row.birth_certificate, number.text)
    if row.birth_certificate is not None and not was_known and not _are_same(row.birth_certificate, stays):
        raise DomainError("certificate_number_differs", "The register has another certificate of this person.")
    by_court = answers.text("annulled_by") == _COURT
    note = replace(
        side_note(_note(answers, row, number, stays, today), application.first.request_id),
        replaces=(f"{PRODUCTS[BIRTH]}:{nik}",) if was_known else (),
        annulled_by="court" if by_court else "head_of_office",
    )
    after = _without(row, number, stays)
    basis = Basis("court_order" if by_court else "f_204c", answers.date("basis_on") or today, answers.text("order_number") or number.text)
    return Plan((note,), RegisterChange((with_rows(home, (after,)),), basis))


def _stays(answers: Answers, nik: str, register: Register) -> str | None:
    """Return the number of the certificate that stays, of two: in this office's form where it has it, which older ones have not."""
    given = answers.text(_VALID)
    if answers.text("annulled_for") != _DOUBLE or given is None:
        return None
    ensure_own(given, nik, register)
    number = CertificateNumber.find(given)
    return number.text if number is not None else given.upper()


def _without(row: Member, number: CertificateNumber, stays: str | None) -> Member:
    """Return a row whose certificate is void: with the other one where there are two, else with none."""
    void = replace(row, annulled=(*row.annulled, number.text))
    if row.birth_certificate is not None and not _are_same(row.birth_certificate, number.text):
        return void  # the register has the one that stays
    valid = CertificateNumber.find(stays)
    since = valid.given_on if valid is not None else None
    return replace(void, birth_certificate=stays, birth_certificate_on=since, birth_order=None, birth_kind=None)


def _note(answers: Answers, row: Member, number: CertificateNumber, stays: str | None, today: date) -> SideNote:
    by_court = answers.text("annulled_by") == _COURT
    changes = (NoteChange("Akta ini", "BERLAKU", "BATAL"),)
    return SideNote(
        deed=DEED,
        deed_number=number.text,
        deed_on=number.given_on,
        deed_office=office_name(number),
        name=row.certified_name,
        nik=row.nik,
        event=EVENT,
        basis=_DECIDED if by_court else _STATED,
        basis_issuer=(answers.text("order_court") or "").upper() or None,
        basis_number=answers.text("order_number"),
        basis_on=answers.date("basis_on") or today,
        changes=(*changes, NoteChange("Akta yang berlaku", _NOTHING, stays)) if stays else changes,
    )


AKTA_BATAL: Final = Rules(
    people=_people,
    check=_check,
    plan=_plan,
    ways=MappingProxyType(
        {
            **WAYS,
            VOID: CaseRoute.REJECT,
            **dict.fromkeys(("holder_not_here", "holder_is_dead", "annulled_is_valid", "annulled_not_known"), CaseRoute.RETURN),
            **dict.fromkeys(
                ("decision_before_certificate", "witnesses_same", "witness_is_applicant", "witness_is_holder"), CaseRoute.RETURN
            ),
        }
    ),
)
