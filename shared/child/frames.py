"""How the two processes talk over pipes: an 8-byte header (big-endian lengths of both parts), JSON, then raw bytes."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Final

import orjson

HEADER: Final = struct.Struct(">II")
MAX_PART_BYTES: Final = 64 * 1024 * 1024  # no sheet or PDF comes near; a torn header must not make us read for ever


class Torn(Exception):  # noqa: N818 - the finding: a header that can't be
    """Bytes on the pipe that are no frame."""


def pack(message: Mapping[str, Any], blob: bytes = b"") -> bytes:
    """Return one frame."""
    text = orjson.dumps(message)
    return HEADER.pack(len(text), len(blob)) + text + blob


def lengths(header: bytes) -> tuple[int, int]:
    """Return the lengths of the JSON part and of the bytes.

    Raises:
        Torn: a length over the limit.
    """
    text, blob = HEADER.unpack(header)
    if max(text, blob) > MAX_PART_BYTES:
        raise Torn("frame too long")
    return text, blob


def unpack(text: bytes) -> dict[str, Any]:
    """Return the JSON part.

    Raises:
        Torn: it is no JSON object.
    """
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Torn("no JSON") from None
    if not isinstance(message, dict):
        raise Torn("no object")
    return message
