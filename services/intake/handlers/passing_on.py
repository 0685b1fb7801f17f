"""Bring your neighbour: whoever got a document is given the link that people of their source pass on. It names nobody (ADR 47)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from services.intake.domain.chat import Say
from services.intake.domain.desk_texts import ApprovedTemplate
from services.intake.domain.requests import Request, RequestState
from services.intake.domain.window import window_end
from services.intake.handlers.outreach.managing import link_of, pass_on_source
from services.intake.handlers.replying import tell
from services.intake.ports import Deps, Tx

NEIGHBOUR_TEMPLATE: Final = "ajakan_tetangga"
"""The approved template that carries the link where a free message may not go: an invitation, so to those who agreed to news alone."""
_GOT_IT: Final = frozenset({RequestState.READY, RequestState.DELIVERED})


async def offer_link(tx: Tx, deps: Deps, before: Request, after: Request) -> None:
    """Give the link to whoever got a document just now: not who wants no news, nor who was given it a short time ago."""
    if not deps.passing_on or after.state not in _GOT_IT or before.state in _GOT_IT or after.origin.contact_id is None:
        return
    contact, at = await tx.contact(after.origin.contact_id), deps.clock()
    if contact.merged_into is not None:
        contact = await tx.contact(contact.merged_into)
    is_shut = at >= window_end(contact.last_inbound_at, at)
    is_lately = contact.passed_on_at is not None and at - contact.passed_on_at < deps.passing_on
    if not contact.is_served or contact.takes_news is False or is_lately or (is_shut and not contact.takes_news):
        return
    await tx.conversation(contact.contact_id)  # what is said in it is counted there
    link = link_of(deps, await pass_on_source(tx, deps, after.outreach_source or ""))
    template = ApprovedTemplate(NEIGHBOUR_TEMPLATE, "id", (link,)) if is_shut else None
    tx.save_contact(replace(contact, passed_on_at=at))
    tell(tx, deps, contact, Say("pass_on", {"link": link}), template=template)
