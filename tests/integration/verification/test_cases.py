"""Requests through real units of work: what is stored, what is told, and how many queries a batch costs."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.verification import consumers
from services.verification.adapters.registry_sample import sample_families
from services.verification.domain.case import Case
from services.verification.domain.register import Family
from services.verification.domain.services import reprint
from services.verification.domain.submission import Answers, Person, Submission
from services.verification.store import MongoTx, RegistryStore
from shared.ids import new_id
from shared.messaging.delivery import Dead, Done, Duplicate, routing
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.values import Contact
from tests.integration.verification.conftest import Office
from tests.support import families as people
from tests.support.commands import watched
from tests.support.families import KK, WIFE
from tests.support.harness import delivery_of
from tests.support.submissions import request_submitted


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
    [order] = told["data"]["personal"]["documents"]
    assert (told["data"]["documents"], order["content"]["kk_number"], order["about"]) == (["kk"], KK, f"kk:{KK}")
    [case] = await office.rows("cases")
    assert (case["state"], case["version"], case["seq"]) == ("approved", 1, 1)
    assert await office.rows("tasks") == []


async def test_everything_about_a_case_survives_the_database(office: Office) -> None:
    ruling = people.decision(kind="cerai_talak", pledge_on=people.TODAY - timedelta(days=60))
    his, hers = people.divorces(ruling, attachments=(people.attachment("putusan"),))
    born = people.lost_card(
        request_id=new_id(),
        service="akta_lahir",
        products=("akta_kelahiran", "kk", "kia"),
        relation="mother",
        subject=Person(name="BAYI BARU"),
        answers=Answers({"nik": people.HUSBAND, "kk_number": KK, "born_on": people.TODAY, "witnesses": ({"nik": WIFE, "name": "T F"},)}),
    )
    office.deps = replace(office.deps, rules={**office.deps.rules, "akta_lahir": reprint.RULES})
    await office.take_in(his, hers, born)

    async def read(tx: MongoTx) -> list[Case]:
        return [await tx.cases.get(case_id) for case_id in (people.CASE, born.request_id)]

    court, birth = await office.units.run(read)
    assert (court.submissions, birth.submissions) == ((his, hers), (born,))


async def test_what_the_rules_can_not_decide_becomes_a_task_and_is_announced_without_persons(office: Office) -> None:
    await office.take_in(people.lost_card())
    [told] = await office.told()
    [task] = await office.rows("tasks")
    assert (told["type"], told["subject"]) == ("verification.task_opened.v1", task["_id"])
    assert told["data"]["reasons"] == [{"code": "not_in_register", "field": "answers.kk_number"}]
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
    assert await office.take_in(people.lost_card(round=2)) == [Done()]
    told = await office.told()
    assert [(envelope["type"].split(".")[1], envelope["sequence"]) for envelope in told] == [
        ("request_returned", 1),
        ("request_approved", 2),
    ]
    [case] = await office.rows("cases")
    assert (case["state"], case["round"]) == ("approved", 2)


async def test_both_rounds_may_come_in_one_batch(office: Office) -> None:
    await office.load(people.family())
    assert await office.take_in(people.lost_card(attachments=()), people.lost_card(round=2)) == [Done(), Done()]
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
    ("changes", "code"),
    [
        ({"service": "unheard_of"}, "unknown_service"),
        ({"products": ("ktp",)}, "product_not_of_service"),
        ({"service": "legalisir", "products": ("kk",)}, "service_without_rules"),
        ({"form_version": 9}, "unknown_form_version"),
    ],
)
async def test_what_the_catalogue_does_not_have_is_parked_and_holds_nobody_up(office: Office, changes: dict[str, Any], code: str) -> None:
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
        assert seen["requests"][0]["personal"]["applicant"]["nik"] is None
        approve = {"action": "approve", "version": seen["version"]}
        refused = await desk.post(f"/v1/tasks/{task['_id']}/decision", json=approve)
        assert (refused.status_code, refused.json()["code"]) == (409, "nik_missing")
        reasons = [{"code": "nik_missing", "field": "answers.nik"}]
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
        assert await office.issue(people.lost_card()) == [Done()]
    [case] = await office.rows("cases")
    assert (case["state"], case["documents"][0]["number"]) == ("issued", "3519-KK-24112026-0001")
    [outcome] = await office.issue(people.lost_card(), number="3519-KK-24112026-0002")
    assert isinstance(outcome, Dead)
    assert outcome.code == "other_document_issued"
    assert await office.rows("register_history") == []


async def test_a_setting_takes_the_automatic_way_away(office: Office) -> None:
    await office.load(people.family())
    office.automatic(kk_hilang=False)
    await office.take_in(people.lost_card())
    [told] = await office.told()
    assert told["data"]["reasons"] == [{"code": "officer_required", "field": None}]


async def test_a_batch_of_fifty_costs_one_query_per_collection(office: Office, mongo_url: str) -> None:
    families = list(sample_families(50, 5))
    await office.load(*families)
    async with watched(mongo_url) as (mongo, commands):
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
    assert outcomes == [Done()] * 50
    assert sorted(commands.asked("cases", "families", "tasks")) == ["cases", "families"]


async def test_two_units_over_one_case_do_not_lose_either(office: Office) -> None:
    """A case that is approved while another message about it is in hand: the loser reads again and is refused, never overwritten."""
    await office.load(people.family())
    first, second = await asyncio.gather(office.take_in(people.lost_card()), office.take_in(people.lost_card()))
    outcomes = sorted(type(outcome).__name__ for outcome in (*first, *second))
    assert outcomes == ["Dead", "Done"]
    assert len(await office.told("request_approved")) == 1
