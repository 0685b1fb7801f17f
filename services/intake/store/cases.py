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
from shared.reference.decision_kinds import DecisionKind, decision_kinds
from shared.reference.forms import Field


def _case_to(case: CourtCase) -> Doc:
    return {
        "key": case.key,
        "decision": _dated(fields_of(case.decision) | {"answers": _plain(case.decision.answers), "unread": ()}),
        "fingerprint": case.fingerprint,
        "requests": [fields_of(one) for one in case.requests],
        "received_at": case.received_at,
    }


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
    plain = {name: value for name, value in known(CourtDecision, doc).items() if name not in ("answers", "unread")}
    return CourtDecision(**_undated(plain), answers=MappingProxyType(answers))


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
