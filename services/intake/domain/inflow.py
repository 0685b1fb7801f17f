"""What a WhatsApp webhook body holds, split into the smallest things that can be stored and handled on their own.

Nothing signed is refused: what has no shape we know becomes `unknown`, keyed by its content. Shapes: WhatsApp Business Cloud API,
"Webhooks: messages" (Meta, 2026); a body may hold many entries, changes, messages, statuses and errors, in any order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

Json: TypeAlias = Mapping[str, Any]

MAX_ID_CHARACTERS = 512  # wamids have up to 255 characters; what is longer is not an id
LATEST_SECOND = 4_102_444_800  # 2100-01-01: a timestamp beyond it is noise, and datetime can't hold every integer


class Kind(StrEnum):
    """What a stored piece is, which says who handles it."""

    MESSAGE = "message"
    STATUS = "status"
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Piece:
    """One message, status, error or unknown thing as Meta sent it.

    `key` is the same for every copy of the same piece; `sender` groups messages that must be handled in order ("" for the rest);
    `sent_at` is Meta's time where there is one; `content` is what is stored and later read.
    """

    key: str
    kind: Kind
    sender: str
    sent_at: datetime | None
    content: Json


def split(body: Any, digest: str) -> tuple[Piece, ...]:
    """Split a whole webhook body.

    Args:
        body: The parsed JSON, of any shape.
        digest: A hash of the raw bytes; keys what can't be split.
    """
    pieces: dict[str, Piece] = {}
    for piece in _entries(body, digest):
        pieces.setdefault(piece.key, piece)  # a body may repeat itself
    return tuple(pieces.values())


def _entries(body: Any, digest: str) -> Iterator[Piece]:
    entries = body.get("entry") if isinstance(body, Mapping) else None
    if not isinstance(entries, list) or not entries:
        yield _unknown(body, digest, "body")
        return
    for number, entry in enumerate(entries):
        changes = entry.get("changes") if isinstance(entry, Mapping) else None
        if not isinstance(changes, list) or not changes:
            yield _unknown(entry, digest, f"entry.{number}")
            continue
        for position, change in enumerate(changes):
            yield from _change(change, digest, f"entry.{number}.{position}")


def _change(change: Any, digest: str, where: str) -> Iterator[Piece]:
    value = change.get("value") if isinstance(change, Mapping) else None
    if not isinstance(value, Mapping) or change.get("field") != "messages":
        yield _unknown(change, digest, where)
        return
    known = False
    contacts = _mappings(value.get("contacts"))
    for name, make in (("messages", _message), ("statuses", _status), ("errors", _error)):
        items = value.get(name)
        if not isinstance(items, list) or not items:
            continue
        known = True
        for position, item in enumerate(items):
            place = f"{where}.{name}.{position}"
            piece = make(item, contacts, digest, place) if isinstance(item, Mapping) else None
            yield piece if piece is not None else _unknown(item, digest, place)
    if not known:
        yield _unknown(change, digest, where)


def _message(item: Json, contacts: Sequence[Json], _digest: str, _where: str) -> Piece | None:
    wamid = text_of(item, "id")
    sender, content = _identity(item, contacts), {"message": dict(item)}
    if not wamid or len(wamid) > MAX_ID_CHARACTERS or not sender:
        return None
    content["identity"] = sender
    return Piece(f"wa:{wamid}", Kind.MESSAGE, sender.get("wa_id") or sender["bsuid"], moment_of(item), content)


def _identity(item: Json, contacts: Sequence[Json]) -> dict[str, str]:
    """Who wrote: phone, BSUID and username, from the message and from the contact card that belongs to it."""
    wa_id, bsuid, username = text_of(item, "from"), text_of(item, "from_user_id"), ""
    for card in contacts:
        card_wa_id, card_bsuid = text_of(card, "wa_id"), text_of(card, "user_id")
        mine = (wa_id and card_wa_id == wa_id) or (bsuid and card_bsuid == bsuid) or (len(contacts) == 1 and not (wa_id or bsuid))
        if mine:
            wa_id, bsuid = wa_id or card_wa_id, bsuid or card_bsuid
            profile = card.get("profile")
            username = text_of(profile, "username") if isinstance(profile, Mapping) else ""
            break
    return {name: value for name, value in (("wa_id", wa_id), ("bsuid", bsuid), ("username", username)) if value} if wa_id or bsuid else {}


def _status(item: Json, _contacts: Sequence[Json], _digest: str, _where: str) -> Piece | None:
    wamid, status = text_of(item, "id"), text_of(item, "status")
    if not wamid or not status or len(wamid) > MAX_ID_CHARACTERS or len(status) > MAX_ID_CHARACTERS:
        return None
    return Piece(f"wa:st:{wamid}:{status}", Kind.STATUS, "", moment_of(item), dict(item))


def _error(item: Json, _contacts: Sequence[Json], digest: str, where: str) -> Piece:
    return Piece(f"wa:er:{_key(digest, where)}", Kind.ERROR, "", None, dict(item))


def _unknown(item: Any, digest: str, where: str) -> Piece:
    return Piece(f"wa:un:{_key(digest, where)}", Kind.UNKNOWN, "", None, {"unknown": item})


def _key(digest: str, where: str) -> str:
    return hashlib.sha256(f"{digest}:{where}".encode()).hexdigest()


def _mappings(items: Any) -> tuple[Json, ...]:
    return tuple(item for item in items if isinstance(item, Mapping)) if isinstance(items, list) else ()


def text_of(item: Any, name: str) -> str:
    """A field that should be text: "" where it is absent or something else. Numbers are taken as their digits."""
    value = item.get(name) if isinstance(item, Mapping) else None
    if isinstance(value, bool):
        return ""
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def moment_of(item: Json) -> datetime | None:
    """Meta's `timestamp`, seconds as text; None where it is absent or impossible."""
    text = text_of(item, "timestamp")
    if not (text.isascii() and text.isdigit()) or int(text[:12]) > LATEST_SECOND:
        return None
    return datetime.fromtimestamp(int(text), tz=UTC)
