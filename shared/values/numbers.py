"""Numbers that people and offices go by: NIK, KK number, mobile phone, receipt.

Formats: NIK and KK numbers by Permendagri 102/2009 and Perpres 26/2009 as used by SIAK.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from shared.typed import compact_number, long_numbers
from shared.values.malformed import Malformed
from shared.values.person import Sex

HOME_REGENCY: Final = "3519"  # Kabupaten Madiun; Kota Madiun is 3577 and another office
_DIGITS: Final = 16  # of a NIK and of the number of a family card
_MASK: Final = "•" * 6  # stands for province, regency and district; no asterisk: WhatsApp takes those for bold
_WOMAN_DAY_OFFSET: Final = 40  # added to the day of birth in a woman's NIK

RECEIPT_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 O 1 I: they are misread and misheard
RECEIPT_BODY_LENGTH: Final = 7
RECEIPT_PREFIX: Final = "MDN"


def _sixteen_digits(text: str, code: str) -> str:
    """Return the number that was typed: all of the text, or the only run of 16 digits in it."""
    if len(text) == _DIGITS and text.isascii() and text.isdigit():
        return text
    whole = compact_number(text)
    if re.fullmatch(r"[0-9]{16}", whole):
        return whole
    found = long_numbers(text)
    if len(found) != 1:
        raise Malformed(code)
    return found[0][0]


@dataclass(frozen=True, slots=True)
class Nik:
    """Nomor Induk Kependudukan: 6 region digits, DDMMYY of birth (day + 40 for women), 4 serial digits. It has no check digit."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept what may stand between and around the digits, and words around the only run of 16 digits.

        Raises:
            Malformed: `nik_not_16_digits`, `nik_date_impossible` or `nik_serial_zero`.
        """
        digits = _sixteen_digits(text, "nik_not_16_digits")
        nik = cls(digits)
        if not any(_is_date(century + nik._year, nik._month, nik.day_of_birth) for century in (1900, 2000)):
            raise Malformed("nik_date_impossible")
        if digits[12:] == "0000":
            raise Malformed("nik_serial_zero")
        return nik

    @property
    def region(self) -> str:
        """The region of first registration: six digits. Says nothing of where the person lives now."""
        return self.text[:6]

    @property
    def sex(self) -> Sex:
        """The sex as coded in the day of birth."""
        return Sex.FEMALE if int(self.text[6:8]) > _WOMAN_DAY_OFFSET else Sex.MALE

    @property
    def day_of_birth(self) -> int:
        """The day of the month, 1-31, the women's offset taken off."""
        day = int(self.text[6:8])
        return day - _WOMAN_DAY_OFFSET if day > _WOMAN_DAY_OFFSET else day

    @property
    def _month(self) -> int:
        return int(self.text[8:10])

    @property
    def _year(self) -> int:
        return int(self.text[10:12])

    def matches_birth(self, born_on: date) -> bool:
        """Return whether the date coded in the number is that date (the century is not coded)."""
        return (self.day_of_birth, self._month, self._year) == (born_on.day, born_on.month, born_on.year % 100)

    @property
    def masked(self) -> str:
        """The form to show in lists: the first six and the last two digits."""
        return f"{self.text[:6]}********{self.text[-2:]}"

    @property
    def checkable(self) -> str:
        """The form to show back to whoever typed it: all that tells it from another one, without the district that most share."""
        return f"{_MASK}{self.text[len(_MASK) :]}"

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return "Nik(…)"


@dataclass(frozen=True, slots=True)
class KkNumber:
    """Nomor Kartu Keluarga: 6 region digits, DDMMYY of recording, 4 serial digits."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept what `Nik.parse` accepts.

        Raises:
            Malformed: `kk_not_16_digits` or `kk_date_impossible`.
        """
        digits = _sixteen_digits(text, "kk_not_16_digits")
        day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
        if not _is_date(2000 + year, month, day) and not _is_date(1900 + year, month, day):
            raise Malformed("kk_date_impossible")
        return cls(digits)

    @property
    def region(self) -> str:
        """The kecamatan of the office that recorded it: six digits."""
        return self.text[:6]

    @property
    def checkable(self) -> str:
        """The form to show back to whoever typed it: all that tells it from another one, without the district that most share."""
        return f"{_MASK}{self.text[len(_MASK) :]}"

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return "KkNumber(…)"


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Phone:
    """An Indonesian mobile number in E.164 without the plus: `6281234567890`, as WhatsApp writes it."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept 08…, 8…, +62… and 62… with what may stand between digits.

        Raises:
            Malformed: `phone_malformed`.
        """
        digits = compact_number(text)
        if digits.startswith("0"):
            digits = "62" + digits[1:]
        elif digits.startswith("8"):
            digits = "62" + digits
        if not re.fullmatch(r"628[0-9]{7,11}", digits):
            raise Malformed("phone_malformed")
        return cls(digits)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return "Phone(…)"

    @property
    def term(self) -> str:
        """The number as it stands among what a search finds, where a NIK may begin with 62, too."""
        return f"+{self.text}"


def file_stem(number: str) -> str:
    """Return a document's number as it stands in the name of a file."""
    return number.replace("/", "-")


def phone_term(text: str) -> str | None:
    """Return `Phone.term` of what is a number; None for what is none: another channel's address, a NIK."""
    try:
        return Phone.parse(text).term
    except Malformed:
        return None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt number people can say on the phone: `MDN-7K4Q-9F2X`; the last character checks the others.

    The check is a sum over GF(32) weighted by powers of x, so every single wrong character and every swap of neighbours is caught.
    """

    text: str

    @classmethod
    def from_body(cls, body: str) -> Self:
        """Add the check character to seven characters of the alphabet."""
        whole = body + _check_character(body)
        return cls(f"{RECEIPT_PREFIX}-{whole[:4]}-{whole[4:]}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept any case, missing dashes, blanks and emphasis, and a missing prefix.

        Raises:
            Malformed: `receipt_malformed` or `receipt_check_wrong`.
        """
        compact = compact_number(text).upper()
        if len(compact) > RECEIPT_BODY_LENGTH + 1:
            compact = compact.removeprefix(RECEIPT_PREFIX)
        if len(compact) != RECEIPT_BODY_LENGTH + 1 or any(character not in RECEIPT_ALPHABET for character in compact):
            raise Malformed("receipt_malformed")
        receipt = cls.from_body(compact[:-1])
        if receipt.text[-1] != compact[-1]:
            raise Malformed("receipt_check_wrong")
        return receipt

    def __str__(self) -> str:
        return self.text


def _check_character(body: str) -> str:
    # Damm-like over GF(32): multiply by x (polynomial x^5 + x^2 + 1) and add. Catches every single error and every swap of neighbours.
    state = 0
    for character in body:
        state = _times_x(state ^ RECEIPT_ALPHABET.index(character))
    return RECEIPT_ALPHABET[state]


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled
