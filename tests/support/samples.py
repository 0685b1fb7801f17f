"""Applications of people of the sample register for each service that is open, other people for each number."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final, TypeAlias

from deploy.local import applications
from deploy.local.applications import HOME, Application, Picked
from deploy.local.stack import PEOPLE, Stack

Row = dict[str, str]
ADULT_AGE: Final = 20
CHILD, HEAD = "ANAK", "KEPALA KELUARGA"
CHILDREN: Final = ("SEKAR ARUM LESTARI", "RATNA KINANTI PUTRI", "MELATI CAHYANINGRUM", "DEWI AYU ANGGRAINI")


@dataclass(frozen=True)
class Sample:
    """People for whom something can be asked: those that are picked by kind of request, and families of whom nothing else is asked."""

    picked: Mapping[str, Sequence[Picked]]
    grown: list[list[Row]]
    """Families with a grown child who is single and can leave."""
    alone: list[list[Row]]
    """Families of one."""

    @classmethod
    def of(cls, stack: Stack, picked: Mapping[str, Sequence[Picked]] | None = None) -> Sample:
        """Read the register of a stack; `picked`: others than those that it picked by itself."""
        picked = picked or stack.people()
        taken = {each["kk_number"] for of_kind in picked.values() for each in of_kind}
        taken_niks = {witness["nik"] for family in picked["akta_lahir"] for witness in family["witnesses"]}
        with stack.register.open(encoding="utf-8", newline="") as lines:
            families = [list(rows) for _, rows in groupby(csv.DictReader(lines), key=lambda row: row["kk_number"])]
        free = [rows for rows in families[:-PEOPLE] if rows[0]["kk_number"] not in taken and not taken_niks & {row["nik"] for row in rows}]
        return cls(picked, [rows for rows in free if _grown(rows)], [rows for rows in free if len(rows) == 1])


Made: TypeAlias = Callable[[Sample, int], Application]
"""Makes the application of whoever stands at a place in the list of its kind."""


@dataclass(frozen=True)
class Kind:
    """How applications for a service are made. `of`: the list that its people come from; `first`: who of it is a test's number 0."""

    of: str
    first: int
    made: Made


def _age(row: Row) -> int:
    return (applications.today() - date.fromisoformat(row["born_on"])).days // 365


def _grown(rows: list[Row]) -> Row | None:
    """The grown single child of a family whose head stays."""
    fit = (row for row in rows if row["relation"] == CHILD and row["marital"] == "BELUM KAWIN" and _age(row) >= ADULT_AGE)
    return next(fit, None) if rows[0]["relation"] == HEAD else None


def _days_ago(days: int) -> str:
    return (applications.today() - timedelta(days=days)).isoformat()


def _reprint(service: str, kind: str) -> Made:
    return lambda sample, at: applications.reprint(service, sample.picked[kind][at])


def _birth(sample: Sample, at: int) -> Application:
    return applications.birth(sample.picked["akta_lahir"][at], CHILDREN[at % len(CHILDREN)])


def of_foreign_father(sample: Sample, number: int) -> Application:
    """A mother reports the birth of a child whose father is in no family of the register."""
    family = sample.picked["akta_lahir"][12 + number]
    told = applications.birth(family, ("MAYA KIRANA SMITH", "LAURA ANINDYA SMITH")[number])
    answers = {name: value for name, value in told.answers.items() if name != "father_nik"}
    answers |= {
        "relation": "mother",
        "nik": family["mother"]["nik"],
        "parents": "father_elsewhere",
        "elsewhere_name": "JONATHAN EDWARD SMITH",
        "elsewhere_citizenship": "foreign",
        "elsewhere_born_on": "1985-04-01",
    }
    return Application("akta_lahir", family["mother"]["name"], answers)


def _death(sample: Sample, at: int) -> Application:
    return applications.death(sample.picked["akta_mati"][at])


def _stillbirth(sample: Sample, at: int) -> Application:
    family = sample.picked["akta_lahir"][at]
    answers = {
        "nik": family["father"]["nik"],
        "kk_number": family["kk_number"],
        "mother_nik": family["mother"]["nik"],
        "has_father": True,
        "father_nik": family["father"]["nik"],
        "child_sex": "L",
        "stillborn_on": _days_ago(5),
        "stillborn_at": "03:05",
        "birth_place": HOME,
        "birth_facility": "hospital",
        "plurality": "single",
        "birth_order": len(family["children"]) + 1,
        "months": 8,
        "attendant": "doctor",
        "cause": "tidak diketahui",
        "determined_by": "doctor",
        "witnesses": [{"nik": each["nik"], "name": each["name"]} for each in family["witnesses"]],
    }
    return Application("lahir_mati", family["father"]["name"], answers)


