"""KTP-el whose data change, and cards of children: of families with a child at school."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from deploy.local.applications import Application
from tests.support.samples.people import CHILD, SCHOOL_AGE, Change, Kind, Made, Row, Sample, age, at_school

WIFE: Final = "ISTRI"


def _of_child(service: str, child: Row, rows: list[Row], **more: Any) -> Application:
    answers = {
        "nik": rows[0]["nik"],
        "kk_number": rows[0]["kk_number"],
        "child_nik": child["nik"],
        "birth_certificate_number": f"3519-LU-{date.fromisoformat(child['born_on']):%d%m%Y}-0001",
        "carers": "both" if any(row["relation"] == WIFE for row in rows) else "one",
    }
    return Application(service, child["name"], answers | more)


def _child_card(service: str, **more: Any) -> Made:
    def made(sample: Sample, at: int) -> Application:
        rows = sample.young[at]
        child = max((row for row in rows if row["relation"] == CHILD), key=lambda row: row["born_on"])
        return _of_child(service, child, rows, turned_five=age(child) >= SCHOOL_AGE, **more)

    return made


def _expired(sample: Sample, at: int) -> Application:
    rows = sample.young[at]
    child = at_school(rows)
    if child is None:
        raise LookupError("no child of this family has a card that expired")
    return _of_child("kia_habis_masa", child, rows)


def _other_data(sample: Sample, at: int) -> Application:
    head = sample.young[at][0]
    changes = [{"element": "blood_type", "blood_type": "a" if head["blood_type"] == "AB" else "ab"}]
    basis = {"basis_kind": "lab_result", "basis_number": "LAB-2026-0001", "basis_on": "2026-07-01"}
    answers = {"nik": head["nik"], "kk_number": head["kk_number"], "card_is_right": False, "changes": changes}
    return Application("ktp_ubah", head["name"], answers | basis)


KINDS: Final[Mapping[str, Kind]] = {
    "ktp_ubah": Kind("young", 0, _other_data, ("kk", "ktp"), Change("lab_result", {"changed": 1})),
    "kia_baru": Kind("young", 2, _child_card("kia_baru"), ("kia",)),
    "kia_hilang": Kind("young", 4, _child_card("kia_hilang"), ("kia",)),
    "kia_rusak": Kind("young", 6, _child_card("kia_rusak"), ("kia",)),
    "kia_habis_masa": Kind("young", 8, _expired, ("kia",)),
    "kia_pindah": Kind("young", 10, _child_card("kia_pindah", has_card=True), ("kia",)),
}
