"""Broadcasts on a real database and WhatsApp's simulator: exactly once each, behind what was asked for, held and stopped in time."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, time
from typing import Any, Final

import pytest

from services.notifier import wiring
from services.notifier.domain.broadcast import Broadcast, BroadcastState, Hand, Hours, Segment
from services.notifier.handlers import broadcasts as handlers
from services.notifier.ports import BroadcastResults, Tx
from shared.contracts import intake_news
from shared.errors import DomainError
from tests.integration.notifier.rig import PHONE, Rig, another, make_rig, running
from tests.support.eventually import eventually

TUESDAY: Final = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SITI, BUDI = Hand("s-1", "Siti"), Hand("s-2", "Budi")
VALUES: Final = ("{desa}", "KIA kini bisa lewat chat ini.")


@pytest.fixture
async def still(mongo_url: str, database: str) -> AsyncIterator[Rig]:
    """A notifier on a working day, whose dispatchers and broadcaster stand still; a person's pace is no limit here."""
    async with make_rig(mongo_url, database, work=False) as made:
        made.clock.at = TUESDAY
        yield made


def phone(number: int) -> str:
    return f"62813{number:08d}"


async def agree(rig: Rig, *numbers: int, agreed: bool = True, aliases: tuple[str, ...] = ()) -> None:
    await rig.tell(
        *(
            intake_news.NewsConsentChanged(
                contact_id=f"c-{number}",
                aliases=aliases,
                agreed=agreed,
                how="typed",
                changed_at=rig.clock(),
                personal=intake_news.NewsConsentPersonal(contact=rig.whatsapp_contact(phone(number))),
            )
            for number in numbers
        )
    )


async def listed(rig: Rig, numbers: Sequence[int]) -> str:
    """A broadcast whose list has come."""

    async def write(tx: Tx) -> Broadcast:
        draft = handlers.BroadcastDraft("KIA", "kabar_layanan", VALUES, Segment(), Hours(time(8), time(17)), 40.0)
        return handlers.draft_broadcast(tx, rig.parts.deps, draft, SITI)

    made = await rig.parts.units.run(write)
    await arrives(rig, made.broadcast_id, numbers)
    return made.broadcast_id


async def arrives(rig: Rig, broadcast_id: str, numbers: Sequence[int], **left_out: int) -> None:
    """The list of a broadcast, as intake sends it."""
    members = tuple(
        intake_news.AudienceMember(contact_id=f"c-{number}", contact=rig.whatsapp_contact(phone(number)), village="3519012001")
        for number in numbers
    )
    page = intake_news.AudienceFound(
        broadcast_id=broadcast_id,
        page=1,
        pages=1,
        left_out=tuple(intake_news.LeftOut(why=why, people=people) for why, people in left_out.items()),
        found_at=rig.clock(),
        personal=intake_news.AudienceFoundPersonal(members=members),
    )
    await rig.tell(page)


async def started(rig: Rig, numbers: Sequence[int]) -> str:
    broadcast_id = await listed(rig, numbers)
    await rig.parts.units.run(lambda tx: handlers.start_broadcast(tx, rig.parts.deps, broadcast_id, BUDI))
    return broadcast_id


async def state(rig: Rig, broadcast_id: str) -> Broadcast:
    found = await rig.parts.deps.broadcasts.find(broadcast_id)
    assert found is not None
    return found


async def results(rig: Rig, broadcast_id: str) -> BroadcastResults:
    return await rig.parts.deps.broadcasts.results(await state(rig, broadcast_id))


async def released(rig: Rig, broadcast_id: str, parts: wiring.Notifier | None = None) -> None:
    """Let the broadcaster look until the list is at its end; the clock goes on, as it would."""

    async def over() -> bool:
        await (parts or rig.parts).broadcaster.turn()
        rig.clock.forward(seconds=1)
        return (await state(rig, broadcast_id)).state is not BroadcastState.RUNNING

    await eventually(over)


async def told(rig: Rig, count: int) -> list[dict[str, Any]]:
    """What was accepted once it is so many; the clock goes on, for the number's tokens, of which a broadcast leaves half to others."""

    async def enough() -> bool:
        rig.later(seconds=1)
        return len(await rig.effects()) >= count

    await eventually(enough)
    return await rig.accepted(count)


async def test_everybody_who_agreed_gets_it_once_and_not_again_within_the_week(still: Rig) -> None:
    await agree(still, *range(30))
    await agree(still, 3, agreed=False)
    first = await started(still, range(31))  # 30 never said anything
    async with running(still.parts):
        await released(still, first)
        effects = await told(still, 29)
    found = await results(still, first)
    assert (found.planned, found.waiting, dict(found.skipped)) == (0, 0, {"opted_out": 1, "no_opt_in": 1})
    assert set(Counter(each["recipient"] for each in effects).values()) == {1}
    assert effects[0]["payload"]["template"]["components"][0]["parameters"][0]["text"] == "Tambakmas"
    second = await started(still, range(2))
    await released(still, second)
    assert dict((await results(still, second)).skipped) == {"lately_told": 2}
    assert [event["type"] for event in await still.emitted()] == ["notifier.broadcast_drafted.v1"] * 2


