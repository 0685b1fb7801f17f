"""The one id maker: UUIDv7 ids, unguessable tokens and W3C trace contexts."""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from datetime import UTC, datetime
from typing import Final

from uuid_utils import uuid7

from shared.values import RECEIPT_ALPHABET, RECEIPT_BODY_LENGTH, Receipt

TOKEN_BYTES: Final = 16  # 128 bit: can't be guessed, still short enough for a QR code
_TRACEPARENT = re.compile(r"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")


def new_id() -> str:
    """Return a UUIDv7 (RFC 9562) as text: unique, and sorted by the time it was made."""
    return str(uuid7())


def first_id_at(moment: datetime) -> str:
    """Return the text at which the ids begin that are made from that moment on: for ranges, never for something new."""
    milliseconds = f"{int(moment.timestamp() * 1000):012x}"
    return f"{milliseconds[:8]}-{milliseconds[8:]}-7000-8000-000000000000"


def moment_of_id(made: str) -> datetime:
    """Return when an id was made.

    Raises:
        ValueError: it is none of `new_id`.
    """
    return datetime.fromtimestamp(int(made[:13].replace("-", ""), 16) / 1000, UTC)


def new_token() -> str:
    """Return an unguessable token for a URL, 22 characters of base64url."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_code(size_bytes: int) -> str:
    """Return an unguessable code in base32, capital letters and digits 2 to 7: for people to type, and as a TOTP secret (RFC 4648)."""
    return b32encode(secrets.token_bytes(size_bytes)).decode().rstrip("=")


def new_receipt() -> Receipt:
    """Return a receipt number with its check character. 32^7 are possible: uniqueness is the store's business."""
    body = "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(RECEIPT_BODY_LENGTH))
    return Receipt.from_body(body)


def new_traceparent() -> str:
    """Return a W3C trace context (version 00) for work that begins here. It is not sampled: `shared.tracing.begin` decides on that."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


def is_traceparent(text: str) -> bool:
    """Return whether it is a W3C trace context of version 00."""
    return _TRACEPARENT.match(text) is not None


def child_traceparent(parent: str | None) -> str:
    """Return the same trace with a span id of our own; a new trace where `parent` is missing or malformed (W3C Trace Context, 4.3)."""
    if parent is None or not is_traceparent(parent):
        return new_traceparent()
    version, trace_id, _, flags = parent.split("-")
    return f"{version}-{trace_id}-{secrets.token_hex(8)}-{flags}"


def trace_id_of(traceparent: str) -> str:
    """Return the trace id of a trace context, empty where it has none: what logs know it by."""
    return traceparent[3:35]
