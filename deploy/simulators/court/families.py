"""Sample families for the clerk's form, from the sample population register (CSV, one person a line)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from shared.clock import WIB, now
from shared.reference.population import ADULT_AGE_YEARS

PARTY_FIELDS = ("nik", "name", "birth_place", "born_on", "address", "occupation", "kk_number", "village_code")
HUSBAND_RELATIONS = ("KEPALA KELUARGA", "SUAMI")


@dataclass(frozen=True, slots=True)
class Household:
    """The lines of one family card."""

    kk_number: str
    people: list[dict[str, str]]

    def couple(self) -> dict[str, Any] | None:
        """Return the married couple with children, in the fields of a decision; None where there is no such couple.

        A court gives custody of minors: who is grown up or married stays where they are.
        """
        husband = next((each for each in self.people if each["relation"].upper() in HUSBAND_RELATIONS and each["sex"] == "L"), None)
        wife = next((each for each in self.people if each["relation"].upper() == "ISTRI"), None)
        if husband is None or wife is None or not all(_married(each) for each in (husband, wife)):
            return None
        children = [
            {"nik": each["nik"], "name": each["name"], "custody_nik": wife["nik"]}
            for each in self.people
            if each["relation"].upper() == "ANAK" and _is_minor(each)
        ]
        married_on = {"married_on": husband["marital_on"]} if husband["marital_on"] else {}
        return {"kk_number": self.kk_number, "husband": _party(husband), "wife": _party(wife), "children": children, **married_on}


def _married(person: dict[str, str]) -> bool:
    return not person["marital_status"] or person["marital_status"].upper().replace("_", " ").startswith("KAWIN")


def _is_minor(person: dict[str, str]) -> bool:
    day = now().astimezone(WIB).date().isoformat()
    grown_up_on = f"{int(person['born_on'][:4]) + ADULT_AGE_YEARS}{person['born_on'][4:]}" if person["born_on"] else day
    return grown_up_on > day and person["marital_status"].upper() in ("", "BELUM KAWIN")


def _party(person: dict[str, str]) -> dict[str, str]:
    return {name: person[name] for name in PARTY_FIELDS if person[name]}


def read_couples(path: Path, limit: int) -> list[dict[str, Any]]:
    """Return the first couples of the register, whose families stand one after another.

    Raises:
        OSError: the file can't be read.
        KeyError: a column is missing.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        families = groupby(csv.DictReader(lines), key=lambda row: row["kk_number"])
        households = (Household(kk_number, [_person(row) for row in rows]) for kk_number, rows in families)
        couples = (household.couple() for household in households)
        return list(islice((couple for couple in couples if couple is not None), limit))


def _person(row: dict[str, str]) -> dict[str, str]:
    person = {name: row.get(name, "") for name in (*PARTY_FIELDS, "sex", "relation")}
    person["marital_on"] = row.get("marital_on") or ""
    person["marital_status"] = row.get("marital_status") or row.get("marital") or ""
    return person
