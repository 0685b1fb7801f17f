"""The desk over HTTP: lists, claims, decisions on the version that was seen, and documents straight through from intake."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.verification.adapters.registry_sample import sample_families
from services.verification.domain.submission import Answers, Submission
from shared.ids import new_id
from shared.messaging.delivery import Done
from shared.reference.catalogue import catalogue
from shared.values import Attachment
from tests.integration.verification.conftest import PHOTO, Office
from tests.support import families as people
from tests.unit.verification.test_birth_rules import birth
from tests.unit.verification.test_printing import large

REASON = {"code": "attachment_wrong", "field": "answers.ktp"}


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with office.client() as client:
        yield client


@pytest.fixture
async def colleague(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with office.client("officer-2") as client:
        yield client


@pytest.fixture
async def task_id(office: Office) -> str:
    """A task for a request whose name differs from the register's."""
    await office.load(people.family())
    await office.take_in(people.lost_card(applicant_name="Slamet Darmawanto"))
    [task] = await office.rows("tasks")
    return str(task["_id"])


async def ok(call: Any) -> Any:
    response = await call
    assert response.status_code == 200, response.text
    return response.json()


async def refused(call: Any) -> tuple[int, str]:
    response = await call
    assert response.headers["content-type"].startswith("application/problem+json"), response.text
    return response.status_code, response.json()["code"]


def decision(action: str, version: str, **more: Any) -> dict[str, Any]:
    return {"action": action, "version": version, **more}


async def test_an_officer_sees_the_request_the_register_and_the_documents_an_approval_would_make(
    desk: httpx.AsyncClient, task_id: str
) -> None:
    response = await desk.get(f"/v1/tasks/{task_id}")
    task = response.json()
    assert task["reasons"] == [{"code": "name_differs", "field": "applicant.name", "severity": "failure"}]
    [request] = task["requests"]
    assert request["personal"]["applicant"] == {"nik": people.HUSBAND, "kk_number": people.KK, "name": "Slamet Darmawanto"}
    assert request["personal"]["answers"][0] == {
        "field": "answers.nik",
        "label": "NIK pemohon",
        "type": "nik",
        "value": people.HUSBAND,
        "shown": people.HUSBAND,
    }
    [document] = task["personal"]["documents"]
    assert (document["key"], document["name"], document["content_type"]) == ("kk", "Kartu Keluarga", "family_card.v1")
    assert task["personal"]["registered"][0]["head_name"] == document["content"]["head_name"] == "SLAMET DARMAWAN"
    assert task["personal"]["numbers_final"] is True
    assert task["service_name"] == "Kartu Keluarga hilang"
    assert [(attachment["field"], attachment["name"]) for attachment in request["attachments"]] == [
        ("surat_kehilangan", "Surat kehilangan dari kepolisian"),
        ("ktp", "KTP-el"),
    ]
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["etag"] == f'"{task["version"]}"'


async def test_claim_and_approve(office: Office, desk: httpx.AsyncClient, task_id: str) -> None:
    claimed = await ok(desk.post(f"/v1/tasks/{task_id}/claim"))
    assert claimed["claimed_by"] == "officer-1"
    done = await ok(desk.post(f"/v1/tasks/{task_id}/decision", json=decision("approve", claimed["version"])))
    assert (done["state"], done["outcome"], done["closed_by"], done["case_state"]) == ("closed", "approved", "officer-1", "approved")
    told = {envelope["type"].split(".")[1]: envelope for envelope in await office.told()}
    assert told["request_approved"]["data"]["decided_by"] == "staff"
    assert told["request_approved"]["data"]["officer_id"] == "officer-1"
    assert told["task_closed"]["data"]["outcome"] == "approved"
    assert [told[kind]["sequence"] for kind in ("task_opened", "task_claimed", "task_closed")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("action", "event", "state"), [("return", "request_returned", "returned"), ("reject", "request_rejected", "rejected")]
)
async def test_turning_down_tells_the_citizen_why(
    office: Office, desk: httpx.AsyncClient, task_id: str, action: str, event: str, state: str
) -> None:
    claimed = await ok(desk.post(f"/v1/tasks/{task_id}/claim"))
    body = decision(action, claimed["version"], reasons=[REASON], note="Foto KTP buram")
    done = await ok(desk.post(f"/v1/tasks/{task_id}/decision", json=body))
    assert done["case_state"] == state
    [told] = await office.told(event)
    assert (told["data"]["reasons"], told["data"]["personal"]["note"]) == ([REASON], "Foto KTP buram")


