"""Requests as they lie in the document of their case: what may be seen by anybody, and what is personal."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

from services.verification.domain.submission import CASE_FIELDS, Answers, CourtDecision, CourtParty, Person, Submission
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
        "decision": decision_doc(submission.decision) if submission.decision else None,
        "sender_nik": submission.sender_nik,
    }


def submission_from(doc: Doc, personal: Doc, traceparent: str = "") -> Submission:
    """Read a request from both of its parts. What a later release may have put there beside is left aside."""
    vouching, names = doc["vouching"], {field.name for field in fields(Submission)}
    plain = {
        "products": tuple(doc["products"]),
        "case_requests": tuple(doc["case_requests"]),
        "attachments": tuple(Attachment(**attachment) for attachment in doc["attachments"]),
        "vouching": Vouching(**(vouching | {"by": VouchedBy(vouching["by"])})) if vouching else None,
    }
    return Submission(
        **({name: value for name, value in doc.items() if name in names} | plain | {"traceparent": traceparent}),
        contact=Contact(**personal["contact"]),
        applicant=Person(**personal["applicant"]),
        subject=Person(**personal["subject"]) if personal["subject"] else None,
        answers=Answers(_read(personal["answers"])),
        decision=decision_from(personal["decision"]) if personal["decision"] else None,
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


def decision_doc(decision: CourtDecision) -> Doc:
    """Return what a court decided."""
    return {
        **{name: _stored(getattr(decision, name)) for name in CASE_FIELDS},
        "parties": {role: _stored(fields_of(party)) for role, party in decision.parties.items()},
        "answers": _stored(dict(decision.answers.values)),
    }


def decision_from(doc: Doc) -> CourtDecision:
    """Read what a court decided."""
    if "parties" not in doc:
        return _divorce(doc)
    parties = {role: CourtParty(**_read(party)) for role, party in doc["parties"].items()}
    return CourtDecision(**{name: _read(doc[name]) for name in CASE_FIELDS}, parties=parties, answers=Answers(_read(doc["answers"])))


def _divorce(doc: Doc) -> CourtDecision:
    """Read a decision as it was stored until 0.3, when there were divorces alone."""
    days = ("decided_on", "final_on", "deed_on", "pledge_on", "marriage_certificate_on")
    values = doc | {name: date_from(doc[name]) for name in days} | {"children": tuple(doc["children"])}
    parties = {role: CourtParty(**(doc[role] | {"born_on": date_from(doc[role]["born_on"])})) for role in ("husband", "wife")}
    own = {name: value for name, value in values.items() if name not in (*CASE_FIELDS, *parties)}
    return CourtDecision(**{name: values[name] for name in CASE_FIELDS}, parties=parties, answers=Answers(own))
