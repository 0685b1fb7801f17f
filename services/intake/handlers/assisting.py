"""What officers do in a chat: take it, write, note, hand it over, give it back to the machine, block its sender."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.intake.domain import assistance as rules
from services.intake.domain.assistance import ChatOfficer
from services.intake.domain.chat import Conversation, DialogueContext, Say
from services.intake.domain.chat_log import ChatEntry, EntryKind, preview
from services.intake.domain.contacts import Blocked, ChatContact
from services.intake.domain.conversation import given_back
from services.intake.domain.desk_texts import ApprovedTemplate
from services.intake.domain.requests import ReplyComposed
from services.intake.domain.window import window_end
from services.intake.handlers.calling import announce
from services.intake.handlers.chat_filing import origin_of
from services.intake.handlers.filing import local_day
from services.intake.ports import Deps, Tx
from shared.errors import DomainError


@dataclass(frozen=True, slots=True)
class Assisted:
    """A chat after an officer did something in it."""

    contact: ChatContact
    conversation: Conversation


async def take_chat(tx: Tx, deps: Deps, contact_id: str, officer: ChatOfficer) -> Assisted:
    """Take a chat, so that the machine is silent; the citizen is told once.

    Raises:
        DomainError: `chat_taken`; `sender_blocked`; `sender_gone`.
    """
    contact, conversation, at = await _chat(tx, deps, contact_id)
    _require_reachable(contact)
    held = conversation.assistance.is_held(at)
    after = rules.take(conversation.assistance, officer, at, deps.officer_lease)
    text = "" if held else _tell(tx, deps, contact, [Say("officer_took")])
    if conversation.assistance.holder(at) != officer:
        _log(tx, deps, contact, EntryKind.TOOK, officer, at, text)
    return _keep(tx, contact, conversation, replace(conversation, assistance=after), at)


async def renew_chat(tx: Tx, deps: Deps, contact_id: str, officer: ChatOfficer) -> None:
    """Keep an officer's chat theirs while its page is open."""
    conversation = await tx.conversation(contact_id)
    after = rules.renew(conversation.assistance, officer, deps.clock(), deps.officer_lease)
    if after != conversation.assistance:
        tx.save_conversation(replace(conversation, assistance=after))


async def reply_in_chat(
    tx: Tx, deps: Deps, contact_id: str, officer: ChatOfficer, text: str, template: ApprovedTemplate | None = None
) -> Assisted:
    """Send what an officer wrote, or an approved template that reads like `text`.

    Raises:
        DomainError: `chat_not_yours`; `sender_blocked`; `sender_gone`; `window_closed`: only a template may be sent.
    """
    contact, conversation, at = await _chat(tx, deps, contact_id)
    _require_reachable(contact)
    after = rules.answered(conversation.assistance, officer, at, deps.officer_lease)
    if template is None and at >= window_end(contact.last_inbound_at, at):
        raise DomainError("window_closed", "The citizen's last message is older than 24 hours; choose a template.")
    _send(tx, contact, text, template)
    tx.add_entry(
        ChatEntry(deps.new_id(), contact.contact_id, EntryKind.REPLY, at, officer, text, template=template.name if template else None)
    )
    return _keep(tx, contact, conversation, replace(conversation, assistance=after, preview=preview(text)), at)


async def note_in_chat(tx: Tx, deps: Deps, contact_id: str, officer: ChatOfficer, text: str) -> Assisted:
    """Store a note for colleagues; it is never sent."""
    contact, conversation, at = await _chat(tx, deps, contact_id)
    _log(tx, deps, contact, EntryKind.NOTE, officer, at, text)
    return _keep(tx, contact, conversation, conversation, at)


async def hand_over_chat(tx: Tx, deps: Deps, contact_id: str, officer: ChatOfficer, to: ChatOfficer, text: str) -> Assisted:
    """Give a chat to another officer, with a note where there is one.

    Raises:
        DomainError: `chat_not_yours`.
    """
    contact, conversation, at = await _chat(tx, deps, contact_id)
    after = rules.hand_over(conversation.assistance, officer, to, at, deps.officer_lease)
    tx.add_entry(ChatEntry(deps.new_id(), contact.contact_id, EntryKind.HANDED_OVER, at, officer, text, to))
    return _keep(tx, contact, conversation, replace(conversation, assistance=after), at)


