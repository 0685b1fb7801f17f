"""One message of a citizen: its sender, what the dialogue makes of it, and the answer, all in one unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.intake.domain import consent
from services.intake.domain.assistance import WaitingReason, promise
from services.intake.domain.chat import (
    Conversation,
    DialogueContext,
    Fact,
    FilesDropped,
    FormCompleted,
    KkNumberUnknown,
    MendAsked,
    OfficerAnswered,
    OfficerCalled,
    OtherContent,
    ResendAsked,
    Say,
    StatusAsked,
    SurveyTapped,
)
from services.intake.domain.chat_log import ChatExchange, exchange, of_survey, preview
from services.intake.domain.contacts import ChatContact
from services.intake.domain.conversation import NOT_UNDERSTOOD, decide
from services.intake.domain.drafting import reopen
from services.intake.domain.drafts import awaits_file
from services.intake.domain.files import RefusedFile, SentFile
from services.intake.domain.messages import Content, Deleted, Edited, Inbound, MediaRef, NumberChanged, Silent
from services.intake.domain.news import NewsChosen
from services.intake.domain.visit_days import DayRefused
from services.intake.domain.wording import wording
from services.intake.domain.words import Intent, Meaning
from services.intake.handlers.acts import act_of
from services.intake.handlers.calling import announce, promised_by, said_turn
from services.intake.handlers.chat_filing import file_draft, mend_latest, status_of
from services.intake.handlers.chat_lookups import find_kk_number, send_again
from services.intake.handlers.filing import local_day
from services.intake.handlers.news import choose_news
from services.intake.handlers.officer_questions import pass_on
from services.intake.handlers.outreach.arriving import note_arrival
from services.intake.handlers.outreach.counting import count_beginning, count_stops
from services.intake.handlers.replying import OneAnswer, at_pace, send
from services.intake.handlers.senders import change_number, contact_of, make_way
from services.intake.handlers.survey_chat import take_tap
from services.intake.handlers.visits import days_to_offer
from services.intake.ports import Deps, Tx
from shared.errors import TooMany


async def wanted_media(tx: Tx, deps: Deps, inbound: Inbound) -> MediaRef | None:
    """Return the file of a message if the dialogue waits for one, or an officer reads along: it is fetched outside any unit of work."""
    if not isinstance(inbound.content, MediaRef):
        return None
    known = await tx.contacts_of(inbound.identity)
    if not known or known[-1].blocked is not None:
        return None
    conversation, now = await tx.conversation(known[-1].contact_id), deps.clock()
    part = conversation.assistance
    is_for_officer = (part.is_held(now) or part.leaves_to_officers(now)) and not conversation.pace.is_muted
    is_awaited = awaits_file(conversation, deps.menu, local_day(now), inbound.content.caption)
    return inbound.content if is_for_officer or is_awaited else None


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
    content = inbound.content
    if _is_silent(deps, content) or (_needs_a_past(content) and not await tx.contacts_of(inbound.identity)):
        if isinstance(content, NumberChanged):
            await make_way(tx, content, item.received_at)
        tx.finish_item(item)
        return ()
    reply = OneAnswer()
    contact = await contact_of(tx, deps, inbound.identity, item.received_at)
    if isinstance(content, NumberChanged):
        known_as = contact.wa_id
        contact = await change_number(tx, contact, content, item.received_at)
        before = conversation = await tx.conversation(contact.contact_id)
        if contact.wa_id != known_as and known_as is not None and contact.blocked is None:
            reply.parts.append(Say("number_changed", {"office": deps.texts.office}))
    elif contact.blocked is not None:
        tx.finish_item(item, exchange(contact.contact_id, content, None))
        return () if file is None or isinstance(file, RefusedFile) else (file.file_id,)
    else:
        contact = await note_arrival(tx, deps, _agreed(tx, deps, contact, item.received_at), inbound.lead, item.received_at)
        before = await tx.conversation(contact.contact_id)
        conversation = await _talk(tx, deps, contact, before, inbound, file, item.received_at, reply)
        conversation = at_pace(deps, conversation, content, item.received_at, reply)
        await _tell_of_data(tx, deps, contact, reply)
    said = _logged(deps, contact, content, None if reply.is_withheld else file, reply)
    tx.save_conversation(replace(conversation, preview=preview(said.said)))
    announce(tx, before, conversation, item.received_at)
    tx.finish_item(item, replace(said, answer=send(tx, deps, contact, inbound, reply)), forget=reply.is_of_survey)
    return tuple(reply.dropped)


def _is_silent(deps: Deps, content: Content) -> bool:
    """Return whether a message wants no answer, and says nothing: a reaction, a sticker, what is no message of a person."""
    return isinstance(content, Silent) or (isinstance(content, OtherContent) and deps.texts.is_silent(content.kind))


def _needs_a_past(content: Content) -> bool:
    """Return whether a message is about something earlier, so that from somebody unknown it is about nothing."""
    return isinstance(content, NumberChanged | Deleted)


def _agreed(tx: Tx, deps: Deps, contact: ChatContact, at: datetime) -> ChatContact:
    """Return the contact with the consent that somebody gives by going on after they were told of their data."""
    agreed = consent.going_on(contact, deps.texts.consent_version, at)
    if agreed is not contact:
        tx.save_contact(agreed)
    return agreed


async def _tell_of_data(tx: Tx, deps: Deps, contact: ChatContact, reply: OneAnswer) -> None:
    """Say first what personal data are used for, where the person was not told yet."""
    if reply.parts and consent.must_be_told(contact, deps.texts.consent_version):
        reply.parts.insert(0, Say("consent"))
        tx.save_contact(consent.told(await tx.contact(contact.contact_id), deps.texts.consent_version))


def _logged(deps: Deps, contact: ChatContact, content: Content, file: SentFile | RefusedFile | None, reply: OneAnswer) -> ChatExchange:
    """Return what the log keeps of a message: of a text that was not understood also how the office may read it."""
    if reply.is_of_survey:
        return of_survey(contact.contact_id)
    said = exchange(contact.contact_id, content, file)
    if said.said and any(part.text in NOT_UNDERSTOOD for part in reply.parts):
        return replace(said, wording=wording(said.said, deps.vocabulary.lexicon, contact.name or ""))
    return said


def _is_of_survey(content: Content, facts: Sequence[Fact]) -> bool:
    """Return whether a message answers the survey, also where an officer has the chat and it counts for nothing."""
    return any(isinstance(fact, SurveyTapped) for fact in facts) or (isinstance(content, Intent) and content.meaning is Meaning.SURVEY)


async def give_up_message(tx: Tx, deps: Deps, key: str, inbound: Inbound, reason: str) -> None:
    """Park a message that can't be handled, and tell its sender that something is wrong on our side."""
    item = await tx.item(key)
    if not item.is_new:
        return
    at = item.received_at
    contact = await contact_of(tx, deps, inbound.identity, at)
    before = await tx.conversation(contact.contact_id)
    waiting = promise(before.assistance, WaitingReason.TROUBLE, at, promised_by(deps, at))
    after = before if contact.blocked is not None else replace(before, assistance=waiting)
    tx.save_conversation(after)
    announce(tx, before, after, at)
    reply = OneAnswer([] if contact.blocked is not None else [Say("trouble", buttons=("menu",))])
    answer = send(tx, deps, contact, inbound, reply)
    tx.park_item(item, reason, replace(exchange(contact.contact_id, inbound.content, None), answer=answer))


