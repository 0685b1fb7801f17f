"""The outbox under several relays, lost leases, a broker that is down and one that refuses."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from deploy.local.database import MongoNode
from shared.clock import now
from shared.ids import new_id
from shared.messaging.broker.errors import BrokerUnavailable, PublishRefused
from shared.messaging.transaction import outbox
from shared.messaging.transaction.outbox import BirthLease, LeasedRows, Outbox, OutboxRow
from shared.messaging.transaction.relay import Relay
from shared.mongo import DatabaseUnavailable, Mongo
from tests.integration.data.toy import Toy, message
from tests.support.eventually import eventually

NEVER_SECONDS = 600.0  # a poll so rare that only a wake-up can explain what is seen
ROW = OutboxRow("", "", 1, "verification.task_closed.v1", "verification", b"{}", "correlation", "traceparent", now())


@dataclass
class FakeBroker:
    """Takes rows; may be down, refuse, or be slow."""

    taken: list[OutboxRow] = field(default_factory=list)
    tries: int = 0
    down: bool = False
    refuse: set[str] = field(default_factory=set)
    in_flight: int = 0
    most_in_flight: int = 0
    before: Callable[[OutboxRow], Awaitable[None]] | None = None

    async def publish(self, row: OutboxRow) -> None:
        self.tries += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(0)
            if self.before is not None:
                await self.before(row)
            if self.down:
                raise BrokerUnavailable
            if row.id in self.refuse:
                raise PublishRefused("unroutable", "no queue takes it")
            self.taken.append(row)
        finally:
            self.in_flight -= 1

    def has_taken(self, rows: int) -> Callable[[], bool]:
        return lambda: len(self.taken) == rows

    def times(self) -> Counter[str]:
        return Counter(row.id for row in self.taken)


@asynccontextmanager
async def running(*relays: Relay) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(relay.run(stop)) for relay in relays]
    yield
    stop.set()
    await asyncio.gather(*tasks)


async def unsent(toy: Toy) -> int:
    return await toy.count("outbox", {"state": "new"})


async def all_sent(toy: Toy) -> bool:
    return await unsent(toy) == 0


async def test_rows_leave_in_order_and_are_marked(toy: Toy) -> None:
    await toy.batch(*(message(f"t{number % 7}") for number in range(50)))
    broker = FakeBroker()
    async with running(Relay(Outbox(toy.mongo, toy.database), broker.publish, watch=False)):
        await eventually(lambda: all_sent(toy))
    assert len(broker.taken) == 50
    assert set(broker.times().values()) == {1}
    for number in range(7):
        assert [row.sequence for row in broker.taken if row.aggregate == f"tallies/t{number}"] == list(range(1, 8 if number else 9))
    assert await toy.count("outbox", {"state": "sent", "sent_at": {"$exists": True}, "lease": {"$exists": False}}) == 50


async def test_at_most_64_are_in_flight(toy: Toy) -> None:
    for _ in range(4):
        await toy.batch(*(message("a") for _ in range(50)))
    broker = FakeBroker()
    async with running(Relay(Outbox(toy.mongo, toy.database), broker.publish, watch=False)):
        await eventually(lambda: all_sent(toy))
    assert broker.most_in_flight == 64
    assert len(broker.taken) == 200


async def test_two_relays_share_the_work_and_publish_each_row_once(toy: Toy) -> None:
    for _ in range(8):
        await toy.batch(*(message("a") for _ in range(50)))
    first, second = FakeBroker(), FakeBroker()
    relays = [Relay(Outbox(toy.mongo, toy.database), broker.publish, in_flight=16, watch=False) for broker in (first, second)]
    async with running(*relays):
        await eventually(lambda: all_sent(toy))
    assert (first.times() + second.times()).most_common(1)[0][1] == 1
    assert len(first.taken) + len(second.taken) == 400
    assert first.taken
    assert second.taken


async def test_lost_lease_another_relay_publishes_and_only_it_marks(toy: Toy) -> None:
    await toy.batch(message("a"))
    slow, quick = FakeBroker(), FakeBroker()
    go_on = asyncio.Event()

    async def hang(_: OutboxRow) -> None:
        await go_on.wait()

    slow.before = hang
    box = Outbox(toy.mongo, toy.database)
    async with running(Relay(box, slow.publish, lease_seconds=0.3, poll_seconds=0.1, watch=False)):
        await eventually(lambda: slow.in_flight == 1)
        async with running(Relay(box, quick.publish, poll_seconds=0.1, watch=False)):
            await eventually(lambda: all_sent(toy))
        marked = await toy.mongo.collection(toy.database, "outbox").find_one()
        go_on.set()
        await eventually(lambda: len(slow.taken) == 1)
    assert len(quick.taken) == 1
    assert await toy.mongo.collection(toy.database, "outbox").find_one() == marked, "a relay whose lease is lost changes nothing"


async def test_lost_lease_is_not_marked_by_its_old_token(toy: Toy) -> None:
    await toy.batch(message("a"), message("a"))
    box = Outbox(toy.mongo, toy.database)
    old = await box.claim(10, lease_seconds=0.0)
    ids = [row.id for row in old.rows]
    await eventually(lambda: _claims(box, len(ids)))
    assert await box.mark_sent(old.token, ids) == 0
    assert await box.park(old.token, ids[0], "x", "") is False
    await box.release(old.token, ids)
    assert (await box.claim(10, lease_seconds=30)).rows == (), "released by a token that was not its own"
    assert await unsent(toy) == 2


async def _claims(box: Outbox, rows: int) -> bool:
    return len((await box.claim(10, lease_seconds=30)).rows) == rows


async def test_lease_that_ran_out_before_the_publish_publishes_nothing(toy: Toy) -> None:
    # A process that slept (SIGSTOP, a blocked event loop) between claim and publish.
    await toy.batch(message("a"))
    broker = FakeBroker()
    relay = Relay(Outbox(toy.mongo, toy.database), broker.publish, lease_seconds=0.0, poll_seconds=0.05, watch=False)
    async with running(relay):
        await eventually(lambda: toy.count("outbox", {"attempts": {"$gte": 3}}))
    assert broker.tries == 0
    assert await unsent(toy) == 1


async def test_refused_row_is_parked_with_its_reason_and_replayed(toy: Toy) -> None:
    await toy.batch(message("a"), message("a"), message("a"))
    box = Outbox(toy.mongo, toy.database)
    broker = FakeBroker()
    rows = await toy.mongo.collection(toy.database, "outbox").find().sort("seq", 1).to_list(None)
    broker.refuse.add(rows[1]["_id"])
    relay = Relay(box, broker.publish, watch=False, poll_seconds=NEVER_SECONDS)
    async with running(relay):
        await eventually(lambda: all_sent(toy))
        parked = await box.parked()
        assert [(event.row.id, event.code) for event in parked] == [(rows[1]["_id"], "unroutable")]
        assert len(broker.taken) == 2
        broker.refuse.clear()
        assert await box.replay(rows[1]["_id"])
        assert not await box.replay(rows[1]["_id"])
        relay.wake()
        await eventually(lambda: len(broker.taken) == 3)
        await eventually(lambda: all_sent(toy))
    assert await box.parked() == []


async def test_broker_down_is_retried_without_end_and_parks_nothing(toy: Toy) -> None:
    await toy.batch(*(message("a") for _ in range(5)))
    broker = FakeBroker(down=True)
    relay = Relay(Outbox(toy.mongo, toy.database), broker.publish, watch=False, poll_seconds=0.05)
    async with running(relay):
        await eventually(lambda: broker.tries >= 5 and not broker.in_flight)
        known, broker.most_in_flight = broker.tries, 0
        await eventually(lambda: broker.tries >= known + 2)
        assert broker.most_in_flight == 1, "while the broker is down one row at a time probes it"
        assert await unsent(toy) == 5
        assert await eventually(lambda: relay.oldest_unsent_seconds) > 0
        broker.down = False
        await eventually(lambda: all_sent(toy))
        await eventually(lambda: relay.oldest_unsent_seconds == 0.0)
    assert len(broker.taken) == 5
    assert await toy.count("outbox", {"state": "parked"}) == 0


async def test_row_that_breaks_our_own_code_does_not_stop_the_others(toy: Toy) -> None:
    await toy.batch(message("a"), message("b"))
    broker = FakeBroker()

    async def break_one(row: OutboxRow) -> None:
        if row.aggregate == "tallies/a":
            raise ZeroDivisionError

    broker.before = break_one
    async with running(Relay(Outbox(toy.mongo, toy.database), broker.publish, watch=False)):
        await eventually(lambda: len(broker.taken) == 1)
    row = await toy.mongo.collection(toy.database, "outbox").find_one({"state": "new"})
    assert row is not None
    assert row["aggregate"] == "tallies/a"
    assert "next_at" in row
    assert "lease" not in row


async def test_commit_in_the_same_process_is_carried_without_a_claim(toy: Toy) -> None:
    broker = FakeBroker()
    relay = Relay(Outbox(toy.mongo, toy.database), broker.publish, watch=False, poll_seconds=NEVER_SECONDS)
    here = Toy(toy.mongo, toy.database, handoff=relay)
    async with running(relay):
        await eventually(lambda: relay.hold() is not None)
        for number in range(1, 4):
            await here.batch(message("a"))
            await eventually(broker.has_taken(number))
        await eventually(lambda: all_sent(toy))
    assert await toy.count("outbox", {"attempts": 1, "lease": {"$exists": False}}) == 3
    await here.batch(message("a"))
    assert await toy.count("outbox", {"attempts": 0, "lease": {"$exists": False}}) == 1, "a relay that does not run holds nothing"


async def test_handed_rows_and_those_of_others_both_leave(toy: Toy) -> None:
    broker = FakeBroker()
    relay = Relay(Outbox(toy.mongo, toy.database), broker.publish, in_flight=8, poll_seconds=0.1, watch=False)
    here = Toy(toy.mongo, toy.database, handoff=relay)
    async with running(relay):
        for _ in range(6):
            await asyncio.gather(here.batch(*(message("a") for _ in range(50))), toy.batch(*(message("b") for _ in range(50))))
        await eventually(lambda: all_sent(toy))
    assert broker.times().most_common(1)[0][1] == 1
    assert len(broker.taken) == 600


class Dying:
    """The relay of a process that dies right after the commit."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def hold(self) -> BirthLease:
        return BirthLease("dying", self.seconds)

    def take(self, handed: LeasedRows) -> None:
        pass

    def wake(self) -> None:
        raise AssertionError("nothing is to be claimed")


