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
from shared.messaging.layout.model import EVENTS, OPERATOR, RETIRED_EXCHANGES, dead_exchange, retry_exchange

MAX_BODY_BYTES: Final = 1024 * 1024  # files travel by reference; RabbitMQ 4.x takes at most 16 MiB, and a body is held in memory by all
MAX_ID_BYTES: Final = 255  # AMQP 0-9-1 short string

ATTEMPT: Final = "x-attempt"  # ours, because brokers ignore x-death on a message that is published again
REPLAYED: Final = "x-replayed"  # an operator sent it again
REASON: Final = "x-reason"  # on dead letters and retries: the stable code
NOT_BEFORE: Final = "x-not-before"  # POSIX milliseconds: a wait longer than the ladder's last rung goes round until then
TRACEPARENT: Final = "traceparent"  # W3C Trace Context
PUBLISHER: Final = "x-publisher"  # on copies: who published the first one. Believed only where its writer could be nobody else (ADR 19)
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
        Undecodable: `not_json`, `envelope_invalid`, `id_mismatch` or `type_mismatch` where the message's id or type is not its envelope's.
    """
    envelope = registry.decode(delivery.body)
    if envelope.id != delivery.message_id:
        raise registry.Undecodable("id_mismatch")
    if envelope.type != delivery.type:  # whether its publisher may say that was judged by the message's own
        raise registry.Undecodable("type_mismatch")
    return envelope


def receive(message: DeliveredMessage) -> Delivery:
    """Convert a message of the library, whoever made it. Never fails: what is missing or foreign is judged later."""
    known = message.header.properties
    headers: dict[str, Any] = dict(known.headers or {})
    received = Delivery(
        body=message.body,
        message_id=known.message_id or _id_of("unnamed", message.body),
        type=known.message_type or message.routing_key or "",
        attempt=_count(headers.get(ATTEMPT)),
        redelivered=bool(message.redelivered),
        replayed=bool(headers.get(REPLAYED)),
        headers=headers,
        publisher=_publisher(known.user_id or "", message.exchange or "", headers),
    )
    if received.forged and message.exchange not in RETIRED_EXCHANGES:
        # It must not stand in for the message whose id it bears: not in `parked`, not among the dead letters.
        return replace(received, message_id=_id_of("forged", message.body))
    return received


def copy(delivery: Delivery, exchange: str, routing_key: str, **headers: Any) -> Outgoing:
    """Return the same message for another exchange: same id, type and bytes, our own headers, `headers` on top.

    A header name is given with underscores (`x_attempt`); a None takes it away. The broker's own headers (x-death and its kin) stay
    behind: on a message published again they would only mislead.
    """
    kept = {name: value for name, value in delivery.headers.items() if name in _OURS and _can_be_sent(value)}
    kept[PUBLISHER] = delivery.publisher  # empty too: else it would be the one who made the copy
    kept |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Outgoing(
        exchange=exchange,
        routing_key=routing_key,
        message_id=delivery.message_id,
        type=delivery.type,
        body=delivery.body,
        headers={name: value for name, value in kept.items() if value is not None},
    )


def not_before(delivery: Delivery) -> float | None:
    """Return until when it must wait, in POSIX seconds; None when nothing sensible is said."""
    value = delivery.headers.get(NOT_BEFORE)
    return value / 1000 if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _FAR_FUTURE_MS else None


def _can_be_sent(value: object) -> bool:
    return isinstance(value, str | int)  # the library reads more kinds than it writes: bytes, for one


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _publisher(user: str, exchange: str, headers: Mapping[str, Any]) -> str:
    """Return the login that first published a message, by what only the broker or that login could have written.

    The broker lets nobody set another's `user-id`. On a service's own retry and dead exchanges only that service and the operator write, so
    there the header of a copy says who published what was copied; what the broker moved there itself still bears its first publisher's
    `user-id`. The operator speaks for others in marked replays alone.
    """
    if user == OPERATOR:
        trusted = bool(headers.get(REPLAYED))
    else:  # nearly everything comes by `events`
        trusted = bool(user) and exchange != EVENTS and exchange in (retry_exchange(user), dead_exchange(user))
    first = headers.get(PUBLISHER, user) if trusted else user
    return first if isinstance(first, str) else ""


def _id_of(kind: str, body: bytes) -> str:
    # A message without an id of its own is named by its bytes, so that a second copy is seen as one.
    return f"{kind}-{hashlib.sha256(body).hexdigest()}"
