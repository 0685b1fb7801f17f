"""WhatsApp: chat replies and documents to the citizen, in order, within the provider's rules, whatever the provider does."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from services.notifier.domain import attempt, policy
from services.notifier.domain import job as jobs
from services.notifier.domain.outcome import Action, SendVerdict
from services.notifier.ports import EarlyStatus, Tx
from services.notifier.store.schema import LANES
from shared.contracts import intake
from shared.contracts.issuance import DocumentRevoked, DocumentSuperseded, DocumentVoided
from shared.contracts.parts import Contact
from shared.messaging.delivery import Done, Duplicate
from shared.values import Channel
from tests.integration.notifier.rig import PDF, PHONE, Rig, another, make_rig, running
from tests.support.eventually import eventually


async def test_a_reply_arrives_with_its_buttons_and_our_key(rig: Rig) -> None:
    await rig.tell(rig.reply("Pilih", buttons=("Ya", "Tidak")))
    (effect,) = await rig.accepted(1)
    payload = effect["payload"]
    assert payload["interactive"]["body"]["text"] == "Pilih"
    assert [button["reply"]["title"] for button in payload["interactive"]["action"]["buttons"]] == ["Ya", "Tidak"]
    job = await rig.job_becomes("done")
    assert payload["biz_opaque_callback_data"] == job.key
    assert job.provider_ids == (effect["wamid"],)
    assert await rig.emitted() == []  # a reply is the dialogue itself


async def test_a_list_to_choose_from_arrives_in_one_message_however_long_its_text(rig: Rig) -> None:
    await rig.tell(rig.reply("x" * 2000, rows=("KK", "KTP")))
    (effect,) = await rig.accepted(1)
    chosen = effect["payload"]["interactive"]
    assert chosen["type"] == "list"
    assert chosen["body"]["text"] == "x" * 2000
    (section,) = chosen["action"]["sections"]
    assert section["rows"] == [{"id": "kk", "title": "KK", "description": "KKKK"}, {"id": "ktp", "title": "KTP", "description": "KTPKTP"}]


async def test_a_document_is_fetched_checked_uploaded_and_announced(rig: Rig) -> None:
    await rig.tell(rig.document())
    (effect,) = await rig.accepted(1)
    document = effect["payload"]["document"]
    assert document["filename"] == "KK_3519-KK-24112026-0001.pdf"
    assert "MDN-7K4Q-9F2X" in document["caption"]
    assert hashlib.sha256(rig.phone.files.get(document["id"]).data).hexdigest() == hashlib.sha256(PDF).hexdigest()  # type: ignore[union-attr]
    await rig.job_becomes("done")
    (event,) = await rig.emitted()
    assert event["type"] == "notifier.notice_delivered.v1"
    assert (event["kind"], event["request_id"], event["maybe_duplicate"]) == ("document", "request-1", False)


async def test_the_same_message_twice_is_one_effect(rig: Rig) -> None:
    delivery = rig.delivery(rig.reply())
    assert await rig.deliver(delivery) == [Done()]
    assert await rig.deliver(delivery) == [Duplicate()]
    await rig.job_becomes("done")
    await rig.accepted(1)


async def test_another_message_about_the_same_document_is_no_second_effect(rig: Rig) -> None:
    event = rig.document()
    await rig.tell(event)
    await rig.tell(event)
    await rig.job_becomes("done")
    await rig.accepted(1)


async def test_messages_to_one_person_keep_their_order(rig: Rig) -> None:
    await rig.fault("server_error", count=2)
    await rig.tell(*(rig.reply(f"{number}") for number in range(8)))
    for times in (1, 2):
        await rig.noted(times)
        assert await rig.effects() == []
        rig.later(seconds=10)
    effects = await rig.accepted(8)
    assert [effect["payload"]["text"]["body"] for effect in effects] == [f"{number}" for number in range(8)]


async def test_order_is_by_the_events_not_by_their_arrival(mongo_url: str, database: str) -> None:
    async with make_rig(mongo_url, database, work=False) as rig:
        deliveries = [rig.delivery(rig.reply(f"{number}")) for number in range(4)]
        await rig.deliver(*reversed(deliveries))
        async with running(rig.parts):
            effects = await rig.accepted(4)
        assert [effect["payload"]["text"]["body"] for effect in effects] == ["0", "1", "2", "3"]


async def test_131056_delays_this_person_only_and_keeps_the_order(rig: Rig) -> None:
    other = "6281299999999"
    await rig.whatsapp.post("/sim/citizens", json={"phone": other})
    rig.phone.people.by_phone(other).last_inbound_at = rig.clock()  # type: ignore[union-attr]
    await rig.fault("pair_rate", count=1, recipient=PHONE)
    await rig.tell(rig.reply("1"), rig.reply("2"), rig.reply("andere", phone=other))
    effects = await rig.accepted(1)
    assert effects[0]["payload"]["to"] == other
    await rig.noted(1)
    first, second, _ = await rig.jobs()
    assert (first.reason, first.state, second.attempt) == ("meta_131056", "ready", 0)
    rig.later(seconds=11)
    effects = await rig.accepted(3)
    assert [effect["payload"]["text"]["body"] for effect in effects] == ["andere", "1", "2"]


async def test_130429_slows_everyone_down_and_loses_nothing(rig: Rig) -> None:
    await rig.fault("rate_limit", count=1)
    await rig.tell(rig.reply("1"))
    await rig.noted(1)

    async def slowed() -> bool:
        return (await rig.parts.deps.sender_limiter.state()).slow_until is not None

    await eventually(slowed)
    await rig.tell(rig.reply("2", phone="6281299999999"))
    assert await rig.effects() == []
    rig.later(seconds=5)
    await rig.accepted(2)
    assert {job.failures for job in await rig.jobs()} == {0}


async def test_an_expired_token_pauses_the_sender_and_keeps_the_jobs(rig: Rig) -> None:
    await rig.fault("unauthorized", count=1)
    await rig.tell(rig.reply("1"))

    async def paused() -> bool:
        return (await rig.parts.deps.sender_limiter.state()).is_paused

    await eventually(paused)
    await rig.tell(rig.reply("2"))
    assert {job.state for job in await rig.jobs()} == {"ready"}
    await rig.parts.deps.sender_limiter.resume()
    rig.wake()
    effects = await rig.accepted(2)
    assert [effect["payload"]["text"]["body"] for effect in effects] == ["1", "2"]


async def test_several_documents_of_a_request_are_a_message_each_in_order(rig: Rig) -> None:
    for product, form in (("akta_kelahiran", "pdf"), ("kk", "pdf"), ("kia", "card")):
        rig.office.documents[f"request-1.{product}"] = PDF
        facts: dict[str, Any] = {"document_id": f"request-1.{product}", "product": product, "form": form}
        await rig.tell(rig.document(service="akta_lahir", documents=3, **facts))
    effects = await rig.accepted(3, kind="document")
    captions = [effect["payload"]["document"]["caption"] for effect in effects]
    assert captions[0].startswith("Permohonan MDN-7K4Q-9F2X selesai. Anda menerima 3 dokumen")
    assert captions[1].startswith("Kartu Keluarga Anda sudah terbit.")
    assert "untuk mengambil kartunya" in captions[2]


async def test_a_superseded_document_is_told_to_who_does_not_get_the_new_one_alone(rig: Rig) -> None:
    await rig.tell(rig.ended(DocumentSuperseded, same_contact=True))
    await rig.tell(rig.ended(DocumentSuperseded), rig.ended(DocumentSuperseded), rig.ended(DocumentRevoked))
    superseded, revoked = await rig.accepted(2)
    assert "tidak berlaku lagi, karena dokumen yang lebih baru sudah terbit" in superseded["payload"]["text"]["body"]
    assert "dicabut" in revoked["payload"]["text"]["body"]


async def test_a_document_that_will_never_come_is_told_once_in_the_window_and_by_its_template_outside(rig: Rig) -> None:
    long_ago = rig.whatsapp_contact("6281234567899", ago=timedelta(days=90))
    void = [rig.ended(DocumentVoided), rig.ended(DocumentVoided, long_ago, document_id="request-9.kk")]
    await rig.tell(*void, *void)
    told = {effect["payload"]["type"]: effect["payload"] for effect in await rig.accepted(2)}
    assert "tidak jadi terbit" in told["text"]["text"]["body"]
    assert "langsung mengajukannya lagi: ketik *MENU*" in told["text"]["text"]["body"]
    template = told["template"]["template"]
    assert template["name"] == "dokumen_batal"
    assert [each["text"] for each in template["components"][0]["parameters"]] == ["Kartu Keluarga", "MDN-3H8P-2C5T"]


async def test_a_card_that_lies_ready_is_told_once_for_each_print_and_by_its_template_after_the_window(rig: Rig) -> None:
    long_ago = rig.whatsapp_contact("6281234567899", ago=timedelta(days=90))
    ready = [rig.card_ready(), rig.card_ready(prints=2), rig.card_ready(long_ago, document_id="request-9.ktp")]
    await rig.tell(*ready, *ready)
    told = [effect["payload"] for effect in await rig.accepted(3)]
    free = [each["text"]["body"] for each in told if each["type"] == "text"]
    assert len(free) == 2
    assert all("MPP Kabupaten Madiun, Jl. Contoh 1" in text and "Senin-Kamis 08.00-15.00" in text for text in free)
    [template] = [each["template"] for each in told if each["type"] == "template"]
    assert template["name"] == "kartu_siap_diambil"
    values = [each["text"] for each in template["components"][0]["parameters"]]
    assert values == ["KTP-el", "MDN-3H8P-2C5T", "MPP Kabupaten Madiun", "Senin-Kamis 08.00-15.00"]


async def test_a_revocation_reaches_who_has_not_written_for_long_by_its_template(rig: Rig) -> None:
    await rig.tell(rig.ended(DocumentRevoked, rig.whatsapp_contact(ago=timedelta(days=90))))
    (effect,) = await rig.accepted(1)
    template = effect["payload"]["template"]
    assert template["name"] == "dokumen_dicabut"
    assert [each["text"] for each in template["components"][0]["parameters"]] == ["Kartu Keluarga", "3519-KK-02032026-0007"]


async def test_a_timeout_after_success_is_reconciled_by_the_status_and_never_repeated(impatient: Rig) -> None:
    await impatient.fault("timeout_after_success", count=1)
    await impatient.tell(impatient.reply())
    job = await impatient.job_becomes("unknown")
    assert job.reason == "answer_timeout"
    await eventually(lambda: impatient.office.statuses)
    await impatient.statuses_in()
    job = await impatient.job_becomes("done")
    assert not job.maybe_duplicate
    impatient.later(minutes=5)
    await impatient.tell(impatient.reply("nachher"))
    await impatient.accepted(2)


async def test_a_timeout_nobody_explains_is_repeated_flagged_after_the_deadline(impatient: Rig) -> None:
    await impatient.fault("no_answer", count=1)
    await impatient.tell(impatient.document(), impatient.reply("danach"))
    await impatient.noted(1)

    async def unknown() -> bool:
        return (await impatient.jobs())[0].state == "unknown"

    await eventually(unknown)
    assert (await impatient.jobs())[1].attempt == 0  # order: it waits behind
    impatient.later(seconds=31)
    effects = await impatient.accepted(2)
    assert [effect["payload"]["type"] for effect in effects] == ["document", "text"]
    await eventually(impatient.emitted)
    (event,) = await impatient.emitted()
    assert event["maybe_duplicate"] is True


async def test_statuses_in_any_order_keep_the_highest_rank(mongo_url: str, database: str) -> None:
    async with make_rig(mongo_url, database, phone={"auto_read": True, "read_after_ms": 3}) as rig:
        await rig.fault("webhook_reorder")
        await rig.tell(rig.reply())
        await rig.job_becomes("done")
        seen: set[str] = set()

        async def read() -> bool:
            seen.update(status["status"] for status in rig.office.statuses)
            await rig.statuses_in()
            return "sent" in seen and (await rig.job()).progress in ("delivered", "read")

        await eventually(read)
        assert (await rig.job()).progress == "read" or "read" not in seen


async def test_a_status_of_what_has_left_its_lane_rings_nobody(rig: Rig) -> None:
    await rig.tell(rig.reply())
    await rig.job_becomes("done")
    lanes = rig.parts.mongo.collection(rig.database, LANES)

    async def at_rest() -> dict[str, Any]:
        lane: dict[str, Any] | None = await lanes.find_one({"lease": {"$exists": False}, "due_at": {"$exists": False}})
        assert lane
        return lane

    before = await eventually(at_rest)

    async def arrived() -> bool:
        await rig.statuses_in()
        return (await rig.job()).progress == "delivered"

    await eventually(arrived)
    assert await lanes.find_one() == before


async def test_a_status_without_our_key_before_our_record_is_taken_in_later(mongo_url: str, database: str) -> None:
    async with make_rig(mongo_url, database, work=False) as rig:
        await rig.tell(rig.reply())
        status = intake.MessageStatusReceived(
            status=intake.DeliveryStatus.READ, at=rig.clock(), personal=intake.MessageStatusReceivedPersonal(wamid="wamid.1")
        )
        await rig.tell(status)
        assert await rig.parts.sweeper.sweep() == 0  # nobody knows that message yet
        ((job, version),) = await rig.parts.deps.jobs.heads(f"whatsapp:{PHONE}")
        begun = attempt.start(job, at=rig.clock())
        done, _ = attempt.answer(
            begun, 1, SendVerdict(Action.DONE, "accepted"), at=rig.clock(), jitter=0, policy=rig.parts.deps.policy, provider_id="wamid.1"
        )
        assert await rig.parts.deps.jobs.replace(done, version)
        assert await rig.parts.sweeper.sweep() == 1
        assert (await rig.job()).progress == "read"
        assert await rig.parts.sweeper.sweep() == 0


async def test_a_status_that_was_kept_while_we_wrote_down_what_we_sent_is_taken_in_soon(rig: Rig) -> None:
    await rig.tell(rig.reply())
    (effect,) = await rig.accepted(1)
    await rig.job_becomes("done")

    async def keep(tx: Tx) -> None:
        tx.keep_status(EarlyStatus(effect["wamid"], jobs.Progress.READ, rig.clock()))

    await rig.parts.deps.transact(keep)
    assert await rig.parts.sweeper.sweep_sent() == 1
    assert (await rig.job()).progress == "read"
    assert await rig.parts.sweeper.sweep_sent() == 0


async def test_an_unknown_person_fails_with_its_reason(rig: Rig) -> None:
    await rig.fault("error", code=131026, http_status=400, count=1)
    await rig.tell(rig.turned_down())
    job = await rig.job_becomes("failed")
    assert job.reason == "meta_131026"
    (event,) = await rig.emitted()
    assert (event["type"], event["reason"], event["kind"]) == ("notifier.notice_failed.v1", "meta_131026", "returned")


async def test_a_bsuid_goes_into_its_own_field(rig: Rig) -> None:
    citizen = (await rig.whatsapp.post("/sim/citizens", json={"phone": "6281377777777", "identity": "bsuid"})).json()
    rig.phone.people.by_phone("6281377777777").last_inbound_at = rig.clock()  # type: ignore[union-attr]
    await rig.tell(rig.reply(phone=citizen["bsuid"]))
    (effect,) = await rig.accepted(1)
    assert effect["payload"]["recipient"] == citizen["bsuid"]
    assert "to" not in effect["payload"]


async def test_a_long_text_with_buttons_becomes_two_messages(rig: Rig) -> None:
    await rig.tell(rig.reply("x" * 2000, buttons=("Ya",)))
    effects = await rig.accepted(2)
    assert effects[0]["payload"]["text"]["body"] == "x" * 2000
    assert effects[1]["payload"]["interactive"]["action"]["buttons"][0]["reply"]["id"] == "ya"


async def test_the_citizen_reads_reasons_in_indonesian_and_the_officers_note(rig: Rig) -> None:
    await rig.tell(rig.turned_down(note="Foto {buram}"))
    (effect,) = await rig.accepted(1)
    text = effect["payload"]["text"]["body"]
    assert "NIK tidak tercatat di dalam KK tersebut" in text
    assert "nobody_wrote_a_text" not in text
    assert "Catatan petugas: Foto {buram}" in text


async def test_issuance_down_is_tried_again_and_wrong_bytes_never_leave(rig: Rig) -> None:
    rig.office.answers = [503]
    event = rig.document()
    await rig.tell(event)
    await rig.noted(1)
    rig.later(seconds=4)
    await rig.accepted(1)


async def struck(rig: Rig, failures: int) -> bool:
    return (await rig.job()).failures >= failures


async def test_bytes_that_differ_from_the_hash_are_never_sent(rig: Rig) -> None:
    await rig.tell(rig.document(sha256="0" * 64))
    for failures in range(1, policy.SendPolicy().retry_limit):
        await eventually(partial(struck, rig, failures))
        rig.later(seconds=60)
    job = await rig.job_becomes("failed")
    assert job.reason == "document_differs"
    assert await rig.effects() == []


async def test_the_pair_rate_holds_back_the_burst(mongo_url: str, database: str) -> None:
    async with make_rig(mongo_url, database, whatsapp_pair_burst=2, whatsapp_pair_seconds=6) as rig:
        await rig.tell(*(rig.reply(f"{number}") for number in range(4)))
        await rig.accepted(2)
        for count in (3, 4):
            rig.later(seconds=6.1)
            await rig.accepted(count)
        assert (await rig.whatsapp.get("/sim/state")).json()["refused"] == {}


@pytest.mark.parametrize("people", [40])
async def test_two_workers_share_the_number_and_the_lanes(mongo_url: str, database: str, people: int) -> None:
    async with make_rig(mongo_url, database, phone={"throughput_per_second": 60}, whatsapp_per_second=40) as rig, another(rig) as second:
        phones = [f"62813{number:08d}" for number in range(people)]
        for phone in phones:
            rig.phone.add_citizen(phone).last_inbound_at = rig.clock()
        async with running(second):
            await rig.tell(*(rig.reply(f"{number}", phone=phone) for number in range(2) for phone in phones))
            effects = await rig.accepted(2 * people)
        assert (await rig.whatsapp.get("/sim/effects/repeated")).json() == {}
        assert (await rig.whatsapp.get("/sim/state")).json()["refused"] == {}
        for phone in phones:
            assert [effect["payload"]["text"]["body"] for effect in effects if effect["payload"]["to"] == phone] == ["0", "1"]


async def test_what_an_adapter_fetches_itself_is_only_recorded_and_not_called_delivered(rig: Rig) -> None:
    await rig.tell(rig.document(Contact(channel=Channel.ADAPTER, address="desa")))
    job = await rig.job_becomes("done")
    assert job.attempt == 0
    assert await rig.emitted() == []
