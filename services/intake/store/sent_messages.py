"""The collection `sent_messages`: messages of ours, known from their delivery statuses."""

from __future__ import annotations

import hashlib
from typing import Final

from services.intake.ports import SentMessage
from shared.mongo import DocumentMapping


def sent_key(wamid: str) -> str:
    """Return a hash of the wamid, which contains the recipient's phone number: the key is the subject of an event."""
    return hashlib.sha256(wamid.encode()).hexdigest()


SENT_MESSAGES: Final[DocumentMapping[SentMessage]] = DocumentMapping(
    "sent_messages",
    lambda message: sent_key(message.wamid),
    lambda message: {"wamid": message.wamid, "statuses": list(message.statuses)},
    lambda doc: SentMessage(doc["wamid"], tuple(doc["statuses"])),
)
