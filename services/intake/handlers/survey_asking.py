"""Asking: the invitation of a request that has ended, sent by day, in the chat or by a template; and what was left is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from services.intake.domain.chat import Conversation, Say
from services.intake.domain.contacts import ChatContact
from services.intake.domain.desk_texts import ApprovedTemplate
from services.intake.domain.requests import ReplyComposed, Request
from services.intake.domain.survey.invitations import InvitationState, SurveyInvitation, asked, dropped, invite, postponed
from services.intake.domain.survey.talking import SurveyMove
from services.intake.domain.window import window_end
from services.intake.handlers.chat_filing import origin_of
from services.intake.handlers.filing import local_day
from services.intake.handlers.survey_counting import count_question
from services.intake.ports import Deps, Tx

SURVEY_PATH: Final = "/survei"
TEMPLATE: Final = "survei_kepuasan"
"""Name of the message that Meta has approved; its text is `survey_template`."""


async def plan_survey(tx: Tx, deps: Deps, request: Request) -> None:
    """Note that the sender of a request that has just ended is to be asked, where it is one of the sample; once, however often told."""
    invitation = invite(request, deps.survey, deps.clock())
    if invitation is not None and await tx.find_survey_invitation(request.request_id) is None:
        tx.add_survey_invitation(invitation)


async def ask_survey(tx: Tx, deps: Deps, request_id: str) -> None:
    """Ask somebody now; whoever is busy or can't be written to is asked later, whoever was asked a short time ago not at all."""
    invitation, at = await tx.find_survey_invitation(request_id), deps.clock()
    if invitation is None or invitation.state is not InvitationState.DUE:
        return
    contact = await tx.contact(invitation.contact_id)
    if contact.merged_into is not None:
        contact = await tx.contact(contact.merged_into)
    conversation = await tx.conversation(contact.contact_id)
    if _is_busy(conversation, at) or not contact.is_served:
        tx.save_survey_invitation(postponed(invitation, at))
    elif await tx.was_surveyed(contact.ids, at - deps.survey.rest):
        tx.save_survey_invitation(dropped(invitation))
    else:
        await _ask(tx, deps, invitation, contact, conversation, at)


async def forget_survey(tx: Tx, deps: Deps, contact_id: str) -> None:
    """Forget the answers of somebody who did not come to the end: nothing of a half sheet is counted."""
    conversation = await tx.conversation(contact_id)
    if conversation.survey is not None and conversation.survey.until <= deps.clock():
        tx.save_conversation(replace(conversation, survey=None))


def _is_busy(conversation: Conversation, at: datetime) -> bool:
    part = conversation.assistance
    return part.is_held(at) or part.waiting_since is not None or conversation.draft is not None or conversation.survey is not None


async def _ask(tx: Tx, deps: Deps, invitation: SurveyInvitation, contact: ChatContact, conversation: Conversation, at: datetime) -> None:
    token = deps.new_token()
    sent = asked(replace(invitation, contact_id=contact.contact_id), token, f"{local_day(at):%Y-%m}", at, deps.survey)
    tx.save_survey_invitation(sent)
    await count_question(tx, sent)
    tx.save_conversation(conversation)  # what is told is told about it
    request = await tx.request(invitation.request_id)
    tx.emit(_message(deps, request, contact, f"{deps.survey.site}{SURVEY_PATH}/{token}", at))


def _message(deps: Deps, request: Request, contact: ChatContact, link: str, at: datetime) -> ReplyComposed:
    """Return the question whether somebody wants to answer: with buttons, or as a template with the link where the window is shut."""
    values = {"service": deps.menu.title(request.service), "receipt": request.receipt, "link": link}
    taps = tuple(f"survey:{move}@{request.request_id}" for move in (SurveyMove.START, SurveyMove.LATER))
    is_shut = at >= window_end(contact.last_inbound_at, at)
    text, buttons = deps.texts.join([Say("survey_template", values) if is_shut else Say("survey_invite", values, taps)])
    return ReplyComposed(
        conversation_id=contact.contact_id,
        origin=origin_of(contact),
        text=text,
        buttons=tuple((button.id, button.title) for button in buttons),
        request_id=request.request_id,
        template=ApprovedTemplate(TEMPLATE, "id", (values["service"], link)) if is_shut else None,
    )
