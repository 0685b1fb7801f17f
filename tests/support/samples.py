"""Applications of people of the sample register for each service that is open, other people for each number."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from deploy.local import applications
from deploy.local.applications import HOME, Application, Picked
from deploy.local.stack import PEOPLE, Stack

Row = dict[str, str]
ADULT_AGE: Final = 20
CHILD, HEAD = "ANAK", "KEPALA KELUARGA"


@dataclass(frozen=True)
class Sample:
    """People for whom something can be asked: those that are picked by kind of request, and families of whom nothing else is asked."""

    picked: Mapping[str, Sequence[Picked]]
    grown: list[list[Row]]
    """Families with a grown child who is single and can leave."""
    alone: list[list[Row]]
    """Families of one."""

    @classmethod
    def of(cls, stack: Stack) -> Sample:
        """Read the register of a stack."""
        picked = stack.people()
        taken = {each["kk_number"] for of_kind in picked.values() for each in of_kind}
        taken_niks = {witness["nik"] for family in picked["akta_lahir"] for witness in family["witnesses"]}
        with stack.register.open(encoding="utf-8", newline="") as lines:
            families = [list(rows) for _, rows in groupby(csv.DictReader(lines), key=lambda row: row["kk_number"])]
        free = [rows for rows in families[:-PEOPLE] if rows[0]["kk_number"] not in taken and not taken_niks & {row["nik"] for row in rows}]
        return cls(picked, [rows for rows in free if _grown(rows)], [rows for rows in free if len(rows) == 1])


def _age(row: Row) -> int:
    return (applications.today() - date.fromisoformat(row["born_on"])).days // 365


def _grown(rows: list[Row]) -> Row | None:
    """The grown single child of a family whose head stays."""
    fit = (row for row in rows if row["relation"] == CHILD and row["marital"] == "BELUM KAWIN" and _age(row) >= ADULT_AGE)
    return next(fit, None) if rows[0]["relation"] == HEAD else None


def _days_ago(days: int) -> str:
    return (applications.today() - timedelta(days=days)).isoformat()


def _reprint(service: str, kind: str, first: int) -> Callable[[Sample, int], Application]:
    return lambda sample, number: applications.reprint(service, sample.picked[kind][first + number])


def _birth(sample: Sample, number: int) -> Application:
    return applications.birth(sample.picked["akta_lahir"][10 + number], ("SEKAR ARUM LESTARI", "RATNA KINANTI PUTRI")[number])


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


def _death(sample: Sample, number: int) -> Application:
    return applications.death(sample.picked["akta_mati"][10 + number])


def _stillbirth(sample: Sample, number: int) -> Application:
    family = sample.picked["akta_lahir"][20 + number]
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


def _new_head(sample: Sample, number: int) -> Application:
    family = sample.picked["akta_mati"][20 + number]
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


def _new_card(sample: Sample, number: int) -> Application:
    rows = sample.grown[number]
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


def _change(sample: Sample, number: int) -> Application:
    head = sample.grown[2 + number][0]
    answers = {
        "nik": head["nik"],
        "kk_number": head["kk_number"],
        "changes": [{"nik": head["nik"], "element": "education", "education": "doctor"}],
        "basis_kind": "diploma",
        "basis_number": "IJ-2020-0001",
        "basis_on": "2020-07-01",
    }
    return Application("kk_ubah", head["name"], answers)


def _split(sample: Sample, number: int) -> Application:
    rows = sample.grown[4 + number]
    child = _the_grown(rows)
    answers = {
        "nik": rows[0]["nik"],
        "kk_number": rows[0]["kk_number"],
        "reason": "own",
        "leaving": [{"nik": child["nik"], "relation": "head"}],
        "moves": False,
    }
    return Application("kk_pisah", rows[0]["name"], answers)


def _lodging(sample: Sample, number: int) -> Application:
    (lone,), host = sample.alone[number], sample.grown[6 + number][0]
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


def _child_card(service: str, first: int) -> Callable[[Sample, int], Application]:
    def made(sample: Sample, number: int) -> Application:
        family = sample.picked["akta_lahir"][first + number]
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


APPLICATIONS: Final[Mapping[str, Callable[[Sample, int], Application]]] = {
    "kk_hilang": _reprint("kk_hilang", "kk_hilang", 34),
    "kk_rusak": _reprint("kk_rusak", "kk_rusak", 10),
    "ktp_hilang": _reprint("ktp_hilang", "kk_hilang", 36),
    "ktp_rusak": _reprint("ktp_rusak", "kk_hilang", 38),
    "akta_lahir": _birth,
    "lahir_mati": _stillbirth,
    "akta_mati": _death,
    "kk_ganti_kepala": _new_head,
    "kk_baru": _new_card,
    "kk_ubah": _change,
    "kk_pisah": _split,
    "kk_numpang": _lodging,
    "kia_hilang": _child_card("kia_hilang", 30),
    "kia_rusak": _child_card("kia_rusak", 32),
}
"""Service -> how number 0, 1 of its applications is made."""
