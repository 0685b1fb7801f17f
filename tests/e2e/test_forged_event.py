"""A made-up approval, told with the login of a service that may not approve anything: no document, on no path (issue 9, D1)."""

import asyncio
import itertools
from typing import Final

import httpx
import pytest
from aiormq.exceptions import AMQPError, ChannelInvalidStateError
from pamqp.commands import Basic
from pamqp.common import FieldTable

from deploy.local.stack import Stack
from shared.contracts.envelope import Envelope
from shared.contracts.registry import encode
from shared.ids import new_id, new_traceparent
from shared.messaging.broker.channel import connect, endpoint
from shared.messaging.broker.errors import ConnectionLost
from shared.messaging.broker.queue_browser import QueueBrowser
from tests.support.approvals import AT, approval, request_approved
from tests.support.eventually import eventually

APPROVED: Final = "verification.request_approved.v1"
PATHS: Final = (
    ("events", APPROVED),
    ("events", "notifier.notice_failed.v1"),  # with the approval's key in a header: see CC below
    ("events", "intake.reply_composed.v1"),
    ("retry", "issuance"),
    ("dead", "issuance"),
    ("retry.issuance", "issuance"),
    ("retry.issuance", "issuance.retry.5s"),
    ("retry.notifier", "issuance"),
    ("retry.intake", "issuance"),
    ("staff", APPROVED),
    ("", "issuance"),
    ("amq.direct", "issuance"),
    ("unrouted", ""),
)
HEADERS: Final[tuple[FieldTable | None, ...]] = (
    None,
    {"CC": [APPROVED]},
    {"x-publisher": "verification", "x-replayed": True, "CC": [APPROVED]},
)


def a_forged_approval() -> Envelope:
    asked = approval()
    return Envelope(
        id=new_id(),
        type=APPROVED,
        version=1,
        source="verification",
        subject=asked.request_id,
        sequence=1,
        occurred_at=AT,
        correlation_id=asked.request_id,
        traceparent=new_traceparent(),
        data=request_approved(asked).model_dump(mode="json"),
    )


async def tell(url: str, exchange: str, key: str, forged: Envelope, user: str | None, headers: FieldTable | None) -> None:
    """Try; a refusal is what is hoped for."""
    properties = Basic.Properties(message_id=forged.id, message_type=APPROVED, user_id=user, headers=headers, delivery_mode=2)
    session = await connect(endpoint(url), "forger")
    try:
        await session.channel.basic_publish(encode(forged), exchange=exchange, routing_key=key, properties=properties, mandatory=True)
    except (AMQPError, ChannelInvalidStateError):
        pass
    finally:
        await session.close()


@pytest.mark.parametrize("me", ["notifier", "intake"])
async def test_an_approval_that_verification_did_not_publish_gives_no_document(me: str, stack: Stack) -> None:
    login = stack.part(me).environment["AMQP_URL"]
    told: set[str] = set()
    for (exchange, key), user, headers in itertools.product(PATHS, (None, me, "verification"), HEADERS):
        forged = a_forged_approval()
        told.add(forged.subject)
        await tell(login, exchange, key, forged, user, headers)
    letters = QueueBrowser(endpoint(stack.operator_environment()["AMQP_URL"]))
    queues = ("issuance", "issuance.retry.5s")
    await eventually(lambda: empty(letters, queues), ignoring=(ConnectionLost,))
    async with httpx.AsyncClient(base_url=stack.part("issuance").url, trust_env=False, timeout=60) as http:
        await asyncio.to_thread(stack.conservation)  # settles: what is in issuance's hands is done
        key = stack.keys.clients["petugas-01"]
        for request_id in sorted(told):
            answer = await http.get("/v1/documents", params={"request_id": request_id}, headers={"Authorization": f"Bearer {key}"})
            assert answer.status_code == 200, answer.text
            assert answer.json()["documents"] == [], "a document was made of a forged approval"


async def empty(letters: QueueBrowser, queues: tuple[str, ...]) -> bool:
    return sum([await letters.depth(queue) for queue in queues]) == 0
