"""The rules a court decision must meet before the office records it. The office records the decision; it does not try the case again.

Sources: Perma 1/2019 and Perma 7/2022 (electronic court), UU 7/1989 with UU 3/2006 and UU 50/2009 articles 66-84 (divorce), KHI article 131
(ikrar talak), UU 24/2013 article 40 (recording).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from shared.errors import FieldProblem
from shared.reference.court_findings import CourtFinding
from shared.reference.courts import CaseNumber, CourtKind, court_key, find_court
from shared.reference.regions import find_regency, is_home
from shared.values import KkNumber, Malformed, Nik

APPEAL: Final = timedelta(days=14)  # after reading, or after notice reached the absent party: then the decision is final (BHT)

PROBLEMS: Final = (
    *CourtFinding,
    "case_number_after_decision",
    "case_number_not_a_lawsuit",
    "case_number_of_another_court",
    "deed_before_final",
    "deed_in_the_future",
    "deed_number_malformed",
    "deed_year_differs",
    "final_too_early",
    "kind_not_open",
    "kind_unknown",
    "marriage_after_decision",
    "no_party_here",
    "notified_before_decided",
    "pledge_before_final",
    "region_unknown",
)
"""The codes that `judge` returns, for the API document; codes of malformed numbers are those of `shared.values`."""


class DecisionKind(StrEnum):
    """Kinds of decisions this service records today."""

    CERAI_GUGAT = "cerai_gugat"
    CERAI_TALAK = "cerai_talak"


SERVICES: Final[Mapping[str, str]] = {DecisionKind.CERAI_GUGAT: "cerai", DecisionKind.CERAI_TALAK: "cerai"}
"""Kind of a decision -> the service that follows from it."""


_LATER_KINDS: Final = frozenset({"itsbat_nikah", "asal_usul_anak", "pengangkatan_anak", "dispensasi_kawin", "perwalian"})
_NAME_CHANGES: Final = frozenset({"perubahan_nama", "ubah_nama", "ganti_nama"})


@dataclass(frozen=True, slots=True)
class CourtParty:
    """A party as the court wrote it. `village_code` is where the party lives now: ten digits, if the court knows it."""

    nik: str = field(repr=False)
    name: str = field(repr=False)
    birth_place: str | None = field(default=None, repr=False)
    born_on: date | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    village_code: str | None = field(default=None, repr=False)
    kk_number: str | None = field(default=None, repr=False)
    occupation: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CourtChild:
    """A child and the party who has custody."""

    nik: str = field(repr=False)
    custody_nik: str = field(repr=False)
    name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CourtDecision:
    """A decision as sent. Texts are stored as they came and compared in their normal form."""

    decision_id: str
    court_code: str
    case_number: str = field(repr=False)
    kind: str
    decided_on: date
    final_on: date
    deed_number: str = field(repr=False)
    deed_on: date
    husband: CourtParty
    wife: CourtParty
    notified_on: date | None = None
    pledge_on: date | None = None
    deed_serial: str | None = field(default=None, repr=False)
    marriage_certificate_number: str | None = field(default=None, repr=False)
    marriage_certificate_on: date | None = None
    children: tuple[CourtChild, ...] = ()

    @property
    def key(self) -> str:
        """A key that is the same however the case is written: number, kind, year and court without leading zeros."""
        case = CaseNumber.parse(self.case_number)
        return f"{case.number}/{case.kind}/{case.year}/{case.court}"

    @property
    def parties(self) -> tuple[tuple[str, CourtParty], ...]:
        """Husband and wife, each with the role."""
        return (("husband", self.husband), ("wife", self.wife))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A party who lives in another regency, whose office issues the documents."""

    party: str
    regency_code: str
    regency: str


def judge(decision: CourtDecision, today: date) -> tuple[FieldProblem, ...]:
    """Return every problem that keeps the decision from being recorded; empty when there is none. `today` is the date in WIB."""
    refused = tuple(_jurisdiction(decision))
    if refused:  # what follows would only confuse somebody who asked the wrong office
        return refused
    return (*_numbers(decision), *_dates(decision, today), *_people(decision))


def at_home(party: CourtParty) -> bool:
    """Return whether this office serves the party: by the village, never by the NIK. True if unknown: verification finds out."""
    return not party.village_code or is_home(party.village_code)


def elsewhere(decision: CourtDecision) -> tuple[Elsewhere, ...]:
    """Return the parties whom another office serves."""
    found = []
    for role, party in decision.parties:
        if not at_home(party) and party.village_code:
            regency = find_regency(party.village_code)
            found.append(Elsewhere(role, party.village_code[:4], regency.name if regency else party.village_code[:4]))
    return tuple(found)


def _jurisdiction(decision: CourtDecision) -> Iterator[FieldProblem]:
    court = find_court(decision.court_code)
    if decision.kind in _NAME_CHANGES or (court is not None and court.kind is CourtKind.GENERAL) or _is_general(decision.court_code):
        yield FieldProblem(
            "kind" if decision.kind in _NAME_CHANGES else "court_code",
            CourtFinding.COURT_NOT_COMPETENT,
            "A change of name is the Pengadilan Negeri's: the citizen brings its penetapan to the office. No DIDUPAG product.",
        )
    elif court is None:
        yield FieldProblem("court_code", CourtFinding.COURT_UNKNOWN, "This court is not in the list of courts that send decisions.")
    if decision.kind in _LATER_KINDS:
        yield FieldProblem("kind", "kind_not_open", "Decisions of this kind are not received here yet.")
    elif decision.kind not in set(DecisionKind) and decision.kind not in _NAME_CHANGES:
        yield FieldProblem("kind", "kind_unknown", "Known kinds: cerai_gugat, cerai_talak.")


def _is_general(court_code: str) -> bool:
    return court_key(court_code).startswith(("PN.", "PT."))


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
    if decision.kind == DecisionKind.CERAI_GUGAT:
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
