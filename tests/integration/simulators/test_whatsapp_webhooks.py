"""What the business hears, and what goes wrong on demand."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from typing import Any

import httpx
import pytest

from tests.support.eventually import eventually
from tests.support.simulators import API, Phone, good_signature, whatsapp


async def ready(phone: Phone) -> dict[str, Any]:
    """A citizen whose window is open and whose message the business has heard of."""
    citizen = await phone.citizen()
    await phone.writes(citizen)
    await eventually(lambda: phone.business.changes("messages"))
    return citizen


async def state(phone: Phone) -> dict[str, Any]:
    return dict((await phone.client.get("/sim/state")).json()["webhooks"])


async def test_a_citizens_text_arrives_signed_over_the_raw_bytes(phone: Phone) -> None:
    citizen = await phone.citizen(name="Nurul Ḥasanah")
    sent = await phone.writes(citizen, "Kula badhé ndamel KK 🙏")
    await eventually(lambda: phone.business.posts)
    raw, headers = phone.business.posts[0]
    assert good_signature(raw, headers)
    assert raw.isascii()
    value = json.loads(raw)["entry"][0]["changes"][0]["value"]
    assert value["metadata"]["phone_number_id"] == "106540352242922"
    assert value["contacts"] == [{"profile": {"name": "Nurul Ḥasanah"}, "wa_id": "6281234567890", "user_id": citizen["bsuid"]}]
    message = value["messages"][0]
    assert message["id"] == sent["wamid"]
    assert message["from"] == "6281234567890"
    assert message["text"] == {"body": "Kula badhé ndamel KK 🙏"}
    assert message["timestamp"].isdigit()


@pytest.mark.parametrize(
    ("writing", "expected"),
    [
        (
            {"type": "button_reply", "id": "ya", "text": "Ya", "reply_to": "wamid.x"},
            {
                "type": "interactive",
                "interactive": {"type": "button_reply", "button_reply": {"id": "ya", "title": "Ya"}},
                "context": {"id": "wamid.x"},
            },
        ),
        (
            {"type": "list_reply", "id": "kk", "text": "KK"},
            {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "kk", "title": "KK"}}},
        ),
        ({"type": "template_button", "id": "p", "text": "Buka"}, {"type": "button", "button": {"payload": "p", "text": "Buka"}}),
        (
            {"type": "location", "latitude": -7.6, "longitude": 111.5},
            {"type": "location", "location": {"latitude": -7.6, "longitude": 111.5}},
        ),
        ({"type": "raw", "raw": {"type": "hologram", "hologram": {"x": 1}}}, {"type": "hologram", "hologram": {"x": 1}}),
        ({"text": "h", "referral": {"ctwa_clid": "c"}}, {"type": "text", "text": {"body": "h"}, "referral": {"ctwa_clid": "c"}}),
    ],
)
async def test_every_kind_of_writing_has_metas_shape(phone: Phone, writing: dict[str, Any], expected: dict[str, Any]) -> None:
    citizen = await phone.citizen(identity="legacy")
    await phone.client.post(f"/sim/citizens/{citizen['id']}/messages", json=writing)
    message = (await eventually(lambda: phone.business.changes("messages")))[0]
    assert "from_user_id" not in message
    assert {key: message[key] for key in message if key not in ("id", "from", "timestamp")} == expected


async def test_a_citizens_photo_arrives_with_an_id_that_can_be_fetched(phone: Phone) -> None:
    citizen = await phone.citizen()
    data = b"\xff\xd8\xff\xe0 photo"
    answer = await phone.client.post(
        f"/sim/citizens/{citizen['id']}/files", data={"caption": "surat"}, files={"file": ("s.jpg", data, "image/jpeg")}
    )
    assert answer.status_code == 201
    image = (await eventually(lambda: phone.business.changes("messages")))[0]["image"]
    assert image["caption"] == "surat"
    assert base64.b64decode(image["sha256"]) == hashlib.sha256(data).digest()
    url = (await phone.client.get(f"/v23.0/{image['id']}")).json()["url"]
    assert (await phone.client.get(url)).content == data


async def test_a_new_number_is_told_by_a_system_message(phone: Phone) -> None:
    citizen = await phone.citizen()
    answer = await phone.client.patch(f"/sim/citizens/{citizen['id']}", json={"phone": "0899 9999 9999"})
    assert answer.json()["phone"] == "6289999999999"
    message = (await eventually(lambda: phone.business.changes("messages")))[0]
    assert (message["type"], message["system"]["wa_id"], message["from"]) == ("system", "6289999999999", "6281234567890")


async def test_a_webhook_is_repeated_with_the_same_bytes_until_answered(phone: Phone) -> None:
    phone.business.answers = [503, 500]
    citizen = await phone.citizen()
    await phone.writes(citizen)
    await eventually(lambda: len(phone.business.posts) == 3)
    assert len({raw for raw, _ in phone.business.posts}) == 1
    await eventually(lambda: phone.carrier.postman.pending == 0)
    assert (await state(phone))["retried"] == 2
    shown = (await phone.client.get(f"/sim/citizens/{citizen['id']}/messages")).json()["messages"][0]
    assert shown["status"] == "delivered"


async def test_a_webhook_survives_a_business_that_is_not_there() -> None:
    async with whatsapp(webhook_url="http://127.0.0.1:9/", webhook_timeout_seconds=0.5) as phone:
        citizen = await phone.citizen()
        sent = await phone.writes(citizen)
        await eventually(lambda: phone.carrier.postman.tally.retried >= 2)
        assert sent["status"] == "sent"
        found = await state(phone)
        assert (found["pending"], found["failing"]) == (1, True)


async def test_what_waits_in_a_lane_is_batched_when_asked() -> None:
    async with whatsapp(webhook_batch_max=10, webhook_lanes=1) as phone:
        citizen = await phone.citizen()
        await asyncio.gather(*(phone.writes(citizen, f"pesan {number}") for number in range(20)))
        await eventually(lambda: len(phone.business.changes("messages")) == 20)
        assert len(phone.business.posts) < 20
        sizes = [len(json.loads(raw)["entry"][0]["changes"]) for raw, _ in phone.business.posts]
        assert 1 < max(sizes) <= 10


async def test_handshake(phone: Phone) -> None:
    assert (await phone.client.post("/sim/handshake")).json() == {"verified": True, "why": "HTTP 200"}


@pytest.mark.parametrize(
    ("kind", "order", "status", "code"),
    [
        ("rate_limit", {}, 429, 130429),
        ("rate_limit", {"code": 80007}, 429, 80007),
        ("pair_rate", {}, 429, 131056),
        ("window_closed", {}, 400, 131047),
        ("server_error", {}, 500, 131000),
        ("server_error", {"code": 131016, "http_status": 503}, 503, 131016),
        ("error", {"code": 131031}, 403, 131031),
        ("unauthorized", {}, 401, 190),
    ],
)
async def test_a_fault_answers_with_its_code_as_often_as_asked(
    phone: Phone, kind: str, order: dict[str, Any], status: int, code: int
) -> None:
    await ready(phone)
    await phone.fault(kind, count=2, **order)
    answers = [await phone.send() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].json()["error"]["code"] == code
    assert (await phone.client.get("/sim/effects")).json()["total"] == 1


async def test_a_fault_may_be_an_error_page(phone: Phone) -> None:
    await ready(phone)
    await phone.fault("server_error", http_status=502, body="<html>Bad Gateway</html>")
    answer = await phone.send()
    assert (answer.status_code, answer.text) == (502, "<html>Bad Gateway</html>")


async def test_a_fault_may_come_by_webhook(phone: Phone) -> None:
    await ready(phone)
    await phone.fault("error", code=131026, via="webhook", count=1)
    wamid = await phone.sent()
    await eventually(lambda: phone.business.statuses(wamid) == ["failed"])
    assert next(each for each in phone.business.changes("statuses") if each["id"] == wamid)["errors"][0]["code"] == 131026


async def test_a_fault_strikes_only_its_recipient_and_ends_when_lifted(phone: Phone) -> None:
    await ready(phone)
    await phone.writes(await phone.citizen("081111111111"))
    fault = await phone.fault("pair_rate", recipient="0812-3456-7890")
    assert (await phone.send("6281111111111")).status_code == 200
    assert (await phone.send()).status_code == 429
    listed = (await phone.client.get("/sim/faults")).json()["faults"]
    assert [(each["id"], each["struck"]) for each in listed] == [(fault, 1)]
    assert (await phone.client.delete(f"/sim/faults/{fault}")).json() == {"lifted": 1}
    assert (await phone.send()).status_code == 200


async def test_a_fault_may_let_some_through_first_and_end_by_time(phone: Phone) -> None:
    await ready(phone)
    await phone.fault("server_error", skip=1, seconds=2.0)
    assert [(await phone.send()).status_code for _ in range(2)] == [200, 500]

    async def healed() -> bool:
        return (await phone.send()).status_code == 200

    await eventually(healed)


async def test_a_timeout_after_success_was_accepted_and_is_reported(phone: Phone) -> None:
    await ready(phone)
    await phone.fault("timeout_after_success", count=1)
    with pytest.raises(httpx.ReadTimeout):
        await phone.client.post(
            f"{API}/messages",
            json={"messaging_product": "whatsapp", "to": "6281234567890", "text": {"body": "x"}, "biz_opaque_callback_data": "job-1"},
            timeout=0.2,
        )
    effect = (await phone.client.get("/sim/effects", params={"callback_data": "job-1"})).json()["effects"][0]
    assert effect["answered"] is False
    await eventually(lambda: phone.business.statuses(effect["wamid"]) == ["sent", "delivered"])
    await phone.sent(text={"body": "x"}, biz_opaque_callback_data="job-1")
    repeated = (await phone.client.get("/sim/effects/repeated")).json()
    assert list(repeated) == ["job-1"]
    assert len(repeated["job-1"]) == 2


async def test_no_answer_accepts_nothing(phone: Phone) -> None:
    await ready(phone)
    await phone.fault("no_answer", count=1)
    with pytest.raises(httpx.ReadTimeout):
        await phone.client.post(
            f"{API}/messages", json={"messaging_product": "whatsapp", "to": "6281234567890", "text": {"body": "x"}}, timeout=0.1
        )
    assert (await phone.client.get("/sim/effects")).json()["total"] == 0


async def test_slow_answers_late(phone: Phone) -> None:
    await ready(phone)
    await phone.fault("slow", milliseconds=200, count=1)
    assert (await phone.send()).elapsed.total_seconds() >= 0.2


async def test_faults_of_uploads_and_downloads(phone: Phone) -> None:
    await phone.fault("server_error", operation="upload", count=1)
    assert (await phone.upload(b"%PDF")).status_code == 500
    media_id = (await phone.upload(b"%PDF")).json()["id"]
    await phone.fault("error", operation="download", code=131052, count=1)
    url = (await phone.client.get(f"/v23.0/{media_id}")).json()["url"]
    assert [(await phone.client.get(url)).status_code for _ in range(2)] == [400, 200]


async def test_statuses_may_be_dropped_doubled_and_turned_round(phone: Phone) -> None:
    await ready(phone)
    await phone.fault("webhook_drop", statuses=["delivered"], count=1)
    first = await phone.sent()
    await phone.client.get("/sim/effects")
    await eventually(lambda: phone.carrier.postman.tally.dropped == 1)
    await eventually(lambda: phone.business.statuses(first) == ["sent"])

    await phone.fault("webhook_duplicate", statuses=["sent"], count=1)
    second = await phone.sent()
    await eventually(lambda: phone.business.statuses(second) == ["sent", "sent", "delivered"])

    await phone.fault("webhook_reorder", count=1)
    third = await phone.sent()
    await eventually(lambda: phone.business.statuses(third) == ["delivered", "sent"])
    shown = (await phone.client.get("/sim/effects", params={"after": 2})).json()["effects"][0]
    citizen_id = shown["citizen_id"]
    messages = (await phone.client.get(f"/sim/citizens/{citizen_id}/messages")).json()["messages"]
    assert next(each for each in messages if each["wamid"] == third)["status"] == "delivered"


async def test_a_badly_signed_webhook_comes_again_with_a_good_signature(phone: Phone) -> None:
    phone.business.answers = [401]
    await phone.fault("webhook_bad_signature", statuses=["message"], count=1)
    await phone.writes(await phone.citizen())
    await eventually(lambda: len(phone.business.posts) == 2)
    assert [good_signature(raw, headers) for raw, headers in phone.business.posts] == [False, True]


async def test_the_conversation_can_be_waited_for_and_paged(phone: Phone) -> None:
    citizen = await ready(phone)
    path = f"/sim/citizens/{citizen['id']}/messages"
    waiting = asyncio.create_task(phone.client.get(path, params={"after": 1, "wait_seconds": 5}))
    wamid = await phone.sent()
    page = (await waiting).json()
    assert [each["wamid"] for each in page["messages"]] == [wamid]
    first = (await phone.client.get(path, params={"limit": 1})).json()
    assert (len(first["messages"]), first["next_after"], first["more"]) == (1, 1, True)
    nothing = (await phone.client.get(path, params={"after": 2})).json()
    assert (nothing["messages"], nothing["more"]) == ([], False)


async def test_events_stream_live_and_catch_up_by_last_event_id(phone: Phone) -> None:
    citizen = await ready(phone)
    async with phone.client.stream("GET", "/sim/events", headers={"Last-Event-ID": "0"}) as stream:
        lines = stream.aiter_lines()
        seen: list[str] = []
        async for line in lines:
            seen.append(line)
            if line == "event: message":
                break
        assert "event: citizen" in seen
        await phone.client.post(f"/sim/citizens/{citizen['id']}/seen")
        await phone.sent(text={"body": "langsung"})
        async for line in lines:
            if "langsung" in line:
                assert json.loads(line.removeprefix("data: "))["citizen_id"] == citizen["id"]
                break


async def test_memory_is_bounded() -> None:
    async with whatsapp(citizens_max=3, conversation_max=5, history_max=4, media_max_total_bytes=20) as phone:
        for number in range(6):
            await phone.citizen(f"08120000000{number}")
        assert (await phone.client.get("/sim/citizens")).json()["total"] == 3
        citizen = await phone.citizen("081200000005")
        for number in range(8):
            await phone.writes(citizen, f"{number}")
        for _ in range(6):
            await phone.sent("6281200000005")
        page = (await phone.client.get(f"/sim/citizens/{citizen['id']}/messages")).json()["messages"]
        assert [each["number"] for each in page] == [10, 11, 12, 13, 14]
        effects = (await phone.client.get("/sim/effects")).json()
        assert ([each["sequence"] for each in effects["effects"]], effects["total"]) == ([3, 4, 5, 6], 6)
        assert [each["sequence"] for each in (await phone.client.get("/sim/effects", params={"after": 4})).json()["effects"]] == [5, 6]
        first = (await phone.upload(b"x" * 15)).json()["id"]
        second = (await phone.upload(b"y" * 15)).json()["id"]
        assert (await phone.client.get(f"/v23.0/{first}")).status_code == 400
        assert (await phone.client.get(f"/v23.0/{second}")).status_code == 200


@pytest.mark.parametrize("body", [{"phone": "12"}, {"phone": "081234567890", "odd": 1}, {}])
async def test_a_citizen_needs_a_number(phone: Phone, body: dict[str, Any]) -> None:
    assert (await phone.client.post("/sim/citizens", json=body)).status_code == 422


async def test_the_same_number_is_the_same_citizen(phone: Phone) -> None:
    first = await phone.citizen("0812 3456 7890", name="Siti")
    assert (await phone.citizen("+62 812-3456-7890", name="Lain"))["id"] == first["id"]


async def test_an_edit_names_the_message_and_its_new_text(phone: Phone) -> None:
    citizen = await phone.citizen()
    await phone.writes(citizen, type="edit", text="3519081708850003", reply_to="wamid.before")
    await eventually(lambda: phone.business.posts)
    message = _value(phone)["messages"][0]
    edited = {"original_message_id": "wamid.before", "message": {"type": "text", "text": {"body": "3519081708850003"}}}
    assert (message["type"], message["edit"]) == ("edit", edited)


async def test_a_message_to_another_number_of_the_app_says_so(phone: Phone) -> None:
    citizen = await phone.citizen()
    await phone.writes(citizen, "Halo", phone_number_id="777")
    await eventually(lambda: phone.business.posts)
    assert _value(phone)["metadata"]["phone_number_id"] == "777"


async def test_a_new_user_id_is_told_without_a_sender(phone: Phone) -> None:
    citizen = await phone.citizen()
    changed = (await phone.client.patch(f"/sim/citizens/{citizen['id']}", json={"new_user_id": True})).json()
    await eventually(lambda: phone.business.posts)
    message = _value(phone)["messages"][0]
    assert "from" not in message
    assert message["system"]["user_id"] == changed["bsuid"] != citizen["bsuid"]
    assert message["system"]["body"].endswith(f"changed from {citizen['bsuid']} to {changed['bsuid']}")


async def test_any_bytes_are_signed_and_sent_once(phone: Phone) -> None:
    answer = await phone.client.post("/sim/webhook", content=b'{"entry": "\\ud83d')
    assert answer.json() == {"status": 200}
    ((raw, headers),) = phone.business.posts
    assert raw == b'{"entry": "\\ud83d'
    assert good_signature(raw, headers)


def _value(phone: Phone) -> dict[str, Any]:
    return dict(json.loads(phone.business.posts[0][0])["entry"][0]["changes"][0]["value"])


async def test_the_business_hears_how_its_number_is_rated(phone: Phone) -> None:
    await phone.client.post("/sim/quality", json={"event": "FLAGGED", "current_limit": "TIER_2K"})
    await eventually(lambda: phone.business.posts)
    (change,) = json.loads(phone.business.posts[0][0])["entry"][0]["changes"]
    assert change["field"] == "phone_number_quality_update"
    assert change["value"] == {"display_phone_number": "628113519000", "event": "FLAGGED", "current_limit": "TIER_2K"}
