"""How many people live in each village, and how many of them need a document: what counts of people served are held against.

The office has these numbers by half-year (data konsolidasi bersih of the ministry). An installation loads its own as CSV with the columns
of `data/residents_sample.csv`. That file is a **sample**, made so that the product runs: the total of the regency, 737,875 (December 2024),
is the office's; how it is shared among the villages is invented. Children are 24.4 % of each village (0 to 16 years; invented), of whom
42.53 % have no KIA and 1.14 % of the adults no recorded KTP-el: the shares of East Java in September 2024 (reported by Jember's office).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path

from shared.reference.regions import villages


@dataclass(frozen=True, slots=True)
class VillageResidents:
    """The people of one village. `children`: younger than 17; `adults`: 17 and older, as far as the register of residents knows."""

    residents: int
    children: int
    children_without_kia: int
    adults: int
    adults_without_ktp: int


@dataclass(frozen=True, slots=True)
class Residents:
    """The people of all villages, by code. `is_sample`: invented shares; whatever rests on them says so."""

    by_village: Mapping[str, VillageResidents]
    is_sample: bool

    @property
    def total(self) -> int:
        """All people of the regency."""
        return sum(each.residents for each in self.by_village.values())


def read_residents(path: Path | None) -> Residents:
    """Return the numbers of a file; None: the sample.

    Raises:
        OSError: the file can't be read.
        ValueError: a column or a village is missing, a number is none, or a village is not of this regency.
    """
    if path is None:
        return _sample()
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return Residents(_rows(lines, path.name), is_sample=False)


@cache
def _sample() -> Residents:
    with files(__package__).joinpath("data/residents_sample.csv").open(encoding="utf-8") as lines:
        return Residents(_rows(lines, "residents_sample.csv"), is_sample=True)


def _rows(lines: Iterable[str], name: str) -> Mapping[str, VillageResidents]:
    columns = [field.name for field in fields(VillageResidents)]
    try:
        found = {row["code"].replace(".", ""): VillageResidents(*(int(row[column]) for column in columns)) for row in csv.DictReader(lines)}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{name}: needs the columns code, {', '.join(columns)}, with whole numbers") from error
    if odd := set(found) ^ set(villages()):
        raise ValueError(f"{name}: each village of the regency once, and no other: {', '.join(sorted(odd)[:5])}")
    return found
