"""WhatsApp's 24-hour window: templates outside it, what they stand for, and what is held until the person writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.notifier.domain import attempt, status
from services.notifier.domain.outcome import Action, SendVerdict
from services.notifier.ports import Tx
from tests.integration.notifier.rig import PHONE, Rig
from tests.support.eventually import eventually


async def test_outside_24_hours_the_template_goes_and_never_the_message(rig: Rig) -> None:
    await rig.tell(rig.document(rig.whatsapp_contact(ago=timedelta(hours=25))))
    (effect,) = await rig.accepted(1)
    template = effect["payload"]["template"]
    assert template["name"] == "dokumen_terbit"
    assert template["components"][0]["parameters"][0]["document"]["id"]
    assert [each["text"] for each in template["components"][1]["parameters"]] == ["Kartu Keluarga", "MDN-7K4Q-9F2X"]


async def test_an_older_event_does_not_close_a_window_that_is_open(rig: Rig) -> None:
    await rig.tell(rig.reply("baru"))
    await rig.tell(rig.document(rig.whatsapp_contact(ago=timedelta(hours=25))))
    effects = await rig.accepted(2)
    assert [effect["payload"]["type"] for effect in effects] == ["text", "document"]


async def test_131047_by_webhook_turns_to_the_template(rig: Rig) -> None:
    await rig.fault("window_closed", count=1, via="webhook")
    await rig.tell(rig.turned_down())

    async def turned() -> bool:
        await rig.statuses_in()
        return len(await rig.effects()) == 2

    await eventually(turned)
    effects = await rig.effects()
    assert [effect["payload"]["type"] for effect in effects] == ["text", "template"]
    await rig.held(1)


async def test_131047_in_the_answer_turns_to_the_template(rig: Rig) -> None:
    await rig.fault("window_closed", count=1)
    await rig.tell(rig.reply())
    (effect,) = await rig.accepted(1)
    assert effect["payload"]["template"]["name"] == "pesan_baru"


def closed(rig: Rig) -> Any:
    return rig.whatsapp_contact(ago=timedelta(hours=25))


def bodies(effects: list[dict[str, Any]]) -> list[str]:
    return [effect["payload"].get("text", {}).get("body", effect["payload"]["type"]) for effect in effects]


async def test_what_a_template_stood_for_goes_first_when_the_person_writes(rig: Rig) -> None:
    rig.phone.people.by_phone(PHONE).last_inbound_at = rig.clock() - timedelta(hours=25)  # type: ignore[union-attr]
    await rig.tell(rig.turned_down(closed(rig), note="Foto terbalik"))
    (template,) = await rig.accepted(1)
    assert template["payload"]["template"]["name"] == "permohonan_dilengkapi"
    (held,) = await rig.held(1)
    assert held.key == f"{(await rig.jobs())[0].key}:message"
    rig.phone.people.by_phone(PHONE).last_inbound_at = rig.clock()  # type: ignore[union-attr]
    await rig.tell(rig.reply("Selamat datang"))
    effects = await rig.accepted(3)
    assert "Foto terbalik" in bodies(effects)[1]
    assert bodies(effects)[2] == "Selamat datang"
    await rig.held(0)
    await rig.tell(rig.reply("Lagi"))
    assert len(await rig.accepted(4)) == 4
    assert len({effect["payload"]["biz_opaque_callback_data"] for effect in effects}) == 3


async def test_statuses_of_a_template_do_not_end_what_it_stands_for(rig: Rig) -> None:
    await rig.tell(rig.turned_down(closed(rig)))
    await rig.accepted(1)

    async def read() -> bool:
        await rig.statuses_in()
        return (await rig.jobs())[0].progress in ("delivered", "read")

    await eventually(read)
    await rig.held(1)
    await rig.tell(rig.reply("Selamat datang"))
    await rig.accepted(3)


async def test_several_that_were_held_go_in_their_order_and_a_document_holds_nothing(rig: Rig) -> None:
    await rig.tell(rig.turned_down(closed(rig), note="satu"), rig.document(closed(rig)), rig.turned_down(closed(rig), note="dua"))
    assert [effect["payload"]["type"] for effect in await rig.accepted(3)] == ["template"] * 3
    await rig.held(2)
    await rig.tell(rig.reply("Selamat datang"))
    said = bodies(await rig.accepted(6))[3:]
    assert ["satu" in said[0], "dua" in said[1], said[2] == "Selamat datang"] == [True] * 3


async def test_a_held_message_whose_window_closed_again_waits_on_and_sends_no_second_template(rig: Rig) -> None:
    await rig.tell(rig.turned_down(closed(rig)))
    await rig.accepted(1)
    await rig.held(1)
    await rig.fault("window_closed", count=1)
    await rig.tell(rig.reply("Selamat datang"))
    await rig.accepted(2)
    (held,) = await rig.held(1)
    assert held.reason == "meta_131047"
    await rig.tell(rig.reply("Lagi"))
    assert sum("MDN-7K4Q-9F2X" in body for body in bodies(await rig.accepted(4))[2:]) == 1


async def test_who_wrote_while_the_template_was_tried_again_gets_the_message_once(rig: Rig) -> None:
    """The template was accepted and refused later by webhook, for a reason that passes; then the person writes."""
    await rig.tell(rig.turned_down(closed(rig)))
    await rig.accepted(1)
    await rig.held(1)
    (first, _) = await rig.jobs()

    async def refused(tx: Tx) -> None:
        verdict, at = SendVerdict(Action.RETRY, "meta_131000"), rig.clock() + timedelta(seconds=30)
        failed = status.note_failure(await tx.get_job(first.key), first.provider_id or "")
        after, facts = attempt.settle(failed, verdict, at=at, jitter=0.0, policy=rig.parts.deps.policy)
        tx.save_job(after)
        tx.emit(*facts)

    await rig.parts.deps.transact(refused)
    await rig.tell(rig.reply("Selamat datang"))

    async def discarded() -> bool:
        return [job.state for job in await rig.jobs() if job.template_key] == ["discarded"]

    await eventually(discarded)
    rig.later(seconds=60)
    effects = await rig.accepted(3)
    assert "MDN-7K4Q-9F2X" in bodies(effects)[1]
