"""What a request says beside what the register says, answer by answer, for an officer. Pure.

A number of a person or card is compared with whom it stands for, a name or day of birth with the person whose number stands beside it. What
a check found is said where it belongs; anything that the register can't know is new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from services.verification.domain.checks import name_key
from services.verification.domain.finding import Finding
from services.verification.domain.register import Register
from services.verification.domain.submission import CourtDecision, CourtParty, Submission
from shared.reference.civil_service import CivilService
from shared.reference.decision_kinds import decision_kinds
from shared.reference.forms import Field

APPLICANT_NAME: Final = "applicant.name"
NUMBERS: Final = frozenset({"nik", "kk_number"})
"""Types whose values are masked until an officer asks for them."""
_ELEMENTS: Final = frozenset({"education", "occupation", "blood_type", "religion", "birth_place", "father", "mother", "disability"})
"""Fields in a row about a person that are columns of the register (form F-1.06)."""
_OF_SUBJECT: Final[Mapping[str, str]] = MappingProxyType({"birth_certificate_number": "birth_certificate"})
"""Fields about the subject -> the column of the register."""


class Match(StrEnum):
    """How an answer agrees with the register. WRONG: a check failed on it."""

    WRONG = "wrong"
    DIFFERS = "differs"
    SAME = "same"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class ComparedAnswer:
    """One answer. `name` as findings have it; `given` and `registered` as people read them, `registered` None: the register has nothing."""

    name: str
    type: str
    given: str = field(repr=False)
    registered: str | None = field(repr=False)
    match: Match


def compared(submission: Submission, service: CivilService, register: Register, findings: Sequence[Finding]) -> tuple[ComparedAnswer, ...]:
    """Compare the answers of a request, and of a court's case what the court wrote."""
    told = {finding.field: Match.WRONG if finding.is_failure else Match.DIFFERS for finding in reversed(findings) if finding.field}
    found = [*_applicant(submission, register)]
    form, reading = service.form_kept(submission.form_version), _reading(submission, service, register)
    found += _answers(form.fields, submission.answers.values, "answers.", reading)
    if submission.decision is not None:
        found += _decision(submission.decision, reading)
    return tuple(_row(row, told) for row in found)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What answers are read with."""

    register: Register
    service: CivilService
    day: date
    applicant: str | None


_Row = tuple[str, str, str, str | None]  # name, type, given, registered


def _reading(submission: Submission, service: CivilService, register: Register) -> _Reading:
    return _Reading(register, service, submission.submitted_on, submission.applicant.nik)


def _row(row: _Row, told: Mapping[str, Match]) -> ComparedAnswer:
    name, kind, given, registered = row
    if name in told:
        match = told[name]
    elif registered is None:
        match = Match.NEW
    else:
        match = Match.SAME if kind in NUMBERS or name_key(given) == name_key(registered) or given == registered else Match.DIFFERS
    return ComparedAnswer(name, kind, given, registered, match)


def _applicant(submission: Submission, register: Register) -> Iterator[_Row]:
    person = submission.applicant
    if person.nik and "nik" not in submission.answers.values:
        yield "answers.nik", "nik", person.nik, _name_of(person.nik, register)
    if person.name:
        yield APPLICANT_NAME, "person_name", person.name, _name_of(person.nik, register)
    if person.kk_number and "kk_number" not in submission.answers.values:
        yield "answers.kk_number", "kk_number", person.kk_number, _head_of(person.kk_number, register)


def _answers(fields: Sequence[Field], values: Mapping[str, Any], path: str, reading: _Reading) -> Iterator[_Row]:
    for each in fields:
        value = values.get(each.name)
        if value is None or each.is_document:
            continue
        if each.is_group:
            for number, row in enumerate(value):
                yield from _answers(each.fields, row, f"{path}{each.name}[{number}].", reading)
            continue
        given = str(value) if each.type in NUMBERS else each.show(value, reading.day)
        yield f"{path}{each.name}", each.type, given, _registered(each, value, values, reading)


def _registered(each: Field, value: Any, beside: Mapping[str, Any], reading: _Reading) -> str | None:
    register, subject = reading.register, reading.service.subject
    if each.type == "nik":
        return _name_of(str(value), register)
    if each.type == "kk_number":
        return _head_of(str(value), register)
    of_subject = each.name in (subject.name, subject.born_on, *_OF_SUBJECT)
    nik = beside.get(subject.nik if of_subject else "nik") or (reading.applicant if "element" in beside else None)
    member = register.person(str(nik)) if nik else None
    if member is None:
        return None
    if each.type == "person_name" and each.name in ("name", subject.name):
        return member.name
    if each.name == subject.born_on:
        return each.show(member.born_on, reading.day)
    column = _OF_SUBJECT.get(each.name) or (each.name if each.name in _ELEMENTS and "element" in beside else "")
    found = getattr(member, column) if column else None
    return str(found) if found is not None else None


def _decision(decision: CourtDecision, reading: _Reading) -> Iterator[_Row]:
    """Yield what the court wrote, in the order of its kind's description."""
    for role, party in decision.parties.items():
        yield from _party(f"decision.{role}", party, reading.register)
    kind = decision_kinds().get(decision.kind)
    values = {"case_number": decision.case_number, "decided_on": decision.decided_on, "final_on": decision.final_on}
    for each in kind.form.fields if kind else ():
        value = values.get(each.name, decision.answers.values.get(each.name))
        if value is not None and each.name not in decision.parties:
            yield from _decided(each, value, "decision.", decision, reading)


def _decided(each: Field, value: Any, path: str, decision: CourtDecision, reading: _Reading) -> Iterator[_Row]:
    name = f"{path}{each.name}"
    if each.is_group:
        for number, row in enumerate(value):
            for inner in each.fields:
                if row.get(inner.name) is not None:
                    yield from _decided(inner, row[inner.name], f"{name}[{number}].", decision, reading)
    elif each.name == "custody_nik":
        holder = decision.party(str(value))
        yield name, "text", holder.name if holder else "-", None
    else:
        given = str(value) if each.type in NUMBERS else each.show(value, reading.day)
        yield name, each.type, given, _name_of(str(value), reading.register) if each.type == "nik" else None


def _party(path: str, party: CourtParty, register: Register) -> Iterator[_Row]:
    member = register.person(party.nik)
    yield f"{path}.nik", "nik", party.nik, member.name if member else None
    yield f"{path}.name", "person_name", party.name, member.name if member else None
    if party.born_on:
        yield f"{path}.born_on", "date", f"{party.born_on:%d-%m-%Y}", f"{member.born_on:%d-%m-%Y}" if member else None


def _name_of(nik: str | None, register: Register) -> str | None:
    return register.name_of(nik) if nik else None


def _head_of(kk_number: str, register: Register) -> str | None:
    family = register.family(kk_number)
    return family.head.name if family is not None and family.members else None
