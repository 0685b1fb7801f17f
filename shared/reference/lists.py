"""Code lists of forms: what people choose from, with the words that they read (`data/lists.toml`) and those that they write."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from shared.errors import NotFound
from shared.typed import without_marks

_PARTS: Final = re.compile(r"/| atau ")
_WORDS: Final = re.compile(r"[a-z0-9]+")
_MOST_WORDS: Final = 6  # of an answer in which a label or word may stand among others; what is longer is a story
_NOT: Final = frozenset(("bukan", "tidak", "belum", "tdk", "ora", "mboten"))
_LEAST_LETTERS: Final = 4  # of a beginning by which labels are near
_PLACE_DIGITS: Final = 4  # Python reads no number of thousands of digits


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes, in the order in which they are shown. `rows`: code -> label, in Indonesian.

    `words`: what people write for a code that its label does not have -> code (`data/list_words.toml`).
    """

    name: str
    rows: Mapping[str, str]
    words: Mapping[str, str] = field(default_factory=dict)

    def label(self, code: str) -> str:
        """Return what people read for a code; the code itself where the list does not have it (any more)."""
        return self.rows.get(code, code)

    def without(self, codes: Collection[str]) -> CodeList:
        """Return the list without some codes."""
        if not codes:
            return self
        kept = {code: label for code, label in self.rows.items() if code not in codes}
        return CodeList(self.name, kept, {word: code for word, code in self.words.items() if code in kept})

    def find(self, text: str) -> str | None:
        """Return the code that somebody means: by the number in the list from 1, the label, the code, or a part of one label; else None.

        Parts stand between `/` and `atau`: `petani` is Petani/Pekebun. In a short answer they may stand among other words, of which the
        longest that is known counts: `kerjanya buruh tani pak`.
        """
        word = _plain(text)
        if word.isdecimal() and len(word) <= _PLACE_DIGITS and 0 < int(word) <= len(self.rows):
            return list(self.rows)[int(word) - 1]
        whole = next((code for code, label in self.rows.items() if word in (_plain(code), _plain(label))), None)
        parted = [code for code, label in self.rows.items() if word in map(_plain, _PARTS.split(label))]
        return whole or (parted[0] if len(parted) == 1 else self._find_inside(text))

    def near(self, text: str) -> tuple[str, ...]:
        """Return the codes with a label that has a word beginning like one of the text: nothing that may be taken without asking."""
        beginnings = tuple(word[:_LEAST_LETTERS] for word in _words(text) if len(word) >= _LEAST_LETTERS and word not in _NOT)
        return tuple(code for code, label in self.rows.items() if any(word.startswith(beginnings) for word in _words(label)))

    def _find_inside(self, text: str) -> str | None:
        words = _words(text)
        if len(words) > _MOST_WORDS:
            return None
        said = f" {' '.join(words)} "
        known = [(" ".join(_words(part)), code) for code, label in self.rows.items() for part in (label, *_PARTS.split(label))]
        found = [(phrase, code) for phrase, code in (*known, *self.words.items()) if f" {phrase} " in said]
        longest = max((len(phrase) for phrase, _ in found), default=0)
        codes = {code for phrase, code in found if len(phrase) == longest}
        is_denied = any(word in _NOT for word in words) and not any(word in _NOT for phrase, _ in found for word in phrase.split())
        return codes.pop() if len(codes) == 1 and not is_denied else None


@cache
def code_lists() -> Mapping[str, CodeList]:
    """Return the lists as shipped, read once."""
    document, words = _read("lists"), _read("list_words")
    found = {}
    for name, rows in document.items():
        written = {" ".join(_words(phrase)): code for code, phrases in words.get(name, {}).items() for phrase in phrases}
        found[name] = CodeList(name, MappingProxyType(dict(rows)), MappingProxyType(written))
    return MappingProxyType(found)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"data/{name}.toml").read_text(encoding="utf-8"))


def code_list(name: str) -> CodeList:
    """Return a list.

    Raises:
        NotFound: `unknown_code_list`.
    """
    found = code_lists().get(name)
    if found is None:
        raise NotFound("unknown_code_list", name)
    return found


def _words(text: str) -> list[str]:
    return _WORDS.findall(without_marks(text).casefold())


def _plain(text: str) -> str:
    return "".join(character for character in without_marks(text).casefold() if character.isalnum())
