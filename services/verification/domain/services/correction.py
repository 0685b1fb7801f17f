"""A slip of the pen in a certificate of a birth or death, mended without a court: what stood there, what was meant, what shows it. Pure.

Sources: Permendagri 108/2019, forms F-2.01F and F-2.04B of Permendagri 6/2026. The quote is made anew under the same number, with a side
note; where the register has the slip too, its row, the KK and the card follow, of the dead the record that it keeps. Another name is a
court's (`ubah_nama`); so are sex and date of birth, which the form does not take, and which never change the NIK (Permendagri 108/2019
article 15).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from services.verification.domain.certificates import (
    BIRTH,
    DEATH,
    WAYS,
    CertificateNumber,
    check_number,
    check_owner,
    ensure_own,
    needed_number,
    office_name,
)
from services.verification.domain.checks import has_title
from services.verification.domain.contents import NoteChange, SideNote
from services.verification.domain.families import with_record, with_rows
from services.verification.domain.finding import Finding, failure
from services.verification.domain.names import is_alike
from services.verification.domain.orders import family_cards, person_cards, side_note
from services.verification.domain.persons import answers_of, check_witnesses, looked_up, needed, needed_home, place_name
from services.verification.domain.policy import CaseRoute
from services.verification.domain.register import Family, Former, Member, Register
from services.verification.domain.renaming import DEED
from services.verification.domain.rules import Application, Basis, Ordered, People, Plan, RegisterChange, Rules
from services.verification.domain.services.second_extract import (
    birth_order,
    birth_quote,
    certified,
    check_death,
    check_holder,
    check_said,
    death_quote,
    told_late,
)
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from shared.reference.lists import code_list

EVENT: Final = "PEMBETULAN AKTA"
_DEATH_DEED: Final = "AKTA KEMATIAN"
_DEATH_PLACE: Final = "death_place"
_ELSEWHERE: Final = "element_not_on_certificate"
_HOLDER: Final = "holder_nik"
_NAMES: Final = frozenset({"name", "father", "mother"})
_PLACES: Final = frozenset({"birth_place", _DEATH_PLACE})
_ON_CARDS: Final = ("name", "birth_place", "father", "mother")
_PRINTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": "Nama",
        "birth_place": "Tempat lahir",
        "father": "Nama ayah",
        "mother": "Nama ibu",
        "birth_order": "Anak ke",
        _DEATH_PLACE: "Tempat meninggal",
    }
)
"""Element -> what the side note calls it. The element is the name of the row's column, too; of the name the one that the akta says."""


def _people(application: Application) -> People:
    number = CertificateNumber.find(answers_of(application).text("certificate_number"))
    found = looked_up(application, (_HOLDER,), groups=("witnesses",))
    return replace(found, certificates=(number.text,) if number is not None else ())


def _check(application: Application, register: Register, today: date) -> Iterator[Finding]:
    answers = answers_of(application)
    nik = answers.text(_HOLDER) or ""
    yield from check_witnesses(application, register, {nik: "witness_is_holder"}, today)
    said: dict[str, str] | None = None
    if answers.text("certificate") == DEATH:
        yield from check_death(application, nik, register, today)
        if (late := register.late(nik)) is not None:
            said = _on_death_akta(late, answers)
    else:
        yield from check_holder(nik, register)
        if (row := register.person(nik)) is not None:
            yield from check_number(answers.text("certificate_number"), row.birth_certificate, BIRTH, since=row.born_on, today=today)
            yield from check_said(answers, row)
            said = _on_akta(row, answers)
    if said is not None:
        yield from check_owner(answers.text("certificate_number"), nik, register)
        yield from _check_corrections(answers, said, today)


def _check_corrections(answers: Answers, said: Mapping[str, str], today: date) -> Iterator[Finding]:
    basis_on = answers.date("basis_on")
    if basis_on is not None and basis_on > today:
        yield failure("basis_in_future", "answers.basis_on")
    seen: set[str] = set()
    for index, correction in enumerate(answers.rows("corrections")):
        yield from _check_row(correction, f"answers.corrections[{index}]", said, seen)


def _check_row(correction: Answers, field: str, on_akta: Mapping[str, str], seen: set[str]) -> Iterator[Finding]:
    element = correction.text("element") or ""
    if element in seen:
        yield failure("change_named_twice", f"{field}.element")
    seen.add(element)
    if element not in on_akta:
        yield failure(_ELSEWHERE, f"{field}.element")
        return
    written, meant = _text(correction.text("as_written")), _text(_meant(correction))
    if written == meant:
        yield failure("nothing_changes", f"{field}.as_written")
    elif on_akta.get(element) not in (written, meant):
        yield failure("as_written_differs", f"{field}.as_written")
    if element in _NAMES:
        if has_title(meant):
            yield failure("new_name_has_title", f"{field}.{element}")
        if not is_alike(written, meant):
            yield failure("correction_large", f"{field}.{element}")


def _on_akta(row: Member, answers: Answers) -> dict[str, str]:
    """Return what the akta says of each element, as far as the register knows it; in capitals."""
    said = {"name": row.certified_name, "birth_place": row.birth_place, "father": row.father, "mother": row.mother}
    return {**{element: _text(value) for element, value in said.items()}, "birth_order": str(birth_order(answers, row) or "")}


def _on_death_akta(late: Former, answers: Answers) -> dict[str, str]:
    row, place = late.member, late.death_place or place_name(answers.text(_DEATH_PLACE))
    said = {"name": row.name, "birth_place": row.birth_place, "father": row.father, "mother": row.mother, _DEATH_PLACE: place}
    return {**{element: _text(value) for element, value in said.items()}, "birth_order": str(row.birth_order or "")}


