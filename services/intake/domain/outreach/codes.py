"""Codes of sources: short, read aloud on the radio, typed by hand, cut off and forwarded (ADR 47). Pure.

A code is a letter, a digit, and one to three more characters of 31 that are not mixed up. The last one checks the others: a weighted sum
modulo 31, a prime, so that every single wrong character and every swap is noticed. The length counts in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from shared.values import Malformed

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31: no 0 O, no 1 I L
LETTERS: Final = ALPHABET[8:]
DIGITS: Final = ALPHABET[:8]
SHORTEST: Final = 3  # characters: a letter, a digit, and the one that checks them
LONGEST: Final = 5
_MADE: Final = ((4, LETTERS[:11]), (5, LETTERS[11:]), (5, LETTERS))
"""Lengths of new codes, and the letters they begin with: 88 of which two characters tell which it is; then 92,000 of which hardly two are
so near to each other that a slip could be of either."""
_WEIGHTS: Final = (12, 11, 7, 5)  # of what stands before the last character; any that differ and are not 0 would do
_LEFT: Final = 2  # the sum is the length less this: a code that was cut off or lengthened does not add up
_VALUES: Final = {character: number for number, character in enumerate(ALPHABET)}
_TAKEN: Final = frozenset({"RT", "RW", "KM", "NO"})  # what stands before digits in addresses
_MOST_TRIES: Final = 400  # of one length, before codes of it are scarce and a longer one is made

# Blanks are counted: where any number may stand before what is looked for, a message of nothing but blanks takes a second to read.
_MARKED: Final = re.compile(r"[(\[{]?\s{0,3}(?:#|\bkode\b\s{0,3}[:=#]?)\s{0,3}([A-Za-z0-9]{0,12})\b\s{0,3}[)\]}]?", re.IGNORECASE)
_BRACKETED: Final = re.compile(r"[(\[{]\s{0,3}([A-Za-z][0-9][A-Za-z0-9]{1,3})\s{0,3}[)\]}]")
_BARE: Final = re.compile(r"\b([A-Za-z][2-9][A-Za-z0-9]{1,3})\b")
_LEFT_OVER: Final = re.compile(r"\(\s{0,3}#[\s)]*$")
_PART: Final = re.compile(r"[A-Z][0-9]?[A-Z0-9]{0,3}")
_SAYS: Final = re.compile(r"\s+")
_CUT: Final = 2  # characters from which on a code that was cut off can be told


class CodeCondition(StrEnum):
    """The condition in which a code came."""

    INTACT = "intact"
    """It adds up; whether there is such a source, the store says."""
    DAMAGED = "damaged"
    """A code stood there, and not all of it is left, or a character is wrong."""


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A code as it stood in a text. `text`: in capitals; "" where only its mark was left. `is_marked`: `#` or "kode" stood before it."""

    text: str
    condition: CodeCondition
    is_marked: bool = True


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text without its code, and the code; None where it had none."""

    text: str = field(repr=False)
    code: FoundCode | None = None


def checked(body: str) -> str:
    """Return a code: the characters with the one that checks them."""
    total = sum(weight * _VALUES[character] for weight, character in zip(_WEIGHTS, body, strict=False))
    return body + ALPHABET[(len(body) + 1 - _LEFT - total) % len(ALPHABET)]


def is_code(text: str) -> bool:
    """Return whether a text, in capitals, is a code that adds up."""
    if not SHORTEST <= len(text) <= LONGEST or text[0] not in LETTERS or text[1] not in DIGITS:
        return False
    return all(character in _VALUES for character in text) and checked(text[:-1]) == text


def parse_code(text: str) -> str:
    """Return the code that somebody typed into a field: any case, with or without `#`, brackets and blanks.

    Raises:
        Malformed: `source_code_malformed`.
    """
    code = _SAYS.sub("", _plain(text)).strip("#()[]{}.").upper()
    if not is_code(code):
        raise Malformed("source_code_malformed")
    return code


def named_code(text: str) -> FoundCode:
    """Return the code that somebody named in a field of its own, whatever became of it."""
    try:
        return FoundCode(parse_code(text), CodeCondition.INTACT)
    except Malformed:
        if (found := read_code(text).code) is not None and found.condition is CodeCondition.INTACT:
            return found  # the whole sentence was copied
        left = "".join(filter(str.isalnum, _plain(text))).upper()
        return FoundCode(left[: LONGEST + 1], CodeCondition.DAMAGED)


def read_code(text: str) -> ReadText:
    """Take the code out of what somebody wrote, whatever became of it: edited, forwarded, in small letters, without brackets, half of it.

    What has a mark is a code, or what is left of one. What has none must add up, and is left in the text: it may be something else. Where
    a text was forwarded together with another one, the last code counts.
    """
    plain = _plain(text)
    marked = [found for found in _MARKED.finditer(plain) if _is_meant(found.group(1), found.group(0))]
    if marked:
        best = next((found for found in reversed(marked) if is_code(found.group(1).upper())), marked[-1])
        return _taken_out(plain, best)
    for pattern in (_BRACKETED, _BARE):
        bare = [found.group(1).upper() for found in pattern.finditer(plain) if is_code(found.group(1).upper())]
        if bare:
            return ReadText(text, FoundCode(bare[-1], CodeCondition.INTACT, is_marked=False))
    left = _LEFT_OVER.search(plain)
    if left is not None:
        return ReadText(plain[: left.start()].rstrip(), FoundCode("", CodeCondition.DAMAGED))
    return ReadText(text)


def _plain(text: str) -> str:
    """Return a text in plain letters, without those that nobody sees: marks of direction, joiners, soft hyphens."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")


