"""Who waits for a person: told their place and the time, announced to consoles, told once where the promise was broken."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.intake.domain.assistance import ChatAttended, ChatWaits, told_late
from services.intake.domain.chat import Conversation, OfficerCalled, Say
from services.intake.domain.window import window_end
from services.intake.handlers.filing import local_day
from services.intake.handlers.replying import tell
from services.intake.ports import Deps, Tx


async def said_turn(deps: Deps, called: OfficerCalled, conversation: Conversation, at: datetime) -> Say:
    """Return what somebody who waits is told: that a person comes, their place in the queue, and by when."""
    part, office, texts = conversation.assistance, deps.office, deps.texts
    by = part.answer_by or at
    place, closes = await _place(deps, conversation, at), office.closes(at)
    values = {"place": str(place), "by": texts.soon(by, at), "opens": texts.soon(office.opens(at), at)}
    if not office.is_open(at):
        is_holiday = not office.is_working_day(local_day(at))
        return Say(called.text, {"turn": Say("turn_holiday" if is_holiday else "turn_closed", values)}, called.buttons)
    if closes is not None and by > closes:
        return Say(called.text, {"turn": Say("turn_past_closing", values | {"closes": texts.soon(closes, at)})}, called.buttons)
    return Say(called.text, {"turn": Say("turn_open", values)}, called.buttons)


def promised_by(deps: Deps, at: datetime) -> datetime:
    """Return by when an officer answers whoever calls one at that moment."""
    return deps.office.promise(at, deps.officer_answer)


def announce(tx: Tx, before: Conversation, after: Conversation, at: datetime) -> None:
    """Tell consoles of a chat that waits for a person since this change, or does not any more."""
    old, new = before.assistance, after.assistance
    if new.waiting_since is None:
        if old.waiting_since is not None:
            tx.emit(ChatAttended(after.contact_id, at))
        return
    is_new = old.waiting_since is None or (new.answer_by is not None and new.answer_by != old.answer_by)
    if is_new and new.reason is not None:
        service = after.draft.service if after.draft else None
        tx.emit(ChatWaits(after.contact_id, new.reason, new.waiting_since, new.answer_by, service))


async def tell_late(tx: Tx, deps: Deps, contact_id: str) -> None:
    """Tell somebody whom no officer answered in time, once, and let the machine answer again; their place in the queue stays."""
    conversation, at = await tx.conversation(contact_id), deps.clock()
    after = told_late(conversation.assistance, at)
    if after is None:  # answered meanwhile
        return
    contact = await tx.contact(contact_id)
    tx.save_conversation(replace(conversation, assistance=after))
    if contact.is_served and at < window_end(contact.last_inbound_at, at):
        tell(tx, deps, contact, Say("officer_late", {"place": str(await _place(deps, conversation, at)), "office": deps.texts.office}))


async def _place(deps: Deps, conversation: Conversation, at: datetime) -> int:
    return 1 + await deps.chats.count_waiting(conversation.assistance.waiting_since or at)
