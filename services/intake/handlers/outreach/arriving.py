"""What a message tells of where its sender comes from: looked up, kept with the contact, counted. Whatever it is, they are served."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.intake.domain.contacts import ChatContact
from services.intake.domain.outreach.codes import CodeCondition
from services.intake.domain.outreach.sources import MessageLead, OutreachSource, Touch, touch_of
from services.intake.handlers.outreach.counting import count_chat
from services.intake.ports import Deps, Tx
from shared.clock import WIB


async def note_arrival(tx: Tx, deps: Deps, contact: ChatContact, lead: MessageLead | None, at: datetime) -> ChatContact:
    """Return the contact with the source that brought them now, where a message names one; count that they chat."""
    touch = await touch_by(tx, lead, at) if lead is not None else None
    year = str(at.astimezone(WIB).year)
    if touch is None and contact.chat_counted == year:
        return contact
    await count_chat(tx, deps, contact, touch, at)
    touches = contact.touches if touch is None else contact.touches.touched(touch)
    noted = replace(contact, touches=touches, chat_counted=year)
    tx.save_contact(noted)
    return noted


async def touch_by(tx: Tx, lead: MessageLead, at: datetime) -> Touch | None:
    """Return what a lead comes to; None where it is none after all."""
    source, completed = await _named(tx, lead)
    return touch_of(lead, source, at, at.astimezone(WIB).date(), completed=completed)


async def _named(tx: Tx, lead: MessageLead) -> tuple[OutreachSource | None, bool]:
    """Return the source that a message names, and whether its code had to be completed: by the ad's id, else by the code."""
    if lead.ad and (source := await tx.find_source_by_ad(lead.ad)):
        return source, False
    if lead.code is None:
        return None, False
    if lead.code.condition is CodeCondition.INTACT:
        return await tx.find_source(lead.code.text), False
    source = await tx.complete_source(lead.code.text)
    return source, source is not None
