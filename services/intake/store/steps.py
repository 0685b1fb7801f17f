"""The collections `funnel_steps`: each row that counts, for the funnel and the public figures, once; and `funnel_salts`, of their keys."""

from __future__ import annotations

import secrets
from collections.abc import Collection as Several
from datetime import UTC, date, datetime, timedelta
from typing import Final

from pymongo import ReturnDocument, UpdateOne

from services.intake.domain.counting import DIMENSIONS, CountedRow, CountSeries
from services.intake.domain.outreach.funnel import CountedStep, FunnelStep, QuestionStep
from shared.clock import Clock
from shared.mongo import Collection, Doc, Mongo, reachable

STEPS: Final = "funnel_steps"
SALTS: Final = "funnel_salts"
_SALT_BYTES: Final = 32
_AFTER: Final = timedelta(days=45)  # of a year's end: what comes late of December is still known as the same person's
_A_DAY: Final = timedelta(days=2)
_YEAR_DIGITS: Final = 4


def row_write(row: CountedRow) -> UpdateOne:
    """Return the write that stores a row unless it is there already."""
    return UpdateOne({"_id": row.key}, {"$setOnInsert": row_document(row) | {"is_new": True}}, upsert=True)


def row_document(row: CountedRow) -> Doc:
    """Return a row as it lies once it is counted, without its key."""
    place = dict(zip(DIMENSIONS[row.series], row.place, strict=True))
    return {"series": row.series.value, "step": row.step, "day": row.day.isoformat(), "count": row.count, **place}


def row_from(doc: Doc) -> CountedRow:
    """Read a row from its document."""
    series = CountSeries(doc["series"])
    place = tuple(doc[name] for name in DIMENSIONS[series])
    return CountedRow(doc["_id"], series, doc["step"], date.fromisoformat(doc["day"]), place, doc["count"])


class MongoStepLog:
    """Implements `ports.StepLog`."""

    def __init__(self, mongo: Mongo, database: str, clock: Clock) -> None:
        self._steps: Collection = mongo.collection(database, STEPS)
        self._salts: Collection = mongo.collection(database, SALTS)
        self._clock = clock
        self._known: dict[str, bytes] = {}

    async def note(self, steps: Several[CountedStep | QuestionStep]) -> int:
        if not steps:
            return 0
        with reachable():
            written = await self._steps.bulk_write([row_write(step.row) for step in steps], ordered=False)
        return written.upserted_count

    async def seen(self, code: str, day: date | None = None) -> int:
        begins = f"{FunnelStep.SEEN.value}.{code}.{f'{day.isoformat()}.' if day else ''}"
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
