"""Messages that were not handled: see them, send them again, or decide that they shall not be handled.

| place      | what lies there                                                  | sent again by                   |
| ---------- | ---------------------------------------------------------------- | ------------------------------- |
| `parked`   | the consumer gave it up; its reason is in the consumer's database | `retry.<service>`, to it alone  |
| `refused`  | the broker would not take it from the publisher's outbox         | the publisher's relay           |
| `dead`     | a dead letter that no database knows: the broker gave it up      | `retry.<service>`, to it alone  |
| `unrouted` | no queue took it                                                 | the exchange it was sent to     |
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final

from shared.clock import Clock
from shared.contracts.envelope import publisher_of
from shared.contracts.registry import Undecodable, decode
from shared.errors import BadInput
from shared.messaging.broker import wire
from shared.messaging.broker.queue_browser import QueueBrowser, QueuedMessage
from shared.messaging.broker.wire import Outgoing
from shared.messaging.delivery import Delivery
from shared.messaging.layout.model import UNROUTED, dead_queue, retry_exchange
from shared.messaging.operations.stuck_item import StuckItem, StuckPlace
from shared.messaging.transaction.inbox import message_key
from shared.messaging.transaction.outbox import Outbox, ParkedEvent
from shared.messaging.transaction.parked import ParkedMessage, ParkedMessages, ParkedState
from shared.mongo import Mongo, reachable

PAGE: Final = 1_000  # rows of one place and service that are looked at together


_WAITS_ELSEWHERE: Final = frozenset({ParkedState.PARKED, ParkedState.REPLAYED})
"""Such a dead letter is the copy of a parked row, which is the entry that is shown."""


class StuckMessages:
    """All messages over all services. Needs the operator's user on the broker and all databases."""

    def __init__(
        self,
        mongo: Mongo,
        databases: Mapping[str, str],
        letters: QueueBrowser,
        publish: Callable[[Outgoing], Awaitable[None]],
        clock: Clock,
    ) -> None:
        """Wire it; `databases` is database by service."""
        self._services = tuple(databases)
        self._parked = {service: ParkedMessages(mongo, database) for service, database in databases.items()}
        self._outboxes = {service: Outbox(mongo, database) for service, database in databases.items()}
        self._letters = letters
        self._publish = publish
        self._clock = clock

    async def of_service(self, service: str) -> list[StuckItem]:
        """Return what one service gave up or could not send, the oldest of each place first.

        Raises:
            ConnectionLost: the broker is not there.
            DatabaseUnavailable: MongoDB is not there.
        """
        return [*await self.of_database(service), *await self.of_broker(service)]

    async def of_database(self, service: str) -> list[StuckItem]:
        """Return what its consumer parked and what the broker refused, the oldest of each first.

        Raises:
            DatabaseUnavailable: MongoDB is not there.
        """
        parked = [_parked(service, row) for row in await self._parked[service].list(limit=PAGE)]
        return [*parked, *(_refused(service, event) for event in await self._outboxes[service].parked(PAGE))]

    async def count(self, service: str) -> dict[str, int]:
        """Return how many its consumer parked and how many the broker refused, by what they are.

        Raises:
            DatabaseUnavailable: MongoDB is not there.
        """
        with reachable():
            return {"messages": await self._parked[service].count(), "events": await self._outboxes[service].count_parked()}

    async def of_nobody(self) -> list[StuckItem]:
        """Return what no queue took.

        Raises:
            ConnectionLost: the broker is not there.
        """
        return [_entry(StuckPlace.UNROUTED, self._publisher_of(letter.delivery), letter) for letter in await self.unrouted()]

    async def find(self, place: StuckPlace, service: str, message_id: str) -> StuckItem | None:
        """Return one message with its bytes; None where it does not wait."""
        if place is StuckPlace.PARKED:
            row = await self._parked[service].find(message_key(service, message_id))
            return None if row is None or row.state is not ParkedState.PARKED else _parked(service, row)
        if place is StuckPlace.REFUSED:
            event = await self._outboxes[service].find(message_id)
            return None if event is None else _refused(service, event)
        if place is StuckPlace.DEAD:
            return next((entry for entry in await self.of_broker(service) if entry.id == message_id), None)
        return next((_entry(place, service, letter) for letter in await self.unrouted() if letter.delivery.message_id == message_id), None)

    async def replay(self, entry: StuckItem, *, vouch: bool) -> bool:
        """Send it again; False where it does not wait any more. `vouch`: also where nobody says who published it.

        Raises:
            BadInput: it was published in another's name (`forged`).
            PublishRefused, BrokerUnavailable: not sent; it waits where it was.
        """
        entry = _as_it_says(entry, vouch=vouch)
        if entry.place is StuckPlace.PARKED:
            return await self._replay_parked(entry)
        if entry.place is StuckPlace.REFUSED:
            return await self._outboxes[entry.service].replay(entry.id)
        if entry.place is StuckPlace.DEAD:
            send = self._sender(entry, retry_exchange(entry.service), entry.service)
            await self._letters.take(dead_queue(entry.service), {entry.id}, send)
        else:
            await self._letters.take(UNROUTED, {entry.id}, self._sender(entry, None, entry.type))
        return True

    async def discard(self, entry: StuckItem, note: str) -> bool:
        """End it unhandled; the row stays, with the note. False where it does not wait any more."""
        if entry.place is StuckPlace.REFUSED:
            return await self._outboxes[entry.service].discard(entry.id, note)
        return await self._discard_message(entry, note)

    async def of_broker(self, service: str) -> list[StuckItem]:
        """Return its dead letters that wait nowhere else.

        Raises:
            ConnectionLost: the broker is not there.
        """
        return [_entry(StuckPlace.DEAD, service, letter) for letter, state in await self._dead(service) if state not in _WAITS_ELSEWHERE]

    async def unrecorded(self, service: str) -> list[QueuedMessage]:
        """Return dead letters that the service's database does not know: given up by the broker (delivery limit).

        Raises:
            ConnectionLost: the broker is not there.
        """
        return [letter for letter, state in await self._dead(service) if state is None]

    async def _dead(self, service: str) -> list[tuple[QueuedMessage, ParkedState | None]]:
        rows = self._parked[service]
        letters = await self._letters.read(dead_queue(service))
        found = [(letter, await rows.find(message_key(service, letter.delivery.message_id))) for letter in letters]
        return [(letter, None if row is None else row.state) for letter, row in found]

    async def unrouted(self) -> list[QueuedMessage]:
        """Return what no queue took.

        Raises:
            ConnectionLost: the broker is not there.
        """
        return await self._letters.read(UNROUTED)

    async def _replay_parked(self, entry: StuckItem) -> bool:
        rows, key = self._parked[entry.service], message_key(entry.service, entry.id)
        if not await rows.mark_replayed(key, self._clock()):
            return False
        sent = False

        async def send(letter: QueuedMessage) -> bool:
            # Sent while its copies are held: one that comes back dead at once stands behind them and is not taken for an old one.
            nonlocal sent
            if not sent:
                await self._publish(_again(entry, letter.delivery, retry_exchange(entry.service), entry.service))
                sent = True
            return True

        try:
            await self._letters.take(dead_queue(entry.service), {entry.id}, send)
            if not sent:  # the dead letter is gone: the row has the bytes
                kept = Delivery(entry.body, entry.id, entry.type)
                await self._publish(_again(entry, kept, retry_exchange(entry.service), entry.service))
                sent = True
        finally:
            if not sent:
                await rows.mark_parked_again(key, self._clock())
        return True

    async def _discard_message(self, entry: StuckItem, note: str) -> bool:
        rows = self._parked[entry.service]
        consumer = UNROUTED if entry.place is StuckPlace.UNROUTED else entry.service
        key = message_key(consumer, entry.id)
        if entry.place is StuckPlace.DEAD and await rows.find(key) is not None:  # left behind by a replay or a discard that was cut short
            return await self._drop_dead_copies(entry) > 0
        if entry.place is not StuckPlace.PARKED:  # a decision needs a row that remembers it
            delivery = Delivery(entry.body, entry.id, entry.type, publisher=entry.publisher or "")
            await rows.park(key, consumer, delivery, (entry.code, "recorded to be discarded"), self._clock())
        done = await rows.discard(key, note, self._clock())
        if entry.place is StuckPlace.UNROUTED:
            await self._letters.take(UNROUTED, {entry.id}, _yes)
        else:
            await self._drop_dead_copies(entry)
        return done

    async def _drop_dead_copies(self, entry: StuckItem) -> int:
        return await self._letters.take(dead_queue(entry.service), {entry.id}, _yes)

    def _sender(self, entry: StuckItem, exchange: str | None, routing_key: str) -> Callable[[QueuedMessage], Awaitable[bool]]:
        async def send(letter: QueuedMessage) -> bool:
            await self._publish(_again(entry, letter.delivery, exchange or letter.exchange, routing_key))
            return True

        return send

    def _publisher_of(self, delivery: Delivery) -> str:
        publisher = publisher_of(delivery.type)
        return publisher if publisher in self._services else self._services[0]


