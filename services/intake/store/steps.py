"""The collection `funnel_steps`: every counted step, once each; and `funnel_salts`, without which no key of theirs is made again."""

from __future__ import annotations

import secrets
from collections.abc import Collection as Several
from datetime import UTC, date, datetime, timedelta
from typing import Final

from pymongo import ReturnDocument, UpdateOne

from services.intake.domain.outreach.funnel import CountedStep, FunnelStep, WhoAndWhere
from shared.clock import Clock
from shared.mongo import Collection, Doc, Mongo, fields_of, reachable

STEPS: Final = "funnel_steps"
SALTS: Final = "funnel_salts"
_SALT_BYTES: Final = 32
_AFTER: Final = timedelta(days=45)  # of a year's end: what comes late of December is still known as the same person's
_A_DAY: Final = timedelta(days=2)
_YEAR_DIGITS: Final = 4


def step_write(step: CountedStep) -> UpdateOne:
    """Return the write that stores a step unless it is there already."""
    body = {"step": step.step.value, "day": step.day.isoformat(), "count": step.count, **fields_of(step.what), "is_new": True}
    return UpdateOne({"_id": step.key}, {"$setOnInsert": body}, upsert=True)


def step_from(doc: Doc) -> CountedStep:
    """Read a step from its document."""
    what = WhoAndWhere(doc["source"], doc["service"], doc["village"], doc["sex"], doc["age"], doc.get("question", ""))
    return CountedStep(doc["_id"], FunnelStep(doc["step"]), date.fromisoformat(doc["day"]), what, doc["count"])


class MongoStepLog:
    """Implements `ports.StepLog`."""

    def __init__(self, mongo: Mongo, database: str, clock: Clock) -> None:
        self._steps: Collection = mongo.collection(database, STEPS)
        self._salts: Collection = mongo.collection(database, SALTS)
        self._clock = clock
        self._known: dict[str, bytes] = {}

    async def note(self, steps: Several[CountedStep]) -> None:
        if steps:
            with reachable():
                await self._steps.bulk_write([step_write(step) for step in steps], ordered=False)

    async def seen(self, code: str, day: date) -> int:
        begins = f"{day.isoformat()}.{FunnelStep.SEEN.value}.{code}."
        with reachable():
            docs = await self._steps.find({"_id": {"$gte": begins, "$lt": f"{begins}~"}}, {"count": 1}).to_list(None)
        return sum(doc["count"] for doc in docs)

    async def salt(self, period: str) -> bytes:
        if period not in self._known:
            made = {"salt": secrets.token_bytes(_SALT_BYTES), "expires_at": _gone_at(period)}
            with reachable():
                doc = await self._salts.find_one_and_update(
                    {"_id": period}, {"$setOnInsert": made}, upsert=True, return_document=ReturnDocument.AFTER
                )
            self._known = {period: salt for period, salt in self._known.items() if _gone_at(period) > self._clock()}
            self._known[period] = bytes(doc["salt"])
        return self._known[period]


def _gone_at(period: str) -> datetime:
    if len(period) == _YEAR_DIGITS:
        return datetime(int(period) + 1, 1, 1, tzinfo=UTC) + _AFTER
    return datetime.fromisoformat(period).replace(tzinfo=UTC) + _A_DAY
