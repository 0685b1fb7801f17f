"""Code lists of forms: what people choose from, with the words that they read (`data/lists.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from shared.errors import NotFound
from shared.typed import without_marks

_PARTS: Final = re.compile(r"/| atau ")
_PLACE_DIGITS: Final = 4  # Python reads no number of thousands of digits


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes, in the order in which they are shown. `rows`: code -> label, in Indonesian."""

    name: str
    rows: Mapping[str, str]

    def label(self, code: str) -> str:
        """Return what people read for a code; the code itself where the list does not have it (any more)."""
        return self.rows.get(code, code)

    def find(self, text: str) -> str | None:
        """Return the code that somebody means: by the number in the list from 1, the label, the code, or a part of one label; else None.

        Parts stand between `/` and `atau`: `petani` is Petani/Pekebun.
        """
        word = _plain(text)
        if word.isdecimal() and len(word) <= _PLACE_DIGITS and 0 < int(word) <= len(self.rows):
            return list(self.rows)[int(word) - 1]
        whole = next((code for code, label in self.rows.items() if word in (_plain(code), _plain(label))), None)
        parted = [code for code, label in self.rows.items() if word in map(_plain, _PARTS.split(label))]
        return whole or (parted[0] if len(parted) == 1 else None)


@cache
def code_lists() -> Mapping[str, CodeList]:
    """Return the lists as shipped, read once."""
    document = tomllib.loads(files(__package__).joinpath("data/lists.toml").read_text(encoding="utf-8"))
    return MappingProxyType({name: CodeList(name, MappingProxyType(dict(rows))) for name, rows in document.items()})


def code_list(name: str) -> CodeList:
    """Return a list.

    Raises:
        NotFound: `unknown_code_list`.
    """
    found = code_lists().get(name)
    if found is None:
        raise NotFound("unknown_code_list", name)
    return found


def _plain(text: str) -> str:
    return "".join(character for character in without_marks(text).casefold() if character.isalnum())
