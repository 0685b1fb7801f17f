"""One thing that waits for an operator, and its address."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from shared.logs import HIDDEN, masked


class StuckPlace(StrEnum):
    """The place of an item: a message's, or (`stuck`) the service that gave it up."""

    PARKED = "parked"
    REFUSED = "refused"
    DEAD = "dead"
    UNROUTED = "unrouted"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class StuckItem:
    """One thing that waits for an operator. `body` may hold personal data: it is shown when asked for, never listed or logged."""

    place: StuckPlace
    service: str
    id: str
    type: str
    code: str
    detail: str = ""
    times: int = 1
    at: datetime | None = None
    body: bytes = field(default=b"", repr=False)
    publisher: str | None = None
    """Of a message: who published it, as far as anybody vouches for that; empty where nobody does."""

    @property
    def address(self) -> str:
        """The address that `show`, `replay` and `discard` take."""
        return f"{self.service}/{self.place}/{self.id}"

    def content(self, *, in_full: bool) -> Any:
        """Return the body for an operator's eyes; without what is personal unless they ask for all of it."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return self.body.decode(errors="backslashreplace") if in_full else f"{HIDDEN} {len(self.body)} bytes that are no JSON"
        return found if in_full else masked(found)
