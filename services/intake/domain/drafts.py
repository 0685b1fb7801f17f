"""The draft of a chat: its open question, and how it ends or moves to another chat."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from services.intake.domain.chat import (
    Conversation,
    Draft,
    Fact,
    FilesDropped,
    Stage,
)
from services.intake.domain.forms import Field, Question, ServiceMenu

DRAFT_LIFETIME: Final = timedelta(days=7)  # personal data of somebody who went away is not kept longer


def expire(conversation: Conversation, at: datetime) -> tuple[Conversation, tuple[Fact, ...]]:
    """Drop a draft that nobody came back to for `DRAFT_LIFETIME`."""
    if conversation.draft is None or conversation.touched_at is None or at - conversation.touched_at <= DRAFT_LIFETIME:
        return conversation, ()
    return without_draft(conversation), dropped(conversation.draft)


def carry_over(kept: Conversation, other: Conversation) -> tuple[Conversation, Conversation]:
    """Merge two chats that turned out to be one person's: `kept` gets the draft of `other` if it has none itself."""
    if kept.draft is not None or other.draft is None:
        return kept, other
    return replace(other, contact_id=kept.contact_id), without_draft(other)


def awaits_file(conversation: Conversation, menu: ServiceMenu) -> bool:
    """Return whether a file would be an answer now: others are not fetched at all."""
    ask = current_ask(conversation, menu)
    return ask is not None and ask.question is Question.DOCUMENT


def current_ask(conversation: Conversation, menu: ServiceMenu) -> Field | None:
    """Return the question that is open: the first of the form that the draft does not answer."""
    draft = conversation.draft
    if draft is None:
        return None
    return next((ask for ask in asks_of(draft, menu) if not _answered(draft, ask)), None)


def asks_of(draft: Draft, menu: ServiceMenu) -> tuple[Field, ...]:
    """Return the questions of its form."""
    return menu.asks(draft.service, with_selfie=draft.needs_selfie)


def _answered(draft: Draft, ask: Field) -> bool:
    if ask.question is Question.NIK:
        return draft.nik is not None
    if ask.question is Question.KK_NUMBER:
        return draft.kk_number is not None
    return any(attachment.kind in ask.kinds for attachment in draft.attachments)


def without_draft(conversation: Conversation) -> Conversation:
    """Return the chat at the menu, without its draft."""
    return replace(conversation, stage=Stage.MENU, draft=None)


def dropped(draft: Draft | None) -> tuple[FilesDropped, ...]:
    """Return the fact that the draft's files are no longer needed; nothing where it has none."""
    return (FilesDropped(tuple(attachment.file_id for attachment in draft.attachments)),) if draft and draft.attachments else ()
