"""Events as the other services publish them."""

from dataclasses import asdict, replace
from typing import Any

from services.verification.domain.submission import CASE_FIELDS, Answers, CourtDecision, Submission
from shared.contracts.intake import RequestSubmitted
from shared.contracts.issuance import DocumentIssued, DocumentVoided
from shared.reference.catalogue import catalogue


def request_submitted(submission: Submission) -> RequestSubmitted:
    row = asdict(replace(submission, answers=Answers({}), decision=None))
    del row["answers"], row["traceparent"]  # the one is personal, the other the envelope's
    row["decision"] = sent_decision(submission.decision) if submission.decision else None
    personal = {name: row.pop(name) for name in ("contact", "applicant", "subject", "relation", "decision", "sender_nik")}
    known = catalogue().find(submission.service)
    values = submission.answers.values
    personal["answers"] = known.form.wire(values) if known else dict(values)
    return RequestSubmitted.model_validate({**row, "personal": personal})


def sent_decision(decision: CourtDecision) -> dict[str, Any]:
    """Return what a court decided, as it travels."""
    case = {name: getattr(decision, name) for name in CASE_FIELDS}
    return case | {role: asdict(party) for role, party in decision.parties.items()} | dict(decision.answers.values)


def document_issued(
    submission: Submission, key: str = "kk", *, number: str = "3519-KK-24112026-0001", documents: int = 1
) -> DocumentIssued:
    """The document of that key of a request."""
    return DocumentIssued.model_validate(
        {
            **_document(submission, key, number, documents),
            "form": "pdf",
            "size_bytes": 1000,
            "sha256": "0" * 64,
            "issued_at": submission.submitted_at,
            "personal": {"contact": asdict(submission.contact), "holder_name": "S", "check_url": "https://example.test/v/x"},
        }
    )


def document_voided(
    submission: Submission, key: str = "kk", *, number: str = "3519-KK-24112026-0001", documents: int = 1
) -> DocumentVoided:
    """The word that the document of that key of a request was given up before its issue."""
    return DocumentVoided.model_validate(
        {
            **_document(submission, key, number, documents),
            "reason": "sheet_unprintable",
            "voided_at": submission.submitted_at,
            "personal": {"contact": asdict(submission.contact), "holder_name": "S"},
        }
    )


def _document(submission: Submission, key: str, number: str, documents: int) -> dict[str, Any]:
    """What every event about a document says."""
    return {
        "document_id": f"{submission.request_id}.{key}",
        "request_id": submission.request_id,
        "receipt": submission.receipt,
        "case_id": submission.case_id,
        "channel": submission.channel,
        "service": submission.service,
        "product": key.split(".", maxsplit=1)[0],
        "documents": documents,
        "document_number": number,
    }
