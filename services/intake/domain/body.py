"""The reader of signed webhook bodies, however odd: a valid signature is never refused.

What a strict reader accepts is kept as it is. Anything else is repaired as little as possible, so that the good messages of a batch are
answered though one of them is odd; then, or where nothing can be read, the bytes themselves are stored as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

MAX_DEPTH: Final = 100  # levels of lists and objects; the deepest shape Meta documents has 12, and what writes JSON fails beyond 254
_MAX_DIGITS: Final = 18  # digits that fit 64 bits whatever they are; longer numbers become their text
_TOO_DEEP: Final = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Body:
    """A webhook body as read. `raw`: the bytes as text, if they were not plain JSON; `readable`: whether `content` could be read."""

    content: Any
    readable: bool = True
    raw: str | None = None


def read_body(body: bytes) -> Body:
    """Read a whole body. Never raises."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _mended(body)
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:  # can't be deeper: nearly every body, and no walk through it
        return Body(content)
    depth = _depth(content)
    return Body(content) if depth <= MAX_DEPTH else Body(_storable(content, MAX_DEPTH), raw=_text(body))


def _mended(body: bytes) -> Body:
    """Read what is not quite JSON: a lone surrogate, NaN, a byte order mark, bytes that are no UTF-8, control characters, huge numbers."""
    raw = _text(body)
    try:
        content = json.loads(raw, strict=False, parse_int=_integer, parse_float=_decimal, parse_constant=_nothing)
    except (ValueError, RecursionError):
        return Body(None, readable=False, raw=raw)
    return Body(_storable(content, MAX_DEPTH), raw=raw)


def _text(body: bytes) -> str:
    return body.decode("utf-8-sig", "replace")


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MAX_DIGITS else digits


def _decimal(digits: str) -> float | str:
    number = float(digits)
    return digits if number in (float("inf"), float("-inf")) else number


def _nothing(_name: str) -> None:
    """Return None for NaN and Infinity."""


def _storable(value: Any, levels: int) -> Any:
    """Return the value with U+FFFD in place of lone surrogates, cut off below so many levels."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if not isinstance(value, (list, Mapping)):
        return value
    if levels == 0:
        return _TOO_DEEP
    if isinstance(value, list):
        return [_storable(item, levels - 1) for item in value]
    return {_storable(name, 1): _storable(item, levels - 1) for name, item in value.items()}


def _depth(value: Any) -> int:
    """Count the levels of a value; without recursion, for the deepest values are deeper than Python's stack."""
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, (list, dict))]:
        depth += 1
        level = [inner for item in level for inner in (item if isinstance(item, list) else item.values())]
    return depth
