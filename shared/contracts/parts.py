"""Pieces that several events share. Everything in this file that names a person is used only inside a `personal` sub-model."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from shared.contracts.envelope import Contract
from shared.values import VouchedBy

NikText = Annotated[str, StringConstraints(pattern=r"^[0-9]{16}$")]
KkText = Annotated[str, StringConstraints(pattern=r"^[0-9]{16}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
DocumentNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[A-Z]{2}-[0-9]{8}-[0-9]{4}$")]
VillageCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""A word of a list that grows (ADR 22). A reader handles the codes it knows, and says by a stable code that it does not know one."""

ChannelCode = Annotated[Code, Field(description="Where the request came in: whatsapp, court, adapter; more may follow")]
ProductCode = Annotated[Code, Field(description="Which document, by the catalogue: kk, ktp, …")]


class Contact(Contract):
    """Where the answer goes. Personal: only inside `personal`."""

    channel: ChannelCode
    address: Annotated[
        str, Field(description="WhatsApp: wa_id or BSUID. Court: court code. Adapter: name of the API client", max_length=200)
    ]
    reference: Annotated[
        str | None, Field(description="The sender's own reference: decision id of the court, reference of the adapter", max_length=200)
    ] = None
    last_inbound_at: Annotated[AwareDatetime | None, Field(description="Last message of the person, opens the 24-hour window")] = None


class Vouching(Contract):
    """On what a request rests. Whose NIK the sender has is personal and stands elsewhere."""

    by: VouchedBy
    link_id: Annotated[str | None, Field(description="The link between the sender's contact and a person; only with `link`")] = None
    level: Annotated[Code | None, Field(description="How that link was proven: counter, officer")] = None


class Attachment(Contract):
    """A file that intake holds; `GET {intake}/v1/files/{file_id}`."""

    file_id: str
    kind: Annotated[Code, Field(description="What it shows: surat_kehilangan, ktp, kk, …")]
    media_type: str
    size_bytes: Annotated[int, Field(ge=1)]
    sha256: Sha256


class FamilyMember(Contract):
    """One row of a Kartu Keluarga. Values in Indonesian, as printed (Permendagri 118/2017). Personal."""

    nik: NikText
    name: str
    sex: Annotated[str, StringConstraints(pattern=r"^[LP]$")]
    birth_place: str
    born_on: date
    religion: str
    education: str
    occupation: str
    blood_type: str = "-"
    marital_status: Annotated[str, Field(description="BELUM KAWIN, KAWIN TERCATAT, CERAI HIDUP TERCATAT, …")]
    marital_status_on: Annotated[date | None, Field(description="Date of the marriage or divorce")] = None
    relation: Annotated[str, Field(description="KEPALA KELUARGA, ISTRI, ANAK, …")]
    citizenship: str = "WNI"
    passport: str = "-"
    kitap: str = "-"
    father: str
    mother: str


class FamilyCard(Contract):
    """What a Kartu Keluarga says, at the moment of approval. Personal."""

    kk_number: Annotated[KkText | None, Field(description="null: issuance allocates a new number in the district")]
    head_name: str
    address: str
    rt: str
    rw: str
    village_code: VillageCode
    village: str
    district: str
    regency: str
    province: str
    postal_code: str
    members: Annotated[tuple[FamilyMember, ...], Field(min_length=1, max_length=30)]


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
    """A final divorce decision of a Religious Court. Personal: a case number leads to persons."""

    court_code: Annotated[str, Field(description="PA.Kab.Mn, PA.Mn, …")]
    case_number: Annotated[str, Field(description="As the court sent it")]
    kind: Annotated[Code, Field(description="cerai_gugat or cerai_talak")]
    decided_on: date
    final_on: Annotated[date, Field(description="BHT, berkekuatan hukum tetap")]
    pledge_on: Annotated[date | None, Field(description="Ikrar talak; only and always with cerai_talak")] = None
    deed_number: Annotated[str, Field(description="Akta cerai: 194/AC/2023/PA.Mdn")]
    deed_on: date
    deed_serial: str | None = None
    marriage_certificate_number: str | None = None
    marriage_certificate_on: date | None = None
    husband: CourtParty
    wife: CourtParty
    children: tuple[CourtChild, ...] = ()
