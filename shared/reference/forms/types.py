"""The types of fields: what people write becomes a value, or a stable code says why not. The same types check chat and API.

A value is what the domain reckons with; its wire form is JSON (`wire`, read back by `read`). `show` is for the one who gave it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Protocol

from shared.reference.forms.dates import parse_date, parse_time
from shared.reference.forms.rules import Limits
from shared.reference.lists import CodeList
from shared.reference.regions import Regency, Village, find_regency, find_village, regencies, villages
from shared.typed import visible, without_marks
from shared.values import KkNumber, Malformed, Nik, PersonName, Phone

_YES: Final = frozenset(("ya", "iya", "y", "yes", "betul", "benar", "sudah", "ada", "nggih", "inggih", "1"))
_NO: Final = frozenset(("tidak", "tdk", "gak", "ga", "nggak", "enggak", "bukan", "belum", "no", "t", "n", "mboten", "ora", "2"))
_GRAMS_A_KILO: Final = 1000
_MOST_KILOS: Final = 20  # a smaller number of a weight in grams is kilos
_REGENCY_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Setup:
    """What a field gives its type: limits, and the list of a choice. `today` is the office's day."""

    today: date
    limits: Limits = Limits()
    choices: CodeList | None = None


class FieldType(Protocol):
    """A type of fields."""

    def parse(self, text: str, setup: Setup) -> Any:
        """Return the value that a person wrote; Malformed where it is none."""

    def read(self, raw: Any, setup: Setup) -> Any:
        """Return the value of a wire form; Malformed where it is none."""

    def wire(self, value: Any) -> Any:
        """Return the wire form."""

    def show(self, value: Any, setup: Setup) -> str:
        """Return it as it is shown to whoever gave it: numbers of persons and families masked."""

    def schema(self, setup: Setup) -> Mapping[str, Any]:
        """Return the JSON Schema of the wire form."""


class _Text:
    """What the types of texts have in common: the wire form is what a person would write."""

    def parse(self, text: str, setup: Setup) -> Any:
        raise NotImplementedError

    def read(self, raw: Any, setup: Setup) -> Any:
        if not isinstance(raw, str):
            raise Malformed("text_expected")
        return self.parse(raw, setup)

    def wire(self, value: Any) -> Any:
        return str(value)

    def show(self, value: Any, setup: Setup) -> str:  # noqa: ARG002 - as FieldType
        return str(value)

    def schema(self, setup: Setup) -> Mapping[str, Any]:  # noqa: ARG002 - as FieldType
        return {"type": "string"}


class NikType(_Text):
    """A NIK."""

    def parse(self, text: str, setup: Setup) -> str:  # noqa: ARG002 - as FieldType
        return Nik.parse(text).text

    def show(self, value: Any, setup: Setup) -> str:  # noqa: ARG002 - as FieldType
        return Nik(value).masked

    def schema(self, setup: Setup) -> Mapping[str, Any]:  # noqa: ARG002 - as FieldType
        return {"type": "string", "pattern": "^[0-9]{16}$"}


class KkNumberType(_Text):
    """The number of a family card."""

    def parse(self, text: str, setup: Setup) -> str:  # noqa: ARG002 - as FieldType
        return KkNumber.parse(text).text

    def show(self, value: Any, setup: Setup) -> str:  # noqa: ARG002 - as FieldType
        return KkNumber(value).masked

    def schema(self, setup: Setup) -> Mapping[str, Any]:  # noqa: ARG002 - as FieldType
        return {"type": "string", "pattern": "^[0-9]{16}$"}


class PersonNameType(_Text):
    """A new name: at least two words (Permendagri 73/2022 article 4)."""

    def parse(self, text: str, setup: Setup) -> str:  # noqa: ARG002 - as FieldType
        name = PersonName.parse(text)
        if name.is_one_word:
            raise Malformed("name_one_word")
        return name.text

    def schema(self, setup: Setup) -> Mapping[str, Any]:  # noqa: ARG002 - as FieldType
        return {"type": "string", "maxLength": 60}


