"""Checks of a request: the form of its numbers and names, its documents, and what the register says. Pure.

Formats: Perpres 26/2009 and Permendagri 102/2009 (NIK, KK), Permendagri 73/2022 (names). Court decisions: UU 7/1989, PP 9/1975;
the office checks identity and consistency only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Final

from services.verification.domain.finding import Finding, failure, warning
from services.verification.domain.identity import IDENTITY_UNPROVEN, is_adult, is_vouched_for
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.submission import CERAI_TALAK, NIK_MISSING, CourtDecision, CourtParty, Submission
from shared.reference.catalogue import CivilService, Offer
from shared.reference.court_findings import CourtFinding
from shared.reference.courts import CourtKind, find_court
from shared.reference.population import DIVORCED, MARRIED
from shared.reference.regions import find_regency, find_village, is_home, is_known_district
from shared.values import KkNumber, Malformed, Nik, PersonName, Sex

_TITLES: Final = frozenset(
    ("DR", "DRS", "DRA", "IR", "H", "HJ", "PROF", "KH", "ST", "SH", "SE", "SPD", "SKOM", "MSI", "MPD", "MM", "MH", "MT", "SAG", "AMD"),
)  # academic, religious and customary titles do not stand in the register (Permendagri 73/2022 article 5)


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
    if any(word.strip(".,").replace(".", "") in _TITLES for word in name.text.split()):
        yield warning("name_has_title", field)


def check_documents(submission: Submission, service: CivilService) -> Iterator[Finding]:
    """Check that attachments meet every need of the catalogue that applies to everybody."""
    for need in service.missing_needs(submission.attachment_kinds):
        yield failure("attachment_missing", f"attachments.{need.any_of[0]}")


def check_request(submission: Submission, service: CivilService, register: Register, *, today: date) -> tuple[Finding, ...]:
    """Run all checks of a request.

    Args:
        submission: The request.
        service: Its service in the catalogue.
        register: The families of everybody it names, as far as they are in the register.
        today: The day it is judged, in the office's zone.

    Returns:
        The findings, failures and warnings; empty if all is well.
    """
    number = check_nik(submission.nik, "nik") if submission.nik is not None else (failure(NIK_MISSING, "nik"),)
    findings = [*number, *check_documents(submission, service)]
    if submission.kk_number is not None:
        findings += check_kk_number(submission.kk_number, "kk_number")
    if submission.applicant_name is not None:
        findings += check_name(submission.applicant_name, "name")
    malformed = any(finding.is_failure and finding.field in ("nik", "kk_number") for finding in findings)
    if service.offer is Offer.COURT and submission.decision is None:
        findings.append(failure("decision_missing", "decision"))
    elif submission.decision is not None:
        findings += check_decision(submission, submission.decision, register, today=today)
    elif not malformed:
        findings += check_membership(submission, register, today=today)
    if not is_vouched_for(submission, register, today=today):
        findings.insert(0, failure(IDENTITY_UNPROVEN))
    if submission.repeats is not None:
        findings.append(failure("repeated_recently"))
    return tuple(dict.fromkeys(findings))


def check_membership(submission: Submission, register: Register, *, today: date) -> Iterator[Finding]:
    """Check that the person is in the register and in the family of the card, and that the family belongs to this office."""
    nik = submission.holder_nik
    own = register.family_of(nik)
    family = register.family(submission.kk_number) if submission.kk_number else own
    if family is None:
        yield _unknown_family(submission, own, register)
        return
    if family.closed_on is not None:
        yield failure("family_closed", "kk_number")
        return
    if not is_home(family.village_code):
        yield failure("other_office", "kk_number")
        return
    member = family.member(nik)
    if member is None:
        yield failure("person_closed" if nik in register.closed else "nik_not_in_kk", "nik")
        return
    if find_village(family.village_code) is None:
        yield failure("village_unknown", "kk_number")  # nothing could be printed
    if nik in register.twice:
        yield failure("nik_registered_twice", "nik")
    yield from check_against_register(nik, submission.applicant_name, member)
    if not is_adult(member, today=today):
        yield failure("applicant_under_age", "nik")


def _unknown_family(submission: Submission, own: Family | None, register: Register) -> Finding:
    if submission.nik in register.closed:
        return failure("person_closed", "nik")
    if submission.kk_number and own is not None:
        return failure("kk_number_differs", "kk_number")  # the person is in another family: most likely mistyped
    regency = find_regency(submission.kk_number) if submission.kk_number else None
    if regency is not None and not is_home(regency.code):
        return failure("other_office", "kk_number")
    return failure("not_in_register", "kk_number" if submission.kk_number else "nik")


def check_against_register(nik: str, name: str | None, member: Member, prefix: str = "") -> Iterator[Finding]:
    """Check that the given name and NIK of a person agree with the person's row.

    A NIK keeps the birth date and sex of its first recording, so a difference there is a warning.
    """
    if name is not None and name_key(name) != name_key(member.name):
        yield failure("name_differs", f"{prefix}name")
    number = Nik(nik)
    if not number.matches_birth(member.born_on):
        yield warning("nik_birth_differs", f"{prefix}nik")
    if number.sex.value != member.sex:
        yield warning("nik_sex_differs", f"{prefix}nik")


def name_key(name: str) -> str:
    """Return a name in the form used to compare names: letters only, capitals, no accents."""
    plain = unicodedata.normalize("NFKD", name.upper())
    return re.sub(r"[^A-Z]", "", plain)


def check_decision(submission: Submission, decision: CourtDecision, register: Register, *, today: date) -> Iterator[Finding]:
    """Check that the decision is final and complete, its persons are well-formed, and the holder's row agrees with it."""
    yield from _check_decision_form(decision, today)
    malformed = False
    for role, party in (("husband", decision.husband), ("wife", decision.wife)):
        for finding in (*check_nik(party.nik, f"decision.{role}.nik"), *check_name(party.name, f"decision.{role}.name")):
            malformed = malformed or finding.is_failure
            yield finding
    if submission.nik is None:
        return  # `nik_missing` is found already; an officer must find out whose document it would be
    if decision.party(submission.nik) is None:
        yield failure("holder_not_party", "nik")
        return
    if not malformed:
        yield from _check_parties(submission, decision, register)
        yield from _check_children(decision, register)


