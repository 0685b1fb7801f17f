"""The register answers what makes no sense: an officer sees it, nothing is approved by it, no message dies of it, and it can be mended."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.submission import Answers, Person, Submission
from services.verification.domain.unclear import UNCLEAR
from shared.messaging.delivery import Done
from shared.reference.catalogue import catalogue
from shared.values import VouchedBy, Vouching
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_desk import REASON, decision, ok, refused
from tests.integration.verification.test_given_numbers import with_births
from tests.integration.verification.test_queue import asked
from tests.support import families as people
from tests.support.applications import WITNESSES
from tests.support.families import HUSBAND, KK, WIFE
from tests.support.submissions import document_voided
from tests.unit.verification.test_birth_rules import birth

WITNESS_KK = "3519010101700009"
SPOILT: Mapping[str, dict[str, Any]] = {
    "no head": {"members.0.relation": "ANAK"},
    "two heads": {"members.1.relation": "KEPALA KELUARGA"},
    "unknown code": {"members.0.marital": "NIKAH"},
    "no date": {"members.0.born_on": "2026-13-45"},
    "not yet born": {"members.3.born_on": "2027-01-01"},
    "no NIK": {"members.2.nik": "123"},
    "nobody": {"members": []},
    "another shape": {"members": {"error": "timeout"}},
    "no number": {"version": "satu"},
}


async def spoil(office: Office, **changes: Any) -> None:
    """Let the register say something else about the family, as a program that nobody checks would."""
    await office.mongo.collection(office.database, "families").update_one({"_id": KK}, {"$set": changes})


@pytest.mark.parametrize("what", SPOILT)
async def test_an_officer_gets_it_with_what_can_not_be_understood(office: Office, what: str) -> None:
    await office.load(people.family())
    await spoil(office, **SPOILT[what])
    assert list(await office.take_in(people.lost_card())) == [Done()], "no retry, no dead letter"
    [case] = await office.rows("cases")
    [task] = await office.rows("tasks")
    assert (case["state"], {reason["code"] for reason in task["reasons"]}) == ("in_review", {UNCLEAR})
    assert all(reason["field"].startswith("unclear[0].") for reason in task["reasons"])
    assert HUSBAND not in str({name: value for name, value in case.items() if name != "personal"}), "what it said is personal"
    async with office.client() as desk:
        seen = await ok(desk.post(f"/v1/tasks/{task['_id']}/claim"))
        [answer] = seen["personal"]["unclear"]
        marked = {f"unclear[0].{line['place']}" for line in answer["lines"] if line["code"]}
        assert marked == {reason["field"] for reason in task["reasons"]}
        assert seen["personal"]["registered"] == seen["personal"]["documents"] == []
        approval = desk.post(f"/v1/tasks/{task['_id']}/decision", json=decision("approve", seen["version"]))
        assert await refused(approval) == (409, UNCLEAR)
    assert await office.told("request_approved") == []
    assert await office.rows("parked") == []


async def test_what_of_it_makes_sense_serves_the_queue_and_is_kept_with_the_case(office: Office) -> None:
    await office.load(people.family())
    await spoil(office, **{"members.3.born_on": "besok"})
    [task_id] = await office.tasks_of(people.lost_card())
    [task] = await office.rows("tasks")
    assert (task["areas"], task["personal"]["persons"][0]["name"]) == (["351908", "3519081001"], "SLAMET DARMAWAN")
    [kept] = (await office.rows("cases"))[0]["personal"]["unclear"]
    assert {"place": "members[3].born_on", "text": "besok", "code": "date_malformed"} in kept["lines"]
    assert {"place": "members[1].nik", "text": WIFE, "code": None} in kept["lines"]
    async with office.client() as desk:
        seen = await ok(desk.post(f"/v1/tasks/{task_id}/claim"))
        body = decision("return", seen["version"], reasons=[REASON])
        await ok(desk.post(f"/v1/tasks/{task_id}/decision", json=body))
    [case] = await office.rows("cases")
    assert (case["state"], case["personal"]["unclear"]) == ("returned", [kept]), "it outlives the decision"


@pytest.mark.parametrize("what", SPOILT)
async def test_a_load_mends_the_register_and_the_request_is_checked_again(office: Office, what: str) -> None:
    await office.load(people.family())
    await spoil(office, **SPOILT[what])
    [task_id] = await office.tasks_of(people.lost_card())
    await office.load(people.family())
    async with office.client() as desk:
        seen = await ok(desk.post(f"/v1/tasks/{task_id}/claim"))
        assert (seen["findings"], len(seen["personal"]["registered"]), len(seen["personal"]["unclear"])) == ([], 1, 1)
        await ok(desk.post(f"/v1/tasks/{task_id}/decision", json=decision("approve", seen["version"])))
    [told] = await office.told_data("request_approved")
    assert told["personal"]["documents"][0]["content"]["head_name"] == "SLAMET DARMAWAN"


async def test_a_decision_is_not_made_on_what_makes_no_sense_since(office: Office) -> None:
    await office.load(people.family())
    [task_id] = await office.tasks_of(asked())
    async with office.client() as desk:
        seen = await ok(desk.post(f"/v1/tasks/{task_id}/claim"))
        await spoil(office, **{"members.0.born_on": "?"})
        approval = decision("approve", seen["version"])
        assert await refused(desk.post(f"/v1/tasks/{task_id}/decision", json=approval)) == (412, "version_stale")
        again = await ok(desk.get(f"/v1/tasks/{task_id}"))
        assert UNCLEAR in {finding["code"] for finding in again["findings"]}
        approval = decision("approve", again["version"])
        assert await refused(desk.post(f"/v1/tasks/{task_id}/decision", json=approval)) == (409, UNCLEAR)


async def test_a_decision_that_waits_goes_back_to_its_officer(office: Office) -> None:
    office.queue(undo=office.deps.claim_lease / 120)
    await office.load(people.family())
    [task_id] = await office.tasks_of(asked())
    async with office.client() as desk:
        seen = await ok(desk.post(f"/v1/tasks/{task_id}/claim"))
        assert (await ok(desk.post(f"/v1/tasks/{task_id}/decision", json=decision("approve", seen["version"]))))["stage"] == "deciding"
        await spoil(office, members=None)
        office.clock.forward(minutes=1)
        await office.decisions_take_effect()
        back = await ok(desk.get(f"/v1/tasks/{task_id}"))
    assert (back["stage"], back["refused"]) == ("first", "version_stale")
    assert await office.told("request_approved") == []


async def approved_birth(office: Office) -> Submission:
    """A birth that was approved, of which the documents are being made; then the register says what makes no sense."""
    with_births(office)
    await office.load(people.family())
    request = people.lost_card(products=("akta_kelahiran", "kk", "kia"))
    await office.take_in(request)
    assert len(await office.told("request_approved")) == 1
    await spoil(office, **{"members.0.religion": "?"})
    return request


async def test_what_was_issued_meanwhile_waits_for_a_person_and_is_recorded_after_the_mending(office: Office) -> None:
    request = await approved_birth(office)
    assert set(await office.issue(request, "akta_kelahiran", "kk", "kia")) == {Done()}
    [case] = await office.rows("cases")
    assert case["state"] == "unrecorded"
    async with office.client("admin") as admin:
        [stuck] = (await ok(admin.get("/v1/stuck")))["stuck"]
        assert stuck["code"] == "register_conflict"
        assert await refused(admin.post(f"/v1/stuck/{stuck['id']}/replay")) == (409, "register_conflict")
        await office.load(people.family())
        assert (await admin.post(f"/v1/stuck/{stuck['id']}/replay")).status_code == 204
    [family] = await office.rows("families")
    assert (len(family["members"]), family["pending"]) == (5, None)


async def test_a_change_that_is_dropped_leaves_the_answer_as_it_is_and_its_family_waits_no_more(office: Office) -> None:
    request = await approved_birth(office)
    for key in ("akta_kelahiran", "kk", "kia"):
        event = document_voided(request, key)
        assert await office.deliver(office.delivery(event, subject=event.document_id)) == [Done()]
    assert [case["state"] for case in await office.rows("cases")] == ["void"]
    [family] = await office.rows("families")
    assert (family["pending"], family["members"][0]["religion"]) == (None, "?")


def reported_birth() -> Submission:
    """A birth that its father reports, with two witnesses."""
    asked = birth().first
    answers = Answers(catalogue().get("akta_lahir").form.values(asked.answers.values))
    papers = tuple(map(people.attachment, ("surat_kelahiran", "buku_nikah", "kk")))
    vouching = Vouching(VouchedBy.LINK, "link-1", "counter")
    return replace(asked, answers=answers, attachments=papers, vouching=vouching, sender_nik=HUSBAND, subject=Person(name="BAGUS DARMAWAN"))


async def test_a_witness_of_whom_the_register_says_nonsense_hinders_no_approval(office: Office) -> None:
    witness = people.member(WITNESSES[0]["nik"], name=WITNESSES[0]["name"], born_on=date(1970, 1, 1))
    await office.load(people.family(), people.family(witness, kk_number=WITNESS_KK))
    await office.mongo.collection(office.database, "families").update_one({"_id": WITNESS_KK}, {"$set": {"members.0.sex": "M"}})
    [task_id] = await office.tasks_of(reported_birth())
    async with office.client() as desk:
        seen = await ok(desk.post(f"/v1/tasks/{task_id}/claim"))
        assert [finding["code"] for finding in seen["findings"] if finding["severity"] == "failure"] == [UNCLEAR]
        assert [document["product"] for document in seen["personal"]["documents"]] == ["akta_kelahiran", "kk", "kia"]
        await ok(desk.post(f"/v1/tasks/{task_id}/decision", json=decision("approve", seen["version"])))
    assert len(await office.told("request_approved")) == 1


async def test_new_numbers_are_given_beside_nonsense(office: Office) -> None:
    with_births(office)
    await office.load(people.family(), people.family(people.member("3519086011260001"), kk_number=WITNESS_KK))
    await office.mongo.collection(office.database, "families").update_one({"_id": WITNESS_KK}, {"$push": {"members": {"$each": [7, {}]}}})
    await office.take_in(people.lost_card(products=("akta_kelahiran", "kk", "kia")))
    [told] = await office.told_data("request_approved")
    assert told["personal"]["documents"][0]["content"]["nik"] == "3519086011260002"
