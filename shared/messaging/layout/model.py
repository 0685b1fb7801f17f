"""The broker's layout as data: exchanges, queues, bindings, policies and users. Nothing here talks to a broker.

    events (topic, alternate exchange unrouted)        what services tell each other
      <service>                                        the one queue of a service
    retry.<service> (direct)                           that service alone writes here, and the operator: ADR 19
      <service>.retry.5s / .1m / .10m                  waiting rooms; their TTL brings a message back to <service>
    dead.<service> (direct)                            that service alone writes here, and the operator
      <service>.dead                                   what can't be handled; emptied only by `admin`
    staff (topic, alternate exchange unrouted)         what staff consoles are told
      console.<name>                                   announcements only, length-limited; the work itself is in MongoDB
    unrouted (fanout)
      unrouted                                         what no queue took

A queue's only argument is its type, because arguments can't be changed later and a changed one takes services down in a rolling deploy.
Everything else (TTL, limits, dead-letter target) is a policy and can be changed on a running broker.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from shared.contracts.envelope import publisher_of
from shared.contracts.registry import CONSOLES, CONSUMERS, UPCASTERS
from shared.contracts.registry import EVENTS as EVENT_TYPES

EVENTS: Final = "events"
STAFF: Final = "staff"
UNROUTED: Final = "unrouted"

DELIVERY_LIMIT: Final = 50  # redeliveries; RabbitMQ 4.x would dead-letter after 20, 3.10 never: one number for both
NO_DELIVERY_LIMIT: Final = 1_000_000_000  # 4.x knows -1, 3.10 refuses it; nothing is ever redelivered that often
WORK_MAX_MESSAGES: Final = 500_000  # months of this office's load; beyond it publishers are refused and keep their rows in the outbox
CONSOLE_MAX_MESSAGES: Final = 1_000  # a console that was away longer than this reads the list of tasks instead
CONSOLE_NAME: Final = r"[a-z][a-z0-9]{0,31}"
CONSOLE_TTL_MS: Final = 86_400_000  # one day: an announcement older than that helps nobody

OPERATOR: Final = "operator"
"""The user of the `admin` command: reads every queue, replays."""
RETIRED_EXCHANGES: Final = ("retry", "dead")
"""Of an older layout, shared by all services. Nobody may write to them any more, and no consumer listens to them."""
RETIRED_USERS: Final = ("console",)
"""Of an older layout: one user for all consoles."""


@dataclass(frozen=True, slots=True)
class RetryDelay:
    """One rung of the retry ladder: a queue per delay, because a message's TTL is only looked at at the head of a queue."""

    name: str
    seconds: float


LADDER: Final = (RetryDelay("5s", 5), RetryDelay("1m", 60), RetryDelay("10m", 600))


def retry_queue(service: str, step: RetryDelay) -> str:
    """Return the name of the waiting room, which is also its routing key on `retry.<service>`."""
    return f"{service}.retry.{step.name}"


def dead_queue(service: str) -> str:
    """Return the queue of what the service can't handle."""
    return f"{service}.dead"


def retry_exchange(service: str) -> str:
    """Return the exchange to and from a service's waiting rooms."""
    return f"retry.{service}"


def dead_exchange(service: str) -> str:
    """Return the exchange of what a service can't handle."""
    return f"dead.{service}"


def console_queue(name: str) -> str:
    """Return the name of a staff console's queue, which is also its user's."""
    return f"console.{name}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A durable exchange."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Binding:
    """The way of messages with `key` from `exchange` to `queue`."""

    exchange: str
    queue: str
    key: str


