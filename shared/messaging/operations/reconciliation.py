"""Conservation over everything: each service's own accounts, and every event from outbox to inbox held against the broker's queues.

The databases and the queues can't be read at one moment, and a message in a consumer's hands is in neither. On a running system a book is
therefore read again for some seconds before it counts as unbalanced; a loss stays, a movement does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from shared.clock import monotonic_seconds
from shared.contracts.registry import CONSUMERS
from shared.messaging.broker.queue_browser import QueueBrowser
from shared.messaging.layout.model import LADDER, UNROUTED, dead_queue, retry_queue
from shared.messaging.operations import accounting
from shared.messaging.operations.accounting import Flow, Tally
from shared.messaging.operations.stuck_messages import StuckMessages
from shared.mongo import Mongo

SETTLE_SECONDS: Final = 10.0  # a unit of work takes milliseconds; a retry copy waits in a queue and is seen there
_SHOWN: Final = 1_000  # ids of one account: more than anybody looks at one by one
_AGAIN_SECONDS: Final = 0.5  # between two readings


@dataclass(frozen=True, slots=True)
class Line:
    """One account of one service."""

    service: str
    name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Post:
    """The messages on their way to a consumer, and what its queues hold. The queues may hold more (a repeat), never less."""

    consumer: str
    on_the_way: int
    queued: int
    waiting: int
    unrecorded: int
    unrouted: int

    @property
    def held(self) -> int:
        """The number of messages for this consumer that the broker has."""
        return self.queued + self.waiting + self.unrecorded + self.unrouted

    @property
    def lost(self) -> int:
        """The number on the way and nowhere."""
        return max(0, self.on_the_way - self.held)


@dataclass(frozen=True, slots=True)
class Report:
    """Both books."""

    lines: tuple[Line, ...]
    flows: tuple[Flow, ...]
    posts: tuple[Post, ...]

    @property
    def balanced(self) -> bool:
        """Whether nothing is missing and nothing counted twice."""
        accounts = all(line.tally.missing == 0 for line in self.lines)
        return accounts and all(flow.on_the_way >= 0 for flow in self.flows) and all(post.lost == 0 for post in self.posts)

    @property
    def total(self) -> Tally:
        """The sum of all accounts."""
        return sum((line.tally for line in self.lines), Tally(0, 0, 0, 0))


async def read(mongo: Mongo, databases: Mapping[str, str], letters: QueueBrowser, messages: StuckMessages) -> Report:
    """Read both books once: databases first, then what the broker holds.

    Raises:
        ConnectionLost: the broker is not there.
        DatabaseUnavailable: MongoDB is not there.
    """
    lines = [
        Line(service, name, tally)
        for service, database in databases.items()
        for name, tally in (await accounting.take(mongo, database)).items()
    ]
    flows = await accounting.flows(mongo, databases)
    unrouted = [letter.delivery.type for letter in await messages.unrouted()]
    posts = [await _post(service, flows, unrouted, letters, messages) for service in databases]
    return Report(tuple(lines), tuple(flows), tuple(posts))


async def settle(
    mongo: Mongo, databases: Mapping[str, str], letters: QueueBrowser, messages: StuckMessages, seconds: float = SETTLE_SECONDS
) -> Report:
    """Read until balanced, for at most `seconds`; return the last reading.

    Raises:
        ConnectionLost: the broker is not there.
        DatabaseUnavailable: MongoDB is not there.
    """
    deadline = monotonic_seconds() + seconds
    while True:
        found = await read(mongo, databases, letters, messages)
        if found.balanced or monotonic_seconds() >= deadline:
            return found
        await asyncio.sleep(_AGAIN_SECONDS)


async def _post(service: str, flows: Sequence[Flow], unrouted: Sequence[str], letters: QueueBrowser, messages: StuckMessages) -> Post:
    mine = {event.type for event in CONSUMERS.get(service, ())}
    return Post(
        consumer=service,
        on_the_way=sum(flow.on_the_way + flow.replayed for flow in flows if flow.consumer == service),
        queued=await letters.depth(service),
        waiting=sum([await letters.depth(retry_queue(service, step)) for step in LADDER]),
        unrecorded=len(await messages.unrecorded(service)),
        unrouted=sum(1 for event_type in unrouted if event_type in mine),
    )


def table(balance: Report) -> str:
    """Return the report for people: three small tables."""
    accounts = [_row(line.service, line.name, *_four(line.tally), line.tally.missing) for line in balance.lines]
    flows = [
        _row(flow.publisher, f"-> {flow.consumer}", *_four(flow.tally), "") for flow in balance.flows if flow.published or flow.on_the_way
    ]
    posts = [
        _row(post.consumer, f"{post.on_the_way} on the way", post.queued, post.waiting, post.unrecorded, post.unrouted, post.lost)
        for post in balance.posts
    ]
    whole = balance.total
    return "\n".join(
        [
            _row("service", "account", "accepted", "finished", "parked", "in flight", "missing"),
            *accounts,
            _row("all", "", *_four(whole), whole.missing),
            "",
            _row("publisher", "events", "published", "handled", "parked", "in flight", ""),
            *flows,
            "",
            _row("consumer", "sent", "in queue", "in retry", "dead", "unrouted", "lost"),
            *posts,
            "",
            "balanced" if balance.balanced else "NOT BALANCED",
        ]
    )


def as_data(balance: Report) -> dict[str, Any]:
    """Return the report for machines."""
    return {
        "balanced": balance.balanced,
        "accounts": [
            {"service": line.service, "name": line.name, **asdict(line.tally), "missing": line.tally.missing} for line in balance.lines
        ],
        "all": {**asdict(balance.total), "missing": balance.total.missing},
        "flows": [{**_counts(flow), "on_the_way": flow.on_the_way} for flow in balance.flows],
        "queues": [{**asdict(post), "lost": post.lost} for post in balance.posts],
    }


async def missing(mongo: Mongo, databases: Mapping[str, str], letters: QueueBrowser, balance: Report) -> list[str]:
    """Return a line for each thing that a report misses: what was accepted and is in no state, and messages that are nowhere.

    Raises:
        ConnectionLost: the broker is not there.
        DatabaseUnavailable: MongoDB is not there.
    """
    found: list[str] = []
    for line in balance.lines:
        if line.tally.missing > 0:
            ids = (await accounting.unaccounted(mongo, databases[line.service], _SHOWN))[line.name]
            found += [f"{line.service} {line.name}: {each}" for each in ids]
    for post in balance.posts:
        if post.lost:
            queues = (post.consumer, *(retry_queue(post.consumer, step) for step in LADDER), dead_queue(post.consumer), UNROUTED)
            held = {letter.delivery.message_id for queue in queues for letter in await letters.read(queue)}
            flows = [flow for flow in balance.flows if flow.consumer == post.consumer]
            found += [f"{flow.publisher} -> {flow.consumer}: {each}" for flow in flows for each in flow.ids if each not in held]
    return found


def _counts(flow: Flow) -> dict[str, Any]:
    return {name: value for name, value in asdict(flow).items() if name != "ids"}


def _four(tally: Tally) -> tuple[int, int, int, int]:
    return tally.accepted, tally.finished, tally.parked, tally.in_flight


def _row(first: object, second: object, *numbers: object) -> str:
    return f"{first!s:<14}{second!s:<20}" + "".join(f"{number!s:>11}" for number in numbers)
