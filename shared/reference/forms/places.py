"""The types of places: a village of the regency, a regency of Indonesia. The value is the code; people write names, in many ways."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import dropwhile
from typing import Any, Final, TypeAlias

from typing_extensions import override

from shared.reference.forms.field_type import FieldType, Setup, Unclear
from shared.reference.regions import find_regency, find_village, regencies, villages
from shared.typed import visible, without_marks
from shared.values import Malformed

_REGENCY_DIGITS: Final = 4
_VILLAGE_DIGITS: Final = 10
_KINDS: Final = frozenset(("kab", "kabupaten", "kota", "adm", "administrasi"))
"""What stands before the name of a regency and is left out of it."""
_OTHER_NAMES: Final[Mapping[str, str]] = {
    "solo": "surakarta",
    "jogja": "yogyakarta",
    "jogjakarta": "yogyakarta",
    "yogya": "yogyakarta",
    "kep": "kepulauan",
}
_MOST_WORDS: Final = 12  # that are looked at: a place, its kecamatan and regency, and what stands around them
_MOST_WORDS_OF_A_NAME: Final = 5  # a word written in two counted twice
_ALIKE: Final = 0.85  # how near a misspelt name must be to be offered (`difflib`): one letter of seven
_LEAST_LETTERS: Final = 4  # shorter words are near to too much
_Names: TypeAlias = Mapping[str, tuple[str, ...]]
"""Codes by name: small letters, no blanks."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A name that stands in a text, from the word `start` to before `end`."""

    code: str
    start: int
    end: int

    def others(self, words: list[str]) -> list[str]:
        return words[: self.start] + words[self.end :]

    def is_inside(self, other: _Found) -> bool:
        return other.start <= self.start and self.end <= other.end and (other.end - other.start) > (self.end - self.start)


class VillageType(FieldType):
    """A village of Kabupaten Madiun by its code or its name; 14 names repeat, so that the kecamatan may have to be named."""

    @override
    def parse(self, text: str, setup: Setup) -> str:
        code = re.sub(r"[\s.]", "", visible(text))
        if len(code) == _VILLAGE_DIGITS and find_village(code):
            return code
        words = _words(text)
        found = _named(words, _village_names())
        in_district = [each for each in found if _says(each.others(words), villages()[each.code].district.name)]
        return _only(in_district or found, words, _village_names(), unclear="village_unclear", unknown="village_unknown")

    @override
    def show(self, value: Any, setup: Setup) -> str:
        village = find_village(value)
        return f"{village.name}, Kecamatan {village.district.name}" if village else str(value)

    @override
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return {"type": "string", "pattern": f"^[0-9]{{{_VILLAGE_DIGITS}}}$"}


class RegencyType(FieldType):
    """A regency or city of Indonesia by its code or its name. A name that both have is the regency's, but for `Kota Madiun`."""

    @override
    def parse(self, text: str, setup: Setup) -> str:
        code = re.sub(r"[\s.]", "", visible(text))
        if len(code) == _REGENCY_DIGITS and find_regency(code):
            return code
        words = _words(text)
        found = _named(words, _regency_names())
        if len({(each.start, each.end) for each in found}) == 1:
            is_city = "kota" in found[0].others(words)
            found = [each for each in found if regencies()[each.code].name.startswith("KOTA") is is_city] or found
        return _only(found, words, _regency_names(), unclear="regency_unclear", unknown="regency_unknown")

    @override
    def show(self, value: Any, setup: Setup) -> str:
        regency = find_regency(value)
        return regency.name if regency else str(value)

    @override
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return {"type": "string", "pattern": f"^[0-9]{{{_REGENCY_DIGITS}}}$"}


@cache
def _village_names() -> _Names:
    return _by_name((code, _words(village.name)) for code, village in villages().items())


@cache
def _regency_names() -> _Names:
    return _by_name((code, list(dropwhile(_KINDS.__contains__, _words(regency.name)))) for code, regency in regencies().items())


def _by_name(rows: Iterable[tuple[str, list[str]]]) -> _Names:
    names: dict[str, list[str]] = {}
    for code, words in rows:
        names.setdefault("".join(words), []).append(code)
    return {name: tuple(codes) for name, codes in names.items()}


def _words(text: str) -> list[str]:
    found = re.findall(r"[a-z]+", without_marks(text).casefold())[:_MOST_WORDS]
    return [_OTHER_NAMES.get(word, word) for word in found]


def _named(words: list[str], names: _Names) -> list[_Found]:
    """Return each place whose name stands in the words, blanks aside (`bangun sari`), but for those inside of a longer name."""
    spans = [(start, end) for start in range(len(words)) for end in range(start + 1, min(len(words), start + _MOST_WORDS_OF_A_NAME) + 1)]
    found = [_Found(code, *span) for span in spans for code in names.get("".join(words[slice(*span)]), ())]
    return [each for each in found if not any(each.is_inside(other) for other in found)]


def _says(words: list[str], district: str) -> bool:
    """Return whether the words name a kecamatan. `kec madiun` does; `madiun` and `kab madiun` may be the regency."""
    wanted = "".join(_words(district))
    found = _named(words, {wanted: (wanted,)})
    return any(wanted != "madiun" or words[: each.start][-1:] in (["kec"], ["kecamatan"]) for each in found)


def _only(found: Iterable[_Found], words: list[str], names: _Names, *, unclear: str, unknown: str) -> str:
    codes = sorted({each.code for each in found})
    if len(codes) == 1:
        return codes[0]
    candidates = codes or _near(words, names)
    if candidates:
        raise Unclear(unclear, candidates)
    raise Malformed(unknown)


def _near(words: list[str], names: _Names) -> list[str]:
    """Return the codes of names that begin with a word, or are spelt like one: nothing that may be taken without asking."""
    long = {word for word in (*words, "".join(words)) if len(word) >= _LEAST_LETTERS and word not in _KINDS}
    alike = {name for word in long for name in get_close_matches(word, names, cutoff=_ALIKE)}
    return sorted(code for name, codes in names.items() if name in alike or name.startswith(tuple(long)) for code in codes)
