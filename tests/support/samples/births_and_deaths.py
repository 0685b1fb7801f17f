"""Births, stillbirths, deaths, and the head who comes after one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deploy.local import applications
from deploy.local.applications import HOME, Application
from tests.support.samples.people import Change, Kind, Sample, days_ago

CHILDREN: Final = ("SEKAR ARUM LESTARI", "RATNA KINANTI PUTRI", "MELATI CAHYANINGRUM", "DEWI AYU ANGGRAINI")


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
        "stillborn_on": days_ago(5),
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
        "died_on": days_ago(30),
        "remaining": "adult",
        "new_head_nik": family["spouse"]["nik"],
        "relations": [],
    }
    return Application("kk_ganti_kepala", family["spouse"]["name"], answers)


KINDS: Final[Mapping[str, Kind]] = {
    "akta_lahir": Kind("akta_lahir", 10, _birth, ("akta_kelahiran", "kia", "kk"), Change("akta_kelahiran", {"born": 1})),
    "lahir_mati": Kind("akta_lahir", 20, _stillbirth, ("lahir_mati",)),
    "akta_mati": Kind("akta_mati", 10, _death, ("akta_kematian", "kk", "ktp"), Change("akta_kematian", {"died": 1})),
    "kk_ganti_kepala": Kind("akta_mati", 20, _new_head, ("kk", "ktp"), Change("akta_kematian", {"died": 1})),
}
