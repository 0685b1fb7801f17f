"""What a request carries from service to service: where the answer goes, the files, and who stands for the sender.

Most services carry these through and never look inside. On the wire they are the shapes of the same names in `shared.contracts.parts`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

BROADCAST_KEY: Final = "broadcast:"
"""Begins the key of a message of a broadcast, which comes back with the provider's word of it; the ids of broadcast and contact follow."""


class Channel(StrEnum):
    """The channels that the product itself speaks. On the wire a channel is an open code: a newer one may come in."""

    WHATSAPP = "whatsapp"
    COURT = "court"
    ADAPTER = "adapter"
    DESK = "desk"
    """Filed by a village registrar for somebody who can't; told by WhatsApp where they gave a number, else at the village."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Where the answer goes. `address`: wa_id or BSUID, court code, or API client. Personal."""

    channel: str
    address: str = field(repr=False)
    reference: str | None = field(default=None, repr=False)
    last_inbound_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that intake holds, the field of the form that it answers, and what it shows."""

    file_id: str
    field: str
    kind: str
    media_type: str
    size_bytes: int
    sha256: str
    sent_sha256: str = ""
    """Of the bytes that were sent: a picture is made anew before it is stored. Empty of files from before that."""
    looks: str = ""
    """16 hex digits that pictures which look the same share."""
    same_file_in: str = ""
    """The receipt of a request of another family that came with the very same file."""
    same_looks_in: str = ""
    """The receipt of a request of another family that came with a picture that looks the same."""

    @property
    def as_sent(self) -> str:
        """The digest by which the same file is known again."""
        return self.sent_sha256 or self.sha256


class VouchedBy(StrEnum):
    """Who vouches that the sender may ask for this person. A closed list, on the wire too: each is a decision about security."""

    LINK = "link"
    COURT = "court"
    ADAPTER = "adapter"
    DESK = "desk"
    """A village registrar, who looked at the person and their KTP-el: proves people of that village, and nobody else."""


@dataclass(frozen=True, slots=True)
class Vouching:
    """The proof that a request rests on.

    With `link`: which one, and how it was proven (`level`). With `desk`: the code of the registrar's `village`.
    """

    by: VouchedBy
    link_id: str | None = None
    level: str | None = None
    village: str | None = None
