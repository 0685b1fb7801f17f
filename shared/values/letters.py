"""The number of a moving letter (SKPWNI), as the offices of the country write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from shared.typed import visible
from shared.values.malformed import Malformed

_NUMBER: Final = re.compile(r"(?:SKPWNI)?/?(\d{4})/(\d{2})(\d{2})(\d{4}|\d{2})/(\d{1,6})")
_CENTURY: Final = 2000  # of a year with two digits: the letter of this name is younger
_YEAR_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class MovingLetterNumber:
    """`SKPWNI/3506/22082022/0010`: the regency that issued it, the day of issue, a serial. Some write two digits of the year."""

    text: str
    regency: str
    issued_on: date

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept blanks, any case, a missing word at the beginning, and a year of two digits, which is kept as it was written.

        Raises:
            Malformed: `letter_malformed` or `letter_date_impossible`.
        """
        match = _NUMBER.fullmatch("".join(visible(text).split()).upper())
        if match is None:
            raise Malformed("letter_malformed")
        regency, day, month, year, serial = match.groups()
        full = int(year) if len(year) == _YEAR_DIGITS else _CENTURY + int(year)
        try:
            issued_on = date(full, int(month), int(day))
        except ValueError:
            raise Malformed("letter_date_impossible") from None
        return cls(f"SKPWNI/{regency}/{day}{month}{year}/{serial}", regency, issued_on)

    def __str__(self) -> str:
        return self.text
