"""The WhatsApp webhook over HTTP: authenticated, split, stored before the answer."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from prometheus_client import REGISTRY

from tests.integration.intake.rig import APP_SECRET, NUMBER_ID, VERIFY_TOKEN, WEBHOOK, Rig, envelope, only, settings


def _handshake(token: str, mode: str = "subscribe") -> dict[str, str]:
    return {"hub.mode": mode, "hub.challenge": "1158201444", "hub.verify_token": token}


async def test_the_handshake_gives_the_challenge_back_as_text(rig: Rig) -> None:
    answer = await rig.http.get(WEBHOOK, params=_handshake(VERIFY_TOKEN))
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("query", [_handshake("wrong"), _handshake("tökén"), _handshake(VERIFY_TOKEN, "unsubscribe"), {}])
async def test_a_wrong_handshake_is_refused(rig: Rig, query: dict[str, str]) -> None:
    answer = await rig.http.get(WEBHOOK, params=query)
    assert answer.status_code == 403
    assert answer.json()["code"] == "verify_token_wrong"


@pytest.mark.parametrize("header", [None, b"", b"sha256=", b"sha256=00", b"sha1=abc", "sha256=ééé".encode(), b"sha256=\xff\xfe"])
async def test_a_wrong_signature_is_401_and_nothing_is_stored(rig: Rig, header: bytes | None) -> None:
    headers = {} if header is None else {b"X-Hub-Signature-256": header}
    answer = await rig.http.post(WEBHOOK, content=b"{}", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "signature_wrong"
    assert await rig.rows("webhook_log") == []


async def test_another_secret_is_401(rig: Rig) -> None:
    assert (await rig.post(envelope(messages=[]), secret="another")).status_code == 401


async def test_the_signature_is_over_the_raw_bytes_not_over_the_meaning(rig: Rig) -> None:
    body = envelope(messages=[rig.message("text", {"body": "halo"})])
    signature = "sha256=" + hmac.new(APP_SECRET.encode(), json.dumps(body).encode(), hashlib.sha256).hexdigest()
    other_bytes = json.dumps(body, indent=1).encode()
    answer = await rig.http.post(WEBHOOK, content=other_bytes, headers={"X-Hub-Signature-256": signature})
    assert answer.status_code == 401


async def test_the_secret_before_is_good_while_it_is_changed(mongo_url: str, database: str) -> None:
    configured = settings(mongo_url, database).model_copy(
        update={"whatsapp_app_secret_before": settings(mongo_url, database).whatsapp_app_secret}
    )
    rig = Rig(configured.model_copy(update={"whatsapp_app_secret": configured.whatsapp_verify_token}))
    try:
        assert (await rig.post({"entry": []})).status_code == 200
        assert (await rig.post({"entry": []}, secret=VERIFY_TOKEN)).status_code == 200
        assert (await rig.post({"entry": []}, secret="neither")).status_code == 401
    finally:
        await rig.close()


ODD_BODIES = {
    "cut off": b'{"entry": [',
    "empty": b"",
    "no UTF-8": b"\xff\xfe\x00",
    "only a byte order mark": b"\xef\xbb\xbf",
    "too deep": b"[" * 100_000 + b"]" * 100_000,
    "deep, but readable": b'{"entry":' + b"[" * 500 + b"]" * 500 + b"}",
    "a number of 5,000 digits": b"9" * 5000,
    "NaN": b"NaN",
}


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
async def test_a_signed_body_that_cannot_be_read_is_kept_as_it_came(rig: Rig, body: bytes) -> None:
    assert (await rig.post(body)).status_code == 200
    assert (await rig.post(body)).status_code == 200
    kept = await rig.rows("webhook_log")
    assert {(row["kind"], row["state"]) for row in kept} == {("unknown", "kept")}
    raw = [found for row in kept if isinstance(found := json.loads(row["content"])["unknown"], str)]
    assert body.decode("utf-8-sig", "replace") in raw


ODD_TEXTS = {
    "a lone surrogate": (r'"halo \ud83d"', "halo \N{REPLACEMENT CHARACTER}"),
    "a lone low surrogate": (r'"\ude00 halo"', "\N{REPLACEMENT CHARACTER} halo"),
    "a pair": (r'"halo \ud83d\ude00"', "halo \N{GRINNING FACE}"),
    "a control character": ('"halo\n"', "halo\n"),
    "NUL": (r'"halo\u0000"', "halo\0"),
    "NaN beside it": ('"halo", "x": NaN, "y": [-Infinity, 1e999]', "halo"),
    "a huge number beside it": ('"halo", "x": 9' + "9" * 5000, "halo"),
    "names that MongoDB can't hold": (r'"halo", "$x": 1, "a.b": 2, "": 3, "\u0000": 4', "halo"),
    "a repeated name": ('"x", "body": "halo"', "halo"),
    "depth beside it": ('"halo", "x": ' + "[" * 600 + "]" * 600, "halo"),
}


@pytest.mark.parametrize(("odd", "stored"), ODD_TEXTS.values(), ids=ODD_TEXTS)
async def test_an_odd_message_in_a_batch_is_stored_and_both_are_answered(rig: Rig, odd: str, stored: str) -> None:
    messages = [rig.message("text", {"body": "ODD"}, "628111"), rig.message("text", {"body": "halo"}, "628222")]
    body = json.dumps(envelope(messages=messages)).replace('"ODD"', odd).encode()
    assert (await rig.post(body)).status_code == 200
    await rig.work()
    answered = await rig.rows("webhook_log", {"kind": "message"})
    assert {row["state"] for row in answered} == {"handled"}
    texts = {json.loads(row["content"])["message"]["text"]["body"] for row in answered}
    assert texts == {stored, "halo"}
    assert len(await rig.told_data("intake.reply_composed.v1")) == 2


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b" \n", b""])
async def test_a_byte_order_mark_or_bytes_that_are_no_utf_8_lose_no_message(rig: Rig, prefix: bytes) -> None:
    body = prefix + json.dumps(envelope(messages=[rig.message("text", {"body": "halo X"})])).encode().replace(b"X", b"\xff")
    assert (await rig.post(body)).status_code == 200
    await rig.work()
    assert only(await rig.rows("webhook_log", {"kind": "message"}))["state"] == "handled"


async def test_what_came_for_another_number_of_the_app_is_kept_and_not_answered(rig: Rig) -> None:
    theirs, ours = rig.message("text", {"body": "halo"}, "628111"), rig.message("text", {"body": "halo"}, "628222")
    status = {"id": "wamid.theirs", "status": "read", "timestamp": "1795485000"}
    before = _counted()
    await rig.post(envelope(metadata={"phone_number_id": "777"}, messages=[theirs], statuses=[status]))
    await rig.post(envelope(metadata={"phone_number_id": NUMBER_ID}, messages=[ours]))
    await rig.work()
    kept = await rig.rows("webhook_log", {"kind": "elsewhere"})
    assert {row["state"] for row in kept} == {"kept"}
    assert _counted() - before == len(kept) == 2
    assert only(await rig.told_data("intake.reply_composed.v1"))["personal"]["contact"]["address"] == "628222"
    assert await rig.told_data("intake.message_status_received.v1") == []


def _counted() -> float:
    return REGISTRY.get_sample_value("messages_total", {"type": "whatsapp.elsewhere", "outcome": "kept"}) or 0.0


@pytest.mark.parametrize(
    "stamp",
    ["000000000000999999999999999999", "9" * 5000, "-5", "", "1.5", "0", "1795485600000", "4102444799", 1e30, None, [], {}, True],
)
async def test_an_impossible_time_is_that_of_arrival(rig: Rig, stamp: Any) -> None:
    message = {**rig.message("text", {"body": "halo"}), "timestamp": stamp}
    status = {"id": "wamid.ours", "status": "read", "timestamp": stamp}
    assert (await rig.post(envelope(messages=[message], statuses=[status]))).status_code == 200
    rows = await rig.rows("webhook_log")
    assert len(rows) == 2
    assert all(row["sent_at"] == row["received_at"] for row in rows)
    await rig.work()
    assert {row["state"] for row in await rig.rows("webhook_log")} == {"handled"}


async def test_a_body_over_the_limit_is_413(rig: Rig) -> None:
    answer = await rig.post(b"x" * (rig.wiring.settings.max_body_bytes + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_every_entry_change_message_status_and_error_is_stored_on_its_own(rig: Rig) -> None:
    status = {"id": "wamid.ours", "status": "sent", "timestamp": "1795485000", "recipient_id": "6281234567890"}
    first = envelope(messages=[rig.message("text", {"body": "a"}), rig.message("reaction", {"emoji": "x"})], statuses=[status])
    second = envelope(statuses=[{**status, "status": "read"}], errors=[{"code": 130429}])
    body = {
        "object": "whatsapp_business_account",
        "entry": [*first["entry"], *second["entry"], {"id": "2", "changes": [{"field": "account_update"}]}],
    }
    assert (await rig.post(body)).status_code == 200
    kinds = sorted(row["kind"] for row in await rig.rows("webhook_log"))
    assert kinds == ["error", "message", "message", "status", "status", "unknown"]


@pytest.mark.parametrize(
    "body",
    [[], "text", 7, None, {}, {"entry": {}}, {"entry": [None]}, {"entry": [{"changes": [7]}]}, envelope(messages=[{"type": "text"}]),
     envelope(messages="none"), envelope(statuses=[{"id": 1.5}]), envelope(messages=[{"id": "wamid.x", "timestamp": "9" * 40}])],
)  # fmt: skip
async def test_unknown_shapes_are_stored_as_unknown_and_never_refused(rig: Rig, body: Any) -> None:
    assert (await rig.post(body)).status_code == 200
    assert (await rig.post(body)).status_code == 200
    assert only(await rig.rows("webhook_log"))["kind"] == "unknown"


async def test_foreign_json_that_bson_cannot_hold_is_stored_all_the_same(rig: Rig) -> None:
    odd = rig.message("text", {"body": "\x00 nul", "\x00name": 2**63, "a.b": 1, "$c": 10**30})
    assert (await rig.post(envelope(messages=[odd]))).status_code == 200
    assert json.loads(only(await rig.rows("webhook_log"))["content"])["message"]["text"]["body"] == "\x00 nul"


async def test_a_failing_chat_does_not_spoil_the_answer_of_the_webhook(rig: Rig) -> None:
    assert (await rig.post(envelope(messages=[rig.message("text", {"body": ["not", "text"]})]))).status_code == 200
    await rig.work()
    assert only(await rig.rows("webhook_log"))["state"] == "handled"


async def test_without_a_database_the_answer_is_503_so_that_meta_sends_it_again() -> None:
    rig = Rig(settings("mongodb://127.0.0.1:1/?timeoutMS=300&directConnection=true", "nowhere"))
    try:
        answer = await rig.post(envelope(messages=[rig.message("text", {"body": "halo"})]))
        assert answer.status_code == 503
        assert answer.json()["code"] == "database_unavailable"
        assert int(answer.headers["retry-after"]) >= 1
    finally:
        await rig.close()


async def test_statuses_of_broadcasts_become_one_event_with_the_furthest_of_each(rig: Rig) -> None:
    key = "broadcast:b-1:c-1"
    ours = [{"id": f"wamid.{number}", "timestamp": "1", "biz_opaque_callback_data": key} for number in (1, 2)]
    reply = {"id": "wamid.3", "timestamp": "1", "biz_opaque_callback_data": "reply:c1:1", "status": "sent"}
    came = [{**ours[0], "status": "sent"}, {**ours[0], "status": "delivered"}, {**ours[1], "status": "sent"}, reply]
    await rig.post(envelope(statuses=came))
    await rig.work()
    told = {event["type"]: event for event in await rig.told()}
    assert sorted(told) == ["intake.broadcast_statuses_received.v1", "intake.message_status_received.v1"]
    statuses = told["intake.broadcast_statuses_received.v1"]["data"]["personal"]["statuses"]
    assert [(each["wamid"], each["status"], each["callback_data"]) for each in statuses] == [
        ("wamid.1", "delivered", key),
        ("wamid.2", "sent", key),
    ]
    assert {row["state"] for row in await rig.rows("webhook_log")} == {"handled"}


async def test_statuses_become_events_numbered_per_message(rig: Rig) -> None:
    status = {"id": "wamid.ours", "timestamp": "1795485000", "recipient_id": "6281234567890", "biz_opaque_callback_data": "job-7"}
    failed = {**status, "status": "failed", "errors": [{"code": 131047, "title": "x", "error_data": {"details": "window closed"}}]}
    await rig.post(envelope(statuses=[{**status, "status": "sent"}, failed, {**status, "status": "played"}]))
    await rig.post(envelope(statuses=[{**status, "status": "sent"}]))
    await rig.work()
    envelopes = await rig.told("intake.message_status_received.v1")
    subject = hashlib.sha256(b"wamid.ours").hexdigest()
    assert [(one["subject"], one["sequence"]) for one in envelopes] == [(subject, 1), (subject, 2)]
    told = envelopes[1]["data"]
    assert (told["status"], told["callback_data"], told["error_code"]) == ("failed", "job-7", 131047)
    assert told["personal"] == {"wamid": "wamid.ours", "error_details": "window closed"}
    assert {row["state"] for row in await rig.rows("webhook_log")} == {"handled"}