def _plan(application: Application, register: Register, _numbers: tuple[str, ...], today: date) -> Plan:
    answers = answers_of(application)
    ensure_own(answers.text("certificate_number"), answers.text(_HOLDER) or "", register)
    corrections = answers.rows("corrections")
    if len({each.text("element") for each in corrections}) != len(corrections):
        raise DomainError("change_named_twice", "An element is named in two rows.")
    if all(_text(each.text("as_written")) == _text(_meant(each)) for each in corrections):
        raise DomainError("nothing_changes", "The akta says this already.")
    return (_plan_death if answers.text("certificate") == DEATH else _plan_birth)(application, register, today)


def _plan_death(application: Application, register: Register, today: date) -> Plan:
    answers = answers_of(application)
    home, late = _last_home(register, answers.text(_HOLDER) or "")
    number = needed_number(answers.text("certificate_number"), late.certificate, DEATH)
    after = told_late(late, answers, number)
    for each in answers.rows("corrections"):
        after = _record_corrected(after, each)
    note = side_note(_noted(application, late.member, late.member.name, _DEATH_DEED, number, today), application.first.request_id)
    return _planned(application, (death_quote(after, number), note), home, with_record(home, after), today)


def _last_home(register: Register, nik: str) -> tuple[Family, Former]:
    """Return the family in which somebody dead was, with the record that it keeps.

    Raises:
        DomainError: `holder_not_here`.
    """
    found = ((family, late) for family in register.by_kk.values() if (late := family.late(nik)) is not None)
    home = next(found, None)
    if home is None:
        raise DomainError("holder_not_here", "The register knows nothing of this death.")
    return home


def _plan_birth(application: Application, register: Register, today: date) -> Plan:
    answers = answers_of(application)
    row, home = needed(register, answers.text(_HOLDER)), needed_home(register, answers.text(_HOLDER) or "")
    number = needed_number(answers.text("certificate_number"), row.birth_certificate, BIRTH)
    after = certified(answers, row, number)
    for each in answers.rows("corrections"):
        after = _corrected(after, each)
    note = side_note(_noted(application, row, row.certified_name, DEED, number, today), application.first.request_id)
    family = with_rows(home, (after,))
    on_cards = any(getattr(after, column) != getattr(row, column) for column in _ON_CARDS)
    cards = (*family_cards((family,)), *person_cards(register, (family,), today)) if on_cards else ()
    return _planned(application, (birth_quote(after, number), note, *cards), home, family, today)


def _planned(application: Application, documents: tuple[Ordered, ...], before: Family, after: Family, today: date) -> Plan:
    answers = answers_of(application)
    basis = Basis(answers.text("basis_kind") or "", answers.date("basis_on") or today, answers.text("basis_number"))
    return Plan(documents, None if after == before else RegisterChange((after,), basis))


def _noted(application: Application, row: Member, name: str, deed: str, number: CertificateNumber, today: date) -> SideNote:
    answers = answers_of(application)
    return SideNote(
        deed=deed,
        deed_number=number.text,
        deed_on=number.given_on,
        deed_office=office_name(number),
        name=name,
        nik=row.nik,
        event=EVENT,
        basis=code_list("basis").label(answers.text("basis_kind") or "").upper(),
        basis_number=answers.text("basis_number"),
        basis_on=answers.date("basis_on") or today,
        changes=tuple(_change_noted(each) for each in answers.rows("corrections")),
    )


def _record_corrected(late: Former, correction: Answers) -> Former:
    """Return the record of somebody dead without a slip: the akta says the name that they died with, not the one they were born with."""
    meant = _text(_meant(correction))
    match correction.text("element"):
        case "death_place":
            return replace(late, death_place=meant)
        case "name":
            return replace(late, member=replace(late.member, name=meant))
        case _:
            return replace(late, member=_corrected(late.member, correction))


def _corrected(row: Member, correction: Answers) -> Member:
    element, meant = correction.text("element") or "", _meant(correction)
    if meant is None or element not in _PRINTED:
        raise DomainError("answer_missing", "element")
    if element == _DEATH_PLACE:
        raise DomainError(_ELSEWHERE, "A certificate of a birth says nothing of a death.")
    if element == "birth_order":
        return replace(row, birth_order=int(meant))
    if element == "name" and row.former_names:
        return replace(row, former_names=(_text(meant), *row.former_names[1:]))  # the akta says that one
    column: dict[str, Any] = {element: _text(meant)}
    return replace(row, **column)


def _change_noted(correction: Answers) -> NoteChange:
    return NoteChange(_PRINTED[correction.text("element") or ""], _text(correction.text("as_written")), _text(_meant(correction)))


def _meant(correction: Answers) -> str | None:
    element = correction.text("element") or ""
    given = correction.text(element)
    return place_name(given) if element in _PLACES and given is not None else given


def _text(value: str | None) -> str:
    return " ".join((value or "").upper().split())


AKTA_BETUL: Final = Rules(
    people=_people,
    check=_check,
    plan=_plan,
    ways=MappingProxyType(
        {
            **WAYS,
            **dict.fromkeys(("holder_not_here", "holder_is_dead", "holder_lives", "certificate_parent_missing"), CaseRoute.RETURN),
            **dict.fromkeys((_ELSEWHERE, "died_on_differs"), CaseRoute.RETURN),
            **dict.fromkeys(("change_named_twice", "nothing_changes", "new_name_has_title", "basis_in_future"), CaseRoute.RETURN),
            **dict.fromkeys(("witnesses_same", "witness_is_applicant", "witness_is_holder"), CaseRoute.RETURN),
        }
    ),
)