@pytest.mark.parametrize(
    ("action", "codes", "expected"),
    [
        ("return", ["photo_of_a_cat"], ("reason_unknown", ["reasons[0].code"])),
        ("reject", ["name_differs", "photo_of_a_cat", "made_up"], ("reason_unknown", ["reasons[1].code", "reasons[2].code"])),
        ("return", ["other_office"], ("reason_not_for_this", ["reasons[0].code"])),
        ("reject", ["officer_required"], ("reason_not_for_this", ["reasons[0].code"])),
        ("return", [], ("reason_missing", ["reasons"])),
        ("approve", ["attachment_wrong"], ("reason_not_for_this", ["reasons[0].code"])),
        ("approve", ["made_up"], ("reason_unknown", ["reasons[0].code"])),
    ],
)
async def test_a_reason_that_is_not_in_the_list_or_not_for_this_is_refused_by_its_field(
    office: Office, desk: httpx.AsyncClient, task_id: str, action: str, codes: list[str], expected: tuple[str, list[str]]
) -> None:
    claimed = await ok(desk.post(f"/v1/tasks/{task_id}/claim"))
    body = decision(action, claimed["version"], reasons=[{"code": code} for code in codes])
    answer = await desk.post(f"/v1/tasks/{task_id}/decision", json=body)
    assert answer.status_code == 422
    assert (answer.json()["code"], [error["field"] for error in answer.json()["errors"]]) == expected
    [case] = await office.rows("cases")
    assert case["state"] == "in_review"


async def test_every_listed_reason_can_be_given_for_what_the_list_says(office: Office, desk: httpx.AsyncClient) -> None:
    listed = (await ok(desk.get("/v1/reasons")))["reasons"]
    assert {reason["code"] for reason in listed} >= {"attachment_wrong", "other_office", "officer_required", "name_one_word"}
    assert next(reason for reason in listed if reason["code"] == "attachment_wrong") == {
        "code": "attachment_wrong",
        "text": "Berkas yang dikirim tidak sesuai.",
        "about": "document",
        "acts": ["return", "reject"],
        "tells_register": False,
        "services": [],
        "needs_note": False,
    }
    for act in ("return", "reject"):
        usable = [{"code": reason["code"]} for reason in listed if act in reason["acts"]]
        await office.take_in(people.lost_card(request_id=new_id(), receipt=f"MDN-{act}"))
        task = next(task for task in await office.rows("tasks") if task["state"] == "open")
        claimed = await ok(desk.post(f"/v1/tasks/{task['_id']}/claim"))
        for some in (usable[:20], usable[-20:]):
            body = decision(act, claimed["version"] if some is usable[-20:] else "0-0", reasons=some)
            answer = await desk.post(f"/v1/tasks/{task['_id']}/decision", json=body)
            assert answer.status_code in {200, 412}, answer.text


async def test_of_many_officers_who_claim_at_once_one_gets_it(office: Office, task_id: str) -> None:
    async with office.client("officer-1") as first, office.client("officer-2") as second:
        responses = await asyncio.gather(*(client.post(f"/v1/tasks/{task_id}/claim") for client in (first, second)))
    assert sorted(response.status_code for response in responses) == [200, 409]
    [task] = await office.rows("tasks")
    winner = responses[0] if responses[0].status_code == 200 else responses[1]
    assert task["claim"]["officer_id"] == winner.json()["claimed_by"]


async def test_a_claim_ends_with_its_lease(office: Office, desk: httpx.AsyncClient, colleague: httpx.AsyncClient, task_id: str) -> None:
    await ok(desk.post(f"/v1/tasks/{task_id}/claim"))
    assert await refused(colleague.post(f"/v1/tasks/{task_id}/claim")) == (409, "task_claimed")
    assert await refused(colleague.post(f"/v1/tasks/{task_id}/release")) == (409, "task_claimed")
    office.clock.forward(minutes=20)
    taken = await ok(colleague.post(f"/v1/tasks/{task_id}/claim"))
    assert taken["claimed_by"] == "officer-2"
    assert await refused(desk.post(f"/v1/tasks/{task_id}/decision", json=decision("approve", taken["version"]))) == (
        409,
        "task_not_claimed",
    )


