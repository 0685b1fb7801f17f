"""A span as we know it, and where spans go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

Attribute: TypeAlias = str | int | float | bool


class SpanKind(StrEnum):
    """What a span is to whoever caused it, in OpenTelemetry's words."""

    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"


@dataclass(frozen=True, slots=True)
class Span:
    """Something that took time, over. `own`, `parent` and `links` are trace contexts; without a parent its trace begins with it.

    `failed` is the code or the kind of the error with which it ended. Moments are nanoseconds since 1970.
    """

    name: str
    own: str
    parent: str | None
    kind: SpanKind
    began_ns: int
    ended_ns: int
    attributes: Mapping[str, Attribute]
    failed: str = ""
    links: tuple[str, ...] = ()


class Sink(Protocol):
    """Where spans go."""

    def record(self, span: Span) -> None:
        """Take a span. It must not fail and not wait."""

    def stop(self, timeout_seconds: float) -> None:
        """Send what is left, for so long at most; then take no more. Blocks."""
