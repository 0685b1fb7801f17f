"""Requests as they lie in the document of their case: what may be seen by anybody, and what is personal."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.verification.domain.submission import Answers, CourtChild, CourtDecision, CourtParty, Person, Submission
from shared.mongo import Doc, fields_of
from shared.values import Attachment, Contact, VouchedBy, Vouching

_DAY = "day"  # the one key of a document that stands for a date without a time, which MongoDB does not have


def submission_doc(submission: Submission) -> Doc:
    """Return what of a request is not personal."""
    vouching = submission.vouching
    return {
        "request_id": submission.request_id,
        "receipt": submission.receipt,
        "channel": submission.channel,
        "service": submission.service,
        "products": list(submission.products),
        "submitted_at": submission.submitted_at,
        "relation": submission.relation,
        "form_version": submission.form_version,
        "round": submission.round,
        "case_id": submission.case_id,
        "case_requests": list(submission.case_requests),
        "promised_at": submission.promised_at,
        "attachments": [fields_of(attachment) for attachment in submission.attachments],
        "vouching": fields_of(vouching) | {"by": vouching.by.value} if vouching else None,
        "repeats": submission.repeats,
        "began_at": submission.began_at,
    }


def personal_doc(submission: Submission) -> Doc:
    """Return what of a request is personal."""
    return {
        "contact": fields_of(submission.contact),
        "applicant": fields_of(submission.applicant),
        "subject": fields_of(submission.subject) if submission.subject else None,
        "answers": _stored(dict(submission.answers.values)),
        "decision": _decision_doc(submission.decision) if submission.decision else None,
        "sender_nik": submission.sender_nik,
    }


def submission_from(doc: Doc, personal: Doc) -> Submission:
    """Read a request from both of its parts."""
    vouching = doc["vouching"]
    plain = {
        "products": tuple(doc["products"]),
        "case_requests": tuple(doc["case_requests"]),
        "attachments": tuple(Attachment(**attachment) for attachment in doc["attachments"]),
        "vouching": Vouching(**(vouching | {"by": VouchedBy(vouching["by"])})) if vouching else None,
    }
    return Submission(
        **(doc | plain),
        contact=Contact(**personal["contact"]),
        applicant=Person(**personal["applicant"]),
        subject=Person(**personal["subject"]) if personal["subject"] else None,
        answers=Answers(_read(personal["answers"])),
        decision=_decision(personal["decision"]) if personal["decision"] else None,
        sender_nik=personal["sender_nik"],
    )


def date_from(text: str | None) -> date | None:
    """Read a date without a time."""
    return date.fromisoformat(text) if text else None


def _stored(value: Any) -> Any:
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    if isinstance(value, dict):
        return {name: _stored(inner) for name, inner in value.items()}
    return [_stored(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        return date.fromisoformat(value[_DAY]) if value.keys() == {_DAY} else {name: _read(inner) for name, inner in value.items()}
    return tuple(map(_read, value)) if isinstance(value, list) else value


def _plain(part: CourtParty | CourtChild | CourtDecision) -> Doc:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in fields_of(part).items()}


def _decision_doc(decision: CourtDecision) -> Doc:
    return _plain(decision) | {
        "husband": _plain(decision.husband),
        "wife": _plain(decision.wife),
        "children": [_plain(child) for child in decision.children],
    }


def _decision(doc: Doc) -> CourtDecision:
    dates = {name: date_from(doc[name]) for name in ("decided_on", "final_on", "deed_on", "pledge_on", "marriage_certificate_on")}
    parts = {
        "husband": _party(doc["husband"]),
        "wife": _party(doc["wife"]),
        "children": tuple(CourtChild(**child) for child in doc["children"]),
    }
    return CourtDecision(**(doc | dates | parts))


def _party(doc: Doc) -> CourtParty:
    return CourtParty(**(doc | {"born_on": date_from(doc["born_on"])}))
