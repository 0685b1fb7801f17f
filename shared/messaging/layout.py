"""The broker's layout as data: exchanges, queues, bindings, policies and users. Nothing here talks to a broker.

    events (topic, alternate exchange unrouted)        what services tell each other
      <service>                                        the one queue of a service
    retry (direct)
      <service>.retry.5s / .1m / .10m                  waiting rooms; their TTL brings a message back to <service>
    dead (direct)
      <service>.dead                                   what can't be handled; emptied only by `admin`
    staff (topic, alternate exchange unrouted)         what staff consoles are told
      console.<name>                                   announcements only, length-limited; the work itself is in MongoDB
    unrouted (fanout)
      unrouted                                         what no queue took

A queue's only argument is its type, because arguments can't be changed later and a changed one takes services down in a rolling deploy.
Everything else (TTL, limits, dead-letter target) is a policy and can be changed on a running broker.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from shared.contracts.registry import CONSOLES, CONSUMERS, UPCASTERS

EVENTS: Final = "events"
RETRY: Final = "retry"
DEAD: Final = "dead"
STAFF: Final = "staff"
UNROUTED: Final = "unrouted"

DELIVERY_LIMIT: Final = 50  # redeliveries; RabbitMQ 4.x would dead-letter after 20, 3.10 never: one number for both
NO_DELIVERY_LIMIT: Final = 1_000_000_000  # 4.x knows -1, 3.10 refuses it; nothing is ever redelivered that often
WORK_MAX_MESSAGES: Final = 500_000  # months of this office's load; beyond it publishers are refused and keep their rows in the outbox
CONSOLE_MAX_MESSAGES: Final = 1_000  # a console that was away longer than this reads the list of tasks instead
CONSOLE_TTL_MS: Final = 86_400_000  # one day: an announcement older than that helps nobody

OPERATOR: Final = "operator"
"""The user of the `admin` command: reads every queue, replays."""
CONSOLE_USER: Final = "console"
"""The user of staff consoles."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of the retry ladder: a queue per delay, because a message's TTL is only looked at at the head of a queue."""

    name: str
    seconds: float


LADDER: Final = (Step("5s", 5), Step("1m", 60), Step("10m", 600))


def retry_queue(service: str, step: Step) -> str:
    """Name of the waiting room, which is also its routing key on `retry`."""
    return f"{service}.retry.{step.name}"


def dead_queue(service: str) -> str:
    """Name of the queue of what the service can't handle."""
    return f"{service}.dead"


def console_queue(name: str) -> str:
    """Name of a staff console's queue."""
    return f"console.{name}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A durable exchange."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Binding:
    """Messages of `exchange` with `key` go to `queue`."""

    exchange: str
    queue: str
    key: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be changed on a running broker. Exactly one policy applies to a queue, so each names everything that queue needs."""

    name: str
    pattern: str
    applies_to: str
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class User:
    """Rights inside the vhost, as regular expressions. Nobody may configure: the layout changes through `topology` alone.

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
    policies: tuple[Policy, ...]
    users: tuple[User, ...]
    services: tuple[str, ...] = field(default=())


_EXCHANGES: Final = (
    Exchange(EVENTS, "topic"),
    Exchange(STAFF, "topic"),
    Exchange(RETRY, "direct"),
    Exchange(DEAD, "direct"),
    Exchange(UNROUTED, "fanout"),
)


def build(
    consumers: Mapping[str, Sequence[str]],
    consoles: Mapping[str, Sequence[str]],
    ladder: Sequence[Step] = LADDER,
) -> Layout:
    """Lay out queues for services (name -> event types it takes) and staff consoles (name -> event types it is told).

    Args:
        consumers: A service with no types still gets its queues: it can be replayed to.
        consoles: Queue `console.<name>` for each.
        ladder: Names must be those of `LADDER`; a test may make the waits shorter.
    """
    queues: list[str] = []
    bindings: list[Binding] = []
    policies: list[Policy] = [_alternate_policy()]
    users: list[User] = []
    for service, types in consumers.items():
        queues += [service, *(retry_queue(service, step) for step in ladder), dead_queue(service)]
        bindings += _service_bindings(service, types, ladder)
        policies += _service_policies(service, ladder)
        users.append(_service_user(service))
    for name, types in consoles.items():
        queues.append(console_queue(name))
        bindings += [Binding(STAFF, console_queue(name), event_type) for event_type in types]
    queues.append(UNROUTED)
    bindings.append(Binding(UNROUTED, UNROUTED, ""))
    policies += _kept_policies()
    users += [
        User(CONSOLE_USER, write="^$", read=r"^console\."),
        User(OPERATOR, write=f"^({EVENTS}|{RETRY}|{DEAD}|{STAFF})$", read=".*", publishes=".*"),
    ]
    return Layout(_EXCHANGES, tuple(queues), tuple(bindings), tuple(policies), tuple(users), tuple(consumers))


def product(ladder: Sequence[Step] = LADDER) -> Layout:
    """The product's layout: who consumes what comes from the registry of contracts.

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


def _service_bindings(service: str, types: Sequence[str], ladder: Sequence[Step]) -> list[Binding]:
    return [
        *(Binding(EVENTS, service, event_type) for event_type in types),
        *(Binding(RETRY, retry_queue(service, step), retry_queue(service, step)) for step in ladder),
        Binding(RETRY, service, service),  # where waiting rooms empty to, and how `admin` replays to one service alone
        Binding(DEAD, dead_queue(service), service),
    ]


def _alternate_policy() -> Policy:
    return Policy("alternate", f"^({EVENTS}|{STAFF})$", "exchanges", {"alternate-exchange": UNROUTED})


def _service_policies(service: str, ladder: Sequence[Step]) -> list[Policy]:
    lossless = {"dead-letter-strategy": "at-least-once", "overflow": "reject-publish", "max-length": WORK_MAX_MESSAGES}
    work = {**lossless, "delivery-limit": DELIVERY_LIMIT, "dead-letter-exchange": DEAD, "dead-letter-routing-key": service}
    waiting = {**lossless, "delivery-limit": DELIVERY_LIMIT, "dead-letter-exchange": RETRY, "dead-letter-routing-key": service}
    return [
        Policy(f"work.{service}", f"^{service}$", "queues", work),
        *(
            Policy(
                retry_queue(service, step),
                f"^{service}\\.retry\\.{step.name}$",
                "queues",
                {**waiting, "message-ttl": round(step.seconds * 1000)},
            )
            for step in ladder
        ),
    ]


def _kept_policies() -> list[Policy]:
    # Neither of these has a dead-letter target, so neither may count deliveries: 4.x drops a message at the limit.
    kept = {"delivery-limit": NO_DELIVERY_LIMIT, "overflow": "reject-publish"}
    announced = {
        "delivery-limit": NO_DELIVERY_LIMIT,
        "overflow": "drop-head",
        "max-length": CONSOLE_MAX_MESSAGES,
        "message-ttl": CONSOLE_TTL_MS,
    }
    return [
        Policy("dead", r"^[a-z]+\.dead$", "queues", kept),
        Policy("unrouted", f"^{UNROUTED}$", "queues", {**kept, "max-length": WORK_MAX_MESSAGES}),
        Policy("console", r"^console\.", "queues", announced),
    ]


def _service_user(service: str) -> User:
    return User(service, write=f"^({EVENTS}|{RETRY}|{DEAD}|{STAFF})$", read=f"^{service}$", publishes=f"^{service}\\.")
