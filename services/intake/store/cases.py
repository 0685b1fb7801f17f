"""The collection `cases`: court decisions. BSON has no date without a time, so dates are stored as ISO texts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

from services.intake.domain.court import CourtChild, CourtDecision, CourtParty
from services.intake.ports import CaseRequest, CourtCase
from services.intake.store.parts import known
from shared.mongo import Doc, DocumentMapping, fields_of


def _case_to(case: CourtCase) -> Doc:
    return {
        "key": case.key,
        "decision": _dated(asdict(case.decision)),
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


def _dated(value: Any) -> Any:
    """Return dates as ISO text."""
    if isinstance(value, dict):
        return {name: _dated(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_dated(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value


def _decision_from(doc: Doc) -> CourtDecision:
    values = _undated(CourtDecision, doc)
    return CourtDecision(
        **{
            **values,
            "husband": CourtParty(**_undated(CourtParty, doc["husband"])),
            "wife": CourtParty(**_undated(CourtParty, doc["wife"])),
            "children": tuple(CourtChild(**known(CourtChild, child)) for child in doc["children"]),
        },
    )


def _undated(kind: type[Any], doc: Doc) -> Doc:
    return {
        name: date.fromisoformat(value) if name.endswith("_on") and value is not None else value for name, value in known(kind, doc).items()
    }


CASES: Final[DocumentMapping[CourtCase]] = DocumentMapping("cases", lambda case: case.case_id, _case_to, _case_from)
