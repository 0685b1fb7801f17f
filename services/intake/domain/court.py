"""A court decision as it was sent, and which of its parties this office serves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from shared.reference.courts import CaseNumber
from shared.reference.regions import find_regency, is_home


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
