"""Decisions of courts that somebody may rely on, as documents. All that names persons is in `personal`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from services.verification.domain.recorded import RecordedDecision, wards_by_guardian
from services.verification.store.schema import RECORDED_DECISIONS
from services.verification.store.submissions import decision_doc, decision_from
from shared.mongo import ChangeTracker, Doc, DocumentMapping


def _to_doc(recorded: RecordedDecision) -> Doc:
    personal: Doc = {"decision": decision_doc(recorded.decision), "relied_on_by": recorded.relied_on_by}
    if recorded.wards:  # absent of what gives nobody's care
        personal["wards"] = sorted(recorded.wards)
    return {"kind": recorded.decision.kind, "recorded_at": recorded.recorded_at, "personal": personal}


def _from_doc(doc: Doc) -> RecordedDecision:
    return RecordedDecision(doc["_id"], decision_from(doc["personal"]["decision"]), doc["recorded_at"])


RECORDED: Final[DocumentMapping[RecordedDecision]] = DocumentMapping(RECORDED_DECISIONS, lambda each: each.case_id, _to_doc, _from_doc)


class MongoRecordedDecisions:
    """Implements `ports.RecordedDecisions`."""

    def __init__(self, unit: ChangeTracker) -> None:
        self._unit = unit

    async def keep(self, recorded: RecordedDecision) -> None:
        if await self._unit.find(RECORDED, recorded.case_id) is None:
            self._unit.add(RECORDED, recorded)

    async def wards_of(self, niks: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Return the children of whose person courts gave these persons the care, and to nobody else since."""
        if not niks:
            return MappingProxyType({})
        own = await self._unit.find_many(RECORDED, {"personal.relied_on_by": {"$in": list(niks)}})
        children = sorted({child for each in own for child in each.wards})
        if not children:
            return MappingProxyType({})
        return wards_by_guardian(await self._unit.find_many(RECORDED, {"personal.wards": {"$in": children}}))
