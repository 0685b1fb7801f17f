"""A hostile phone, through the real webhook: it floods, makes things up, and asks for what is somebody else's."""

from __future__ import annotations

import json

import pytest

from shared.ids import new_receipt
from shared.mongo import Doc
from tests.integration.intake.rig import JPEG, KK, NIK, NUMBER_ID, Rig, envelope, only, text_of
from tests.integration.intake.test_chat_as_people_talk import ASKED_AGAIN, delivered

STRANGER = "6281999999999"
MADE_UP = [
    "draft:kk_hilang",
    "mend",
    "resend",
    "status",
    "resume",
    "confirm",
    "photo:ktp",
    "change:nik",
    "answer:ya@nik",
    "about:x",
    "start:x",
    "x:y",
]


@pytest.mark.parametrize("word", ["petugas", "saya kecewa pelayanannya lambat", "halo", "gegotong pringgo"])
async def test_a_flood_is_answered_up_to_the_limit_told_once_and_ends_with_it(rig: Rig, word: str) -> None:
    told = await rig.send(*(rig.message("text", {"body": word}) for _ in range(100)))
    limit = rig.wiring.settings.chat_messages_a_minute
    assert len(told) <= limit + 1
    assert sum("sangat cepat" in text_of(each) for each in told) <= 1
    assert {row["state"] for row in await rig.rows("webhook_log")} == {"handled"}


async def test_sixty_photos_at_once_are_kept_up_to_a_few_and_answered_calmly(rig: Rig) -> None:
    await rig.press("service:kk_hilang")
    for number in range(60):
        rig.phone.photos[f"p-{number}"] = JPEG + bytes([number])
    photos = [rig.message("image", {"id": f"p-{number}", "mime_type": "image/jpeg", "sha256": ""}) for number in range(60)]
    told = await rig.send(*photos)
    assert len(told) <= 7
    assert len(await rig.rows("files.files")) <= 5, "the others are left where they are"
    rig.clock.forward(minutes=5)
    assert "Nomor Kartu Keluarga" in text_of(only(await rig.say(NIK)))


async def test_a_stranger_gets_nothing_by_a_receipt_a_made_up_button_or_by_asking(rig: Rig) -> None:
    request = await delivered(rig)
    receipt = request["receipt"]
    guesses = [receipt, f"status {receipt}", f"kirim ulang {receipt}", f"batalkan {receipt}", f"perbaiki {receipt}", f"lanjut {NIK}"]
    answers = [text_of(each) for word in guesses for each in await rig.say(word, STRANGER)]
    answers += [text_of(each) for button in [*MADE_UP, f"withdraw:{receipt}"] for each in await rig.press(button, STRANGER)]
    shown = "\n".join(answers).replace(f"Nomor resi *{receipt}* tidak ditemukan", "")
    assert not [each for each in (receipt, NIK, KK, KK[6:], "Siti", "3519-") if each in shown]
    assert await rig.told_data(ASKED_AGAIN) == []
    assert only(await rig.rows("requests"))["state"] == "delivered"
    assert len({text_of(only(await rig.say(each, STRANGER))).replace(each, "") for each in (receipt, new_receipt().text)}) == 1


@pytest.mark.parametrize("depth", [50, 5_000, 200_000])
async def test_a_body_nested_without_end_is_kept_and_stops_nobody(rig: Rig, depth: int) -> None:
    deep = b'{"object":"x","entry":[{"changes":[{"field":"messages","value":' + b"[" * depth + b"]" * depth + b"}]}]}"
    assert (await rig.post(deep)).status_code == 200
    assert len(await rig.say("halo")) == 1


async def test_what_is_not_signed_stores_nothing(rig: Rig) -> None:
    body = envelope(messages=[rig.message("text", {"body": "halo"})])
    assert (await rig.post(body, secret="another")).status_code == 401
    for header in ("", "sha256=", "sha256=" + "0" * 64, "sha1=x", "\u00ff" * 20):
        raw = json.dumps(body).encode()
        answer = await rig.http.post("/v1/webhooks/whatsapp", content=raw, headers={b"X-Hub-Signature-256": header.encode("latin-1")})
        assert answer.status_code == 401
    assert await rig.rows("webhook_log") == []


async def test_a_body_that_comes_again_or_late_is_handled_once_in_the_order_of_sending(rig: Rig) -> None:
    begin, nik, number = (rig.message("text", {"body": text}) for text in ("kk hilang", NIK, KK))
    bodies = [envelope(metadata={"phone_number_id": NUMBER_ID}, messages=list(each)) for each in ((number,), (nik, nik), (begin,))]
    for body in (*bodies, *reversed(bodies), *bodies):
        assert (await rig.post(body)).status_code == 200
    await rig.work()
    draft = only(await rig.rows("conversations"))["draft"]
    assert draft["answers"] == {"nik": NIK, "kk_number": KK}
    assert len(await rig.told_data("intake.reply_composed")) == 3


@pytest.mark.parametrize(
    "typed",
    [
        "\u202a3519081708850003\u202c",
        NIK.translate({48 + digit: 0xFF10 + digit for digit in range(10)}),
        "3\u200b519081708850003",
        NIK.translate({48 + digit: 0x0660 + digit for digit in range(10)}),
        "*3519 0817 0885 0003*",
        "".join(f"{digit}\ufe0f\u20e3" for digit in NIK),
    ],
)
async def test_a_number_is_read_whatever_characters_it_comes_in(rig: Rig, typed: str) -> None:
    await rig.say("kk hilang")
    await rig.say(typed)
    assert only(await rig.rows("conversations"))["draft"]["answers"] == {"nik": NIK}


async def test_a_story_of_everything_odd_is_answered_and_nothing_of_it_is_logged(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "Suparmi Wulandari"
    odd = [
        "{0} {nik} %s",
        "<script>alert(1)</script>",
        '=HYPERLINK("http://x")',
        "\x00\x1b[31m",
        "\u202e" * 50,
        "a" * 4096,
        "\n" * 4096,
        "😀" * 2000,
    ]
    for text in (*odd, f"nama saya {secret} {NIK}"):
        await rig.send(rig.message("text", {"body": text}, contacts_name=secret))
        rig.clock.forward(minutes=1)
    await delivered(rig)
    written = capsys.readouterr().out
    assert "unit.committed" in written
    assert not [each for each in (secret, "Suparmi", NIK, KK, "6281234567890", "HYPERLINK") if each in written]
    metrics = (await rig.http.get("/metrics")).text
    assert "HYPERLINK" not in metrics
    assert NIK not in metrics
    assert {row["state"] for row in await rig.rows("webhook_log")} == {"handled"}


async def test_a_list_of_long_ago_is_pressed_and_nothing_is_begun_changed_or_sent(rig: Rig) -> None:
    await rig.press("service:kk_hilang")
    await rig.say(NIK)
    before: Doc = only(await rig.rows("conversations"))["draft"]
    for button in (
        "answer:L@child_sex",
        "answer:1@kk_number[]",
        "photo:ktp",
        "draft:akta_mati",
        "withdraw:MDN-2222-2222",
        "about:kk_rusak",
        "group:kk",
    ):
        assert len(await rig.press(button)) == 1
        rig.clock.forward(seconds=30)
        assert only(await rig.rows("conversations"))["draft"]["answers"] == before["answers"]
    assert await rig.rows("requests") == []
