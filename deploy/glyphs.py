"""Writes `shared/reference/data/glyphs.txt`: every character that all fonts of the documents have. `python -m deploy.glyphs`."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import font_source_sans_pro
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from shared.reference.printing import FONT_FILES

PROJECT: Final = Path(__file__).resolve().parents[1]
FONTS: Final = tuple(Path(font_source_sans_pro.font_directory) / name for name in FONT_FILES)
GLYPHS: Final = PROJECT / "shared/reference/data/glyphs.txt"
HEAD: Final = """\
# The characters that can be printed: Latin letters, their marks, digits and punctuation that every font of the documents
# has (FONT_FILES in printing.py), none wider than an em. One range a line, hexadecimal. Generated: python -m deploy.glyphs
"""
_LATIN_1_END: Final = "\u00ff"


def characters() -> frozenset[str]:
    """Return what every font has, a reader can see, and the register may use: Latin letters (Permendagri 73/2022 article 4)."""
    narrow = [_narrow(TTFont(path)) for path in FONTS]
    return frozenset(filter(_is_latin, frozenset.intersection(*narrow)))


def _narrow(font: TTFont) -> frozenset[str]:
    em, widths = font["head"].unitsPerEm, font["hmtx"]
    return frozenset(chr(code) for code, glyph in font.getBestCmap().items() if widths[glyph][0] <= em)


def _is_latin(char: str) -> bool:
    kind = unicodedata.category(char)
    if kind.startswith(("C", "Zl", "Zp")):  # controls, formats and line ends: a font may list them, a sheet has no use for them
        return False
    return char <= _LATIN_1_END or kind.startswith(("M", "P")) or unicodedata.name(char, "").startswith("LATIN ")


def text() -> str:
    """Return the file's content."""
    return HEAD + "".join(f"{first:04X}-{last:04X}\n" for first, last in _ranges(sorted(map(ord, characters()))))


def _ranges(codes: Iterable[int]) -> Iterator[tuple[int, int]]:
    first = last = -1
    for code in codes:
        if code != last + 1:
            if first >= 0:
                yield first, last
            first = code
        last = code
    yield first, last


if __name__ == "__main__":
    GLYPHS.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{len(characters())} characters in {GLYPHS.relative_to(PROJECT)}\n")
