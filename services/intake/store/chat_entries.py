"""The collection `chat_entries`: what officers wrote and did in chats. What citizens wrote lies with their messages (`webhook_log`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.intake.domain.assistance import ChatOfficer
from services.intake.domain.chat_log import ChatEntry, EntryKind
from shared.mongo import Doc, DocumentMapping, fields_of


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry, and when it is removed."""

    entry: ChatEntry
    expires_at: datetime


def _entry_to(kept: KeptEntry) -> Doc:
    entry = kept.entry
    return {
        "contact_id": entry.contact_id,
        "kind": entry.kind.value,
        "at": entry.at,
        "officer": fields_of(entry.officer),
        "text": entry.text,
        "to": fields_of(entry.to) if entry.to else None,
        "template": entry.template,
        "expires_at": kept.expires_at,
    }


def entry_from(doc: Doc) -> KeptEntry:
    """Read an entry from its document."""
    entry = ChatEntry(
        entry_id=doc["_id"],
        contact_id=doc["contact_id"],
        kind=EntryKind(doc["kind"]),
        at=doc["at"],
        officer=ChatOfficer(**doc["officer"]),
        text=doc["text"],
        to=ChatOfficer(**doc["to"]) if doc["to"] else None,
        template=doc["template"],
    )
    return KeptEntry(entry, doc["expires_at"])


ENTRIES: Final[DocumentMapping[KeptEntry]] = DocumentMapping("chat_entries", lambda kept: kept.entry.entry_id, _entry_to, entry_from)
