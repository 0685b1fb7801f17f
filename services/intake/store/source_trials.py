"""The collection `source_trials`: sources that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from services.intake.domain.outreach.source_trials import SourceTrial
from shared.mongo import Collection, Doc, DocumentMapping, Mongo, fields_of, reachable
from shared.trials import StoppingRule


def _to(trial: SourceTrial) -> Doc:
    ends_on = trial.rule.ends_on
    rule = {"per_arm": trial.rule.per_arm, "ends_on": ends_on.isoformat() if ends_on else None}
    return {name: value for name, value in fields_of(trial).items() if name != "trial_id"} | {"rule": rule}


def _from(doc: Doc) -> SourceTrial:
    ends_on = date.fromisoformat(doc["rule"]["ends_on"]) if doc["rule"]["ends_on"] else None
    rule = StoppingRule(doc["rule"]["per_arm"], ends_on)
    return SourceTrial(doc["_id"], doc["name"], doc["a"], doc["b"], rule, doc["made_by"], doc["made_at"])


SOURCE_TRIALS: Final[DocumentMapping[SourceTrial]] = DocumentMapping("source_trials", lambda trial: trial.trial_id, _to, _from)


class MongoSourceTrialReader:
    """Implements `ports.SourceTrialReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._trials: Collection = mongo.collection(database, SOURCE_TRIALS.collection)

    async def find(self, trial_id: str) -> SourceTrial | None:
        with reachable():
            doc = await self._trials.find_one({"_id": trial_id})
        return _from(doc) if doc else None

    async def latest(self, limit: int) -> Sequence[SourceTrial]:
        with reachable():
            docs = await self._trials.find({}).sort("_id", -1).limit(limit).to_list(None)
        return [_from(doc) for doc in docs]
