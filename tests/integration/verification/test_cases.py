"""Requests through real units of work: what is stored, what is told, and how many queries a batch costs."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from pymongo import monitoring

from services.verification import consumers
from services.verification.adapters.registry_sample import sample_families
from services.verification.domain.register import Family
from services.verification.domain.submission import Submission
from services.verification.store import MongoTx, RegistryStore
from shared.ids import new_id
from shared.messaging.delivery import Dead, Done, Duplicate, routing
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.mongo import Mongo
from shared.values import Contact
from tests.integration.verification.conftest import Office
from tests.support import families as people
from tests.support.families import KK, WIFE
from tests.support.harness import delivery_of
from tests.support.submissions import document_issued, request_submitted

NEW_KK = "3519082411260001"


def requests(families: list[Family]) -> list[Submission]:
    return [
        people.lost_card(request_id=new_id(), receipt=f"MDN-{index}", nik=family.head.nik, kk_number=family.kk_number)
        for index, family in enumerate(families)
    ]


async def test_a_green_request_is_approved_and_told_with_the_card(office: Office) -> None:
    await office.load(people.family())
    assert await office.take_in(people.lost_card()) == [Done()]
    [told] = await office.told()
    assert (told["type"], told["subject"], told["sequence"]) == ("verification.request_approved.v1", people.lost_card().request_id, 1)
    assert told["data"]["personal"]["card"]["kk_number"] == KK
    [case] = await office.rows("cases")
    assert (case["state"], case["version"], case["seq"]) == ("approved", 1, 1)
    assert await office.rows("tasks") == []


async def test_a_divorce_is_told_under_the_case_id_of_the_court(office: Office) -> None:
    await office.load(people.family())
    submissions = [
        people.divorce(nik, product=product, request_id=new_id(), receipt=f"MDN-{nik}-{product}")
        for nik in (people.HUSBAND, WIFE)
        for product in ("kk", "ktp")
    ]
    assert await office.take_in(*submissions) == [Done()] * 4
    told = await office.told("request_approved")
    assert {envelope["correlation_id"] for envelope in told} == {people.divorce().case_id}
    numbers = {(envelope["data"]["personal"]["holder_nik"], envelope["data"]["personal"]["card"]["kk_number"]) for envelope in told}
    assert numbers == {(people.HUSBAND, KK), (WIFE, None)}


async def test_everything_about_a_case_survives_the_database(office: Office) -> None:
    submission = people.divorce(
        ruling=people.decision(kind="cerai_talak", pledge_on=people.TODAY - timedelta(days=60)), attachments=(people.attachment("putusan"),)
    )
    await office.take_in(submission)

    async def read(tx: MongoTx) -> Submission:
        return (await tx.cases.get(submission.request_id)).submission

    assert await office.units.run(read) == submission


async def test_what_the_rules_can_not_decide_becomes_a_task_and_is_announced_without_persons(office: Office) -> None:
    await office.take_in(people.lost_card())
    [told] = await office.told()
    [task] = await office.rows("tasks")
    assert (told["type"], told["subject"]) == ("verification.task_opened.v1", task["_id"])
    assert told["data"]["reasons"] == [{"code": "not_in_register", "field": "kk_number"}]
    assert "personal" not in told["data"]
    assert task["due_at"] == office.deps.hours.promise(people.NOW, timedelta(hours=8))
    [case] = await office.rows("cases")
    assert (case["state"], case["task_id"]) == ("in_review", task["_id"])


async def test_the_time_that_was_promised_to_the_citizen_is_the_tasks_deadline(office: Office) -> None:
    promised = people.NOW + timedelta(hours=30)
    await office.take_in(people.lost_card(promised_at=promised))
    [task] = await office.rows("tasks")
    assert task["due_at"] == promised


async def test_a_returned_request_comes_in_again_mended_and_its_events_go_on_counting(office: Office) -> None:
    await office.load(people.family())
    await office.take_in(people.lost_card(attachments=()))
    office.clock.forward(hours=1)
    assert await office.take_in(people.lost_card()) == [Done()]
    told = await office.told()
    assert [(envelope["type"].split(".")[1], envelope["sequence"]) for envelope in told] == [
        ("request_returned", 1),
        ("request_approved", 2),
    ]
    [case] = await office.rows("cases")
    assert (case["state"], case["round"]) == ("approved", 2)


async def test_both_rounds_may_come_in_one_batch(office: Office) -> None:
    await office.load(people.family())
    assert await office.take_in(people.lost_card(attachments=()), people.lost_card()) == [Done(), Done()]
    assert [envelope["sequence"] for envelope in await office.told()] == [1, 2]


async def test_a_second_request_for_an_open_case_is_parked_and_leaves_no_trace(office: Office) -> None:
    await office.load(people.family())
    await office.take_in(people.lost_card())
    [outcome] = await office.take_in(people.lost_card())
    assert isinstance(outcome, Dead)
    assert outcome.code == "case_not_returned"
    assert len(await office.told()) == 1
    assert [row["code"] for row in await office.rows("parked")] == ["case_not_returned"]


@pytest.mark.parametrize(
    ("changes", "code"), [({"service": "unheard_of"}, "unknown_service"), ({"product": "ktp"}, "product_not_of_service")]
)
async def test_what_the_catalogue_does_not_have_is_parked_and_holds_nobody_up(office: Office, changes: dict[str, str], code: str) -> None:
    await office.load(people.family())
    good = people.lost_card()
    bad = people.lost_card(request_id=new_id(), **changes)
    first, second = await office.take_in(bad, good)
    assert (first, second) == (Dead(code, first.detail), Done())  # type: ignore[union-attr]
    assert len(await office.rows("cases")) == 1


async def test_a_channel_that_is_new_to_us_goes_through_as_it_came(office: Office) -> None:
    await office.load(people.family())
    contact = Contact(channel="kiosk", address="kiosk-1")
    assert await office.take_in(people.lost_card(channel="kiosk", contact=contact)) == [Done()]
    [approved] = await office.told()
    assert (approved["data"]["channel"], approved["data"]["personal"]["contact"]["channel"]) == ("kiosk", "kiosk")


async def test_a_request_for_a_person_without_a_nik_is_an_officers(office: Office) -> None:
    await office.load(people.family())
    assert await office.take_in(people.lost_card(nik=None, sender_nik=people.HUSBAND)) == [Done()]
    [task] = await office.rows("tasks")
    assert "nik_missing" in [reason["code"] for reason in task["reasons"]]
    async with office.client() as desk:
        seen = (await desk.post(f"/v1/tasks/{task['_id']}/claim")).json()
        assert seen["personal"]["nik"] is None
        approve = {"action": "approve", "version": seen["version"]}
        refused = await desk.post(f"/v1/tasks/{task['_id']}/decision", json=approve)
        assert (refused.status_code, refused.json()["code"]) == (409, "nik_missing")
        reasons = [{"code": "nik_missing", "field": "nik"}]
        returned = await desk.post(
            f"/v1/tasks/{task['_id']}/decision", json={"action": "return", "version": seen["version"], "reasons": reasons}
        )
        assert returned.status_code == 200
    [told] = await office.told("request_returned")
    assert told["data"]["reasons"] == reasons


async def test_a_message_that_comes_twice_is_handled_once(office: Office) -> None:
    await office.load(people.family())
    delivery = delivery_of(request_submitted(people.lost_card()), people.lost_card().request_id)
    assert await office.deliver(delivery) == [Done()]
    assert await office.deliver(replace(delivery, redelivered=True)) == [Duplicate()]
    assert len(await office.told()) == 1


async def test_the_document_ends_the_case_and_a_different_one_is_parked(office: Office) -> None:
    await office.load(people.family())
    await office.take_in(people.lost_card())
    for _ in range(2):
        assert await office.deliver(delivery_of(document_issued(people.lost_card()), "document-1")) == [Done()]
    [case] = await office.rows("cases")
    assert (case["state"], case["document_number"]) == ("issued", "3519-KK-24112026-0001")
    [outcome] = await office.deliver(delivery_of(document_issued(people.lost_card(), "document-2"), "document-2"))
    assert isinstance(outcome, Dead)
    assert outcome.code == "other_document_issued"


async def test_issued_cards_of_a_divorce_change_the_register_so_that_the_next_request_sees_it(office: Office) -> None:
    await office.load(people.family())
    his, hers = (people.divorce(nik, request_id=new_id(), receipt=nik) for nik in (people.HUSBAND, WIFE))
    await office.take_in(his, hers)
    messages = [
        delivery_of(document_issued(hers, "document-hers", NEW_KK), "document-hers"),
        delivery_of(document_issued(his, "document-his"), "document-his"),
    ]
    assert await office.deliver(*messages) == [Done(), Done()]
    families = {family.kk_number: family for family in await office.registry.families(kk_numbers=[KK, NEW_KK], niks=[])}
    assert [member.nik for member in families[NEW_KK].members] == [WIFE, people.DAUGHTER]
    assert [member.nik for member in families[KK].members] == [people.HUSBAND, people.SON]
    assert {family.head.marital.value for family in families.values()} == {"CERAI HIDUP TERCATAT"}
    lost = people.lost_card(request_id=new_id(), nik=WIFE, kk_number=NEW_KK)
    await office.take_in(lost, people.divorce(WIFE, request_id=new_id(), receipt="MDN-2"))
    told = await office.told()
    assert told[-2]["data"]["personal"]["card"]["head_name"] == "TITIK FITRIANI"
    assert told[-1]["data"]["reasons"] == [{"code": "already_divorced", "field": "decision.wife.nik"}]


async def test_a_new_card_without_its_number_is_parked(office: Office) -> None:
    await office.load(people.family())
    await office.take_in(people.divorce(WIFE))
    [outcome] = await office.deliver(delivery_of(document_issued(people.divorce(WIFE)), "document-1"))
    assert isinstance(outcome, Dead)
    assert outcome.code == "kk_number_missing"
    [case] = await office.rows("cases")
    assert case["state"] == "approved"


async def test_a_setting_takes_the_automatic_way_away(office: Office) -> None:
    await office.load(people.family())
    office.automatic(kk_hilang=False)
    await office.take_in(people.lost_card())
    [told] = await office.told()
    assert told["data"]["reasons"] == [{"code": "officer_required", "field": None}]


class Queries(monitoring.CommandListener):
    """Counts what is asked of which collection."""

    def __init__(self) -> None:
        self.finds: list[str] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name == "find":
            self.finds.append(event.command["find"])

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


async def test_a_batch_of_fifty_costs_one_query_per_collection(office: Office, mongo_url: str) -> None:
    families = list(sample_families(50, 5))
    await office.load(*families)
    queries = Queries()
    monitoring.register(queries)
    try:
        mongo = Mongo.connect(mongo_url)
    finally:
        monitoring._LISTENERS.command_listeners.remove(queries)
    registry = RegistryStore(mongo, office.database)
    units = UnitOfWorkRunner(
        mongo=mongo,
        database=office.database,
        service="verification",
        make_tx=lambda work: MongoTx(work, registry),
        clock=office.clock,
    )
    deliveries = [delivery_of(request_submitted(request), request.request_id) for request in requests(families)]
    outcomes = await units.run_batch(deliveries, routing(consumers.routes(office.deps)))  # type: ignore[arg-type]
    await mongo.close()
    assert outcomes == [Done()] * 50
    assert sorted(name for name in queries.finds if name in ("cases", "families", "tasks")) == ["cases", "families"]


async def test_two_units_over_one_case_do_not_lose_either(office: Office) -> None:
    """A case that is approved while another message about it is in hand: the loser reads again and is refused, never overwritten."""
    await office.load(people.family())
    first, second = await asyncio.gather(office.take_in(people.lost_card()), office.take_in(people.lost_card()))
    outcomes = sorted(type(outcome).__name__ for outcome in (*first, *second))
    assert outcomes == ["Dead", "Done"]
    assert len(await office.told("request_approved")) == 1
