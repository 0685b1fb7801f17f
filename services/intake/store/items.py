"""Items of the collection `webhook_log` as they lie."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import orjson

from services.intake.domain.webhook_log import WebhookItemKind
from services.intake.ports import StoredItem
from shared.mongo import Doc, DocumentMapping

NEW, HANDLED, PARKED, KEPT, DISCARDED = "new", "handled", "parked", "kept", "discarded"


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A item with its whole document, so that marking it handled loses nothing."""

    item: StoredItem
    doc: Doc

    def handled(self, at: datetime) -> ItemRow:
        """The same item, done with; it expires some time after."""
        return ItemRow(replace(self.item, is_new=False), {**self.doc, "state": HANDLED, "handled_at": at})

    def parked(self, reason: str, at: datetime) -> ItemRow:
        """The same item, given up; it stays until an operator decides."""
        return ItemRow(replace(self.item, is_new=False), {**self.doc, "state": PARKED, "reason": reason, "parked_at": at})


def item_from(doc: Doc) -> StoredItem:
    """A item as it lies."""
    return StoredItem(
        key=doc["_id"],
        kind=WebhookItemKind(doc["kind"]),
        sender=doc["sender"],
        received_at=doc["received_at"],
        content=orjson.loads(doc["content"]),
        traceparent=doc["traceparent"],
        is_new=doc["state"] == NEW,
    )


ITEMS: Final[DocumentMapping[ItemRow]] = DocumentMapping(
    "webhook_log",
    lambda row: row.item.key,
    lambda row: {name: value for name, value in row.doc.items() if name not in {"_id", "version", "seq"}},
    lambda doc: ItemRow(item_from(doc), doc),
)