class TextType(_Text):
    """A line of text in people's own words."""

    def parse(self, text: str, setup: Setup) -> str:
        line = unicodedata.normalize("NFC", " ".join(visible(text).split()))
        if not line:
            raise Malformed("text_empty")
        if not line.isprintable():
            raise Malformed("text_has_controls")
        if len(line) > setup.limits.max_length:
            raise Malformed("text_too_long")
        return line

    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": setup.limits.max_length}


class PhoneType(_Text):
    """An Indonesian mobile number."""

    def parse(self, text: str, setup: Setup) -> str:  # noqa: ARG002 - as FieldType
        return Phone.parse(text).text

    def schema(self, setup: Setup) -> Mapping[str, Any]:  # noqa: ARG002 - as FieldType
        return {"type": "string", "pattern": "^628[0-9]{7,11}$"}


class DateType(_Text):
    """A day."""

    def parse(self, text: str, setup: Setup) -> date:
        day = parse_date(text, setup.today)
        if setup.limits.past and day > setup.today:
            raise Malformed("date_in_future")
        if setup.limits.within_years is not None and day.year < setup.today.year - setup.limits.within_years:
            raise Malformed("date_too_long_ago")
        return day

    def wire(self, value: date) -> str:
        return value.isoformat()

    def show(self, value: date, setup: Setup) -> str:  # noqa: ARG002 - as FieldType
        return f"{value:%d-%m-%Y}"

    def schema(self, setup: Setup) -> Mapping[str, Any]:  # noqa: ARG002 - as FieldType
        return {"type": "string", "format": "date"}


class TimeType(_Text):
    """A time of day, local; the value is `HH:MM`."""

    def parse(self, text: str, setup: Setup) -> str:  # noqa: ARG002 - as FieldType
        return f"{parse_time(text):%H:%M}"

    def schema(self, setup: Setup) -> Mapping[str, Any]:  # noqa: ARG002 - as FieldType
        return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


class ChoiceType(_Text):
    """One of a code list; the value is the code. People write the number in the list, the label, or the code."""

    def parse(self, text: str, setup: Setup) -> str:
        found = _list(setup).find(text)
        if found is None:
            raise Malformed("choice_unknown")
        return found

    def show(self, value: Any, setup: Setup) -> str:
        return _list(setup).label(value)

    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return {"type": "string", "enum": list(_list(setup).rows)}


class YesNoType(_Text):
    """Yes or no."""

    def parse(self, text: str, setup: Setup) -> bool:  # noqa: ARG002 - as FieldType
        word = " ".join(re.findall(r"[a-z0-9]+", without_marks(text).casefold()))
        if word in _YES:
            return True
        if word in _NO:
            return False
        raise Malformed("yes_no_unclear")

    def read(self, raw: Any, setup: Setup) -> bool:
        return raw if isinstance(raw, bool) else bool(super().read(raw, setup))

    def wire(self, value: Any) -> Any:
        return value

    def show(self, value: Any, setup: Setup) -> str:  # noqa: ARG002 - as FieldType
        return "Ya" if value else "Tidak"

    def schema(self, setup: Setup) -> Mapping[str, Any]:  # noqa: ARG002 - as FieldType
        return {"type": "boolean"}


class NumberType(_Text):
    """A whole number within limits. A weight in grams may be written in kilos: `3,2` is 3200."""

    def parse(self, text: str, setup: Setup) -> int:
        match = re.fullmatch(r"\D{0,20}?(\d{1,6})(?:[.,](\d{1,3}))?\s*[a-z%.]*", without_marks(text).casefold().strip())
        if match is None:
            raise Malformed("number_malformed")
        whole, part = int(match[1]), match[2]
        if setup.limits.unit == "g" and whole < _MOST_KILOS:
            whole = whole * _GRAMS_A_KILO + int((part or "0").ljust(3, "0"))
        elif part and int(part) and setup.limits.unit != "cm":
            raise Malformed("number_malformed")
        return self.read(whole, setup)

    def read(self, raw: Any, setup: Setup) -> int:
        if isinstance(raw, str):
            return self.parse(raw, setup)
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise Malformed("number_malformed")
        low, high = setup.limits.min, setup.limits.max
        if (low is not None and raw < low) or (high is not None and raw > high):
            raise Malformed("number_out_of_range")
        return raw

    def wire(self, value: Any) -> Any:
        return value

    def show(self, value: Any, setup: Setup) -> str:
        return f"{value} {setup.limits.unit}".strip()

    def schema(self, setup: Setup) -> Mapping[str, Any]:
        limits = {"minimum": setup.limits.min, "maximum": setup.limits.max}
        return {"type": "integer"} | {name: limit for name, limit in limits.items() if limit is not None}


