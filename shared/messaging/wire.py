"""What a message looks like on the broker: the envelope's frozen bytes as the body, and a few properties and headers of our own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from aiormq.abc import DeliveredMessage

from shared.contracts import registry
from shared.contracts.envelope import Envelope
from shared.messaging.delivery import Delivery

MAX_BODY_BYTES: Final = 1024 * 1024  # files travel by reference; RabbitMQ 4.x takes at most 16 MiB, and a body is held in memory by all
MAX_ID_BYTES: Final = 255  # AMQP 0-9-1 short string

ATTEMPT: Final = "x-attempt"  # ours, because brokers ignore x-death on a message that is published again
REPLAYED: Final = "x-replayed"  # an operator sent it again
REASON: Final = "x-reason"  # on dead letters and retries: the stable code
NOT_BEFORE: Final = "x-not-before"  # POSIX milliseconds: a wait longer than the ladder's last rung goes round until then
TRACEPARENT: Final = "traceparent"  # W3C Trace Context
_OURS: Final = frozenset({ATTEMPT, REPLAYED, REASON, NOT_BEFORE, TRACEPARENT})
_FAR_FUTURE_MS: Final = 4_102_444_800_000  # the year 2100: later than that is no moment but a mistake


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way to the broker."""

    exchange: str
    routing_key: str
    message_id: str
    type: str
    body: bytes
    correlation_id: str | None = None
    headers: Mapping[str, Any] = field(default_factory=dict)


def encode(envelope: Envelope, exchange: str, body: bytes | None = None) -> Outgoing:
    """Shape an event for its exchange; the routing key is its type. `body` are the bytes frozen in the outbox, where there are any."""
    return Outgoing(
        exchange=exchange,
        routing_key=envelope.type,
        message_id=envelope.id,
        type=envelope.type,
        body=registry.encode(envelope) if body is None else body,
        correlation_id=envelope.correlation_id,
        headers={TRACEPARENT: envelope.traceparent},
    )


def decode(delivery: Delivery) -> Envelope:
    """Read the envelope of a delivery and hold it against the message's own properties.

    Raises:
        Undecodable: `not_json`, `envelope_invalid`, or `id_mismatch` where the message's id is not its envelope's.
    """
    envelope = registry.decode(delivery.body)
    if envelope.id != delivery.message_id:
        raise registry.Undecodable("id_mismatch")
    return envelope


def receive(message: DeliveredMessage) -> Delivery:
    """Take a message off the queue, whoever made it. Never fails: what is missing or foreign is judged by the unit of work."""
    known = message.header.properties
    headers: dict[str, Any] = dict(known.headers or {})
    return Delivery(
        body=message.body,
        message_id=known.message_id or _id_of(message.body),
        type=known.message_type or message.routing_key or "",
        attempt=_count(headers.get(ATTEMPT)),
        redelivered=bool(message.redelivered),
        replayed=bool(headers.get(REPLAYED)),
        headers=headers,
    )


def copy(delivery: Delivery, exchange: str, routing_key: str, **headers: Any) -> Outgoing:
    """The same message for another exchange: same id, type and bytes, our own headers, `headers` on top.

    A header name is given with underscores (`x_attempt`); a None takes it away. The broker's own headers (x-death and its kin) stay
    behind: on a message published again they would only mislead.
    """
    kept = {name: value for name, value in delivery.headers.items() if name in _OURS and _can_be_sent(value)}
    kept |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Outgoing(
        exchange=exchange,
        routing_key=routing_key,
        message_id=delivery.message_id,
        type=delivery.type,
        body=delivery.body,
        headers={name: value for name, value in kept.items() if value is not None},
    )


def to(message: Outgoing, exchange: str, routing_key: str) -> Outgoing:
    """The same message with another destination."""
    return replace(message, exchange=exchange, routing_key=routing_key)


def not_before(delivery: Delivery) -> float | None:
    """Until when it must wait, in POSIX seconds; None when nothing sensible is said."""
    value = delivery.headers.get(NOT_BEFORE)
    return value / 1000 if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _FAR_FUTURE_MS else None


def _can_be_sent(value: object) -> bool:
    return isinstance(value, str | int)  # the library reads more kinds than it writes: bytes, for one


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _id_of(body: bytes) -> str:
    # A message without an id is not ours; its bytes name it, so that a second copy is seen as one.
    return f"unnamed-{hashlib.sha256(body).hexdigest()}"
