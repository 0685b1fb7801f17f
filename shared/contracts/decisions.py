"""What courts decide, by kind: registered like events, so that a new kind of decision is no new version of an event.

The fields of a kind are those of its description (`shared/reference/decisions`), which a test holds.
"""

from __future__ import annotations

from collections.abc import Mapping
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


class CourtPerson(Contract):
    """Somebody whom a decision names by NIK and name alone. Personal."""

    nik: NikText
    name: str | None = None


class CourtChild(Contract):
    """A child and who has custody. Personal, and specific data by UU 27/2022 article 4."""

    nik: NikText
    name: str | None = None
    custody_nik: Annotated[NikText, Field(description="NIK of the party that has custody")]


class CourtWitness(Contract):
    """A witness of a marriage. Personal."""

    name: str


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


class MarriageConfirmed(CourtDecision):
    """An itsbat nikah: a marriage that was not recorded is confirmed. The book of the KUA is named where it is issued already."""

    husband: CourtParty
    wife: CourtParty
    married_on: date
    married_place: str
    wali_name: str
    wali_relation: str
    officiant: str | None = None
    dowry: str | None = None
    witnesses: tuple[CourtWitness, ...] = ()
    husband_before: Annotated[Code, Field(description="Of the list marital_before: single, divorced, widowed")]
    wife_before: Annotated[Code, Field(description="As husband_before")]
    kua: Annotated[str, Field(description="The KUA that is ordered to record it")]
    book_number: str | None = None
    book_on: date | None = None
    children: tuple[CourtPerson, ...] = ()


class MarriageAnnulled(CourtDecision):
    """A marriage is void. Children stay children of both; custody is what the decision says."""

    husband: CourtParty
    wife: CourtParty
    marriage_certificate_number: str
    marriage_certificate_on: date
    kua: str | None = None
    husband_before: Annotated[Code, Field(description="Of the list marital_before: single, divorced, widowed")]
    wife_before: Annotated[Code, Field(description="As husband_before")]
    ground: str
    children: tuple[CourtChild, ...] = ()


class OriginOfChild(CourtDecision):
    """An asal usul anak: whose child it is."""

    child: CourtParty
    child_status: Annotated[Code, Field(description="Of the list child_status: legitimate, biological")]
    father: CourtParty
    mother: CourtParty
    wed_on: Annotated[date | None, Field(description="When the parents married before their religion")] = None
    wed_place: str | None = None
    certificate_number: str | None = None
    birth_order: int


class AdoptionDecided(CourtDecision):
    """An adoption. The natural parents stay on the certificate."""

    child: CourtParty
    adoptive_father: CourtParty | None = None
    adoptive_mother: CourtParty | None = None
    birth_father_name: str | None = None
    birth_mother_name: str | None = None
    certificate_number: str
    institution: str | None = None


class GuardianshipDecided(CourtDecision):
    """A guardian of children. Recorded: nobody gets a document by it."""

    guardian: CourtParty
    guardian_relation: str
    reason: Annotated[Code, Field(description="Of the list guardianship_reason")]
    scope: Annotated[Code, Field(description="Of the list guardianship_scope: person, property, both")]
    purpose: str | None = None
    children: Annotated[tuple[CourtPerson, ...], Field(min_length=1)]


class CustodyDecided(CourtDecision):
    """Who has custody of children, first or anew."""

    holder: CourtParty
    other_parent: CourtParty
    handed_over: Annotated[bool, Field(description="Whether the children are with the holder already")]
    earlier_case_number: str | None = None
    children: Annotated[tuple[CourtPerson, ...], Field(min_length=1)]


class MarriageDispensation(CourtDecision):
    """Leave to marry below 19. Recorded; specific data of a child, so no more than who it is."""

    candidate: CourtPerson
    partner_name: str


class GuardianRefuses(CourtDecision):
    """A wali adhal: a wali hakim stands in for the guardian of the bride. Recorded."""

    bride: CourtPerson
    groom_name: str
    wali_name: str
    kua: str


class FurtherMarriageAllowed(CourtDecision):
    """Leave for a further marriage. Recorded."""

    husband: CourtPerson
    wives: Annotated[tuple[CourtPerson, ...], Field(min_length=1)]
    intended: CourtPerson


class NameChanged(CourtDecision):
    """A change of name by a Pengadilan Negeri."""

    person: CourtParty
    old_name: str
    new_name: str
    certificate_number: str


DECISIONS: Final[Mapping[str, type[CourtDecision]]] = MappingProxyType(
    {
        "cerai_gugat": DivorceDecision,
        "cerai_talak": DivorceDecision,
        "itsbat_nikah": MarriageConfirmed,
        "pembatalan_perkawinan": MarriageAnnulled,
        "asal_usul_anak": OriginOfChild,
        "pengangkatan_anak": AdoptionDecided,
        "perwalian": GuardianshipDecided,
        "hadhanah": CustodyDecided,
        "dispensasi_kawin": MarriageDispensation,
        "wali_adhal": GuardianRefuses,
        "izin_poligami": FurtherMarriageAllowed,
        "perubahan_nama": NameChanged,
    }
)
"""Kind -> model of the decision's content."""
