"""Writes `shared/reference/data/glyphs.txt`: every character that all fonts of the documents have. `python -m deploy.glyphs`."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

PROJECT: Final = Path(__file__).resolve().parents[1]
FONTS: Final = PROJECT / "services/issuance/templates/fonts"
GLYPHS: Final = PROJECT / "shared/reference/data/glyphs.txt"
HEAD: Final = """\
# The characters that can be printed: those that every font of services/issuance/templates/fonts has.
# One range a line, hexadecimal. Generated: python -m deploy.glyphs
"""
_UNSEEN: Final = ("C", "Zl", "Zp")  # controls, formats and line ends: a font may list them, a sheet has no use for them


def characters() -> frozenset[str]:
    """What every font has and a reader can see."""
    fonts = [frozenset(map(chr, TTFont(path).getBestCmap())) for path in sorted(FONTS.glob("*.ttf"))]
    return frozenset(char for char in frozenset.intersection(*fonts) if not unicodedata.category(char).startswith(_UNSEEN))


def text() -> str:
    """The file's content."""
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
