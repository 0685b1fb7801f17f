"""Broadcasts: written, listed, tried out, started, held, stopped; and who on a list is put into a lane next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from services.notifier.domain import broadcast as rules
from services.notifier.domain import news
from services.notifier.domain.broadcast import NAME_MOST, Broadcast, BroadcastTrial, Hand, Hours, Segment
from services.notifier.domain.broadcast_job import job_of, try_out
from services.notifier.domain.facts import BroadcastDrafted
from services.notifier.domain.news import NewsRecipient, RecipientState
from services.notifier.domain.pacing import Rate
from services.notifier.ports import Deps, Tx
from shared import logs
from shared.clock import WIB
from shared.errors import DomainError
from shared.ids import new_id
from shared.trials import Arm, StoppingRule
from shared.values import Phone

_log = logs.get("broadcasts")
_ARM_MARK: Final = " (teks {arm})"
_TRY_OUTS: Final = 5  # of one broadcast: each of those who make it sees it on their own phone; more are messages to somebody else
_BURST_SECONDS: Final = 1.0  # of a broadcast's rate may be put into lanes at once: what was not used for longer is gone


@dataclass(frozen=True, slots=True)
class BroadcastDraft:
    """What somebody wrote: the values of the template's places, whom it is for, when and how fast it goes."""

    name: str
    template: str
    values: tuple[str, ...]
    segment: Segment
    hours: Hours
    per_second: float
    about: str = ""
    corrects: tuple[str, ...] = ()


def draft_trial(tx: Tx, deps: Deps, written: BroadcastDraft, other: tuple[str, ...], ends_on: date, by: Hand) -> str:
    """Keep two broadcasts that differ in their words alone, each to half of the segment; return the id of their comparison.

    `other`: the values of the second text; `ends_on`: the day after which it is concluded, said now.

    Raises:
        DomainError: as `draft_broadcast`; `trial_day_past`, `trial_texts_same`.
    """
    if ends_on <= deps.clock().astimezone(WIB).date():
        raise DomainError("trial_day_past")
    if [" ".join(each.split()) for each in other] == [" ".join(each.split()) for each in written.values]:
        raise DomainError("trial_texts_same")
    trial_id, rule = new_id(), StoppingRule(ends_on=ends_on)
    for arm, values in ((Arm.A, written.values), (Arm.B, other)):
        named = f"{written.name[: NAME_MOST - len(_ARM_MARK)]}{_ARM_MARK.format(arm=arm.upper())}"
        draft_broadcast(tx, deps, replace(written, name=named, values=values), by, BroadcastTrial(trial_id, arm, rule))
    return trial_id


def draft_broadcast(tx: Tx, deps: Deps, written: BroadcastDraft, by: Hand, trial: BroadcastTrial | None = None) -> Broadcast:
    """Keep what was written, and ask whom it may reach.

    Raises:
        DomainError: `name_missing`, `template_unknown`, `variable_missing`, `variable_too_long`, `hours_outside`, `rate_too_high`;
            `nothing_to_correct`: nobody was told of what it changes.
    """
    approved = deps.approved_texts.get(written.template)
    name = " ".join(written.name.split())[:NAME_MOST]
    if not name:
        raise DomainError("name_missing")
    if approved is None:
        raise DomainError("template_unknown")
    if not news.overlap(written.hours, deps.news):
        raise DomainError("hours_outside")
    if not 0 < written.per_second <= deps.news.per_second:
        raise DomainError("rate_too_high")
    if approved.corrects and not written.corrects:
        raise DomainError("nothing_to_correct")
    at = deps.clock()
    broadcast = Broadcast(
        broadcast_id=new_id(),
        name=name,
        template=approved.template(written.values),
        category=approved.category,
        segment=written.segment,
        hours=written.hours,
        per_second=written.per_second,
        made_by=by,
        made_at=at,
        trial=trial,
        about=written.about,
        corrects=written.corrects if approved.corrects else (),
    )
    tx.add_broadcast(broadcast)
    segment, part = written.segment, (trial.trial_id, trial.arm.value) if trial else (None, None)
    tx.emit(BroadcastDrafted(broadcast.broadcast_id, approved.category.value, segment.villages, segment.need, at, *part))
    return broadcast


async def take_audience(
    tx: Tx, broadcast_id: str, page: int, pages: int, people: Sequence[NewsRecipient], left_out: tuple[tuple[str, int], ...]
) -> None:
    """Take a page of the list in."""
    broadcast = await tx.find_broadcast(broadcast_id)
    if broadcast is None:
        return
    after = rules.take_page(broadcast, page, pages, len(people), left_out)
    if after is not broadcast:
        tx.add_recipients(people)
        tx.save_broadcast(after)


async def note_consent(tx: Tx, contact_ids: Sequence[str], address: str, *, agreed: bool, at: datetime) -> None:
    """Note that somebody agreed to news, or wants none: what is in their lane is asked about right before it leaves."""
    for known in (await tx.news_contacts(contact_ids)).values():
        tx.keep_news_contact(news.changed(known, address, agreed=agreed, at=at))


async def note_quality(tx: Tx, deps: Deps, change: str, limit: str | None, at: datetime) -> None:
    """Note how WhatsApp rates our number; where it falls, what runs holds itself."""
    health = news.rated(await tx.number_health(), change, limit, at=at)
    tx.keep_number_health(health)
    if health.fell != change:
        return
    _log.warning("broadcasts.held", reason=change)
    for broadcast in await tx.running_broadcasts():
        tx.save_broadcast(rules.pause(broadcast, change, at=deps.clock()))


