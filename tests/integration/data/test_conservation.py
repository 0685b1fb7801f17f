"""Nothing that was accepted is nowhere."""

from __future__ import annotations

from datetime import timedelta

from shared.clock import now
from shared.contracts.verification_tasks import TaskClosed
from shared.messaging.delivery import Dead, Delivery
from shared.messaging.operations import accounting, sequences
from shared.messaging.operations.accounting import AccountSpec, Count, Tally, Unfinished
from shared.messaging.transaction.outbox import Outbox
from shared.messaging.transaction.parked import ParkedMessages
from shared.mongo import aggregate
from tests.integration.data.toy import SERVICE, Toy, message


async def test_accounts_are_data_that_anybody_can_count(toy: Toy) -> None:
    await toy.mongo.collection(toy.database, "requests").insert_many([{"state": state} for state in ("open", "open", "done", "stuck")])
    account = accounting.by_state("requests", "requests", finished=["done"], parked=["stuck"], in_flight=["open"])
    gone = AccountSpec("gone", (), (), (), ())
    await accounting.register(toy.mongo, toy.database, [gone])
    await accounting.register(toy.mongo, toy.database, [account])
    assert await accounting.take(toy.mongo, toy.database) == {"requests": Tally(4, 1, 1, 2)}
    assert await accounting.tally(toy.mongo, toy.database, account) == Tally(4, 1, 1, 2)


async def test_state_that_no_side_knows_is_missing(toy: Toy) -> None:
    await toy.mongo.collection(toy.database, "requests").insert_many([{"state": "done"}, {"state": "forgotten"}])
    account = accounting.by_state("requests", "requests", finished=["done"], parked=[], in_flight=["open"])
    assert (await accounting.tally(toy.mongo, toy.database, account)).missing == 1


async def test_what_is_not_finished_is_counted_by_its_state(toy: Toy) -> None:
    await toy.mongo.collection(toy.database, "requests").insert_many(
        [{"state": state} for state in ("new", "new", "sent", "done", "stuck")]
    )
    account = accounting.by_state("requests", "requests", finished=["done"], parked=["stuck"], in_flight=["new", "sent", "asked"])
    found = await accounting.unfinished(toy.mongo, toy.database, account)
    assert found == Unfinished(parked={"stuck": 1}, in_flight={"new": 2, "sent": 1, "asked": 0})


async def test_a_number_that_is_missing_between_two_events_is_found(toy: Toy) -> None:
    await toy.batch(*(message("a") for _ in range(3)), message("b"))
    assert await sequences.broken(toy.mongo, {SERVICE: toy.database}, now()) == {SERVICE: []}
    rows = toy.mongo.collection(toy.database, "outbox")
    [about] = [row["_id"] for row in await aggregate(rows, [{"$group": {"_id": "$aggregate", "n": {"$sum": 1}}}, {"$match": {"n": 3}}])]
    await rows.delete_one({"aggregate": about, "seq": 2})
    assert await sequences.broken(toy.mongo, {SERVICE: toy.database}, now()) == {SERVICE: [about]}
    assert list(sequences.lines({SERVICE: [about]})) == [f"{SERVICE:<14} GAP between the events of {about}"]
    assert await sequences.broken(toy.mongo, {SERVICE: toy.database}, now() + timedelta(days=2)) == {SERVICE: []}, "older than a day"


async def test_sides_may_be_sums_of_several_collections(toy: Toy) -> None:
    await toy.mongo.collection(toy.database, "new").insert_many([{}, {}])
    await toy.mongo.collection(toy.database, "old").insert_many([{"ok": True}, {"ok": False}])
    account = AccountSpec(
        "both",
        accepted=(Count("new", {}), Count("old", {})),
        finished=(Count("old", {"ok": True}),),
        parked=(Count("old", {"ok": False}),),
        in_flight=(Count("new", {}),),
    )
    found = await accounting.tally(toy.mongo, toy.database, account)
    assert found == Tally(4, 1, 1, 2)
    assert found.missing == 0


async def test_every_event_is_followed_from_outbox_to_inbox(toy: Toy) -> None:
    consumer_database = f"{toy.database}_consumer"
    consumer = Toy(toy.mongo, consumer_database)
    await consumer.prepare()
    bindings = {SERVICE: (TaskClosed,)}
    await toy.batch(*(message("a", "rule" if number == 6 else "add") for number in range(7)))
    outbox = Outbox(toy.mongo, toy.database)

    async def flow() -> accounting.Flow:
        (found,) = await accounting.flows(toy.mongo, {SERVICE: toy.database}, bindings)
        return found

    assert (await flow()).unsent == 6
    claim = await outbox.claim(5, 30)
    await outbox.mark_sent(claim.token, [row.id for row in claim.rows[:4]])
    await outbox.park(claim.token, claim.rows[4].id, "unroutable", "")
    assert (await flow()).on_the_way == 4
    # The toy consumes its own events: the same database is publisher and consumer.
    deliveries = [Delivery(row.body, row.id, row.type) for row in claim.rows[:4]]
    toy.refuse.add(deliveries[1].message_id)
    assert (await toy.batch(*deliveries[:3]))[1] == Dead("rule_says_no")
    found = await flow()
    assert (found.published, found.handled, found.parked, found.refused, found.on_the_way) == (8, 2, 1, 1, 1)
    assert found.unsent == 3
    assert found.tally.missing == 0
    await ParkedMessages(toy.mongo, toy.database).discard(toy.key(deliveries[1]), "nobody needs it", now())
    after = await flow()
    assert (after.parked, after.discarded) == (0, 1)