async def test_a_released_task_is_everybodys(desk: httpx.AsyncClient, colleague: httpx.AsyncClient, task_id: str) -> None:
    await ok(desk.post(f"/v1/tasks/{task_id}/claim"))
    released = await ok(desk.post(f"/v1/tasks/{task_id}/release"))
    assert released["claimed_by"] is None
    assert (await ok(colleague.post(f"/v1/tasks/{task_id}/claim")))["claimed_by"] == "officer-2"


async def test_a_decision_on_an_old_version_is_refused(office: Office, desk: httpx.AsyncClient, task_id: str) -> None:
    seen = await ok(desk.get(f"/v1/tasks/{task_id}"))
    await ok(desk.post(f"/v1/tasks/{task_id}/claim"))
    stale = desk.post(f"/v1/tasks/{task_id}/decision", json=decision("approve", seen["version"]))
    assert await refused(stale) == (412, "version_stale")
    assert await office.told("request_approved") == []


async def test_a_decision_is_refused_when_the_register_changed_since(office: Office, desk: httpx.AsyncClient, task_id: str) -> None:
    claimed = await ok(desk.post(f"/v1/tasks/{task_id}/claim"))
    await office.load(people.family())
    stale = desk.post(f"/v1/tasks/{task_id}/decision", json=decision("approve", claimed["version"]))
    assert await refused(stale) == (412, "version_stale")
    fresh = await ok(desk.get(f"/v1/tasks/{task_id}"))
    await ok(desk.post(f"/v1/tasks/{task_id}/decision", json=decision("approve", fresh["version"])))


