"""What documents say, one made-up content of each type as JSON has it: of a family that does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

_ADDRESS: Final = {
    "street": "JL. CONTOH NO. 15 DUSUN KRAJAN",
    "rt": "003",
    "rw": "002",
    "village_code": "3519072001",
    "village": "KRAJAN",
    "district": "MEJAYAN",
    "regency": "KABUPATEN MADIUN",
    "province": "JAWA TIMUR",
    "postal_code": "63153",
}
_FATHER: Final = {
    "nik": "3519071203850001",
    "name": "BUDI CONTOH SANTOSO",
    "sex": "L",
    "birth_place": "MADIUN",
    "born_on": "1985-03-12",
    "religion": "ISLAM",
    "education": "SLTA/SEDERAJAT",
    "occupation": "KARYAWAN SWASTA",
    "blood_type": "B",
    "marital_status": "KAWIN TERCATAT",
    "marital_status_on": "2010-06-12",
    "relation": "KEPALA KELUARGA",
    "citizenship": "WNI",
    "passport": "-",
    "kitap": "-",
    "father": "SOEKARNO CONTOH",
    "mother": "SULASTRI CONTOH",
}
_MOTHER: Final = {
    **_FATHER,
    "nik": "3519074509870002",
    "name": "SITI CONTOH WULANDARI",
    "sex": "P",
    "born_on": "1987-09-05",
    "education": "DIPLOMA IV/STRATA I",
    "occupation": "MENGURUS RUMAH TANGGA",
    "blood_type": "O",
    "relation": "ISTRI",
    "father": "SUPARMAN CONTOH",
    "mother": "KARTINI CONTOH",
}
_DAUGHTER: Final = {
    **_MOTHER,
    "nik": "3519074211110003",
    "name": "ALEXANDRIA CONTOH MAHARANI KUSUMANINGRUM DEWANTARA PRAWIRO",
    "born_on": "2011-11-02",
    "education": "BELUM TAMAT SD/SEDERAJAT",
    "occupation": "PELAJAR/MAHASISWA",
    "blood_type": "TIDAK TAHU",
    "marital_status": "BELUM KAWIN",
    "marital_status_on": None,
    "relation": "ANAK",
    "father": "BUDI CONTOH SANTOSO",
    "mother": "SITI CONTOH WULANDARI",
}
_NEWBORN: Final = {"nik": "3519072012250001", "name": "RADEN CONTOH ADINATA", "sex": "L", "birth_place": "MADIUN", "born_on": "2025-12-20"}
_LIVES_AT: Final = "JL. CONTOH NO. 15 DUSUN KRAJAN RT 003 RW 002, KRAJAN, MEJAYAN, KABUPATEN MADIUN"


def _declarant(member: Mapping[str, Any]) -> dict[str, Any]:
    return {name: member[name] for name in ("name", "nik", "born_on", "occupation", "citizenship")} | {"address": _LIVES_AT}


def _parent(member: Mapping[str, Any]) -> dict[str, Any]:
    return {name: member[name] for name in ("name", "nik", "citizenship")}


_CONTENTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "kk": {
        "kk_number": "3519070101260001",
        "head_name": _FATHER["name"],
        "address": _ADDRESS,
        "members": [_FATHER, _MOTHER, _DAUGHTER],
    },
    "ktp": {
        **{name: _MOTHER[name] for name in ("nik", "name", "sex", "birth_place", "born_on", "blood_type", "religion")},
        "marital_status": "CERAI HIDUP",
        "occupation": _MOTHER["occupation"],
        "citizenship": "WNI",
        "address": _ADDRESS,
    },
    "kia": {
        **_NEWBORN,
        "blood_type": "TIDAK TAHU",
        "religion": "ISLAM",
        "citizenship": "WNI",
        "kk_number": "3519070101260001",
        "head_name": _FATHER["name"],
        "birth_certificate_number": "3519-LU-01012026-0001",
        "birth_certificate_of": None,
        "has_photo": False,
        "valid_until": "2030-12-20",
        "address": _ADDRESS,
    },
    "akta_kelahiran": {
        **_NEWBORN,
        "born_at": "04:30",
        "birth_order": 2,
        "kind": 2,
        "late": False,
        "father": _parent(_FATHER),
        "mother": _parent(_MOTHER),
    },
    "akta_kematian": {
        "nik": "3519074509470002",
        "name": "SULASTRI CONTOH",
        "sex": "P",
        "born_on": "1947-09-05",
        "birth_place": "NGANJUK",
        "died_on": "2025-12-28",
        "died_at": "21:10",
        "death_place": "MADIUN",
        "citizenship": "WNI",
        "birth_order": 3,
        "father": {"name": "SUPARMAN CONTOH", "nik": None, "citizenship": "WNI"},
        "mother": {"name": "KARTINI CONTOH", "nik": None, "citizenship": "WNI"},
    },
    "lahir_mati": {
        "sex": "P",
        "stillborn_on": "2025-12-28",
        "stillborn_at": "07:15",
        "place": "MADIUN",
        "plurality": "TUNGGAL",
        "birth_order": 2,
        "months": 8,
        "reporter": _declarant(_FATHER),
        "mother": _declarant(_MOTHER),
        "father": _declarant(_FATHER),
    },
}


def content_of(product: str, **changes: Any) -> dict[str, Any]:
    """A content of the product, with other values for some of its fields."""
    return deepcopy(dict(_CONTENTS[product])) | changes
