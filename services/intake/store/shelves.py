"""Where chat messages and statuses lie that were given up, and what an operator's decision does to them."""

from __future__ import annotations

from typing import Final

from services.intake.store.items import DISCARDED, ITEMS, NEW, PARKED
from shared.messaging.operations.shelves import Move, Shelf

SHELVES: Final = (
    Shelf(
        name="webhook_log",
        collection=ITEMS.collection,
        waits={"state": PARKED},
        kind="kind",
        reason="reason",
        since="parked_at",
        # New again at its own place in its chat: the order is that of sending.
        replay=Move(({"$set": {"state": NEW}}, {"$unset": ["reason", "parked_at"]})),
        discard=Move(({"$set": {"state": DISCARDED, "note": "$$note", "handled_at": "$$NOW"}},)),
        personal=("sender", "content"),
        is_key_personal=True,  # a wamid has a phone number inside
    ),
)
