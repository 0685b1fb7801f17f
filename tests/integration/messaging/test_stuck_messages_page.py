"""A service's messages on the page of stuck work, over a real broker with its own user: seen, replayed, discarded, many at once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from shared.audit import AuditFilter
from shared.clock import now
from shared.contracts.notifier import NoticeFailed
from shared.health import Health
from shared.messaging.broker import wire
from shared.messaging.broker.channel import endpoint
from shared.messaging.broker.queue_browser import QueueBrowser
from shared.messaging.broker.wire import Outgoing
from shared.messaging.layout import model as layout
from shared.messaging.operations.stuck_messages import StuckMessages
from shared.messaging.transaction.parked import ParkedState
from shared.settings import ServiceSettings
from shared.stuck_messages import StuckWithMessages
from shared.web import create_app
from shared.web.desk import Pages, shell
from shared.web.stuck import NothingStuck
from shared.web.stuck import pages as stuck_pages
from tests.integration.messaging.test_admin import DEAD, Town, is_gone
from tests.integration.messaging.test_admin import town as town
from tests.support.eventually import eventually
from tests.support.sessions import SessionIssuer, browser_of
from tests.support.vhosts import as_user

PATH = "/desk/macet/permohonan"


def source_of(town: Town, url: str | None = None) -> StuckWithMessages:
    """Intake's part, with intake's rights at the broker and no more."""
    letters = QueueBrowser(endpoint(url or as_user(town.room.url, "intake")))
    messages = StuckMessages(town.mongo, {"intake": town.databases["intake"]}, letters, town.publishers["intake"].publish, now)
    return StuckWithMessages(NothingStuck(), messages, "intake")


@pytest.fixture
async def head(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_at(town, source_of(town)) as client:
        yield client


def browser_at(town: Town, source: StuckWithMessages) -> httpx.AsyncClient:
    issuer = SessionIssuer()
    settings = ServiceSettings(amqp_url="amqp://nobody@127.0.0.1:1/", mongo_url="mongodb://127.0.0.1:1/", port=0)
    app = create_app(settings, Health(), title="test")
    shell.install(app, settings, Health(), issuer.read)
    app.state.audit_note = town.intake.note
    stuck_pages.install(app, stuck_pages.StuckRoom("permohonan", source, frozenset(), str), Pages())
    return browser_of(app, issuer, "section_head")


def picks(page: httpx.Response) -> list[str]:
    assert page.status_code == 200, page.text
    return re.findall(r'name="pilih" value="([^"]+)"', page.text)


async def ill_messages(town: Town, count: int) -> list[str]:
    """That many messages that intake parked."""
    town.ill = True
    found = [await town.emit() for _ in range(count)]
    async with town.relaying(), town.consuming():
        await eventually(lambda: town.room.depth(DEAD))
        await eventually(lambda: are_parked(town, count))
    town.ill = False
    return found


async def are_parked(town: Town, count: int) -> bool:
    return len(await town.messages.of_database("intake")) == count and await town.room.depth(DEAD) == count


async def test_parked_messages_are_listed_with_reason_and_age_seen_masked_and_replayed_together(
    town: Town, head: httpx.AsyncClient
) -> None:
    ids = await ill_messages(town, 2)
    page = await head.get(PATH)
    assert sorted(picks(page)) == sorted(f"parked~{each}" for each in ids)
    for said in ("Kabar antarbagian", "(ill)", "antrean", NoticeFailed.type):
        assert said in page.text
    assert (await head.get(f"{PATH}/jumlah")).json()["waiting"] == 2
    one = await head.get(f"{PATH}/parked~{ids[0]}")
    assert ids[0] in one.text
    assert "the test says so" in one.text
    done = await head.post(f"{PATH}/putusan", data={"pilih": picks(page), "act": "ulangi"})
    assert done.headers["location"] == f"{PATH}?diulang=2"
    async with town.consuming():
        await eventually(lambda: sorted(town.handled) == sorted([*ids, *ids]))
        await eventually(lambda: is_gone(town))
    assert picks(await head.get(PATH)) == []
    assert await town.room.depth(DEAD) == 0
    rows = (await town.intake.audit.page(AuditFilter())).rows
    assert sorted(row.entry.act for row in rows if row.entry.act.startswith("stuck.")) == ["stuck.replayed", "stuck.replayed", "stuck.seen"]


async def test_parked_messages_are_discarded_with_a_note(town: Town, head: httpx.AsyncClient) -> None:
    ids = await ill_messages(town, 2)
    order = {"pilih": [f"parked~{each}" for each in ids], "act": "buang", "catatan": "data uji; diputuskan kepala seksi"}
    done = await head.post(f"{PATH}/putusan", data=order)
    assert done.headers["location"] == f"{PATH}?dibuang=2"
    docs = await town.mongo.collection(town.databases["intake"], "parked").find().to_list(None)
    assert [(doc["state"], doc["note"]) for doc in docs] == [(ParkedState.DISCARDED, "data uji; diputuskan kepala seksi")] * 2
    assert await town.room.depth(DEAD) == 0
    again = await head.post(f"{PATH}/putusan", data=order)
    assert again.headers["location"] == f"{PATH}?hilang=2"


async def test_a_dead_letter_that_only_the_broker_knows_is_replayed_with_the_services_own_rights(
    town: Town, head: httpx.AsyncClient
) -> None:
    async with town.relaying():
        event_id = await town.emit()
        await eventually(lambda: town.room.depth("intake"))
    message = await town.room.get("intake")
    assert message is not None
    first = {wire.PUBLISHER: "notifier"}
    await town.room.put(Outgoing(layout.dead_exchange("intake"), "intake", event_id, NoticeFailed.type, message.body, headers=first))
    await eventually(lambda: town.room.depth(DEAD))
    assert picks(await head.get(PATH)) == [f"dead~{event_id}"]
    done = await head.post(f"{PATH}/putusan", data={"pilih": [f"dead~{event_id}"], "act": "ulangi"})
    assert done.headers["location"] == f"{PATH}?diulang=1"
    async with town.consuming():
        await eventually(lambda: town.handled == [event_id])
    assert picks(await head.get(PATH)) == []


async def test_a_forged_one_says_why_it_waits_still(town: Town, head: httpx.AsyncClient) -> None:
    event_id = await town.emit()
    async with town.relaying():
        await eventually(lambda: town.room.depth("intake"))
    message = await town.room.get("intake")
    assert message is not None
    forged = {wire.PUBLISHER: "issuance"}
    await town.room.put(Outgoing(layout.dead_exchange("intake"), "intake", event_id, NoticeFailed.type, message.body, headers=forged))
    await eventually(lambda: town.room.depth(DEAD))
    [picked] = picks(await head.get(PATH))
    done = await head.post(f"{PATH}/putusan", data={"pilih": [picked], "act": "ulangi"})
    assert done.headers["location"] == f"{PATH}?tetap=1&sebab=forged"
    assert "hanya bisa dibuang" in (await head.get(done.headers["location"])).text


@pytest.mark.parametrize("whose", ["nobody", "notifier"])
async def test_where_the_dead_letters_can_t_be_read_what_the_database_knows_is_shown(town: Town, whose: str) -> None:
    """The broker is down, or the user has not the right to them: an installation whose topology is of the release before."""
    ids = await ill_messages(town, 1)
    url = "amqp://nobody@127.0.0.1:1/" if whose == "nobody" else as_user(town.room.url, whose)
    async with browser_at(town, source_of(town, url)) as head:
        assert picks(await head.get(PATH)) == [f"parked~{ids[0]}"]
        done = await head.post(f"{PATH}/putusan", data={"pilih": [f"parked~{ids[0]}"], "act": "ulangi"})
        assert done.headers["location"] == f"{PATH}?tetap=1&sebab=broker_unreachable"
        assert picks(await head.get(PATH)) == [f"parked~{ids[0]}"]
