"""A family, a request and a court decision that are right in every respect; tests spoil one thing at a time."""

from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

from services.verification.domain.register import Family, Member, Register
from services.verification.domain.submission import Answers, CourtChild, CourtDecision, CourtParty, Person, Submission, decided
from shared.reference.population import KkMarital, Relation
from shared.values import Attachment, Contact, VouchedBy, Vouching

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # Tuesday, 09.00 in Madiun
TODAY = date(2026, 11, 24)
KK = "3519081611230001"
HUSBAND = "3519081107880001"
WIFE = "3519085904900002"
SON = "3519080302130001"
DAUGHTER = "3519084505160001"
PHONE = "628123456789"


def member(nik: str = HUSBAND, **changes: Any) -> Member:
    row = Member(
        nik=nik,
        name="SLAMET DARMAWAN",
        sex="L",
        birth_place="MADIUN",
        born_on=date(1988, 7, 11),
        religion="ISLAM",
        education="SLTA/SEDERAJAT",
        occupation="WIRASWASTA",
        blood_type="O",
        marital=KkMarital.MARRIED,
        marital_on=date(2011, 12, 14),
        relation=Relation.HEAD,
        citizenship="WNI",
        father="BAMBANG SAPUTRA",
        mother="INTAN AZIZAH",
    )
    return replace(row, **changes)


def wife(**changes: Any) -> Member:
    row = member(WIFE, name="TITIK FITRIANI", sex="P", born_on=date(1990, 4, 19), relation=Relation.WIFE)
    return replace(row, **changes)


def child(nik: str, born_on: date, **changes: Any) -> Member:
    row = member(nik, name="RIZKI PRATAMA", born_on=born_on, relation=Relation.CHILD, marital=KkMarital.SINGLE, marital_on=None)
    return replace(row, father="SLAMET DARMAWAN", mother="TITIK FITRIANI", **changes)


def family(*members: Member, kk_number: str = KK, village_code: str = "3519081001", edition: int = 1) -> Family:
    usual = (
        member(),
        wife(),
        child(SON, date(2013, 2, 3)),
        child(DAUGHTER, date(2016, 5, 5), name="SUSI WAHYUNI", sex="P"),
    )
    return Family(
        kk_number=kk_number,
        address="JL. DIPONEGORO NO. 81",
        rt="015",
        rw="008",
        village_code=village_code,
        postal_code="63151",
        members=members or usual,
        edition=edition,
    )


def register(*families: Family) -> Register:
    return Register.of(families or (family(),))


def attachment(kind: str, field: str | None = None) -> Attachment:
    return Attachment(file_id=f"file-{kind}", field=field or kind, kind=kind, media_type="image/jpeg", size_bytes=1000, sha256="0" * 64)


def lost_card(*, nik: str | None = HUSBAND, kk_number: str | None = KK, applicant_name: str | None = None, **changes: Any) -> Submission:
    given = {"nik": nik, "kk_number": kk_number}
    submission = Submission(
        request_id="01938b3e-0000-7000-8000-000000000001",
        receipt="MDN-7K4Q-9F2X",
        channel="whatsapp",
        service="kk_hilang",
        products=("kk",),
        submitted_at=NOW,
        contact=Contact(channel="whatsapp", address=PHONE),
        applicant=Person(nik=nik, kk_number=kk_number, name=applicant_name),
        answers=Answers({name: value for name, value in given.items() if value is not None}),
        attachments=(attachment("surat_kehilangan"), attachment("ktp")),
        vouching=Vouching(VouchedBy.LINK, "link-1", "counter"),
    )
    return replace(submission, **{"sender_nik": nik, **changes})  # who asks for themself


def decision(**changes: Any) -> CourtDecision:
    """A divorce; another kind, or other fields, by what is given. Whom it names is a `CourtParty`."""
    own = {
        "deed_number": "194/AC/2026/PA.Kab.Mn",
        "deed_on": date(2026, 9, 20),
        "husband": CourtParty(nik=HUSBAND, name="Slamet Darmawan", born_on=date(1988, 7, 11)),
        "wife": CourtParty(nik=WIFE, name="Titik Fitriani", born_on=date(1990, 4, 19)),
        "children": (CourtChild(nik=SON, custody_nik=HUSBAND), CourtChild(nik=DAUGHTER, custody_nik=WIFE)),
    }
    return ruling(changes.pop("kind", "cerai_gugat"), **own | changes)


def ruling(kind: str, **given: Any) -> CourtDecision:
    """A decision of a kind with these fields, final since September."""
    case: dict[str, Any] = {
        "court_code": "PA.Kab.Mn",
        "case_number": "40/Pdt.G/2026/PA.Kab.Mn",
        "kind": kind,
        "decided_on": date(2026, 9, 1),
        "final_on": date(2026, 9, 16),
    }
    given["children"] = tuple(asdict(child) for child in given.get("children", ()))
    sent = case | {name: asdict(value) if isinstance(value, CourtParty) else value for name, value in given.items()}
    return decided(sent)


CASE = "01938b3e-0000-7000-8000-00000000000c"
REQUESTS = {HUSBAND: "01938b3e-0000-7000-8000-0000000000c1", WIFE: "01938b3e-0000-7000-8000-0000000000c2"}
"""The requests of a court case, by the party."""


def divorce(nik: str = WIFE, *, ruling: CourtDecision | None = None, **changes: Any) -> Submission:
    """One party's request of a court case of two, unless `case_requests` says otherwise."""
    submission = Submission(
        request_id=REQUESTS.get(nik, "01938b3e-0000-7000-8000-0000000000c3"),
        receipt="MDN-2B3C-4D5E" if nik == WIFE else "MDN-2B3C-4D5F",
        channel="court",
        service="cerai",
        products=("kk", "ktp", "kia"),
        submitted_at=NOW,
        contact=Contact(channel="court", address="PA.Kab.Mn", reference="decision-1"),
        applicant=Person(nik=nik),
        case_id=CASE,
        case_requests=tuple(REQUESTS.values()),
        decision=ruling or decision(),
        vouching=Vouching(VouchedBy.COURT),
    )
    return replace(submission, **changes)


def divorces(ruling: CourtDecision | None = None, **changes: Any) -> tuple[Submission, Submission]:
    """Both parties' requests."""
    return divorce(HUSBAND, ruling=ruling, **changes), divorce(WIFE, ruling=ruling, **changes)
