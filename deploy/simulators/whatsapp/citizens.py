"""The people on the other end and their conversations: in memory and bounded; kept over a restart where a file is given."""

from __future__ import annotations

import base64
import secrets
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, Literal

from shared.ids import new_id

Identity = Literal["legacy", "both", "bsuid"]
"""What webhooks tell about a person: a phone only (before 2026), phone and user id, or user id and username only."""
Author = Literal["citizen", "office"]
Status = Literal["pending", "accepted", "sent", "delivered", "read", "failed"]

WINDOW: Final = timedelta(hours=24)  # the customer service window of WhatsApp
RANK: Final[dict[Status, int]] = {"pending": 0, "accepted": 1, "sent": 2, "delivered": 3, "read": 4, "failed": 5}


def new_wamid() -> str:
    """Return a message id as Meta makes them: opaque to callers. Holds no phone number, unlike Meta's."""
    return "wamid.HBgM" + base64.b64encode(b"\x15\x02\x00\x12\x18" + secrets.token_bytes(28)).decode()


def digits(phone: str) -> str:
    """Return a phone number as WhatsApp writes it: digits with country code; a leading 0 is Indonesian."""
    number = "".join(char for char in phone if char.isdigit())
    return "62" + number[1:] if number.startswith("0") else number


@dataclass(slots=True)
class Message:
    """One bubble of a conversation. `content` is what the chat page draws."""

    number: int
    wamid: str
    author: Author
    at: datetime
    content: dict[str, Any]
    status: Status
    callback_data: str | None = None
    error: dict[str, Any] | None = None

    def advance(self, status: Status) -> bool:
        """Raise the status; never lower it; return whether it changed."""
        if RANK[status] <= RANK[self.status]:
            return False
        self.status = status
        return True

    def view(self) -> dict[str, Any]:
        """Return the message as the control API shows it."""
        return {
            "number": self.number,
            "wamid": self.wamid,
            "author": self.author,
            "at": self.at.isoformat(),
            "content": self.content,
            "status": self.status,
            "callback_data": self.callback_data,
            "error": self.error,
        }


@dataclass(slots=True)
class Citizen:
    """A person with a phone. `id` is ours; what intake sees depends on `identity`."""

    id: str
    phone: str
    name: str
    bsuid: str
    identity: Identity
    auto_read: bool
    username: str | None = None
    online: bool = True
    on_whatsapp: bool = True
    stopped_marketing: bool = False
    last_inbound_at: datetime | None = None
    typing: bool = False
    messages: deque[Message] = field(default_factory=deque)
    count: int = 0

    @property
    def address(self) -> str:
        """Where an answer to this person goes: the phone, or the user id of one who shows no phone."""
        return self.bsuid if self.identity == "bsuid" else self.phone

    def window_open(self, at: datetime) -> bool:
        """Return whether free-form messages may be sent (24 hours after the person's last message)."""
        return self.last_inbound_at is not None and at - self.last_inbound_at < WINDOW

    def contact(self, *, with_username: bool = True) -> dict[str, Any]:
        """Return the entry of `contacts[]` in a webhook."""
        profile: dict[str, Any] = {"name": self.name}
        if self.username and with_username:
            profile["username"] = self.username
        contact: dict[str, Any] = {"profile": profile}
        if self.identity != "bsuid":
            contact["wa_id"] = self.phone
        if self.identity != "legacy":
            contact["user_id"] = self.bsuid
        return contact

    def naming(self, phone_key: str, user_key: str) -> dict[str, str]:
        """Return the person's identity under the keys of a message (`from`, `from_user_id`) or status (`recipient_id`, ...)."""
        names = {}
        if self.identity != "bsuid":
            names[phone_key] = self.phone
        if self.identity != "legacy":
            names[user_key] = self.bsuid
        return names

    def view(self, at: datetime) -> dict[str, Any]:
        """Return the person as the control API shows it."""
        last = self.messages[-1].view() if self.messages else None
        return {
            "id": self.id,
            "phone": self.phone,
            "name": self.name,
            "username": self.username,
            "bsuid": self.bsuid,
            "identity": self.identity,
            "online": self.online,
            "auto_read": self.auto_read,
            "on_whatsapp": self.on_whatsapp,
            "window_open": self.window_open(at),
            "messages": self.count,
            "unread": sum(each.author == "office" and each.status == "delivered" for each in self.messages),
            "last": last,
        }


