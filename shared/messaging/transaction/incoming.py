"""A message as the unit of work takes it in: read once, with the route that handles it, and what an error means for it."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from shared.contracts.envelope import Event
from shared.contracts.registry import REGISTRY, Undecodable
from shared.errors import AppError, Transient
from shared.ids import child_traceparent
from shared.logs import get
from shared.messaging.broker import wire
from shared.messaging.delivery import AnyEventRoute, Context, Dead, Delivery, Meta, Outcome, Retry
from shared.mongo import is_unavailable, reachable

T = TypeVar("T")

log = get("messaging")


@dataclass(frozen=True)
class IncomingMessage(Generic[T]):
    """A message that could be read, with the route that handles it."""

    index: int
    key: str
    delivery: Delivery
    event: Event
    meta: Meta
    route: AnyEventRoute[T]

    @cached_property
    def content(self) -> Any:
        """The event as its route wants it, converted once. Raises what the route's `convert` raises."""
        return self.event if self.route.convert is None else self.route.convert(self.event)

    @cached_property
    def context(self) -> Context:
        """The cause that its handler's events name, with the trace context of handling it."""
        return Context(self.meta.correlation_id, self.meta.message_id, child_traceparent(self.meta.traceparent))


def read(index: int, key: str, delivery: Delivery, routes: Mapping[str, AnyEventRoute[T]]) -> IncomingMessage[T]:
    """Read the bytes: envelope, data, route.

    Raises:
        Undecodable: it is no message of ours, or nobody here handles it.
    """
    envelope = wire.decode(delivery)
    event = REGISTRY.read(envelope.type, envelope.data)
    route = routes.get(event.type)
    if route is None:
        raise Undecodable("no_route", event.type)
    meta = Meta(
        message_id=envelope.id,
        type=envelope.type,
        source=envelope.source,
        subject=envelope.subject,
        sequence=envelope.sequence,
        occurred_at=envelope.occurred_at,
        correlation_id=envelope.correlation_id,
        causation_id=envelope.causation_id,
        traceparent=envelope.traceparent,
        attempt=delivery.attempt,
    )
    return IncomingMessage(index, key, delivery, event, meta, route)


async def prefetch(tx: T, items: Sequence[IncomingMessage[T]]) -> None:
    """Give each route all its events at once."""
    events: dict[str, tuple[AnyEventRoute[T], list[Any]]] = {}
    for item in items:
        events.setdefault(item.route.event.type, (item.route, []))[1].append(item.content)
    for route, batch in events.values():
        if route.prefetch is not None:
            await route.prefetch(tx, batch)


def judge(error: Exception) -> Outcome:
    """Return what an error of a handler or a flush means for its message (the table in `shared.errors`).

    Raises:
        DatabaseUnavailable: it means nothing for the message; MongoDB is down.
    """
    if is_unavailable(error):
        with reachable():
            raise error
    if isinstance(error, Transient):
        return Retry(error.code, error.after_seconds, endless=error.endless)
    if isinstance(error, AppError):
        return Dead(error.code, error.detail)
    log.error("message.broke", error=type(error).__name__, where=_where(error))  # no traceback: its texts may quote the message
    return Retry(f"unexpected:{type(error).__name__}")


def _where(error: BaseException) -> list[str]:
    """Return the innermost frames as `file:line`."""
    return [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-3:]]
