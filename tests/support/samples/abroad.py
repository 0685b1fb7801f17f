"""People who move to another country, come back from one, or report what happened there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from deploy.local.applications import Application, today
from tests.support.samples.moves import arriving
from tests.support.samples.people import Change, Kind, Sample, days_ago, the_grown


def _out(sample: Sample, at: int) -> Application:
    rows = sample.grown[at]
    child = the_grown(rows)
    answers = {
        "nik": rows[0]["nik"],
        "kk_number": rows[0]["kk_number"],
        "country": "mys",
        "a_year": True,
        "kind": "members",
        "moving": [{"nik": child["nik"]}],
        "minors_alone": False,
        "reason": "work",
        "foreign_address": "12 JALAN CONTOH, KUALA LUMPUR",
        "responsible": "CONTOH INDUSTRIES SDN BHD",
        "planned_on": (today() + timedelta(days=7)).isoformat(),
    }
    return Application("pindah_ln", child["name"], answers)


def _back(sample: Sample, at: int) -> Application:
    """A mother and her child of two years come back with a letter of the mission, and join a family here."""
    host, born = sample.grown[at][0], today() - timedelta(days=2 * 365 + 40)
    of_mother = {"relation": "other_kin", "marital": "widowed", "passport": "X1234567"}
    mother = arriving(f"357801570385{at:04}", "LASTRI CONTOH ASIH", "P", "1985-03-17", **of_mother)
    of_child = {"relation": "other_kin", "marital": "single", "passport": "X1234568"}
    child = arriving(f"357801{born:%d%m%y}{at:04}", "DAMAR CONTOH PUTRA", "L", born.isoformat(), **of_child)
    answers = {
        "nik": mother["nik"],
        "country": "hkg",
        "arrived_on": days_ago(5),
        "leaving_letter": "mission",
        "letter_number": f"CONTOH-{at}/2026",
        "letter_on": days_ago(9),
        "card": "join",
        "host_kk_number": host["kk_number"],
        "host_nik": host["nik"],
        "arriving": [mother, child],
    }
    return Application("datang_ln", mother["name"], answers)


def _event(sample: Sample, at: int) -> Application:
    """A grown child married a foreigner abroad."""
    rows = sample.grown[at]
    child = the_grown(rows)
    answers = {
        "event": "marriage",
        "nik": rows[0]["nik"],
        "kk_number": rows[0]["kk_number"],
        "holder_nik": child["nik"],
        "holder_name": child["name"],
        "partner_name": "CHEN CONTOH WEI",
        "partner_citizenship": "foreign",
        "event_on": days_ago(100),
        "country": "twn",
        "event_place": "TAIPEI",
        "issuer": "local",
        "authority": "HOUSEHOLD REGISTRATION OFFICE (CONTOH)",
        "certificate_number": f"TPE-{at}",
        "certificate_on": days_ago(98),
        "returned_on": days_ago(10),
    }
    return Application("akta_ln", child["name"], answers)


KINDS: Final[Mapping[str, Kind]] = {
    "pindah_ln": Kind("grown", 24, _out, ("skpln", "kk"), Change("skpln", {"moved_abroad": 1})),
    "datang_ln": Kind("grown", 26, _back, ("skdln", "kk", "ktp", "kia"), Change("skdln", {"came_back": 2})),
    "akta_ln": Kind("grown", 28, _event, ("lapor_ln", "kk", "ktp"), Change("akta_luar_negeri", {"changed": 1})),
}
