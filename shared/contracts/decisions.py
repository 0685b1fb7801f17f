"""What courts decide, by kind: registered like events, so that a new kind of decision is no new version of an event."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field

from shared.contracts.envelope import Contract
from shared.contracts.parts import Code, NikText


class CourtParty(Contract):
    """A party of a decision, as the court wrote it. Personal."""

    nik: NikText
    name: str
    birth_place: str | None = None
    born_on: date | None = None
    address: str | None = None
    occupation: str | None = None
    phone: str | None = None


class CourtChild(Contract):
    """A child and who has custody. Personal, and specific data by UU 27/2022 article 4."""

    nik: NikText
    name: str | None = None
    custody_nik: Annotated[NikText, Field(description="NIK of the party that has custody")]


class CourtDecision(Contract):
    """What every decision carries. Personal: a case number leads to persons."""

    court_code: Annotated[str, Field(description="PA.Kab.Mn, PA.Mn, …")]
    case_number: Annotated[str, Field(description="As the court sent it")]
    kind: Annotated[Code, Field(description="A key of `DECISIONS`")]
    decided_on: date
    final_on: Annotated[date, Field(description="BHT, berkekuatan hukum tetap")]


class DivorceDecision(CourtDecision):
    """A final divorce of a Religious Court."""

    pledge_on: Annotated[date | None, Field(description="Ikrar talak; only and always with cerai_talak")] = None
    deed_number: Annotated[str, Field(description="Akta cerai: 194/AC/2023/PA.Mdn")]
    deed_on: date
    deed_serial: str | None = None
    marriage_certificate_number: str | None = None
    marriage_certificate_on: date | None = None
    husband: CourtParty
    wife: CourtParty
    children: tuple[CourtChild, ...] = ()


DECISIONS: Final = MappingProxyType({"cerai_gugat": DivorceDecision, "cerai_talak": DivorceDecision})
"""Kind -> model of the decision's content."""