async def start_broadcast(tx: Tx, deps: Deps, broadcast_id: str, by: Hand) -> Broadcast:
    """Begin to send.

    Raises:
        DomainError: `number_fell`, `broadcast_not_ready`, `broadcast_empty`, `second_person_needed`.
        NotFound: `broadcasts_not_found`.
    """
    await _healthy(tx)
    started = rules.start(await tx.get_broadcast(broadcast_id), by, at=deps.clock(), alone_most=deps.news.alone_most)
    tx.save_broadcast(started)
    return started


async def pause_broadcast(tx: Tx, deps: Deps, broadcast_id: str, reason: str, by: Hand | None = None) -> Broadcast:
    """Hold it.

    Raises:
        NotFound: `broadcasts_not_found`.
    """
    paused = rules.pause(await tx.get_broadcast(broadcast_id), reason, at=deps.clock(), by=by)
    tx.save_broadcast(paused)
    return paused


async def resume_broadcast(tx: Tx, broadcast_id: str, judged_from: tuple[int, int]) -> Broadcast:
    """Go on.

    Raises:
        DomainError: `number_fell`, `broadcast_not_paused`.
        NotFound: `broadcasts_not_found`.
    """
    await _healthy(tx)
    running = rules.resume(await tx.get_broadcast(broadcast_id), judged_from)
    tx.save_broadcast(running)
    return running


async def stop_broadcast(tx: Tx, deps: Deps, broadcast_id: str) -> Broadcast:
    """End it for good.

    Raises:
        DomainError: `broadcast_ended`.
        NotFound: `broadcasts_not_found`.
    """
    stopped = rules.stop(await tx.get_broadcast(broadcast_id), at=deps.clock())
    tx.save_broadcast(stopped)
    return stopped


async def try_broadcast(tx: Tx, deps: Deps, broadcast_id: str, phone: str) -> Broadcast:
    """Send it to one of those who make it, who has agreed to news from that number as everybody does.

    Raises:
        DomainError: `try_number_unknown`; `try_outs_spent`: it was tried out as often as may be.
        Malformed: it is no number.
        NotFound: `broadcasts_not_found`.
    """
    broadcast = await tx.get_broadcast(broadcast_id)
    found = await deps.broadcasts.find_agreed(Phone.parse(phone).text)
    if found is None:
        raise DomainError("try_number_unknown")
    if await deps.broadcasts.try_outs(broadcast_id, _TRY_OUTS) >= _TRY_OUTS:
        raise DomainError("try_outs_spent")
    tx.add_job(try_out(broadcast, new_id(), found.address, deps.texts, at=deps.clock()))
    return broadcast


@dataclass(frozen=True, slots=True)
class Released:
    """How many were put into their lanes, whether the list is at its end, and the seconds until the next one may be."""

    people: int
    is_over: bool
    wait_seconds: float


async def release_next(tx: Tx, deps: Deps, broadcast_id: str, keys: Sequence[str]) -> Released:
    """Put the next people of a list into their lanes, as many as its rate allows, but for those who may not be told."""
    broadcast = await tx.get_broadcast(broadcast_id)
    at = deps.clock()
    if not broadcast.is_running:
        return Released(0, is_over=False, wait_seconds=0.0)
    if not keys:
        tx.save_broadcast(rules.finish(broadcast, at=at))
        return Released(0, is_over=True, wait_seconds=0.0)
    rate = Rate(broadcast.per_second, max(1.0, broadcast.per_second * _BURST_SECONDS))
    pace, drawn, wait = rate.take(broadcast.pace, at, len(keys))
    people = [each for each in await tx.recipients(keys[:drawn]) if each.state is RecipientState.PLANNED]
    contacts = await tx.news_contacts([each.contact_id for each in people])
    invited, told = await _invited(tx, broadcast, people), 0
    for each in people:
        contact = contacts[each.contact_id]
        rest = timedelta() if broadcast.corrects else deps.news.rest
        why = news.why_not(contact, broadcast.category, at=at, rest=rest) if each.contact_id in invited else news.NOT_INVITED
        if why is not None:
            tx.save_recipient(replace(each, state=RecipientState.SKIPPED, why=why, moved_at=at))
            continue
        told += 1
        tx.save_recipient(replace(each, state=RecipientState.QUEUED, moved_at=at))
        tx.keep_news_contact(replace(contact, told_at=at))
        tx.add_job(job_of(broadcast, each, deps.texts, at=at))
    tx.save_broadcast(replace(broadcast, pace=pace))
    return Released(told, is_over=False, wait_seconds=wait)


async def _invited(tx: Tx, broadcast: Broadcast, people: Sequence[NewsRecipient]) -> frozenset[str]:
    """Return which of them a broadcast may be for: of one that corrects others those who were told by one of these."""
    if not broadcast.corrects:
        return frozenset(each.contact_id for each in people)
    keys = [f"{earlier}:{each.contact_id}" for earlier in broadcast.corrects for each in people]
    return frozenset(each.contact_id for each in await tx.recipients(keys) if each.state is RecipientState.QUEUED)


async def _healthy(tx: Tx) -> None:
    health = await tx.number_health()
    if health.fell is not None:
        raise DomainError("number_fell", health.fell)
