"""One message of a citizen: its sender, what the dialogue makes of it, and the answer, all in one unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.intake.domain.chat import (
    Act,
    Conversation,
    DialogueContext,
    EditedEarlier,
    Fact,
    FilesDropped,
    FormCompleted,
    MendAsked,
    OfficerAnswered,
    OtherContent,
    RefusedFile,
    Say,
    SentFile,
    StatusAsked,
    UnfetchedFile,
)
from services.intake.domain.chat_log import ChatExchange, exchange, preview
from services.intake.domain.contacts import ChatContact, ChatIdentity, learn, merge, taken_over
from services.intake.domain.conversation import NOT_UNDERSTOOD, decide
from services.intake.domain.drafts import awaits_file, carry_over, expire
from services.intake.domain.messages import Edited, Inbound, MediaRef, NumberChanged, Silent
from services.intake.domain.requests import ReplyComposed
from services.intake.domain.wording import wording
from services.intake.domain.words import Intent
from services.intake.handlers.chat_filing import file_draft, mend_latest, origin_of, status_of
from services.intake.handlers.filing import local_day
from services.intake.handlers.officer_questions import pass_on
from services.intake.ports import Deps, Tx
from shared.errors import TooMany


@dataclass(slots=True)
class _Reply:
    """The answer while it is put together."""

    parts: list[Say] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    request_id: str | None = None


async def wanted_media(tx: Tx, deps: Deps, inbound: Inbound) -> MediaRef | None:
    """Return the file of a message if the dialogue waits for one, or an officer reads along: it is fetched outside any unit of work."""
    if not isinstance(inbound.content, MediaRef):
        return None
    known = await tx.contacts_of(inbound.identity)
    if not known or known[-1].blocked is not None:
        return None
    conversation, now = await tx.conversation(known[-1].contact_id), deps.clock()
    is_wanted = conversation.assistance.is_held(now) or awaits_file(conversation, deps.menu, local_day(now))
    return inbound.content if is_wanted else None


async def prefetch_messages(tx: Tx, keys: Sequence[str], inbounds: Sequence[Inbound]) -> None:
    """Read in few queries what several messages will ask for."""
    await tx.prefetch_items(keys)
    await tx.prefetch_chats([inbound.identity for inbound in inbounds])


async def handle_message(tx: Tx, deps: Deps, key: str, inbound: Inbound, file: SentFile | RefusedFile | None) -> tuple[str, ...]:
    """Handle one stored message, once: the item is marked in the same commit as everything it causes.

    Args:
        tx: The unit of work.
        deps: The dependencies of the process.
        key: The item.
        inbound: What it says.
        file: What became of the message's file; None where there is none or it was not wanted.

    Returns:
        Ids of files that nobody needs any more; delete them after the commit.
    """
    item = await tx.item(key)
    if not item.is_new:
        return ()
    if isinstance(inbound.content, Silent):
        tx.finish_item(item)
        return ()
    reply = _Reply()
    if isinstance(inbound.content, NumberChanged):
        if not await tx.contacts_of(inbound.identity):  # nobody we know: a contact is made when somebody writes under the new number
            tx.finish_item(item)
            return ()
        contact = await _contact(tx, deps, inbound.identity, item.received_at)
        known_as = contact.wa_id
        contact = await _change_number(tx, contact, inbound.content, item.received_at)
        conversation = await tx.conversation(contact.contact_id)
        if contact.wa_id != known_as and known_as is not None:
            reply.parts.append(Say("number_changed"))
    else:
        contact = await _contact(tx, deps, inbound.identity, item.received_at)
        if contact.blocked is not None:
            tx.finish_item(item, exchange(contact.contact_id, inbound.content, None))
            return () if file is None or isinstance(file, RefusedFile) else (file.file_id,)
        conversation = await tx.conversation(contact.contact_id)
        conversation = await _talk(tx, deps, contact, conversation, inbound, file, item.received_at, reply)
    said = _logged(deps, contact, inbound, file, reply)
    tx.save_conversation(replace(conversation, preview=preview(said.said)))
    tx.finish_item(item, replace(said, answer=_answer(tx, deps, contact, inbound, reply)))
    return tuple(reply.dropped)


def _logged(deps: Deps, contact: ChatContact, inbound: Inbound, file: SentFile | RefusedFile | None, reply: _Reply) -> ChatExchange:
    """Return what the log keeps of a message: of a text that was not understood also how the office may read it."""
    said = exchange(contact.contact_id, inbound.content, file)
    if said.said and any(part.text in NOT_UNDERSTOOD for part in reply.parts):
        return replace(said, wording=wording(said.said, deps.vocabulary.lexicon, contact.name or ""))
    return said


async def give_up_message(tx: Tx, deps: Deps, key: str, inbound: Inbound, reason: str) -> None:
    """Park a message that can't be handled, and tell its sender that something is wrong on our side."""
    item = await tx.item(key)
    if not item.is_new:
        return
    contact = await _contact(tx, deps, inbound.identity, item.received_at)
    tx.save_conversation(await tx.conversation(contact.contact_id))
    answer = _answer(tx, deps, contact, inbound, _Reply([Say("trouble", buttons=("menu",))]))
    tx.park_item(item, reason, replace(exchange(contact.contact_id, inbound.content, None), answer=answer))


