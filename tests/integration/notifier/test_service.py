"""The whole service in one process: broker, database, HTTP side and the simulators."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from services.notifier import wiring
from shared.clock import now
from shared.contracts import intake
from shared.contracts.parts import Contact
from shared.messaging import topology
from shared.messaging.layout import model as layout
from shared.messaging.operations import accounting
from shared.mongo import Mongo
from shared.process import Service
from shared.values import Channel
from tests.integration.notifier.rig import ACCESS_TOKEN, PHONE, outside, settings_for
from tests.support.eventually import eventually
from tests.support.harness import api_client, http_of, keyed, publish
from tests.support.vhosts import as_user

OTHER = keyed("other")


@dataclass
class Running:
    """A service at work, with a client of its HTTP side and the simulator's."""

    service: Service
    http: httpx.AsyncClient
    phone: httpx.AsyncClient
    amqp_url: str
    database: str
    mongo_url: str

    async def reply(self, text: str) -> str:
        contact = Contact(channel=Channel.WHATSAPP, address=PHONE, last_inbound_at=now())
        event = intake.ReplyComposed(
            conversation_id="conversation-1", personal=intake.ReplyComposedPersonal(contact=contact, text=text, buttons=())
        )
        return f"reply:{(await publish(self.amqp_url, event, 'conversation-1')).id}"

    async def effects(self) -> list[dict[str, object]]:
        return list((await self.phone.get("/sim/effects")).json()["effects"])


@pytest.fixture
async def notifier(mongo_url: str, database: str, amqp_url: str) -> AsyncIterator[Running]:
    await topology.declare(amqp_url, layout.product())
    async with outside() as (_, _, (phone_url, carrier), (court_url, _), office_url):
        settings = settings_for(
            mongo_url,
            database,
            whatsapp=phone_url,
            court=court_url,
            office=office_url,
            amqp_url=as_user(amqp_url, "notifier"),
            api_keys=[api_client("admin", "admin"), api_client("other", "requests:read")],
        )
        service = wiring.build(settings)
        await service.prepare()
        carrier.add_citizen(PHONE).last_inbound_at = now()
        stop = asyncio.Event()
        parts = (*service.workers, service.relay)
        for name, check in (each for part in parts for each in part.checks.items()):
            service.health.add(name, check)
        tasks = [asyncio.ensure_future(part.run(stop)) for part in parts]
        service.health.started = True
        async with contextlib.AsyncExitStack() as stack:
            http = await stack.enter_async_context(http_of(service.app, "admin"))
            phone = await stack.enter_async_context(
                httpx.AsyncClient(base_url=phone_url, trust_env=False, timeout=60, headers={"Authorization": f"Bearer {ACCESS_TOKEN}"})
            )
            try:
                yield Running(service, http, phone, amqp_url, database, mongo_url)
            finally:
                stop.set()
                await asyncio.gather(*tasks)
                for close in service.close:
                    await close()


async def test_events_on_the_broker_become_messages(notifier: Running) -> None:
    await eventually(lambda: is_ready(notifier))
    for number in range(3):
        await notifier.reply(f"{number}")
        (effect,) = (await notifier.phone.get("/sim/effects", params={"after": number, "wait_seconds": 30})).json()["effects"]
        assert effect["payload"]["text"]["body"] == f"{number}"


async def is_ready(notifier: Running) -> bool:
    return (await notifier.http.get("/readyz")).status_code == 200


