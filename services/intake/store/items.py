"""Items of the collection `webhook_log` as documents."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import orjson

from services.intake.domain.chat_log import ChatExchange, SaidKind
from services.intake.domain.files import FileTrouble
from services.intake.domain.webhook_log import WebhookItemKind
from services.intake.ports import ParkedItem, StoredItem
from services.intake.store.parts import known
from shared.mongo import Doc, DocumentMapping, fields_of

_STUCK_ID_DIGITS: Final = 32  # hex: 128 bits of a hash, as a wamid contains a phone number
_ENVELOPE: Final = frozenset({"id", "timestamp", "type"})  # of a message whose content is not kept
NEW, HANDLED, PARKED, KEPT, DISCARDED = "new", "handled", "parked", "kept", "discarded"


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item with its whole document, so that marking it handled loses no field."""

    item: StoredItem
    doc: Doc

    def handled(self, at: datetime, kept: timedelta, said: ChatExchange | None) -> ItemRow:
        """Return the item as handled, with its place in the log of its chat; it expires some time later."""
        ended = {"state": HANDLED, "handled_at": at, "expires_at": at + kept}
        return ItemRow(replace(self.item, is_new=False), {**self.doc, **ended, **_said_to(said)})

    def forgotten(self) -> ItemRow:
        """Return the item without what it says: who sent it, and when, stay."""
        content = orjson.loads(self.doc["content"])
        message = {name: value for name, value in content["message"].items() if name in _ENVELOPE}
        return ItemRow(self.item, self.doc | {"content": orjson.dumps({**content, "message": message})})

    def parked(self, reason: str, at: datetime, said: ChatExchange | None = None) -> ItemRow:
        return ItemRow(replace(self.item, is_new=False), self.doc | parked_fields(self.item.key, reason, at) | _said_to(said))

    def renewed(self) -> ItemRow:
        """Return the item as new, to be handled again."""
        doc = {name: value for name, value in self.doc.items() if name not in {"reason", "parked_at", "stuck_id"}}
        return ItemRow(replace(self.item, is_new=True), {**doc, "state": NEW})

    def discarded(self, note: str, at: datetime, kept: timedelta) -> ItemRow:
        """Return the item as discarded; it expires like a handled one."""
        return ItemRow(self.item, {**self.doc, "state": DISCARDED, "note": note, "handled_at": at, "expires_at": at + kept})


def _said_to(said: ChatExchange | None) -> Doc:
    if said is None:
        return {}
    return {"chat": {**fields_of(said), "kind": said.kind.value, "trouble": said.trouble.value if said.trouble else None}}


def said_from(doc: Doc) -> ChatExchange:
    """Read what the log keeps of a message."""
    chat = doc["chat"]
    return ChatExchange(
        **{
            **known(ChatExchange, chat),
            "kind": SaidKind(chat["kind"]),
            "trouble": FileTrouble(chat["trouble"]) if chat["trouble"] else None,
        }
    )


def parked_fields(key: str, reason: str, at: datetime) -> Doc:
    """Return the fields of an item that is parked."""
    stuck_id = hashlib.sha256(key.encode()).hexdigest()[:_STUCK_ID_DIGITS]
    return {"state": PARKED, "reason": reason, "parked_at": at, "stuck_id": stuck_id}


def parked_from(doc: Doc) -> ParkedItem:
    """Read a parked item from its document."""
    return ParkedItem(doc["stuck_id"], WebhookItemKind(doc["kind"]), doc["reason"], doc["parked_at"], item_from(doc))


def item_from(doc: Doc) -> StoredItem:
    """Read an item from its document."""
    return StoredItem(
        key=doc["_id"],
        kind=WebhookItemKind(doc["kind"]),
        sender=doc["sender"],
        received_at=doc["received_at"],
        raw=doc["content"],
        traceparent=doc["traceparent"],
        is_new=doc["state"] == NEW,
    )


ITEMS: Final[DocumentMapping[ItemRow]] = DocumentMapping(
    "webhook_log",
    lambda row: row.item.key,
    lambda row: {name: value for name, value in row.doc.items() if name not in {"_id", "version", "seq"}},
    lambda doc: ItemRow(item_from(doc), doc),
)