@dataclass(frozen=True, slots=True)
class QueuePolicy:
    """The settings that a running broker can change. Exactly one policy applies to a queue, so each names all that queue needs."""

    name: str
    pattern: str
    applies_to: str
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class User:
    """A user's rights in the vhost, as regular expressions. Nobody may configure: the layout changes through `topology` alone.

    `publishes` is a pattern of routing keys on the topic exchanges: a service can't speak in another's name.
    """

    name: str
    write: str
    read: str
    publishes: str = "^$"
    configure: str = "^$"


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything the broker must have."""

    exchanges: tuple[Exchange, ...]
    queues: tuple[str, ...]
    bindings: tuple[Binding, ...]
    policies: tuple[QueuePolicy, ...]
    users: tuple[User, ...]
    services: tuple[str, ...] = field(default=())


_EXCHANGES: Final = (Exchange(EVENTS, "topic"), Exchange(STAFF, "topic"), Exchange(UNROUTED, "fanout"))


def build(
    consumers: Mapping[str, Sequence[str]],
    consoles: Mapping[str, Sequence[str]],
    ladder: Sequence[RetryDelay] = LADDER,
) -> Layout:
    """Lay out queues for services (name -> event types it takes) and staff consoles (name -> event types it is told).

    Args:
        consumers: A service with no types still gets its queues: it can be replayed to.
        consoles: Queue `console.<name>` for each.
        ladder: Names must be those of `LADDER`; a test may make the waits shorter.
    """
    exchanges: list[Exchange] = list(_EXCHANGES)
    queues: list[str] = []
    bindings: list[Binding] = []
    policies: list[QueuePolicy] = [_alternate_policy()]
    users: list[User] = []
    announcers = {publisher_of(event_type) for types in consoles.values() for event_type in types}
    for service, types in consumers.items():
        exchanges += [Exchange(retry_exchange(service), "direct"), Exchange(dead_exchange(service), "direct")]
        queues += [service, *(retry_queue(service, step) for step in ladder), dead_queue(service)]
        bindings += _service_bindings(service, types, ladder)
        policies += _service_policies(service, ladder)
        users.append(_service_user(service, announces=service in announcers))
    for name, types in consoles.items():
        queues.append(console_queue(name))
        bindings += _console_bindings(name, types)
        users.append(_console_user(name))
    queues.append(UNROUTED)
    bindings.append(Binding(UNROUTED, UNROUTED, ""))
    policies += _kept_policies()
    users.append(User(OPERATOR, write=rf"^({EVENTS}|{STAFF}|(retry|dead)\.[a-z]+)$", read=".*", publishes=".*"))
    return Layout(tuple(exchanges), tuple(queues), tuple(bindings), tuple(policies), tuple(users), tuple(consumers))


def console(name: str) -> Layout:
    """Lay out one more staff console: a queue that is told everything, and a user that reads this queue and nothing else.

    Raises:
        ValueError: a name must be a word of small letters and digits.
    """
    if not re.fullmatch(CONSOLE_NAME, name):
        raise ValueError(f"{name!r}: a console's name is a word of small letters and digits, at most 32, such as counter2")
    types = _with_old_versions(event.type for event in EVENT_TYPES if event.exchange == STAFF)
    return Layout((), (console_queue(name),), tuple(_console_bindings(name, types)), (), (_console_user(name),))


def product(ladder: Sequence[RetryDelay] = LADDER) -> Layout:
    """Return the product's layout: who consumes what comes from the registry of contracts.

    A queue is also bound to every old version that an upcaster leads to one it consumes, so that publishers of the last release are heard.
    """
    return build(
        {service: _with_old_versions(event.type for event in events) for service, events in CONSUMERS.items()},
        {name: _with_old_versions(event.type for event in events) for name, events in CONSOLES.items()},
        ladder,
    )


def _with_old_versions(present: Iterable[str]) -> tuple[str, ...]:
    types = list(present)
    for known in types:  # grows while it is walked: a chain of upcasters is followed to its oldest link
        types += [old for old, (new, _) in UPCASTERS.items() if new == known]
    return tuple(types)


def _service_bindings(service: str, types: Sequence[str], ladder: Sequence[RetryDelay]) -> list[Binding]:
    return [
        *(Binding(EVENTS, service, event_type) for event_type in types),
        *(Binding(retry_exchange(service), retry_queue(service, step), retry_queue(service, step)) for step in ladder),
        Binding(retry_exchange(service), service, service),  # where waiting rooms empty to, and how `admin` replays to one service alone
        Binding(dead_exchange(service), dead_queue(service), service),
    ]


def _alternate_policy() -> QueuePolicy:
    return QueuePolicy("alternate", f"^({EVENTS}|{STAFF})$", "exchanges", {"alternate-exchange": UNROUTED})


def _service_policies(service: str, ladder: Sequence[RetryDelay]) -> list[QueuePolicy]:
    lossless: dict[str, Any] = {"dead-letter-strategy": "at-least-once", "overflow": "reject-publish", "max-length": WORK_MAX_MESSAGES}
    lossless |= {"delivery-limit": DELIVERY_LIMIT, "dead-letter-routing-key": service}
    work = {**lossless, "dead-letter-exchange": dead_exchange(service)}
    waiting = {**lossless, "dead-letter-exchange": retry_exchange(service)}
    return [
        QueuePolicy(f"work.{service}", f"^{service}$", "queues", work),
        *(
            QueuePolicy(
                retry_queue(service, step),
                f"^{service}\\.retry\\.{step.name}$",
                "queues",
                {**waiting, "message-ttl": round(step.seconds * 1000)},
            )
            for step in ladder
        ),
    ]


def _kept_policies() -> list[QueuePolicy]:
    # Neither of these has a dead-letter target, so neither may count deliveries: 4.x drops a message at the limit.
    kept = {"delivery-limit": NO_DELIVERY_LIMIT, "overflow": "reject-publish"}
    announced = {
        "delivery-limit": NO_DELIVERY_LIMIT,
        "overflow": "drop-head",
        "max-length": CONSOLE_MAX_MESSAGES,
        "message-ttl": CONSOLE_TTL_MS,
    }
    return [
        QueuePolicy("dead", r"^[a-z]+\.dead$", "queues", kept),
        QueuePolicy("unrouted", f"^{UNROUTED}$", "queues", {**kept, "max-length": WORK_MAX_MESSAGES}),
        QueuePolicy("console", r"^console\.", "queues", announced),
    ]


def _service_user(service: str, *, announces: bool) -> User:
    topics = f"{EVENTS}|{STAFF}" if announces else EVENTS
    return User(service, write=rf"^({topics}|(retry|dead)\.{service})$", read=rf"^{service}(\.dead)?$", publishes=rf"^{service}\.")


def _console_bindings(name: str, types: Iterable[str]) -> list[Binding]:
    return [Binding(STAFF, console_queue(name), event_type) for event_type in types]


def _console_user(name: str) -> User:
    return User(console_queue(name), write="^$", read=rf"^console\.{name}$")
