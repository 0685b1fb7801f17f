"""The checks that every service has: the form of numbers and names, the documents, the card that it is about, and who asks. Pure.

What a service checks beyond them is in its module of `domain.services`. Fields are named `answers.<field>`, as the form has them.
Formats: Perpres 26/2009 and Permendagri 102/2009 (NIK, KK), Permendagri 73/2022 (names).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.guardianship import is_guardian_of
from services.verification.domain.identity import IDENTITY_UNPROVEN, is_adult, is_vouched_for
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, Plan
from services.verification.domain.submission import NIK_MISSING, Submission
from shared.reference.catalogue import CivilService, Offer, SubjectKind
from shared.reference.forms import Field
from shared.reference.forms.form import asked
from shared.reference.regions import find_regency, find_village, is_home, is_known_district
from shared.values import KkNumber, Malformed, Nik, PersonName

NIK_FIELD: Final = "answers.nik"
CARD_FIELD: Final = "answers.kk_number"
PENDING: Final = "register_change_pending"

_TITLES: Final = frozenset(
    ("DR", "DRS", "DRA", "IR", "H", "HJ", "PROF", "KH", "ST", "SH", "SE", "SPD", "SKOM", "MSI", "MPD", "MM", "MH", "MT", "SAG", "AMD"),
)  # academic, religious and customary titles do not stand in the register (Permendagri 73/2022 article 5)
_OF_THE_CARD: Final = frozenset({SubjectKind.APPLICANT, SubjectKind.MEMBER, SubjectKind.HOUSEHOLD})
"""Subjects for whom somebody of the card itself asks. A birth or a death may be reported by others."""


def check_nik(text: str, field: str) -> Iterator[Finding]:
    """Check the form of a NIK. An unknown region is a warning: codes vanish when regions split."""
    try:
        nik = Nik.parse(text)
    except Malformed as malformed:
        yield failure(malformed.code, field)
        return
    if not is_known_district(nik.region):
        yield warning("nik_region_unknown", field)


def check_kk_number(text: str, field: str) -> Iterator[Finding]:
    """Check the form of a KK number (no +40 in its date)."""
    try:
        number = KkNumber.parse(text)
    except Malformed as malformed:
        yield failure(malformed.code, field)
        return
    if not is_known_district(number.region):
        yield warning("kk_region_unknown", field)


def check_name(text: str, field: str) -> Iterator[Finding]:
    """Check a name. One word and titles are warnings: older records have them, and the register's spelling is what gets printed."""
    try:
        name = PersonName.parse(text)
    except Malformed as malformed:
        yield failure(malformed.code, field)
        return
    if name.is_one_word:
        yield warning("name_one_word", field)
    if has_title(name.text):
        yield warning("name_has_title", field)


def has_title(name: str) -> bool:
    """Return whether an academic, religious or customary title stands in a name in capitals."""
    return any(word.strip(".,").replace(".", "") in _TITLES for word in name.split())


_FORMS: Final = {"nik": check_nik, "kk_number": check_kk_number, "person_name": check_name}


def check_application(application: Application, service: CivilService, register: Register, *, today: date) -> tuple[Finding, ...]:
    """Run the checks that every service has.

    Args:
        application: The request, or all requests of a court case.
        service: Its service in the catalogue.
        register: The families of everybody it names, as far as they are in the register.
        today: The day it is judged, in the office's zone.

    Returns:
        The findings, failures and warnings; empty if all is well.
    """
    findings: list[Finding] = []
    for submission in application.submissions:
        if not service.is_for_anyone and not is_vouched_for(submission, register, today=today, only_self=service.may_ask == ("self",)):
            findings.append(failure(IDENTITY_UNPROVEN))
        findings += _check_applicant(submission, service)
        findings += check_answers(submission, service)
        if submission.repeats is not None:
            findings.append(failure("repeated_recently"))
    first = application.first
    if service.offer is Offer.COURT:
        findings += [] if first.decision is not None else [failure("decision_missing", "decision")]
    elif service.subject.of is SubjectKind.NEWCOMER or not service.proves_identity:
        pass  # of a newcomer neither they nor a card of theirs are here: their own rules say what must hold
    elif not (_is_malformed(findings) or register.is_unclear(first.applicant.nik, first.kk_number)):
        findings += check_card(first, service, register, today=today)
    return tuple(dict.fromkeys(findings))


def _is_malformed(findings: Sequence[Finding]) -> bool:
    return any(finding.is_failure and finding.field in (NIK_FIELD, CARD_FIELD) for finding in findings)


def check_pending(case_id: str, application: Application, plan: Plan, register: Register) -> Iterator[Finding]:
    """Check that no family that is changed or printed, or of whose akta one is, waits for another case's documents: one would be void.

    Others that were only read, a witness's say, hold nothing up.
    """
    waiting = (family for family in register.by_kk.values() if family.pending not in (None, case_id))
    if any(family.kk_number in plan.touched or any(map(family.has_akta_of, plan.certified)) for family in waiting):
        yield failure(PENDING, CARD_FIELD if application.first.kk_number else None)


