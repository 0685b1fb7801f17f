"""What the survey keeps of an answer: counts, words without names, and that somebody answered, all in one unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex
from typing import Final

from services.intake.domain.survey.counting import (
    SurveyRemark,
    SurveyTally,
    respondent,
    with_question,
    with_refusal,
    with_remark,
    with_sheet,
)
from services.intake.domain.survey.invitations import SurveyInvitation, answered, declined
from services.intake.domain.survey.questions import topics_of
from services.intake.domain.wording import wording
from services.intake.handlers.filing import local_day
from services.intake.ports import Deps, Tx

_ID_BYTES: Final = 16
_YEAR: Final = 4  # characters of a month that name its year


async def count_question(tx: Tx, invitation: SurveyInvitation) -> None:
    """Count somebody who is asked now."""
    tx.save_survey_tally(with_question(await _tally(tx, invitation)))


async def count_sheet(tx: Tx, deps: Deps, invitation: SurveyInvitation, sheet: Mapping[str, int]) -> None:
    """Count a whole sheet of answers, and close the invitation, so that nobody answers twice."""
    request = await tx.request(invitation.request_id)
    who = respondent(request.form.applicant.nik, local_day(deps.clock()))
    tx.save_survey_tally(with_sheet(await _tally(tx, invitation), sheet, who))
    if village := request.residence or request.origin.village:
        by_village = await tx.village_tally(invitation.month[:_YEAR], village)
        tx.save_village_tally(by_village.with_sheet(sheet))
    tx.save_survey_invitation(answered(invitation))


async def count_refusal(tx: Tx, invitation: SurveyInvitation) -> None:
    """Count somebody who does not want to answer, and ask them no more about this request."""
    tx.save_survey_tally(with_refusal(await _tally(tx, invitation)))
    tx.save_survey_invitation(declined(invitation))


async def keep_words(tx: Tx, deps: Deps, invitation: SurveyInvitation, text: str) -> None:
    """Store free words as the office may read them, without numbers and names; what says nothing then is not stored."""
    contact = await tx.contact(invitation.contact_id)
    lexicon = deps.vocabulary.lexicon
    said = wording(text, lexicon, contact.name or "")
    if not said:
        return
    topics = topics_of(text, deps.questions.topics, lexicon.speller)
    tx.save_survey_tally(with_remark(await _tally(tx, invitation), topics))
    tx.add_survey_remark(SurveyRemark(token_hex(_ID_BYTES), invitation.month, invitation.service, said, topics))


async def _tally(tx: Tx, invitation: SurveyInvitation) -> SurveyTally:
    return await tx.survey_tally(invitation.month, invitation.service)
