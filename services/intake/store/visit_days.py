"""The collection `visit_days`: who comes to the office on a day, by service."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from services.intake.domain.visit_days import VisitDay
from shared.clock import WIB
from shared.mongo import Doc, DocumentMapping

_KEPT: Final = timedelta(days=30)  # after the day nobody asks for its places any more


def _to(day: VisitDay) -> Doc:
    comes_on = date.fromisoformat(day.key.rpartition(".")[2])
    return {"requests": list(day.request_ids), "expires_at": datetime.combine(comes_on, time(), WIB) + _KEPT}


def _from(doc: Doc) -> VisitDay:
    return VisitDay(doc["_id"], tuple(doc["requests"]))


VISIT_DAYS: Final[DocumentMapping[VisitDay]] = DocumentMapping("visit_days", lambda day: day.key, _to, _from)
