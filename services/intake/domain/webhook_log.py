"""A WhatsApp webhook body, split into the smallest items that can be stored and handled on their own.

Nothing signed is refused: an item of no known shape becomes `unknown`, keyed by its content. Shapes: WhatsApp Business Cloud API,
"Webhooks: messages" (Meta, 2026); a body may hold many entries, changes, messages, statuses and errors, in any order.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeAlias

Json: TypeAlias = Mapping[str, Any]

CALL: Final = "call"  # the type of a message that stands for a call
MAX_ID_CHARACTERS = 255  # of a wamid; what is longer is not an id
MAX_ADDRESS_CHARACTERS: Final = 200  # the contract's limit; a phone has 15 digits, a BSUID some 130 with its country
_MAX_USERNAME_CHARACTERS: Final = 100  # WhatsApp allows 35
_EARLIEST_SECOND: Final = 1_230_768_000  # 2009-01-01, when WhatsApp began: what is before it, such as 0, is no time of a message
_LATEST_SECOND: Final = 4_102_444_800  # 2100-01-01: beyond it is noise (milliseconds), and datetime can't hold every integer
_FASTEST_CLOCK: Final = timedelta(hours=1)  # the provider's clock is right; a message from the future would wait behind all that come after
_NO_DIGIT: Final = re.compile(r"[^0-9]")
_CHANGED: Final = re.compile(r"\bchanged from (\S+) to (\S+?)\.?\s*$")  # how a system message names the old id and the new one


class WebhookItemKind(StrEnum):
    """The kind of a stored item, which decides who handles it."""

    MESSAGE = "message"
    STATUS = "status"
    ACCOUNT = "account"  # how the provider rates our number or account
    ERROR = "error"
    ELSEWHERE = "elsewhere"  # what came for another number of the same app
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WebhookItem:
    """One message, status, error or unknown item as Meta sent it.

    `key` is the same for every copy of the same item; `sender` groups messages that must be handled in order ("" for the rest);
    `sent_at` is Meta's time where there is one; `content` is what is stored and later read.
    """

    key: str
    kind: WebhookItemKind
    sender: str
    sent_at: datetime | None
    content: Json

    def moment(self, received_at: datetime) -> datetime:
        """Return Meta's time of the item, or the time of its arrival where Meta's is absent or impossible."""
        return believed(self.sent_at, received_at)


def key_of(wamid: str) -> str:
    """Return the key of a message."""
    return f"wa:{wamid}"


def believed(sent_at: datetime | None, received_at: datetime) -> datetime:
    """Return the provider's time `sent_at`, or `received_at` where it is absent or in the future."""
    return received_at if sent_at is None or sent_at > received_at + _FASTEST_CLOCK else sent_at


def split(body: Any, digest: str, number: str = "") -> tuple[WebhookItem, ...]:
    """Split a whole webhook body into items.

    Args:
        body: The parsed JSON, of any shape.
        digest: A hash of the raw bytes; keys what can't be split.
        number: Our phone number id: an item that names another one becomes `elsewhere`. "": every number is ours.
    """
    items: dict[str, WebhookItem] = {}
    for item in _entries(body, digest, number):
        items.setdefault(item.key, item)  # a body may repeat itself
    return tuple(items.values())


def odd_body(raw: str, digest: str) -> WebhookItem:
    """Return an item with a whole body that is not plain JSON, as it came: stored beside what could be read of it."""
    return _unknown(raw, digest, "raw")


def _entries(body: Any, digest: str, number: str) -> Iterator[WebhookItem]:
    entries = body.get("entry") if isinstance(body, Mapping) else None
    if not isinstance(entries, list) or not entries:
        yield _unknown(body, digest, "body")
        return
    for place, entry in enumerate(entries):
        changes = entry.get("changes") if isinstance(entry, Mapping) else None
        if not isinstance(changes, list) or not changes:
            yield _unknown(entry, digest, f"entry.{place}")
            continue
        for position, change in enumerate(changes):
            yield from _of_number(number, change, _change(change, digest, f"entry.{place}.{position}"))


def _of_number(number: str, change: Any, items: Iterator[WebhookItem]) -> Iterator[WebhookItem]:
    """Mark the items of another number as `elsewhere`: a webhook gets those of all the app's numbers. Items that name none are ours.

    What our own number wrote is `elsewhere` too: an answer to it would be answered.
    """
    value = change.get("value") if isinstance(change, Mapping) else None
    metadata = value.get("metadata") if isinstance(value, Mapping) else None
    named, own = text_of(metadata, "phone_number_id"), _NO_DIGIT.sub("", text_of(metadata, "display_phone_number"))
    foreign = bool(number and named and named != number)
    for item in items:
        is_elsewhere = foreign or (own != "" and item.kind is WebhookItemKind.MESSAGE and item.sender == own)
        yield replace(item, kind=WebhookItemKind.ELSEWHERE) if is_elsewhere and item.kind is not WebhookItemKind.UNKNOWN else item


def _change(change: Any, digest: str, where: str) -> Iterator[WebhookItem]:
    value = change.get("value") if isinstance(change, Mapping) else None
    if isinstance(value, Mapping) and text_of(change, "field") in _OF_ACCOUNT:
        yield _account(text_of(change, "field"), value, digest, where)
        return
    makers = _MAKERS.get(text_of(change, "field"), ())
    if not isinstance(value, Mapping) or not makers:
        yield _unknown(change, digest, where)
        return
    known = False
    contacts = _mappings(value.get("contacts"))
    for name, make in makers:
        listed = value.get(name)
        if not isinstance(listed, list) or not listed:
            continue
        known = True
        for position, content in enumerate(listed):
            place = f"{where}.{name}.{position}"
            item = make(content, contacts, digest, place) if isinstance(content, Mapping) else None
            yield item if item is not None else _unknown(content, digest, place)
    if not known:
        yield _unknown(change, digest, where)


