"""A returned request in its sender's chat: the draft that mends it, which asks again what the reasons name."""

from __future__ import annotations

from datetime import datetime

from services.intake.domain.chat import Draft
from services.intake.domain.file_times import form_left
from services.intake.domain.mending import mending_draft, offer_mending
from services.intake.domain.requests import Request
from services.intake.ports import Deps, Tx
from shared.reference.reasons import reasons


async def offer_returned(tx: Tx, deps: Deps, request: Request, at: datetime) -> None:
    """Put the draft that mends a returned request into its sender's chat, where no other is open; nothing for a court or an adapter."""
    if request.origin.contact_id is None:
        return
    contact = await tx.contact(request.origin.contact_id)
    if contact.merged_into is not None:
        contact = await tx.contact(contact.merged_into)
    conversation = await tx.conversation(contact.contact_id)
    tx.save_conversation(offer_mending(conversation, mending_of(deps, request, at), at))


def mending_of(deps: Deps, request: Request, at: datetime) -> Draft:
    """Return the draft that mends a returned request."""
    named = [reason if ":" in reason else _named(reason) for reason in request.reasons_at]
    return mending_draft(request.request_id, form_left(request), deps.catalogue.get(request.service).form, named, at)


def _named(code: str) -> str:
    """Return a reason with the field that it always asks for, where it does."""
    known = reasons().get(code)
    return f"{code}:answers.{known.asks}" if known is not None and known.asks else code
