"""What documents about other countries say, in this service's own types. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.verification.domain.register import Family, Member


@dataclass(frozen=True, slots=True)
class LeavingLetter:
    """An SKPLN of members of a family. `country`, `who_moves`, `card_of_stayers`: terms in capitals, as printed."""

    family: Family
    applicant: Member
    movers: tuple[Member, ...]
    country: str
    foreign_address: str
    responsible: str
    reason: str
    who_moves: str
    card_of_stayers: str
    planned_on: date


@dataclass(frozen=True, slots=True)
class ArrivalLetter:
    """An SKDLN of members who come back, in the family in which they are from then on. `leaving_letter`: with what they come."""

    family: Family
    members: tuple[Member, ...]
    country: str
    arrived_on: date
    leaving_letter: str | None = None
    leaving_letter_number: str | None = None
    leaving_letter_on: date | None = None


@dataclass(frozen=True, slots=True)
class EventPerson:
    """Somebody of an event abroad. `role` as printed, such as `Suami`."""

    role: str
    name: str
    nik: str | None = None
    citizenship: str | None = None


@dataclass(frozen=True, slots=True)
class ForeignEvent:
    """A surat keterangan pelaporan of an event abroad; texts as printed."""

    event: str
    event_on: date
    place: str
    country: str
    certificate_issuer: str
    certificate_number: str
    certificate_on: date
    persons: tuple[EventPerson, ...]
    reporter_nik: str
    reporter_name: str
    returned_on: date | None = None
