"""Names as they are searched for: every word of one, in the one spelling that its spellings have in common. Pure.

Names were written down by many hands: before 1972 in another spelling (Djoko, Tjipto, Soekarno), from Arabic in several (Achmad, Akhmad,
Ahmad), with one letter or two. What is kept for a search and what somebody types go through the same function, so they meet. Two names
that become one here are shown both: a search only proposes, and who looks decides.
"""

from __future__ import annotations

import re
from typing import Final

from shared.typed import without_marks

_WORD: Final = re.compile(r"[a-z0-9]+")
_SPELLED: Final = {
    "oe": "u", "o": "u",  # Soekarno, Sukarno; Mohammad, Muhammad
    "dj": "i", "j": "i", "y": "i",  # Djoko, Joko; Jogja, Yogya; Rizky, Rizki
    "tj": "c",  # Tjipto, Cipto
    "ch": "h", "kh": "h",  # Achmad, Akhmad, Ahmad
    "sj": "s", "sy": "s", "sh": "s",  # Sjamsoel, Syamsul, Samsul; Sholeh, Soleh
    "dz": "s", "z": "s",  # Dzikri, Zikri; Aziz, Asis
    "th": "t", "dh": "d", "bh": "b", "gh": "g",  # Fathur, Fatur; Dhani, Dani
    "ph": "f", "v": "f",  # Stephanus, Stefanus; Noviana, Nofiana
    "ae": "ai",  # Saeful, Saiful
    "q": "k", "x": "ks",  # Taufiq, Taufik
}  # fmt: skip
_LETTERS: Final = re.compile("|".join(sorted(_SPELLED, key=len, reverse=True)))
_TWICE: Final = re.compile(r"(.)\1+")
_UNFINISHED: Final = {
    letters[0]: [each for each in _SPELLED if len(each) > 1 and each[0] == letters[0]] for letters in _SPELLED if len(letters) > 1
}
"""A letter with which what is typed may end -> the pairs that it may be the first half of: `moc` is the beginning of Mochamad."""


def name_terms(name: str) -> tuple[str, ...]:
    """Return each word of a name as it is kept for a search, in small letters: no number of a person or a request looks like it."""
    return tuple(dict.fromkeys(map(_spelled, _words(name))))


def name_beginnings(typed: str) -> tuple[tuple[str, ...], ...]:
    """Return for each word that somebody types the beginnings of which a kept word must have one, in no order of words."""
    return tuple(dict.fromkeys(map(_beginnings, _words(typed))))


def _words(name: str) -> list[str]:
    return _WORD.findall(without_marks(name).casefold().replace("'", ""))


def _spelled(word: str) -> str:
    return _TWICE.sub(r"\1", _LETTERS.sub(lambda found: _SPELLED[found.group()], word))


def _beginnings(word: str) -> tuple[str, ...]:
    pairs = _UNFINISHED.get(word[-1], [])
    found = dict.fromkeys([_spelled(word), *(_spelled(word[:-1] + pair) for pair in pairs)])
    return tuple(each for each in found if not any(each != other and each.startswith(other) for other in found))