async def test_nobody_decides_without_a_claim_or_twice(office: Office, desk: httpx.AsyncClient, task_id: str) -> None:
    seen = await ok(desk.get(f"/v1/tasks/{task_id}"))
    path = f"/v1/tasks/{task_id}/decision"
    assert await refused(desk.post(path, json=decision("approve", seen["version"]))) == (409, "task_not_claimed")
    claimed = await ok(desk.post(f"/v1/tasks/{task_id}/claim"))
    answers = await asyncio.gather(*(desk.post(path, json=decision("approve", claimed["version"])) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert len(await office.told("request_approved")) == len(await office.told("task_closed")) == 1


async def test_a_person_who_is_in_no_family_can_not_be_approved_only_turned_down(office: Office, desk: httpx.AsyncClient) -> None:
    await office.take_in(people.lost_card())
    [task] = await office.rows("tasks")
    claimed = await ok(desk.post(f"/v1/tasks/{task['_id']}/claim"))
    path = f"/v1/tasks/{task['_id']}/decision"
    assert claimed["personal"]["documents"] == []
    assert await refused(desk.post(path, json=decision("approve", claimed["version"]))) == (409, "holder_not_in_register")
    assert await refused(desk.post(path, json=decision("reject", claimed["version"]))) == (422, "reason_missing")
    assert (await ok(desk.post(path, json=decision("reject", claimed["version"], reasons=[REASON]))))["outcome"] == "rejected"


async def test_lists_are_paged_by_urgency_and_never_repeat_or_skip(office: Office, desk: httpx.AsyncClient) -> None:
    for index in range(7):
        await office.take_in(people.lost_card(request_id=new_id(), promised_at=people.NOW.replace(hour=20 - index)))
    seen: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = await ok(desk.get("/v1/tasks", params={"limit": 3, **after}))
        seen += page["tasks"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len({task["id"] for task in seen}) == 7
    assert [task["due_at"] for task in seen] == sorted(task["due_at"] for task in seen)
    assert await refused(desk.get("/v1/tasks", params={"after": "nonsense"})) == (422, "cursor_malformed")


async def test_filters_show_what_they_say(office: Office, desk: httpx.AsyncClient, colleague: httpx.AsyncClient, task_id: str) -> None:
    async def shown(client: httpx.AsyncClient, **query: str) -> list[str]:
        return [task["id"] for task in (await ok(client.get("/v1/tasks", params=query)))["tasks"]]

    await ok(desk.post(f"/v1/tasks/{task_id}/claim"))
    assert await shown(desk, show="mine") == await shown(colleague, show="open") == [task_id]
    assert await shown(colleague, show="mine") == await shown(colleague, show="available") == []
    assert await shown(desk, show="overdue") == await shown(desk, show="closed") == []
    assert await shown(desk, service="kk_hilang", channel="whatsapp", reason="name_differs") == [task_id]
    assert await shown(desk, service="cerai") == await shown(desk, channel="court") == await shown(desk, reason="not_married") == []
    office.clock.forward(days=30)
    assert await shown(colleague, show="available") == await shown(colleague, show="overdue") == [task_id]
    assert await ok(desk.get("/v1/tasks/tally")) == {"open": 1, "claimed": 0, "overdue": 1, "by_service": {"kk_hilang": 1}}


@pytest.mark.parametrize("text", ["slam darma", "SLAMET", "mdn-7k4q", people.HUSBAND, people.KK[:8]])
async def test_a_task_is_found_by_what_the_citizen_says(desk: httpx.AsyncClient, task_id: str, text: str) -> None:
    found = await ok(desk.post("/v1/tasks/search", json={"text": text}))
    assert [task["id"] for task in found["tasks"]] == [task_id]


async def test_whom_a_search_was_for_is_written_down(office: Office, desk: httpx.AsyncClient) -> None:
    for text in (people.HUSBAND, "SLAMET", "mdn-7k4q"):
        await ok(desk.post("/v1/tasks/search", json={"text": text}))
    rows = [row for row in await office.rows("audit") if row["act"] == "tasks.searched"]
    named = [[each["nik"] or each["name"] for each in row.get("personal", {}).get("persons", ())] for row in rows]
    assert named == [[people.HUSBAND], ["SLAMET"], []]


@pytest.mark.parametrize("text", ["slamet nobody", ".*", "$where", "armawan"])
async def test_a_search_is_by_beginnings_and_never_a_pattern(desk: httpx.AsyncClient, task_id: str, text: str) -> None:
    assert task_id
    expected = [task_id] if text == ".*" else []  # nothing but signs asks for nothing
    assert [task["id"] for task in (await ok(desk.post("/v1/tasks/search", json={"text": text})))["tasks"]] == expected


async def test_a_photo_comes_straight_through_from_intake_with_our_key(office: Office, desk: httpx.AsyncClient, task_id: str) -> None:
    response = await desk.get(f"/v1/tasks/{task_id}/attachments/file-ktp")
    assert (response.content, response.headers["content-type"]) == (PHOTO, "image/jpeg")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert office.intake["asked"] == ("/v1/files/file-ktp", "Bearer intake-key")


async def test_a_file_of_another_case_is_not_to_be_had(office: Office, desk: httpx.AsyncClient, task_id: str) -> None:
    assert await refused(desk.get(f"/v1/tasks/{task_id}/attachments/file-other")) == (404, "attachment_not_found")
    assert "asked" not in office.intake


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"status": 404}, (404, "file_not_found")),
        ({"status": 500}, (503, "intake_unavailable")),
        ({"status": 429}, (503, "intake_unavailable")),
        ({"status": 401}, (400, "intake_refused")),
        ({"error": httpx.ConnectError("no")}, (503, "intake_unavailable")),
        ({"error": httpx.ReadTimeout("no")}, (503, "intake_unavailable")),
    ],
)
async def test_intakes_troubles_are_told_apart(
    office: Office, desk: httpx.AsyncClient, task_id: str, answer: dict[str, Any], expected: tuple[int, str]
) -> None:
    office.intake.update(answer)
    assert await refused(desk.get(f"/v1/tasks/{task_id}/attachments/file-ktp")) == expected


@pytest.mark.parametrize(
    ("officer", "expected"), [("", (401, "key_missing")), ("nobody", (401, "key_unknown")), ("adapter", (403, "scope_missing"))]
)
async def test_every_route_asks_who_calls(office: Office, task_id: str, officer: str, expected: tuple[int, str]) -> None:
    async with office.client(officer) as client:
        for method, path in [
            ("GET", "/v1/tasks"),
            ("GET", "/v1/tasks/tally"),
            ("POST", "/v1/tasks/search"),
            ("GET", f"/v1/tasks/{task_id}"),
            ("POST", f"/v1/tasks/{task_id}/claim"),
            ("POST", f"/v1/tasks/{task_id}/release"),
            ("POST", f"/v1/tasks/{task_id}/decision"),
            ("GET", f"/v1/tasks/{task_id}/attachments/file-ktp"),
        ]:
            body = {"text": "slamet"} if path.endswith("search") else decision("approve", "1-1")
            assert await refused(client.request(method, path, json=body if method == "POST" else None)) == expected


