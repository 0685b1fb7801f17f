"""What somebody wrote, as the office may read it where nobody needs to know who: without numbers and names that can be told. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from services.intake.domain.understanding import Lexicon
from shared.typed import without_marks

_MOST_WORDS: Final = 25  # of a wording: what is wanted stands in the first ones, and a story tells of people
_NUMBER: Final = re.compile(r"\+?\d(?:[\W_]*\d){3,}")  # four digits and more, of any script: NIK, phones, dates, receipts
_ADDRESS: Final = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+")
_RECEIPT: Final = re.compile(r"\b[A-Z]{3}(?:[\s-]*[2-9A-Z]){8}\b")
_WORD: Final = re.compile(r"#+|[^\W\d_]+(?:'[^\W\d_]+)*|[0-9]{1,3}")
_MASK: Final = "#"
_HIDDEN: Final = "…"
_BEFORE_NAMES: Final = frozenset(
    {
        "nama",
        "jeneng",
        "asma",
        "asmo",
        "an",
        "bernama",
        "namanya",
        "bin",
        "binti",
        "almarhum",
        "almarhumah",
        "alm",
        "pak",
        "bapak",
        "bu",
        "ibu",
    }
    | {"mbah", "mbak", "mas", "dik", "sdr", "sdri", "bpk", "jalan", "jl", "gang", "gg", "dusun", "dsn", "perum"}
)  # words behind which a name stands
_OWN: Final = frozenset({"saya", "sy", "aku", "kulo", "kula", "anak", "suami", "istri"})  # may stand between: "nama saya …"
_MOST_NAMES: Final = 3  # words of a name


def wording(text: str, lexicon: Lexicon, own_name: str = "") -> str:
    """Return a text in small letters with numbers of four and more digits, addresses and names masked; grouped by it, texts are one.

    Args:
        text: What somebody wrote.
        lexicon: The words that are no names: what stands behind "nama" or "pak" and is not known, and what begins with a capital in the
            middle of a sentence and is not known, is taken for one.
        own_name: What the person is called at WhatsApp.
    """
    shown = _NUMBER.sub(f" {_MASK} ", _RECEIPT.sub(f" {_MASK} ", _ADDRESS.sub(f" {_MASK} ", without_marks(text))))
    words = [found.group() for found in _WORD.finditer(shown)]
    own = {word.casefold() for word in _WORD.findall(without_marks(own_name))}
    said: list[str] = []
    for word in _masked(words[:_MOST_WORDS], lexicon, own):
        if word != _HIDDEN or said[-1:] != [_HIDDEN]:
            said.append(word)
    return " ".join([*said, *([_HIDDEN] if len(words) > _MOST_WORDS and said[-1:] != [_HIDDEN] else [])])


def _masked(words: list[str], lexicon: Lexicon, own: set[str]) -> Iterator[str]:
    is_shouted = not any(word.islower() for word in words)  # in a text of capitals a capital says nothing
    names_left = 0
    for number, word in enumerate(words):
        small = word.casefold()
        is_own = small in own and small not in lexicon.speller.known  # a slip of a known word, Dewi for dewe, may be a name
        is_proper = number > 0 and word[0].isupper() and not is_shouted
        may_be_name = names_left or is_proper
        if is_own or (may_be_name and not (word.startswith(_MASK) or small.isdecimal() or _is_known(small, lexicon))):
            names_left = max(0, names_left - 1)
            yield _HIDDEN
            continue
        if small in _BEFORE_NAMES:
            names_left = _MOST_NAMES
        elif small not in _OWN:
            names_left = 0
        yield small


def _is_known(word: str, lexicon: Lexicon) -> bool:
    return all(read in lexicon.speller.known or read in lexicon.idle for read in lexicon.speller.read(word))
