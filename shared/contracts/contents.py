"""What documents say, by content type: registered like events, so that a new kind of document is no new version of an event.

A content is made by verification and read by issuance, which fills a template with it. Everything in it is personal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, StringConstraints, ValidationError, ValidationInfo, field_validator

from shared.contracts.abroad_contents import ArrivalLetterContent as ArrivalLetterContent
from shared.contracts.abroad_contents import Arriver as Arriver
from shared.contracts.abroad_contents import EventPerson as EventPerson
from shared.contracts.abroad_contents import ForeignEventContent as ForeignEventContent
from shared.contracts.abroad_contents import LeavingLetterContent as LeavingLetterContent
from shared.contracts.content_parts import Address as Address
from shared.contracts.content_parts import Content as Content
from shared.contracts.content_parts import Mover as Mover
from shared.contracts.content_parts import Parent as Parent
from shared.contracts.content_parts import Sex
from shared.contracts.envelope import Contract
from shared.contracts.note_contents import ParentageCertificateContent as ParentageCertificateContent
from shared.contracts.note_contents import SideNoteContent as SideNoteContent
from shared.contracts.parts import DocumentKey, DocumentNumber, KkText, NikText

ContentType = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}\.v[1-9][0-9]*$")]
Time = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class FamilyMember(Contract):
    """One row of a Kartu Keluarga. Values in Indonesian, as printed (Permendagri 118/2017)."""

    nik: NikText
    name: str
    sex: Sex
    birth_place: str
    born_on: date
    religion: str
    education: str
    occupation: str
    blood_type: str = "-"
    marital_status: Annotated[str, Field(description="BELUM KAWIN, KAWIN TERCATAT, CERAI HIDUP TERCATAT, …")]
    marital_status_on: Annotated[date | None, Field(description="Date of the marriage, divorce or death of the spouse")] = None
    relation: Annotated[str, Field(description="KEPALA KELUARGA, ISTRI, ANAK, …")]
    citizenship: str = "WNI"
    passport: str = "-"
    kitap: str = "-"
    father: str
    mother: str


class FamilyCardContent(Content):
    """A Kartu Keluarga as it is after the change that it follows from."""

    content_type: ClassVar[str] = "family_card.v1"

    kk_number: KkText
    head_name: str
    address: Address
    members: Annotated[tuple[FamilyMember, ...], Field(min_length=1, max_length=30)]


class IdentityCardContent(Content):
    """The order of a KTP-el: what the card shows. The citizen is given the slip to fetch it with."""

    content_type: ClassVar[str] = "identity_card.v1"

    nik: NikText
    name: str
    sex: Sex
    birth_place: str
    born_on: date
    blood_type: str = "-"
    religion: str
    marital_status: Annotated[str, Field(description="BELUM KAWIN, KAWIN, CERAI HIDUP or CERAI MATI")]
    occupation: str
    citizenship: str = "WNI"
    address: Address


class ChildCardContent(Content):
    """The order of a Kartu Identitas Anak (Permendagri 2/2016): under 5 without a photo, from 5 to the day before 17 with one."""

    content_type: ClassVar[str] = "child_card.v1"

    nik: NikText
    name: str
    sex: Sex
    birth_place: str
    born_on: date
    blood_type: str = "-"
    religion: str
    citizenship: str = "WNI"
    kk_number: KkText
    head_name: str
    birth_certificate_number: Annotated[str | None, Field(description="null: not known to the register")] = None
    birth_certificate_of: Annotated[
        DocumentKey | None, Field(description="The certificate of the same request whose number is to be printed")
    ] = None
    has_photo: bool
    valid_until: Annotated[date, Field(description="The fifth birthday, or the day before the seventeenth")]
    address: Address


_KINDS_THAT_NAME: Final = {"father": (1, 2), "mother": (1, 2, 3)}


class BirthCertificateContent(Content):
    """A kutipan akta kelahiran (Permendagri 108/2019 article 43 ff.; kinds 1 to 4 of the form F-2.01A)."""

    content_type: ClassVar[str] = "birth_certificate.v1"

    nik: NikText
    name: str
    sex: Sex
    born_on: date
    born_at: Annotated[Time | None, Field(description="Local time")] = None
    birth_place: Annotated[str, Field(description="Regency or city of birth, as printed")]
    birth_order: Annotated[int, Field(ge=1, le=20, description="The child's place among the mother's children")]
    kind: Annotated[
        int,
        Field(ge=1, le=4, description="1 of father and mother; 2 the same, marriage not recorded; 3 of a mother; 4 parents unknown"),
    ]
    late: Annotated[bool, Field(description="Reported more than 60 days after the birth (LT instead of LU)")]
    father: Annotated[Parent | None, Field(validate_default=True, description="Of kinds 1 and 2")] = None
    mother: Annotated[Parent | None, Field(validate_default=True, description="Of kinds 1 to 3")] = None
    certificate_number: Annotated[
        DocumentNumber | None, Field(description="Of the akta that exists already: this is a further extract of it. null: it is new")
    ] = None

    @field_validator("father", "mother")
    @classmethod
    def _of_its_kind(cls, parent: Parent | None, info: ValidationInfo) -> Parent | None:
        if parent is None and info.data.get("kind") in _KINDS_THAT_NAME[str(info.field_name)]:
            raise ValueError("an akta of this kind names this parent")
        return parent


class DeathCertificateContent(Content):
    """A kutipan akta kematian."""

    content_type: ClassVar[str] = "death_certificate.v1"

    nik: NikText | None
    name: str
    sex: Sex
    born_on: date
    birth_place: str
    died_on: date
    died_at: Annotated[Time | None, Field(description="Local time")] = None
    death_place: str
    citizenship: str = "WNI"
    birth_order: Annotated[int | None, Field(ge=1, le=20)] = None
    father: Parent | None = None
    mother: Parent | None = None
    certificate_number: Annotated[
        DocumentNumber | None, Field(description="Of the akta that exists already: this is a further extract of it. null: it is new")
    ] = None


class Declarant(Contract):
    """A person of a form F-2.05."""

    name: str
    nik: NikText | None = None
    born_on: date | None = None
    occupation: str = "-"
    citizenship: str = "WNI"
    address: str = "-"


class StillbirthLetterContent(Content):
    """A surat keterangan lahir mati (F-2.05). No certificate and no NIK follow from a stillbirth (UU 23/2006 article 33)."""

    content_type: ClassVar[str] = "stillbirth_letter.v1"

    sex: Sex
    stillborn_on: date
    stillborn_at: Time | None = None
    place: str
    plurality: Annotated[str, Field(description="TUNGGAL, KEMBAR 2, …")]
    birth_order: Annotated[int, Field(ge=1, le=20)]
    months: Annotated[int, Field(ge=1, le=10, description="Months of pregnancy")]
    reporter: Declarant
    mother: Declarant
    father: Declarant | None = None


class Destination(Contract):
    """Where people move to, as the form says it: villages of other regencies have no code here. In capitals as printed."""

    street: str
    rt: str
    rw: str
    village: str
    district: str
    regency: str
    province: str


class MovingLetterContent(Content):
    """A surat keterangan pindah WNI (SKPWNI): who moves to another regency, from where, to where. Printed terms of the form F-1.03."""

    content_type: ClassVar[str] = "moving_letter.v1"

    kk_number: KkText
    head_name: str
    address: Annotated[Address, Field(description="Of origin")]
    applicant_nik: NikText
    applicant_name: str
    reason: str
    destination: Destination
    move_class: Annotated[str, Field(description="ANTAR KABUPATEN/KOTA DALAM SATU PROVINSI or ANTAR PROVINSI")]
    who_moves: Annotated[str, Field(description="KEPALA KELUARGA, ANGGOTA KELUARGA, …")]
    card_of_stayers: Annotated[str, Field(description="NOMOR KK TETAP, MEMBUAT KK BARU, NUMPANG KK, or that nobody stays")]
    card_of_movers: Annotated[str, Field(description="The same, at the destination")]
    planned_on: Annotated[date, Field(description="When they mean to move")]
    valid_days: Annotated[int, Field(ge=1, description="How long it can be used, from the day of its issue")]
    movers: Annotated[tuple[Mover, ...], Field(min_length=1, max_length=30)]


class BiodataContent(Content):
    """A biodata penduduk, form F-1.08 of Permendagri 6/2026: the NIK of whoever had none, and what the register says of them."""

    content_type: ClassVar[str] = "biodata.v1"

    kk_number: KkText
    head_name: str
    address: Address
    former_address: str | None = None
    person: FamilyMember
    mother_nik: NikText | None = None
    father_nik: NikText | None = None
    disability: Annotated[str | None, Field(description="FISIK, MENTAL, …, TIDAK ADA; null: not known")] = None
    birth_certificate_number: Annotated[str | None, Field(description="null: not known to the register")] = None


CONTENTS: Final[Mapping[str, type[Content]]] = MappingProxyType(
    {
        content.content_type: content
        for content in (
            *(FamilyCardContent, IdentityCardContent, ChildCardContent),
            *(BirthCertificateContent, DeathCertificateContent, StillbirthLetterContent),
            *(SideNoteContent, ParentageCertificateContent, MovingLetterContent),
            *(BiodataContent, LeavingLetterContent, ArrivalLetterContent, ForeignEventContent),
        )
    }
)
"""Content type -> model."""


class ContentInvalid(Exception):  # noqa: N818 - the finding, not an accident
    """A content that its type does not allow. `code` is stable; `detail` names fields, never values."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def read_content(content_type: str, content: dict[str, Any]) -> Content:
    """Validate a content of any registered type; unknown fields are ignored.

    Raises:
        ContentInvalid: `content_type_unknown` or `content_invalid`.
    """
    model = CONTENTS.get(content_type)
    if model is None:
        raise ContentInvalid("content_type_unknown", content_type)
    try:
        return model.model_validate(content, extra="ignore")
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, problem["loc"])) for problem in error.errors(include_input=False, include_url=False))
        raise ContentInvalid("content_invalid", fields) from None
