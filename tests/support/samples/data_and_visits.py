"""Somebody without a NIK; what ends with an officer's answer: data that is not found, complaints, days to come and visits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deploy.local.applications import HOME, Application, today
from shared.reference.catalogue import catalogue
from tests.support.samples.people import Change, Kind, Made, Sample, days_ago

NEWCOMERS: Final = ("SUMIYATI RAHAYU", "KASMIRAN WIBISONO", "PAINEM LESTARI", "TUKIMAN HARTADI")
VILLAGE: Final = "3519081001"


def office_day(service: str, place: int = 0) -> str:
    """Return a day on which the office works, as answers carry it: the next one, or one of those after it."""
    known = catalogue().get(service)
    field = known.form.get(known.day_field)
    assert field is not None
    offered = field.offered(today())
    return str(offered[place % len(offered)].isoformat())


def _newcomer(name: str, at: int) -> dict[str, object]:
    return {
        "name": name,
        "sex": "P",
        "birth_place": HOME,
        "born_on": days_ago(50 * 365 + at),
        "mother_name": f"MARSINAH {name.split(maxsplit=1)[0]}",
        "religion": "islam",
        "blood_type": "unknown",
        "education": "primary_school",
        "occupation": "o009",
        "marital": "single",
    }


def _first_entry(sample: Sample, at: int) -> Application:
    """Somebody whom a family takes in."""
    families, name = sample.picked["akta_lahir"], NEWCOMERS[at % len(NEWCOMERS)]
    family = families[(40 + at % 4) % len(families)]
    answers = {
        **_newcomer(name, at),
        "card": "join",
        "host_kk_number": family["kk_number"],
        "host_nik": family["father"]["nik"],
        "relation_to_head": "other_kin",
        "witnesses": [{"nik": each["nik"], "name": each["name"]} for each in family["witnesses"]],
    }
    return Application("biodata", name, answers)


def alone(sample: Sample, name: str) -> Application:
    """Somebody without a NIK who lives alone."""
    witnesses = sample.picked["akta_lahir"][44]["witnesses"]
    home = {"card": "new", "home": "own", "street": "Dusun Krajan", "rt": 3, "rw": 2, "village": VILLAGE}
    named = [{"nik": each["nik"], "name": each["name"]} for each in witnesses]
    return Application("biodata", name, {**_newcomer(name, 400), **home, "witnesses": named})


def _not_found(sample: Sample, at: int) -> Application:
    person = sample.picked["kk_rusak"][at]
    answers = {"nik": person["nik"], "kk_number": person["kk_number"], "institution": "bank", "message": "NIK tidak ditemukan"}
    return Application("konsolidasi", person["name"], answers)


def _complaint(_sample: Sample, at: int) -> Application:
    answers = {
        "topic": "slow",
        "description": f"Antrean di loket {at + 1} lama sekali",
        "happened_on": days_ago(2),
        "place": "Mal Pelayanan Publik",
        "anonymous": True,
    }
    return Application("pengaduan", "WARGA TANPA NAMA", answers)


def visit_at_home(sample: Sample, at: int) -> Application:
    """Somebody old who can't come to be recorded."""
    person = sample.picked["kk_rusak"][at]
    answers = {
        "nik": person["nik"],
        "kk_number": person["kk_number"],
        "born_on": "1948-05-01",
        "needs_visit": True,
        "visit_reason": "elderly",
        "street": "Dusun Krajan 5",
        "rt": 3,
        "rw": 1,
        "village": VILLAGE,
        "phone": "6281234567890",
    }
    return Application("ktp_rekam", person["name"], answers)


def _recording(sample: Sample, at: int) -> Application:
    person = sample.picked["kk_rusak"][at]
    day = {"born_on": "1990-05-01", "needs_visit": False, "visit_day": office_day("ktp_rekam", at)}
    return Application("ktp_rekam", person["name"], {"nik": person["nik"], "kk_number": person["kk_number"], **day})


def _coming(service: str) -> Made:
    def made(sample: Sample, at: int) -> Application:
        person = sample.picked["kk_rusak"][at]
        day = {"visit_day": office_day(service, at)}
        return Application(service, person["name"], {"nik": person["nik"], "kk_number": person["kk_number"], **day})

    return made


def _blocked(sample: Sample, at: int) -> Application:
    person = sample.picked["kk_rusak"][at]
    own = {"nik": person["nik"], "kk_number": person["kk_number"], "holder_nik": person["nik"]}
    answers = {**own, "block_cause": "never_recorded", "message": "NIK nonaktif, di BPJS", "in_care": False}
    return Application("buka_blokir", person["name"], answers)


def _stay(sample: Sample, at: int) -> Application:
    """Somebody who rents a room for half a year, elsewhere than on the card."""
    person = sample.picked["kk_rusak"][at]
    answers = {
        "nik": person["nik"],
        "name": person["name"],
        "stay_reason": "work",
        "stays_since": days_ago(20),
        "stays_until": days_ago(-160),
        "home": "rented",
        "street": f"Jalan Sementara {at}",
        "rt": 7,
        "rw": 3,
        "village": VILLAGE,
        "phone": "6281234567890",
    }
    return Application("penduduk_nonpermanen", person["name"], answers)


def _vulnerable(_sample: Sample, at: int) -> Application:
    """An old man without papers, whom a home for the old reports."""
    name = NEWCOMERS[at % len(NEWCOMERS)]
    answers = {
        "reporter": "institution",
        "institution_name": "Panti Harapan",
        "reporter_name": "Sri Wahyuni",
        "phone": "6281234567890",
        "vulnerability": "neglected",
        "name": name,
        "sex": "L",
        "age_about": 70 + at % 20,
        "people_count": 1,
        "in_care": False,
        "street": f"Panti Harapan, kamar {at + 1}",
        "rt": 2,
        "rw": 1,
        "village": VILLAGE,
    }
    return Application("rentan", name, answers)


def _foreigner(_sample: Sample, at: int) -> Application:
    answers = {"foreigner_matter": "sktt", "name": "John Smith", "citizenship_of": "Malaysia", "visit_day": office_day("orang_asing", at)}
    return Application("orang_asing", "JOHN SMITH", answers)


_DONE: Final = "Terima kasih sudah datang."
KINDS: Final[Mapping[str, Kind]] = {
    "biodata": Kind("nobody", 0, _first_entry, ("biodata", "kk"), Change("f_101", {"born": 1})),
    "konsolidasi": Kind("kk_rusak", 12, _not_found, (), answer="Data sudah kami kirim ke pusat."),
    "pengaduan": Kind("complaints", 0, _complaint, (), answer="Loket ketiga sudah kami buka."),
    "ktp_rekam": Kind("kk_rusak", 14, _recording, (), answer=_DONE),
    "buka_blokir": Kind("kk_rusak", 24, _blocked, (), answer="NIK sudah kami aktifkan."),
    "penduduk_nonpermanen": Kind("kk_rusak", 26, _stay, (), answer="Sudah kami catat."),
    "rentan": Kind("nobody", 2, _vulnerable, (), answer="Beliau sudah kami data."),
    "orang_asing": Kind("nobody", 5, _foreigner, (), answer=_DONE),
    **{service: Kind("kk_rusak", 16, _coming(service), (), answer=_DONE) for service in ("ikd", "akta_kawin", "akta_cerai")},
}
