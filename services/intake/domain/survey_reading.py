"""What is typed while a survey goes on in a chat: an answer, free words, or neither. Pure."""

from __future__ import annotations

from services.intake.domain.chat import Act, Conversation, DialogueContext
from services.intake.domain.survey.talking import typed
from services.intake.domain.words import Intent, Meaning


def survey_answer(conversation: Conversation, act: Act, context: DialogueContext) -> Act:
    """Return what was typed as the answer to the survey's open question, or as its free words, where nothing else is open.

    A command is one there too, but for a number of the menu: the list of answers stands right above.
    """
    talk = conversation.survey
    is_busy = conversation.draft is not None or conversation.asked is not None
    if talk is None or is_busy or context.at >= talk.until or not context.survey.elements:
        return act
    if not isinstance(act, Intent) or act.is_pressed or not act.text:
        return act
    is_own = act.is_guess or act.meaning is Meaning.ANSWER or (act.number > 0 and not talk.wants_words)
    tap = typed(talk, act.text, context.survey) if is_own else ""
    return Intent(Meaning.SURVEY, topic=tap, text=act.text if talk.wants_words else "") if tap else act
