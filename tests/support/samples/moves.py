"""People who leave the regency, move inside it, or come from another one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from deploy.local.applications import Application, today
from shared.reference.regions import villages
from tests.support.samples.people import Change, Kind, Sample, days_ago, the_grown

ELSEWHERE: Final = "3578"  # Kota Surabaya
LETTER_DAYS_AGO: Final = 6


def _out(sample: Sample, at: int) -> Application:
    rows = sample.grown[at]
    child = the_grown(rows)
    answers = {
        "nik": rows[0]["nik"],
        "kk_number": rows[0]["kk_number"],
        "destination": ELSEWHERE,
        "kind": "members",
        "moving": [{"nik": child["nik"]}],
        "minors_alone": False,
        "reason": "work",
        "street": "JL. CONTOH MAWAR NO. 3",
        "rt": 4,
        "rw": 11,
        "destination_village": "Mojo",
        "destination_district": "Gubeng",
        "card": "own",
        "planned_on": (today() + timedelta(days=7)).isoformat(),
    }
    return Application("pindah", child["name"], answers)


def _inside(sample: Sample, at: int) -> Application:
    (lone,) = sample.alone[at]
    there = next(code for code in sorted(villages()) if code[:6] != lone["village_code"][:6])
    answers = {
        "nik": lone["nik"],
        "kk_number": lone["kk_number"],
        "card": "own",
        "village": there,
        "kind": "head",
        "remaining": "none",
        "reason": "housing",
        "street": "JL. CONTOH BARU NO. 9",
        "rt": 2,
        "rw": 1,
        "home": "own",
    }
    return Application("pindah_dalam", lone["name"], answers)


def _in(sample: Sample, at: int) -> Application:
    """A mother and her child of two years join a family here."""
    host, born = sample.grown[at][0], today() - timedelta(days=2 * 365 + 30)
    day = today() - timedelta(days=LETTER_DAYS_AGO)
    mother = arriving(f"357801520690{at:04}", "WULAN CONTOH SAPUTRI", "P", "1990-06-12", relation="other_kin", marital="widowed")
    child = arriving(f"357801{born:%d%m%y}{at:04}", "BIMA CONTOH PUTRA", "L", born.isoformat(), relation="other_kin", marital="single")
    answers = {
        "nik": mother["nik"],
        "letter_number": f"SKPWNI/{ELSEWHERE}/{day:%d%m%Y}/{at:04}",
        "letter_on": days_ago(LETTER_DAYS_AGO),
        "letter_persons": 2,
        "all_arrive": True,
        "card": "join",
        "host_kk_number": host["kk_number"],
        "host_nik": host["nik"],
        "arriving": [mother, child],
    }
    return Application("datang", mother["name"], answers)


def arriving(nik: str, name: str, sex: str, born_on: str, **more: str) -> dict[str, Any]:
    """Return the row of somebody who arrives."""
    return {
        "nik": nik,
        "name": name,
        "sex": sex,
        "birth_place": "SURABAYA",
        "born_on": born_on,
        "religion": "islam",
        "education": "none" if more["marital"] == "single" else "upper_secondary",
        "occupation": "o001" if more["marital"] == "single" else "o015",
        "blood_type": "o",
        "father": "SUTRISNO CONTOH",
        "mother": "WULAN CONTOH SAPUTRI" if more["marital"] == "single" else "SULASTRI CONTOH",
        **more,
    }


KINDS: Final[Mapping[str, Kind]] = {
    "pindah": Kind("grown", 20, _out, ("skpwni", "kk"), Change("skpwni", {"moved_out": 1})),
    "pindah_dalam": Kind("alone", 20, _inside, ("kk", "ktp"), Change("f_103", {})),
    "datang": Kind("grown", 22, _in, ("kk", "ktp", "kia"), Change("skpwni", {"moved_in": 2})),
}
