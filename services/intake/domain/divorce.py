"""The rules that a divorce of a Religious Court must meet before the office records it. The office does not try the case again.

Sources: UU 7/1989 with UU 3/2006 and UU 50/2009 articles 66-84 (divorce), KHI article 131 (ikrar talak), UU 24/2013 article 40 (recording).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final

from services.intake.domain.court import CourtDecision, CourtParty, at_home
from shared.errors import FieldProblem
from shared.reference.court_findings import CourtFinding
from shared.reference.courts import CaseNumber, court_key
from shared.reference.regions import find_regency
from shared.values import KkNumber, Malformed, Nik

CERAI_GUGAT: Final = "cerai_gugat"
CERAI_TALAK: Final = "cerai_talak"
APPEAL: Final = timedelta(days=14)  # after reading, or after notice reached the absent party: then the decision is final (BHT)

PROBLEMS: Final = (
    CourtFinding.CUSTODY_UNKNOWN,
    CourtFinding.DECISION_NOT_FINAL,
    CourtFinding.PARTIES_SAME,
    CourtFinding.PLEDGE_MISSING,
    CourtFinding.PLEDGE_UNEXPECTED,
    "case_number_after_decision",
    "case_number_not_a_lawsuit",
    "case_number_of_another_court",
    "deed_before_final",
    "deed_in_the_future",
    "deed_number_malformed",
    "deed_year_differs",
    "final_too_early",
    "marriage_after_decision",
    "no_party_here",
    "notified_before_decided",
    "pledge_before_final",
    "region_unknown",
)
"""The codes that `check_divorce` gives; codes of malformed numbers are those of `shared.values`."""


def check_divorce(decision: CourtDecision, today: date) -> Iterator[FieldProblem]:
    """Yield every problem of a divorce. `today` is the date in WIB."""
    yield from _numbers(decision)
    yield from _dates(decision, today)
    yield from _people(decision)


def _numbers(decision: CourtDecision) -> Iterator[FieldProblem]:
    try:
        case = CaseNumber.parse(decision.case_number)
    except Malformed as malformed:
        yield FieldProblem("case_number", malformed.code, "Expected such as 40/Pdt.G/2025/PA.Mn.")
    else:
        if not case.kind.startswith("PDTG"):
            yield FieldProblem("case_number", "case_number_not_a_lawsuit", "A divorce is a Pdt.G case.")
        if case.court != court_key(decision.court_code):
            yield FieldProblem("case_number", "case_number_of_another_court", "The case number names another court than court_code.")
        if case.year > decision.decided_on.year:
            yield FieldProblem("case_number", "case_number_after_decision", "The case was registered after it was decided.")
    try:
        deed = CaseNumber.parse(decision.deed_number)
    except Malformed:
        yield FieldProblem("deed_number", "deed_number_malformed", "Expected such as 194/AC/2023/PA.Mdn.")
    else:
        if deed.kind != "AC":
            yield FieldProblem("deed_number", "deed_number_malformed", "The number of an akta cerai has AC in second place.")
        elif deed.year != decision.deed_on.year:
            yield FieldProblem("deed_number", "deed_year_differs", "The year in the number is not that of deed_on.")


def _dates(decision: CourtDecision, today: date) -> Iterator[FieldProblem]:
    if decision.notified_on is not None and decision.notified_on < decision.decided_on:
        yield FieldProblem("notified_on", "notified_before_decided", "Notice of a decision comes after the decision.")
    earliest = max(decision.decided_on, decision.notified_on or decision.decided_on) + APPEAL
    if decision.final_on < earliest:
        yield FieldProblem("final_on", "final_too_early", "Final 14 days after the reading, or after the absent party had notice.")
    if decision.final_on > today:
        yield FieldProblem("final_on", CourtFinding.DECISION_NOT_FINAL, "The decision is not final yet (BHT); send it again when it is.")
    yield from _pledge(decision)
    deed_from = max(decision.final_on, decision.pledge_on or decision.final_on)
    if decision.deed_on < deed_from:
        yield FieldProblem("deed_on", "deed_before_final", "An akta cerai is made after the decision is final and the talak pledged.")
    if decision.deed_on > today:
        yield FieldProblem("deed_on", "deed_in_the_future", "The akta cerai is dated in the future.")
    if decision.marriage_certificate_on is not None and decision.marriage_certificate_on > decision.decided_on:
        yield FieldProblem("marriage_certificate_on", "marriage_after_decision", "The marriage is younger than its end.")


def _pledge(decision: CourtDecision) -> Iterator[FieldProblem]:
    if decision.kind == CERAI_GUGAT:
        if decision.pledge_on is not None:
            yield FieldProblem("pledge_on", CourtFinding.PLEDGE_UNEXPECTED, "Only cerai_talak has an ikrar talak.")
    elif decision.pledge_on is None:
        yield FieldProblem("pledge_on", CourtFinding.PLEDGE_MISSING, "cerai_talak is complete with the ikrar talak only.")
    elif decision.pledge_on < decision.final_on:
        yield FieldProblem("pledge_on", "pledge_before_final", "The ikrar talak is read after the decision is final.")


def _people(decision: CourtDecision) -> Iterator[FieldProblem]:
    for role, party in decision.parties:
        yield from _party(role, party)
    if decision.husband.nik == decision.wife.nik:
        yield FieldProblem("wife.nik", CourtFinding.PARTIES_SAME, "Husband and wife have the same NIK.")
    if all(not at_home(party) for _, party in decision.parties):
        yield FieldProblem(
            "husband.village_code", "no_party_here", "Both parties live in other regencies; their offices issue the documents."
        )
    niks = {party.nik for _, party in decision.parties}
    for number, child in enumerate(decision.children):
        if _wrong(Nik.parse, child.nik):
            yield FieldProblem(f"children[{number}].nik", _wrong(Nik.parse, child.nik))
        if child.custody_nik not in niks:
            yield FieldProblem(f"children[{number}].custody_nik", CourtFinding.CUSTODY_UNKNOWN, "Custody belongs to husband or wife.")


def _party(role: str, party: CourtParty) -> Iterator[FieldProblem]:
    for name, value, parse in (
        ("nik", party.nik, Nik.parse),
        ("kk_number", party.kk_number, KkNumber.parse),
    ):
        code = _wrong(parse, value) if value is not None else ""
        if code:
            yield FieldProblem(f"{role}.{name}", code)
    if party.village_code and find_regency(party.village_code) is None:
        yield FieldProblem(f"{role}.village_code", "region_unknown", "No regency of Indonesia has this code.")


def _wrong(parse: Callable[[str], object], text: str) -> str:
    try:
        parse(text)
    except Malformed as malformed:
        return malformed.code
    return ""
