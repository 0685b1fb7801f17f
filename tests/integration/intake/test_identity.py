"""Who is asking: links granted, looked up, revoked and lapsed; the selfie of who has none."""

from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from shared.messaging.delivery import Done
from tests.integration.intake.rig import (
    ADAPTER,
    COUNTER,
    JPEG,
    KK,
    NIK,
    PNG,
    Rig,
    buttons_of,
    codes,
    only,
    text_of,
)
from tests.integration.intake.test_progress import APPROVED, REGISTER_CHANGED, RETURNED, delivery
from tests.integration.intake.test_requests import body, file
from tests.support.harness import keyed

LINKS = "/v1/people/links"
PHONE = "6281234567890"
OTHER_NIK = "3519081708850004"


async def post(rig: Rig, path: str = "", key: str = COUNTER, **content: Any) -> Response:
    return await rig.http.post(LINKS + path, json=content, headers=keyed(key))


async def stranger_files(rig: Rig, sender: str = PHONE) -> list[Any]:
    """A whole conversation of somebody whom nobody has looked at, the selfie included."""
    await rig.press("service:kk_hilang", sender)
    await rig.say(NIK, sender)
    await rig.say(KK, sender)
    await rig.show(JPEG + sender.encode(), sender)
    asked = await rig.show(PNG + sender.encode(), sender)
    assert "swafoto" in text_of(only(asked))
    await rig.show(PNG + b"a face" + sender.encode(), sender)
    return await rig.press("confirm", sender)


async def is_linked(rig: Rig, sender: str = PHONE) -> bool:
    found = (await post(rig, "/search", phone=sender)).json()["links"]
    return any(link["valid"] for link in found)


async def test_a_counter_links_a_phone_and_finds_and_revokes_the_link(rig: Rig) -> None:
    link = await rig.link("081234567890")
    assert (link["level"], link["granted_by"], link["valid"]) == ("counter", "loket", True)
    assert link["nik"] == "351908********03"
    for search in ({"phone": "+62 812-3456-7890"}, {"nik": NIK}, {"nik": NIK, "phone": PHONE}):
        assert only((await post(rig, "/search", **search)).json()["links"])["link_id"] == link["link_id"]
    assert (await post(rig, "/search", nik=OTHER_NIK)).json() == {"links": []}
    revoked = await post(rig, f"/{link['link_id']}/revoke")
    assert revoked.status_code == 200
    assert [revoked.json()[name] for name in ("valid", "end", "ended_by")] == [False, "revoked", "loket"]
    again = await post(rig, f"/{link['link_id']}/revoke")
    assert (again.status_code, again.json()["code"]) == (409, "link_ended")
    assert (await post(rig, "/none/revoke")).json()["code"] == "link_not_found"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"phone": PHONE, "nik": "123"}, ("nik", "nik_not_16_digits")),
        ({"phone": "021", "nik": NIK}, ("phone", "phone_malformed")),
        ({"nik": NIK}, ("phone", "contact_missing")),
        ({"nik": NIK, "phone": PHONE, "bsuid": "ID.1"}, ("phone", "contact_ambiguous")),
        ({"phone": PHONE}, ("nik", "missing")),
        ({"phone": PHONE, "nik": NIK, "colour": "red"}, ("colour", "extra_forbidden")),
    ],
)
async def test_what_is_wrong_with_a_link_is_named(rig: Rig, content: dict[str, str], expected: tuple[str, str]) -> None:
    answer = await post(rig, **content)
    assert answer.status_code == 422
    assert expected in codes(answer)
    assert await rig.rows("contacts") == []


async def test_an_empty_search_is_refused(rig: Rig) -> None:
    assert codes(await post(rig, "/search")) == {("nik", "search_empty")}


@pytest.mark.parametrize("path", ["", "/search", "/x/revoke"])
async def test_only_who_may_link_people_does(rig: Rig, path: str) -> None:
    answer = await post(rig, path, ADAPTER, phone=PHONE, nik=NIK)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


async def test_a_chat_that_nobody_is_linked_to_is_asked_for_a_selfie_once_and_told_nothing(rig: Rig) -> None:
    answer = only(await stranger_files(rig))
    submitted = only(await rig.told_data("intake.request_submitted.v1"))
    assert (submitted["vouching"], submitted["personal"]["sender_nik"]) == (None, None)
    assert [file["kind"] for file in submitted["attachments"]] == ["surat_kehilangan", "ktp", "selfie_ktp"]
    assert "periksa dulu" in text_of(answer)


async def test_a_linked_contact_is_not_asked_for_a_selfie(rig: Rig) -> None:
    await rig.link()
    await rig.press("service:kk_hilang")
    await rig.say(NIK)
    await rig.say(KK)
    await rig.show(JPEG)
    assert buttons_of(only(await rig.show(PNG))) == ["confirm", "change", "cancel"]


async def test_a_link_of_another_person_is_told_as_that_persons(rig: Rig) -> None:
    await rig.link(nik=OTHER_NIK)
    await rig.press("service:kk_hilang")
    await rig.say(NIK)
    await rig.say(KK)
    await rig.show(JPEG)
    await rig.show(PNG)
    answer = only(await rig.press("confirm"))
    submitted = only(await rig.told_data("intake.request_submitted.v1"))
    assert (submitted["personal"]["applicant"]["nik"], submitted["personal"]["sender_nik"]) == (NIK, OTHER_NIK)
    assert "periksa dulu" in text_of(answer), "what is said must not depend on whose relative the sender is"


