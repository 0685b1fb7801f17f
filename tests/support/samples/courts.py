"""Decisions of courts about people of the sample register, for each kind that courts send; in the shape of `KINDS`."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, TypeAlias

from deploy.keys import COURT, GENERAL_COURT
from deploy.local.applications import today
from tests.support.samples.people import Change, Row, Sample, days_ago, minors

Decision: TypeAlias = Mapping[str, Any]
_PARTY: Final = ("nik", "name", "birth_place", "born_on", "kk_number", "village_code")


@dataclass(frozen=True)
class CourtKind:
    """How decisions of a kind are made, and what comes of them.

    `made`: the decision about whoever stands at a place, after those that have to come before it. `first`: who is a test's number 0.
    `products`: one for each document of all parties; none: it is recorded. `by_rules`: approved without an officer.
    """

    first: int
    made: Callable[[Sample, int], tuple[Decision, ...]]
    products: tuple[str, ...] = ()
    change: Change | None = None
    by_rules: bool = False


def _case(kind: str, letters: str = "Pdt.G", court: str = COURT) -> dict[str, Any]:
    number = f"{secrets.randbelow(900_000) + 10_000}/{letters}/{today().year}/{court}"
    final_on = days_ago(16) if letters == "Pdt.G" else days_ago(30)
    return {"court_code": court, "case_number": number, "kind": kind, "decided_on": days_ago(30), "final_on": final_on}


def _party(row: Row) -> dict[str, str]:
    return {name: row[name] for name in _PARTY if row[name]}


def _person(row: Row) -> dict[str, str]:
    return {"nik": row["nik"], "name": row["name"]}


def _akta(row: Row) -> str:
    """A number that an akta kelahiran of somebody may have: given ten days after the birth."""
    given_on = date.fromisoformat(row["born_on"]) + timedelta(days=10)
    return f"3519-LU-{given_on:%d%m%Y}-{secrets.randbelow(9_000) + 1_000}"


def _couple(sample: Sample, at: int) -> list[Row]:
    return sample.at_court[-1 - at]


def _divorce(kind: str, sample: Sample, at: int, *, with_child: bool) -> dict[str, Any]:
    husband, wife, *_ = rows = _couple(sample, at)
    deed = {"deed_number": f"{secrets.randbelow(900_000) + 10_000}/AC/{days_ago(10)[:4]}/{COURT}", "deed_on": days_ago(10)}
    children = [_person(minors(rows)[0]) | {"custody_nik": wife["nik"]}] if with_child else []
    return _case(kind) | deed | {"husband": _party(husband), "wife": _party(wife), "children": children}


def _gugat(sample: Sample, at: int) -> tuple[Decision, ...]:
    return (_divorce("cerai_gugat", sample, at, with_child=True),)


def _talak(sample: Sample, at: int) -> tuple[Decision, ...]:
    return (_divorce("cerai_talak", sample, at, with_child=False) | {"pledge_on": days_ago(12)},)


def _itsbat(sample: Sample, at: int) -> tuple[Decision, ...]:
    husband, wife, *_ = sample.at_court_alone[at]
    marriage = {
        "husband": _party(husband),
        "wife": _party(wife),
        "married_on": husband["marital_on"] or days_ago(4000),
        "married_place": "MADIUN",
        "wali_name": "AHMAD SUBARI",
        "wali_relation": "ayah kandung",
        "witnesses": [{"name": "SLAMET RIYADI"}, {"name": "PARDI SANTOSO"}],
        "husband_before": "single",
        "wife_before": "single",
        "kua": "KUA Kecamatan Madiun",
        "book_number": f"{secrets.randbelow(9_000) + 1_000}/12/XI/{today().year}",
        "book_on": days_ago(5),
    }
    return (_case("itsbat_nikah", "Pdt.P") | marriage,)


def _annulment(sample: Sample, at: int) -> tuple[Decision, ...]:
    husband, wife, *_ = _couple(sample, at)
    marriage = {
        "husband": _party(husband),
        "wife": _party(wife),
        "marriage_certificate_number": "0123/45/VI/2020",
        "marriage_certificate_on": husband["marital_on"] or days_ago(2000),
        "husband_before": "single",
        "wife_before": "widowed",
        "ground": "masih terikat perkawinan lain",
    }
    return (_case("pembatalan_perkawinan") | marriage,)


def _origin(sample: Sample, at: int) -> tuple[Decision, ...]:
    father, mother, *_ = rows = _couple(sample, at)
    child = minors(rows)[0]
    found = {
        "child": _party(child),
        "child_status": "legitimate",
        "father": _party(father),
        "mother": _party(mother),
        "certificate_number": _akta(child),
        "birth_order": 1,
    }
    return (_case("asal_usul_anak", "Pdt.P") | found,)


def _adoption(sample: Sample, at: int) -> tuple[Decision, ...]:
    child, (father, mother, *_) = minors(_couple(sample, at))[0], _couple(sample, at + 2)
    decided = {
        "child": _party(child),
        "adoptive_father": _party(father),
        "adoptive_mother": _party(mother),
        "birth_father_name": child["father"],
        "birth_mother_name": child["mother"],
        "certificate_number": _akta(child),
    }
    return (_case("pengangkatan_anak", "Pdt.P") | decided,)


def _custody(sample: Sample, at: int) -> tuple[Decision, ...]:
    """A child that a divorce left with the mother is given to the father."""
    divorce = _divorce("cerai_gugat", sample, at, with_child=True)
    child = {name: divorce["children"][0][name] for name in ("nik", "name")}
    parties = {"holder": divorce["husband"], "other_parent": divorce["wife"]}
    given = parties | {"handed_over": True, "earlier_case_number": divorce["case_number"], "children": [child]}
    return divorce, _case("hadhanah") | given


def _guardianship(sample: Sample, at: int) -> tuple[Decision, ...]:
    (_, guardian, *_), child = _couple(sample, at), minors(_couple(sample, at + 2))[0]
    given = {"guardian": _party(guardian), "guardian_relation": "bibi", "reason": "parents_dead", "scope": "both"}
    return (_case("perwalian", "Pdt.P") | given | {"children": [_person(child)]},)


def _dispensation(sample: Sample, at: int) -> tuple[Decision, ...]:
    candidate = _person(minors(_couple(sample, at))[0])
    return (_case("dispensasi_kawin", "Pdt.P") | {"candidate": candidate, "partner_name": "BAGUS SETIAWAN"},)


def _refusal(sample: Sample, at: int) -> tuple[Decision, ...]:
    named = {"groom_name": "BAGUS SETIAWAN", "wali_name": "AHMAD SUBARI", "kua": "KUA Kecamatan Madiun"}
    return (_case("wali_adhal", "Pdt.P") | named | {"bride": _person(sample.alone[-1 - at][0])},)


def _further(sample: Sample, at: int) -> tuple[Decision, ...]:
    husband, wife, *_ = _couple(sample, at)
    named = {"husband": _person(husband), "wives": [_person(wife)], "intended": _person(sample.alone[-1 - at][0])}
    return (_case("izin_poligami") | named,)


def _name(sample: Sample, at: int) -> tuple[Decision, ...]:
    person, *_ = _couple(sample, at)
    change = {"old_name": person["name"], "new_name": f"{person['name']} WIJAYA", "certificate_number": _akta(person)}
    return (_case("perubahan_nama", "Pdt.P", GENERAL_COURT) | {"person": _party(person)} | change,)


_PARTED: Final = ("kk", "kk", "ktp", "ktp")
COURT_KINDS: Final[Mapping[str, CourtKind]] = {
    "cerai_gugat": CourtKind(0, _gugat, (*_PARTED, "kia"), Change("akta_cerai", {"joined": 2, "changed": 1}), by_rules=True),
    "cerai_talak": CourtKind(2, _talak, _PARTED, Change("akta_cerai", {"joined": 1, "changed": 1}), by_rules=True),
    "itsbat_nikah": CourtKind(0, _itsbat, ("kk", "ktp", "ktp"), Change("marriage_book", {"changed": 2}), by_rules=True),
    "pembatalan_perkawinan": CourtKind(4, _annulment, _PARTED, Change("court_order", {"joined": 1, "changed": 1})),
    "asal_usul_anak": CourtKind(6, _origin, ("catatan_pinggir", "kk"), Change("court_order", {"changed": 1})),
    "pengangkatan_anak": CourtKind(8, _adoption, ("catatan_pinggir", "kk", "kia"), Change("court_order", {"joined": 1})),
    "hadhanah": CourtKind(12, _custody, ("kk", "kk", "kia"), Change("court_order", {"joined": 1}), by_rules=True),
    "perubahan_nama": CourtKind(14, _name, ("catatan_pinggir", "kk", "ktp"), Change("court_order", {"changed": 1})),
    "perwalian": CourtKind(16, _guardianship),
    "dispensasi_kawin": CourtKind(18, _dispensation),
    "wali_adhal": CourtKind(0, _refusal),
    "izin_poligami": CourtKind(20, _further),
}
"""How a decision of each kind is made, and what comes of it. Adoption and guardianship name a second family, two places on."""


def decisions_for(sample: Sample, kind: str, number: int) -> tuple[Decision, ...]:
    """Return decision number 0 or 1 of a kind, about people whom no other kind's has, after what has to come before it."""
    known = COURT_KINDS[kind]
    return known.made(sample, known.first + number)
