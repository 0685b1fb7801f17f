"""The survey over a real database: asked by chat, answered by taps, counted, and nothing of it beside the person; by its page, too."""

import json
import re
from typing import Any

import pytest

from shared.messaging.delivery import Done
from shared.mongo import Doc
from tests.integration.intake.rig import NIK, Rig, buttons_of, only, settings, text_of
from tests.integration.intake.test_progress import APPROVED, DELIVERED, ISSUED, delivery

LINK = re.compile(r"https?://\S+(/survei/[A-Za-z0-9_-]{22})")
SECRET = "petugasnya galak, lama sekali"


@pytest.fixture
async def rig(mongo_url: str, kept_database: str) -> Any:
    made = Rig(settings(mongo_url, kept_database).model_copy(update={"survey_one_in": 1, "open_services": ("kk_hilang", "pengaduan")}))
    await made.wiring.prepare()
    yield made
    await made.close()


async def asked(rig: Rig) -> Doc:
    """Somebody whose request has ended is asked; gives what was said."""
    await rig.file_request()
    request = only(await rig.rows("requests"))
    for minute, event in enumerate((APPROVED, ISSUED, DELIVERED), 1):
        more = {"kind": "document"} if event == DELIVERED else {}
        assert await rig.deliver(delivery(event, request["_id"], minute, **more)) == [Done()]
    rig.clock.forward(minutes=31)
    await rig.wiring.survey.sweep()
    return (await rig.told_data("intake.reply_composed"))[-1]


async def everything(rig: Rig) -> str:
    """All that lies in the database but for the counts and the words, which name nobody."""
    names = await rig.mongo.client[rig.database].list_collection_names()
    kept = {name: await rig.rows(name) for name in names if name not in {"survey_tallies", "survey_remarks"} and "." not in name}
    return json.dumps(kept, default=str)


async def test_a_request_that_ended_is_asked_by_chat_and_counted_without_a_trace_of_who_said_what(rig: Rig) -> None:
    invite = await asked(rig)
    start, later = buttons_of(invite)
    request_id = only(await rig.rows("requests"))["_id"]
    assert (start, later) == (f"survey:start@{request_id}", f"survey:later@{request_id}")
    await rig.wiring.survey.sweep()
    question = only(await rig.press(start))
    for number in range(1, 10):
        assert f"Pertanyaan {number} dari 9" in text_of(question)
        tap = question["personal"]["rows"][1 if number == 3 else 3]["id"]
        question = only(await rig.press(tap))
    assert [button.partition("@")[0] for button in buttons_of(question)] == ["survey:done", "survey:complain"]
    await rig.say(SECRET)

    tally = only(await rig.rows("survey_tallies"))
    assert (tally["asked"], tally["answered"], tally["month"], tally["service"]) == (1, 1, "2026-11", "kk_hilang")
    assert tally["values"]["u3"] == [0, 1, 0, 0]
    assert all(tally["values"][f"u{number}"] == [0, 0, 0, 1] for number in (1, 2, 4, 5, 6, 7, 8, 9))
    assert (tally["sexes"], tally["ages"], tally["topics"]) == ({"male": 1}, {"36_45": 1}, {"time": 1, "officer": 1})
    remark = only(await rig.rows("survey_remarks"))
    assert remark["text"] == "petugasnya galak lama sekali"
    assert not {name for row in (tally, remark) for name in row} & {"contact_id", "request_id", "at", "receipt", "nik"}

    left = await everything(rig)
    assert "galak" not in left
    assert not re.search(r"survey:[1-9]\.[1-4]@", re.sub(r'"body": "[^"]*"', "", left)), "an answer beside its sender"
    chat = only(await rig.rows("conversations"))
    assert chat["survey"] is None
    over = only(await rig.press(f"survey:3.4@{request_id}"))
    assert "sudah selesai" in text_of(over)
    assert only(await rig.rows("survey_tallies"))["answered"] == 1


async def test_tidak_sekarang_stops_and_nobody_is_asked_twice_in_a_month(rig: Rig) -> None:
    invite = await asked(rig)
    await rig.press(buttons_of(invite)[1])
    tally = only(await rig.rows("survey_tallies"))
    assert (tally["asked"], tally["answered"], tally["declined"]) == (1, 0, 1)
    assert only(await rig.rows("survey_invitations"))["state"] == "declined"


async def test_a_bad_answer_becomes_a_complaint_with_one_tap_and_one_answer(rig: Rig) -> None:
    invite = await asked(rig)
    question = only(await rig.press(buttons_of(invite)[0]))
    for number in range(1, 10):
        question = only(await rig.press(question["personal"]["rows"][0 if number == 3 else 3]["id"]))
    asks = only(await rig.press(buttons_of(question)[1]))
    assert "apa yang terjadi" in text_of(asks)
    summary = only(await rig.say("sudah dua minggu belum jadi"))
    assert "Layanan lambat" in text_of(summary)
    receipt = only(await rig.rows("requests"))["receipt"]
    assert receipt in text_of(summary)
    await rig.press("confirm")
    complaint = only(await rig.rows("requests", {"service": "pengaduan"}))
    assert complaint["form"]["answers"] | {"description": ""} == {
        "topic": "slow",
        "description": "",
        "receipt": receipt,
        "anonymous": True,
    }


async def test_who_is_silent_for_a_day_gets_a_template_and_half_a_sheet_is_forgotten(rig: Rig) -> None:
    invite = await asked(rig)
    await rig.press(buttons_of(invite)[0])
    await rig.say("2")
    assert only(await rig.rows("conversations"))["survey"]["answers"] == [2]
    rig.clock.forward(hours=25)
    await rig.wiring.survey.sweep()
    assert only(await rig.rows("conversations"))["survey"] is None
    assert only(await rig.rows("survey_tallies"))["answered"] == 0
    assert NIK not in text_of(invite)
