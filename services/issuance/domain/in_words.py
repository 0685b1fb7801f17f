"""Numbers and dates in words, as certificates spell them out beside the figures: in Indonesian, and in English for the line below. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

_DIGITS: Final = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_BELOW_TWENTY: Final = (*_DIGITS, "sepuluh", "sebelas", *(f"{digit} belas" for digit in _DIGITS[2:]))
_UNITS: Final = ((1000, "ribu"), (100, "ratus"), (10, "puluh"))
_MONTHS: Final = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)

_ENGLISH_DIGITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ENGLISH_BELOW_TWENTY: Final = (
    *(*_ENGLISH_DIGITS, "ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_ENGLISH_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ENGLISH_ORDINALS: Final = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_ENGLISH_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Words:
    """The same in both languages: `id` Indonesian, `en` English."""

    id: str
    en: str


def date_in_words(day: date) -> Words:
    """Spell a date: `dua puluh empat November dua ribu dua puluh enam`, `the twenty-fourth of November twenty twenty-six`."""
    return Words(
        id=f"{_indonesian(day.day)} {_MONTHS[day.month - 1]} {_indonesian(day.year)}",
        en=f"the {_english_ordinal(day.day)} of {_ENGLISH_MONTHS[day.month - 1]} {_english_year(day.year)}",
    )


def ordinal_in_words(number: int) -> Words:
    """Spell a place in an order, 1 to 99: `ketiga`, `third`; the first is `kesatu`, as forms of civil registration count children."""
    return Words(id=f"ke{_indonesian(number)}", en=_english_ordinal(number))


def _indonesian(number: int) -> str:
    """Spell 0 to 9999; one of a unit is the prefix `se`."""
    if number < len(_BELOW_TWENTY):
        return _BELOW_TWENTY[number]
    unit, name = next((unit, name) for unit, name in _UNITS if number >= unit)
    many, rest = divmod(number, unit)
    first = f"se{name}" if many == 1 else f"{_DIGITS[many]} {name}"
    return f"{first} {_indonesian(rest)}" if rest else first


def _english(number: int) -> str:
    """Spell 0 to 99."""
    if number < len(_ENGLISH_BELOW_TWENTY):
        return _ENGLISH_BELOW_TWENTY[number]
    tens, rest = divmod(number, 10)
    return f"{_ENGLISH_TENS[tens]}-{_ENGLISH_DIGITS[rest]}" if rest else _ENGLISH_TENS[tens]


def _english_ordinal(number: int) -> str:
    """Spell 1 to 99: only the last word changes."""
    head, hyphen, last = _english(number).rpartition("-")
    if last.endswith("y"):
        return f"{last[:-1]}ieth"
    return f"{head}{hyphen}{_ENGLISH_ORDINALS.get(last, f'{last}th')}"


def _english_year(year: int) -> str:
    """Spell a year as it is said: in two halves, but for the first ten years of a millennium."""
    century, rest = divmod(year, 100)
    if century % 10 == 0 and rest in range(10):
        thousands = f"{_ENGLISH_DIGITS[century // 10]} thousand"
        return f"{thousands} and {_english(rest)}" if rest else thousands
    if rest == 0:
        return f"{_english(century)} hundred"
    return f"{_english(century)} {'oh-' if rest in range(10) else ''}{_english(rest)}"
