"""Sample persons of the synthetic register, and pictures of their papers: made when asked for, marked CONTOH, kept nowhere."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Literal

import orjson
import typst

from shared.reference.regions import find_village

Picture = Literal["ktp", "selfie", "surat-polisi"]
PAPERS: Final = Path(__file__).with_name("papers")
PEOPLE: Final = 6  # as many as a person compares at a glance
PIXELS_PER_INCH: Final = 144.0  # a thousand pixels for a card: what a phone's camera leaves of it after WhatsApp
PICTURES_KEPT: Final = 32  # some 100 kB each
_SEX: Final = {"L": "LAKI-LAKI", "P": "PEREMPUAN"}


@dataclass(frozen=True, slots=True)
class Person:
    """One sample person, as the register has it."""

    row: Mapping[str, str]
    phone: str
    """Invented, so that the same person keeps the same chat."""

    def view(self, number: int) -> dict[str, Any]:
        """Return the person as the control API shows it."""
        return {"number": number, "phone": self.phone, **{name: self.row[name] for name in ("name", "nik", "kk_number")}}

    def on_paper(self) -> dict[str, str]:
        """Return what stands on the papers."""
        village = find_village(self.row["village_code"])
        year, month, day = self.row["born_on"].split("-")
        same = {name: self.row[name] for name in ("name", "nik", "kk_number", "address", "religion", "occupation")}
        return {
            **same,
            "birth": f"{self.row['birth_place']}, {day}-{month}-{year}",
            "sex": _SEX[self.row["sex"]],
            "rt_rw": f"{self.row['rt']}/{self.row['rw']}",
            "village": village.name.upper() if village else "",
            "district": village.district.name.upper() if village else "",
            "marital": self.row["marital"].replace(" TERCATAT", ""),
        }


INVENTED: Final = Person(
    {
        "name": "SITI AMINAH",
        "nik": "3519016504900001",
        "kk_number": "3519010101150001",
        "sex": "P",
        "relation": "KEPALA KELUARGA",
        "birth_place": "MADIUN",
        "born_on": "1990-04-25",
        "address": "JL. CONTOH NO. 1",
        "rt": "001",
        "rw": "002",
        "village_code": "3519012001",
        "religion": "ISLAM",
        "marital": "KAWIN TERCATAT",
        "occupation": "WIRASWASTA",
    },
    "6281234567890",
)
"""Who stands in where there is no register; nobody in any register."""


def read_people(register: Path | None, count: int = PEOPLE) -> tuple[Person, ...]:
    """Heads of the last families of a register: journeys and tests take theirs from its beginning."""
    if register is None or not register.is_file():
        return (INVENTED,)
    with register.open(encoding="utf-8", newline="") as lines:
        heads = deque(_heads(csv.DictReader(lines)), maxlen=count)
    return tuple(Person(row, f"62812351900{number:02d}") for number, row in enumerate(reversed(heads))) or (INVENTED,)


def _heads(rows: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    for _, family in groupby(rows, key=lambda row: row["kk_number"]):
        yield from (row for row in family if row["relation"] == "KEPALA KELUARGA")


def picture(person: Person, kind: Picture) -> bytes:
    """Return the picture of a paper as PNG. Takes some tenths of a second the first time: not for the event loop."""
    return _draw(kind, orjson.dumps(person.on_paper()).decode())


@lru_cache(maxsize=PICTURES_KEPT)
def _draw(kind: Picture, person: str) -> bytes:
    drawn = typst.compile(
        str(PAPERS / f"{kind}.typ"),
        root=str(PAPERS),
        format="png",
        ppi=PIXELS_PER_INCH,
        ignore_system_fonts=True,
        sys_inputs={"person": person},
    )
    if not isinstance(drawn, bytes):
        raise TypeError("typst gave no single picture")
    return drawn