async def test_who_was_invited_is_told_that_it_moved_and_nobody_else(still: Rig) -> None:
    await agree(still, *range(6))
    about = "trips/01J/3519012001"

    async def write(tx: Tx, name: str, earlier: tuple[str, ...]) -> Broadcast:
        values = ("{desa}", "Balai Desa", "Selasa, 08.00-12.00", "KIA")
        draft = handlers.BroadcastDraft("Jemput bola", name, values, Segment(), Hours(time(8), time(17)), 40.0, about, earlier)
        return handlers.draft_broadcast(tx, still.parts.deps, draft, SITI)

    async def begun(name: str, numbers: Sequence[int], **left_out: int) -> str:
        earlier = await still.parts.deps.broadcasts.begun_about(about)
        made = await still.parts.units.run(lambda tx: write(tx, name, earlier))
        await arrives(still, made.broadcast_id, numbers)
        assert dict(await still.parts.deps.broadcasts.would_skip(made, still.clock())) == left_out
        await still.parts.units.run(lambda tx: handlers.start_broadcast(tx, still.parts.deps, made.broadcast_id, BUDI))
        await released(still, made.broadcast_id)
        return made.broadcast_id

    with pytest.raises(DomainError, match="nothing_to_correct"):
        await begun("jemput_bola_berubah", range(6))
    async with running(still.parts):
        invitation = await begun("jemput_bola", range(4))
        await agree(still, 3, agreed=False)
        correction = await begun("jemput_bola_berubah", range(6), not_invited=2, opted_out=1)
        effects = await told(still, 7)
    assert dict((await results(still, correction)).skipped) == {"not_invited": 2, "opted_out": 1}
    assert (await state(still, correction)).corrects == (invitation,)
    assert Counter(each["payload"]["template"]["name"] for each in effects) == {"jemput_bola": 4, "jemput_bola_berubah": 3}


async def test_stop_counts_until_the_last_moment(still: Rig) -> None:
    await agree(still, 1, 2)
    broadcast_id = await started(still, (1, 2))
    await still.parts.broadcaster.turn()
    await agree(still, 100, agreed=False, aliases=("c-1",))  # both stand in their lanes by now; and contact 1 turned out to be 100
    async with running(still.parts):
        (effect,) = await still.accepted(1)
        await eventually(lambda: _is(still, broadcast_id, opted_out=1))
    assert effect["recipient"] == phone(2)


async def _is(rig: Rig, broadcast_id: str, **skipped: int) -> bool:
    return dict((await results(rig, broadcast_id)).skipped) == skipped


async def test_what_is_stopped_leaves_nothing_in_the_lanes(still: Rig) -> None:
    await agree(still, *range(5))
    broadcast_id = await started(still, range(5))
    await still.parts.broadcaster.turn()
    await still.parts.units.run(lambda tx: handlers.stop_broadcast(tx, still.parts.deps, broadcast_id))
    async with running(still.parts):
        await eventually(lambda: _is(still, broadcast_id, broadcast_stopped=5))
    assert await still.effects() == []


async def test_what_waits_in_the_lanes_at_the_end_of_the_list_is_stopped_too(still: Rig) -> None:
    """The list of a small one was at its end at once: it was "done" then, and what stood in the lanes overnight nobody could stop."""
    await agree(still, *range(5))
    broadcast_id = await started(still, range(5))
    for _ in range(3):
        await still.parts.broadcaster.turn()
        still.clock.forward(seconds=1)
    assert (await state(still, broadcast_id)).state is BroadcastState.RUNNING
    await still.parts.units.run(lambda tx: handlers.stop_broadcast(tx, still.parts.deps, broadcast_id))
    async with running(still.parts):
        await eventually(lambda: _is(still, broadcast_id, broadcast_stopped=5))
    assert await still.effects() == []


async def test_an_answer_overtakes_a_broadcast(still: Rig) -> None:
    await agree(still, 1)
    await started(still, (1,))
    await still.parts.broadcaster.turn()
    await still.tell(still.reply("Permohonan Anda sudah kami terima.", phone(1)))
    async with running(still.parts):
        effects = await still.accepted(2)
    assert [each["payload"]["type"] for each in effects] == ["text", "template"]


async def test_at_night_nothing_leaves_and_an_answer_does(still: Rig) -> None:
    await agree(still, 1)
    broadcast_id = await started(still, (1,))
    await still.parts.broadcaster.turn()
    still.clock.at = TUESDAY.replace(hour=14)  # 21.00
    await still.tell(still.reply("Selamat malam", phone(1)))
    async with running(still.parts):
        (effect,) = await still.accepted(1)
        assert effect["payload"]["type"] == "text"
        assert (await results(still, broadcast_id)).waiting == 1
        still.clock.at = TUESDAY.replace(day=25, hour=1)
        still.wake()
        await still.accepted(2)


