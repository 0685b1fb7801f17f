"""What documents about other countries say: who moves there, who comes back, and what happened there."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from shared.contracts.content_parts import Address, Content, Mover
from shared.contracts.envelope import Contract
from shared.contracts.parts import KkText, NikText


class LeavingLetterContent(Content):
    """A surat keterangan pindah luar negeri (SKPLN): who moves abroad for a year or longer. Printed terms of the form F-1.03."""

    content_type: ClassVar[str] = "leaving_letter.v1"

    kk_number: KkText
    head_name: str
    address: Annotated[Address, Field(description="Of origin")]
    applicant_nik: NikText
    applicant_name: str
    reason: str
    country: str
    foreign_address: Annotated[str, Field(description="Where they will live, in the words of that country")]
    responsible: Annotated[str, Field(description="Who answers for them there: an employer, a school, a relative")]
    who_moves: Annotated[str, Field(description="KEPALA KELUARGA, ANGGOTA KELUARGA, …")]
    card_of_stayers: Annotated[str, Field(description="NOMOR KK TETAP, MEMBUAT KK BARU, NUMPANG KK, or that nobody stays")]
    planned_on: Annotated[date, Field(description="When they mean to move")]
    movers: Annotated[tuple[Mover, ...], Field(min_length=1, max_length=30)]


class Arriver(Contract):
    """One of those who come back, in the relation to the head of the card that they are on from then on."""

    nik: NikText
    name: str
    relation: str
    passport: str


class ArrivalLetterContent(Content):
    """A surat keterangan datang dari luar negeri (SKDLN; UU 23/2006 article 19): on it their family card and KTP-el rest."""

    content_type: ClassVar[str] = "arrival_letter.v1"

    kk_number: KkText
    head_name: str
    address: Annotated[Address, Field(description="Where they live from then on")]
    country: str
    arrived_on: Annotated[date, Field(description="The day on which they came to Indonesia")]
    leaving_letter: Annotated[str | None, Field(description="An SKPLN, or a letter of the mission; null: they come with none")] = None
    leaving_letter_number: str | None = None
    leaving_letter_on: date | None = None
    arrivers: Annotated[tuple[Arriver, ...], Field(min_length=1, max_length=30)]


class EventPerson(Contract):
    """Somebody of an event abroad. `role` as printed, such as `Suami`."""

    role: str
    name: str
    nik: NikText | None = None
    citizenship: str | None = None


class ForeignEventContent(Content):
    """A surat keterangan pelaporan of a birth, marriage, divorce or death abroad (UU 23/2006 articles 29, 37, 41 and 45)."""

    content_type: ClassVar[str] = "foreign_event.v1"

    event: Annotated[str, Field(description="KELAHIRAN, PERKAWINAN, PERCERAIAN or KEMATIAN")]
    event_on: date
    place: str
    country: str
    certificate_issuer: Annotated[str, Field(description="The authority there, or the Indonesian mission")]
    certificate_number: str
    certificate_on: date
    persons: Annotated[
        tuple[EventPerson, ...], Field(min_length=1, max_length=3, description="A couple, a child with its parents, or who died")
    ]
    reporter_nik: NikText
    reporter_name: str
    returned_on: Annotated[date | None, Field(description="When they came back to Indonesia; null of a death")] = None
