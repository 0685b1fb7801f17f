"""What people type, copy and dictate, freed of what nobody sees or means: format characters, marks, emphasis, other digits and dashes.

WhatsApp Web copies numbers between U+202A and U+202C, phones put U+2011 for a dash and U+2019 for an apostrophe, people write *bold*.
Normal forms: Unicode Standard Annex 15 (NFKC); categories: Unicode Character Database.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_APOSTROPHES: Final = str.maketrans(dict.fromkeys("\u2018\u2019\u201b\u02bb\u02bc\u02b9\u0060\u00b4\u2032\uff07\u05f3\ua78c", "'"))
"""Mapped before the normal form, which makes some of them a blank with an accent, and after it, which makes some of other letters."""
_BETWEEN_DIGITS: Final = re.compile(r"[\s.,/\\*_~'\"()+|:;\u00b7\u2022\u2212\u2044-]")
"""What may stand between, before and behind the digits of a number; dashes of every kind are one by then."""
_LONG: Final = 16  # digits of a NIK and of the number of a family card
_IN_A_ROW: Final = re.compile(r"[0-9](?:[ .,/\\*_~'\"()|:;\u00b7\u2022\u2044-]*[0-9])*")
_PARTED: Final = re.compile(r"[,;/|]| {2,}")


def visible(text: str) -> str:
    """Return the text in normal form (NFKC), without characters that have no shape; every dash is `-`, every apostrophe `'`."""
    if text.isascii():  # nothing in it is unseen, and its one dash is ours: most texts, and a hundred times faster
        return text.translate(_APOSTROPHES)
    straight = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).translate(_APOSTROPHES)
    return "".join(_seen(character) for character in straight if not _is_unseen(character))


def without_marks(text: str) -> str:
    """Return the visible text without accents and other marks: `hiláng` is `hilang`."""
    seen = visible(text)
    if seen.isascii():
        return seen
    apart = unicodedata.normalize("NFKD", seen)
    return "".join(character for character in apart if not unicodedata.category(character).startswith("M"))


def compact_number(text: str) -> str:
    """Return a number without what stands between its digits; other digits become ours. Letters stay, so that they can be refused."""
    return _BETWEEN_DIGITS.sub("", _our_digits(without_marks(text)))


def long_numbers(text: str) -> tuple[tuple[str, str], ...]:
    """Return every run of 16 digits in a text, each with the words before it: `nik saya 3519 0817 0885 0003 pak`.

    A run of 32 is two of them. Longer and shorter ones, a phone or a house number, are left out.
    """
    found: list[tuple[str, str]] = []
    for line in _our_digits(without_marks(text)).casefold().splitlines():
        end = 0
        for run in _IN_A_ROW.finditer(line):
            before, end = line[end : run.start()], run.end()
            for digits in _sixteens(run.group()):
                found.append((digits, before))
                before = ""
    return tuple(found)


def _sixteens(run: str) -> list[str]:
    whole = _BETWEEN_DIGITS.sub("", run)
    if len(whole) == _LONG:
        return [whole]
    parts = [part for part in (_BETWEEN_DIGITS.sub("", part) for part in _PARTED.split(run)) if len(part) == _LONG]
    if not parts and len(whole) % _LONG == 0:
        return [whole[start : start + _LONG] for start in range(0, len(whole), _LONG)]
    return parts or [word for word in map(compact_number, run.split(" ")) if len(word) == _LONG]  # beside a phone or a house number


def _our_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(character)) if character.isdecimal() else character for character in text)


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"  # variation selectors are marks by category


def _seen(character: str) -> str:
    return "-" if unicodedata.category(character) == "Pd" or character == "\u2212" else character