async def test_it_holds_itself_when_the_number_falls_and_goes_on_when_it_rose(still: Rig) -> None:
    await agree(still, 1)
    broadcast_id = await started(still, (1,))
    await still.tell(rated(still, "flagged"))
    held = await state(still, broadcast_id)
    assert (held.state, held.paused_reason, held.paused_by) == (BroadcastState.PAUSED, "flagged", None)
    with pytest.raises(Exception, match="number_fell"):
        await still.parts.units.run(lambda tx: handlers.resume_broadcast(tx, broadcast_id, (0, 0)))
    await still.tell(rated(still, "unflagged"))
    await still.parts.units.run(lambda tx: handlers.resume_broadcast(tx, broadcast_id, (0, 0)))
    async with running(still.parts):
        await released(still, broadcast_id)
        await still.accepted(1)


def rated(rig: Rig, change: str) -> intake_news.NumberQualityChanged:
    return intake_news.NumberQualityChanged(webhook="phone_number_quality_update", change=change, limit="tier_2k", at=rig.clock())


async def test_it_holds_itself_when_too_many_fail_and_an_opt_out_at_whatsapp_is_told(mongo_url: str, database: str) -> None:
    async with make_rig(mongo_url, database, work=False, broadcast_errors_after=4) as rig:
        rig.clock.at = TUESDAY
        await agree(rig, *range(6))
        await rig.fault("error", code=131026)
        broadcast_id = await started(rig, range(6))
        await rig.parts.broadcaster.turn()
        async with running(rig.parts):
            await eventually(lambda: _failed(rig, broadcast_id, meta_131026=6))
        paused = wiring.assemble(rig.settings, rig.clock)  # a process that has not judged it yet
        await eventually(lambda: _held(rig, paused, broadcast_id))
        await rig.whatsapp.delete("/sim/faults")
        await rig.fault("error", code=131050)
        await rig.tell(rig.reply())
        await agree(rig, 9)
        second = await started(rig, (9,))
        await rig.parts.broadcaster.turn()
        async with running(rig.parts):
            await eventually(lambda: _failed(rig, second, meta_131050=1))
        assert [event["contact_id"] for event in await rig.emitted() if event["type"] == "notifier.news_declined.v1"] == ["c-9"]
        await paused.http.aclose()
        await paused.mongo.close()


async def _failed(rig: Rig, broadcast_id: str, **failed: int) -> bool:
    rig.later(seconds=1)
    return dict((await results(rig, broadcast_id)).failed) == failed


async def _held(rig: Rig, parts: wiring.Notifier, broadcast_id: str) -> bool:
    await parts.broadcaster.turn()
    return (await state(rig, broadcast_id)).paused_reason == "too_many_errors"


async def test_two_processes_that_release_at_once_tell_everybody_once(still: Rig) -> None:
    await agree(still, *range(40))
    broadcast_id = await started(still, range(40))
    async with another(still) as other, running(still.parts), running(other):
        await asyncio.gather(released(still, broadcast_id), released(still, broadcast_id, other))
        effects = await told(still, 40)
    assert len({each["recipient"] for each in effects}) == 40


async def test_a_release_that_dies_before_or_after_its_commit_is_neither_lost_nor_repeated(still: Rig) -> None:
    await agree(still, *range(12))
    broadcast_id = await started(still, range(12))
    turn = asyncio.create_task(still.parts.broadcaster.turn())
    await asyncio.sleep(0)
    turn.cancel()  # wherever it is: what was to be committed may be, or not
    with contextlib.suppress(asyncio.CancelledError):
        await turn
    async with another(still) as other, running(other):
        await released(still, broadcast_id, other)
        effects = await told(still, 12)
    assert len({each["recipient"] for each in effects}) == 12


async def test_a_try_out_goes_to_who_agreed_alone(still: Rig) -> None:
    broadcast_id = await listed(still, (1,))
    with pytest.raises(Exception, match="try_number_unknown"):
        await still.parts.units.run(lambda tx: handlers.try_broadcast(tx, still.parts.deps, broadcast_id, PHONE))
    await agree(still, 7)
    await still.parts.units.run(lambda tx: handlers.try_broadcast(tx, still.parts.deps, broadcast_id, phone(7)))
    async with running(still.parts):
        (effect,) = await still.accepted(1)
    assert effect["recipient"] == phone(7)
    found: dict[str, Any] = {"planned": (await results(still, broadcast_id)).planned, "tried": (await results(still, broadcast_id)).tried}
    assert found == {"planned": 1, "tried": 0}, "a try-out counts for nobody"
    for _ in range(4):
        await still.parts.units.run(lambda tx: handlers.try_broadcast(tx, still.parts.deps, broadcast_id, phone(7)))
    with pytest.raises(DomainError, match="try_outs_spent"):  # it is no way around the week of rest and the hours
        await still.parts.units.run(lambda tx: handlers.try_broadcast(tx, still.parts.deps, broadcast_id, phone(7)))
