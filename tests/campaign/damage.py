"""What becomes of the code in a first message, as people are: pressed, edited, typed from paper, half copied, forwarded, deleted. Pure.

The shares in `MIX` are assumptions, written down before the first run and changed for no result. Half of what is copied or typed wrongly
loses the end of the code, as a link does that is cut off; a third has one slip; of a sixth nothing is left but the wish.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from random import Random
from typing import Final

from services.intake.domain.outreach.codes import ALPHABET


class Care(StrEnum):
    """How a code fared."""

    INTACT = "intact"
    """All its characters are there, in order, whatever stands around them."""
    DAMAGED = "damaged"
    """Something of it is left, and not all."""
    GONE = "deleted"
    """Nothing of it is left in this message."""


class Handling(StrEnum):
    """What was done to a message; the words are those of the report."""

    AS_IT_WAS = "sent as it was"
    OTHER_WORDS = "other words, same code"
    SMALL_LETTERS = "in small letters"
    ONLY_CODE = "the code alone"
    SPELT_OUT = "typed: kode K7Q"
    FORWARDED = "forwarded below another text"
    CUT_BY_ONE = "end of the code lost"
    CUT_TO_TWO = "two characters left"
    SLIP = "one character wrong"
    SWAP = "two characters swapped"
    DELETED = "code deleted"


MIX: Final[Mapping[Handling, int]] = {
    Handling.AS_IT_WAS: 60,
    Handling.OTHER_WORDS: 6,
    Handling.SMALL_LETTERS: 4,
    Handling.ONLY_CODE: 4,
    Handling.SPELT_OUT: 4,
    Handling.FORWARDED: 4,
    Handling.CUT_BY_ONE: 6,
    Handling.CUT_TO_TWO: 3,
    Handling.SLIP: 4,
    Handling.SWAP: 2,
    Handling.DELETED: 3,
}
"""Of a hundred people who come with a code."""
_DAMAGING: Final = frozenset({Handling.CUT_BY_ONE, Handling.CUT_TO_TWO, Handling.SLIP, Handling.SWAP})
_BRACKETED: Final = re.compile(r"\s*\(#(\w+)\)")
_AROUND: Final = ("Selamat pagi bu, {wish} ya {code}", "permisi, {wish} {code} terima kasih", "{code} {wish} bisa lewat sini?")
_ABOVE: Final = "Diteruskan dari grup RT:\nMonggo yang butuh, gratis lewat WhatsApp\n{text}"


def care_of(handling: Handling) -> Care:
    """Return how a code fares that is handled so."""
    if handling is Handling.DELETED:
        return Care.GONE
    return Care.DAMAGED if handling in _DAMAGING else Care.INTACT


def drawn_handling(rng: Random) -> Handling:
    """Draw how somebody handles a message."""
    return rng.choices(list(MIX), list(MIX.values()))[0]


def handled(sentence: str, handling: Handling, rng: Random) -> str:
    """Return what arrives of the sentence of a link. `sentence`: with its code in brackets at the end."""
    found = _BRACKETED.search(sentence)
    if found is None:
        raise ValueError("a sentence without a code")
    wish, code = sentence[: found.start()], found.group(1)
    ways: Mapping[Handling, Callable[[], str]] = {
        Handling.AS_IT_WAS: lambda: sentence,
        Handling.OTHER_WORDS: lambda: rng.choice(_AROUND).format(wish=wish[:1].lower() + wish[1:], code=f"#{code}"),
        Handling.SMALL_LETTERS: sentence.lower,
        Handling.ONLY_CODE: lambda: rng.choice((code, f"#{code}", code.lower())),
        Handling.SPELT_OUT: lambda: f"{wish}, kode {code.lower()}",
        Handling.FORWARDED: lambda: _ABOVE.format(text=sentence),
        Handling.CUT_BY_ONE: lambda: f"{wish} (#{code[:-1]}",
        Handling.CUT_TO_TWO: lambda: f"{wish} (#{code[:2]}",
        Handling.SLIP: lambda: f"{wish} (#{_slipped(code, rng)})",
        Handling.SWAP: lambda: f"{wish} (#{_swapped(code, rng)})",
        Handling.DELETED: lambda: wish,
    }
    return ways[handling]()


def _slipped(code: str, rng: Random) -> str:
    """Return a code with another character in one place: of its own kind, as a neighbour on the keyboard or a look-alike is."""
    place = rng.randrange(len(code))
    kind = str.isdigit if code[place].isdigit() else str.isalpha
    others = [each for each in ALPHABET if kind(each) and each != code[place]]
    return code[:place] + rng.choice(others) + code[place + 1 :]


def _swapped(code: str, rng: Random) -> str:
    """Return a code with two neighbouring characters swapped, that differ."""
    places = [place for place in range(len(code) - 1) if code[place] != code[place + 1]]
    place = rng.choice(places)
    return code[:place] + code[place + 1] + code[place] + code[place + 2 :]
