"""What every decision must meet, whatever its kind: its number, its days, and the persons whom it names. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from services.intake.domain.court import CourtDecision, at_home
from shared.errors import FieldProblem
from shared.reference.court_findings import CourtFinding
from shared.reference.courts import CaseNumber, court_key
from shared.reference.decision_kinds import DecisionKind
from shared.reference.regions import find_regency
from shared.values import Malformed

APPEAL: Final = timedelta(days=14)  # after reading, or after notice reached the absent party: then a lawsuit is decided for good (BHT)
_LAWSUIT: Final = "Pdt.G"
_PETITION: Final = "Pdt.P"


def check_common(decision: CourtDecision, kind: DecisionKind, today: date) -> Iterator[FieldProblem]:
    """Yield every problem that decisions of all kinds may have. `today` is the date in WIB."""
    yield from decision.unread
    yield from _number(decision, kind)
    yield from _days(decision, today)
    yield from _people(decision)


def check_children(decision: CourtDecision, _today: date) -> Iterator[FieldProblem]:
    """Yield what is wrong with the children whom it names: one of them twice, or somebody who is a party."""
    parties, seen = {party.nik for _, party in decision.persons}, set[str]()
    for number, row in enumerate(decision.rows("children")):
        nik = str(row.get("nik"))
        if nik in seen:
            yield FieldProblem(f"children[{number}].nik", "child_named_twice", "Each child is named once.")
        elif nik in parties:
            yield FieldProblem(f"children[{number}].nik", "child_is_party", "A child is nobody of the parties.")
        seen.add(nik)


def check_custody(decision: CourtDecision) -> Iterator[FieldProblem]:
    """Yield the children whose custody is neither party's."""
    niks = {party.nik for _, party in decision.parties}
    for number, child in enumerate(decision.rows("children")):
        if child.get("custody_nik") not in niks:
            yield FieldProblem(f"children[{number}].custody_nik", CourtFinding.CUSTODY_UNKNOWN, "Custody belongs to husband or wife.")


def check_marriage_day(decision: CourtDecision, field: str) -> Iterator[FieldProblem]:
    """Yield whether the marriage is younger than the decision about it."""
    married_on = decision.day(field)
    if married_on is not None and married_on > decision.decided_on:
        yield FieldProblem(field, "marriage_after_decision", "The marriage is younger than the decision about it.")


def _number(decision: CourtDecision, kind: DecisionKind) -> Iterator[FieldProblem]:
    try:
        case = CaseNumber.parse(decision.case_number)
    except Malformed as malformed:
        yield FieldProblem("case_number", malformed.code, f"Expected such as 40/{kind.letters[0]}/2025/PA.Mn.")
        return
    if not case.kind.startswith(tuple(letters.replace(".", "").upper() for letters in kind.letters)):
        yield from _letters(kind)
    if case.court != court_key(decision.court_code):
        yield FieldProblem("case_number", "case_number_of_another_court", "The case number names another court than court_code.")
    if case.year > decision.decided_on.year:
        yield FieldProblem("case_number", "case_number_after_decision", "The case was registered after it was decided.")


def _letters(kind: DecisionKind) -> Iterator[FieldProblem]:
    if kind.letters == (_LAWSUIT,):
        yield FieldProblem("case_number", "case_number_not_a_lawsuit", f"{kind.name}: a Pdt.G case.")
    elif kind.letters == (_PETITION,):
        yield FieldProblem("case_number", "case_number_not_a_petition", f"{kind.name}: a Pdt.P case.")
    else:
        yield FieldProblem("case_number", "case_number_of_no_case", f"{kind.name}: a Pdt.P or Pdt.G case.")


def _days(decision: CourtDecision, today: date) -> Iterator[FieldProblem]:
    if decision.notified_on is not None and decision.notified_on < decision.decided_on:
        yield FieldProblem("notified_on", "notified_before_decided", "Notice of a decision comes after the decision.")
    if decision.decided_on > today:
        yield FieldProblem("decided_on", "decided_in_the_future", "The decision is dated in the future.")
    known_on = max(decision.decided_on, decision.notified_on or decision.decided_on)
    if decision.final_on < known_on + (APPEAL if is_lawsuit(decision) else timedelta()):
        yield FieldProblem("final_on", "final_too_early", "A lawsuit is final 14 days after reading or notice, a petition not before them.")
    if decision.final_on > today:
        yield FieldProblem("final_on", CourtFinding.DECISION_NOT_FINAL, "The decision is not final yet (BHT); send it again when it is.")


def is_lawsuit(decision: CourtDecision) -> bool:
    """Return whether the number is a lawsuit's (Pdt.G): a petition (Pdt.P) has no other side that could appeal."""
    try:
        return CaseNumber.parse(decision.case_number).kind.startswith("PDTG")
    except Malformed:
        return True


def _people(decision: CourtDecision) -> Iterator[FieldProblem]:
    seen: set[str] = set()
    for role, person in decision.persons:
        if person.nik in seen:
            yield FieldProblem(f"{role}.nik", CourtFinding.PARTIES_SAME, "Two persons of the decision have the same NIK.")
        seen.add(person.nik)
        if person.village_code and find_regency(person.village_code) is None:
            yield FieldProblem(f"{role}.village_code", "region_unknown", "No regency of Indonesia has this code.")
    if decision.parties and all(not at_home(party) for _, party in decision.parties):
        role, _ = decision.parties[0]
        yield FieldProblem(f"{role}.village_code", "no_party_here", "Nobody of them lives here; their offices issue the documents.")
