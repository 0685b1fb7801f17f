"""What the consumer hands to a unit of work and what it gets back: the seam between the broker and the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar, cast

from shared.contracts.envelope import Event, publisher_of

E = TypeVar("E", bound=Event)
T = TypeVar("T")
C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as it came off the queue.

    `attempt` counts from 0 and is our own header: the number of times it went through the retry ladder. `redelivered` is the broker's
    flag: somebody had it before and did not acknowledge it. `replayed` says that an operator sent it again. `publisher` is the login that
    first published it, as far as the broker vouches for it (ADR 19); empty where nobody does.
    """

    body: bytes
    message_id: str
    type: str
    attempt: int = 0
    redelivered: bool = False
    replayed: bool = False
    headers: Mapping[str, Any] = field(default_factory=dict)
    publisher: str = ""

    @property
    def forged(self) -> bool:
        """Whether it speaks in another's name, or in nobody's."""
        return self.publisher != publisher_of(self.type)

    @property
    def seen_before(self) -> bool:
        """Whether an earlier attempt may have left a trace in the database."""
        return self.redelivered or self.replayed or self.attempt > 0


@dataclass(frozen=True, slots=True)
class Done:
    """A message handled and committed: acknowledge it."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A message handled before, by its inbox row: acknowledge it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """A message for later: publish a copy to the retry ladder, then acknowledge. `after_seconds` None means by the ladder.

    `endless`: it is given up never, and waits for whoever has to do something first.
    """

    reason: str
    after_seconds: float | None = None
    endless: bool = False


@dataclass(frozen=True, slots=True)
class Dead:
    """A message given up, its reason already in `parked`: dead-letter it, then acknowledge."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A message while the database is down: acknowledge nothing, publish nothing, pause."""

    reason: str


Outcome: TypeAlias = Done | Duplicate | Retry | Dead | Unavailable


@dataclass(frozen=True, slots=True)
class Context:
    """The cause of what happens: goes into every event that is emitted."""

    correlation_id: str
    causation_id: str | None
    traceparent: str


@dataclass(frozen=True, slots=True)
class Meta:
    """The envelope of the message in hand, without its data."""

    message_id: str
    type: str
    source: str
    subject: str
    sequence: int
    occurred_at: datetime
    correlation_id: str
    causation_id: str | None
    traceparent: str
    attempt: int


@dataclass(frozen=True, slots=True)
class EventRoute(Generic[E, T]):
    """One event and the handler for one message of it. `prefetch` lets a batch of fifty cost one query instead of fifty.

    `convert`, where there is one, is called once for each message; `handle` and `prefetch` get what it returns (see `converting`).
    """

    event: type[E]
    handle: Callable[[T, E, Meta], Awaitable[None]]
    prefetch: Callable[[T, Sequence[E]], Awaitable[None]] | None = None
    convert: Callable[[E], Any] | None = None


def converting(
    event: type[E],
    convert: Callable[[E], C],
    handle: Callable[[T, C, Meta], Awaitable[None]],
    prefetch: Callable[[T, Sequence[C]], Awaitable[None]] | None = None,
) -> EventRoute[E, T]:
    """Route an event whose wire contract becomes the service's own words first. What `convert` raises is judged as a handler's error is."""
    return EventRoute(event, cast("Any", handle), cast("Any", prefetch), convert)


AnyEventRoute: TypeAlias = EventRoute[Any, T]


def routing(routes: Sequence[AnyEventRoute[T]]) -> Mapping[str, AnyEventRoute[T]]:
    """Return the routes by event type.

    Raises:
        ValueError: two routes for one type.
    """
    table = {route.event.type: route for route in routes}
    if len(table) != len(routes):
        raise ValueError("two routes for one event type")
    return table
