"""The step as a Celery task: `celery -A tests.bench.contenders.celery_worker worker`. Addresses come from the environment.

Acknowledged after the task (`acks_late`), published with confirms, on a quorum queue, pymongo for the transaction. The event is published
right after the commit and its row marked then; that mark waits for nothing, because losing it only repeats a publish.
"""

from __future__ import annotations

import os
from typing import Any, Final

from celery import Celery
from kombu.entity import Exchange, Queue
from pymongo import MongoClient, WriteConcern

from shared.clock import now
from shared.contracts.envelope import Envelope
from shared.contracts.intake import RequestSubmitted
from shared.contracts.registry import decode, encode
from shared.contracts.verification import RequestApproved
from shared.ids import new_id
from shared.messaging.layout import model as layout
from tests.bench.contenders.ground import SERVICE, golden

QUEUE: Final = "bench.celery"
TASK: Final = "step"
AMQP_URL: Final = os.environ.get("BENCH_AMQP_URL", "")
MONGO_URL: Final = os.environ.get("BENCH_MONGO_URL", "")
DATABASE: Final = os.environ.get("BENCH_DATABASE", "")

_exchange = Exchange(QUEUE, "direct")  # type: ignore[no-untyped-call]
_queue = Queue(  # type: ignore[no-untyped-call]
    QUEUE, _exchange, routing_key=QUEUE, queue_arguments={"x-queue-type": "quorum"}
)
app = Celery("bench", broker=AMQP_URL)
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_serializer="json",
    task_queues=[_queue],
    task_default_queue=QUEUE,
    task_default_exchange=QUEUE,
    task_default_routing_key=QUEUE,
    task_create_missing_queues=False,
    broker_transport_options={"confirm_publish": True},
    broker_connection_retry_on_startup=True,
    worker_prefetch_multiplier=4,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
)
_EVENTS: Final = Exchange(layout.EVENTS, "topic", passive=True)  # type: ignore[no-untyped-call]
_APPROVED: Final = RequestApproved.model_validate(golden(RequestApproved.type).data)
_clients: dict[int, MongoClient[dict[str, Any]]] = {}  # by process: a client must not cross a fork


def _client() -> MongoClient[dict[str, Any]]:
    pid = os.getpid()
    if pid not in _clients:
        _clients[pid] = MongoClient(MONGO_URL, tz_aware=True, w="majority", journal=True, readConcernLevel="majority")
    return _clients[pid]


def step(body: str) -> None:
    """Handle one message."""
    cause = decode(body.encode())
    event = RequestSubmitted.model_validate(cause.data)
    client = _client()
    room = client[DATABASE]
    if room["cases"].find_one({"_id": event.request_id}) is not None:
        return
    row = _row(cause, event)
    with client.start_session() as session, session.start_transaction():
        room["inbox"].insert_one({"_id": f"{SERVICE}:{cause.id}", "type": cause.type, "at": now()}, session=session)
        room["cases"].insert_one({"_id": event.request_id, "version": 1, "seq": 1, "state": "approved"}, session=session)
        room["outbox"].insert_one(row, session=session)
    _publish(row)
    lazily = room["outbox"].with_options(write_concern=WriteConcern(w=1, j=False))
    lazily.update_one({"_id": row["_id"]}, {"$set": {"state": "sent", "sent_at": now()}})


def _row(cause: Envelope, event: RequestSubmitted) -> dict[str, Any]:
    approved = _APPROVED.model_copy(update={"request_id": event.request_id})
    envelope = Envelope(
        id=new_id(),
        type=RequestApproved.type,
        version=1,
        source=SERVICE,
        subject=event.request_id,
        sequence=1,
        occurred_at=now(),
        correlation_id=cause.correlation_id,
        causation_id=cause.id,
        traceparent=cause.traceparent,
        data=approved.model_dump(mode="json"),
    )
    return {
        "_id": envelope.id,
        "aggregate": f"cases/{event.request_id}",
        "seq": 1,
        "type": envelope.type,
        "body": encode(envelope),
        "state": "new",
        "created_at": envelope.occurred_at,
    }


def _publish(row: dict[str, Any]) -> None:
    with app.producer_pool.acquire(block=True) as producer:
        producer.publish(
            row["body"],
            exchange=_EVENTS,
            routing_key=row["type"],
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=2,
            mandatory=True,
            message_id=row["_id"],
            type=row["type"],
        )


app.task(step, name=TASK)