def _check_applicant(submission: Submission, service: CivilService) -> Iterator[Finding]:
    nik, name = submission.applicant.nik, submission.applicant.name
    if nik is None:
        if service.offer is not Offer.COURT and service.form.get("nik") is None:
            return  # who asks has none, or is asked for none
        yield failure(NIK_MISSING, NIK_FIELD)
    elif submission.answers.text("nik") is None:
        yield from check_nik(nik, NIK_FIELD)
    if submission.kk_number is not None and submission.answers.text("kk_number") is None:
        yield from check_kk_number(submission.kk_number, CARD_FIELD)
    if name is not None:
        yield from check_name(name, "applicant.name")


def check_answers(submission: Submission, service: CivilService) -> Iterator[Finding]:
    """Check that every field that applies is answered, numbers and names in their form, documents by a file of a kind that the field takes.

    Which fields apply goes by the version of the form and the day with which intake took the answers.
    """
    form = service.form_kept(submission.form_version)
    day = submission.submitted_on
    yield from _check_files(submission)
    yield from _check_fields(asked(form.fields, submission.answers.values, day), submission.answers.values, submission, "answers.", day)


def _check_files(submission: Submission) -> Iterator[Finding]:
    """Say where another family sent the same. A warning: letters of one office look alike, and one midwife writes for many families."""
    for attachment in submission.attachments:
        if attachment.same_file_in:
            yield warning("file_of_another_family", f"answers.{attachment.field}")
        elif attachment.same_looks_in:
            yield warning("file_looks_like_another", f"answers.{attachment.field}")


def _check_fields(fields: Sequence[Field], answers: Mapping[str, Any], submission: Submission, path: str, day: date) -> Iterator[Finding]:
    for field in fields:
        place, value = f"{path}{field.name}", answers.get(field.name)
        if field.is_document:
            if not field.optional and not any(
                attachment.field == field.name and attachment.kind in field.any_of for attachment in submission.attachments
            ):
                yield failure("attachment_missing", place)
        elif value is None:
            if not field.optional and field.count[0] > 0 and place != NIK_FIELD:  # a NIK that is not there is `nik_missing`
                yield failure("answer_missing", place)
        elif field.is_group:
            for number, row in enumerate(value):
                yield from _check_fields(asked(field.fields, row, day), row, submission, f"{place}[{number}].", day)
        elif field.type in _FORMS:
            yield from _FORMS[field.type](str(value), place)


def check_card(submission: Submission, service: CivilService, register: Register, *, today: date) -> Iterator[Finding]:
    """Check that the card that it is about is this office's, and who asks: of the card, or its children's guardian, or others report."""
    of_card = service.subject.of in _OF_THE_CARD
    nik = submission.applicant_nik
    own = register.family_of(nik)
    family = register.family(submission.kk_number) if submission.kk_number else own
    if family is None:
        yield _unknown_family(submission, own if of_card else None, register)
        return
    if family.closed_on is not None:
        yield failure("family_closed", CARD_FIELD)
        return
    if not is_home(family.village_code):
        yield failure("other_office", CARD_FIELD)
        return
    if find_village(family.village_code) is None:
        yield failure("village_unknown", CARD_FIELD)  # nothing could be printed
    must_be_on_it = of_card and not is_guardian_of(submission, service, family, register)
    member = family.member(nik) if must_be_on_it else register.person(nik)
    if member is None:
        yield failure(_gone(nik, register) or ("nik_not_in_kk" if of_card else "not_in_register"), NIK_FIELD)
        return
    if nik in register.twice:
        yield failure("nik_registered_twice", NIK_FIELD)
    yield from check_against_register(nik, submission.applicant.name, member, "answers.", "applicant.name")
    if not is_adult(member, today=today):
        yield failure("applicant_under_age", NIK_FIELD)


def _unknown_family(submission: Submission, own: Family | None, register: Register) -> Finding:
    if (gone := _gone(submission.applicant.nik, register)) is not None:
        return failure(gone, NIK_FIELD)
    if submission.kk_number and own is not None:
        return failure("kk_number_differs", CARD_FIELD)  # the person is in another family: most likely mistyped
    regency = find_regency(submission.kk_number) if submission.kk_number else None
    if regency is not None and not is_home(regency.code):
        return failure("other_office", CARD_FIELD)
    return failure("not_in_register", CARD_FIELD if submission.kk_number else NIK_FIELD)


def _gone(nik: str | None, register: Register) -> str | None:
    """Return the code for a person who is in no family any more: nobody asks after their own death."""
    return "applicant_is_dead" if nik in register.closed and register.late(nik) is not None else register.gone(nik)


def check_against_register(
    nik: str, name: str | None, member: Member, prefix: str = "answers.", name_field: str | None = None
) -> Iterator[Finding]:
    """Check that the given name and NIK of a person agree with the person's row.

    A NIK keeps the birth date and sex of its first recording, so a difference there is a warning.
    """
    if name is not None and name_key(name) != name_key(member.name):
        yield failure("name_differs", name_field or f"{prefix}name")
    number = Nik(nik)
    if not number.matches_birth(member.born_on):
        yield warning("nik_birth_differs", f"{prefix}nik")
    if number.sex.value != member.sex:
        yield warning("nik_sex_differs", f"{prefix}nik")


def name_key(name: str) -> str:
    """Return a name in the form used to compare names: letters only, capitals, no accents."""
    plain = unicodedata.normalize("NFKD", name.upper())
    return re.sub(r"[^A-Z]", "", plain)
