"""Code lists of forms: what people choose from, with the words that they read (`data/lists.toml`) and those that they write.

A list that changed by law has versions (`data/list_versions.toml`). A code means one thing for ever, so that an answer says by its code
what was chosen, whatever version is in force when it is read, shown or printed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from shared.errors import NotFound
from shared.reference import list_matching
from shared.reference.list_matching import Phrases

UsedFrom: TypeAlias = Mapping[str, date]
"""A regulation (`6/2026`), or one list of it (`6/2026 occupation`) -> since when an installation uses it; else the data says when."""
AS_SHIPPED: Final[UsedFrom] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes, in the order in which they are shown. `rows`: code -> label, in Indonesian.

    `words`: what people write for a code that its label does not have (`data/list_words.toml`). `others`: codes that other versions have,
    with their labels. `taken`: those of them that an answer may still have, as a form was drawn with them a short while ago. `note`: how
    it differs from what the law prints, for whoever reads about it.
    """

    name: str
    rows: Mapping[str, str]
    words: Phrases = field(default_factory=Phrases)
    others: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    versions: tuple[Version, ...] = ()
    note: str = ""

    def label(self, code: str) -> str:
        """Return what people read for a code, one of another version too; the code itself where there never was one."""
        return self.rows.get(code) or self.others.get(code, code)

    def on(self, day: date, used_from: UsedFrom = AS_SHIPPED) -> CodeList:
        """Return the list as it is offered on a day: the version in force."""
        begun = [(each.since(self.name, used_from), number) for number, each in enumerate(self.versions)]
        begun = [(since, number) for since, number in begun if since <= day]
        if not begun:
            return self
        since, number = max(begun)
        version = self.versions[number]
        if number and day <= since + timedelta(days=version.transition_days):
            return replace(version.codes, taken=frozenset(self.versions[number - 1].codes.rows) - frozenset(version.codes.rows))
        return version.codes

    def without(self, codes: Collection[str]) -> CodeList:
        """Return the list without some codes."""
        if not codes:
            return self
        kept = {code: label for code, label in self.rows.items() if code not in codes}
        return replace(self, rows=kept, words=self.words.only(kept))

    def find(self, text: str) -> str | None:
        """Return the code that somebody means: by the number in the list from 1, the label, the code, or a part of one label; else None.

        Parts stand between `/` and `atau`: `petani` is Petani/Pekebun. In a short answer they may stand among other words, of which the
        longest that is known counts: `kerjanya buruh tani pak`.
        """
        return text if text in self.taken else list_matching.find(text, self.rows, self.words)

    def near(self, text: str) -> tuple[str, ...]:
        """Return the codes that a text comes near to, the nearest first: nothing that may be taken without asking."""
        return list_matching.near(text, self.rows, self.words)

    def nearest(self, text: str) -> tuple[str, ...]:
        """Return the codes to name where a text is none: the near ones, else those that are written most alike."""
        return self.near(self.others.get(text, text)) or list_matching.alike(text, self.rows)


@dataclass(frozen=True, slots=True)
class Version:
    """A list as a regulation has it. `valid_from`: since when it is offered, unless an installation says otherwise."""

    regulation: str
    codes: CodeList
    valid_from: date = date.min
    transition_days: int = 0

    def since(self, name: str, used_from: UsedFrom) -> date:
        """Return since when an installation offers it."""
        return used_from.get(f"{self.regulation} {name}", used_from.get(self.regulation, self.valid_from))


@dataclass(frozen=True, slots=True)
class Regulation:
    """A regulation that has lists."""

    name: str
    valid_from: date = date.min
    transition_days: int = 0


@cache
def regulations() -> Mapping[str, Regulation]:
    """Return the regulations by their short name, the oldest first."""
    return MappingProxyType({key: Regulation(**row) for key, row in _read("list_versions")["regulation"].items()})


@cache
def code_lists() -> Mapping[str, CodeList]:
    """Return the lists as shipped, each with all the codes that it ever had, read once."""
    document, words, changes = _read("lists"), _read("list_words"), _read("list_versions")
    found = {}
    for name, rows in document.items():
        whole = CodeList(name, MappingProxyType(dict(rows)), Phrases.of(words.get(name, {})), note=changes["note"].get(name, ""))
        versions = changes["version"].get(name, {}).items()
        found[name] = replace(whole, versions=tuple(_version(whole, key, codes) for key, codes in versions))
    return MappingProxyType(found)


def _version(whole: CodeList, key: str, codes: list[str]) -> Version:
    rows = {code: whole.rows[code] for code in codes}
    others = {code: label for code, label in whole.rows.items() if code not in rows}
    regulation = regulations()[key]
    offered = CodeList(whole.name, MappingProxyType(rows), whole.words.only(rows), MappingProxyType(others))
    return Version(key, offered, regulation.valid_from, regulation.transition_days)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"data/{name}.toml").read_text(encoding="utf-8"))


def code_list(name: str) -> CodeList:
    """Return a list with all the codes that it ever had; `on` returns the version in force.

    Raises:
        NotFound: `unknown_code_list`.
    """
    found = code_lists().get(name)
    if found is None:
        raise NotFound("unknown_code_list", name)
    return found


def check_used_from(used_from: UsedFrom) -> UsedFrom:
    """Return since when an installation uses regulations and lists, as its setting says it.

    Raises:
        NotFound: `unknown_list_version`, with the key that names none: better at start than silently ignored.
    """
    known = {
        key for codes in code_lists().values() for each in codes.versions for key in (each.regulation, f"{each.regulation} {codes.name}")
    }
    if unknown := set(used_from) - known:
        raise NotFound("unknown_list_version", ", ".join(sorted(unknown)))
    return used_from
