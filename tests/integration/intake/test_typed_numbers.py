"""Numbers, names and files as phones, people and courts really send them, through the running service."""

import pytest

from tests.integration.intake.rig import ADAPTER, JPEG, PNG, Rig, only, text_of
from tests.integration.intake.test_court import decision, send
from tests.support import photos
from tests.support.harness import keyed

NIK, KK = "3519081708850003", "3519081203100007"
HUSBAND, WIFE, CHILD = "3519081708850003", "3519084502880004", "3519080101150002"


@pytest.mark.parametrize(
    "typed", [f"\u202a{NIK}\u202c", f"*{NIK}*", "nik saya 3519 0817 0885 0003 pak", "3519\u20130817\u20130885\u20130003,"]
)
async def test_a_nik_in_a_chat_however_it_is_written(rig: Rig, typed: str) -> None:
    await rig.press("service:kk_hilang")
    assert "Kartu Keluarga" in text_of(only(await rig.say(typed)))
    assert only(await rig.rows("conversations"))["draft"]["answers"]["nik"] == NIK


async def test_two_numbers_in_one_message_answer_two_questions(rig: Rig) -> None:
    await rig.press("service:kk_hilang")
    assert "kepolisian" in text_of(only(await rig.say(f"NIK {NIK} KK {KK}")))


async def test_the_nik_in_place_of_the_card_is_asked_again_at_once(rig: Rig) -> None:
    await rig.press("service:kk_hilang")
    await rig.say(NIK)
    assert "sama dengan NIK" in text_of(only(await rig.say(NIK)))
    assert "kepolisian" in text_of(only(await rig.say(KK)))


async def test_a_number_in_a_story_opens_nothing(rig: Rig) -> None:
    for story in ("anak saya umur 1 tahun", "RT 1 RW 2", "1.000"):
        await rig.say(story)
    assert only(await rig.rows("conversations"))["draft"] is None


@pytest.mark.parametrize("children", [True, False])
async def test_a_court_that_writes_numbers_with_blanks_and_dots_is_understood(rig: Rig, *, children: bool) -> None:
    sent = decision(
        husband={"nik": "351908 170885 0003", "name": "Muhammad Ma\u2019ruf", "phone": "+62 812-3456-7890"},
        wife={"nik": "3519.0845.0288.0004", "name": "JOSE\u0301 Aminah"},
        children=[{"nik": "351908 010115 0002", "custody_nik": "3519084502880004"}] if children else [],
    )
    plain_number = sent["case_number"]
    sent["case_number"] = f"\u202a{plain_number}\u202c"
    answer = await send(rig, sent)
    assert answer.status_code == 200, answer.text
    told = [one["personal"] for one in await rig.told_data("intake.request_submitted.v1")]
    assert {one["applicant"]["nik"] for one in told} == {HUSBAND, WIFE}
    recorded = told[0]["decision"]
    assert (recorded["husband"]["name"], recorded["husband"]["phone"]) == ("MUHAMMAD MA'RUF", "6281234567890")
    assert recorded["wife"]["name"] == "JOS\u00c9 AMINAH"
    assert recorded["case_number"] == plain_number
    assert [(one["nik"], one["custody_nik"]) for one in recorded["children"]] == ([(CHILD, WIFE)] if children else [])


@pytest.mark.parametrize("lead", [b"", b"\r\n", b"\xef\xbb\xbf", b"\n" * 900])
async def test_a_pdf_may_begin_a_little_later(rig: Rig, lead: bytes) -> None:
    answer = await rig.http.post("/v1/files", content=lead + photos.pdf(), headers=keyed(ADAPTER))
    assert (answer.status_code, answer.json().get("media_type")) == (201, "application/pdf")


@pytest.mark.parametrize(
    ("content", "expected"), [(JPEG + b"%PDF-1.4", "image/jpeg"), (PNG + b"%PDF-1.4", "image/jpeg"), (b"\n" * 1025 + b"%PDF-1.4", None)]
)
async def test_what_begins_as_a_picture_is_that_picture(rig: Rig, content: bytes, expected: str | None) -> None:
    answer = await rig.http.post("/v1/files", content=content, headers=keyed(ADAPTER))
    assert answer.json().get("media_type") == expected


async def test_an_adapter_is_told_of_the_nik_in_place_of_the_card(rig: Rig) -> None:
    body = {"service": "kk_hilang", "answers": {"nik": NIK, "kk_number": f"{NIK[:6]} {NIK[6:]}"}}
    answer = await rig.http.post("/v1/requests", json=body, headers=keyed(ADAPTER, Idempotency_Key="k-1"))
    assert ("answers.kk_number", "kk_same_as_nik") in {(one["field"], one["code"]) for one in answer.json()["errors"]}