def _new_head(sample: Sample, at: int) -> Application:
    family = sample.picked["akta_mati"][at]
    answers = {
        "nik": family["spouse"]["nik"],
        "kk_number": family["kk_number"],
        "late_head_nik": family["deceased"]["nik"],
        "death_certificate_number": "3519-KM-01072025-0001",
        "died_on": _days_ago(30),
        "remaining": "adult",
        "new_head_nik": family["spouse"]["nik"],
        "relations": [],
    }
    return Application("kk_ganti_kepala", family["spouse"]["name"], answers)


def _new_card(sample: Sample, at: int) -> Application:
    rows = sample.grown[at]
    child = _the_grown(rows)
    answers = {
        "nik": child["nik"],
        "kk_number": child["kk_number"],
        "purpose": "alone",
        "others": [],
        "home": "own",
        "street": "JL. CONTOH NO. 7",
        "rt": 3,
        "rw": 1,
        "village": child["village_code"],
    }
    return Application("kk_baru", child["name"], answers)


def _change(sample: Sample, at: int) -> Application:
    head = sample.grown[at][0]
    answers = {
        "nik": head["nik"],
        "kk_number": head["kk_number"],
        "changes": [{"nik": head["nik"], "element": "education", "education": "doctor"}],
        "basis_kind": "diploma",
        "basis_number": "IJ-2020-0001",
        "basis_on": "2020-07-01",
    }
    return Application("kk_ubah", head["name"], answers)


def _split(sample: Sample, at: int) -> Application:
    rows = sample.grown[at]
    child = _the_grown(rows)
    answers = {
        "nik": rows[0]["nik"],
        "kk_number": rows[0]["kk_number"],
        "reason": "own",
        "leaving": [{"nik": child["nik"], "relation": "head"}],
        "moves": False,
    }
    return Application("kk_pisah", rows[0]["name"], answers)


def _lodging(sample: Sample, at: int) -> Application:
    (lone,), host = sample.alone[at], sample.grown[at][0]
    answers = {
        "nik": lone["nik"],
        "kk_number": lone["kk_number"],
        "host_kk_number": host["kk_number"],
        "host_nik": host["nik"],
        "reason": "care",
        "joining": [{"nik": lone["nik"], "relation": "other_kin"}],
        "minors_alone": False,
    }
    return Application("kk_numpang", lone["name"], answers)


def _child_card(service: str) -> Made:
    def made(sample: Sample, at: int) -> Application:
        family = sample.picked["akta_lahir"][at]
        child = max(family["children"], key=lambda each: str(each["born_on"]))
        turned_five = (applications.today() - date.fromisoformat(child["born_on"])).days >= 5 * 365.25
        answers = {
            "nik": family["father"]["nik"],
            "kk_number": family["kk_number"],
            "child_nik": child["nik"],
            "turned_five": turned_five,
        }
        return Application(service, child["name"], answers)

    return made


def _the_grown(rows: list[Row]) -> Row:
    child = _grown(rows)
    if child is None:
        raise LookupError("nobody of this family can leave")
    return child


KINDS: Final[Mapping[str, Kind]] = {
    "kk_hilang": Kind("kk_hilang", 34, _reprint("kk_hilang", "kk_hilang")),
    "kk_rusak": Kind("kk_rusak", 10, _reprint("kk_rusak", "kk_rusak")),
    "ktp_hilang": Kind("kk_hilang", 36, _reprint("ktp_hilang", "kk_hilang")),
    "ktp_rusak": Kind("kk_hilang", 38, _reprint("ktp_rusak", "kk_hilang")),
    "akta_lahir": Kind("akta_lahir", 10, _birth),
    "lahir_mati": Kind("akta_lahir", 20, _stillbirth),
    "akta_mati": Kind("akta_mati", 10, _death),
    "kk_ganti_kepala": Kind("akta_mati", 20, _new_head),
    "kk_baru": Kind("grown", 0, _new_card),
    "kk_ubah": Kind("grown", 2, _change),
    "kk_pisah": Kind("grown", 4, _split),
    "kk_numpang": Kind("grown", 6, _lodging),
    "kia_hilang": Kind("akta_lahir", 30, _child_card("kia_hilang")),
    "kia_rusak": Kind("akta_lahir", 32, _child_card("kia_rusak")),
}
"""How an application for each service is made."""


def application_for(sample: Sample, service: str, number: int) -> Application:
    """Application number 0 or 1 for a service, whose people no other service's has."""
    kind = KINDS[service]
    return kind.made(sample, kind.first + number)
