"""An officer's question in the chat, its answer, and the later time that whoever asks is told."""

from datetime import timedelta

from shared.contracts.verification import CitizenAsked, PromiseMoved
from shared.mongo import Doc
from tests.integration.intake.rig import Rig, only, text_of
from tests.integration.intake.test_progress import APPROVED, delivery

QUESTION = "Alamat baru Ibu di RT berapa?"


async def filed(rig: Rig) -> Doc:
    await rig.file_request()
    return only(await rig.rows("requests"))


async def ask(rig: Rig, request: Doc, question_id: str = "q-1") -> None:
    origin = {"channel": "whatsapp", "address": request["origin"]["address"]}
    personal = {"contact": origin, "text": QUESTION}
    named = {"request_id": request["_id"], "receipt": request["receipt"], "channel": "whatsapp", "service": request["service"]}
    event = CitizenAsked.model_validate({**named, "question_id": question_id, "asked_at": rig.clock(), "personal": personal})
    await rig.tell(event, subject=request["_id"])


async def test_the_next_text_is_the_answer(rig: Rig) -> None:
    request = await filed(rig)
    await ask(rig, request)
    thanks = only(await rig.say("RT 015 RW 008, dekat masjid"))
    assert "kami teruskan ke petugas" in text_of(thanks)
    told = only(await rig.told("intake.question_answered.v1"))
    assert (told["subject"], told["sequence"]) == (request["_id"], 2)
    assert (told["data"]["question_id"], told["data"]["personal"]["text"]) == ("q-1", "RT 015 RW 008, dekat masjid")
    assert "belum kami pahami" in text_of(only(await rig.say("RT 015 RW 008, dekat masjid"))), "once"


async def test_a_command_is_no_answer_and_keeps_the_question(rig: Rig) -> None:
    request = await filed(rig)
    await ask(rig, request)
    assert request["receipt"] in text_of(only(await rig.say("status")))
    await rig.say("ya")
    assert [told["personal"]["text"] for told in await rig.told_data("intake.question_answered.v1")] == ["ya"]


async def test_who_got_a_template_alone_reads_the_question_first(rig: Rig) -> None:
    """After a day WhatsApp lets us send a template only: what is written then is no answer yet."""
    request = await filed(rig)
    rig.clock.at += timedelta(hours=25)
    await ask(rig, request)
    assert "kami kirim sekarang" in text_of(only(await rig.say("ada apa ya kok dihubungi")))
    assert await rig.told("intake.question_answered.v1") == []
    await rig.say("RT lima belas")
    assert only(await rig.told_data("intake.question_answered.v1"))["personal"]["text"] == "RT lima belas"


async def test_what_can_not_be_read_is_no_answer(rig: Rig) -> None:
    request = await filed(rig)
    await ask(rig, request)
    assert QUESTION in text_of(only(await rig.send(rig.message("audio", {"id": "1"}))))
    assert await rig.told("intake.question_answered.v1") == []


async def test_an_answer_to_what_is_decided_goes_nowhere(rig: Rig) -> None:
    request = await filed(rig)
    await ask(rig, request)
    await rig.deliver(delivery(APPROVED, request["_id"], 1))
    assert "sudah diputuskan" in text_of(only(await rig.say("RT lima belas")))
    assert await rig.told("intake.question_answered.v1") == []


async def test_the_promise_moves_only_to_a_later_time(rig: Rig) -> None:
    request = await filed(rig)

    async def move(hours: float) -> Doc:
        promised_at = request["promised_at"] + timedelta(hours=hours)
        moved = PromiseMoved(request_id=request["_id"], receipt=request["receipt"], promised_at=promised_at, moved_at=rig.clock())
        await rig.tell(moved, subject=request["_id"])
        return only(await rig.rows("requests"))

    assert (await move(-1))["promised_at"] == request["promised_at"]
    later = request["promised_at"] + timedelta(hours=30)
    assert (await move(30))["promised_at"] == later
    assert (await move(20))["promised_at"] == later
    await rig.deliver(delivery(APPROVED, request["_id"], 3))
    assert (await move(90))["promised_at"] == later, "it is decided"
