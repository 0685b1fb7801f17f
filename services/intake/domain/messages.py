"""The reader of stored WhatsApp messages and statuses. Foreign data: every field may be absent or odd."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from services.intake.domain.chat import OtherContent
from services.intake.domain.contacts import ChatIdentity
from services.intake.domain.outreach.codes import read_code
from services.intake.domain.outreach.sources import MessageLead
from services.intake.domain.published import NumberQualityChanged, StatusReceived
from services.intake.domain.webhook_log import CALL, MAX_ADDRESS_CHARACTERS, Json, believed, moment_of, text_of
from services.intake.domain.words import Intent, Vocabulary
from shared.values import BROADCAST_KEY

_VOICE, _FORM, _RINGS = "voice", "form", "connect"
_CHANGES: Final = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})
_ORIGINALS: Final = ("original_message_id", "message_id", "id")  # fields in which an edit may name the message that it edits
_MAX_TEXT_CHARACTERS: Final = 8192  # WhatsApp's limit is 4,096; nothing longer is an answer
_MAX_CAPTION_CHARACTERS: Final = 200  # the name of a document; what is longer tells something else
_STATUSES: Final = ("sent", "failed", "delivered", "read")  # in this order: what was delivered did not fail
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")  # a word of Meta's lists, in lower case
_MAX_CODE: Final = 2**31 - 1  # Meta's codes have six digits; a larger number is no code, and MongoDB could not store it
_MAX_DETAILS_CHARACTERS: Final = 500  # the contract's limit
_AD: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A file on the provider's servers."""

    media_id: str
    media_type: str
    sha256: str
    caption: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NumberChanged:
    """The sender's phone number or BSUID from now on; either may be the one we know."""

    wa_id: str | None = field(default=None, repr=False)
    bsuid: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Edited:
    """An edit of a text that was sent before. `original` is that message's wamid."""

    original: str = field(repr=False)
    intent: Intent


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message that its sender deleted for everybody. `original` is its wamid."""

    original: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Silent:
    """What is no message of a person: a system notice that does not matter to us, the end of a call, an edit of nothing."""


Content: TypeAlias = Intent | OtherContent | MediaRef | NumberChanged | Edited | Deleted | Silent


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message of a person. `wamid`: "" of a call, which can't be answered as a message."""

    wamid: str
    identity: ChatIdentity
    content: Content
    lead: MessageLead | None = None
    """Where its sender comes from, as far as it tells."""


def read_message(content: Json, vocabulary: Vocabulary) -> Inbound:
    """Read a stored item of kind `message`. Never raises, whatever Meta sent. What is said to each other kind is a text, `kind.<kind>`."""
    message = content.get("message")
    message = message if isinstance(message, Mapping) else {}
    who = content.get("identity")
    identity = ChatIdentity(
        text_of(who, "wa_id") or None, text_of(who, "bsuid") or None, text_of(who, "username") or None, text_of(who, "name") or None
    )
    wamid = "" if text_of(message, "type") == CALL else text_of(message, "id")
    return Inbound(wamid, identity, _content(message, vocabulary), _lead(message))


def _content(message: Json, vocabulary: Vocabulary) -> Content:
    kind = text_of(message, "type")
    body = message.get(kind)
    body = body if isinstance(body, Mapping) else {}
    reader = _READERS.get(kind)
    return reader(body, vocabulary) if reader is not None else OtherContent(kind)


def _text(body: Json, vocabulary: Vocabulary) -> Intent:
    return vocabulary.read_text(read_code(text_of(body, "body")[:_MAX_TEXT_CHARACTERS]).text)


def _edit(body: Json, vocabulary: Vocabulary) -> Content:
    """Read `edit{original_message_id, message{type, text{body}}}` (Meta, "Edit messages"), or the same with a level or a field missing.

    An edited caption of a photo is ignored: the photo has its place by then.
    """
    original = _original(body)
    message = body.get("message")
    for holder in (message if isinstance(message, Mapping) else {}, body):
        text = holder.get("text")
        text = text if isinstance(text, Mapping) else {"body": text or holder.get("body")}
        if original and text_of(text, "body"):
            return Edited(original, _text(text, vocabulary))
    return Silent()


def _original(body: Json) -> str:
    return next(filter(None, (text_of(body, name) for name in _ORIGINALS)), "") or text_of(body.get("context"), "id")


def _revoke(body: Json, _vocabulary: Vocabulary) -> Content:
    original = _original(body)
    return Deleted(original) if original else Silent()


def _audio(body: Json, _vocabulary: Vocabulary) -> OtherContent:
    return OtherContent(_VOICE if body.get("voice") is True else "audio")


def _call(body: Json, _vocabulary: Vocabulary) -> Content:
    return OtherContent(CALL) if text_of(body, "event") == _RINGS else Silent()


