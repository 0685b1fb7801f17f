"""News of the office: who wants them, told to the notifier at once; and whom a broadcast of its may reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.intake.domain import audiences
from services.intake.domain.audiences import Audience, paged
from services.intake.domain.contacts import ChatContact
from services.intake.domain.news import NewsChosen, NewsConsentChanged, NewsHow, chose
from services.intake.handlers.chat_filing import origin_of
from services.intake.ports import Deps, FoundPeople, Tx


async def choose_news(tx: Tx, deps: Deps, contact_id: str, chosen: NewsChosen, at: datetime) -> None:
    """Keep what somebody chose, with its proof, and let the notifier know in the same commit."""
    contact = await tx.contact(contact_id)
    after = replace(contact, news=chose(contact.news, chosen, deps.texts.news_version, at))
    tx.save_contact(after)
    tx.emit(NewsConsentChanged(contact_id, origin_of(after), chosen.agreed, chosen.how, at, after.aliases))


async def decline_news(tx: Tx, deps: Deps, contact_id: str, reason: str, at: datetime) -> None:
    """Keep that somebody stopped our broadcasts at WhatsApp itself, where they did not say so here."""
    contact = await tx.find_contact(contact_id)
    if contact is not None and contact.merged_into is not None:
        contact = await tx.contact(contact.merged_into)
    if contact is None or contact.takes_news is False or _chose_since(contact, at):
        return
    await choose_news(tx, deps, contact.contact_id, NewsChosen(agreed=False, how=NewsHow.PROVIDER, words=reason), at)


def _chose_since(contact: ChatContact, at: datetime) -> bool:
    return bool(contact.news) and contact.news[-1].at > at


def want_audience(tx: Tx, audience: Audience) -> None:
    """Keep what a broadcast asks for; a job looks for the people."""
    tx.add_audience(audience)


async def tell_audience(tx: Tx, deps: Deps, broadcast_id: str, found: FoundPeople) -> None:
    """Tell whom it may reach, once."""
    audience = await tx.audience(broadcast_id)
    if audience.found_at is not None:
        return
    at = deps.clock()
    tx.save_audience(audiences.found(audience, at))
    for page in paged(broadcast_id, found.people, found.left_out, at):
        tx.emit(page)
