"""What stands in the one search box, recognised by its shape, and who has something to say about it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from shared.values import HOME_REGENCY, RECEIPT_PREFIX, Malformed, Nik, Phone, Receipt
from shared.web.desk.session import StaffMember

PATH: Final = "/desk/cari"
LONGEST: Final = 80  # characters of what somebody types: longer than any name in the register
_FEWEST_LETTERS: Final = 3  # of a name: fewer fit a third of all people
_FEWEST_DIGITS: Final = 8  # of a phone number's beginning: fewer fit too many
_FEWEST_OF_RECEIPT: Final = 6  # characters of a receipt's beginning, `MDN-7K`
_LONG_NUMBER: Final = re.compile(r"[0-9]{16}")
_BETWEEN_DIGITS: Final = re.compile(r"[ .-]")
_DOCUMENT: Final = re.compile(
    rf"{HOME_REGENCY}-[A-Z]{{2}}(-[0-9]{{0,8}}(-[0-9]{{0,6}})?)?|[A-Z]{{2,10}}/{HOME_REGENCY}(/[0-9]{{0,8}}(/[0-9]{{0,6}})?)?"
)
_RECEIPT_BEGINS: Final = re.compile(r"MDN-[0-9A-Z]{0,4}(-[0-9A-Z]{0,4})?")
_SOURCE: Final = re.compile(r"#?([A-Z][2-9][2-9A-HJ-NP-Z]{1,3})")  # of a post, a poster: `#K7Q`
_CASE: Final = re.compile(r"[0-9]+/[0-9A-Z.]+/[0-9]{4}/[0-9A-Z.]+", re.IGNORECASE)


class Shape(StrEnum):
    """What was typed, by its shape."""

    NOTHING = "nothing"
    TOO_SHORT = "too_short"
    NUMBER = "number"
    RECEIPT = "receipt"
    DOCUMENT = "document"
    CASE = "case"
    PHONE = "phone"
    SOURCE = "source"
    NAME = "name"


IN_WORDS: Final[Mapping[Shape, str]] = MappingProxyType(
    {
        Shape.NUMBER: "NIK atau nomor KK",
        Shape.RECEIPT: "resi",
        Shape.DOCUMENT: "nomor dokumen",
        Shape.CASE: "nomor perkara",
        Shape.PHONE: "nomor HP",
        Shape.SOURCE: "kode sumber",
        Shape.NAME: "nama",
    }
)


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for. `text`: in the form in which it is kept; personal, so it stands in no address and no log."""

    shape: Shape
    text: str = field(default="", repr=False)

    @property
    def is_personal(self) -> bool:
        """Whether it names somebody, so that who looked for it is found under that person."""
        return self.shape in (Shape.NUMBER, Shape.NAME, Shape.PHONE)

    @property
    def can_be_nik(self) -> bool:
        """Whether the number can be a person's: a family card's has a date in the same place."""
        try:
            Nik.parse(self.text)
        except Malformed:
            return False
        return self.shape is Shape.NUMBER


def recognised(typed: str) -> Sought:
    """Return what was typed by its shape: 16 digits, a receipt, a document's, a case's or a phone number, a source's code, else a name."""
    text = " ".join(typed.split())[:LONGEST]
    upper, digits = text.upper(), _BETWEEN_DIGITS.sub("", text)
    if not text:
        return Sought(Shape.NOTHING)
    if _LONG_NUMBER.fullmatch(digits):
        return Sought(Shape.NUMBER, digits)
    if _DOCUMENT.fullmatch(upper):
        return Sought(Shape.DOCUMENT, upper)
    if _CASE.fullmatch(text):
        return Sought(Shape.CASE, text)
    if source := _SOURCE.fullmatch(upper):
        return Sought(Shape.SOURCE, source[1])
    return _receipt(upper) or _phone(text, digits) or _name(text)


def _receipt(upper: str) -> Sought | None:
    if not any(map(str.isdigit, upper)) and not upper.startswith(RECEIPT_PREFIX):
        return None  # eight letters are a name
    try:
        return Sought(Shape.RECEIPT, Receipt.parse(upper).text)
    except Malformed:
        return Sought(Shape.RECEIPT, upper) if _RECEIPT_BEGINS.fullmatch(upper) and len(upper) >= _FEWEST_OF_RECEIPT else None


def _phone(text: str, digits: str) -> Sought | None:
    try:
        return Sought(Shape.PHONE, Phone.parse(text).text)
    except Malformed:
        local = digits.removeprefix("+").removeprefix("62").removeprefix("0")
        if not local.isascii() or not local.isdigit() or digits[:1] not in "+06":
            return None
        return Sought(Shape.PHONE, f"62{local}") if len(local) >= _FEWEST_DIGITS else Sought(Shape.TOO_SHORT)


def _name(text: str) -> Sought:
    return Sought(Shape.NAME, text) if sum(map(str.isalpha, text)) >= _FEWEST_LETTERS else Sought(Shape.TOO_SHORT)


@dataclass(frozen=True, slots=True)
class Owner:
    """A service that answers with what is its own. `finds`: what it can be asked for, `by`: the same in words."""

    word: str
    permission: str
    finds: frozenset[Shape]
    by: str


_TOLD: Final = frozenset({Shape.RECEIPT, Shape.DOCUMENT, Shape.CASE, Shape.PHONE, Shape.SOURCE, Shape.NAME})
_FILED: Final = frozenset({Shape.RECEIPT, Shape.DOCUMENT, Shape.NUMBER, Shape.PHONE, Shape.NAME})
OWNERS: Final[Mapping[str, Owner]] = MappingProxyType(
    {
        "verifikasi": Owner(
            "Pekerjaan dan register",
            "tasks:read",
            frozenset({Shape.NUMBER, Shape.RECEIPT, Shape.CASE, Shape.PHONE, Shape.NAME}),
            "NIK, KK, nama, nomor HP, resi",
        ),
        "permohonan": Owner("Permohonan dan percakapan", "requests:follow", _FILED, "resi, nomor HP, NIK, nama"),
        "dokumen": Owner("Dokumen terbit", "documents:read", _FILED, "nomor dokumen, resi, NIK, KK, nomor HP, nama"),
        "pesan": Owner(
            "Pesan dan posting", "messages:read", _TOLD, "resi, nomor dokumen, nomor perkara, nomor HP, judul posting, kode sumber"
        ),
    }
)
"""The last part of the address of each service's answer -> what it has; the order in which they stand on the page."""


def owners_for(member: StaffMember) -> dict[str, Owner]:
    """Return who may be asked by this person; nobody: there is no box."""
    return {name: owner for name, owner in OWNERS.items() if member.may(owner.permission)}
