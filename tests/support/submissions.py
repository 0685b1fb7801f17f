"""Events as the other services publish them."""

from dataclasses import asdict

from services.verification.domain.submission import Submission
from shared.contracts.intake import RequestSubmitted
from shared.contracts.issuance import DocumentIssued


def request_submitted(submission: Submission) -> RequestSubmitted:
    row = asdict(submission)
    personal = {name: row.pop(name) for name in ("contact", "nik", "kk_number", "applicant_name", "decision", "sender_nik")}
    return RequestSubmitted.model_validate({**row, "personal": personal})


def document_issued(submission: Submission, document_id: str = "document-1", kk_number: str | None = None) -> DocumentIssued:
    return DocumentIssued.model_validate(
        {
            "document_id": document_id,
            "request_id": submission.request_id,
            "receipt": submission.receipt,
            "case_id": submission.case_id,
            "channel": submission.channel,
            "service": submission.service,
            "product": submission.product,
            "document_number": "3519-KK-24112026-0001",
            "size_bytes": 1000,
            "sha256": "0" * 64,
            "issued_at": submission.submitted_at,
            "personal": {
                "contact": asdict(submission.contact),
                "holder_name": "S",
                "check_url": "https://example.test/v/x",
                "kk_number": kk_number,
            },
        }
    )
