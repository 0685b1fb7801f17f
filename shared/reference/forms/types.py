"""The types of single values that a field may have; what each does is said by `FieldType`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from typing_extensions import override

from shared.reference.forms.choices import ChoiceType
from shared.reference.forms.countries import CountryType
from shared.reference.forms.dates import parse_date, parse_time
from shared.reference.forms.field_type import FieldType as FieldType
from shared.reference.forms.field_type import Setup as Setup
from shared.reference.forms.letters import MovingLetterType
from shared.reference.forms.office_days import DayType, OfficeDayType
from shared.reference.forms.places import RegencyType, VillageType
from shared.typed import visible, without_marks
from shared.values import KkNumber, Malformed, Nik, PersonName, Phone

_YES: Final = frozenset(("ya", "iya", "y", "yes", "betul", "benar", "sudah", "udah", "ada", "nggih", "inggih", "sampun", "1"))
_NO: Final = frozenset(
    (
        "tidak",
        "tdk",
        "gak",
        "ga",
        "nggak",
        "ngga",
        "enggak",
        "bukan",
        "belum",
        "blm",
        "no",
        "t",
        "n",
        "mboten",
        "boten",
        "ora",
        "durung",
        "dereng",
        "2",
    )
)
_POLITE: Final = frozenset(("pak", "bu", "ibu", "bapak", "mas", "mbak", "kak", "min", "kok", "sih", "dong", "lah", "saja", "pernah"))
"""Words beside a yes or no that don't change it."""
_SIXTEEN_DIGITS: Final[Mapping[str, Any]] = MappingProxyType({"type": "string", "pattern": "^[0-9]{16}$"})
_NUMBER: Final = re.compile(r"(?!-)\D{0,20}?(\d{1,6})(?:[.,](\d{1,3}))?\s*[a-z%.]*")
_GRAMS_A_KILO: Final = 1000
_MOST_KILOS: Final = 20  # a smaller number of a weight in grams is kilos
_THOUSANDS: Final = 3  # digits behind a point that make it one between thousands
_HALF: Final = "5"


class NikType(FieldType):
    """A NIK."""

    @override
    def parse(self, text: str, setup: Setup) -> str:
        return Nik.parse(text).text

    @override
    def show(self, value: Any, setup: Setup) -> str:
        return Nik(value).checkable

    @override
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return _SIXTEEN_DIGITS


class KkNumberType(FieldType):
    """The number of a family card."""

    @override
    def parse(self, text: str, setup: Setup) -> str:
        return KkNumber.parse(text).text

    @override
    def show(self, value: Any, setup: Setup) -> str:
        return KkNumber(value).checkable

    @override
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return _SIXTEEN_DIGITS


class PersonNameType(FieldType):
    """A name. One that is given now has at least two words (Permendagri 73/2022 article 4)."""

    @override
    def parse(self, text: str, setup: Setup) -> str:
        name = PersonName.parse(text)
        if setup.limits.new and name.is_one_word:
            raise Malformed("name_one_word")
        return name.text

    @override
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": 60}


class TextType(FieldType):
    """A line of text in people's own words."""

    @override
    def parse(self, text: str, setup: Setup) -> str:
        line = unicodedata.normalize("NFC", " ".join(visible(text).split()))
        if not line:
            raise Malformed("text_empty")
        if not line.isprintable():
            raise Malformed("text_has_controls")
        if len(line) > setup.limits.max_length:
            raise Malformed("text_too_long")
        return line

    @override
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": setup.limits.max_length}


class PhoneType(FieldType):
    """An Indonesian mobile number."""

    @override
    def parse(self, text: str, setup: Setup) -> str:
        return Phone.parse(text).text

    @override
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return {"type": "string", "pattern": "^628[0-9]{7,11}$"}


class DateType(DayType):
    """A day."""

    @override
    def parse(self, text: str, setup: Setup) -> date:
        day = parse_date(text, setup.today)
        if setup.limits.past and day > setup.today:
            raise Malformed("date_in_future")
        if setup.limits.coming and day < setup.today:
            raise Malformed("date_in_past")
        years = setup.limits.within_years
        if years is not None and (day.year + years, day.month, day.day) < (setup.today.year, setup.today.month, setup.today.day):
            raise Malformed("date_too_long_ago")
        return day

    @override
    def show(self, value: date, setup: Setup) -> str:
        return f"{value:%d-%m-%Y}"


class TimeType(FieldType):
    """A time of day, local; the value is `HH:MM`."""

    @override
    def parse(self, text: str, setup: Setup) -> str:
        return f"{parse_time(text):%H:%M}"

    @override
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


class YesNoType(FieldType):
    """Yes or no, in Indonesian and Javanese."""

    @override
    def parse(self, text: str, setup: Setup) -> bool:
        words = [word for word in re.findall(r"[a-z0-9]+", without_marks(text).casefold()) if word not in _POLITE]
        if words and words[0] in _NO and set(words) <= _YES | _NO:  # `belum ada`
            return False
        if words and set(words) <= _YES:
            return True
        raise Malformed("yes_no_unclear")

    @override
    def read(self, raw: Any, setup: Setup) -> bool:
        return raw if isinstance(raw, bool) else bool(super().read(raw, setup))

    @override
    def wire(self, value: Any) -> Any:
        return value

    @override
    def show(self, value: Any, setup: Setup) -> str:
        return "Ya" if value else "Tidak"

    @override
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        return {"type": "boolean"}


class NumberType(FieldType):
    """A whole number within limits. A weight in grams may be written in kilos: `3,2` and `3.200` are 3200."""

    @override
    def parse(self, text: str, setup: Setup) -> int:
        match = _NUMBER.fullmatch(without_marks(text).casefold().strip())
        if match is None:
            raise Malformed("number_malformed")
        whole, part = int(match[1]), match[2] or ""
        if setup.limits.unit == "g" and whole < _MOST_KILOS:
            whole = whole * _GRAMS_A_KILO + int(part.ljust(_THOUSANDS, "0"))
        elif setup.limits.unit == "cm":
            whole += part >= _HALF
        elif part.strip("0"):
            raise Malformed("number_malformed")
        return self.read(whole, setup)

    @override
    def read(self, raw: Any, setup: Setup) -> int:
        if isinstance(raw, str):
            return self.parse(raw, setup)
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise Malformed("number_malformed")
        low, high = setup.limits.min, setup.limits.max
        if (low is not None and raw < low) or (high is not None and raw > high):
            raise Malformed("number_out_of_range")
        return raw

    @override
    def wire(self, value: Any) -> Any:
        return value

    @override
    def show(self, value: Any, setup: Setup) -> str:
        return f"{value} {setup.limits.unit}".strip()

    @override
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        limits = {"minimum": setup.limits.min, "maximum": setup.limits.max}
        return {"type": "integer"} | {name: limit for name, limit in limits.items() if limit is not None}


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
        "country": CountryType(),
        "phone": PhoneType(),
        "moving_letter": MovingLetterType(),
        "office_day": OfficeDayType(),
    }
)
"""The types of single values. `group` and `document` are the form's own: rows of fields, and files."""
