"""Whether what a clock says follows from what it said before: a whole host may be years off, its database with it.

What is removed because its time is over does not come back, so nothing is while this is in doubt. Two clocks of one host say the same; what
was written down before does not move with them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from shared.mongo import Doc, Mongo, reachable

COLLECTION: Final = "retention_clock"
"""One document: when it was last looked at the clock."""
BACK: Final = timedelta(days=1)  # by so much a clock is set back when somebody corrects it, and nothing is removed too early by that
_ID: Final = "clock"


@dataclass(frozen=True, slots=True)
class ClockMark:
    """What a clock said. `seen_at`: when it was believed last. `doubted_since`, `looked_at`: since it is not, by itself."""

    seen_at: datetime
    doubted_since: datetime | None = None
    looked_at: datetime | None = None

    @property
    def is_believed(self) -> bool:
        """Return whether what it says follows from what it said."""
        return self.doubted_since is None


def judged(mark: ClockMark | None, now: datetime, jump: timedelta) -> ClockMark:
    """Return what is to be remembered after a look.

    A clock that jumped is believed again once it is back where it follows, or has gone on steadily for as long as a jump is: an office may
    have been shut, and nobody has to say so.
    """
    if mark is None or _follows(mark.seen_at, now, jump):
        return ClockMark(now)
    if mark.doubted_since is None or mark.looked_at is None or not _follows(mark.looked_at, now, jump):
        return replace(mark, doubted_since=now, looked_at=now)
    return ClockMark(now) if now - mark.doubted_since >= jump else replace(mark, looked_at=now)


def _follows(before: datetime, now: datetime, jump: timedelta) -> bool:
    return -BACK <= now - before <= jump


class ClockWitness:
    """Remembers, in the service's own database, what the clock said."""

    def __init__(self, mongo: Mongo, database: str, jump: timedelta) -> None:
        self._rows = mongo.collection(database, COLLECTION)
        self._jump = jump

    async def look(self, now: datetime) -> ClockMark:
        """Look at the clock, remember it, and return what there is to say of it."""
        with reachable():
            row = await self._rows.find_one({"_id": _ID})
            mark = judged(None if row is None else _mark(row), now, self._jump)
            values: Doc = {"seen_at": mark.seen_at, "doubted_since": mark.doubted_since, "looked_at": mark.looked_at}
            await self._rows.update_one({"_id": _ID}, {"$set": values}, upsert=True)
        return mark


def _mark(row: Doc) -> ClockMark:
    return ClockMark(row["seen_at"], row["doubted_since"], row["looked_at"])
