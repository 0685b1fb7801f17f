"""What a test of any service needs: a clock, an event handed over, what was told, what is stored, and somebody with a key.

`Harness` is one service without its broker: messages are handed to its unit of work as the consumer does, and what it publishes lies in its
outbox. Each service's rig is a `Harness` with what stands around that service.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from shared.clock import now
from shared.contracts.envelope import Envelope, Event, split_type
from shared.contracts.registry import encode
from shared.ids import new_id, new_traceparent
from shared.messaging.broker import wire
from shared.messaging.broker.channel import endpoint
from shared.messaging.broker.publisher import Publisher
from shared.messaging.broker.wire import Outgoing
from shared.messaging.delivery import AnyEventRoute, Delivery, Done, Outcome, routing
from shared.messaging.layout import model as layout
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.mongo import Doc, Mongo
from tests.support.documented import documented
from tests.support.vhosts import as_user


class Clock:
    """The real time until the test moves it; or `at`, which runs on by `step` with each look."""

    def __init__(self, at: datetime | None = None, *, step: timedelta = timedelta(0)) -> None:
        self._at = at
        self._step = step
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        self._ahead += self._step
        return self.at

    @property
    def at(self) -> datetime:
        """The time, without a step. Set, it stands there."""
        return (self._at or now()) + self._ahead

    @at.setter
    def at(self, at: datetime) -> None:
        self._at, self._ahead = at, timedelta(0)

    def forward(self, **time: float) -> None:
        """Move on: `hours=1`."""
        self._ahead += timedelta(**time)


def key_of(name: str) -> str:
    """The key of an API client in tests."""
    return f"key-of-{name}"


def api_client(name: str, *scopes: str) -> dict[str, Any]:
    """A client as the setting `api_keys` takes it."""
    return {"name": name, "sha256": hashlib.sha256(key_of(name).encode()).hexdigest(), "scopes": sorted(scopes)}


def keyed(name: str, **headers: str) -> dict[str, str]:
    """Headers of a call of that client, and others (`idempotency_key=...`)."""
    return {"Authorization": f"Bearer {key_of(name)}", **{header.replace("_", "-"): value for header, value in headers.items()}}


def http_of(app: FastAPI, name: str = "") -> AsyncClient:
    """A caller of a service's API, with the key of a client or none; every answer is held against the API document."""
    transport = ASGITransport(app, raise_app_exceptions=False)
    headers = keyed(name) if name else {}
    return AsyncClient(transport=transport, base_url="http://service.test", headers=headers, event_hooks=documented(app))


def envelope_of(event: Event, subject: str = "subject", *, at: datetime | None = None, **other: Any) -> Envelope:
    """A message as its publisher writes it."""
    publisher, _, version = split_type(event.type)
    usual = {"id": new_id(), "sequence": 1, "correlation_id": subject, "traceparent": new_traceparent(), **other}
    data = event.model_dump(mode="json")
    return Envelope(type=event.type, version=version, source=publisher, subject=subject, occurred_at=at or now(), data=data, **usual)


def delivery_of(event: Event, subject: str = "subject", **other: Any) -> Delivery:
    """The same as it comes off the queue."""
    envelope = envelope_of(event, subject, **other)
    return Delivery(encode(envelope), envelope.id, event.type)


async def publish(amqp_url: str, event: Event, subject: str = "subject") -> Envelope:
    """Send it over a broker, as the service that may."""
    envelope = envelope_of(event, subject)
    publisher = Publisher(endpoint(as_user(amqp_url, envelope.source)), "test")
    headers = {wire.TRACEPARENT: envelope.traceparent}
    try:
        await publisher.publish(Outgoing(layout.EVENTS, event.type, envelope.id, event.type, encode(envelope), subject, headers))
    finally:
        await publisher.close()
    return envelope


@dataclass
class Harness(ABC):
    """One service on a real database."""

    mongo: Mongo
    database: str
    clock: Clock
    units: UnitOfWorkRunner[Any]

    @abstractmethod
    def routes(self) -> Sequence[AnyEventRoute[Any]]:
        """What the service's consumer does with each event."""

    async def deliver(self, *deliveries: Delivery) -> list[Outcome]:
        """Hand messages over in one batch, as the consumer does."""
        return list(await self.units.run_batch(deliveries, routing(self.routes())))

    def delivery(self, event: Event, **other: Any) -> Delivery:
        """An event as it comes off the queue; `other`: of `envelope_of`."""
        return delivery_of(event, **{"at": self.clock(), **other})

    async def tell(self, *events: Event, **other: Any) -> None:
        """Hand events over and hold that they were taken."""
        outcomes = await self.deliver(*(self.delivery(event, **other) for event in events))
        assert outcomes == [Done()] * len(events), outcomes

    async def told(self, kind: str = "") -> list[Doc]:
        """Whole messages in the outbox, oldest first: all, or those whose type or its name begins so."""
        rows = await self.rows("outbox")
        envelopes = [orjson.loads(row["body"]) for row in sorted(rows, key=lambda row: row["_id"])]
        return [each for each in envelopes if each["type"].startswith(kind) or each["type"].split(".")[1].startswith(kind)]

    async def told_data(self, kind: str = "") -> list[Doc]:
        """The data alone."""
        return [envelope["data"] for envelope in await self.told(kind)]

    async def rows(self, collection: str, query: Doc | None = None) -> list[Doc]:
        """What lies in a collection."""
        found: list[Doc] = await self.mongo.collection(self.database, collection).find(query or {}).to_list(None)
        return found
