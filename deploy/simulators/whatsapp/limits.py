"""Meta's rates: messages per second and number, and per person."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

PEOPLE_MAX: Final = 50_000  # buckets kept; a full bucket carries no information


class Bucket:
    """A token bucket of `size`, refilled by one per `seconds_each`."""

    __slots__ = ("_at", "_left", "_seconds_each", "_size")

    def __init__(self, size: int, seconds_each: float, at: float) -> None:
        self._size = size
        self._seconds_each = seconds_each
        self._left = float(size)
        self._at = at

    def take(self, at: float) -> bool:
        """Take one if there is one."""
        self._left = min(float(self._size), self._left + (at - self._at) / self._seconds_each)
        self._at = at
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Rates:
    """The limit of the business number and of each pair of number and person."""

    def __init__(self, *, per_second: int, pair_burst: int, pair_seconds: float, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._number = Bucket(per_second, 1 / per_second, monotonic()) if per_second else None
        self._pair_burst = pair_burst
        self._pair_seconds = pair_seconds
        self._pairs: OrderedDict[str, Bucket] = OrderedDict()

    def broken(self, person: str) -> int | None:
        """Count one message to `person`; return the code of the limit that it breaks, else None."""
        now = self._monotonic()
        if self._number is not None and not self._number.take(now):
            return 130429
        if not self._pair_burst:
            return None
        bucket = self._pairs.get(person)
        if bucket is None:
            bucket = self._pairs[person] = Bucket(self._pair_burst, self._pair_seconds, now)
            if len(self._pairs) > PEOPLE_MAX:
                self._pairs.popitem(last=False)
        self._pairs.move_to_end(person)
        return None if bucket.take(now) else 131056
