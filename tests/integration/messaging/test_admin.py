"""The operator's commands over a real broker and a real database, with the product's own units of work and relay."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson
import pytest

from shared.clock import now
from shared.contracts.notifier import NoticeFailed
from shared.contracts.registry import SERVICES
from shared.errors import BadInput, NotFound, Permanent
from shared.ids import new_id
from shared.messaging import topology
from shared.messaging.admin import main
from shared.messaging.broker import wire
from shared.messaging.broker.channel import endpoint
from shared.messaging.broker.publisher import Publisher
from shared.messaging.broker.queue_browser import QueueBrowser
from shared.messaging.broker.wire import Outgoing
from shared.messaging.consumer.consumer import Consumer
from shared.messaging.delivery import EventRoute, Meta, routing
from shared.messaging.layout import model as layout
from shared.messaging.operations import accounting, reconciliation, resending
from shared.messaging.operations.service_api import ServiceApi
from shared.messaging.operations.stuck_item import StuckItem, StuckPlace
from shared.messaging.operations.stuck_messages import StuckMessages
from shared.messaging.operations.stuck_work import StuckWork
from shared.messaging.transaction.outbox import Outbox
from shared.messaging.transaction.parked import ParkedState
from shared.messaging.transaction.relay import Relay
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.messaging.transaction.unit_of_work import UnitOfWork
from shared.mongo import Doc, DocumentMapping, Mongo
from shared.web import stuck
from shared.web.stuck import NothingStuck
from tests.integration.messaging.conftest import SHORT, Room, open_room
from tests.support.eventually import eventually
from tests.support.http_server import serving
from tests.support.operating import KEY, app_with
from tests.support.vhosts import Vhost, as_user

PRODUCT = layout.product(SHORT)
DEAD = layout.dead_queue("intake")


@dataclass(frozen=True)
class Thing:
    thing_id: str


def _to_doc(_thing: Thing) -> Doc:
    return {"state": "done"}


THINGS: DocumentMapping[Thing] = DocumentMapping("things", lambda thing: thing.thing_id, _to_doc, lambda doc: Thing(doc["_id"]))


ACCOUNT = accounting.by_state("things", "things", finished=("done",), parked=("stuck",), in_flight=("open",))


@dataclass
class Town:
    """A publisher (notifier) and a consumer (intake) with all that is between them, and the operator's desk."""

    mongo: Mongo
    room: Room
    databases: dict[str, str]
    publishers: dict[str, Publisher]
    services: ServiceApi
    ill: bool = False
    handled: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.letters = QueueBrowser(endpoint(as_user(self.room.url, layout.OPERATOR)))
        self.messages = StuckMessages(self.mongo, self.databases, self.letters, self.publishers[layout.OPERATOR].publish, now)
        self.stuck = StuckWork(self.messages, self.services, SERVICES)
        rows = Outbox(self.mongo, self.databases["notifier"])
        self.relay = Relay(rows, lambda row: self.publishers["notifier"].publish(row.message()), poll_seconds=0.1, watch=False)
        self.notifier = self._units("notifier")
        self.intake = self._units("intake")

    def _units(self, service: str) -> UnitOfWorkRunner[UnitOfWork]:
        return UnitOfWorkRunner(mongo=self.mongo, database=self.databases[service], service=service, make_tx=lambda work: work, clock=now)

    async def prepare(self) -> None:
        for service in SERVICES:
            await self._units(service).prepare()
            await self.mongo.prepare(self.databases[service], {"things": ()})
            await accounting.register(self.mongo, self.databases[service], (ACCOUNT,))

    async def emit(self) -> str:
        """Commit one event of the notifier; its id."""
        thing_id = new_id()

        async def body(work: UnitOfWork) -> str:
            work.unit.add(THINGS, Thing(thing_id))
            failed = NoticeFailed(job_id=thing_id, channel="whatsapp", kind="reply", reason="gone", failed_at=now())
            return work.emit(THINGS, thing_id, failed)

        return await self.notifier.run(body)

    async def handle(self, work: UnitOfWork, event: NoticeFailed, meta: Meta) -> None:
        self.handled.append(meta.message_id)
        if self.ill:
            raise Permanent("ill", "the test says so")
        work.unit.add(THINGS, Thing(event.job_id))

    @asynccontextmanager
    async def relaying(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(self.relay.run(stop))
        try:
            yield
        finally:
            stop.set()
            await task

    @asynccontextmanager
    async def consuming(self) -> AsyncIterator[None]:
        consumer = Consumer(
            endpoint(as_user(self.room.url, "intake")),
            "intake",
            handle=partial(self.intake.run_batch, routes=routing([EventRoute(NoticeFailed, self.handle)])),
            park=self.intake.park,
            publish=self.publishers["intake"].publish,
            ping=self.mongo.ping,
        )
        stop = asyncio.Event()
        task = asyncio.create_task(consumer.run(stop))
        try:
            yield
        finally:
            stop.set()
            await task

    async def balance(self, seconds: float = 60) -> reconciliation.Report:
        return await reconciliation.settle(self.mongo, self.databases, self.letters, self.messages, seconds)

    async def waiting(self) -> tuple[StuckItem, ...]:
        found = await self.stuck.waiting()
        assert found.unreachable == ()
        return found.items

    async def addresses(self) -> list[str]:
        return [entry.address for entry in await self.waiting()]


@pytest.fixture
async def town(vhost: Vhost, mongo_url: str, keep_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    vhost.put_policies(PRODUCT)
    await topology.declare(vhost.url, PRODUCT)
    mongo = Mongo.connect(mongo_url)
    async with open_room(vhost.url) as room, AsyncExitStack() as publishers:
        users = ("notifier", "intake", layout.OPERATOR)
        by_user = {user: await publishers.enter_async_context(room.publisher(user=user)) for user in users}
        url = await publishers.enter_async_context(serving(app_with(stuck.routes(NothingStuck()))))
        services = ServiceApi(dict.fromkeys(SERVICES, url), KEY)
        publishers.push_async_callback(services.close)
        made = Town(mongo, room, {service: keep_database(service) for service in SERVICES}, by_user, services)
        await made.prepare()
        monkeypatch.setenv("MONGO_URL", mongo_url)
        monkeypatch.setenv("AMQP_URL", as_user(room.url, layout.OPERATOR))
        monkeypatch.setenv("DATABASES", json.dumps(made.databases))
        monkeypatch.setenv("ADMIN_URLS", json.dumps(dict.fromkeys(SERVICES, url)))
        monkeypatch.setenv("ADMIN_KEY", KEY)
        yield made
    await mongo.close()


async def test_poison_is_listed_replayed_to_success_and_balanced_all_along(town: Town) -> None:
    town.ill = True
    async with town.relaying(), town.consuming():
        event_id = await town.emit()
        await eventually(lambda: town.room.depth(DEAD))
        (entry,) = await town.waiting()
        assert (entry.address, entry.code, entry.place) == (f"intake/parked/{event_id}", "ill", StuckPlace.PARKED)
        assert entry.at is not None
        assert event_id.encode() in (await town.stuck.show(entry.address)).body
        assert (await town.balance()).balanced
        town.ill = False
        await town.stuck.replay(entry.address)
        await eventually(lambda: town.handled == [event_id, event_id])
        await eventually(lambda: is_gone(town))
        found = await town.balance()
    assert found.balanced
    assert [flow.handled for flow in found.flows if flow.published] == [1]
    assert await town.room.depth(DEAD) == 0
    with pytest.raises(NotFound):
        await town.stuck.replay(entry.address)


async def test_what_fails_again_is_parked_again(town: Town) -> None:
    town.ill = True
    async with town.relaying(), town.consuming():
        event_id = await town.emit()
        await eventually(lambda: town.room.depth(DEAD))
        await town.stuck.replay(f"intake/parked/{event_id}")
        await eventually(lambda: times_is(town, 2))
        await eventually(lambda: town.room.depth(DEAD))
        assert (await town.balance()).balanced


async def test_discard_keeps_the_decision_and_the_balance(town: Town) -> None:
    town.ill = True
    async with town.relaying(), town.consuming():
        event_id = await town.emit()
        await eventually(lambda: town.room.depth(DEAD))
        with pytest.raises(BadInput):
            await town.stuck.discard(f"intake/parked/{event_id}", " ")
        await town.stuck.discard(f"intake/parked/{event_id}", "test data; decided by op")
        found = await town.balance()
    assert await town.addresses() == []
    assert await town.room.depth(DEAD) == 0
    assert found.balanced
    assert [flow.discarded for flow in found.flows if flow.published] == [1]


async def test_a_dead_letter_that_only_the_broker_knows_is_listed_and_replayed(town: Town) -> None:
    async with town.relaying():
        event_id = await town.emit()
        await eventually(lambda: town.room.depth("intake"))
    message = await town.room.get("intake")
    assert message is not None
    first = {wire.PUBLISHER: "notifier"}
    await town.room.put(Outgoing(layout.dead_exchange("intake"), "intake", event_id, NoticeFailed.type, message.body, headers=first))
    await eventually(lambda: town.room.depth(DEAD))
    assert await town.addresses() == [f"intake/dead/{event_id}"]
    assert (await town.balance()).balanced
    async with town.consuming():
        await town.stuck.replay(f"intake/dead/{event_id}")
        await eventually(lambda: town.handled)
    assert await town.addresses() == []
    assert await town.room.depth(DEAD) == 0


async def test_discarding_what_only_the_broker_knows_leaves_a_row(town: Town) -> None:
    event_id = new_id()
    first = {wire.PUBLISHER: "notifier"}
    await town.room.put(Outgoing(layout.dead_exchange("intake"), "intake", event_id, NoticeFailed.type, b"{}", headers=first))
    await eventually(lambda: town.room.depth(DEAD))
    await town.stuck.discard(f"intake/dead/{event_id}", "not ours; decided by op")
    docs = await town.mongo.collection(town.databases["intake"], "parked").find().to_list(None)
    assert [(doc["_id"], doc["state"]) for doc in docs] == [(f"intake:{event_id}", ParkedState.DISCARDED)]
    assert await town.room.depth(DEAD) == 0


async def test_what_no_queue_takes_is_kept_listed_and_sent_again(town: Town) -> None:
    async with town.relaying():
        await town.room.unbind("intake", layout.EVENTS, NoticeFailed.type)
        event_id = await town.emit()
        await eventually(lambda: town.room.depth(layout.UNROUTED))
    assert await town.addresses() == [f"notifier/unrouted/{event_id}"]
    assert (await town.balance()).balanced
    await topology.declare(town.room.url, PRODUCT)  # the binding is back
    async with town.consuming():
        await town.stuck.replay(f"notifier/unrouted/{event_id}")
        await eventually(lambda: town.handled == [event_id])
    assert await town.addresses() == []
    assert await town.room.depth(layout.UNROUTED) == 0


async def test_a_refused_row_is_listed_and_goes_out_when_replayed(town: Town) -> None:
    await town.room.drop_exchange(layout.EVENTS)
    async with town.relaying():
        event_id = await town.emit()
        await eventually(town.addresses)
        assert await town.addresses() == [f"notifier/refused/{event_id}"]
        assert (await town.stuck.show(f"notifier/refused/{event_id}")).code == "unknown_exchange"
        await topology.declare(town.room.url, PRODUCT)
        await town.stuck.replay(f"notifier/refused/{event_id}")
        await eventually(lambda: town.room.depth("intake"))
    assert await town.addresses() == []


async def test_a_lost_message_unbalances_the_books_is_named_and_sent_again(town: Town) -> None:
    async with town.relaying():
        lost = await town.emit()
        await eventually(lambda: town.room.depth("intake"))
        assert (await town.balance()).balanced
        await town.room.get("intake")
        await town.emit()
        await eventually(lambda: town.room.depth("intake"))
        found = await town.balance(seconds=0.2)
        assert not found.balanced
        assert [post.lost for post in found.posts if post.consumer == "intake"] == [1]
        assert await reconciliation.missing(town.mongo, town.databases, town.letters, found) == [f"notifier -> intake: {lost}"]
        assert await resending.resend(town.mongo, town.databases) == {"notifier": 2}, "the one in the queue too"
        async with town.consuming():
            await eventually(lambda: len(set(town.handled)) == 2)
            assert (await town.balance()).balanced
    things = town.mongo.collection(town.databases["intake"], "things")
    assert await things.count_documents({}) == 2, "the inbox knows the second one of what was not lost"


async def test_an_account_that_does_not_add_up_unbalances_the_books(town: Town) -> None:
    await town.mongo.collection(town.databases["issuance"], "things").insert_one({"_id": "x", "state": "nowhere"})
    found = await town.balance(seconds=0)
    assert not found.balanced
    assert found.total.missing == 1
    assert await reconciliation.missing(town.mongo, town.databases, town.letters, found) == ["issuance things: x"]


async def test_the_command_prints_a_table_and_json_and_its_exit_code_tells(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    town.ill = True
    async with town.relaying(), town.consuming():
        event_id = await town.emit()
        await eventually(lambda: town.room.depth(DEAD))
        assert await run("list", "--json") == 0
        (listed,) = printed(capsys)
        assert listed["address"] == f"intake/parked/{event_id}"
        assert await run("conservation", "--json") == 0
        (books,) = printed(capsys)
        assert books["balanced"] is True
        town.ill = False
        assert await run("replay", "--all", "--code", "ill") == 0
        await eventually(lambda: is_gone(town))
        assert await run("replay", f"intake/parked/{event_id}") == 1
        assert await run("show", "nonsense") == 1
    await town.emit()
    async with town.relaying():
        await eventually(lambda: town.room.depth("intake"))
    await town.room.get("intake")
    capsys.readouterr()
    assert await run("conservation", "--settle", "0") == 1
    assert "NOT BALANCED" in capsys.readouterr().out


async def test_what_names_no_publisher_goes_out_only_with_somebody_s_word(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """As the first release published: it waits in the queue when the new one comes."""
    async with town.relaying():
        event_id = await town.emit()
        await eventually(lambda: town.room.depth("intake"))
    message = await town.room.get("intake")
    assert message is not None
    old = Outgoing(layout.EVENTS, NoticeFailed.type, event_id, NoticeFailed.type, message.body)
    await town.room.put_as_anybody(old)
    async with town.consuming():
        await eventually(lambda: town.room.depth(DEAD))
        assert town.handled == []
        assert await run("list", "--json") == 0
        [listed] = printed(capsys)
        assert (listed["code"], listed["publisher"], listed["detail"]) == ("forged", "", "published by nobody")
        assert await run("replay", "--all") == 1
        assert "--vouch" in capsys.readouterr().err
        assert town.handled == []
        assert await run("replay", "--all", "--vouch") == 0
        await eventually(lambda: town.handled == [event_id])
        assert await town.room.depth(DEAD) == 0
        assert (await town.balance()).balanced


async def test_what_another_published_is_never_replayed_whoever_vouches(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    async with town.relaying(), town.consuming():
        genuine = await town.emit()
        await eventually(lambda: town.handled == [genuine])
    await town.room.bind("intake", layout.EVENTS, "issuance.anything.v1")
    body = orjson.dumps({"id": genuine, "type": NoticeFailed.type})
    async with town.room.publisher(user="issuance") as forger:
        await forger.publish(Outgoing(layout.EVENTS, "issuance.anything.v1", genuine, NoticeFailed.type, body))
    async with town.consuming():
        await eventually(lambda: town.room.depth(DEAD))
        assert await run("replay", "--all", "--vouch") == 1
        assert "published by issuance" in capsys.readouterr().err
        [address] = await town.addresses()
        assert genuine not in address, "it would stand in for the genuine one"
        assert await run("discard", address, "--note", "forged; decided by op") == 0
        assert await town.addresses() == []
        assert (await town.balance()).balanced
    assert town.handled == [genuine]


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The JSON among what was printed; in a process of its own the command's log goes elsewhere."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]


async def run(*words: str) -> int:
    return await asyncio.to_thread(partial(main, words))


async def is_gone(town: Town) -> bool:
    return await town.addresses() == []


async def times_is(town: Town, times: int) -> bool:
    return [entry.times for entry in await town.waiting()] == [times]
