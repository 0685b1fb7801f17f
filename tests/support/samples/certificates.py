"""Certificates that exist: a further extract, a name that a court changed, a slip that is mended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from deploy.local.applications import Application
from tests.support.samples.people import Change, Kind, Row, Sample, the_grown


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


KINDS: Final[Mapping[str, Kind]] = {
    "kutipan_kedua": Kind("grown", 60, _second_extract, ("akta_kelahiran",), Change("akta_kelahiran", {"changed": 1})),
}