async def _context(tx: Tx, deps: Deps, contact: ChatContact, conversation: Conversation, inbound: Inbound, at: datetime) -> DialogueContext:
    content = inbound.content
    return DialogueContext(
        deps.menu,
        at,
        local_day(at),
        await tx.open_requests(contact.ids),
        contact.touches.credited(at, deps.source_counts),
        content.original if isinstance(content, Edited) else inbound.wamid,
        is_linked=contact.link_at(at) is not None,
        is_at_limit=contact.filed.on(local_day(at)) >= deps.limits.contact_a_day,
        answer_by=promised_by(deps, at),
        chat_kept_days=deps.chat_kept / timedelta(days=1),
        takes_news=contact.takes_news,
        full_days=await days_to_offer(tx, deps, conversation, local_day(at)),
        survey=deps.questions,
    )


async def _talk(
    tx: Tx,
    deps: Deps,
    contact: ChatContact,
    conversation: Conversation,
    inbound: Inbound,
    file: SentFile | RefusedFile | None,
    at: datetime,
    reply: OneAnswer,
) -> Conversation:
    context = await _context(tx, deps, contact, conversation, inbound, at)
    after, facts = decide(conversation, act_of(deps, conversation, inbound, file), context)
    if any(isinstance(fact, MendAsked) for fact in facts):
        after, facts = await mend_latest(tx, deps, contact, after, context)
    reply.is_of_survey = _is_of_survey(inbound.content, facts)
    tapped = next((fact for fact in facts if isinstance(fact, SurveyTapped)), None)
    if tapped is not None:
        after, facts = await take_tap(tx, deps, contact, after, tapped, context)
    if any(isinstance(fact, KkNumberUnknown) for fact in facts):
        after, facts = await find_kk_number(tx, contact, after, context)
    try:
        for fact in facts:
            if isinstance(fact, OfficerCalled):
                reply.parts.append(await said_turn(deps, fact, after, at))
                reply.is_due = conversation.assistance.waiting_since is None  # else it was told before, and a flood is a flood
            else:
                await _follow(tx, deps, contact, fact, at, reply)
    except DayRefused as refused:
        after, facts = reopen(conversation, refused.field, refused.reason, context)
        reply.parts.extend(fact for fact in facts if isinstance(fact, Say))
    except TooMany:  # what was typed and sent is kept for tomorrow
        reply.parts.append(Say("limit_reached_later", buttons=("confirm", "cancel")))
        return replace(conversation, touched_at=after.touched_at)
    if after.draft is not None and after.draft.began_at == at and after.draft.mends is None:
        await count_beginning(tx, deps, contact, after.draft, at)
    await count_stops(tx, deps, conversation, after, facts, at)
    return after


async def _follow(tx: Tx, deps: Deps, contact: ChatContact, fact: Fact, at: datetime, reply: OneAnswer) -> None:
    if isinstance(fact, Say):
        reply.parts.append(fact)
    elif isinstance(fact, NewsChosen):
        await choose_news(tx, deps, contact.contact_id, fact, at)
        reply.is_due = True  # whatever the pace: they hear at once that it counts
    elif isinstance(fact, FilesDropped):
        reply.dropped.extend(fact.file_ids)
    elif isinstance(fact, StatusAsked):
        reply.parts.extend(await status_of(tx, deps, contact, fact.receipt))
    elif isinstance(fact, ResendAsked):
        reply.parts.append(await send_again(tx, contact, at))
    elif isinstance(fact, OfficerAnswered):
        reply.parts.append(await pass_on(tx, fact, at))
    elif isinstance(fact, FormCompleted):
        filed = await file_draft(tx, deps, contact, fact.draft, at)
        reply.request_id, reply.is_due = filed.request_id, True
        reply.parts.extend(filed.parts)
        reply.dropped.extend(filed.dropped)