async def test_a_reader_reads_and_does_not_decide(office: Office, task_id: str) -> None:
    async with office.client("reader") as client:
        await ok(client.get(f"/v1/tasks/{task_id}"))
        assert await refused(client.post(f"/v1/tasks/{task_id}/claim")) == (403, "scope_missing")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "destroy", "version": "1-1"}, "action"),
        ({"action": "approve"}, "version"),
        ({"action": "return", "version": "1-1", "reasons": [{"code": "Not A Code"}]}, "reasons[0].code"),
        ({"action": "approve", "version": "1-1", "verzion": "2"}, "verzion"),
        ({"action": "reject", "version": "1-1", "note": "x" * 1001}, "note"),
    ],
)
async def test_a_malformed_decision_is_told_by_its_field(desk: httpx.AsyncClient, task_id: str, body: dict[str, Any], field: str) -> None:
    response = await desk.post(f"/v1/tasks/{task_id}/decision", json=body)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]


async def test_a_task_that_is_not_there(desk: httpx.AsyncClient) -> None:
    assert await refused(desk.get(f"/v1/tasks/{new_id()}")) == (404, "tasks_not_found")


async def test_the_register_takes_in_families_and_counts_their_editions(office: Office) -> None:
    families = list(sample_families(30, 3))
    await office.load(*families)
    await office.load(families[0])
    found = (await office.registry.look_up(kk_numbers=[families[0].kk_number], niks=[families[1].head.nik])).families
    assert {(family.kk_number, family.edition) for family in found} == {(families[0].kk_number, 2), (families[1].kk_number, 1)}
    assert next(family for family in found if family.edition == 1) == families[1]
    assert not await office.registry.is_empty()
    assert (await office.registry.look_up(kk_numbers=[], niks=[])).families == ()


async def test_a_family_that_no_card_holds_is_a_task_that_can_not_be_approved_and_can_be_once_the_register_is_mended(
    office: Office, desk: httpx.AsyncClient
) -> None:
    await office.load(large(31))
    assert await office.take_in(people.lost_card()) == [Done()]
    [told] = await office.told()
    assert told["data"]["reasons"] == [{"code": "card_too_large", "field": "kk.members"}]
    task_id = told["subject"]
    seen = await ok(desk.post(f"/v1/tasks/{task_id}/claim"))
    assert len(seen["personal"]["registered"][0]["members"]) == 31
    assert await refused(desk.post(f"/v1/tasks/{task_id}/decision", json=decision("approve", seen["version"]))) == (409, "card_too_large")
    await office.load(large(30))
    seen = await ok(desk.get(f"/v1/tasks/{task_id}"))
    await ok(desk.post(f"/v1/tasks/{task_id}/decision", json=decision("approve", seen["version"])))
    [approved] = await office.told("request_approved")
    assert len(approved["data"]["personal"]["documents"][0]["content"]["members"]) == 30


def wired(submission: Submission) -> Submission:
    """The request with its answers by the types of the form, as they go on the wire."""
    form = catalogue().get(submission.service).form
    files = tuple(
        Attachment(f"f-{field.name}", field.name, field.any_of[0], "image/jpeg", 1000, "0" * 64)
        for field in form.asked(form.values(submission.answers.values), submission.submitted_on)
        if field.is_document
    )
    return replace(submission, answers=Answers(form.values(submission.answers.values)), attachments=files)


async def test_a_birth_that_father_and_mother_both_reported_is_recorded_once(office: Office, desk: httpx.AsyncClient) -> None:
    """What waited for an officer is checked against the register of today: the first report's child is on the card by then."""
    await office.load(people.family())
    by_father = wired(birth().first)
    by_mother = replace(wired(birth(relation="mother", nik=people.WIFE).first), request_id="r-mother", receipt="MDN-2222-2222")
    await office.take_in(by_father)
    await office.take_in(by_mother)
    first, second = sorted(await office.rows("tasks"), key=lambda task: str(task["request_id"] == "r-mother"))
    claimed = await ok(desk.post(f"/v1/tasks/{first['_id']}/claim"))
    await ok(desk.post(f"/v1/tasks/{first['_id']}/decision", json=decision("approve", claimed["version"])))
    await office.issue(by_father, "akta_kelahiran", "kk", "kia")
    shown = await ok(desk.post(f"/v1/tasks/{second['_id']}/claim"))
    assert "child_already_registered" in {finding["code"] for finding in shown["findings"]}
    path = f"/v1/tasks/{second['_id']}/decision"
    assert await refused(desk.post(path, json=decision("approve", shown["version"]))) == (409, "child_already_registered")
    [family] = await office.rows("families")
    assert len(family["members"]) == 5
