"""Families that form, change, split, or take somebody in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deploy.local.applications import Application
from tests.support.samples.people import Change, Kind, Sample, the_grown


def _new_card(sample: Sample, at: int) -> Application:
    rows = sample.grown[at]
    child = the_grown(rows)
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
    child = the_grown(rows)
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
        "host_home": "own",
        "reason": "care",
        "joining": [{"nik": lone["nik"], "relation": "other_kin"}],
        "minors_alone": False,
    }
    return Application("kk_numpang", lone["name"], answers)


KINDS: Final[Mapping[str, Kind]] = {
    "kk_baru": Kind("grown", 0, _new_card, ("kk", "kk", "ktp"), Change("f_102", {"joined": 1})),
    "kk_ubah": Kind("grown", 2, _change, ("kk",), Change("diploma", {"changed": 1})),
    "kk_pisah": Kind("grown", 4, _split, ("kk", "kk"), Change("f_102", {"joined": 1})),
    "kk_numpang": Kind("grown", 6, _lodging, ("kk", "ktp"), Change("f_103b", {"joined": 1})),
}
