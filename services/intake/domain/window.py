"""The 24 hours in which people who wrote may be answered freely (WhatsApp Business Platform, "customer service window"). Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(hours=24)


def window_end(last_inbound_at: datetime | None, at: datetime) -> datetime:
    """Return when the window ends or ended; `at` itself where nobody knows when the person last wrote: it counts as shut."""
    return at if last_inbound_at is None else last_inbound_at + WINDOW
