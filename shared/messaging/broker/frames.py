"""The frames of one message by hand: AMQP 0-9-1, sections 2.3.5 and 4.2 (rabbitmq.com/resources/specs/amqp0-9-1.pdf).

The library makes an object of each frame and of its properties, checks it, and hands the bytes over by a lock, a queue and a task of its
own: a fifth of what handling a message costs us (ADR 11). What is written here is always the same: persistent, mandatory, named, traceable.
"""

from __future__ import annotations

import struct
from typing import Final

from pamqp import encode

from shared.contracts.envelope import split_type
from shared.messaging.broker.wire import MAX_ID_BYTES, Outgoing

PERSISTENT: Final = 2  # delivery mode; the library's default is transient
CONTENT_TYPE: Final = "application/json"

_FRAME: Final = struct.Struct(">BHI")  # type, channel, size
_END: Final = b"\xce"
_METHOD, _HEADER, _BODY = 1, 2, 3
_OVERHEAD_BYTES: Final = _FRAME.size + len(_END)
_PUBLISH: Final = struct.pack(">HHH", 60, 40, 0)  # class basic, method publish, reserved
_MANDATORY: Final = b"\x01"
_CONTENT: Final = struct.Struct(">HHQH")  # class, weight, body size, which properties follow, in the order below
_HAS_CONTENT_TYPE, _HAS_HEADERS, _HAS_DELIVERY_MODE = 1 << 15, 1 << 13, 1 << 12
_HAS_CORRELATION_ID, _HAS_MESSAGE_ID, _HAS_TYPE, _HAS_USER_ID, _HAS_APP_ID = 1 << 10, 1 << 7, 1 << 5, 1 << 4, 1 << 3


def published(message: Outgoing, user: str, channel: int, most_bytes: int) -> bytes:
    """Return the frames that publish `message` on `channel`; none is larger than `most_bytes`.

    `user` is the login, told as `user-id`: the broker refuses any other, and consumers believe nothing else (ADR 19).
    Names longer than 255 bytes are refused before (`Publisher.publish`); only the correlation id, which nobody routes by, is cut.
    """
    method = _PUBLISH + _short(message.exchange) + _short(message.routing_key) + _MANDATORY
    frames = [_framed(_METHOD, channel, method), _framed(_HEADER, channel, _content(message, user))]
    body, most = message.body, most_bytes - _OVERHEAD_BYTES
    frames += [_framed(_BODY, channel, body[at : at + most]) for at in range(0, len(body), most)]
    return b"".join(frames)


def _content(message: Outgoing, user: str) -> bytes:
    has = _HAS_CONTENT_TYPE | _HAS_DELIVERY_MODE | _HAS_MESSAGE_ID | _HAS_TYPE | _HAS_USER_ID
    correlation_id = headers = app_id = b""
    if message.headers:
        has |= _HAS_HEADERS
        headers = encode.field_table(dict(message.headers))
    if message.correlation_id:
        has |= _HAS_CORRELATION_ID
        correlation_id = _short(message.correlation_id.encode()[:MAX_ID_BYTES].decode(errors="ignore"))
    if publisher := _publisher(message.type):
        has |= _HAS_APP_ID
        app_id = _short(publisher)
    values = (
        _short(CONTENT_TYPE),
        headers,
        bytes((PERSISTENT,)),
        correlation_id,
        _short(message.message_id),
        _short(message.type),
        _short(user),
        app_id,
    )
    return _CONTENT.pack(60, 0, len(message.body), has) + b"".join(values)


def _framed(kind: int, channel: int, payload: bytes) -> bytes:
    return _FRAME.pack(kind, channel, len(payload)) + payload + _END


def _publisher(event_type: str) -> str:
    """Empty where the type is none of ours: a copy of a foreign message."""
    try:
        return split_type(event_type)[0]
    except ValueError:
        return ""


def _short(text: str) -> bytes:
    """A short string: a byte with its length, then UTF-8."""
    raw = text.encode()
    return bytes((len(raw),)) + raw
