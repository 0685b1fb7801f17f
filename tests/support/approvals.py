"""Approved requests as verification publishes them, of families that do not exist."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from services.issuance.domain.claim import Approval, OrderedDocument
from services.issuance.domain.document import Cause
from services.issuance.domain.products.spec import Content
from shared.contracts.verification import Decider, DocumentOrder, RequestApproved, RequestApprovedPersonal
from shared.ids import new_id, new_receipt, new_traceparent
from shared.values import Contact

AT: Final = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HOLDER_NIK: Final = "3519084509870002"
CHILD_NIK: Final = "3519085111260001"

HEAD: Final[dict[str, Any]] = {
    "nik": "3519081203850001",
    "name": "BUDI CONTOH SANTOSO",
    "sex": "L",
    "birth_place": "MADIUN",
    "born_on": "1985-03-12",
    "religion": "ISLAM",
    "education": "SLTA/SEDERAJAT",
    "occupation": "KARYAWAN SWASTA",
    "blood_type": "B",
    "marital_status": "CERAI HIDUP TERCATAT",
    "marital_status_on": "2026-10-01",
    "relation": "KEPALA KELUARGA",
    "citizenship": "WNI",
    "passport": "-",
    "kitap": "-",
    "father": "SOEKARNO CONTOH",
    "mother": "SULASTRI CONTOH",
}
WIFE: Final[dict[str, Any]] = {
    "nik": HOLDER_NIK,
    "name": "SITI CONTOH WULANDARI",
    "sex": "P",
    "birth_place": "NGANJUK",
    "born_on": "1987-09-05",
    "religion": "KATHOLIK",
    "education": "DIPLOMA IV/STRATA I",
    "occupation": "GURU",
    "blood_type": "O",
    "marital_status": "CERAI HIDUP TERCATAT",
    "marital_status_on": "2026-10-01",
    "relation": "ISTRI",
    "citizenship": "WNI",
    "passport": "A1234567",
    "kitap": "-",
    "father": "SUPARMAN CONTOH",
    "mother": "KARTINI CONTOH",
}
ADDRESS: Final[dict[str, Any]] = {
    "street": "DUSUN CONTOH NO. 15",
    "rt": "003",
    "rw": "002",
    "village_code": "3519081001",
    "village": "KRAJAN",
    "district": "MEJAYAN",
    "regency": "MADIUN",
    "province": "JAWA TIMUR",
    "postal_code": "63153",
}
CARD: Final[dict[str, Any]] = {
    "kk_number": "3519080101100001",
    "head_name": HEAD["name"],
    "address": ADDRESS,
    "members": [HEAD, WIFE],
}
IDENTITY: Final[dict[str, Any]] = {
    **{
        name: WIFE[name] for name in ("nik", "name", "sex", "birth_place", "born_on", "blood_type", "religion", "occupation", "citizenship")
    },
    "marital_status": "CERAI HIDUP",
    "address": ADDRESS,
}
BIRTH: Final[dict[str, Any]] = {
    "nik": CHILD_NIK,
    "name": "DEWI CONTOH LESTARI",
    "sex": "P",
    "born_on": "2026-11-11",
    "born_at": "04:30",
    "birth_place": "MADIUN",
    "birth_order": 2,
    "kind": 1,
    "late": False,
    "father": {"name": HEAD["name"], "nik": HEAD["nik"], "citizenship": "WNI"},
    "mother": {"name": WIFE["name"], "nik": WIFE["nik"], "citizenship": "WNI"},
    "certificate_number": None,
}
CHILD_CARD: Final[dict[str, Any]] = {
    **{name: BIRTH[name] for name in ("nik", "name", "sex", "birth_place", "born_on")},
    "blood_type": "-",
    "religion": "ISLAM",
    "citizenship": "WNI",
    "kk_number": CARD["kk_number"],
    "head_name": HEAD["name"],
    "birth_certificate_number": "3519-LU-20112026-0007",
    "birth_certificate_of": None,
    "has_photo": False,
    "valid_until": "2031-11-11",
    "address": ADDRESS,
}
DEATH: Final[dict[str, Any]] = {
    **{name: HEAD[name] for name in ("nik", "name", "sex", "born_on", "birth_place", "citizenship")},
    "died_on": "2026-11-20",
    "died_at": None,
    "death_place": "MADIUN",
    "birth_order": 1,
    "father": {"name": HEAD["father"], "nik": None, "citizenship": "WNI"},
    "mother": {"name": HEAD["mother"], "nik": None, "citizenship": "WNI"},
    "certificate_number": None,
}
STILLBIRTH: Final[dict[str, Any]] = {
    "sex": "P",
    "stillborn_on": "2026-11-20",
    "stillborn_at": None,
    "place": "RSUD CONTOH",
    "plurality": "TUNGGAL",
    "birth_order": 2,
    "months": 8,
    "reporter": {"name": HEAD["name"], "nik": HEAD["nik"], "born_on": None, "occupation": "-", "citizenship": "WNI", "address": "-"},
    "mother": {"name": WIFE["name"], "nik": WIFE["nik"], "born_on": None, "occupation": "-", "citizenship": "WNI", "address": "-"},
    "father": None,
}
MOVING: Final[dict[str, Any]] = {
    "kk_number": CARD["kk_number"],
    "head_name": HEAD["name"],
    "address": ADDRESS,
    "applicant_nik": HEAD["nik"],
    "applicant_name": HEAD["name"],
    "reason": "PEKERJAAN",
    "destination": {
        "street": "JL. CONTOH NO. 8",
        "rt": "004",
        "rw": "011",
        "village": "MOJO",
        "district": "GUBENG",
        "regency": "KOTA SURABAYA",
        "province": "JAWA TIMUR",
    },
    "move_class": "ANTAR KABUPATEN/KOTA DALAM SATU PROVINSI",
    "who_moves": "KEPALA KELUARGA DAN SELURUH ANGGOTA KELUARGA",
    "card_of_stayers": "TIDAK ADA ANGGOTA YANG DITINGGAL",
    "card_of_movers": "NOMOR KK TETAP",
    "planned_on": "2026-12-05",
    "valid_days": 30,
    "movers": [{name: each[name] for name in ("nik", "name", "relation")} for each in (HEAD, WIFE)],
}
BIODATA: Final[dict[str, Any]] = {
    **{name: CARD[name] for name in ("kk_number", "head_name")},
    "address": ADDRESS,
    "former_address": "JL. MELATI CONTOH 5, SURABAYA",
    "person": HEAD,
    "mother_nik": None,
    "father_nik": None,
    "disability": None,
    "birth_certificate_number": None,
}
LEAVING: Final[dict[str, Any]] = {
    **{name: MOVING[name] for name in ("kk_number", "head_name", "address", "applicant_nik", "applicant_name", "reason", "who_moves")},
    **{name: MOVING[name] for name in ("card_of_stayers", "planned_on", "movers")},
    "country": "MALAYSIA",
    "foreign_address": "12 JALAN CONTOH, 50000 KUALA LUMPUR",
    "responsible": "CONTOH INDUSTRIES SDN BHD",
}
ARRIVAL: Final[dict[str, Any]] = {
    **{name: MOVING[name] for name in ("kk_number", "head_name", "address")},
    "country": "MALAYSIA",
    "arrived_on": "2026-11-20",
    "leaving_letter": "SKPLN DARI DUKCAPIL",
    "leaving_letter_number": "SKPLN/3519/12032021/0002",
    "leaving_letter_on": "2021-03-12",
    "arrivers": [{name: each[name] for name in ("nik", "name", "relation")} | {"passport": "X0000001"} for each in (HEAD, WIFE)],
}
EVENT: Final[dict[str, Any]] = {
    "event": "PERKAWINAN",
    "event_on": "2025-06-14",
    "place": "TAIPEI",
    "country": "TAIWAN",
    "certificate_issuer": "HOUSEHOLD REGISTRATION OFFICE (CONTOH)",
    "certificate_number": "TPE-2025-000123",
    "certificate_on": "2025-06-16",
    "persons": [
        {"role": "Istri", "name": WIFE["name"], "nik": WIFE["nik"], "citizenship": "WNI"},
        {"role": "Suami", "name": "CHEN CONTOH WEI", "nik": None, "citizenship": "WNA"},
    ],
    "reporter_nik": WIFE["nik"],
    "reporter_name": WIFE["name"],
    "returned_on": "2026-11-01",
}
SIDE_NOTE: Final[dict[str, Any]] = {
    "deed": "AKTA KELAHIRAN",
    "deed_number": "3519-LU-04052021-0007",
    "deed_on": "2021-05-04",
    "deed_office": "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL KABUPATEN MADIUN",
    "nik": BIRTH["nik"],
    "name": BIRTH["name"],
    "event": "PERUBAHAN NAMA",
    "basis": "PENETAPAN PENGADILAN",
    "basis_issuer": "PENGADILAN NEGERI CONTOH",
    "basis_number": "45/Pdt.P/2026/PN CONTOH",
    "basis_on": "2026-10-12",
    "persons": [{"role": "Ayah", "name": HEAD["name"], "nik": HEAD["nik"]}],
    "changes": [{"element": "Nama", "before": BIRTH["name"], "after": "DEWI CONTOH AYU"}],
}
PARENTAGE: Final[dict[str, Any]] = {
    **{name: BIRTH[name] for name in ("nik", "name", "sex", "birth_place", "born_on", "father", "mother")},
    **{name: SIDE_NOTE[name] for name in ("deed_number", "deed_on", "basis", "basis_issuer", "basis_number", "basis_on")},
    "married_on": "2026-09-05",
    "religious_on": "2019-05-12",
    "marriage_number": "0123/045/IX/2026",
}
CONTENTS: Final[Mapping[str, tuple[str, dict[str, Any], str]]] = MappingProxyType(
    {
        "kk": ("family_card.v1", CARD, WIFE["name"]),
        "ktp": ("identity_card.v1", IDENTITY, WIFE["name"]),
        "kia": ("child_card.v1", CHILD_CARD, BIRTH["name"]),
        "akta_kelahiran": ("birth_certificate.v1", BIRTH, BIRTH["name"]),
        "akta_kematian": ("death_certificate.v1", DEATH, HEAD["name"]),
        "biodata": ("biodata.v1", BIODATA, HEAD["name"]),
        "lahir_mati": ("stillbirth_letter.v1", STILLBIRTH, WIFE["name"]),
        "skpwni": ("moving_letter.v1", MOVING, HEAD["name"]),
        "skpln": ("leaving_letter.v1", LEAVING, HEAD["name"]),
        "skdln": ("arrival_letter.v1", ARRIVAL, HEAD["name"]),
        "lapor_ln": ("foreign_event.v1", EVENT, WIFE["name"]),
        "catatan_pinggir": ("side_note.v1", SIDE_NOTE, BIRTH["name"]),
        "akta_pengakuan": ("parentage_certificate.v1", PARENTAGE, BIRTH["name"]),
        "akta_pengesahan": ("parentage_certificate.v1", PARENTAGE, BIRTH["name"]),
    }
)
"""Product -> content type, content as JSON has it, and whose document it is."""

CONTACT: Final = Contact(channel="whatsapp", address="6281234567890", last_inbound_at=AT)


def origin() -> Cause:
    return Cause(correlation_id=new_id(), causation_id=new_id(), traceparent=new_traceparent())


def order(product: str = "kk", *, key: str = "", content: Content | None = None, about: str = "", **other: Any) -> OrderedDocument:
    """One document; `about` something of its own unless told: nothing else supersedes it."""
    content_type, usual, name = CONTENTS[product]
    values = {"content_type": content_type, "holder_name": name, "about": about or f"{product}:{new_id()}", **other}
    return OrderedDocument(key=key or product, product=product, content=content or usual, **values)


def approval(*ordered: str | OrderedDocument, request_id: str | None = None, **other: Any) -> Approval:
    """One request of these documents or products (a Kartu Keluarga)."""
    orders = tuple(each if isinstance(each, OrderedDocument) else order(each) for each in ordered or ("kk",))
    usual: dict[str, Any] = {
        "receipt": new_receipt().text,
        "case_id": None,
        "channel": "whatsapp",
        "service": "kk_hilang",
        "approved_at": AT,
        "announced": tuple(each.key for each in orders),
        "contact": CONTACT,
    }
    return Approval(request_id=request_id or new_id(), orders=orders, **(usual | other))


def birth(**other: Any) -> Approval:
    """One request of three documents, as a birth gives; the KIA shows the number of the akta."""
    shown = {"birth_certificate_number": None, "birth_certificate_of": "akta_kelahiran"}
    kia = order("kia", content={**CHILD_CARD, **shown})
    return approval("akta_kelahiran", "kk", kia, service="akta_lahir", **other)


def request_approved(given: Approval | None = None) -> RequestApproved:
    """The same as an event."""
    known = given or approval()
    return RequestApproved(
        request_id=known.request_id,
        receipt=known.receipt,
        case_id=known.case_id,
        channel=known.channel,
        service=known.service,
        documents=known.announced,
        decided_by=Decider.AUTOMATIC,
        approved_at=known.approved_at,
        personal=RequestApprovedPersonal(
            contact=known.contact,
            documents=tuple(DocumentOrder.model_validate(each) for each in known.orders),
        ),
    )
