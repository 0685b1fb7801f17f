"""Villages that were renamed, joined with another or split: what was counted under a code stays under it, and rates stay comparable.

A village of today stands in `data/villages_3519.csv`; a change of it is a line of `data/village_changes.csv`, which an installation may
replace: the first day of the new order, code, name and kecamatan until then, and the codes in which it goes on (more than one: it was
split; its own may be among them). None is known of Kabupaten Madiun since the codes of today, so the file has no line yet.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Final

from shared.reference.regions import village_name, villages

_COLUMNS: Final = ("on", "code", "name", "district", "into")
_DIGITS: Final = 10
_DISTRICT_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class VillageChange:
    """One change. `on`: the first day on which it holds; `code`, `name`, `district`: as they were; `into`: codes in which it goes on."""

    on: date
    code: str
    name: str
    district: str
    into: tuple[str, ...]


@dataclass(frozen=True)
class VillageHistory:
    """The changes, the earliest first."""

    changes: tuple[VillageChange, ...] = ()

    @cached_property
    def former(self) -> Mapping[str, VillageChange]:
        """Villages that are no more, by their codes."""
        return {change.code: change for change in self.changes if change.code not in villages()}

    def name(self, code: str) -> str:
        """Return what stands for a village in what was counted, also for one that is no more."""
        if known := village_name(code):
            return known
        change = self.former.get(code)
        return f"{change.name}, {change.district} (dulu)" if change else f"Desa berkode {code}"

    def codes_in(self, area: str) -> frozenset[str]:
        """Return the villages of an area, those that are no more with them. `area`: a code of ten digits, or a kecamatan's of six."""
        return frozenset(code for code in (*villages(), *self.former) if area in (code, code[:_DISTRICT_DIGITS]))

    def settled(self, served: Mapping[str, int]) -> Mapping[str, int]:
        """Return counts by village with those of one that went on in a single other added to that."""
        found: dict[str, int] = {}
        for code, count in served.items():
            heir = self._heir(code)
            found[heir] = found.get(heir, 0) + count
        return found

    def _heir(self, code: str) -> str:
        change = self.former.get(code)
        return self._heir(change.into[0]) if change and len(change.into) == 1 else code

    def together(self, since: date) -> Mapping[str, frozenset[str]]:
        """Return the villages whose people can't be told apart in days from this one on, each with all that it is counted with.

        A village that goes on in one other always counts with it. One that was split counts with its parts where the days begin before:
        nobody knows in which part those lived who were served until then.
        """
        groups: dict[str, frozenset[str]] = {}
        for change in self.changes:
            if change.on > since or len(change.into) == 1:
                whole = frozenset().union(*(groups.get(code, {code}) for code in (change.code, *change.into)))
                groups |= dict.fromkeys(whole, whole)
        return {code: group for code, group in groups.items() if len(group) > 1}


UNCHANGED: Final = VillageHistory()
"""Every village is as it always was."""


def read_village_changes(path: Path | None) -> VillageHistory:
    """Return the changes of a file; None: those that come with the product.

    Raises:
        OSError: the file can't be read.
        ValueError: what is wrong with which line.
    """
    if path is None:
        with files(__package__).joinpath("data/village_changes.csv").open(encoding="utf-8") as lines:
            return _history(lines, "village_changes.csv")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return _history(lines, path.name)


def _history(lines: Iterable[str], name: str) -> VillageHistory:
    reader = csv.DictReader(lines)
    if missing := [column for column in _COLUMNS if column not in (reader.fieldnames or ())]:
        raise ValueError(f"{name}: line 1: the columns {', '.join(_COLUMNS)} are needed; missing: {', '.join(missing)}")
    changes: list[VillageChange] = []
    for row in reader:
        try:
            changes.append(_change({column: (row[column] or "").strip() for column in _COLUMNS}))
        except ValueError as error:
            raise ValueError(f"{name}: line {reader.line_num}: {error}") from error
    known = {*villages(), *(change.code for change in changes)}
    if lost := next((code for change in changes for code in change.into if code not in known), None):
        raise ValueError(f"{name}: {lost} is no village of today, and no line says what became of it")
    return VillageHistory(tuple(sorted(changes, key=lambda change: (change.on, change.code))))


def _change(row: Mapping[str, str]) -> VillageChange:
    code, into = row["code"].replace(".", ""), tuple(dict.fromkeys(row["into"].replace(".", "").split()))
    if odd := next((each for each in (code, *into) if len(each) != _DIGITS or not (each.isascii() and each.isdigit())), None):
        raise ValueError(f"{odd!r} is no code of a village: ten digits are needed")
    if not (row["name"] and row["district"] and into):
        raise ValueError("name, district and at least one code of into are needed")
    if code in villages() and code not in into:
        raise ValueError(f"{code} is a village of today, so into must name it too")
    return VillageChange(date.fromisoformat(row["on"]), code, row["name"], row["district"], into)