class VillageType(_Text):
    """A village of Kabupaten Madiun by its code or name; 14 names repeat, so that the kecamatan may be needed. The value is the code."""

    def parse(self, text: str, setup: Setup) -> str:  # noqa: ARG002 - as FieldType
        known = find_village(re.sub(r"[\s.]", "", visible(text)))
        if known is not None:
            return known.code
        words = _words(text)
        named = [village for village in villages().values() if _named(village.name, words)]
        closest = [village for village in named if _named(village.district.name, words)] or named
        exact = [village for village in closest if len(_words(village.name)) == max(len(_words(one.name)) for one in closest)]
        return _only(exact, "village").code

    def show(self, value: Any, setup: Setup) -> str:  # noqa: ARG002 - as FieldType
        village: Village | None = find_village(value)
        return f"{village.name}, Kecamatan {village.district.name}" if village else str(value)

    def schema(self, setup: Setup) -> Mapping[str, Any]:  # noqa: ARG002 - as FieldType
        return {"type": "string", "pattern": "^[0-9]{10}$"}


class RegencyType(_Text):
    """A regency or city of Indonesia by its code or name; the value is the code. `Madiun` alone is the home regency's neighbour as well."""

    def parse(self, text: str, setup: Setup) -> str:  # noqa: ARG002 - as FieldType
        digits = re.sub(r"[\s.]", "", visible(text))
        if len(digits) == _REGENCY_DIGITS and (known := find_regency(digits)):
            return known.code
        words = _words(text)
        found = [regency for regency in regencies().values() if _bare(regency.name) == [w for w in words if w not in _KINDS]]
        if len(found) > 1:
            wants_city = "kota" in words
            found = [regency for regency in found if ("kota" in _words(regency.name)) is wants_city]
        return _only(found, "regency").code

    def show(self, value: Any, setup: Setup) -> str:  # noqa: ARG002 - as FieldType
        regency: Regency | None = find_regency(value)
        return regency.name if regency else str(value)

    def schema(self, setup: Setup) -> Mapping[str, Any]:  # noqa: ARG002 - as FieldType
        return {"type": "string", "pattern": "^[0-9]{4}$"}


_KINDS: Final = frozenset(("kab", "kabupaten", "kota", "di"))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", without_marks(text).casefold())


def _bare(name: str) -> list[str]:
    return [word for word in _words(name) if word not in _KINDS]


def _named(name: str, words: list[str]) -> bool:
    return f" {' '.join(_words(name))} " in f" {' '.join(words)} "


def _only(found: list[Any], what: str) -> Any:
    if not found:
        raise Malformed(f"{what}_unknown")
    if len(found) > 1:
        raise Malformed(f"{what}_unclear")
    return found[0]


def _list(setup: Setup) -> CodeList:
    if setup.choices is None:
        raise ValueError("a choice without a list")
    return setup.choices


TYPES: Final[Mapping[str, FieldType]] = MappingProxyType(
    {
        "nik": NikType(),
        "kk_number": KkNumberType(),
        "person_name": PersonNameType(),
        "text": TextType(),
        "date": DateType(),
        "time": TimeType(),
        "choice": ChoiceType(),
        "yes_no": YesNoType(),
        "number": NumberType(),
        "village": VillageType(),
        "regency": RegencyType(),
        "phone": PhoneType(),
    }
)
"""The types of single values. `group` and `document` are the form's own: rows of fields, and files."""
