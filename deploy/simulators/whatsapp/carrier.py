"""The network between business and citizens: accepts, schedules statuses, carries messages both ways."""

from __future__ import annotations

import asyncio
import base64
from typing import Any, Final

from deploy.simulators.feed import Feed
from deploy.simulators.kept import Kept
from deploy.simulators.whatsapp.bubbles import draw
from deploy.simulators.whatsapp.citizens import Citizen, Message, PhoneBook, Status, digits, new_wamid
from deploy.simulators.whatsapp.errors import GraphError
from deploy.simulators.whatsapp.faults import Faults
from deploy.simulators.whatsapp.history import Effect, History
from deploy.simulators.whatsapp.limits import Rates
from deploy.simulators.whatsapp.media import Media, MediaStore
from deploy.simulators.whatsapp.messages import Outbound
from deploy.simulators.whatsapp.settings import Settings
from deploy.simulators.whatsapp.templates import Templates
from deploy.simulators.whatsapp.webhooks import Change, Postman, envelope, seconds_text
from shared.clock import Clock, monotonic_seconds

PHONE_DIGITS: Final = range(7, 16)  # E.164: 15 digits at most; shorter than 7 is no number


class Carrier:
    """One business number and everyone who writes with it. Lives in one event loop."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.feed = Feed()
        self.faults = Faults(monotonic_seconds)
        self.people = PhoneBook(citizens_max=settings.citizens_max, conversation_max=settings.conversation_max)
        self.files = MediaStore(total_max_bytes=settings.media_max_total_bytes, url_seconds=settings.media_url_seconds)
        self.templates = Templates(strict=settings.strict_templates)
        self.history = History(settings.history_max)
        self.rates = Rates(
            per_second=settings.throughput_per_second,
            pair_burst=settings.pair_burst,
            pair_seconds=settings.pair_seconds,
            monotonic=monotonic_seconds,
        )
        self.closing = asyncio.Event()
        self._webhook_view: tuple[int, bool] = (0, False)
        self.postman = Postman(settings, self.faults, clock, self._webhooks_changed)
        self.kept: Kept[tuple[list[Citizen], list[Media]]] = Kept(settings.state_file, tuple[list[Citizen], list[Media]])
        self._take_back()

    def _take_back(self) -> None:
        """Go on with the conversations of the last run."""
        kept = self.kept.load()
        if kept is not None:
            self.people.restore(kept[0])
            self.files.restore(kept[1])

    def everything(self) -> tuple[list[Citizen], list[Media]]:
        """Return what a restart must not lose: people with their conversations, and files."""
        return self.people.citizens, self.files.files

    def close(self) -> None:
        """End streams and calls that hang."""
        self.closing.set()
        self.feed.close()

    # Business to citizen

    def recipient(self, message: Outbound) -> Citizen:
        """Return the person a message is for; a stranger who only gets a template becomes known by it.

        Raises:
            GraphError: 131009 for what is no number, 131021 for our own number, 131026 for an unknown user id.
        """
        if message.to is None:
            citizen = self.people.by_bsuid(message.recipient or "")
            if citizen is None:
                raise GraphError(131026, details="The recipient is not a valid business-scoped user ID.")
            return citizen
        phone = "".join(char for char in message.to if char.isdigit())
        if len(phone) not in PHONE_DIGITS:
            raise GraphError(131009, details="Param to is not a valid WhatsApp phone number.")
        if phone == self.settings.display_phone_number:
            raise GraphError(131021)
        return self.people.by_phone(phone) or self.add_citizen(phone)

    def add_citizen(self, phone: str, *, name: str | None = None, **rest: Any) -> Citizen:
        """Add a person, or return the one with that number."""
        number = digits(phone)
        known = self.people.by_phone(number)
        if known is not None:
            return known
        rest.setdefault("identity", "both")
        rest.setdefault("auto_read", self.settings.auto_read)
        citizen = self.people.add(number, name=name or f"Warga {number[-4:]}", **rest)
        self.tell_citizen(citizen)
        return citizen

    def check(self, message: Outbound) -> None:
        """Hold what needs more than the message itself: files exist, the template is approved.

        Raises:
            GraphError: 100, 132000, 132001, 132012.
        """
        for part in message.media():
            if part.id is not None and self.files.get(part.id) is None:
                raise GraphError(100, details=f"Param {message.type}['id'] is not a valid whatsapp business account media attachment ID.")
        if message.template is not None:
            self.templates.check(message.template)

    def late_failure(self, citizen: Citizen, message: Outbound) -> GraphError | None:
        """Return what will make an accepted message fail: no such account, marketing that the person stopped, the window is closed."""
        if not citizen.on_whatsapp:
            return GraphError(131026)
        if citizen.stopped_marketing and message.template is not None and self.templates.is_marketing(message.template):
            return GraphError(131050)
        if self.settings.enforce_window and message.template is None and not citizen.window_open(self.clock()):
            return GraphError(131047)
        return None

    def accept(self, citizen: Citizen, message: Outbound, payload: dict[str, Any], failure: GraphError | None) -> Effect:
        """Take a message in, show it to the citizen and schedule its statuses."""
        at = self.clock()
        content = draw(message, self.files, self.templates)
        bubble = Message(0, new_wamid(), "office", at, content, "accepted", message.biz_opaque_callback_data)
        media = [content["media"]] if "media" in content else []
        effect = Effect(
            0,
            bubble.wamid,
            at,
            citizen.id,
            citizen.address,
            message.type,
            message.biz_opaque_callback_data,
            payload,
            media,
        )
        effect.error_code = failure.code if failure else None
        self.history.add(effect)
        self.people.append(citizen, bubble)
        citizen.typing = False
        if failure is None:
            self.feed.publish("message", {"citizen_id": citizen.id, "message": bubble.view()}, citizen.id)
        self._schedule(citizen, bubble, failure)
        return effect

    def _schedule(self, citizen: Citizen, bubble: Message, failure: GraphError | None) -> None:
        milliseconds = self.settings.sent_after_ms
        if failure is not None:
            bubble.error = failure.webhook()
            self.postman.later(milliseconds / 1000, lambda: self._status(citizen, bubble, "failed"))
            return
        plan: list[Status] = ["sent"]
        if citizen.online:
            plan += ["delivered", "read"] if citizen.auto_read else ["delivered"]
        times = [milliseconds, self.settings.delivered_after_ms, self.settings.read_after_ms][: len(plan)]
        if self.faults.at_webhook("webhook_reorder", recipients=(citizen.phone, citizen.bsuid)):
            plan.reverse()
        for status, after in zip(plan, times, strict=True):
            self.postman.later(after / 1000, lambda status=status: self._status(citizen, bubble, status))  # type: ignore[misc]

    def _status(self, citizen: Citizen, bubble: Message, status: Status) -> None:
        """Say what became of a message; the bubble never goes back, the webhook may come in any order."""
        at = self.clock()
        entry: dict[str, Any] = {"id": bubble.wamid, "status": status, "timestamp": seconds_text(at)}
        entry |= citizen.naming("recipient_id", "recipient_user_id")
        if bubble.callback_data is not None:
            entry["biz_opaque_callback_data"] = bubble.callback_data
        rest: dict[str, Any] = {"statuses": [entry]}
        if status == "failed":
            entry["errors"] = [bubble.error]
        else:
            entry["pricing"] = {"billable": False, "pricing_model": "PMP", "category": "service", "type": "free_customer_service"}
            rest["contacts"] = [citizen.contact(with_username=status != "sent")]
        effect = self.history.find(bubble.wamid)
        if effect is not None:
            effect.statuses.append({"status": status, "at": at.isoformat()})
        self._advance(citizen, bubble, status)
        self.postman.post(Change(envelope(self.settings, **rest), status, citizen.id, (citizen.phone, citizen.bsuid)))

    def mark_read(self, wamid: str, *, typing: bool) -> None:
        """The business has read a citizen's message, and perhaps types.

        Raises:
            GraphError: 131009 for a message that the business never got.
        """
        found = self.people.message(wamid)
        if found is None or found[1].author != "citizen":
            raise GraphError(131009, details="Param message_id is not a valid incoming message id.")
        citizen, message = found
        for earlier in citizen.messages:
            if earlier.author == "citizen" and earlier.number <= message.number:
                self._advance(citizen, earlier, "read")
        citizen.typing = typing
        if typing:
            self.feed.publish("typing", {"citizen_id": citizen.id})

    # Citizen to business

    def citizen_writes(self, citizen: Citizen, wire: dict[str, Any], content: dict[str, Any], number: str | None = None) -> Message:
        """Carry a citizen's message to the business: `wire` is its part of the webhook, `content` its bubble.

        `number`: the phone number id it was written to, where it is another of the app.
        """
        at = self.clock()
        message = Message(0, new_wamid(), "citizen", at, content, "pending")
        citizen.last_inbound_at = at
        self.people.append(citizen, message)
        self.feed.publish("message", {"citizen_id": citizen.id, "message": message.view()}, citizen.id)
        entry = citizen.naming("from", "from_user_id") | {"id": message.wamid, "timestamp": seconds_text(at)} | wire
        value = envelope(self.settings, contacts=[citizen.contact()], messages=[entry])
        if number is not None:
            value["metadata"] = {**value["metadata"], "phone_number_id": number}
        self._advance(citizen, message, "sent")

        def received() -> None:
            self._advance(citizen, message, "delivered")

        self.postman.post(Change(value, "message", citizen.id, (citizen.phone, citizen.bsuid), received))
        return message

    def citizen_calls(self, citizen: Citizen, content: dict[str, Any]) -> Message:
        """Tell the business of a call that nobody takes: it rings, then it ends."""
        at = self.clock()
        message = Message(0, new_wamid(), "citizen", at, content, "sent")
        citizen.last_inbound_at = at
        self.people.append(citizen, message)
        self.feed.publish("message", {"citizen_id": citizen.id, "message": message.view()}, citizen.id)
        call = {"id": f"wacid.{message.wamid}", "to": self.settings.display_phone_number, "direction": "USER_INITIATED"}
        for event in ("connect", "terminate"):
            entry = citizen.naming("from", "from_user_id") | call | {"event": event, "timestamp": seconds_text(at)}
            value = envelope(self.settings, contacts=[citizen.contact()], calls=[entry])
            self.postman.post(Change(value, "message", citizen.id, (citizen.phone, citizen.bsuid), field="calls"))
        return message

    def renew_user_id(self, citizen: Citizen) -> None:
        """Give a citizen another user id and tell the business: the message names nobody but in its sentence, as Meta's does."""
        before = citizen.bsuid
        self.people.change_user_id(citizen)
        system = {
            "type": "user_changed_user_id",
            "user_id": citizen.bsuid,
            "body": f"User {citizen.name} changed from {before} to {citizen.bsuid}",
        }
        entry = {"id": new_wamid(), "timestamp": seconds_text(self.clock()), "type": "system", "system": system}
        self.postman.post(Change(envelope(self.settings, messages=[entry]), "message", citizen.id, (citizen.phone, citizen.bsuid)))

    def store_file(self, data: bytes, mime_type: str, filename: str | None, caption: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Keep a citizen's file; return its part of the webhook and its bubble."""
        media = self.files.put(data, mime_type, filename)
        kind = _wire_type(mime_type)
        digest = base64.b64encode(bytes.fromhex(media.sha256)).decode()  # base64 in webhooks, hex in GET /{media-id}: as Meta does
        part: dict[str, Any] = {"id": media.id, "mime_type": mime_type, "sha256": digest}
        if kind == "document" and filename:
            part["filename"] = filename
        if kind == "audio":
            part["voice"] = mime_type.startswith("audio/ogg")  # what phones record; other sound is a file that was sent on
        content: dict[str, Any] = {
            "type": kind,
            "media": {"id": media.id, "mime_type": mime_type, "filename": filename, "size_bytes": len(data), "sha256": media.sha256},
        }
        if caption:
            part["caption"] = content["text"] = caption
        return {"type": kind, kind: part}, content

    def see(self, citizen: Citizen) -> int:
        """Mark everything delivered as read, as when the citizen opens the conversation; return how many were."""
        unread = [each for each in citizen.messages if each.author == "office" and each.status == "delivered"]
        for bubble in unread:
            self._status(citizen, bubble, "read")
        return len(unread)

    def go_online(self, citizen: Citizen, *, online: bool) -> None:
        """Switch the phone on or off; what waited is delivered."""
        citizen.online = online
        self.tell_citizen(citizen)
        if online:
            for bubble in [each for each in citizen.messages if each.author == "office" and each.status == "sent"]:
                self._status(citizen, bubble, "delivered")

    def tell_citizen(self, citizen: Citizen) -> None:
        """Tell the pages that something about a person changed."""
        self.feed.publish("citizen", citizen.view(self.clock()))

    def _advance(self, citizen: Citizen, message: Message, status: Status) -> None:
        if message.advance(status):
            self.feed.publish("status", {"citizen_id": citizen.id, "wamid": message.wamid, "status": status, "error": message.error})

    def _webhooks_changed(self) -> None:
        view = (self.postman.pending, self.postman.failing)
        if view[1] != self._webhook_view[1] or (view[0] == 0) != (self._webhook_view[0] == 0):
            self.feed.publish("webhooks", {"pending": view[0], "failing": view[1]})
        self._webhook_view = view


def _wire_type(mime_type: str) -> str:
    """Return the type under which the webhook names a file."""
    if mime_type in ("image/jpeg", "image/png"):
        return "image"
    return {"image/webp": "sticker"}.get(mime_type) or {"audio": "audio", "video": "video"}.get(mime_type.partition("/")[0], "document")