async def give_back_chat(tx: Tx, deps: Deps, contact_id: str, officer: ChatOfficer) -> Assisted:
    """Give a chat back to the machine, which goes on where the draft was.

    Raises:
        DomainError: `chat_not_yours`.
    """
    contact, conversation, at = await _chat(tx, deps, contact_id)
    after = rules.give_back(conversation.assistance, officer, at)
    context = DialogueContext(deps.menu, at, local_day(at), is_linked=contact.link_at(at) is not None)
    going_on, facts = given_back(replace(conversation, assistance=after), context)
    is_open = at < window_end(contact.last_inbound_at, at)
    text = _tell(tx, deps, contact, [fact for fact in facts if isinstance(fact, Say)]) if is_open else ""
    _log(tx, deps, contact, EntryKind.GAVE_BACK, officer, at, text)
    return _keep(tx, contact, conversation, going_on, at)


async def block_sender(tx: Tx, deps: Deps, contact_id: str, officer: ChatOfficer, reason: str) -> Assisted:
    """Stop serving a sender: what they write is stored, and nothing answers."""
    contact, conversation, at = await _chat(tx, deps, contact_id)
    if contact.blocked is not None:
        return Assisted(contact, conversation)
    text = _tell(tx, deps, contact, [Say("blocked")]) if contact.address else ""
    _log(tx, deps, contact, EntryKind.BLOCKED, officer, at, reason or text)
    blocked = replace(contact, blocked=Blocked(at, officer.staff_id, reason))
    tx.save_contact(blocked)
    return _keep(tx, blocked, conversation, replace(conversation, assistance=rules.Assistance()), at)


async def unblock_sender(tx: Tx, deps: Deps, contact_id: str, officer: ChatOfficer) -> Assisted:
    """Serve a blocked sender again."""
    contact, conversation, at = await _chat(tx, deps, contact_id)
    if contact.blocked is None:
        return Assisted(contact, conversation)
    text = _tell(tx, deps, contact, [Say("unblocked")]) if contact.address else ""
    _log(tx, deps, contact, EntryKind.UNBLOCKED, officer, at, text)
    served = replace(contact, blocked=None)
    tx.save_contact(served)
    return _keep(tx, served, conversation, conversation, at)


async def _chat(tx: Tx, deps: Deps, contact_id: str) -> tuple[ChatContact, Conversation, datetime]:
    contact = await tx.contact(contact_id)
    if contact.merged_into is not None:
        contact = await tx.contact(contact.merged_into)
    conversation = await tx.conversation(contact.contact_id)
    tx.save_conversation(conversation)  # what is told is told about it
    return contact, conversation, deps.clock()


def _keep(tx: Tx, contact: ChatContact, before: Conversation, conversation: Conversation, at: datetime) -> Assisted:
    touched = at if conversation.touched_at is None else max(at, conversation.touched_at)
    after = replace(conversation, touched_at=touched)
    tx.save_conversation(after)
    announce(tx, before, after, at)
    return Assisted(contact, after)


def _tell(tx: Tx, deps: Deps, contact: ChatContact, parts: list[Say]) -> str:
    """Send sentences of the machine; return them."""
    text, buttons = deps.texts.join(parts)
    _send(tx, contact, text, None, tuple((button.id, button.title) for button in buttons))
    return text


def _send(
    tx: Tx,
    contact: ChatContact,
    text: str,
    template: ApprovedTemplate | None,
    buttons: tuple[tuple[str, str], ...] = (),
) -> None:
    tx.emit(ReplyComposed(contact.contact_id, origin_of(contact), text, buttons, template=template))


def _log(tx: Tx, deps: Deps, contact: ChatContact, kind: EntryKind, officer: ChatOfficer, at: datetime, text: str) -> None:
    tx.add_entry(ChatEntry(deps.new_id(), contact.contact_id, kind, at, officer, text))


def _require_reachable(contact: ChatContact) -> None:
    if contact.blocked is not None:
        raise DomainError("sender_blocked", "The sender is blocked; unblock them first.")
    if not contact.address:
        raise DomainError("sender_gone", "Another account has the sender's number by now, and no other address is known.")
