"""The sender of a message as a contact: known, new, one with two halves, or somebody else who has the number now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.intake.domain.assistance import Assistance
from services.intake.domain.contacts import (
    ChatContact,
    ChatIdentity,
    addresses_lost,
    is_same_account,
    learn,
    merge,
    strangers_among,
    taken_over,
    with_anothers_number,
    without_number,
)
from services.intake.domain.drafts import carry_over
from services.intake.domain.messages import NumberChanged
from services.intake.domain.news import NewsConsentChanged, NewsHow
from services.intake.handlers.calling import announce
from services.intake.handlers.chat_filing import origin_of
from services.intake.ports import Deps, Tx


async def contact_of(tx: Tx, deps: Deps, identity: ChatIdentity, at: datetime) -> ChatContact:
    """Return who wrote; a contact that had the number before loses it, for another account has it now."""
    found = await tx.contacts_of(identity)
    strangers = strangers_among(found, identity)
    for other in strangers:
        await _leave_number(tx, other, at)
    known = tuple(contact for contact in found if contact not in strangers)
    if not known:
        contact = learn(ChatContact(deps.new_id(), number_since=at if strangers else None), identity, at)
        tx.add_contact(contact)
        return contact
    contact = known[-1]
    for other in known[:-1]:
        contact = await _join(tx, contact, other, at)
    return _learn(tx, with_anothers_number(contact, at) if strangers else contact, identity, at)


async def change_number(tx: Tx, contact: ChatContact, change: NumberChanged, at: datetime) -> ChatContact:
    """Move the contact to the new number, with its requests.

    A contact that is there already is the same person where the BSUID says so; else somebody had the number before, and what is theirs
    stays theirs.
    """
    for other in await tx.contacts_of(ChatIdentity(change.wa_id, change.bsuid)):
        if other.contact_id == contact.contact_id:
            continue
        if is_same_account(other, contact, change.bsuid):
            both = replace(contact, links=(*contact.links, *other.links))
            contact = await _join(tx, taken_over(other, at), contact, at)
            _tell_lost(tx, both, contact, at)
        else:
            await _leave_number(tx, other, at)
            contact = with_anothers_number(contact, at)
    return _learn(tx, contact, ChatIdentity(change.wa_id, change.bsuid), at)


async def make_way(tx: Tx, change: NumberChanged, at: datetime) -> None:
    """Take the number that somebody unknown to us moved to from whoever had it."""
    for other in await tx.contacts_of(ChatIdentity(change.wa_id)):
        if change.bsuid is None or other.bsuid != change.bsuid:
            await _leave_number(tx, other, at)


def _learn(tx: Tx, contact: ChatContact, identity: ChatIdentity, at: datetime) -> ChatContact:
    """Take what is known of the sender now into the contact; a number that it had before is its own no more."""
    learned = learn(contact, identity, at)
    tx.save_contact(learned)
    _tell_lost(tx, contact, learned, at)
    return learned


def _tell_lost(tx: Tx, before: ChatContact, after: ChatContact, at: datetime) -> None:
    for lost in addresses_lost(before, after, at):
        tx.emit(lost)


async def _leave_number(tx: Tx, contact: ChatContact, at: datetime) -> None:
    """Take the number from a contact; where no other address is known, nobody waits there for an officer any more."""
    left = without_number(contact, at)
    tx.save_contact(left)
    _tell_lost(tx, contact, left, at)
    chat = await tx.conversation(contact.contact_id)
    if not left.address and chat.assistance != Assistance():
        after = replace(chat, assistance=Assistance())
        tx.save_conversation(after)
        announce(tx, chat, after, at)


async def _join(tx: Tx, kept: ChatContact, other: ChatContact, at: datetime) -> ChatContact:
    """Merge two contacts of one person. `other` is saved first: it frees its address before `kept` takes it."""
    chat, theirs = await tx.conversation(kept.contact_id), await tx.conversation(other.contact_id)
    carried, emptied = carry_over(chat, theirs)
    if carried != chat:
        tx.save_conversation(emptied)
        tx.save_conversation(carried)
        announce(tx, theirs, emptied, at)
        announce(tx, chat, carried, at)
    kept, other = merge(kept, other, at)
    tx.save_contact(other)
    tx.save_contact(kept)
    if kept.news:  # the notifier knows the choice by the id of whichever contact made it
        last = kept.news[-1]
        tx.emit(NewsConsentChanged(kept.contact_id, origin_of(kept), last.agreed, NewsHow(last.how), last.at, kept.aliases))
    return kept