def _is_meant(code: str, whole: str) -> bool:
    """Return whether what stands behind a mark is a code or the rest of one: no word of `#aktalahir`, no number of `#12` or `kode pos`."""
    upper = code.upper()
    if is_code(upper):
        return True
    has_both = any(map(str.isdigit, upper)) and any(map(str.isalpha, upper))
    is_hash = "#" in whole
    if is_hash and len(upper) == 1:
        return upper.isalpha() and whole.lstrip().startswith("(")
    return has_both and len(upper) <= LONGEST + 1 and (is_hash or _PART.fullmatch(upper) is not None)


def _taken_out(text: str, found: re.Match[str]) -> ReadText:
    code = found.group(1).upper()
    intact = is_code(code)
    is_ours = intact or found.group(0).lstrip()[:1] in "([{"
    rest = _SAYS.sub(" ", f"{text[: found.start()].rstrip()} {text[found.end() :].lstrip()}").strip() if is_ours else text
    return ReadText(rest, FoundCode(code, CodeCondition.INTACT if intact else CodeCondition.DAMAGED))


def completes(part: str, codes: Collection[str]) -> str | None:
    """Return the only code that begins with what is left of one; None where there is none or are several: nobody guesses."""
    if len(part) < _CUT or part in codes:
        return None
    found = [code for code in codes if code.startswith(part)]
    return found[0] if len(found) == 1 else None


def beginnings(code: str) -> Sequence[str]:
    """Return what may be left of a code that was cut off, and still tells it from others of its length."""
    return [code[:length] for length in range(_CUT, len(code))]


def slips(text: str) -> frozenset[str]:
    """Return the codes of which a text is one slip: another character in one place, or two neighbours swapped. They may be nobody's."""
    changed = (text[:place] + other + text[place + 1 :] for place in range(len(text)) for other in ALPHABET)
    swapped = (text[:place] + text[place + 1] + text[place] + text[place + 2 :] for place in range(len(text) - 1))
    return frozenset(filter(is_code, (*changed, *swapped))) - {text}


def make_code(choose: Callable[[str], str], taken: Collection[str]) -> str:
    """Return a new code, as short as there are any left that are far enough from others.

    Whatever of it is cut off is no other code: no beginning of it adds up, it begins no other code, and no other one begins it. One of
    four characters shares its first two with none.

    Args:
        choose: Returns one character of several, by chance.
        taken: All codes that there ever were; none is given twice, for posters hang for years.

    Raises:
        ValueError: no code is left.
    """
    begun = {beginning for code in taken for beginning in (*beginnings(code), code)}
    for length, letters in _MADE:
        for _ in range(_MOST_TRIES):
            code = _chosen(choose, length, letters)
            if code[:2] not in _TAKEN and code not in begun and not any(map(is_code, beginnings(code))) and not begun & _own(code):
                return code
    raise ValueError("no code is left")


def _own(code: str) -> set[str]:
    """Return the beginnings that a code shares with no other: all, but of the longest ones the first two characters, of which are few."""
    return set(beginnings(code)[len(code) == LONGEST :]) | {code}


def _chosen(choose: Callable[[str], str], length: int, letters: str) -> str:
    body = [choose(letters), choose(DIGITS), *(choose(ALPHABET) for _ in range(length - SHORTEST))]
    return checked("".join(body))
