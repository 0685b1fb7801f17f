"""Cases as documents and in a unit of work. All personal data is in `personal`; dates without a time are ISO text."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.verification.domain.case import Case, CaseState
from services.verification.domain.family import Card
from services.verification.domain.finding import Finding, Severity
from services.verification.domain.submission import CourtChild, CourtDecision, CourtParty, Submission
from services.verification.store.registry import member_doc, member_from
from services.verification.store.schema import CASES
from shared.mongo import ChangeTracker, Doc, DocumentMapping, fields_of
from shared.values import Attachment, Contact, VouchedBy, Vouching


def finding_doc(finding: Finding) -> Doc:
    """Return the document of a finding, for a case or a task."""
    return {"code": finding.code, "field": finding.field, "severity": finding.severity.value}


def finding_from(doc: Doc) -> Finding:
    """Read a finding from its document."""
    return Finding(code=doc["code"], field=doc["field"], severity=Severity(doc["severity"]))


def _to_doc(case: Case) -> Doc:
    submission = case.submission
    doc: Doc = {
        "receipt": submission.receipt,
        "channel": submission.channel,
        "service": submission.service,
        "product": submission.product,
        "submitted_at": submission.submitted_at,
        "promised_at": submission.promised_at,
        "attachments": [fields_of(attachment) for attachment in submission.attachments],
        "state": case.state.value,
        "round": case.round,
        "opened_at": case.opened_at,
        "findings": [finding_doc(finding) for finding in case.findings],
        "reasons": [finding_doc(finding) for finding in case.reasons],
        "task_id": case.task_id,
        "officer_id": case.officer_id,
        "decided_at": case.decided_at,
        "document_id": case.document_id,
        "document_number": case.document_number,
        "issued_at": case.issued_at,
        "vouching": fields_of(submission.vouching) | {"by": submission.vouching.by.value} if submission.vouching else None,
        "repeats": submission.repeats,
        "link_granted": case.link_granted,
        "personal": {
            "sender_nik": submission.sender_nik,
            "nik": submission.nik,
            "kk_number": submission.kk_number,
            "applicant_name": submission.applicant_name,
            "contact": fields_of(submission.contact),
            "decision": _decision_doc(submission.decision) if submission.decision else None,
            "note": case.note,
            "card": _card_doc(case.card) if case.card else None,
        },
    }
    if submission.case_id is not None:  # absent, not null: the index is sparse
        doc["case_id"] = submission.case_id
    return doc


def _from_doc(doc: Doc) -> Case:
    return Case(
        submission=_submission(doc),
        state=CaseState(doc["state"]),
        opened_at=doc["opened_at"],
        findings=tuple(map(finding_from, doc["findings"])),
        reasons=tuple(map(finding_from, doc["reasons"])),
        round=doc["round"],
        task_id=doc["task_id"],
        officer_id=doc["officer_id"],
        decided_at=doc["decided_at"],
        note=doc["personal"]["note"],
        document_id=doc["document_id"],
        document_number=doc["document_number"],
        issued_at=doc["issued_at"],
        card=_card(doc["personal"]["card"]) if doc["personal"]["card"] else None,
        link_granted=doc.get("link_granted", False),
    )


def _submission(doc: Doc) -> Submission:
    personal = doc["personal"]
    return Submission(
        request_id=doc["_id"],
        receipt=doc["receipt"],
        channel=doc["channel"],
        service=doc["service"],
        product=doc["product"],
        submitted_at=doc["submitted_at"],
        nik=personal["nik"],
        contact=Contact(**personal["contact"]),
        case_id=doc.get("case_id"),
        kk_number=personal["kk_number"],
        applicant_name=personal["applicant_name"],
        promised_at=doc["promised_at"],
        attachments=tuple(Attachment(**attachment) for attachment in doc["attachments"]),
        decision=_decision(personal["decision"]) if personal["decision"] else None,
        # Absent: it came in before 0.2.
        vouching=Vouching(**(doc["vouching"] | {"by": VouchedBy(doc["vouching"]["by"])})) if doc.get("vouching") else None,
        sender_nik=personal.get("sender_nik"),
        repeats=doc.get("repeats"),
    )


def _card_doc(card: Card) -> Doc:
    return fields_of(card) | {"members": [member_doc(member) for member in card.members]}


def _card(doc: Doc) -> Card:
    return Card(**(doc | {"members": tuple(map(member_from, doc["members"]))}))


def _plain(part: CourtParty | CourtChild | CourtDecision) -> Doc:
    return {name: _iso(value) for name, value in fields_of(part).items()}


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _decision_doc(decision: CourtDecision) -> Doc:
    return _plain(decision) | {
        "husband": _plain(decision.husband),
        "wife": _plain(decision.wife),
        "children": [_plain(child) for child in decision.children],
    }


def _decision(doc: Doc) -> CourtDecision:
    dates = {name: _date(doc[name]) for name in ("decided_on", "final_on", "deed_on", "pledge_on", "marriage_certificate_on")}
    parts = {
        "husband": _party(doc["husband"]),
        "wife": _party(doc["wife"]),
        "children": tuple(CourtChild(**child) for child in doc["children"]),
    }
    return CourtDecision(**(doc | dates | parts))


def _party(doc: Doc) -> CourtParty:
    return CourtParty(**(doc | {"born_on": _date(doc["born_on"])}))


CASE: DocumentMapping[Case] = DocumentMapping(collection=CASES, key=lambda case: case.id, to_doc=_to_doc, from_doc=_from_doc)


class MongoCases:
    """The cases of a unit of work; implements `ports.Cases`."""

    def __init__(self, unit: ChangeTracker) -> None:
        self._unit = unit

    async def find(self, request_id: str) -> Case | None:
        return await self._unit.find(CASE, request_id)

    async def get(self, request_id: str) -> Case:
        return await self._unit.get(CASE, request_id)

    def add(self, case: Case) -> None:
        self._unit.add(CASE, case)

    def save(self, case: Case) -> None:
        self._unit.save(CASE, case)
