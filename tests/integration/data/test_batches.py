"""Units of work that hold many messages: together, in part, in halves, one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from shared.contracts.registry import decode
from shared.contracts.verification_tasks import TaskClosed
from shared.errors import BadInput, DomainError
from shared.messaging.delivery import Context, Dead, Delivery, Done, Duplicate, Meta, Retry, Unavailable, converting, routing
from shared.messaging.transaction.outbox import LeasedRows
from shared.messaging.transaction.parked import ParkedMessages, ParkedState
from shared.messaging.transaction.runner import UnitBody
from shared.mongo import Mongo
from tests.integration.data.toy import TALLIES, Listener, Tally, Toy, Tx, message


async def test_fifty_messages_share_one_transaction(mongo_url: str, database: str) -> None:
    listener = Listener()
    mongo = Mongo.connect(mongo_url, event_listeners=(listener,))
    toy = Toy(mongo, database)
    await toy.prepare()
    listener.commands.clear()
    outcomes = await toy.batch(*(message(f"t{number % 10}") for number in range(50)))
    names = listener.names()
    await mongo.close()
    assert outcomes == [Done()] * 50
    # One query for all aggregates, one insert of inbox rows, one bulk write of aggregates (inserts), one insert of outbox rows, one commit.
    assert names == ["find", "insert", "insert", "insert", "commitTransaction"]


async def test_second_message_sees_what_the_first_did(toy: Toy) -> None:
    await toy.batch(message("a"), message("b"), message("a"), message("a"))
    assert await toy.totals() == {"a": 3, "b": 1}
    assert await toy.sequences("a") == [1, 2, 3]


async def test_message_whose_rule_says_no_leaves_no_trace(toy: Toy) -> None:
    bad = message("a", "rule")
    outcomes = await toy.batch(message("a"), bad, message("a"), message("b"))
    assert outcomes == [Done(), Dead("rule_says_no"), Done(), Done()]
    assert await toy.totals() == {"a": 2, "b": 1}
    assert await toy.sequences("a") == [1, 2]
    assert await toy.count("inbox") == 3
    parked = await ParkedMessages(toy.mongo, toy.database).find(toy.key(bad))
    assert parked is not None
    assert (parked.code, parked.state, parked.body) == ("rule_says_no", ParkedState.PARKED, bad.body)


async def test_transient_failures_and_our_own_bugs_take_the_ladder(toy: Toy) -> None:
    outcomes = await toy.batch(message("a", "later"), message("a"), message("a", "bug"))
    assert outcomes == [Retry("down", 7), Done(), Retry("unexpected:ZeroDivisionError")]
    assert await toy.totals() == {"a": 1}
    assert await toy.count("parked") == 0


async def test_an_event_is_converted_once_and_what_cannot_be_converted_is_judged_alone(toy: Toy) -> None:
    converted: list[str] = []

    def convert(event: TaskClosed) -> str:
        converted.append(event.task_id)
        if event.task_id == "bad":
            raise DomainError("no_such_thing")
        return event.task_id

    async def handle(tx: Tx, tally_id: str, _meta: Meta) -> None:
        await tx.add_one(tally_id)

    async def prefetch(tx: Tx, tally_ids: Sequence[str]) -> None:
        await tx.work.unit.prefetch(TALLIES, tally_ids)

    toy.routes = dict(routing([converting(TaskClosed, convert, handle, prefetch)]))
    assert await toy.batch(message("a"), message("b")) == [Done(), Done()]
    assert converted == ["a", "b"]
    assert await toy.batch(message("a"), message("bad"), message("b")) == [Done(), Dead("no_such_thing"), Done()]
    assert await toy.totals() == {"a": 2, "b": 2}


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"{", "not_json"), (b"{}", "envelope_invalid")],
)
async def test_undecodable_bytes_are_parked_and_stop_nobody(toy: Toy, body: bytes, code: str) -> None:
    poison = Delivery(body, "poison-1", "verification.task_closed.v1")
    outcomes = await toy.batch(message("a"), poison, message("a"))
    assert [type(outcome) for outcome in outcomes] == [Done, Dead, Done]
    assert isinstance(outcomes[1], Dead)
    assert outcomes[1].code == code
    assert await toy.totals() == {"a": 2}
    assert await toy.count("parked", {"code": code}) == 1


async def test_unknown_version_and_missing_route_are_dead(toy: Toy) -> None:
    unknown = message("a")
    unknown = replace(unknown, body=unknown.body.replace(b"task_closed.v1", b"task_closed.v9"), type="verification.task_closed.v9")
    outcomes = await toy.batch(unknown)
    assert outcomes == [Dead("unknown_type", "verification.task_closed.v9")]
    assert await toy.units.run_batch([message("a")], {}) == [Dead("no_route", "verification.task_closed.v1")]


async def test_one_unwritable_document_does_not_hold_the_others(toy: Toy) -> None:
    outcomes = await toy.batch(
        *(message(f"a{number}") for number in range(10)),
        message("x", "label:same"),
        message("y", "label:same"),
        *(message(f"b{number}") for number in range(10)),
    )
    assert outcomes == [Done()] * 11 + [Retry("contended")] + [Done()] * 10
    totals = await toy.totals()
    assert len(totals) == 21
    assert "y" not in totals


async def test_lost_race_is_handled_again_with_fresh_reads(toy: Toy) -> None:
    await toy.batch(message("a"))
    rival = Toy(toy.mongo, toy.database)
    raced = [False]

    async def race() -> None:
        if not raced[0]:
            raced[0] = True
            await rival.batch(message("a"))

    toy.before_commit = race
    assert await toy.batch(message("a"), message("b")) == [Done(), Done()]
    assert await toy.totals() == {"a": 3, "b": 1}
    assert await toy.sequences("a") == [1, 2, 3]


async def test_same_message_twice_in_one_batch_is_handled_once(toy: Toy) -> None:
    twice = message("a")
    assert await toy.batch(twice, message("b"), twice) == [Done(), Done(), Duplicate()]
    assert await toy.totals() == {"a": 1, "b": 1}


async def test_refusal_of_a_message_that_was_handled_before_is_a_duplicate(toy: Toy) -> None:
    first = message("a")
    await toy.batch(first)
    toy.refuse.add(first.message_id)  # what a handler says of state that its own first handling made: "already decided"
    assert await toy.batch(first) == [Duplicate()]
    assert await toy.batch(message("b"), first, message("c")) == [Done(), Duplicate(), Done()]
    assert await toy.count("parked") == 0


async def test_replayed_message_closes_its_parked_row(toy: Toy) -> None:
    bad = message("a")
    toy.refuse.add(bad.message_id)
    assert await toy.batch(bad) == [Dead("rule_says_no")]
    parked = ParkedMessages(toy.mongo, toy.database)
    row = await parked.find(toy.key(bad))
    assert row is not None
    assert await parked.mark_replayed(row.key, row.at)
    assert not await parked.mark_replayed(row.key, row.at), "a second operator sends it a second time"
    toy.refuse.clear()
    assert await toy.batch(replace(bad, replayed=True)) == [Done()]
    resolved = await parked.find(row.key)
    assert resolved is not None
    assert resolved.state is ParkedState.RESOLVED


async def test_database_down_concludes_nothing(database: str) -> None:
    nowhere = Mongo.connect("mongodb://127.0.0.1:1/?directConnection=true&serverSelectionTimeoutMS=100", operation_timeout_ms=200)
    toy = Toy(nowhere, database)
    outcomes = await toy.batch(message("a"), Delivery(b"{", "poison", "x"), message("b"))
    await nowhere.close()
    assert outcomes == [Unavailable("database_unavailable")] * 3


async def test_event_names_its_cause(toy: Toy) -> None:
    cause = message("a")
    await toy.batch(cause)
    row = await toy.mongo.collection(toy.database, "outbox").find_one()
    assert row is not None
    envelope = decode(bytes(row["body"]))
    assert (envelope.causation_id, envelope.correlation_id, envelope.subject) == (cause.message_id, "corr", "a")
    assert envelope.id == row["_id"]
    assert envelope.traceparent.split("-")[1] == decode(cause.body).traceparent.split("-")[1]


async def test_keyed_unit_happens_once_and_answers_the_same(toy: Toy) -> None:
    runs: list[int] = []

    async def body(tx: Tx) -> dict[str, int]:
        runs.append(1)
        await tx.add_one("a")
        return {"run": len(runs)}

    context = Context("case-1", None, "00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    assert await toy.units.run(body, context=context, key="api:1", fingerprint="f") == {"run": 1}
    assert await toy.units.run(body, context=context, key="api:1", fingerprint="f") == {"run": 1}
    with pytest.raises(BadInput, match="idempotency_key_reused"):
        await toy.units.run(body, context=context, key="api:1", fingerprint="other")
    assert await toy.totals() == {"a": 1}
    assert runs == [1]


async def test_unit_that_raises_writes_nothing(toy: Toy) -> None:
    async def body(tx: Tx) -> None:
        await tx.add_one("a")
        raise DomainError("no")

    with pytest.raises(DomainError):
        await toy.units.run(body, key="k")
    assert await toy.totals() == {}
    assert await toy.count("inbox") == 0


def adding(tally_id: str, correlation_id: str) -> UnitBody[Tx, str]:
    async def body(tx: Tx) -> str:
        await tx.add_one(tally_id)
        return tally_id

    return UnitBody(body, Context(correlation_id, None, "00-" + "a" * 32 + "-" + "b" * 16 + "-01"))


async def test_errands_share_a_unit_and_each_has_its_own_cause_and_fate(toy: Toy) -> None:
    async def refuse(tx: Tx) -> str:
        await tx.add_one("never")
        raise DomainError("no")

    prefetched: list[Tx] = []

    async def prefetch(tx: Tx) -> None:
        prefetched.append(tx)

    first, refused, last = await toy.units.run_many([adding("a", "one"), UnitBody(refuse), adding("a", "two")], prefetch)
    assert (first, last) == ("a", "a")
    assert isinstance(refused, DomainError)
    assert await toy.totals() == {"a": 2}
    assert len(prefetched) == 1
    rows = await toy.mongo.collection(toy.database, "outbox").find().sort("seq", 1).to_list(None)
    assert [row["correlation_id"] for row in rows] == ["one", "two"]


async def test_errands_that_lost_a_race_run_again_alone(toy: Toy) -> None:
    await toy.batch(message("a"))
    raced: list[int] = []

    async def race(tx: Tx) -> str:
        await tx.add_one("a")
        if not raced:
            raced.append(1)
            await toy.batch(message("a"))
        return "raced"

    assert await toy.units.run_many([adding("b", "one"), UnitBody(race)]) == ["b", "raced"]
    assert await toy.totals() == {"a": 3, "b": 1}


async def test_an_errand_that_breaks_stops_no_other(toy: Toy) -> None:
    async def broken(_tx: Tx) -> str:
        raise KeyError("defect")

    first, defect, last = await toy.units.run_many([adding("a", "one"), UnitBody(broken), adding("b", "two")])
    assert (first, last) == ("a", "b")
    assert isinstance(defect, KeyError)
    assert await toy.totals() == {"a": 1, "b": 1}


async def test_no_errands_need_nothing(toy: Toy) -> None:
    assert await toy.units.run_many([]) == []


async def test_the_process_goes_on_while_it_handles_many(toy: Toy) -> None:
    turns: list[int] = [0]
    seen: list[int] = []

    async def others() -> None:
        while True:
            await asyncio.sleep(0)
            turns[0] += 1

    async def look() -> None:
        seen.append(turns[0])

    toy.before_commit = look
    answering = asyncio.create_task(others())
    await toy.batch(*(message("a") for _ in range(50)))
    answering.cancel()
    assert len(set(seen)) == 50, "each message leaves the others a turn"


async def test_the_relay_hears_and_hooks_run_after_the_commit_only(toy: Toy) -> None:
    calls: list[str] = []

    class Heard:
        """A relay that can't carry at once."""

        def hold(self) -> None:
            return None

        def take(self, handed: LeasedRows) -> None:
            raise AssertionError(handed)

        def wake(self) -> None:
            calls.append("wake")

    heard = Toy(toy.mongo, toy.database, handoff=Heard())

    async def body(tx: Tx) -> None:
        tx.work.on_commit(lambda: calls.append("hook"))
        await tx.add_one("a")
        mark = tx.work.savepoint()
        tx.work.on_commit(lambda: calls.append("rolled back"))
        tx.work.rollback(mark)
        assert calls == []

    await heard.units.run(body)
    assert calls == ["wake", "hook"]


async def test_stale_version_is_a_lost_race_and_nothing_else_of_the_unit_is_written(toy: Toy) -> None:
    await toy.batch(message("a"))
    attempts: list[int] = []

    async def body(tx: Tx) -> None:
        tally = await tx.work.unit.get(TALLIES, "a")
        assert tx.work.unit.version(TALLIES, "a") == len(attempts) + 1
        if not attempts:
            await toy.batch(message("a"))
        attempts.append(tally.total)
        tx.work.unit.add(TALLIES, Tally(f"b{len(attempts)}", 9))
        tx.work.unit.save(TALLIES, replace(tally, total=tally.total + 10))

    await toy.units.run(body)
    assert attempts == [1, 2]
    assert await toy.totals() == {"a": 12, "b2": 9}
