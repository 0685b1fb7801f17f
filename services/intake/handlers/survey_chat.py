"""The survey in a chat: what a tap does, question by question, to the count of a whole sheet, free words, or a complaint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.intake.domain import parking
from services.intake.domain.chat import Conversation, DialogueContext, ListRow, Outcome, Say, SurveyTapped
from services.intake.domain.contacts import ChatContact
from services.intake.domain.drafting import ask_next
from services.intake.domain.survey.invitations import InvitationState, SurveyInvitation
from services.intake.domain.survey.questions import ELEMENTS, is_whole
from services.intake.domain.survey.talking import SurveyMove, SurveyTalk, SurveyTap, answer, begin, counted, read_tap
from services.intake.domain.survey_complaint import COMPLAINT, OTHER_TOPIC, prefilled
from services.intake.domain.words import Intent, Meaning
from services.intake.handlers.survey_counting import count_refusal, count_sheet, keep_words
from services.intake.ports import Deps, Tx

_AGAIN: Final = ("menu", "status")


@dataclass(frozen=True, slots=True)
class _Turn:
    """One tap with all that it is about."""

    tx: Tx
    deps: Deps
    conversation: Conversation
    context: DialogueContext
    invitation: SurveyInvitation
    talk: SurveyTalk
    tap: SurveyTap
    text: str

    def ended(self, *said: Say) -> Outcome:
        """Return the chat without the survey."""
        return replace(self.conversation, survey=None), said

    def going_on(self, talk: SurveyTalk, *said: Say) -> Outcome:
        """Return the chat with the survey as it is then."""
        return replace(self.conversation, survey=talk), said


async def take_tap(
    tx: Tx, deps: Deps, contact: ChatContact, conversation: Conversation, tapped: SurveyTapped, context: DialogueContext
) -> Outcome:
    """Follow one tap. Of an invitation that is over, or somebody else's, nothing is told but that."""
    tap = read_tap(tapped.tap)
    invitation = await tx.find_survey_invitation(tap.request_id) if tap is not None else None
    talk = conversation.survey if conversation.survey is not None and tap and conversation.survey.request_id == tap.request_id else None
    if tap is None or invitation is None or invitation.contact_id not in contact.ids or not _is_possible(invitation, talk, tap, context.at):
        return replace(conversation, survey=None if talk else conversation.survey), (Say("survey_over", buttons=_AGAIN),)
    turn = _Turn(tx, deps, conversation, context, invitation, talk or begin(tap.request_id, context.at), tap, tapped.text)
    return await _MOVES[tap.move](turn)


def _is_possible(invitation: SurveyInvitation, talk: SurveyTalk | None, tap: SurveyTap, at: datetime) -> bool:
    """Return whether the sheet is open, or was just counted and this ends the talk about it."""
    if tap.move in _AFTER:
        is_late = talk is None or not talk.wants_words
        return not is_late and invitation.state is InvitationState.ANSWERED
    return invitation.is_open(at)


async def _start(turn: _Turn) -> Outcome:
    return turn.going_on(turn.talk, _question(turn.deps, turn.talk))


async def _later(turn: _Turn) -> Outcome:
    await count_refusal(turn.tx, turn.invitation)
    return turn.ended(Say("survey_later", buttons=_AGAIN))


async def _answer(turn: _Turn) -> Outcome:
    talk = answer(turn.talk, turn.tap.number, turn.tap.value)
    if not is_whole(talk.sheet):
        return turn.going_on(talk, _question(turn.deps, talk))
    await count_sheet(turn.tx, turn.deps, turn.invitation, talk.sheet)
    lowest = turn.deps.questions.lowest(talk.sheet)
    after = counted(talk, lowest.code if lowest else "")
    # The same to everybody: whoever reads the chat later does not see who gave a low value.
    complain = (_tap(after, SurveyMove.COMPLAIN),) if COMPLAINT in turn.context.menu.forms else ()
    return turn.going_on(after, Say("survey_words", buttons=(_tap(after, SurveyMove.DONE), *complain)))


async def _words(turn: _Turn) -> Outcome:
    await keep_words(turn.tx, turn.deps, turn.invitation, turn.text)
    return turn.ended(Say("survey_thanks", buttons=_AGAIN))


async def _done(turn: _Turn) -> Outcome:
    return turn.ended(Say("survey_thanks", buttons=_AGAIN))


async def _complain(turn: _Turn) -> Outcome:
    """Begin a complaint in which only the person's own words are missing; where it can't be begun, say why."""
    element = turn.deps.questions.named(turn.talk.low)
    begun = replace(turn.conversation, survey=None)
    after, facts = parking.start(begun, Intent(Meaning.START, service=COMPLAINT), turn.context)
    if after.draft is None or after.draft.service != COMPLAINT or after.draft.answers:
        return after, facts
    receipt = (await turn.tx.request(turn.invitation.request_id)).receipt
    draft = prefilled(after.draft, element.topic if element else OTHER_TOPIC, receipt)
    return ask_next(replace(after, draft=draft), turn.context, (Say("survey_complaint", {"receipt": receipt}),))


_AFTER: Final = frozenset({SurveyMove.WORDS, SurveyMove.DONE, SurveyMove.COMPLAIN})
_MOVES: Final[Mapping[SurveyMove, Callable[[_Turn], Awaitable[Outcome]]]] = {
    SurveyMove.START: _start,
    SurveyMove.LATER: _later,
    SurveyMove.ANSWER: _answer,
    SurveyMove.WORDS: _words,
    SurveyMove.DONE: _done,
    SurveyMove.COMPLAIN: _complain,
}


def _question(deps: Deps, talk: SurveyTalk) -> Say:
    """Return the open question with its answers as a list."""
    element = deps.questions.element(talk.next_number)
    values = {"number": str(talk.next_number), "of": str(len(ELEMENTS)), "ask": element.ask}
    rows = [ListRow(_tap(talk, f"{talk.next_number}.{value}"), title=words) for value, words in enumerate(element.answers, 1)]
    return Say("survey_question", values, rows=(*rows, ListRow(_tap(talk, SurveyMove.LATER))))


def _tap(talk: SurveyTalk, what: str) -> str:
    return f"survey:{what}@{talk.request_id}"
