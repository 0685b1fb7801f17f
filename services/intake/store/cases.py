"""The collection `cases`: court decisions. BSON has no date without a time, so dates are stored as ISO texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from services.intake.domain.court import CourtDecision, CourtParty
from services.intake.ports import CaseRequest, CourtCase
from services.intake.store.parts import known
from shared.mongo import Doc, DocumentMapping, fields_of
from shared.reference.courts import court_key
from shared.reference.decision_kinds import DecisionKind, decision_kinds
from shared.reference.forms import Field
from shared.values import Attachment
from shared.values.name_terms import name_terms


def _case_to(case: CourtCase) -> Doc:
    decision = case.decision
    plain = {"answers": _plain(decision.answers), "unread": (), "file": fields_of(decision.file) if decision.file else None}
    return {
        "key": case.key,
        "court": court_key(decision.court_code),
        "terms": _terms(decision),
        "decision": _dated(fields_of(decision) | plain),
        "fingerprint": case.fingerprint,
        "requests": [fields_of(one) for one in case.requests],
        "received_at": case.received_at,
    }


def _terms(decision: CourtDecision) -> list[str]:
    """Return by what a clerk looks for a case: the NIK of each person, and the words of each name."""
    rows = [row for value in decision.answers.values() if isinstance(value, (list, tuple)) for row in value]
    niks = [*(person.nik for _, person in decision.persons), *(row.get("nik") for row in rows)]
    names = [*(person.name for _, person in decision.persons), *(row.get("name") for row in rows)]
    return list(dict.fromkeys([*filter(None, niks), *(word for name in names if name for word in name_terms(name))]))


def _case_from(doc: Doc) -> CourtCase:
    return CourtCase(
        case_id=doc["_id"],
        key=doc["key"],
        decision=_decision_from(doc["decision"]),
        fingerprint=doc["fingerprint"],
        requests=tuple(CaseRequest(**known(CaseRequest, one)) for one in doc["requests"]),
        received_at=doc["received_at"],
    )


def _plain(answers: Mapping[str, Any]) -> Doc:
    return {name: asdict(value) if isinstance(value, CourtParty) else value for name, value in answers.items()}


def _dated(value: Any) -> Any:
    """Return dates as ISO text."""
    if isinstance(value, dict):
        return {name: _dated(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_dated(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value


def _decision_from(doc: Doc) -> CourtDecision:
    """Return a decision; the fields of its kind stood beside those of every case until 0.3."""
    kind = decision_kinds()[doc["kind"]]
    kept = doc.get("answers", doc)
    answers = {each.name: _answer(kind, each, kept.get(each.name)) for each in kind.own_fields}
    plain = {name: value for name, value in known(CourtDecision, doc).items() if name not in ("answers", "unread", "file")}
    file = Attachment(**known(Attachment, doc["file"])) if doc.get("file") else None  # absent: written before 0.7
    return CourtDecision(**_undated(plain), answers=MappingProxyType(answers), file=file)


def _answer(kind: DecisionKind, each: Field, value: Any) -> Any:
    if value is None:
        return None
    if each.name in kind.persons:
        return CourtParty(**_undated(known(CourtParty, value)))
    if each.is_group:
        return tuple(_undated(row) for row in value)
    return each.kind.value(value)


def _undated(doc: Doc) -> Doc:
    return {name: date.fromisoformat(value) if name.endswith("_on") and value is not None else value for name, value in doc.items()}


CASES: Final[DocumentMapping[CourtCase]] = DocumentMapping("cases", lambda case: case.case_id, _case_to, _case_from)
