"""What is said of our own accord, by day: one reminder of a draft that somebody left, and its end; one of a day on which we meet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from services.intake.domain.chat import FilesDropped, Say
from services.intake.domain.desk_texts import ApprovedTemplate
from services.intake.domain.drafts import DRAFT_LIFETIME, expire
from services.intake.domain.visit_days import to_remind_of
from services.intake.domain.window import window_end
from services.intake.handlers.filing import local_day
from services.intake.handlers.outreach.counting import count_stops
from services.intake.handlers.replying import tell
from services.intake.ports import Deps, Tx
from shared.clock import WIB

VISIT_TEMPLATE: Final = "pengingat_kunjungan"
"""The approved template that reminds of a day: receipt and day."""
_BY_DAY: Final = range(7, 20)  # hours of the local clock in which a message disturbs nobody's sleep


def may_remind(at: datetime) -> bool:
    """Return whether it is day."""
    return at.astimezone(WIB).hour in _BY_DAY


async def remind_of_draft(tx: Tx, deps: Deps, contact_id: str, silence: timedelta) -> None:
    """Remind somebody of the draft that they left so long ago, once for each draft; nobody whose chat an officer has or is called to."""
    conversation, at = await tx.conversation(contact_id), deps.clock()
    draft, touched = conversation.draft, conversation.touched_at
    contact = await tx.contact(contact_id)
    is_ours = not conversation.assistance.is_held(at) and conversation.assistance.waiting_since is None and contact.is_served
    if draft is None or draft.mends is not None or draft.is_reminded or touched is None or at - touched < silence:
        return
    if not is_ours or at >= window_end(contact.last_inbound_at, at):
        return
    values = {"service": deps.menu.title(draft.service), "until": deps.texts.moment(touched + DRAFT_LIFETIME)}
    tx.save_conversation(replace(conversation, draft=replace(draft, is_reminded=True)))
    tell(tx, deps, contact, Say("reminder", values, ("resume", "cancel")))


async def remind_of_visit(tx: Tx, deps: Deps, request_id: str, day: date) -> None:
    """Remind somebody of the day on which they come, or an officer comes to them: once for each day that is set.

    Nobody who chose it, or was told of it, only today; not of a day that was moved or a request that ended meanwhile. The approved template
    goes where the last message is older than 24 hours.
    """
    request, at = await tx.request(request_id), deps.clock()
    service = deps.catalogue.get(request.service)
    if to_remind_of(request, service) != day or request.origin.contact_id is None:
        return
    tx.save_request(replace(request, reminded_of=day))
    contact = await tx.contact(request.origin.contact_id)
    if contact.merged_into is not None:
        contact = await tx.contact(contact.merged_into)
    known_since = request.told.at if request.told is not None and request.told.visit_on == day else request.submitted_at
    if local_day(known_since) >= local_day(at) or not contact.is_served or request.origin.address not in (contact.wa_id, contact.bsuid):
        return
    await tx.conversation(contact.contact_id)  # what is said in it is counted there
    values = {"service": service.name, "receipt": request.receipt, "day": deps.texts.day(day)}
    said = Say("visit_tomorrow", values)
    if request.form.day_chosen(service) == day and service.place is not None:
        said = Say("visit_at_office", values | {"place": service.place.name, "open": service.place.hours})
    shut = at >= window_end(contact.last_inbound_at, at)
    template = ApprovedTemplate(VISIT_TEMPLATE, "id", (request.receipt, deps.texts.day(day))) if shut else None
    tell(tx, deps, contact, said, request_id=request_id, template=template)


async def drop_stale_draft(tx: Tx, deps: Deps, contact_id: str) -> tuple[str, ...]:
    """Drop a draft that nobody came back to; return the ids of its files, to be deleted after the commit.

    Its person is told now where they may be written to, else when they write again.
    """
    at = deps.clock()
    before = await tx.conversation(contact_id)
    conversation, facts = expire(before, at)
    await count_stops(tx, deps, before, conversation, facts, at)
    if conversation.expired and may_remind(at) and not conversation.assistance.is_held(at):
        contact = await tx.contact(contact_id)
        if contact.is_served and at < window_end(contact.last_inbound_at, at):
            tell(tx, deps, contact, Say("draft_expired", {"service": deps.menu.title(conversation.expired)}))
            conversation = replace(conversation, expired="")
    tx.save_conversation(conversation)  # in any case: what can't be read as a draft any more is gone with it, and the sweep goes on
    return tuple(file_id for fact in facts if isinstance(fact, FilesDropped) for file_id in fact.file_ids)