def _message(item: Json, contacts: Sequence[Json], _digest: str, _where: str) -> WebhookItem | None:
    wamid = text_of(item, "id")
    sender, content = _identity(item, contacts), {"message": dict(item)}
    if not wamid or len(wamid) > MAX_ID_CHARACTERS or not sender or any(len(value) > MAX_ADDRESS_CHARACTERS for value in sender.values()):
        return None
    content["identity"] = sender
    return WebhookItem(key_of(wamid), WebhookItemKind.MESSAGE, sender.get("wa_id") or sender["bsuid"], moment_of(item), content)


def _call(item: Json, contacts: Sequence[Json], digest: str, where: str) -> WebhookItem | None:
    """Return a call as a message of type `call`; its ringing and its end have the same id."""
    named, event = text_of(item, "id"), text_of(item, "event")
    wire = {**item, "id": f"{named}:{event}", "type": CALL, CALL: {"event": event}}
    return _message(wire, contacts, digest, where) if named else None


def _identity(item: Json, contacts: Sequence[Json]) -> dict[str, str]:
    """Return the sender's phone, BSUID, username and name, from the message and from the contact card that belongs to it."""
    wa_id, bsuid, username, name = text_of(item, "from"), text_of(item, "from_user_id"), "", ""
    before_wa_id, before_bsuid = _before(item)
    wa_id, bsuid = wa_id or before_wa_id, before_bsuid or bsuid
    for card in contacts:
        card_wa_id, card_bsuid = text_of(card, "wa_id"), text_of(card, "user_id")
        mine = (wa_id and card_wa_id == wa_id) or (bsuid and card_bsuid == bsuid) or (len(contacts) == 1 and not (wa_id or bsuid))
        if mine:
            wa_id, bsuid = wa_id or card_wa_id, bsuid or card_bsuid
            profile = card.get("profile")
            username = text_of(profile, "username")[:_MAX_USERNAME_CHARACTERS]
            name = text_of(profile, "name")[:_MAX_USERNAME_CHARACTERS]
            break
    known = {"wa_id": wa_id, "bsuid": bsuid, "username": username, "name": name}
    return {key: value for key, value in known.items() if value} if wa_id or bsuid else {}


def _before(item: Json) -> tuple[str, str]:
    """Return the old phone and BSUID of a sender whose system message tells of new ones. Meta names the old id in the sentence only."""
    system = item.get("system")
    if text_of(item, "type") != "system" or not isinstance(system, Mapping):
        return "", ""
    named = _CHANGED.search(text_of(system, "body"))
    old, new = named.groups() if named else ("", "")
    wa_id = text_of(system, "customer") or (old if old and new in (text_of(system, "wa_id"), text_of(system, "new_wa_id")) else "")
    bsuid = text_of(system, "previous_user_id") or (old if old and new == text_of(system, "user_id") else "")
    return wa_id, bsuid or text_of(item, "from_user_id")


def _status(item: Json, _contacts: Sequence[Json], _digest: str, _where: str) -> WebhookItem | None:
    wamid, status = text_of(item, "id"), text_of(item, "status")
    if not wamid or not status or max(len(wamid), len(status)) > MAX_ID_CHARACTERS:
        return None
    return WebhookItem(f"wa:st:{wamid}:{status}", WebhookItemKind.STATUS, "", moment_of(item), dict(item))


def _account(field: str, value: Json, digest: str, where: str) -> WebhookItem:
    return WebhookItem(f"wa:ac:{_key(digest, where)}", WebhookItemKind.ACCOUNT, "", None, {"webhook": field, **value})


def _error(item: Json, _contacts: Sequence[Json], digest: str, where: str) -> WebhookItem:
    return WebhookItem(f"wa:er:{_key(digest, where)}", WebhookItemKind.ERROR, "", None, dict(item))


_OF_ACCOUNT: Final = frozenset({"phone_number_quality_update", "account_update"})
"""Fields of a change that tell of our number or account: their value is one item."""
_MAKERS: Final[Mapping[str, Sequence[tuple[str, Callable[[Json, Sequence[Json], str, str], WebhookItem | None]]]]] = {
    "messages": (("messages", _message), ("statuses", _status), ("errors", _error)),
    "calls": (("calls", _call),),
}
"""Field of a change -> its lists of items, and how each is read."""


def _unknown(item: Any, digest: str, where: str) -> WebhookItem:
    return WebhookItem(f"wa:un:{_key(digest, where)}", WebhookItemKind.UNKNOWN, "", None, {"unknown": item})


def _key(digest: str, where: str) -> str:
    return hashlib.sha256(f"{digest}:{where}".encode()).hexdigest()


def _mappings(items: Any) -> tuple[Json, ...]:
    return tuple(item for item in items if isinstance(item, Mapping)) if isinstance(items, list) else ()


def text_of(item: Any, name: str) -> str:
    """Return a field that should be text: "" where it is absent or something else. Numbers become their digits."""
    value = item.get(name) if isinstance(item, Mapping) else None
    if isinstance(value, bool):
        return ""
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def moment_of(item: Json) -> datetime | None:
    """Return Meta's `timestamp`, seconds as text; None where it is absent or impossible."""
    text = text_of(item, "timestamp")
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0") or "0"
    second = int(digits) if len(digits) <= len(str(_LATEST_SECOND)) else _LATEST_SECOND
    return datetime.fromtimestamp(second, tz=UTC) if _EARLIEST_SECOND <= second < _LATEST_SECOND else None