async def test_a_link_ends_with_its_date(rig: Rig) -> None:
    await rig.link()
    rig.clock.at += timedelta(days=364)
    assert await is_linked(rig)
    rig.clock.at += timedelta(days=2)
    assert not await is_linked(rig)


async def test_a_new_link_takes_the_place_of_the_old_one(rig: Rig) -> None:
    await rig.link()
    await rig.link(nik=OTHER_NIK)
    found = (await post(rig, "/search", phone=PHONE)).json()["links"]
    assert [(link["nik"][-2:], link["valid"], link["end"]) for link in found] == [("04", True, None), ("03", False, "replaced")]


async def test_a_link_lapses_when_another_account_has_the_number(rig: Rig) -> None:
    await rig.link()
    await rig.send(rig.message("text", {"body": "halo"}, from_user_id="ID.1"))
    assert await is_linked(rig), "the first BSUID is no other one"
    await rig.send(rig.message("text", {"body": "halo"}, from_user_id="ID.2"))
    assert not await is_linked(rig)


async def test_a_link_lapses_when_the_account_moves_to_another_number(rig: Rig) -> None:
    await rig.link()
    await rig.send(rig.message("system", {"type": "user_changed_number", "wa_id": "6281999999999", "body": "moved"}))
    assert not await is_linked(rig, "6281999999999")
    assert not await is_linked(rig)


async def test_a_link_lapses_when_the_account_moves_to_a_number_that_is_linked(rig: Rig) -> None:
    await rig.link()
    await rig.link("6281999999999", OTHER_NIK)
    await rig.send(rig.message("system", {"type": "user_changed_number", "wa_id": "6281999999999", "body": "moved"}))
    assert not await is_linked(rig, "6281999999999")


async def test_a_link_lapses_when_an_account_known_by_its_id_alone_moves_to_the_linked_number(rig: Rig) -> None:
    await rig.link("6281999999999")
    moved = {"type": "user_changed_number", "wa_id": "6281999999999", "body": "moved"}
    for kind, content in (("text", {"body": "halo"}), ("system", moved)):
        message = rig.message(kind, content, from_user_id="ID.B1")
        del message["from"]
        await rig.send(message)
    assert (await post(rig, "/search", phone="6281999999999")).json() == {"links": []}, "the number is of somebody else"
    found = only((await post(rig, "/search", nik=NIK)).json()["links"])
    assert (found["valid"], found["end"]) == (False, "changed_hands")


@pytest.mark.parametrize("kind", [APPROVED, RETURNED])
async def test_an_officers_decision_links_the_chat_that_asked(rig: Rig, kind: str) -> None:
    await stranger_files(rig)
    request = only(await rig.rows("requests"))
    assert await rig.deliver(delivery(kind, request["_id"], 1, link_granted=True, officer_id="petugas-01")) == [Done()]
    link = only((await post(rig, "/search", nik=NIK)).json()["links"])
    assert (link["level"], link["granted_by"], link["valid"]) == ("officer", "petugas-01", True)
    assert await is_linked(rig)


async def test_a_decision_links_nobody_who_got_the_number_meanwhile(rig: Rig) -> None:
    await stranger_files(rig)
    request = only(await rig.rows("requests"))
    await rig.send(rig.message("system", {"type": "user_changed_number", "wa_id": "6281999999999", "body": "moved"}))
    await rig.deliver(delivery(APPROVED, request["_id"], 1, link_granted=True, officer_id="petugas-01"))
    assert (await post(rig, "/search", nik=NIK)).json() == {"links": []}


@pytest.mark.parametrize(
    ("key", "expected"), [(ADAPTER, None), (COUNTER, {"by": "adapter", "link_id": None, "level": None, "village": None})]
)
async def test_an_adapter_vouches_by_its_scope(rig: Rig, key: str, expected: Any) -> None:
    content = {"service": "kk_hilang", "answers": await rig.answers(key)}
    answer = await rig.http.post("/v1/requests", json=content, headers=keyed(key, Idempotency_Key="k"))
    assert answer.status_code == 201
    assert only(await rig.told_data("intake.request_submitted.v1"))["vouching"] == expected


async def test_whose_family_card_ended_because_somebody_else_asked_is_told_once_and_of_nobody(rig: Rig) -> None:
    await rig.link()
    change = {"persons": [{"nik": OTHER_NIK, "effect": "joined"}], "families": [KK, "3519011203150002"], "cardless": [NIK, OTHER_NIK]}
    event = delivery(REGISTER_CHANGED, "r", 1, personal=change)
    await rig.deliver(event)
    await rig.deliver(event)
    [told] = await rig.told_data("intake.reply_composed")
    text = told["personal"]["text"]
    assert "tidak berlaku lagi" in text
    assert not any(number in text for number in (NIK, OTHER_NIK, KK, "3519011203150002"))


async def test_links_end_with_the_person(rig: Rig) -> None:
    await rig.link()
    await rig.deliver(delivery(REGISTER_CHANGED, "r", 1, personal={"persons": [{"nik": NIK, "effect": "died"}], "families": []}))
    (ended,) = (await post(rig, "/search", nik=NIK)).json()["links"]
    assert (ended["valid"], ended["end"]) == (False, "died")


async def test_what_was_filed_before_links_existed_can_be_read(rig: Rig) -> None:
    await rig.file_request()
    for name, fields in (("contacts", ("links", "filed")),):
        rows = rig.mongo.collection(rig.database, name)
        await rows.update_many({}, {"$unset": dict.fromkeys(fields, "")})
    assert "sedang diperiksa" in text_of(only(await rig.say("status")))
    assert (await file(rig, await body(rig, nik=OTHER_NIK))).status_code == 201
