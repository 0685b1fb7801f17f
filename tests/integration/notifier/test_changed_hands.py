"""A number that changed hands: nothing that was asked from there before goes there any more, in whatever order it is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.notifier.domain import attempt
from services.notifier.domain.job import Job
from services.notifier.handlers import announce
from services.notifier.ports import Tx
from shared.contracts import intake, issuance
from shared.contracts.envelope import Event
from shared.contracts.parts import Contact
from tests.integration.notifier.rig import COURT, PHONE, Rig, make_rig, running
from tests.support.eventually import eventually

LANE = f"whatsapp:{PHONE}"
NEW_PHONE = "6281999999999"


def lost(rig: Rig, at: datetime | None = None, address: str = PHONE) -> Event:
    personal = intake.AddressLostPersonal(address=address)
    return intake.AddressLost(contact_id="contact-1", lost_at=at or rig.clock(), personal=personal)


def formers(rig: Rig) -> Contact:
    """The number while it was still of whoever asked."""
    return rig.whatsapp_contact(ago=timedelta(hours=1))


async def ended(rig: Rig, count: int = 1) -> list[Job]:
    """Wait until so many messages were withheld."""

    async def there() -> list[Job]:
        found = [job for job in await rig.jobs() if job.reason == "address_lost"]
        assert len(found) == count
        return found

    jobs: list[Job] = await eventually(there)
    assert {job.state for job in jobs} == {"failed"}
    return jobs


def everything(rig: Rig, contact: Contact) -> list[Event]:
    question = intake.ReplyComposed(
        conversation_id="conversation-1", personal=intake.ReplyComposedPersonal(contact=contact, text="Nomor KK Anda •••• 0004")
    )
    kinds = (issuance.DocumentSuperseded, issuance.DocumentRevoked, issuance.DocumentVoided)
    papers = [rig.document(contact), rig.card_ready(contact), rig.turned_down(contact, note="Foto terbalik"), question]
    return [*papers, *(rig.ended(kind, contact, document_id=f"{kind.__name__}.kk") for kind in kinds)]


async def test_nothing_goes_to_whoever_has_the_number_now(rig: Rig) -> None:
    await rig.tell(lost(rig))
    await rig.tell(*everything(rig, formers(rig)))
    await ended(rig, 7)
    assert await rig.effects() == []
    failed = [event for event in await rig.emitted() if event["type"] == "notifier.notice_failed.v1"]
    assert {event["reason"] for event in failed} == {"address_lost"}
    assert [event["document_id"] for event in failed if event["kind"] == "document"] == list(rig.office.documents)


async def test_whoever_has_the_number_now_is_told_what_they_asked_for(rig: Rig) -> None:
    await rig.tell(lost(rig))
    await rig.tell(rig.document(rig.whatsapp_contact()), rig.reply("Selamat datang"))
    assert len(await rig.accepted(2)) == 2


async def test_outside_the_window_not_even_the_template_goes(rig: Rig) -> None:
    await rig.tell(lost(rig))
    await rig.tell(rig.document(rig.whatsapp_contact(ago=timedelta(hours=25))))
    await ended(rig)
    assert await rig.effects() == []


async def test_what_is_planned_and_not_sent_is_withheld_at_once_even_while_sending_is_paused(mongo_url: str, database: str) -> None:
    async with make_rig(mongo_url, database, work=False) as rig:
        await rig.tell(rig.document(formers(rig)), rig.turned_down(formers(rig)))
        await rig.tell(lost(rig))
        await ended(rig, 2)
        await rig.tell(lost(rig))
        await ended(rig, 2)
        assert len([event for event in await rig.emitted() if event["type"] == "notifier.notice_failed.v1"]) == 2


async def test_what_a_template_stood_for_is_not_let_out_by_a_newcomer_whose_message_is_told_before_the_loss(rig: Rig) -> None:
    await rig.tell(rig.turned_down(rig.whatsapp_contact(ago=timedelta(hours=25)), note="Foto terbalik"))
    await rig.accepted(1)
    await rig.held(1)
    contact = rig.whatsapp_contact()
    said = intake.ReplyComposedPersonal(contact=contact, text="Selamat datang")
    await rig.tell(intake.ReplyComposed(conversation_id="conversation-2", address_since=contact.last_inbound_at, personal=said))
    await ended(rig)
    await rig.tell(lost(rig, at=contact.last_inbound_at))
    (_, greeting) = await rig.accepted(2)
    assert greeting["payload"]["text"]["body"] == "Selamat datang"


async def test_what_is_held_ends_with_the_loss(rig: Rig) -> None:
    await rig.tell(rig.turned_down(rig.whatsapp_contact(ago=timedelta(hours=25)), note="Foto terbalik"))
    await rig.accepted(1)
    await rig.held(1)
    await rig.tell(lost(rig))
    await ended(rig)
    await rig.tell(rig.reply("Selamat datang"))
    (_, said) = await rig.accepted(2)
    assert said["payload"]["text"]["body"] == "Selamat datang"


async def test_an_operator_can_not_send_it_either(rig: Rig) -> None:
    await rig.tell(lost(rig))
    await rig.tell(rig.document(formers(rig)))
    (job,) = await ended(rig)

    async def again(tx: Tx) -> None:
        await announce.retry_job(tx, job.key, at=rig.clock())

    await rig.parts.deps.transact(again)

    async def twice() -> bool:
        return [event["reason"] for event in await rig.emitted() if "reason" in event] == ["address_lost"] * 2

    await eventually(twice)
    await ended(rig)
    assert await rig.effects() == []


async def test_a_try_whose_end_nobody_knows_is_not_repeated_and_says_that_it_may_have_arrived(mongo_url: str, database: str) -> None:
    async with make_rig(mongo_url, database, work=False) as rig:
        await rig.tell(rig.reply(ago=timedelta(hours=1)))
        lane = await rig.parts.deps.lanes.claim(LANE, "dead worker", 0.3)
        assert lane is not None
        ((job, version),) = await rig.parts.deps.jobs.heads(LANE)
        assert await rig.parts.deps.jobs.replace(attempt.start(job, at=rig.clock()), version)
        await rig.tell(lost(rig))
        assert (await rig.job()).state == "running"
        async with running(rig.parts):
            await rig.job_becomes("unknown")
            rig.later(seconds=31)
            (job,) = await ended(rig)
        assert job.maybe_duplicate
        assert await rig.effects() == []


async def test_a_message_that_arrived_before_the_loss_was_told_stays_delivered(rig: Rig) -> None:
    await rig.tell(rig.document(formers(rig)))
    await rig.accepted(1)
    await rig.job_becomes("done")
    await rig.tell(lost(rig))
    assert (await rig.job()).state == "done"


async def test_a_loss_that_is_told_late_takes_nothing_from_the_newcomer(rig: Rig) -> None:
    """Two losses in the wrong order: the later one counts, and the event of the first is only late."""
    late = lost(rig, at=rig.clock() - timedelta(days=3))
    await rig.tell(lost(rig))
    await rig.tell(late)
    await rig.tell(rig.document(formers(rig)))
    await ended(rig)
    await rig.tell(rig.document(rig.whatsapp_contact(), document_number="3519-KK-24112026-0002"))
    await rig.accepted(1)


async def test_the_lane_that_is_in_hand_hears_of_it_too(mongo_url: str, database: str) -> None:
    """The worker holds the lane while the number is lost: it asks again before the call."""
    async with make_rig(mongo_url, database, work=False) as rig:
        messenger = rig.parts.deps.messenger
        upload = messenger.upload

        async def slow_upload(content: bytes, *, file_name: str, media_type: str) -> Any:
            await rig.parts.deps.transact(lose)
            return await upload(content, file_name=file_name, media_type=media_type)

        async def lose(tx: Tx) -> None:
            tx.note_lost(LANE, rig.clock())

        object.__setattr__(messenger, "upload", slow_upload)
        await rig.tell(rig.document(formers(rig)))
        async with running(rig.parts):
            await ended(rig)
        assert await rig.effects() == []


async def test_courts_and_other_numbers_are_told_as_ever(rig: Rig) -> None:
    await rig.tell(lost(rig), lost(rig, address=COURT))
    await rig.tell(rig.document(Contact(channel="court", address=COURT, reference="decision-1")))
    await rig.callbacks(1)
    await rig.whatsapp.post("/sim/citizens", json={"phone": NEW_PHONE})
    rig.phone.people.by_phone(NEW_PHONE).last_inbound_at = rig.clock()  # type: ignore[union-attr]
    await rig.tell(rig.document(rig.whatsapp_contact(NEW_PHONE, ago=timedelta(hours=1))))
    await rig.accepted(1)


@pytest.mark.parametrize("is_proven", [True, False])
async def test_who_is_proven_to_be_the_applicant_gets_at_the_new_number_what_was_withheld(rig: Rig, *, is_proven: bool) -> None:
    await rig.whatsapp.post("/sim/citizens", json={"phone": NEW_PHONE})
    rig.phone.people.by_phone(NEW_PHONE).last_inbound_at = rig.clock()  # type: ignore[union-attr]
    document = rig.document(formers(rig))
    await rig.tell(lost(rig))
    await rig.tell(document)
    await ended(rig)
    await rig.tell(
        intake.DocumentsAskedAgain(
            request_id="request-1",
            document_ids=tuple(rig.office.documents),
            asked_at=rig.clock(),
            is_proven=is_proven,
            personal=intake.DocumentsAskedAgainPersonal(contact=rig.whatsapp_contact(NEW_PHONE)),
        )
    )
    assert len(await rig.jobs()) == (2 if is_proven else 1)
    if is_proven:
        (effect,) = await rig.accepted(1)
        assert (effect["payload"]["to"], effect["payload"]["type"]) == (NEW_PHONE, "document")
    assert await rig.effects(recipient=PHONE) == []
