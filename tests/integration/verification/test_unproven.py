"""A request of an unproven sender at the desk: what an officer sees, may say, and may grant."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.verification.domain.submission import Submission
from shared.contracts.intake import AddressLost, AddressLostPersonal
from shared.messaging.delivery import Delivery
from shared.values import VouchedBy, Vouching
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_desk import decision, ok, refused
from tests.support import families as people

UNPROVEN = people.lost_card(vouching=None, sender_nik=None, attachments=(*people.lost_card().attachments, people.attachment("selfie_ktp")))


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with office.client() as client:
        yield client


async def claimed(office: Office, desk: httpx.AsyncClient, submission: Submission = UNPROVEN) -> tuple[str, dict[str, Any]]:
    await office.load(people.family())
    await office.take_in(submission)
    [task] = await office.rows("tasks")
    return f"/v1/tasks/{task['_id']}/decision", await ok(desk.post(f"/v1/tasks/{task['_id']}/claim"))


async def test_an_automatic_approval_names_the_link_it_rests_on(office: Office) -> None:
    await office.load(people.family())
    await office.take_in(people.lost_card())
    [approved] = await office.told("request_approved")
    assert approved["data"]["vouching"] == {"by": "link", "link_id": "link-1", "level": "counter", "village": None}
    assert approved["data"]["decided_by"] == "automatic"
    [case] = await office.rows("cases")
    assert case["requests"][0]["vouching"] == {"by": "link", "link_id": "link-1", "level": "counter", "village": None}
    assert case["personal"]["requests"][0]["sender_nik"] == people.HUSBAND


async def test_an_unproven_request_is_a_task_that_says_so(office: Office, desk: httpx.AsyncClient) -> None:
    _, task = await claimed(office, desk)
    assert [reason["code"] for reason in task["reasons"]] == ["identity_unproven"]
    assert task["identity"] == {"proven": False, "vouched_by": None, "link_id": None, "level": None, "can_grant_link": True}
    [opened] = await office.told("task_opened")
    assert opened["data"]["reasons"] == [{"code": "identity_unproven", "field": None}]
    assert await office.told("request_") == []


async def test_a_linked_stranger_to_the_card_is_shown_and_named_in_no_approval(office: Office, desk: httpx.AsyncClient) -> None:
    path, task = await claimed(
        office, desk, people.lost_card(sender_nik="3519081107700005", vouching=Vouching(VouchedBy.LINK, "link-9", "officer"))
    )
    assert (task["identity"]["proven"], task["identity"]["link_id"]) == (False, "link-9")
    await ok(desk.post(path, json=decision("approve", task["version"])))
    [approved] = await office.told("request_approved")
    assert (approved["data"]["vouching"], approved["data"]["officer_id"]) == (None, "officer-1")


@pytest.mark.parametrize("act", ["return", "reject"])
async def test_what_the_register_holds_is_not_told_to_an_unproven_sender(office: Office, desk: httpx.AsyncClient, act: str) -> None:
    path, task = await claimed(office, desk)
    telling = decision(act, task["version"], reasons=[{"code": "not_in_register"}])
    assert await refused(desk.post(path, json=telling)) == (422, "reason_tells_register")
    await ok(desk.post(path, json=decision(act, task["version"], reasons=[{"code": "identity_unproven"}])))


async def test_a_decision_that_grants_the_link_may_say_it_and_tells_it(office: Office, desk: httpx.AsyncClient) -> None:
    path, task = await claimed(office, desk)
    await ok(desk.post(path, json=decision("return", task["version"], reasons=[{"code": "not_in_register"}], grant_link=True)))
    [returned] = await office.told("request_returned")
    assert (returned["data"]["link_granted"], returned["data"]["officer_id"]) == (True, "officer-1")
    [case] = await office.rows("cases")
    assert (case["link_granted"], case["officer_id"]) == (True, "officer-1")


async def test_an_approval_grants_the_link_for_nobody_approves_before_the_faces_were_compared(
    office: Office, desk: httpx.AsyncClient
) -> None:
    path, task = await claimed(office, desk)
    assert await refused(desk.post(path, json=decision("approve", task["version"]))) == (422, "faces_not_same")
    assert await office.told("request_approved") == []
    await ok(desk.post(path, json=decision("approve", task["version"], grant_link=True)))
    [approved] = await office.told("request_approved")
    assert (approved["data"]["link_granted"], approved["data"]["officer_id"]) == (True, "officer-1")


@pytest.mark.parametrize(
    ("submission", "act"),
    [
        (UNPROVEN, "reject"),
        (people.lost_card(vouching=None), "approve"),
        (people.lost_card(vouching=Vouching(VouchedBy.ADAPTER), applicant_name="Slamet Darmawanto"), "approve"),
    ],
    ids=["reject", "no selfie", "proven"],
)
async def test_a_link_is_granted_only_with_a_selfie_and_for_good(
    office: Office, desk: httpx.AsyncClient, submission: Submission, act: str
) -> None:
    path, task = await claimed(office, desk, submission)
    reasons = [] if act == "approve" else [{"code": "identity_unproven"}]
    granting = decision(act, task["version"], reasons=reasons, grant_link=True)
    assert await refused(desk.post(path, json=granting)) == (422, "link_not_grantable")


async def test_reasons_say_which_of_them_tell_the_register(desk: httpx.AsyncClient) -> None:
    listed = {reason["code"]: reason["tells_register"] for reason in (await ok(desk.get("/v1/reasons")))["reasons"]}
    assert (listed["identity_unproven"], listed["attachment_unreadable"]) == (False, False)
    assert all(listed[code] for code in ("not_in_register", "nik_not_in_kk", "kk_number_differs", "other_office", "repeated_recently"))


def lost_number(office: Office, link_id: str = "link-1") -> Delivery:
    event = AddressLost(
        contact_id="contact-1", lost_at=office.clock(), link_ids=(link_id,), personal=AddressLostPersonal(address="6281234567890")
    )
    return office.delivery(event, subject="contact-1")


async def test_a_link_that_ended_with_the_number_vouches_for_no_request_that_comes_in_later(office: Office) -> None:
    await office.load(people.family())
    await office.deliver(lost_number(office))
    await office.deliver(lost_number(office))
    await office.take_in(people.lost_card())
    [task] = await office.rows("tasks")
    assert [reason["code"] for reason in task["reasons"]] == ["identity_unproven"]
    assert await office.told("request_") == []


async def test_a_link_that_ends_while_a_request_waits_makes_it_unproven_and_what_was_seen_before_stale(
    office: Office, desk: httpx.AsyncClient
) -> None:
    path, seen = await claimed(office, desk, people.lost_card(repeats="request-0"))
    assert seen["identity"]["proven"]
    await office.deliver(lost_number(office))
    assert await refused(desk.post(path, json=decision("approve", seen["version"]))) == (412, "version_stale")
    now = await ok(desk.get(path.removesuffix("/decision")))
    assert now["identity"] == {"proven": False, "vouched_by": None, "link_id": None, "level": None, "can_grant_link": False}
    await ok(desk.post(path, json=decision("approve", now["version"])))
    [approved] = await office.told("request_approved")
    assert approved["data"]["vouching"] is None


async def test_another_link_that_ended_changes_nothing(office: Office) -> None:
    await office.load(people.family())
    await office.deliver(lost_number(office, "link-2"))
    await office.take_in(people.lost_card())
    [approved] = await office.told("request_approved")
    assert approved["data"]["vouching"]["link_id"] == "link-1"
