"""Certificates that exist: a further extract, a name that a court changed, a slip that is mended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from deploy.local.applications import Application
from tests.support.samples.people import Change, Kind, Row, Sample, days_ago, the_grown, witnesses


def number_of(row: Row) -> str:
    """Return a number as this office would have given it ten days after the birth: the register does not know it yet."""
    given_on = date.fromisoformat(row["born_on"]) + timedelta(days=10)
    return f"3519-LU-{given_on:%d%m%Y}-{row['nik'][-4:]}"


def _second_extract(sample: Sample, at: int) -> Application:
    rows = sample.grown[at]
    child = the_grown(rows)
    answers = {
        "certificate": "birth",
        "nik": rows[0]["nik"],
        "kk_number": rows[0]["kk_number"],
        "holder_nik": child["nik"],
        "holder_name": child["name"],
        "certificate_number": number_of(child),
        "birth_order": 1,
        "parents_named": "both",
        "reason": "lost",
    }
    return Application("kutipan_kedua", child["name"], answers)


def _another_name(sample: Sample, at: int) -> Application:
    child = the_grown(sample.grown[at])
    name = f"{child['name']} UTAMA"
    answers = {
        "nik": child["nik"],
        "kk_number": child["kk_number"],
        "subject_nik": child["nik"],
        "new_name": name,
        "certificate_number": number_of(child),
        "order_number": f"{at}/Pdt.P/2026/PN Mjy",
        "order_on": days_ago(20),
        "order_court": "Pengadilan Negeri Kabupaten Madiun",
    }
    return Application("ubah_nama", name, answers)


def _of_certificate(rows: list[Row], child: Row) -> dict[str, str]:
    """The head of a family asks about the akta kelahiran of a child."""
    asked = {"certificate": "birth", "nik": rows[0]["nik"], "kk_number": rows[0]["kk_number"]}
    return asked | {"holder_nik": child["nik"], "certificate_number": number_of(child)}


def _slip(sample: Sample, at: int) -> Application:
    rows = sample.grown[at]
    child = the_grown(rows)
    answers = {
        **_of_certificate(rows, child),
        "birth_order": 1,
        "parents_named": "both",
        "corrections": [
            {"element": "name", "as_written": child["name"][:-1], "name": child["name"]},
            {"element": "mother", "as_written": child["mother"], "mother": f"{child['mother']}H"},
        ],
        "basis_kind": "diploma",
        "basis_number": "DN-05/D-SD/0012345",
        "basis_on": "2015-06-12",
        "witnesses": witnesses(sample, 0),
    }
    return Application("akta_betul", child["name"], answers)


def _annulled(sample: Sample, at: int) -> Application:
    """A certificate that was made without a basis: the office takes it back."""
    rows = sample.grown[at]
    child = the_grown(rows)
    answers = {
        **_of_certificate(rows, child),
        "annulled_for": "no_basis",
        "annulled_by": "office",
        "basis_on": days_ago(15),
        "witnesses": witnesses(sample, 0),
    }
    return Application("akta_batal", child["name"], answers)


KINDS: Final[Mapping[str, Kind]] = {
    "kutipan_kedua": Kind("grown", 60, _second_extract, ("akta_kelahiran",), Change("akta_kelahiran", {"changed": 1})),
    "ubah_nama": Kind("grown", 64, _another_name, ("catatan_pinggir", "kk", "ktp"), Change("court_order", {"changed": 1})),
    "akta_batal": Kind("grown", 72, _annulled, ("catatan_pinggir",), Change("f_204c", {"changed": 1})),
    "akta_betul": Kind("grown", 68, _slip, ("akta_kelahiran", "catatan_pinggir", "kk"), Change("diploma", {"changed": 1})),
}