async def drop_stale_draft(tx: Tx, deps: Deps, contact_id: str) -> tuple[str, ...]:
    """Drop a draft that nobody came back to; return the ids of its files, to be deleted after the commit."""
    conversation, facts = expire(await tx.conversation(contact_id), deps.clock())
    tx.save_conversation(conversation)  # in any case: what can't be read as a draft any more is gone with it, and the sweep goes on
    return tuple(file_id for fact in facts if isinstance(fact, FilesDropped) for file_id in fact.file_ids)


async def _talk(
    tx: Tx,
    deps: Deps,
    contact: ChatContact,
    conversation: Conversation,
    inbound: Inbound,
    file: SentFile | RefusedFile | None,
    at: datetime,
    reply: _Reply,
) -> Conversation:
    content = inbound.content
    context = DialogueContext(
        deps.menu,
        at,
        local_day(at),
        await tx.open_requests(contact.ids),
        inbound.outreach_source,
        content.original if isinstance(content, Edited) else inbound.wamid,
        is_linked=contact.link_at(at) is not None,
        is_at_limit=contact.filed.on(local_day(at)) >= deps.limits.contact_a_day,
    )
    after, facts = decide(conversation, _act(deps, conversation, inbound, file), context)
    if any(isinstance(fact, MendAsked) for fact in facts):
        after, facts = await mend_latest(tx, deps, contact, after, context)
    try:
        for fact in facts:
            await _follow(tx, deps, contact, fact, at, reply)
    except TooMany:  # what was typed and sent is kept for tomorrow
        reply.parts.append(Say("limit_reached_later", buttons=("confirm", "cancel")))
        return replace(conversation, touched_at=after.touched_at)
    return after


def _act(deps: Deps, conversation: Conversation, inbound: Inbound, file: SentFile | RefusedFile | None) -> Act:
    if isinstance(inbound.content, Edited):
        is_in_time = inbound.content.original in conversation.unmoved
        return deps.vocabulary.in_talk(inbound.content.intent, conversation.talk) if is_in_time else EditedEarlier()
    if isinstance(inbound.content, MediaRef):
        return file if file is not None else UnfetchedFile()
    content = inbound.content
    return deps.vocabulary.in_talk(content, conversation.talk) if isinstance(content, Intent) else OtherContent()


async def _follow(tx: Tx, deps: Deps, contact: ChatContact, fact: Fact, at: datetime, reply: _Reply) -> None:
    if isinstance(fact, Say):
        reply.parts.append(fact)
    elif isinstance(fact, FilesDropped):
        reply.dropped.extend(fact.file_ids)
    elif isinstance(fact, StatusAsked):
        reply.parts.extend(await status_of(tx, deps, contact, fact.receipt))
    elif isinstance(fact, OfficerAnswered):
        reply.parts.append(await pass_on(tx, fact, at))
    elif isinstance(fact, FormCompleted):
        filed = await file_draft(tx, deps, contact, fact.draft, at)
        reply.request_id = filed.request_id
        reply.parts.extend(filed.parts)
        reply.dropped.extend(filed.dropped)


async def _contact(tx: Tx, deps: Deps, identity: ChatIdentity, at: datetime) -> ChatContact:
    known = await tx.contacts_of(identity)
    if not known:
        contact = learn(ChatContact(deps.new_id()), identity, at)
        tx.add_contact(contact)
        return contact
    contact = known[-1]
    for other in known[:-1]:
        contact = await _join(tx, contact, other, at)
    contact = learn(contact, identity, at)
    tx.save_contact(contact)
    return contact


async def _change_number(tx: Tx, contact: ChatContact, change: NumberChanged, at: datetime) -> ChatContact:
    """Move the contact to the new number, with its requests; a contact that already has it is the same person from now on.

    Links of that contact end: they were proven for whoever had the number before.
    """
    others = await tx.contacts_of(ChatIdentity(change.wa_id, change.bsuid))
    strangers = [other for other in others if other.contact_id != contact.contact_id]
    for other in strangers:
        contact = await _join(tx, taken_over(other, at), contact, at)
    contact = learn(contact, ChatIdentity(change.wa_id, change.bsuid), at)
    tx.save_contact(contact)
    return contact


async def _join(tx: Tx, kept: ChatContact, other: ChatContact, at: datetime) -> ChatContact:
    """Merge two contacts of one person. `other` was read first, so the flush frees its address before `kept` takes it."""
    chat, theirs = await tx.conversation(kept.contact_id), await tx.conversation(other.contact_id)
    carried, emptied = carry_over(chat, theirs)
    if carried != chat:
        tx.save_conversation(emptied)
        tx.save_conversation(carried)
    kept, other = merge(kept, other, at)
    tx.save_contact(other)
    tx.save_contact(kept)
    return kept


def _answer(tx: Tx, deps: Deps, contact: ChatContact, inbound: Inbound, reply: _Reply) -> str:
    """Emit the answer; return its text, which is empty where there is none."""
    if not reply.parts:
        return ""
    text, buttons = deps.texts.join(reply.parts)
    tx.emit(
        ReplyComposed(
            conversation_id=contact.contact_id,
            origin=origin_of(contact),
            text=text,
            buttons=tuple((button.id, button.title) for button in buttons),
            rows=deps.texts.rows(reply.parts),
            request_id=reply.request_id,
            in_reply_to=inbound.wamid,
        ),
    )
    return text
