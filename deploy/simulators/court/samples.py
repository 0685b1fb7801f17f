"""Decisions of each kind about a sample family, ready to send: what the register does not say is made up."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from shared.reference.courts import CourtKind
from shared.reference.decision_kinds import DecisionKind, decision_kinds

Couple: TypeAlias = Mapping[str, Any]
"""`husband` and `wife` with the fields of a party, `children` with the mother as the one who has custody, `married_on`."""

_DECIDED_DAYS, _FINAL_DAYS, _DEED_DAYS = 30, 16, 10  # ago


def sample_decision(codes: Mapping[CourtKind, str], couple: Couple, today: date, *, kind: str = "cerai_gugat") -> dict[str, Any]:
    """Return a whole decision about a couple: decided 30 days ago, final 14 days later, numbers made up. `codes`: of the courts."""
    known = decision_kinds()[kind]
    code = codes[known.court]
    decided_on = today - timedelta(days=_DECIDED_DAYS)
    case = {
        "court_code": code,
        "case_number": f"{_number()}/{known.letters[0]}/{decided_on.year}/{code}",
        "kind": kind,
        "decided_on": decided_on.isoformat(),
        "final_on": _days_ago(today, _FINAL_DAYS),
    }
    return case | _OWN[kind](couple, today, known, code)


def _divorce(couple: Couple, today: date, kind: DecisionKind, code: str) -> dict[str, Any]:
    deed_on, number = today - timedelta(days=_DEED_DAYS), _number()
    deed = {
        "deed_number": f"{number}/AC/{deed_on.year}/{code}",
        "deed_on": deed_on.isoformat(),
        "deed_serial": f"J {number:06d}",
    }
    pledge = {"pledge_on": deed_on.isoformat()} if any(each.name == "pledge_on" for each in kind.form.fields) else {}
    return pledge | deed | {"husband": couple["husband"], "wife": couple["wife"], "children": couple.get("children", [])}


def _confirmation(couple: Couple, today: date, _kind: DecisionKind, _code: str) -> dict[str, Any]:
    return {
        "husband": couple["husband"],
        "wife": couple["wife"],
        "married_on": couple.get("married_on") or _days_ago(today, 4000),
        "married_place": "MADIUN",
        "wali_name": "AHMAD SUBARI",
        "wali_relation": "ayah kandung",
        "witnesses": [{"name": "SLAMET RIYADI"}, {"name": "PARDI SANTOSO"}],
        "husband_before": "single",
        "wife_before": "single",
        "kua": "KUA Kecamatan Madiun",
        "book_number": f"{_number()}/12/XI/{today.year}",
        "book_on": _days_ago(today, _DEED_DAYS),
        "children": [],
    }


def _annulment(couple: Couple, today: date, _kind: DecisionKind, _code: str) -> dict[str, Any]:
    return {
        "husband": couple["husband"],
        "wife": couple["wife"],
        "marriage_certificate_number": f"{_number()}/12/V/2020",
        "marriage_certificate_on": couple.get("married_on") or _days_ago(today, 2000),
        "husband_before": "single",
        "wife_before": "single",
        "ground": "salah satu pihak masih terikat perkawinan lain",
        "children": couple.get("children", []),
    }


def _origin(couple: Couple, _today: date, _kind: DecisionKind, _code: str) -> dict[str, Any]:
    return {
        "child": _child(couple),
        "child_status": "legitimate",
        "father": couple["husband"],
        "mother": couple["wife"],
        "certificate_number": f"3519-LU-04052021-{_number() % 10_000:04d}",
        "birth_order": 1,
    }


def _adoption(couple: Couple, _today: date, _kind: DecisionKind, _code: str) -> dict[str, Any]:
    return {
        "child": _child(couple),
        "adoptive_father": couple["husband"],
        "adoptive_mother": couple["wife"],
        "birth_mother_name": "SRI WAHYUNI",
        "certificate_number": f"3519-LU-04052021-{_number() % 10_000:04d}",
    }


def _guardianship(couple: Couple, _today: date, _kind: DecisionKind, _code: str) -> dict[str, Any]:
    return {
        "guardian": couple["wife"],
        "guardian_relation": "bibi",
        "reason": "parents_dead",
        "scope": "both",
        "children": [_person(_child(couple))],
    }


def _custody(couple: Couple, _today: date, _kind: DecisionKind, _code: str) -> dict[str, Any]:
    children = [_person(child) for child in couple.get("children", [])]
    return {"holder": couple["wife"], "other_parent": couple["husband"], "handed_over": True, "children": children}


def _dispensation(couple: Couple, _today: date, _kind: DecisionKind, _code: str) -> dict[str, Any]:
    return {"candidate": _person(_child(couple)), "partner_name": "BAGUS SETIAWAN"}


def _refusal(couple: Couple, _today: date, _kind: DecisionKind, _code: str) -> dict[str, Any]:
    return {
        "bride": _person(couple["wife"]),
        "groom_name": "BAGUS SETIAWAN",
        "wali_name": "AHMAD SUBARI",
        "kua": "KUA Kecamatan Madiun",
    }


def _further_marriage(couple: Couple, _today: date, _kind: DecisionKind, _code: str) -> dict[str, Any]:
    intended = {"nik": "3519014101900005", "name": "SRI WAHYUNI"}
    return {"husband": _person(couple["husband"]), "wives": [_person(couple["wife"])], "intended": intended}


def _name(couple: Couple, _today: date, _kind: DecisionKind, _code: str) -> dict[str, Any]:
    person = couple["husband"]
    return {
        "person": person,
        "old_name": person["name"],
        "new_name": f"{person['name']} WIJAYA",
        "certificate_number": f"3519-LT-04052010-{_number() % 10_000:04d}",
    }


_OWN: Final[Mapping[str, Callable[[Couple, date, DecisionKind, str], dict[str, Any]]]] = MappingProxyType(
    {
        "cerai_gugat": _divorce,
        "cerai_talak": _divorce,
        "itsbat_nikah": _confirmation,
        "pembatalan_perkawinan": _annulment,
        "asal_usul_anak": _origin,
        "pengangkatan_anak": _adoption,
        "perwalian": _guardianship,
        "hadhanah": _custody,
        "dispensasi_kawin": _dispensation,
        "wali_adhal": _refusal,
        "izin_poligami": _further_marriage,
        "perubahan_nama": _name,
    }
)
"""Kind -> its own fields."""


def _child(couple: Couple) -> dict[str, Any]:
    """Return the first child of a couple; somebody made up where there is none."""
    children = couple.get("children") or [{"nik": "3519010101150009", "name": "ANAK CONTOH"}]
    return {name: value for name, value in children[0].items() if name != "custody_nik"}


def _person(party: Mapping[str, Any]) -> dict[str, Any]:
    return {"nik": party["nik"], "name": party["name"]}


def _number() -> int:
    return secrets.randbelow(90_000) + 10_000


def _days_ago(today: date, days: int) -> str:
    return (today - timedelta(days=days)).isoformat()
