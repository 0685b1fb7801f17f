"""Courts that send decisions, and the way case numbers are compared.

Number formats seen in public decisions: `40/Pdt.G/2025/PA.Mn`, `0662/Pdt.G/2016/PA.Smp` (old ones padded with zeros),
`208/Pdt.P/2026/PA.Dgl`, `32/Pdt.P/2025/PN Psp`; akta cerai `194/AC/2023/PA.Mdn`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final, Self

from shared.typed import visible
from shared.values import Malformed

_CASE_NUMBER: Final = re.compile(
    r"""^0*(?P<number>[1-9][0-9]{0,5})\s*/\s*
        (?P<kind>Pdt\.?\s?[GP](?:\.S)?|AC)\s*/\s*
        (?P<year>(?:19|20)[0-9]{2})\s*/\s*
        (?P<level>PA|MS|PN|PTA)[\s.]+(?P<place>[A-Za-z][A-Za-z.\s]{0,40})$""",
    re.IGNORECASE | re.VERBOSE,
)


class CourtKind(StrEnum):
    """The law that a court applies: family law of Muslims, or all else."""

    RELIGIOUS = "religious"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Court:
    """A court of first instance. `confirmed` is false where its code was not seen in a public source."""

    code: str
    satker: str
    name: str
    kind: CourtKind
    regency: str
    confirmed: bool


@dataclass(frozen=True, slots=True, order=True)
class CaseNumber:
    """A case or deed number in the form in which two of them are compared. Keep the text as sent for showing it."""

    number: int
    kind: str
    year: int
    court: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept leading zeros, any case, and a dot or a blank before the court's place.

        Raises:
            Malformed: `case_number_malformed`.
        """
        match = _CASE_NUMBER.match(visible(text).strip())
        if match is None:
            raise Malformed("case_number_malformed")
        return cls(
            number=int(match["number"]),
            kind=re.sub(r"[\s.]", "", match["kind"]).upper(),
            year=int(match["year"]),
            court=court_key(f"{match['level']}.{match['place']}"),
        )


def court_key(code: str) -> str:
    """Return a court code in the form in which two of them are compared: `PA Mn` and `pa.mn` are one."""
    return ".".join(part for part in re.split(r"[\s.]+", visible(code).strip().upper()) if part)


@cache
def courts() -> Mapping[str, Court]:
    """Return the courts by `court_key` of their code."""
    with files(__package__).joinpath("data/courts.csv").open(encoding="utf-8") as lines:
        return {
            court_key(row["code"]): Court(
                code=row["code"],
                satker=row["satker"],
                name=row["name"],
                kind=CourtKind(row["kind"]),
                regency=row["regency"],
                confirmed=row["confirmed"] == "yes",
            )
            for row in csv.DictReader(lines)
        }


def find_court(code: str) -> Court | None:
    """Return the court of this code, however it is written; None where we have none."""
    return courts().get(court_key(code))
