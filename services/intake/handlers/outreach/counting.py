"""Steps of the funnel, counted in the unit of work in which they happen: what is not committed is not counted, and nothing is twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.intake.domain.chat import Conversation, Draft, Fact
from services.intake.domain.contacts import ChatContact
from services.intake.domain.outreach.funnel import ODD, FunnelStep, WhoAndWhere, mark_of, person_step, question_step, sex_and_age, stop_step
from services.intake.domain.outreach.participation import NEEDED_SERVICES
from services.intake.domain.outreach.sources import NO_SOURCE, NOBODY, Touch
from services.intake.domain.outreach.stops import given_up, stopped_at
from services.intake.domain.requests import Request, RequestState
from services.intake.ports import Deps, Tx
from shared.clock import WIB

_FINISHED: Final = frozenset({RequestState.READY, RequestState.DELIVERED, RequestState.ANSWERED})
"""The person has what they asked for, or it waits where they fetch it."""


async def count_chat(tx: Tx, deps: Deps, contact: ChatContact, touch: Touch | None, at: datetime) -> None:
    """Count that somebody chats: once a year for each source that brought them, and once where none did.

    Where a source's people pass its link on, whoever came by that link counts as told by them too.
    """
    if touch is not None:
        await count_odd(tx, deps, touch, contact.contact_id, at)
    code = touch.source if touch is not None else NO_SOURCE
    what = await _by_source(tx, code)
    await _count(tx, deps, FunnelStep.CHATTED, contact.contact_id, at, what)
    source = await tx.find_source(code) if code else None
    if source is not None and source.what.told_on_from:
        teller = await _by_source(tx, source.what.told_on_from.removeprefix(NOBODY))
        await _count(tx, deps, FunnelStep.TOLD, contact.contact_id, at, teller)


async def count_odd(tx: Tx, deps: Deps, touch: Touch, who: str, at: datetime) -> None:
    """Count that a code was damaged, unknown, or of a source that is over; nothing of any other."""
    if touch.kind in ODD:
        await _count(tx, deps, ODD[touch.kind], who, at, WhoAndWhere(source=touch.source))


async def count_beginning(tx: Tx, deps: Deps, contact: ChatContact, draft: Draft, at: datetime) -> None:
    """Count that somebody began to fill in a form."""
    what = await _by_source(tx, draft.outreach_source or NO_SOURCE, draft.service)
    await _count(tx, deps, FunnelStep.BEGAN, contact.contact_id, at, what)


async def count_stops(tx: Tx, deps: Deps, before: Conversation, after: Conversation, facts: Sequence[Fact], at: datetime) -> None:
    """Count the drafts of a chat that ended without a request, with the question that was open in each."""
    today = at.astimezone(WIB).date()
    for draft in given_up(before, after, facts):
        by = await _by_source(tx, draft.outreach_source or NO_SOURCE, draft.service)
        mark = mark_of(await deps.steps.salt(str(today.year)), f"{before.contact_id}|{draft.began_at.isoformat()}")
        step = stop_step(mark, today, by)
        tx.count_step(step)
        tx.count_step(question_step(step, stopped_at(draft, deps.menu, today)))


async def count_submission(tx: Tx, deps: Deps, request: Request) -> None:
    """Count that somebody filed a request."""
    await _count(tx, deps, FunnelStep.SUBMITTED, _sender(request), request.submitted_at, await _of_request(tx, deps, request))


async def count_progress(tx: Tx, deps: Deps, before: Request, after: Request) -> None:
    """Count that a request came back, or to its end: for whoever filed it, and for whom it is about, where they live."""
    at = deps.clock()
    if after.state is RequestState.RETURNED and before.state is not after.state:
        await _count(tx, deps, FunnelStep.RETURNED, _sender(after), at, await _of_request(tx, deps, after))
    if before.state in _FINISHED or after.state not in _FINISHED:
        return
    what = await _of_request(tx, deps, after)
    await _count(tx, deps, FunnelStep.FINISHED, _sender(after), at, what)
    if after.promised_at is not None and at > after.promised_at:
        await _count(tx, deps, FunnelStep.LATE, _sender(after), at, what)
    home = WhoAndWhere(what.source, what.service, after.residence or "", what.sex, what.age)
    await _count(tx, deps, FunnelStep.SERVED, after.person_key, at, home)
    if after.service in NEEDED_SERVICES:
        await _count(tx, deps, FunnelStep.MET, after.request_id, at, home)


async def _count(tx: Tx, deps: Deps, step: FunnelStep, who: str, at: datetime, what: WhoAndWhere) -> None:
    today = at.astimezone(WIB).date()
    tx.count_step(person_step(step, mark_of(await deps.steps.salt(str(today.year)), who), today, what))


async def _by_source(tx: Tx, code: str, service: str = "") -> WhoAndWhere:
    source = await tx.find_source(code) if code else None
    return WhoAndWhere(code, service or (source.what.service if source else ""), source.what.village if source else "")


async def _of_request(tx: Tx, deps: Deps, request: Request) -> WhoAndWhere:
    by = await _by_source(tx, request.outreach_source or NO_SOURCE, request.service)
    nik = None if request.form.is_anonymous else request.form.applicant.nik
    sex, age = sex_and_age(nik, deps.clock().astimezone(WIB).date())
    return WhoAndWhere(by.source, by.service, by.village or request.origin.village or "", sex, age)


def _sender(request: Request) -> str:
    """Return who filed it: the chat, or who it is about where another channel sent it."""
    return request.origin.contact_id or request.person_key
