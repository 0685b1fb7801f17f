"""Everything that a phone sends, as Meta's webhook tells it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.eventually import eventually
from tests.support.simulators import Phone

ABOUT = "wamid.HBgMAAAA"
UNSUPPORTED = {
    "code": 131051,
    "title": "Message type unknown",
    "message": "Message type unknown",
    "error_data": {"details": "Message type is currently not supported."},
}


async def told(phone: Phone, writing: dict[str, Any], expected: int = 201) -> dict[str, Any]:
    citizen = await phone.citizen()
    answer = await phone.client.post(f"/sim/citizens/{citizen['id']}/messages", json=writing)
    assert answer.status_code == expected, answer.text
    return dict((await eventually(lambda: phone.business.changes("messages")))[0])


@pytest.mark.parametrize(
    ("writing", "kind", "expected"),
    [
        ({"type": "reaction", "reply_to": ABOUT, "text": "\U0001f44d"}, "reaction", {"message_id": ABOUT, "emoji": "\U0001f44d"}),
        ({"type": "reaction", "reply_to": ABOUT}, "reaction", {"message_id": ABOUT}),
        ({"type": "revoke", "reply_to": ABOUT}, "revoke", {"original_message_id": ABOUT}),
        (
            {"type": "edit", "reply_to": ABOUT, "text": "baru"},
            "edit",
            {"original_message_id": ABOUT, "message": {"type": "text", "text": {"body": "baru"}}},
        ),
        (
            {"type": "contact", "name": "Siti Aminah", "phone": "+62 812-1"},
            "contacts",
            [
                {
                    "name": {"formatted_name": "Siti Aminah", "first_name": "Siti"},
                    "phones": [{"phone": "+62 812-1", "wa_id": "628121", "type": "CELL"}],
                }
            ],
        ),
        (
            {"type": "location", "latitude": -7.6, "longitude": 111.5, "name": "Balai Desa"},
            "location",
            {"latitude": -7.6, "longitude": 111.5, "name": "Balai Desa"},
        ),
        ({"type": "unsupported", "kind": "poll"}, "unsupported", {"type": "poll"}),
    ],
)
async def test_each_kind_has_metas_shape(phone: Phone, writing: dict[str, Any], kind: str, expected: Any) -> None:
    message = await told(phone, writing)
    assert (message["type"], message[kind]) == (kind, expected)
    assert message.get("errors") == ([UNSUPPORTED] if kind == "unsupported" else None)


@pytest.mark.parametrize(
    ("kind", "wire", "media_type"),
    [
        ("voice", "audio", "audio/ogg"),
        ("audio", "audio", "audio/mpeg"),
        ("video", "video", "video/mp4"),
        ("sticker", "sticker", "image/webp"),
    ],
)
async def test_what_is_recorded_has_a_file_that_can_be_fetched(phone: Phone, kind: str, wire: str, media_type: str) -> None:
    message = await told(phone, {"type": kind, "text": "dengar ya", "reply_to": ABOUT})
    part = message[wire]
    assert (message["type"], part["mime_type"], message["context"]) == (wire, media_type, {"id": ABOUT})
    assert part.get("voice") == {"voice": True, "audio": False}.get(kind)
    url = (await phone.client.get(f"/v23.0/{part['id']}")).json()["url"]
    assert (await phone.client.get(url)).content


async def test_a_call_rings_and_ends(phone: Phone) -> None:
    citizen = await phone.citizen()
    answer = await phone.client.post(f"/sim/citizens/{citizen['id']}/messages", json={"type": "call"})
    assert answer.json()["content"]["type"] == "call"
    await eventually(lambda: len(phone.business.changes("calls")) == 2)
    rings, ends = phone.business.changes("calls")
    assert [rings["event"], ends["event"]] == ["connect", "terminate"]
    assert rings["id"] == ends["id"]
    assert rings["from"] == "6281234567890"


async def test_a_forwarded_message_says_so(phone: Phone) -> None:
    assert (await told(phone, {"text": "hai", "forwarded": True}))["context"] == {"forwarded": True}


@pytest.mark.parametrize("kind", ["edit", "revoke", "reaction"])
async def test_what_is_about_a_message_names_it(phone: Phone, kind: str) -> None:
    citizen = await phone.citizen()
    answer = await phone.client.post(f"/sim/citizens/{citizen['id']}/messages", json={"type": kind, "text": "baru"})
    assert (answer.status_code, answer.json()["detail"]) == (422, "original_missing")
