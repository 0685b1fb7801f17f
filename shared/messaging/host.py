"""What every service has on the way between its database and the broker, put together once for all of them."""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from shared.clock import Clock, now
from shared.health import Check, Health
from shared.ids import new_token
from shared.messaging.broker.channel import endpoint
from shared.messaging.broker.publisher import Publisher
from shared.messaging.broker.queue_browser import QueueBrowser
from shared.messaging.consumer.consumer import Consumer, Options
from shared.messaging.delivery import AnyEventRoute, Delivery, Outcome, routing
from shared.messaging.operations.stuck_messages import StuckMessages
from shared.messaging.transaction.outbox import Outbox
from shared.messaging.transaction.relay import Relay
from shared.messaging.transaction.runner import UnitOfWork, UnitOfWorkRunner
from shared.metrics import CLOCK_AHEAD_SECONDS
from shared.mongo import Mongo
from shared.reference.retention import expiry_days
from shared.settings import ServiceSettings
from shared.storage import Least, StorageWatch
from shared.waiting import no_yield

T = TypeVar("T")

_CLOCK_SECONDS = 60.0  # what time-based codes at sign-in bear; a session of fifteen minutes and a court's signature of five bear more
_CONSUMER_SHARE = 0.8  # of the time a process may take to stop: the rest is for closing, so that the process never cuts the consumer


class MessagingHost:
    """MongoDB, publisher and relay of one service, and what is made from them. Nothing is opened before it runs."""

    def __init__(self, settings: ServiceSettings, service: str) -> None:
        self.service = service
        self.database = settings.mongo_database or service
        self.mongo = Mongo.connect(
            settings.mongo_url.get_secret_value(), app_name=service, transaction_limit_seconds=settings.transaction_seconds
        )
        self._settings = settings
        self.storage = StorageWatch(self.mongo, self.database, Path(tempfile.gettempdir()), _least(settings))
        self._writer = new_token()  # this process: its commits wake its relay, so the change stream need not
        self._where = endpoint(settings.amqp_url.get_secret_value(), settings.amqp_ca_file)
        self.publisher = Publisher(self._where, service)
        self.outbox = Outbox(self.mongo, self.database, self._writer)
        self.relay = Relay(
            self.outbox,
            lambda row: self.publisher.publish(row.message()),
            lease_seconds=settings.outbox_lease_seconds,
            poll_seconds=settings.outbox_poll_seconds,
        )

    def units(self, make_tx: Callable[[UnitOfWork], T], clock: Clock) -> UnitOfWorkRunner[T]:
        """Return the runner of units of work; what they commit goes to the relay of this process."""
        return UnitOfWorkRunner(
            mongo=self.mongo,
            database=self.database,
            service=self.service,
            make_tx=make_tx,
            clock=clock,
            handoff=self.relay,
            writer=self._writer,
            kept_days=expiry_days(self.service, self._settings),
        )

    def consumer(
        self, units: UnitOfWorkRunner[T], routes: Sequence[AnyEventRoute[T]], yield_to_requests: Callable[[], Awaitable[None]] = no_yield
    ) -> Consumer:
        """Return the consumer of the service's queue; `yield_to_requests` as in `Options`.

        Raises:
            ValueError: two routes for one event.
        """
        table = routing(routes)

        async def handle(deliveries: Sequence[Delivery]) -> list[Outcome]:
            return await units.run_batch(deliveries, table)

        settings = self._settings
        return Consumer(
            self._where,
            self.service,
            handle=handle,
            park=units.park,
            publish=self.publisher.publish,
            ping=self.mongo.ping,
            options=Options(
                batch_messages=settings.batch_messages,
                batch_wait_seconds=settings.batch_wait_seconds,
                drain_seconds=settings.drain_seconds * _CONSUMER_SHARE,
                yield_to_requests=yield_to_requests,
            ),
        )

    def stuck_messages(self) -> StuckMessages:
        """Return the messages of this service that were not handled or not sent, for its part of the page of stuck work."""
        return StuckMessages(self.mongo, {self.service: self.database}, QueueBrowser(self._where), self.publisher.publish, now)

    def health(self) -> Health:
        """Return the readiness of every role: the database, and what is told beside."""
        return Health({"mongo": self.check_database, "storage": self.check_storage, "clock": self.check_clock})

    async def check_database(self) -> Check:
        """Return the readiness of every role: a primary answers."""
        await self.mongo.ping()
        return Check(ok=True)

    async def check_clock(self) -> Check:
        """Return how far our clock is ahead of the database's. It makes no role unready: it may be the other one that is wrong."""
        ahead = await self.mongo.clock_ahead_seconds()
        CLOCK_AHEAD_SECONDS.set(ahead)
        return Check(ok=True, reason="clock_off" if abs(ahead) > _CLOCK_SECONDS else "", value=round(ahead, 1))

    async def check_storage(self) -> Check:
        """Return how much room is left, which makes no role unready."""
        return await self.storage.check()

    async def check_outbox(self) -> Check:
        """Return the readiness of the relay: no event waits for too long."""
        age = self.relay.oldest_unsent_seconds
        old = age > self._settings.outbox_alarm_seconds
        return Check(ok=not old, reason="outbox_old" if old else "", value=round(age, 1))

    async def close(self) -> None:
        """Close the publisher, then the database."""
        await self.storage.close()
        await self.publisher.close()
        await self.mongo.close()


def _least(settings: ServiceSettings) -> Least:
    """Return what must be free: of temporary files as much as the two largest bodies that are not uploads of files."""
    return Least(settings.storage_least_bytes, settings.storage_least_percent, 2 * settings.max_body_bytes)
