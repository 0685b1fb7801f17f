"""What is said of an akta since it was written: the quotes of an acknowledgement and a legitimation, and side notes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from shared.contracts.content_parts import Content, Parent, Sex
from shared.contracts.envelope import Contract
from shared.contracts.parts import NikText


class ParentageCertificateContent(Content):
    """A kutipan akta pengakuan anak or pengesahan anak (UU 24/2013 articles 49 and 50)."""

    content_type: ClassVar[str] = "parentage_certificate.v1"

    nik: NikText
    name: str
    sex: Sex
    birth_place: str
    born_on: date
    deed_number: Annotated[str, Field(description="Of the child's akta kelahiran")]
    deed_on: date | None = None
    father: Parent
    mother: Parent
    married_on: Annotated[date, Field(description="Of the marriage on which it rests: by religion, or the recorded one")]
    religious_on: Annotated[date | None, Field(description="Of the marriage by religion, where `married_on` is of another")] = None
    marriage_number: Annotated[str | None, Field(description="Of the akta perkawinan or buku nikah")] = None
    basis: Annotated[str, Field(description="On what it rests, as printed")]
    basis_issuer: str | None = None
    basis_number: str | None = None
    basis_on: date | None = None


class NotePerson(Contract):
    """Somebody whom a side note names beside the person of the akta."""

    role: Annotated[str, Field(description="Ayah, Ibu angkat, …, as printed")]
    name: str
    nik: NikText | None = None


class NoteChange(Contract):
    """One element of an akta: what stood there, and what holds from now on."""

    element: Annotated[str, Field(description="Nama, Ayah, …, as printed")]
    before: Annotated[str, Field(description="`-`: nothing stood there")] = "-"
    after: str


class SideNoteContent(Content):
    """A catatan pinggir: what happened to an akta since it was written, on the register sheet and on a sheet joined to the quote."""

    content_type: ClassVar[str] = "side_note.v1"

    deed: Annotated[str, Field(description="AKTA KELAHIRAN, …, as printed")]
    deed_number: str
    deed_on: Annotated[date | None, Field(description="Date of the akta")] = None
    deed_office: Annotated[str | None, Field(description="The office that made the akta")] = None
    nik: NikText | None = None
    name: Annotated[str, Field(description="Whose akta it is, as it stands there before the change")]
    event: Annotated[str, Field(description="What happened: PENGANGKATAN ANAK, PERUBAHAN NAMA, …, as printed")]
    basis: Annotated[str, Field(description="On what it rests: PENETAPAN PENGADILAN, SURAT PENGAKUAN …, as printed")]
    basis_issuer: Annotated[str | None, Field(description="The court that decided, or who made the statement")] = None
    basis_number: str | None = None
    basis_on: date | None = None
    persons: Annotated[tuple[NotePerson, ...], Field(max_length=4)] = ()
    changes: Annotated[tuple[NoteChange, ...], Field(max_length=6)] = ()
