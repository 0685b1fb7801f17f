"""The survey over a real database: asked by chat, answered by taps, counted, and nothing of it beside the person; by its page, too."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from services.intake.domain.survey.counting import SurveyRespondent, SurveyTally, VillageTally, with_question, with_sheet
from services.intake.domain.survey.questions import ELEMENTS
from services.intake.ports import Tx
from shared.ids import new_id
from shared.messaging.delivery import Delivery, Done
from shared.mongo import Doc
from tests.integration.intake.desk import Desk
from tests.integration.intake.rig import Rig, buttons_of, only, settings, text_of
from tests.support.pdf import text_of as text_in

GOLDEN = Path(__file__).parents[2] / "contract" / "golden"
LINK = re.compile(r"https?://\S+(/survei/[A-Za-z0-9_-]{22})")
SECRET = "petugasnya galak, lama sekali"


@pytest.fixture
async def rig(mongo_url: str, kept_database: str) -> Any:
    made = Rig(settings(mongo_url, kept_database).model_copy(update={"survey_one_in": 1, "open_services": ("pengaduan",)}))
    await made.wiring.prepare()
    yield made
    await made.close()


async def asked(rig: Rig) -> Doc:
    """Somebody whose request was answered is asked; gives what was said. A complaint needs no photo, which takes seconds to look at."""
    await rig.press("service:pengaduan")
    for answer in ("1", "Antrean di loket lama", "lewati", "lewati", "lewati", "tidak", "Siti Aminah", "lewati"):
        await rig.say(answer)
    await rig.press("confirm")
    request = only(await rig.rows("requests"))
    told = json.loads((GOLDEN / "verification.request_answered.v1.json").read_text())
    told["data"] |= {"request_id": request["_id"], "receipt": request["receipt"], "service": "pengaduan"}
    twice = [told, told | {"id": new_id()}]  # told again by a replay: it is drawn once
    assert await rig.deliver(*(Delivery(json.dumps(each).encode(), each["id"], each["type"]) for each in twice)) == [Done(), Done()]
    rig.clock.forward(minutes=31)
    await rig.wiring.survey.sweep()
    return (await rig.told_data("intake.reply_composed"))[-1]


async def everything(rig: Rig) -> str:
    """All that lies in the database but for counts and words, which name nobody, and the questions that went out with every answer."""
    names = await rig.mongo.collection(rig.database, "survey_tallies").database.list_collection_names()
    kept = {name: await rig.rows(name) for name in names if name not in {"survey_tallies", "survey_remarks", "outbox"} and "." not in name}
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
    assert (tally["asked"], tally["answered"], tally["month"], tally["service"]) == (1, 1, "2026-11", "pengaduan")
    assert tally["values"]["u3"] == [0, 1, 0, 0]
    assert all(tally["values"][f"u{number}"] == [0, 0, 0, 1] for number in (1, 2, 4, 5, 6, 7, 8, 9))
    assert (tally["sexes"], tally["ages"], tally["topics"]) == ({"unknown": 1}, {"unknown": 1}, {"time": 1, "officer": 1})
    remark = only(await rig.rows("survey_remarks"))
    assert remark["text"] == "petugasnya galak lama sekali"
    assert not {name for row in (tally, remark) for name in row} & {"contact_id", "request_id", "at", "receipt", "nik"}

    left = await everything(rig)
    assert "galak" not in left
    assert re.findall(r"survey:[1-9]\.[1-4]@", left) == [], "an answer beside its sender"
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
    complaint = only(await rig.rows("requests", {"receipt": {"$ne": receipt}}))
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


async def test_the_page_takes_a_sheet_once_and_a_bad_answer_becomes_a_complaint(rig: Rig) -> None:
    path = only(LINK.findall(text_of(await asked(rig))))
    first = await rig.http.get(path)
    assert "Pertanyaan 1 dari 9" in first.text
    assert "Siti" not in first.text
    half = await rig.http.post(path, data={"langkah": "0", "u1": "3", "saran": "ramah"})
    assert half.status_code == 422
    assert "8 pertanyaan belum dijawab" in half.text
    step = await rig.http.post(path, data={"langkah": "2", "u1": "3", "u2": "4", "tindakan": "lanjut"})
    assert "Pertanyaan 3 dari 9" in step.text
    assert 'name="u1" value="3"' in step.text
    assert (await rig.http.post(f"{path}/pengaduan", data={"unsur": "u3"})).status_code == 409
    await rig.mongo.collection(rig.database, "requests").update_one({}, {"$set": {"residence": "3519072001"}})
    sheet = {f"u{number}": "1" if number == 3 else "4" for number in range(1, 10)}
    thanks = await rig.http.post(path, data={"langkah": "0", "saran": SECRET, **sheet})
    assert "nilai rendah untuk <b>waktu</b>" in thanks.text
    again = await rig.http.post(path, data={"langkah": "0", **sheet})
    assert "sudah diisi" in again.text
    tally = only(await rig.rows("survey_tallies"))
    assert (tally["answered"], tally["values"]["u3"], tally["remarks"]) == (1, [1, 0, 0, 0], 1)
    village = only(await rig.rows("survey_villages"))
    assert (village["_id"], village["answered"], village["values"]["u3"]) == ("2026.3519072001", 1, [1, 0, 0, 0])
    assert village.keys() == {"_id", "year", "village", "answered", "values", "seq", "version"}
    assert "galak" not in await everything(rig)
    done = await rig.http.post(f"{path}/pengaduan", data={"unsur": "u3", "cerita": "dua minggu"})
    complaint = (await rig.rows("requests"))[-1]
    assert complaint["receipt"] in done.text
    assert complaint["form"]["answers"]["topic"] == "slow"
    assert complaint["receipt"] in text_of((await rig.told_data("intake.reply_composed"))[-1])


async def test_of_links_that_there_are_not_nothing_is_written(rig: Rig) -> None:
    for path in ("/survei/" + "A" * 22, "/survei/short", f"/survei/{'B' * 22}/semua"):
        assert (await rig.http.get(path)).status_code == 404
    assert (await rig.http.post(f"/survei/{'C' * 22}/pengaduan", data={"unsur": "u3"})).status_code == 404
    assert (await rig.http.post(f"/survei/{'D' * 22}", data={"langkah": "1"})).status_code == 404
    assert await rig.rows("tries") == []


async def test_the_desk_shows_the_index_and_gives_it_along_as_files(rig: Rig, desk: Desk) -> None:
    tally, village = SurveyTally("2026-11", "kk_hilang"), VillageTally("2026", "3519072001")
    for sheet in ("332433422", "333433433", "442443433", "332433332", "233443333"):
        answers = dict(zip(ELEMENTS, map(int, sheet), strict=True))
        tally = with_sheet(with_question(with_question(tally)), answers, SurveyRespondent("female", "26_35"))
        village = village.with_sheet(answers)

    async def keep(tx: Tx) -> None:
        await tx.survey_tally(tally.month, tally.service)
        tx.save_survey_tally(tally)
        for each in (village, replace(village, village="3519012001", answered=4), replace(village, village="3519012002", answered=3)):
            await tx.village_tally(each.year, each.village)
            tx.save_village_tally(each)

    await rig.units.run(keep)
    head = desk.browser("head")
    page = await head.get("/desk/survei")
    assert "77,78" in page.text
    assert "50,0 %" in page.text
    assert "Contoh kecil" in page.text
    assert re.search(r"Sidorejo, Wungu.*5</td>.*77,78</td><td>B, contoh kecil", page.text)
    assert page.text.count("tidak ditampilkan</td>") == 2
    picture = await head.get("/desk/survei/gambar/unsur")
    assert "Terendah: waktu penyelesaian, 60,00" in picture.text
    pdf = await head.get("/desk/survei/unduh-pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert "77,78" in text_in(pdf.content)
    book = openpyxl.load_workbook(io.BytesIO((await head.get("/desk/survei/unduh-xlsx")).content))
    assert book["Ringkasan"]["B5"].value == 77.78
    assert [book["Ringkasan"][cell].value for cell in ("B7", "B8")] == [10, 5], "counts are numbers"
    assert [book["Unsur"][cell].number_format for cell in ("C2", "D2", "E2")] == ["0.000", "0.000", "0.00"]
    assert [cell.value for cell in book["Desa 2026"][4]] == ["Sidorejo, Wungu", 5, 77.78, "B", "contoh kecil"]
    assert book["Tindak lanjut"]["B2"].value == "Waktu penyelesaian"
    acts = [row["act"] for row in await rig.rows("audit")]
    assert acts.count("survey.exported") == 2
    assert (await desk.browser("operator").get("/desk/survei")).status_code == 403
