"""The collection `sent_messages`: messages of ours, known by the statuses that came back for them."""

from __future__ import annotations

import hashlib
from typing import Final

from services.intake.ports import SentMessage
from shared.mongo import DocumentMapping


def sent_key(wamid: str) -> str:
    """Return a hash: the key is the subject of an event, and a wamid has the recipient's phone number inside."""
    return hashlib.sha256(wamid.encode()).hexdigest()


SENT_MESSAGES: Final[DocumentMapping[SentMessage]] = DocumentMapping(
    "sent_messages",
    lambda message: sent_key(message.wamid),
    lambda message: {"wamid": message.wamid, "statuses": list(message.statuses)},
    lambda doc: SentMessage(doc["wamid"], tuple(doc["statuses"])),
)
