"""What a document can show: the characters of its fonts, and how long each text may be so that it fits its place, however wide it is.

Issuance prints by these numbers and its tests print the widest texts of these lengths; verification lets nothing else be approved.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

LONGEST: Final[Mapping[str, int]] = MappingProxyType(
    {
        "address": 240,
        "name": 60,  # Permendagri 73/2022 article 4
        "father": 60,
        "mother": 60,
        "birth_place": 60,
        "occupation": 60,
        "religion": 32,
        "education": 40,
        "blood_type": 16,
        "citizenship": 24,
        "passport": 24,
        "kitap": 24,
        "rt": 3,
        "rw": 3,
        "postal_code": 5,
    }
)
"""Most characters of each text of a family card."""

LONGEST_OF_NOTE: Final[Mapping[str, int]] = MappingProxyType(
    {
        "deed": 60,
        "deed_number": 60,
        "deed_office": 100,
        "name": 60,
        "event": 80,
        "basis": 100,
        "basis_issuer": 120,
        "basis_number": 80,
        "role": 40,
        "element": 60,
        "before": 120,
        "after": 120,
        "marriage_number": 60,
    }
)
"""Most characters of each text of a side note, and of the quote of an acknowledgement or a legitimation."""

LONGEST_ABROAD: Final[Mapping[str, int]] = MappingProxyType(
    {
        "country": 40,
        "foreign_address": 120,
        "responsible": 60,
        "reason": 120,
        "place": 60,
        "certificate_issuer": 120,
        "certificate_number": 60,
        "leaving_letter_number": 40,
    }
)
"""Most characters of each text of a letter about another country that no card has."""

MOST_NOTE_PERSONS: Final = 4  # that a side note names beside the person of the akta
MOST_NOTE_CHANGES: Final = 6  # of a side note: one page

MOST_MEMBERS: Final = 30  # of one card: three pages of ten rows

FONT_FILES: Final = ("SourceSansPro-Bold.ttf", "SourceSansPro-Regular.ttf", "SourceSansPro-Semibold.ttf")
"""The fonts of the documents, by their names in the package `font-source-sans-pro`."""


@cache
def glyphs() -> frozenset[str]:
    """Return every character that all fonts of the documents have (`data/glyphs.txt`), read once."""
    lines = files(__package__).joinpath("data/glyphs.txt").read_text(encoding="utf-8").splitlines()
    ranges = (line.split("-") for line in lines if not line.startswith("#"))
    return frozenset(chr(code) for first, last in ranges for code in range(int(first, 16), int(last, 16) + 1))


def is_printable(text: str) -> bool:
    """Return whether the fonts have every character of it."""
    return glyphs().issuperset(text)
