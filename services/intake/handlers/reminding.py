"""One reminder of a draft that somebody left: within the 24 hours in which WhatsApp lets us write, and by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from services.intake.domain.chat import Say
from services.intake.domain.drafts import DRAFT_LIFETIME
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