def _check_decision_form(decision: CourtDecision, today: date) -> Iterator[Finding]:
    court = find_court(decision.court_code)
    if court is None:
        yield failure(CourtFinding.COURT_UNKNOWN, "decision.court_code")
    elif court.kind is not CourtKind.RELIGIOUS:
        yield failure(CourtFinding.COURT_NOT_COMPETENT, "decision.court_code")
    if decision.final_on > today or decision.divorced_on > today:
        yield failure(CourtFinding.DECISION_NOT_FINAL, "decision.final_on")
    if (decision.kind == CERAI_TALAK) != (decision.pledge_on is not None):
        yield failure(CourtFinding.PLEDGE_MISSING if decision.kind == CERAI_TALAK else CourtFinding.PLEDGE_UNEXPECTED, "decision.pledge_on")
    days = [decision.decided_on, decision.final_on, *([decision.pledge_on] if decision.pledge_on else []), decision.deed_on]
    if days != sorted(days):
        yield failure("decision_dates_disorder", "decision.deed_on")


def _check_parties(submission: Submission, decision: CourtDecision, register: Register) -> Iterator[Finding]:
    roles = {decision.husband.nik: ("husband", Sex.MALE), decision.wife.nik: ("wife", Sex.FEMALE)}
    if len(roles) == 1:
        yield failure(CourtFinding.PARTIES_SAME, "decision.wife.nik")
        return
    for party in (decision.husband, decision.wife):
        role, sex = roles[party.nik]
        member = register.person(party.nik)
        is_holder = party.nik == submission.nik
        if member is None:
            # Only the holder's own row is needed for the holder's card: the other party may belong to another office.
            code = "person_closed" if party.nik in register.closed else "not_in_register"
            yield (failure if is_holder else warning)(code, f"decision.{role}.nik")
        elif is_holder:
            yield from _check_holder(party, member, register, f"decision.{role}.", sex)
    if register.family_of(decision.husband.nik) != register.family_of(decision.wife.nik):
        yield warning("parties_live_apart", None)


def _check_holder(party: CourtParty, member: Member, register: Register, prefix: str, sex: Sex) -> Iterator[Finding]:
    family = register.family_of(party.nik)
    if family is not None and not is_home(family.village_code):
        yield failure("other_office", f"{prefix}nik")
        return
    if family is not None and find_village(family.village_code) is None:
        yield failure("village_unknown", f"{prefix}nik")
    if party.nik in register.twice:
        yield failure("nik_registered_twice", f"{prefix}nik")
    yield from check_against_register(party.nik, party.name, member, prefix)
    if party.born_on is not None and party.born_on != member.born_on:
        yield failure("birth_date_differs", f"{prefix}born_on")
    if member.sex != sex.value:
        yield failure("sex_differs", f"{prefix}nik")
    if member.marital in DIVORCED:
        yield failure("already_divorced", f"{prefix}nik")
    elif member.marital not in MARRIED:
        yield failure("not_married", f"{prefix}nik")


def _check_children(decision: CourtDecision, register: Register) -> Iterator[Finding]:
    parties = (decision.husband.nik, decision.wife.nik)
    families = {id(family) for nik in parties if (family := register.family_of(nik)) is not None}
    for index, child in enumerate(decision.children):
        field = f"decision.children[{index}]"
        if child.custody_nik not in parties:
            yield failure(CourtFinding.CUSTODY_UNKNOWN, f"{field}.custody_nik")
        form = tuple(check_nik(child.nik, f"{field}.nik"))
        yield from form
        if any(finding.is_failure for finding in form):
            continue
        home = register.family_of(child.nik)
        if home is None:
            yield failure("person_closed" if child.nik in register.closed else "child_not_in_register", f"{field}.nik")
        elif id(home) not in families:
            yield failure("child_in_other_family", f"{field}.nik")