def _unsupported(body: Json, _vocabulary: Vocabulary) -> OtherContent:
    """Read what Meta hands on without content: a poll, a photo for one look, …; the kind stands beside it since 2025."""
    return OtherContent(text_of(body, "type") or "unsupported")


def _button(body: Json, vocabulary: Vocabulary) -> Intent:
    return vocabulary.read_choice(text_of(body, "payload"), text_of(body, "text"))


def _file(body: Json, _vocabulary: Vocabulary) -> Content:
    media_id = text_of(body, "id")
    caption = text_of(body, "caption")[:_MAX_CAPTION_CHARACTERS]
    return MediaRef(media_id, text_of(body, "mime_type"), text_of(body, "sha256"), caption) if media_id else OtherContent("file")


def _choice(body: Json, vocabulary: Vocabulary) -> Content:
    for name in ("button_reply", "list_reply"):
        reply = body.get(name)
        if isinstance(reply, Mapping):
            return vocabulary.read_choice(text_of(reply, "id"), text_of(reply, "title"))
    return OtherContent(_FORM)


def _system(body: Json, _vocabulary: Vocabulary) -> Content:
    """Read a changed number: `user_changed_number` has the new one as `wa_id` (older webhooks: `new_wa_id`); a new BSUID in `user_id`."""
    wa_id = text_of(body, "wa_id") or text_of(body, "new_wa_id")
    bsuid = text_of(body, "user_id")
    if text_of(body, "type") not in _CHANGES or max(len(wa_id), len(bsuid)) > MAX_ADDRESS_CHARACTERS:
        return Silent()
    return NumberChanged(wa_id or None, bsuid or None) if wa_id or bsuid else Silent()


_READERS: Final[Mapping[str, Callable[[Json, Vocabulary], Content]]] = {
    "text": _text,
    "button": _button,
    "interactive": _choice,
    "image": _file,
    "document": _file,
    "system": _system,
    "edit": _edit,
    "revoke": _revoke,
    "audio": _audio,
    CALL: _call,
    "unsupported": _unsupported,
}


def _lead(message: Json) -> MessageLead | None:
    """Return what brought the person: the code in a text, and of an advertisement its id (`referral.source_id`) or the code in its text.

    A click on an advertisement has an id of its own (`ctwa_clid`), which tells nothing of which one it was.
    """
    code = read_code(text_of(message.get("text"), "body")[:_MAX_TEXT_CHARACTERS]).code
    referral = message.get("referral")
    if not isinstance(referral, Mapping):
        return MessageLead(code) if code is not None else None
    ad = text_of(referral, "source_id")
    said = (read_code(text_of(referral, name)[:_MAX_TEXT_CHARACTERS]).code for name in ("headline", "body"))
    shown = (found for found in said if found is not None and found.is_marked)
    return MessageLead(code or next(shown, None), is_ad=True, ad=ad if _AD.fullmatch(ad) else "")


def read_status(status: Json, received_at: datetime) -> StatusReceived | None:
    """Read a stored item of kind `status`; None for a status we do not know (`played`, `deleted`, future ones)."""
    name = text_of(status, "status")
    if name not in _STATUSES:
        return None
    code, details = _first_error(status.get("errors"))
    return StatusReceived(
        wamid=text_of(status, "id"),
        status=name,
        at=believed(moment_of(status), received_at.astimezone(UTC)),
        callback_data=text_of(status, "biz_opaque_callback_data")[:512] or None,
        error_code=code,
        error_details=details,
    )


def is_of_broadcast(status: StatusReceived) -> bool:
    """Return whether it speaks of a message of a broadcast, of which nobody waits for each word."""
    return (status.callback_data or "").startswith(BROADCAST_KEY)


def furthest(statuses: Iterable[StatusReceived]) -> tuple[StatusReceived, ...]:
    """Return of each message the status that says how far it came: what is before it, it implies."""
    found: dict[str, StatusReceived] = {}
    for status in statuses:
        known = found.get(status.wamid)
        if known is None or _STATUSES.index(status.status) > _STATUSES.index(known.status):
            found[status.wamid] = status
    return tuple(found.values())


def read_account(content: Json, key: str, received_at: datetime) -> NumberQualityChanged | None:
    """Read a stored item of kind `account`; None where it names no event. Meta: `phone_number_quality_update`, `account_update`."""
    change, limit = text_of(content, "event").lower(), text_of(content, "current_limit").lower()
    if not _CODE.fullmatch(change):
        return None
    return NumberQualityChanged(
        key, text_of(content, "webhook"), change, limit if _CODE.fullmatch(limit) else None, received_at.astimezone(UTC)
    )


def _first_error(errors: Any) -> tuple[int | None, str | None]:
    error = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    code = error.get("code")
    data = error.get("error_data")
    details = text_of(data, "details") or text_of(error, "message") or text_of(error, "title")
    known = isinstance(code, int) and not isinstance(code, bool) and abs(code) <= _MAX_CODE
    return code if known else None, details[:_MAX_DETAILS_CHARACTERS] or None