async def test_jobs_are_listed_searched_and_paged(notifier: Running) -> None:
    keys = [await notifier.reply(f"{number}") for number in range(5)]
    await eventually(lambda: all_in(notifier, "done", 5))
    page = (await notifier.http.get("/v1/jobs", params={"limit": 2})).json()
    assert [job["id"] for job in page["jobs"]] == keys[:2:-1]
    rest = (await notifier.http.get("/v1/jobs", params={"limit": 4, "after": page["next"]})).json()
    assert [job["id"] for job in rest["jobs"]] == keys[2::-1]
    assert rest["next"] is None
    found = (await notifier.http.get("/v1/jobs", params={"q": keys[1]})).json()["jobs"]
    assert [job["id"] for job in found] == [keys[1]]
    assert (await notifier.http.get("/v1/jobs", params={"state": "failed"})).json()["jobs"] == []
    one = await notifier.http.get(f"/v1/jobs/{keys[0]}")
    assert one.json()["recipient"] == "…890"
    assert PHONE not in one.text


async def all_in(notifier: Running, state: str, count: int) -> bool:
    return bool((await notifier.http.get("/v1/sender")).json()["jobs"][state] == count)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/jobs"), ("GET", "/v1/jobs/x"), ("POST", "/v1/stuck/x/replay"), ("GET", "/v1/sender"), ("POST", "/v1/sender/pause")],
)
async def test_everything_wants_the_scope_admin(notifier: Running, method: str, path: str) -> None:
    assert (await notifier.http.request(method, path, headers={"Authorization": ""})).status_code == 401
    assert (await notifier.http.request(method, path, headers=OTHER)).status_code == 403


async def test_bad_questions_get_problem_details(notifier: Running) -> None:
    missing = await notifier.http.get("/v1/jobs/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "jobs_not_found")
    cursor = await notifier.http.get("/v1/jobs", params={"after": "rubbish"})
    assert (cursor.status_code, cursor.json()["code"]) == (422, "cursor_malformed")
    state = await notifier.http.get("/v1/jobs", params={"state": "lost"})
    assert (state.status_code, state.json()["errors"][0]["field"]) == (422, "state[0]")


async def test_a_paused_sender_shows_and_holds_until_it_is_resumed(notifier: Running) -> None:
    paused = (await notifier.http.post("/v1/sender/pause", json={"reason": "wrong_text"})).json()
    assert (paused["paused"], paused["paused_reason"]) == (True, "wrong_text")
    await notifier.reply("wartet")
    await eventually(lambda: all_in(notifier, "ready", 1))
    ready = await notifier.http.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"]["sender"] == {"ok": False, "reason": "sender_paused", "value": "wrong_text"}
    assert await notifier.effects() == []
    await notifier.http.post("/v1/sender/resume")
    await eventually(lambda: all_in(notifier, "done", 1))


async def test_a_parked_job_is_retried_over_http(notifier: Running) -> None:
    await notifier.phone.post("/sim/faults", json={"kind": "error", "code": 131026, "http_status": 400, "count": 1})
    key = await notifier.reply("hallo")
    await eventually(lambda: all_in(notifier, "failed", 1))
    again = await notifier.http.post(f"/v1/stuck/{key}/replay")
    assert again.status_code == 204
    await eventually(lambda: all_in(notifier, "done", 1))
    twice = await notifier.http.post(f"/v1/stuck/{key}/replay")
    assert (twice.status_code, twice.json()["code"]) == (409, "not_stuck")


async def test_failures_go_to_the_broker_and_the_books_balance(notifier: Running) -> None:
    await notifier.phone.post("/sim/faults", json={"kind": "error", "code": 131050, "http_status": 400, "count": 1})
    await notifier.reply("1")
    await notifier.reply("2")
    await eventually(lambda: all_in(notifier, "done", 1))
    mongo = Mongo.connect(notifier.mongo_url)
    try:
        outbox = mongo.collection(notifier.database, "outbox")

        async def sent() -> bool:
            row = await outbox.find_one({"type": "notifier.notice_failed.v1"})
            return row is not None and row["state"] == "sent" and json.loads(row["body"])["data"]["reason"] == "meta_131050"

        await eventually(sent)
        books = await accounting.take(mongo, notifier.database)
    finally:
        await mongo.close()
    assert (books["notices"].accepted, books["notices"].finished, books["notices"].parked, books["notices"].missing) == (2, 1, 1, 0)
