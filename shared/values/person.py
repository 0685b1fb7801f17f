"""What the register says of a person in one value. Names by Permendagri 73/2022."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from shared.typed import visible
from shared.values.malformed import Malformed

_NAME_MAX_CHARACTERS: Final = 60  # Permendagri 73/2022 article 4, spaces included
_NAME_MIN_WORDS: Final = 2  # Permendagri 73/2022 article 4


class Sex(StrEnum):
    """Sex as recorded in the register."""

    MALE = "L"
    FEMALE = "P"


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name as Permendagri 73/2022 wants new ones: at most 60 letters with spaces, at least two words, no digits, no titles."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Collapse blanks, write apostrophes and dashes in one way and everything in capitals, as the register does.

        Raises:
            Malformed: `name_empty`, `name_too_long`, `name_has_digits` or `name_has_symbols`.
        """
        name = " ".join(visible(text).split()).upper()
        if not name:
            raise Malformed("name_empty")
        if len(name) > _NAME_MAX_CHARACTERS:
            raise Malformed("name_too_long")
        if any(character.isdigit() for character in name):
            raise Malformed("name_has_digits")
        if not all(character.isalpha() or character in " '.-" for character in name):
            raise Malformed("name_has_symbols")
        return cls(name)

    @property
    def is_one_word(self) -> bool:
        """Whether it is one word, which older records may have and a new one may not."""
        return len(self.text.split()) < _NAME_MIN_WORDS

    @property
    def masked(self) -> str:
        """The first letter of each word, for public pages: `S*** A*****`."""
        return " ".join(word[0] + "*" * (len(word) - 1) for word in self.text.split())

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return "PersonName(…)"
