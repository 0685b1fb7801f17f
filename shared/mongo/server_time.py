"""Moments by the database's clock, for leases: those of several processes need not agree, and may be wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from shared.mongo.connection import Doc

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When the lease of what never had one ended."""


def from_now(seconds: float) -> Doc:
    """Return the expression, for the pipeline of an update, of the moment so many seconds from now."""
    return {"$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": int(seconds * 1000)}}
