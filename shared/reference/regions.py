"""Regions by Kemendagri code: the villages of Kabupaten Madiun and every regency of Indonesia.

Codes are written without dots: `35` province, `3519` regency, `351908` kecamatan, `3519081001` village. BPS codes differ and are not used.
Sources and licence: `data/ATTRIBUTION.txt`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from shared.values import HOME_REGENCY

_DISTRICT_DIGITS: Final = 6  # a kecamatan code without dots


class VillageKind(StrEnum):
    """A desa elects its head; a kelurahan is an office of the kecamatan."""

    DESA = "desa"
    KELURAHAN = "kelurahan"


@dataclass(frozen=True, slots=True)
class District:
    """A kecamatan."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Village:
    """A desa or kelurahan. Its code is the key: 14 names repeat inside the regency."""

    code: str
    name: str
    kind: VillageKind
    district: District

    @property
    def in_full(self) -> str:
        """The village as everybody must read it, with its district: three here have one name."""
        return f"{self.kind.value.capitalize()} {self.name}, Kecamatan {self.district.name}"


@dataclass(frozen=True, slots=True)
class Regency:
    """A kabupaten or kota, with the codes of its kecamatan."""

    code: str
    name: str
    province: str
    districts: frozenset[str]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with files(__package__).joinpath(f"data/{name}").open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


@cache
def villages() -> Mapping[str, Village]:
    """Return the 206 villages of Kabupaten Madiun by code."""
    found = districts()
    return {
        row["code"]: Village(code=row["code"], name=row["name"], kind=VillageKind(row["kind"]), district=found[row["district_code"]])
        for row in _rows("villages_3519.csv")
    }


@cache
def districts() -> Mapping[str, District]:
    """Return the 15 kecamatan of Kabupaten Madiun by code."""
    return {row["district_code"]: District(row["district_code"], row["district"]) for row in _rows("villages_3519.csv")}


@cache
def regencies() -> Mapping[str, Regency]:
    """Return the 514 regencies and cities of Indonesia by code."""
    return {
        row["code"]: Regency(
            code=row["code"],
            name=row["name"],
            province=row["province"],
            districts=frozenset(row["code"] + suffix for suffix in row["districts"].split()),
        )
        for row in _rows("regencies.csv")
    }


def find_village(code: str) -> Village | None:
    """Return the village of Kabupaten Madiun with this code, dots allowed; None for any other."""
    return villages().get(code.replace(".", ""))


def village_name(code: str) -> str:
    """Return a village with its district, as everybody must name it: three are called Sidorejo; "" for none."""
    village = find_village(code)
    return f"{village.name}, {village.district.name}" if village else ""


def find_regency(code: str) -> Regency | None:
    """Return the regency that a code of at least four digits begins with: a region, NIK or KK number."""
    return regencies().get(code.replace(".", "")[:4])


def is_known_district(code: str) -> bool:
    """Return whether the first six digits are a kecamatan of today. Old codes vanish when regions split: never refuse for this alone."""
    regency = find_regency(code)
    return regency is not None and code.replace(".", "")[:_DISTRICT_DIGITS] in regency.districts


def is_home(code: str) -> bool:
    """Return whether a region code or KK number belongs to Kabupaten Madiun. Kota Madiun (3577) does not."""
    return code.replace(".", "").startswith(HOME_REGENCY)