async def test_what_a_process_had_in_hand_when_it_died_is_carried_by_another(toy: Toy) -> None:
    broker = FakeBroker()
    await Toy(toy.mongo, toy.database, handoff=Dying(30.0)).batch(message("held"))
    await Toy(toy.mongo, toy.database, handoff=Dying(0.3)).batch(message("left"))
    async with running(Relay(Outbox(toy.mongo, toy.database), broker.publish, poll_seconds=0.05, watch=False)):
        await eventually(broker.has_taken(1))
    assert [row.aggregate for row in broker.taken] == ["tallies/left"]
    assert await unsent(toy) == 1


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_is_wrong_does_not_keep_rows_from_others(toy: Toy, monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    monkeypatch.setattr(outbox, "now", lambda: now() + timedelta(hours=hours))
    await Toy(toy.mongo, toy.database, handoff=Dying(5.0)).batch(message("a"))
    row = await toy.mongo.collection(toy.database, "outbox").find_one()
    assert row is not None
    seconds = (row["lease"]["until"] - now()).total_seconds()
    assert -15 < seconds < 20


async def test_a_relay_whose_broker_is_down_holds_nothing(toy: Toy) -> None:
    broker = FakeBroker(down=True)
    relay = Relay(Outbox(toy.mongo, toy.database), broker.publish, lease_seconds=1.0, poll_seconds=0.05, watch=False)
    here = Toy(toy.mongo, toy.database, handoff=relay)
    async with running(relay):
        await eventually(lambda: relay.hold() is not None)
        await here.batch(message("a"), message("b"))
        await eventually(lambda: relay.hold() is None)
        await here.batch(message("a"))
        broker.down = False
        await eventually(lambda: all_sent(toy))
        await eventually(lambda: relay.hold() is not None)
    assert len(broker.taken) == 3


async def test_commit_in_another_process_wakes_the_relay_by_the_change_stream(toy: Toy) -> None:
    broker = FakeBroker()
    relay = Relay(Outbox(toy.mongo, toy.database), broker.publish, poll_seconds=NEVER_SECONDS, alone_seconds=NEVER_SECONDS)
    async with running(relay):
        for number in range(1, 4):
            await toy.batch(message("a"))
            await eventually(broker.has_taken(number))
        for _ in range(4):
            await toy.batch(*(message("a") for _ in range(50)))
        await eventually(lambda: len(broker.taken) == 203)
        await toy.batch(message("a"))
        await eventually(lambda: len(broker.taken) == 204)


class Watched(Outbox):
    """Counts the change streams that are opened."""

    opened = 0

    def inserts(self, enough: Callable[[], bool]) -> AsyncGenerator[None, None]:
        self.opened += 1
        return super().inserts(enough)


async def test_a_relay_that_is_alone_with_its_outbox_opens_no_change_stream(toy: Toy) -> None:
    broker, box = FakeBroker(), Watched(toy.mongo, toy.database, "here")
    relay = Relay(box, broker.publish, poll_seconds=0.1, alone_seconds=0.0)
    async with running(relay):
        await eventually(lambda: relay.hold() is not None)
        await Toy(toy.mongo, toy.database, handoff=relay, writer="here").batch(message("a"))
        await eventually(broker.has_taken(1))
        assert box.opened == 0
        await Toy(toy.mongo, toy.database, writer="there").batch(message("b"))
        await eventually(broker.has_taken(2))
        await eventually(lambda: box.opened == 1)


async def test_the_change_stream_tells_of_other_processes_and_not_of_our_own_commits(toy: Toy) -> None:
    """Else a relay would look again, in vain, for every row that its own process wrote."""
    own, other = (Toy(toy.mongo, toy.database, writer=name) for name in ("own", "other"))
    told: list[int] = []
    async with aclosing(Outbox(toy.mongo, toy.database, "own").inserts(lambda: False)) as inserts:
        await anext(inserts)  # the stream is open
        await own.batch(*(message("a") for _ in range(20)))
        await other.batch(message("b"))
        await anext(inserts)
        told.append(await toy.count("outbox"))
        await own.batch(message("a"))
        await other.batch(message("b"))
        await anext(inserts)
        told.append(await toy.count("outbox"))
    assert told == [21, 23]


async def test_what_was_committed_before_the_stop_leaves(toy: Toy) -> None:
    broker = FakeBroker()
    relay = Relay(Outbox(toy.mongo, toy.database), broker.publish, watch=False, poll_seconds=NEVER_SECONDS)
    async with running(relay):
        await eventually(lambda: relay.oldest_unsent_seconds == 0.0)
        for _ in range(3):
            await toy.batch(*(message("a") for _ in range(50)))
    assert len(broker.taken) == 150
    assert await unsent(toy) == 0


async def test_discarded_row_stays_and_says_why(toy: Toy) -> None:
    await toy.batch(message("a"))
    box = Outbox(toy.mongo, toy.database)
    claim = await box.claim(1, 30)
    assert await box.park(claim.token, claim.rows[0].id, "too_large", "2 MB")
    found = await box.find(claim.rows[0].id)
    assert found is not None
    assert (found.code, found.detail) == ("too_large", "2 MB")
    assert await box.discard(found.row.id, "sent by hand")
    assert not await box.discard(found.row.id, "again")
    assert await toy.count("outbox", {"state": "discarded", "note": "sent by hand"}) == 1


async def test_rows_written_before_the_server_has_told_its_time_have_no_lease_and_are_claimed(toy: Toy) -> None:
    """A mongod that has just started tells none for some tenths of a second; here the rows are the first that the session asks for."""
    row = replace(ROW, id=new_id(), aggregate="tallies/early")
    box = Outbox(toy.mongo, toy.database)
    assert await toy.mongo.transact(lambda session: box.insert([row], session, BirthLease("early", NEVER_SECONDS))) is None
    broker = FakeBroker()
    async with running(Relay(Outbox(toy.mongo, toy.database), broker.publish, poll_seconds=0.05, watch=False)):
        await eventually(broker.has_taken(1))


async def test_while_mongodb_starts_a_unit_of_work_is_written_or_told_to_wait(private_mongo: MongoNode, database: str) -> None:
    """Never a defect: whoever asks meanwhile is answered 503, and comes again."""
    mongo = Mongo.connect(private_mongo.url, operation_timeout_ms=1_000, transaction_limit_seconds=2.0)
    box = Outbox(mongo, database)
    written = 0
    await mongo.prepare(database, outbox.INDEXES)
    private_mongo.kill()
    starting = asyncio.create_task(asyncio.to_thread(private_mongo.start))
    try:
        while written < 20 or not starting.done():
            row = replace(ROW, id=new_id(), aggregate=f"tallies/{written}")
            with suppress(DatabaseUnavailable):
                await mongo.transact(lambda session, row=row: box.insert([row], session, BirthLease("early", 5.0)))  # type: ignore[misc]
                written += 1
            await asyncio.sleep(0)
    finally:
        await starting
        await mongo.drop(database)
        await mongo.close()
