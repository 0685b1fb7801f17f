"""The survey on its page: a sheet with its words at once, a refusal, and the complaint that a bad answer may become."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.intake.domain.chat import Draft, Say
from services.intake.domain.drafts import completed
from services.intake.domain.requests import ReplyComposed
from services.intake.domain.survey.invitations import InvitationState, SurveyInvitation, digest_of
from services.intake.domain.survey.questions import SurveyElement
from services.intake.domain.survey_complaint import COMPLAINT, prefilled
from services.intake.handlers.chat_filing import file_draft, origin_of
from services.intake.handlers.filing import local_day
from services.intake.handlers.survey_counting import count_refusal, count_sheet, keep_words
from services.intake.ports import Deps, Tx
from shared.errors import DomainError, NotFound, TooMany


async def answer_by_page(tx: Tx, deps: Deps, token: str, sheet: Mapping[str, int], words: str) -> None:
    """Count what somebody answered on the page.

    Raises:
        NotFound: `survey_not_found`: no such link, or its time is over.
        DomainError: `survey_answered`: this request was answered, or refused, before.
    """
    invitation = await _open(tx, token, deps.clock())
    await count_sheet(tx, deps, invitation, sheet)
    if words:
        await keep_words(tx, deps, invitation, words)


async def refuse_by_page(tx: Tx, deps: Deps, token: str) -> None:
    """Note that somebody does not want to answer.

    Raises:
        NotFound: as `answer_by_page`.
        DomainError: as `answer_by_page`.
    """
    await count_refusal(tx, await _open(tx, token, deps.clock()))


async def complain_by_page(tx: Tx, deps: Deps, token: str, element: SurveyElement, words: str) -> str:
    """File a complaint about what somebody gave a low value, and confirm it in their chat; return its receipt.

    Raises:
        NotFound: `survey_not_found`.
        DomainError: `survey_not_answered`: nothing was answered with this link.
        TooMany: `person_limit_reached`, `contact_limit_reached`.
    """
    at = deps.clock()
    invitation = await tx.find_survey_invitation_by(digest_of(token))
    if invitation is None or at >= invitation.expires_at:
        raise NotFound("survey_not_found", "There is no such survey, or its time is over.")
    if invitation.state is not InvitationState.ANSWERED:
        raise DomainError("survey_not_answered", "Nothing was answered with this link.")
    contact = await tx.contact(invitation.contact_id)
    if contact.merged_into is not None:
        contact = await tx.contact(contact.merged_into)
    if not contact.is_served or contact.filed.on(local_day(at)) >= deps.limits.contact_a_day:
        raise TooMany("contact_limit_reached", "As many requests as a day allows were filed from this chat; try again tomorrow.")
    receipt = (await tx.request(invitation.request_id)).receipt
    form = deps.catalogue.get(COMPLAINT).form
    said = deps.texts.say(Say("survey_complaint_says", {"about": element.about, "words": words})).strip()
    draft = prefilled(Draft(COMPLAINT, at, form.version, {"description": said}), element.topic, receipt)
    whole, _ = completed(draft, form, local_day(at))
    conversation = await tx.conversation(contact.contact_id)
    filed = await file_draft(tx, deps, contact, whole, at)
    tx.save_conversation(conversation)  # what is told is told about it
    text, buttons = deps.texts.join(filed.parts)
    shown = tuple((button.id, button.title) for button in buttons)
    tx.emit(ReplyComposed(contact.contact_id, origin_of(contact), text, shown, request_id=filed.request_id))
    return str(filed.parts[0].values["receipt"])  # of the same complaint where it was sent before


async def _open(tx: Tx, token: str, at: datetime) -> SurveyInvitation:
    invitation = await tx.find_survey_invitation_by(digest_of(token))
    if invitation is None or at >= invitation.expires_at:
        raise NotFound("survey_not_found", "There is no such survey, or its time is over.")
    if invitation.state is not InvitationState.ASKED:
        raise DomainError("survey_answered", "This request was answered before.")
    return invitation
