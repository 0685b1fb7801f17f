"""The types of places: a village of the regency, a regency of Indonesia. The value is the code; people write names, in many ways."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

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
_MOST_WORDS: Final = 5  # of a name, a word written in two counted twice
_ALIKE: Final = 0.85  # how near a misspelt name must be to be offered (`difflib`): one letter of seven
_LEAST_LETTERS: Final = 4  # shorter words are near to too much


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
        found = list(_named(words, {code: each.name for code, each in villages().items()}))
        in_district = [each for each in found if _says(each.others(words), villages()[each.code].district.name)]
        return _only(in_district or found, words, {code: each.name for code, each in villages().items()}, "village")

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
        names = {code: " ".join(_bare(each.name)) for code, each in regencies().items()}
        found = list(_named(words, names))
        if len({(each.start, each.end) for each in found}) == 1:
            is_city = "kota" in found[0].others(words)
            found = [each for each in found if regencies()[each.code].name.startswith("KOTA") is is_city] or found
        return _only(found, words, names, "regency")

    @override
    def show(self, value: Any, setup: Setup) -> str:
        regency = find_regency(value)
        return regency.name if regency else str(value)

    @override
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return {"type": "string", "pattern": f"^[0-9]{{{_REGENCY_DIGITS}}}$"}


def _words(text: str) -> list[str]:
    return [_OTHER_NAMES.get(word, word) for word in re.findall(r"[a-z]+", without_marks(text).casefold())]


def _bare(name: str) -> list[str]:
    words = _words(name)
    while words[0] in _KINDS:
        words = words[1:]
    return words


def _named(words: list[str], names: Mapping[str, str]) -> Iterator[_Found]:
    """Yield each place whose name stands in the words, blanks aside (`kebonsari`, `bangun sari`), but for those inside of a longer name."""
    codes: dict[str, list[str]] = {}
    for code, name in names.items():
        codes.setdefault("".join(_words(name)), []).append(code)
    spans = [(start, end) for start in range(len(words)) for end in range(start + 1, min(len(words), start + _MOST_WORDS) + 1)]
    found = [_Found(code, *span) for span in spans for code in codes.get("".join(words[slice(*span)]), ())]
    yield from (each for each in found if not any(each.is_inside(other) for other in found))


def _says(words: list[str], name: str) -> bool:
    """Return whether the words name a kecamatan. `kec madiun` does; `madiun` and `kab madiun` may be the regency."""
    wanted = "".join(_words(name))
    found = next((each for each in _named(words, {wanted: name})), None)
    return found is not None and (wanted != "madiun" or words[: found.start][-1:] in (["kec"], ["kecamatan"]))


def _only(found: Iterable[_Found], words: list[str], names: Mapping[str, str], what: str) -> str:
    codes = sorted({each.code for each in found})
    if len(codes) == 1:
        return codes[0]
    candidates = codes or _near(words, names)
    if candidates:
        raise Unclear(f"{what}_unclear", candidates)
    raise Malformed(f"{what}_unknown")


def _near(words: list[str], names: Mapping[str, str]) -> list[str]:
    """Return the codes of names that begin with a word, or are spelt like one: nothing that may be taken without asking."""
    joined = {code: "".join(_words(name)) for code, name in names.items()}
    long = {word for word in (*words, "".join(words)) if len(word) >= _LEAST_LETTERS and word not in _KINDS}
    alike = {name for word in long for name in get_close_matches(word, set(joined.values()), cutoff=_ALIKE)}
    return sorted(code for code, name in joined.items() if name in alike or any(name.startswith(word) for word in long))
