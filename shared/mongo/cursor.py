"""Where a page of a list ends, as text that a caller gives back for the next one: a moment and a key that decides among equals."""

from __future__ import annotations

import base64
from datetime import datetime

from shared.clock import in_utc
from shared.errors import BadInput
from shared.mongo.connection import Doc


def encode(at: datetime, key: str) -> str:
    """Return the place of a row."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{key}".encode()).decode().rstrip("=")


def decode(cursor: str) -> tuple[datetime, str]:
    """Return the row's moment and key.

    Raises:
        BadInput: `cursor_malformed`.
    """
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        moment, _, key = text.partition("|")
        return moment_of(moment), key
    except ValueError:
        raise BadInput("cursor_malformed", "Use `next` of the page before as it is.") from None


def moment_of(text: str) -> datetime:
    """Return a moment that the database can hold.

    Raises:
        ValueError: it is none, names no zone, or lies beyond the calendar's ends.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return in_utc(at)


def older(field: str, cursor: str) -> Doc:
    """Return the condition for rows that stand below the place in a list whose newest row is first."""
    return _beyond(field, cursor, "$lt")


def newer(field: str, cursor: str) -> Doc:
    """Return the condition for rows that stand above the place."""
    return _beyond(field, cursor, "$gt")


def _beyond(field: str, cursor: str, way: str) -> Doc:
    at, key = decode(cursor)
    return {"$or": [{field: {way: at}}, {field: at, "_id": {way: key}}]}
