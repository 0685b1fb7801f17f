"""What the business sends: limits, answers, media."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.support.eventually import eventually
from tests.support.simulators import API, Phone, whatsapp


def buttons(*titles: str, body: str = "Pilih") -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": f"b{number}", "title": title}} for number, title in enumerate(titles)]
    return {"type": "interactive", "interactive": {"type": "button", "body": {"text": body}, "action": {"buttons": replies}}}


def rows(count: int) -> dict[str, Any]:
    listed = [{"id": f"r{number}", "title": f"Baris {number}"} for number in range(count)]
    action = {"button": "Pilih", "sections": [{"title": "Layanan", "rows": listed}]}
    return {"type": "interactive", "interactive": {"type": "list", "body": {"text": "Pilih"}, "action": action}}


async def test_a_text_is_accepted_shown_and_reported_with_its_callback_data(phone: Phone) -> None:
    citizen = await phone.citizen()
    await phone.writes(citizen)
    wamid = await phone.sent(text={"body": "Selamat pagi"}, biz_opaque_callback_data="reply:1")

    await eventually(lambda: phone.business.statuses(wamid) == ["sent", "delivered"])
    statuses = [each for each in phone.business.changes("statuses") if each["id"] == wamid]
    assert {each["biz_opaque_callback_data"] for each in statuses} == {"reply:1"}
    assert {each["recipient_id"] for each in statuses} == {"6281234567890"}
    shown = (await phone.client.get(f"/sim/citizens/{citizen['id']}/messages", params={"author": "office"})).json()["messages"]
    assert [each["content"]["text"] for each in shown] == ["Selamat pagi"]
    effects = (await phone.client.get("/sim/effects")).json()
    assert effects["total"] == 1
    assert effects["effects"][0]["wamid"] == wamid
    assert effects["effects"][0]["answered"] is True


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Bearer t\u00f6ken", "token-of-the-test"])
async def test_without_the_token_nothing_is_accepted(phone: Phone, authorization: str) -> None:
    headers = [(b"Authorization", authorization.encode())]
    answer = await phone.client.post(
        f"{API}/messages", json={"messaging_product": "whatsapp", "to": "628", "text": {"body": "x"}}, headers=headers
    )
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == 190
    assert answer.json()["error"]["type"] == "OAuthException"
    assert (await phone.client.get("/sim/effects")).json()["total"] == 0


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"text": {"body": "x" * 4097}}, 100),
        ({"text": {"body": ""}}, 131009),
        ({"type": "text"}, 131008),
        ({"type": "hologram"}, 131009),
        ({"text": {"body": "x"}, "unknown": 1}, 100),
        ({"text": {"body": "x"}, "biz_opaque_callback_data": "x" * 513}, 100),
        (buttons("A", "B", "C", "D"), 131009),
        (buttons("x" * 21), 100),
        (buttons("A", "A"), 131009),
        (buttons("A", body="x" * 1025), 131009),
        (rows(11), 131009),
        ({"type": "document", "document": {"id": "1", "link": "https://x/y"}}, 131009),
        ({"type": "document", "document": {"id": "123456789"}}, 100),
        ({"type": "template", "template": {"name": "tidak_ada", "language": {"code": "id"}}}, 132001),
        ({"type": "template", "template": {"name": "permohonan_ditolak", "language": {"code": "id"}}}, 132000),
        (
            {
                "type": "template",
                "template": {
                    "name": "dokumen_terbit",
                    "language": {"code": "id"},
                    "components": [{"type": "body", "parameters": [{"type": "text", "text": "KK"}, {"type": "text", "text": "R"}]}],
                },
            },
            132012,
        ),
    ],
)
async def test_what_breaks_metas_limits_is_refused_with_metas_code(phone: Phone, message: dict[str, Any], code: int) -> None:
    await phone.writes(await phone.citizen())
    answer = await phone.send(**message)
    assert answer.json()["error"]["code"] == code, answer.text
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["error_data"]["details"]
    assert answer.json()["error"]["fbtrace_id"]
    assert (await phone.client.get("/sim/effects")).json()["total"] == 0


@pytest.mark.parametrize("message", [{"text": {"body": "x" * 4096}}, buttons("x" * 20, "B", "C", body="x" * 1024), rows(10)])
async def test_what_just_holds_metas_limits_is_accepted(phone: Phone, message: dict[str, Any]) -> None:
    await phone.writes(await phone.citizen())
    assert (await phone.send(**message)).status_code == 200


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff\xfe"])
async def test_a_body_that_is_no_json_object_is_refused(phone: Phone, body: bytes) -> None:
    answer = await phone.client.post(f"{API}/messages", content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


async def test_another_number_id_is_unknown(phone: Phone) -> None:
    answer = await phone.client.post(
        "/v23.0/999999999/messages", json={"messaging_product": "whatsapp", "to": "628", "text": {"body": "x"}}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


async def test_media_go_up_and_down_byte_for_byte_and_their_address_ends(phone: Phone) -> None:
    data = b"%PDF-1.7\r\n--x\r\n\r\n" + bytes(range(256)) * 40 + b"\r\n"
    media_id = (await phone.upload(data)).json()["id"]
    read = (await phone.client.get(f"/v23.0/{media_id}")).json()
    assert read["sha256"] == hashlib.sha256(data).hexdigest()
    assert (read["file_size"], read["mime_type"]) == (len(data), "application/pdf")

    assert (await phone.client.get(read["url"])).content == data
    async with httpx.AsyncClient(trust_env=False) as stranger:
        assert (await stranger.get(read["url"])).status_code == 401
    assert (await phone.client.get(read["url"].replace("hash=", "hash=0"))).status_code == 404
    phone.offset = timedelta(minutes=5, seconds=1)
    assert (await phone.client.get(read["url"])).status_code == 404

    assert (await phone.client.delete(f"/v23.0/{media_id}")).json() == {"success": True}
    assert (await phone.client.get(f"/v23.0/{media_id}")).json()["error"]["code"] == 100


async def test_an_upload_of_a_wrong_type_or_without_a_file_is_refused(phone: Phone) -> None:
    assert (await phone.upload(b"MZ", "application/x-msdownload")).json()["error"]["code"] == 100
    assert (await phone.upload(b"x" * (5 * 1024 * 1024 + 1), "image/jpeg")).json()["error"]["code"] == 131053
    assert (await phone.client.post(f"{API}/media", content=b"x")).json()["error"]["code"] == 100
    cut = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await phone.client.post(f"{API}/media", content=b"--x\r\nContent-Dis", headers=cut)).json()["error"]["code"] == 100


async def test_a_template_with_a_document_reaches_a_stranger(phone: Phone) -> None:
    media_id = (await phone.upload(b"%PDF-1.7")).json()["id"]
    values = [{"type": "text", "text": "Kartu Keluarga"}, {"type": "text", "text": "ABC-1"}]
    header = {"type": "header", "parameters": [{"type": "document", "document": {"id": media_id, "filename": "KK.pdf"}}]}
    template = {"name": "dokumen_terbit", "language": {"code": "id"}, "components": [header, {"type": "body", "parameters": values}]}
    wamid = await phone.sent("6285550001111", type="template", template=template)
    await eventually(lambda: phone.business.statuses(wamid) == ["sent", "delivered"])
    effect = (await phone.client.get("/sim/effects")).json()["effects"][0]
    content = (await phone.client.get(f"/sim/citizens/{effect['citizen_id']}/messages")).json()["messages"][0]["content"]
    assert content["text"].startswith("Kartu Keluarga Anda sudah terbit.")
    assert (await phone.client.get(f"/sim/media/{content['media']['id']}")).content == b"%PDF-1.7"
    assert effect["media"][0]["sha256"] == hashlib.sha256(b"%PDF-1.7").hexdigest()


async def test_after_24_hours_only_a_template_arrives(phone: Phone) -> None:
    await phone.writes(await phone.citizen())
    phone.offset = timedelta(hours=24)
    wamid = await phone.sent()
    await eventually(lambda: phone.business.statuses(wamid) == ["failed"])
    failed = next(each for each in phone.business.changes("statuses") if each["id"] == wamid)
    assert failed["errors"][0]["code"] == 131047
    template = await phone.sent(type="template", template={"name": "pesan_baru", "language": {"code": "id"}})
    await eventually(lambda: phone.business.statuses(template) == ["sent", "delivered"])


async def test_the_window_error_may_come_at_once() -> None:
    async with whatsapp(window_error_via="response") as phone:
        answer = await phone.send()
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 131047)
        assert (await phone.client.get("/sim/effects")).json()["total"] == 0


async def test_one_person_gets_a_burst_and_then_one_per_six_seconds_while_others_flow() -> None:
    async with whatsapp(pair_burst=3, pair_seconds=60) as phone:
        for number in ("081234567890", "081111111111"):
            await phone.writes(await phone.citizen(number))
        codes = [(await phone.send()).json().get("error", {}).get("code") for _ in range(4)]
        assert codes == [None, None, None, 131056]
        assert (await phone.send("6281111111111")).status_code == 200


async def test_the_number_has_a_rate_for_all() -> None:
    async with whatsapp(throughput_per_second=2, pair_burst=0) as phone:
        await phone.writes(await phone.citizen())
        codes = {(await phone.send()).json().get("error", {}).get("code") for _ in range(6)}
        assert codes == {None, 130429}


async def test_a_person_without_a_phone_is_reached_by_user_id(phone: Phone) -> None:
    citizen = await phone.citizen(identity="bsuid", username="siti.a")
    await phone.writes(citizen)
    message = (await eventually(lambda: phone.business.changes("messages")))[0]
    assert "from" not in message
    assert message["from_user_id"] == citizen["bsuid"]
    answer = await phone.client.post(
        f"{API}/messages",
        json={"messaging_product": "whatsapp", "recipient": citizen["bsuid"], "text": {"body": "hai"}},
    )
    assert answer.json()["contacts"] == [{"input": citizen["bsuid"], "user_id": citizen["bsuid"]}]
    wamid = answer.json()["messages"][0]["id"]
    await eventually(lambda: phone.business.statuses(wamid) == ["sent", "delivered"])
    status = next(each for each in phone.business.changes("statuses") if each["id"] == wamid)
    assert "recipient_id" not in status
    assert status["recipient_user_id"] == citizen["bsuid"]


async def test_read_receipt_and_typing(phone: Phone) -> None:
    citizen = await phone.citizen()
    message = await phone.writes(citizen)
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": message["wamid"], "typing_indicator": {"type": "text"}}
    assert (await phone.client.post(f"{API}/messages", json=body)).json() == {"success": True}
    shown = (await phone.client.get(f"/sim/citizens/{citizen['id']}/messages")).json()["messages"][0]
    assert shown["status"] == "read"
    body["message_id"] = "wamid.unknown"
    assert (await phone.client.post(f"{API}/messages", json=body)).json()["error"]["code"] == 131009


async def test_read_comes_when_the_citizen_looks_and_delivered_when_the_phone_is_on(phone: Phone) -> None:
    citizen = await phone.citizen()
    await phone.writes(citizen)
    path = f"/sim/citizens/{citizen['id']}"
    await phone.client.patch(path, json={"online": False})
    wamid = await phone.sent()
    await eventually(lambda: phone.business.statuses(wamid) == ["sent"])
    await phone.client.patch(path, json={"online": True})
    await eventually(lambda: phone.business.statuses(wamid) == ["sent", "delivered"])
    assert (await phone.client.post(f"{path}/seen")).json() == {"read": 1}
    await eventually(lambda: phone.business.statuses(wamid) == ["sent", "delivered", "read"])
    assert (await phone.client.post(f"{path}/seen")).json() == {"read": 0}


async def test_a_number_without_whatsapp_fails_by_webhook(phone: Phone) -> None:
    citizen = await phone.citizen()
    await phone.writes(citizen)
    await phone.client.patch(f"/sim/citizens/{citizen['id']}", json={"on_whatsapp": False})
    wamid = await phone.sent(text={"body": "hai"}, biz_opaque_callback_data="job")
    await eventually(lambda: phone.business.statuses(wamid) == ["failed"])
    failed = next(each for each in phone.business.changes("statuses") if each["id"] == wamid)
    assert (failed["errors"][0]["code"], failed["biz_opaque_callback_data"]) == (131026, "job")


@pytest.mark.parametrize(("to", "code"), [("12", 131009), ("628113519000", 131021)])
async def test_a_recipient_that_cannot_be(phone: Phone, to: str, code: int) -> None:
    assert (await phone.send(to)).json()["error"]["code"] == code


async def test_approved_templates_are_listed_and_can_be_added(phone: Phone) -> None:
    added = {"name": "uji", "body": "Halo {{nama}}", "buttons": ["Ya"]}
    assert (await phone.client.post("/sim/templates", json=added)).status_code == 201
    listed = (await phone.client.get("/v23.0/102290129340398/message_templates")).json()["data"]
    assert {"uji", "dokumen_terbit", "pesan_baru"} <= {each["name"] for each in listed}
    values = [{"type": "body", "parameters": [{"type": "text", "parameter_name": "nama", "text": "Siti"}]}]
    await phone.sent("6285550001111", type="template", template={"name": "uji", "language": {"code": "id"}, "components": values})
    citizen = await phone.citizen("085550001111")
    assert citizen["last"]["content"]["text"] == "Halo Siti"
    assert citizen["last"]["content"]["buttons"] == [{"id": "Ya", "title": "Ya"}]
