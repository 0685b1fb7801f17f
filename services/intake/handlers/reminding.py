"""What is said of a draft that somebody left, by day and while WhatsApp lets us write (24 hours): one reminder, and its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from services.intake.domain.chat import FilesDropped, Say
from services.intake.domain.drafts import DRAFT_LIFETIME, expire
from services.intake.domain.window import window_end
from services.intake.handlers.replying import tell
from services.intake.ports import Deps, Tx
from shared.clock import WIB

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


async def drop_stale_draft(tx: Tx, deps: Deps, contact_id: str) -> tuple[str, ...]:
    """Drop a draft that nobody came back to; return the ids of its files, to be deleted after the commit.

    Its person is told now where they may be written to, else when they write again.
    """
    at = deps.clock()
    conversation, facts = expire(await tx.conversation(contact_id), at)
    if conversation.expired and may_remind(at) and not conversation.assistance.is_held(at):
        contact = await tx.contact(contact_id)
        if contact.is_served and at < window_end(contact.last_inbound_at, at):
            tell(tx, deps, contact, Say("draft_expired", {"service": deps.menu.title(conversation.expired)}))
            conversation = replace(conversation, expired="")
    tx.save_conversation(conversation)  # in any case: what can't be read as a draft any more is gone with it, and the sweep goes on
    return tuple(file_id for fact in facts if isinstance(fact, FilesDropped) for file_id in fact.file_ids)
