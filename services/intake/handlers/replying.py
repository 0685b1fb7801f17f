"""The answer to one message: put together, withheld where it would be too much, sent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from services.intake.domain.chat import Conversation, Say
from services.intake.domain.contacts import ChatContact
from services.intake.domain.desk_texts import ApprovedTemplate
from services.intake.domain.messages import Content, Edited, Inbound
from services.intake.domain.pace import is_said_again, moved_on, one_more, said
from services.intake.domain.requests import ReplyComposed
from services.intake.domain.words import Intent
from services.intake.handlers.chat_filing import origin_of
from services.intake.ports import Deps, Tx


@dataclass(slots=True)
class OneAnswer:
    """The answer while it is put together.

    `is_due`: it tells of what will not be told again, so it goes out at any pace. `is_withheld`: there was one, and it is not sent.
    `is_of_survey`: what the message says is counted, and kept nowhere beside its sender.
    """

    parts: list[Say] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    request_id: str | None = None
    is_due: bool = False
    is_withheld: bool = False
    is_of_survey: bool = False

    def withhold(self) -> None:
        """Say nothing, unless it is due."""
        if self.parts and not self.is_due:
            self.parts, self.is_withheld = [], True


def at_pace(deps: Deps, conversation: Conversation, content: Content, at: datetime, reply: OneAnswer) -> Conversation:
    """Count a message, and withhold what need not be said: to somebody who was told that it is too fast, or the same once more."""
    pace = one_more(conversation.pace, at, deps.messages_a_minute)
    if pace.is_muted and reply.parts:
        reply.withhold()
        if not pace.is_told:
            reply.parts.append(Say("too_fast"))
            pace = replace(pace, is_told=True)
        return replace(conversation, pace=pace)
    if isinstance(content, Intent | Edited):
        pace = moved_on(pace)
    elif reply.parts:
        text, _ = deps.texts.join(reply.parts)
        if is_said_again(pace, text, at):
            reply.withhold()
        pace = said(pace, text, at)
    return replace(conversation, pace=pace)


def send(tx: Tx, deps: Deps, contact: ChatContact, inbound: Inbound, reply: OneAnswer) -> str:
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
            in_reply_to=inbound.wamid or None,
            address_since=contact.number_since,
        ),
    )
    return text


def tell(
    tx: Tx, deps: Deps, contact: ChatContact, said: Say, *, request_id: str | None = None, template: ApprovedTemplate | None = None
) -> None:
    """Emit what is said to somebody of our own accord, in answer to no message. `template`: goes instead, where a free message may not."""
    text, buttons = deps.texts.join([said])
    shown = tuple((button.id, button.title) for button in buttons)
    tx.emit(ReplyComposed(contact.contact_id, origin_of(contact), text, shown, request_id=request_id, template=template))