async def _yes(_letter: QueuedMessage) -> bool:
    return True


def _as_it_says(entry: StuckItem, *, vouch: bool) -> StuckItem:
    """Return the entry, with a publisher that may say it.

    Raises:
        BadInput: `forged`, and no operator's word makes it true; without `vouch` also where nobody says who published it.
    """
    if entry.publisher is None or entry.publisher == publisher_of(entry.type):
        return entry
    if entry.publisher or not vouch:
        hint = "it can only be discarded" if entry.publisher else "look at it, then replay it with --vouch, or discard it"
        raise BadInput("forged", f"published by {entry.publisher or 'nobody'}: {hint}")
    return replace(entry, publisher=publisher_of(entry.type))


def _again(entry: StuckItem, delivery: Delivery, exchange: str, routing_key: str) -> Outgoing:
    """Return a fresh start on the ladder: the consumer is told its first publisher, and that it may have seen this before."""
    first = replace(delivery, publisher=entry.publisher or "", message_id=_own_id(delivery) if delivery.forged else delivery.message_id)
    return wire.copy(first, exchange, routing_key, x_attempt=None, x_not_before=None, x_reason=None, x_replayed=True)


def _own_id(delivery: Delivery) -> str:
    """Return the id of its envelope: without a publisher it was filed under another (`wire.receive`)."""
    try:
        return decode(delivery.body).id
    except Undecodable:
        return delivery.message_id


def _parked(service: str, row: ParkedMessage) -> StuckItem:
    return StuckItem(
        StuckPlace.PARKED, service, row.message_id, row.type, row.code, row.detail, row.times, row.at, row.body, publisher=row.publisher
    )


def _refused(service: str, event: ParkedEvent) -> StuckItem:
    row = event.row
    return StuckItem(StuckPlace.REFUSED, service, row.id, row.type, event.code, event.detail, row.attempts, event.parked_at, row.body)


def _entry(place: StuckPlace, service: str, letter: QueuedMessage) -> StuckItem:
    delivery = letter.delivery
    return StuckItem(place, service, delivery.message_id, delivery.type, letter.reason, body=delivery.body, publisher=delivery.publisher)
