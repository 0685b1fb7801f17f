"""Children who are acknowledged, made legitimate, or adopted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from deploy.local.applications import Application
from tests.support.samples.people import Change, Kind, Row, Sample, days_ago, the_young, witnesses


def _akta(child: Row, at: int) -> str:
    """A number of an akta kelahiran that was given on the day of the birth."""
    return f"3519-LU-{date.fromisoformat(child['born_on']):%d%m%Y}-{at + 1:04}"


def _parents(sample: Sample, rows: list[Row], at: int) -> dict[str, Any]:
    """The answers that acknowledgement and legitimation have in common; the father asks."""
    father, mother = sorted(rows[:2], key=lambda row: row["sex"])
    return {
        "nik": father["nik"],
        "kk_number": father["kk_number"],
        "child_nik": the_young(rows)["nik"],
        "certificate_number": _akta(the_young(rows), at),
        "father_nik": father["nik"],
        "mother_nik": mother["nik"],
        "religious_marriage_on": father["marital_on"],
        "has_order": False,
        "witnesses": witnesses(sample, at),
    }


def _acknowledgement(sample: Sample, at: int) -> Application:
    rows = sample.unrecorded[at]
    return Application("pengakuan_anak", rows[0]["name"], _parents(sample, rows, at) | {"statement_on": days_ago(5)})


def _legitimation(sample: Sample, at: int) -> Application:
    """The register has the day of the wedding by religion, the papers that on which the state recorded it: an officer compares them."""
    rows = sample.recorded[at]
    told = {"parents_named": "both_unrecorded", "birth_order": 1, "marriage_number": "0123/045/XI/2026", "married_on": days_ago(9)}
    return Application("pengesahan_anak", rows[0]["name"], _parents(sample, rows, at) | told)


def _adoption(sample: Sample, at: int) -> Application:
    couple, child = sample.recorded[at], the_young(sample.recorded[(at + 2) % len(sample.recorded)])
    father, mother = sorted(couple[:2], key=lambda row: row["sex"])
    answers = {
        "nik": mother["nik"],
        "kk_number": mother["kk_number"],
        "adopters": "couple",
        "adoptive_father_nik": father["nik"],
        "adoptive_mother_nik": mother["nik"],
        "child_nik": child["nik"],
        "certificate_number": _akta(child, at),
        "order_number": "123/Pdt.P/2026/PA.Kab.Mn",
        "order_on": days_ago(7),
        "order_court": "Pengadilan Agama Kabupaten Madiun",
        "institution": "Yayasan Contoh",
        "witnesses": witnesses(sample, at),
    }
    return Application("pengangkatan_anak", mother["name"], answers)


_MADE: Final = ("akta_kelahiran", "akta_pengesahan", "catatan_pinggir")
KINDS: Final[Mapping[str, Kind]] = {
    "pengakuan_anak": Kind("unrecorded", 0, _acknowledgement, ("akta_pengakuan", _MADE[2]), Change("akta_pengakuan", {"changed": 1})),
    "pengesahan_anak": Kind("recorded", 0, _legitimation, _MADE, Change("buku_nikah", {"changed": 1})),
    "pengangkatan_anak": Kind("recorded", 2, _adoption, ("catatan_pinggir", "kia", "kk"), Change("court_order", {"joined": 1})),
}
