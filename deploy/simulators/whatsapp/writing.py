"""What a citizen's phone can send, as the webhook tells it. Source: Meta, Cloud API, "Webhooks: messages" and "calls" (2026)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Typed = Literal[
    "text",
    "button_reply",
    "list_reply",
    "template_button",
    "form_reply",
    "location",
    "contact",
    "reaction",
    "edit",
    "revoke",
    "order",
    "unsupported",
    "raw",
]
"""Messages without a file."""
Recorded = Literal["voice", "audio", "video", "sticker"]
"""Messages with a file; the simulator has a small one of each kind."""
Unreadable = Literal["poll", "view_once", "video_note", "event", "unknown"]
"""What Meta does not hand on: the business gets type `unsupported` with error 131051."""

RECORDED: Final[Mapping[str, tuple[str, str, bytes]]] = {
    "voice": ("audio", "audio/ogg", b"OggS\x00\x02" + b"suara" * 40),
    "audio": ("audio", "audio/mpeg", b"ID3\x04\x00" + b"lagu" * 40),
    "video": ("video", "video/mp4", b"\x00\x00\x00\x18ftypmp42" + b"video" * 40),
    "sticker": ("sticker", "image/webp", b"RIFF\x00\x01\x00\x00WEBPVP8 " + b"stiker" * 40),
}
"""Kind -> type on the wire, media type, bytes."""
WITH_TEXT: Final = frozenset({"text", "button_reply", "list_reply", "template_button", "edit"})
WITH_ORIGINAL: Final = frozenset({"reaction", "edit", "revoke"})
_UNSUPPORTED: Final = {
    "code": 131051,
    "title": "Message type unknown",
    "message": "Message type unknown",
    "error_data": {"details": "Message type is currently not supported."},
}


class Writing(BaseModel):
    """What a citizen writes: the body of POST /sim/citizens/{id}/messages."""

    model_config = ConfigDict(extra="forbid")

    type: Typed | Recorded | Literal["call"] = "text"
    text: str | None = Field(default=None, max_length=65_536, description="The text, the title of a button or row, the caption, the emoji.")
    id: str | None = Field(default=None, description="The id of the button or row.")
    reply_to: str | None = Field(
        default=None, description="The wamid that this answers; for edit, revoke and reaction: the one that it is about."
    )
    phone_number_id: str | None = Field(default=None, description="Write to another number of the same app.")
    latitude: float | None = None
    longitude: float | None = None
    name: str | None = Field(default=None, max_length=200, description="Of a place, or of the person on a contact card.")
    address: str | None = Field(default=None, max_length=500, description="Of a place.")
    phone: str | None = Field(default=None, max_length=20, description="Of the person on a contact card.")
    kind: Unreadable = Field(default="unknown", description="For unsupported: what it was.")
    forwarded: bool = False
    raw: dict[str, Any] | None = Field(default=None, description="For raw: the message part of the webhook as it is.")
    referral: dict[str, Any] | None = Field(default=None, description="The advertisement that led here.")

    @property
    def is_recorded(self) -> bool:
        """Whether the message carries a file of the simulator."""
        return self.type in get_args(Recorded)

    def wire(self) -> dict[str, Any]:
        """Return the message part of the webhook; of one without a file."""
        if self.type == "raw":
            return dict(self.raw or {})
        return self.around(_WIRES[self.type](self))

    def around(self, wire: dict[str, Any]) -> dict[str, Any]:
        """Return a message part with what any message may have: what it answers, where it comes from."""
        context: dict[str, Any] = {"id": self.reply_to} if self.reply_to and self.type not in WITH_ORIGINAL else {}
        if self.forwarded:
            context["forwarded"] = True
        more = {"context": context, "referral": self.referral}
        return wire | {name: value for name, value in more.items() if value}

    def content(self) -> dict[str, Any]:
        """Return the bubble of the chat page."""
        found: dict[str, Any] = {"type": self.type, "text": self.text or "", "reply_to": self.reply_to}
        if self.type == "location":
            found["location"] = self.place()
        if self.type == "contact":
            found["contact"] = {"name": self.name or "", "phone": self.phone or ""}
        if self.type == "unsupported":
            found["kind"] = self.kind
        return found

    def place(self) -> dict[str, Any]:
        """Return the place that was shared."""
        place = {"latitude": self.latitude, "longitude": self.longitude, "name": self.name, "address": self.address}
        return {name: value for name, value in place.items() if value is not None}

    def card(self) -> dict[str, Any]:
        """Return the card of the person that was shared."""
        name, phone = self.name or "Kontak", self.phone or "6281200000000"
        number = "".join(each for each in phone if each.isdigit())
        return {
            "name": {"formatted_name": name, "first_name": name.split(maxsplit=1)[0]},
            "phones": [{"phone": phone, "wa_id": number, "type": "CELL"}],
        }

    def chosen(self, kind: str) -> dict[str, Any]:
        """Return the choice of a button or of a row."""
        return {"type": "interactive", "interactive": {"type": kind, kind: {"id": self.id, "title": self.text}}}

    def edited(self) -> dict[str, Any]:
        """Return what a text was changed to."""
        return {"original_message_id": self.reply_to, "message": {"type": "text", "text": {"body": self.text}}}


_FORM: Final = {"response_json": '{"flow_token":"contoh"}', "body": "Sent", "name": "flow"}
_ORDER: Final = {
    "catalog_id": "1",
    "text": "",
    "product_items": [{"product_retailer_id": "1", "quantity": 1, "item_price": 1, "currency": "IDR"}],
}
_WIRES: Final[Mapping[str, Callable[[Writing], dict[str, Any]]]] = {
    "text": lambda body: {"type": "text", "text": {"body": body.text}},
    "button_reply": lambda body: body.chosen("button_reply"),
    "list_reply": lambda body: body.chosen("list_reply"),
    "template_button": lambda body: {"type": "button", "button": {"payload": body.id, "text": body.text}},
    "form_reply": lambda _: {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": _FORM}},
    "location": lambda body: {"type": "location", "location": body.place()},
    "contact": lambda body: {"type": "contacts", "contacts": [body.card()]},
    "reaction": lambda body: {
        "type": "reaction",
        "reaction": {"message_id": body.reply_to} | ({"emoji": body.text} if body.text else {}),
    },
    "edit": lambda body: {"type": "edit", "edit": body.edited()},
    "revoke": lambda body: {"type": "revoke", "revoke": {"original_message_id": body.reply_to}},
    "order": lambda _: {"type": "order", "order": _ORDER},
    "unsupported": lambda body: {"type": "unsupported", "unsupported": {"type": body.kind}, "errors": [_UNSUPPORTED]},
}
