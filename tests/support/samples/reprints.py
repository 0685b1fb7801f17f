"""Cards that are printed again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from deploy.local import applications
from deploy.local.applications import Application, today
from tests.support.samples.people import Kind, Made, Sample


def _reprint(service: str, kind: str) -> Made:
    return lambda sample, at: applications.reprint(service, sample.picked[kind][at])


def _child_card(service: str) -> Made:
    def made(sample: Sample, at: int) -> Application:
        family = sample.picked["akta_lahir"][at]
        child = max(family["children"], key=lambda each: str(each["born_on"]))
        turned_five = (today() - date.fromisoformat(child["born_on"])).days >= 5 * 365.25
        answers = {
            "nik": family["father"]["nik"],
            "kk_number": family["kk_number"],
            "child_nik": child["nik"],
            "turned_five": turned_five,
        }
        return Application(service, child["name"], answers)

    return made


KINDS: Final[Mapping[str, Kind]] = {
    "kk_hilang": Kind("kk_hilang", 34, _reprint("kk_hilang", "kk_hilang"), ("kk",), by_rules=True),
    "kk_rusak": Kind("kk_rusak", 10, _reprint("kk_rusak", "kk_rusak"), ("kk",)),
    "ktp_hilang": Kind("kk_hilang", 36, _reprint("ktp_hilang", "kk_hilang"), ("ktp",), by_rules=True),
    "ktp_rusak": Kind("kk_hilang", 38, _reprint("ktp_rusak", "kk_hilang"), ("ktp",), by_rules=True),
    "kia_hilang": Kind("akta_lahir", 30, _child_card("kia_hilang"), ("kia",)),
    "kia_rusak": Kind("akta_lahir", 32, _child_card("kia_rusak"), ("kia",)),
}
