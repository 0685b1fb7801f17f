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
from typing import Final

from shared.reference.regions import villages


@dataclass(frozen=True, slots=True)
class VillageResidents:
    """The people of one village. `children`: younger than 17; `adults`: 17 and older, as far as the register of residents knows."""

    residents: int
    children: int
    children_without_kia: int
    adults: int
    adults_without_ktp: int


_COLUMNS: Final = tuple(field.name for field in fields(VillageResidents))
_SHOWN: Final = 5  # lines that are named


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
        ValueError: what is wrong, by line: a column or a village is missing or there twice, a number is none, or numbers contradict.
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
    """Return the numbers by village; ValueError names every line that is wrong, with what is wrong in it."""
    reader = csv.DictReader(lines)
    if missing := [column for column in ("code", *_COLUMNS) if column not in (reader.fieldnames or ())]:
        raise ValueError(f"{name}: line 1: the columns code, {', '.join(_COLUMNS)} are needed; missing: {', '.join(missing)}")
    found: dict[str, VillageResidents] = {}
    wrong: list[str] = []
    for row in reader:
        code = (row["code"] or "").replace(".", "").strip()
        problem = _problem(code, row, found)
        if problem:
            wrong.append(f"line {reader.line_num}: {problem}")
        else:
            found[code] = VillageResidents(*(int(row[column]) for column in _COLUMNS))
    if not wrong and (absent := sorted(set(villages()) - set(found))):
        wrong = [f"no line for {len(absent)} of the {len(villages())} villages, as {', '.join(absent[:_SHOWN])}"]
    if wrong:
        raise ValueError(f"{name}: {'; '.join(wrong[:_SHOWN])}{f'; and {len(wrong) - _SHOWN} more' if len(wrong) > _SHOWN else ''}")
    return found


def _problem(code: str, row: Mapping[str, str | None], found: Mapping[str, VillageResidents]) -> str:
    """Return what is wrong with a line; "" nothing."""
    if code not in villages():
        return f"no village of the regency has the code {code!r}"
    if code in found:
        return f"{code} stands there twice"
    texts = {column: (row[column] or "").strip() for column in _COLUMNS}
    if odd := next((column for column, text in texts.items() if not (text.isascii() and text.isdigit())), None):
        return f"{odd} of {code} is {texts[odd]!r}; a whole number is needed"
    numbers = VillageResidents(*map(int, texts.values()))
    if numbers.children_without_kia > numbers.children or numbers.adults_without_ktp > numbers.adults:
        return f"{code} has more people without a card than people"
    if numbers.children + numbers.adults != numbers.residents:
        return f"children and adults of {code} are {numbers.children + numbers.adults}, not the residents, {numbers.residents}"
    return ""