class PhoneBook:
    """Every citizen, findable by our id, phone and user id; the one silent longest makes room."""

    def __init__(self, *, citizens_max: int, conversation_max: int) -> None:
        self._citizens: OrderedDict[str, Citizen] = OrderedDict()
        self._by_phone: dict[str, str] = {}
        self._by_bsuid: dict[str, str] = {}
        self._by_wamid: dict[str, tuple[str, Message]] = {}
        self._citizens_max = citizens_max
        self._conversation_max = conversation_max

    def __len__(self) -> int:
        return len(self._citizens)

    @property
    def citizens(self) -> list[Citizen]:
        """Everybody, the one silent longest first."""
        return list(self._citizens.values())

    def restore(self, citizens: list[Citizen]) -> None:
        """Take back everybody with their conversations."""
        for citizen in citizens:
            self._citizens[citizen.id] = citizen
            self._by_phone[citizen.phone] = self._by_bsuid[citizen.bsuid] = citizen.id
            for message in citizen.messages:
                self._by_wamid[message.wamid] = (citizen.id, message)

    def add(self, phone: str, *, name: str, identity: Identity, username: str | None = None, auto_read: bool = False) -> Citizen:
        """Add a person, or return the one who has that phone."""
        known = self.by_phone(phone)
        if known is not None:
            return known
        bsuid = _new_user_id()
        citizen = Citizen(new_id(), phone, name, bsuid, identity, auto_read, username)
        self._citizens[citizen.id] = citizen
        self._by_phone[phone] = citizen.id
        self._by_bsuid[bsuid] = citizen.id
        if len(self._citizens) > self._citizens_max:
            self._forget(next(iter(self._citizens)))
        return citizen

    def get(self, citizen_id: str) -> Citizen | None:
        """Return the person with our id."""
        return self._citizens.get(citizen_id)

    def by_phone(self, phone: str) -> Citizen | None:
        """Return the person with that number."""
        return self._citizens.get(self._by_phone.get(phone, ""))

    def by_bsuid(self, bsuid: str) -> Citizen | None:
        """Return the person with that business-scoped user id."""
        return self._citizens.get(self._by_bsuid.get(bsuid, ""))

    def latest(self, limit: int) -> list[Citizen]:
        """Return the people who were last active, latest first."""
        return [self._citizens[citizen_id] for citizen_id in islice(reversed(self._citizens), limit)]

    def change_phone(self, citizen: Citizen, phone: str) -> None:
        """Give the person another number; messages to the old one no longer reach him."""
        self._by_phone.pop(citizen.phone, None)
        citizen.phone = phone
        self._by_phone[phone] = citizen.id

    def change_user_id(self, citizen: Citizen) -> None:
        """Give the person another business-scoped user id; messages to the old one no longer reach him."""
        self._by_bsuid.pop(citizen.bsuid, None)
        citizen.bsuid = _new_user_id()
        self._by_bsuid[citizen.bsuid] = citizen.id

    def append(self, citizen: Citizen, message: Message) -> Message:
        """Put a message at the end of the conversation."""
        citizen.count += 1
        message.number = citizen.count
        citizen.messages.append(message)
        self._by_wamid[message.wamid] = (citizen.id, message)
        if len(citizen.messages) > self._conversation_max:
            self._by_wamid.pop(citizen.messages.popleft().wamid, None)
        self._citizens.move_to_end(citizen.id)
        return message

    def message(self, wamid: str) -> tuple[Citizen, Message] | None:
        """Return the message with that id and whose conversation it is in."""
        found = self._by_wamid.get(wamid)
        citizen = self._citizens.get(found[0]) if found else None
        return (citizen, found[1]) if found and citizen else None

    def _forget(self, citizen_id: str) -> None:
        gone = self._citizens.pop(citizen_id)
        self._by_phone.pop(gone.phone, None)
        self._by_bsuid.pop(gone.bsuid, None)
        for message in gone.messages:
            self._by_wamid.pop(message.wamid, None)


def _new_user_id() -> str:
    return "ID." + "".join(secrets.choice("0123456789") for _ in range(20))
