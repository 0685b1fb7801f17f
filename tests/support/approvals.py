"""Approved requests as verification publishes them, of families that do not exist."""

from __future__ import annotations

from datetime import UTC, date, datetime

from services.issuance.domain.card import CardMember, FamilyCard
from services.issuance.domain.document import Approval, Cause, DocumentContent
from shared.contracts.verification import Decider, RequestApproved, RequestApprovedPersonal
from shared.ids import new_id, new_receipt, new_traceparent
from shared.values import Contact

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HOLDER_NIK = "3519084509870002"

HEAD = CardMember(
    nik="3519081203850001",
    name="BUDI CONTOH SANTOSO",
    sex="L",
    birth_place="MADIUN",
    born_on=date(1985, 3, 12),
    religion="ISLAM",
    education="SLTA/SEDERAJAT",
    occupation="KARYAWAN SWASTA",
    blood_type="B",
    marital_status="CERAI HIDUP TERCATAT",
    marital_status_on=date(2026, 10, 1),
    relation="KEPALA KELUARGA",
    citizenship="WNI",
    passport="-",
    kitap="-",
    father="SOEKARNO CONTOH",
    mother="SULASTRI CONTOH",
)
WIFE = CardMember(
    nik=HOLDER_NIK,
    name="SITI CONTOH WULANDARI",
    sex="P",
    birth_place="NGANJUK",
    born_on=date(1987, 9, 5),
    religion="KATHOLIK",
    education="DIPLOMA IV/STRATA I",
    occupation="GURU",
    blood_type="O",
    marital_status="CERAI HIDUP TERCATAT",
    marital_status_on=date(2026, 10, 1),
    relation="ISTRI",
    citizenship="WNI",
    passport="A1234567",
    kitap="-",
    father="SUPARMAN CONTOH",
    mother="KARTINI CONTOH",
)
CARD = FamilyCard(
    kk_number="3519080101100001",
    head_name=HEAD.name,
    address="DUSUN CONTOH NO. 15",
    rt="003",
    rw="002",
    village_code="3519081001",
    village="KRAJAN",
    district="MEJAYAN",
    regency="MADIUN",
    province="JAWA TIMUR",
    postal_code="63153",
    members=(HEAD, WIFE),
)
CONTACT = Contact(channel="whatsapp", address="6281234567890", last_inbound_at=AT)


def origin() -> Cause:
    return Cause(correlation_id=new_id(), causation_id=new_id(), traceparent=new_traceparent())


def approval(product: str = "kk", *, request_id: str | None = None, card: FamilyCard = CARD, holder_nik: str = HOLDER_NIK) -> Approval:
    return Approval(
        request_id=request_id or new_id(),
        receipt=new_receipt().text,
        case_id=None,
        channel="whatsapp",
        service="kk_hilang",
        product=product,
        material=DocumentContent(holder_nik=holder_nik, card=card, contact=CONTACT),
    )


def request_approved(given: Approval | None = None) -> RequestApproved:
    """The same as an event."""
    known = given or approval()
    return RequestApproved(
        request_id=known.request_id,
        receipt=known.receipt,
        case_id=known.case_id,
        channel=known.channel,
        service=known.service,
        product=known.product,
        decided_by=Decider.AUTOMATIC,
        approved_at=AT,
        personal=RequestApprovedPersonal.model_validate(known.material),
    )
