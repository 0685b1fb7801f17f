"""The steps of the dialogue about news of the office: STOP, MULAI, what they are. In every stage, an officer's chat too. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from services.intake.domain import assistance, drafting
from services.intake.domain.chat import Conversation, DialogueContext, Outcome, Say
from services.intake.domain.news import NewsChosen, NewsHow
from services.intake.domain.words import Intent, Meaning

_STOP: Final = "news_stopped"


def at_any_moment(conversation: Conversation, act: object, context: DialogueContext) -> Outcome | None:
    """Return what follows where somebody says that they want news, or none; None for anything else.

    Whatever is open stays as it is. An officer's chat is not answered by the machine but for this.
    """
    if not isinstance(act, Intent) or act.is_guess or act.meaning not in _STEPS:
        return None
    if act.meaning is Meaning.BEGIN and context.takes_news is not False:
        return None
    part = conversation.assistance
    touched = replace(conversation, touched_at=max(context.at, conversation.touched_at or context.at))
    if part.is_held(context.at):
        after, facts = _STEPS[act.meaning](replace(touched, draft=None), act, context)
        return replace(after, draft=conversation.draft, assistance=assistance.heard(part, context.at)), facts
    return _STEPS[act.meaning](touched, act, context)


def _stop(conversation: Conversation, act: Intent, context: DialogueContext) -> Outcome:
    """Take the wish for no news. With a form open it may be meant instead: so its end is asked about, too."""
    chosen = NewsChosen(agreed=False, how=_how(act), words=act.text)
    if conversation.draft is None:
        return conversation, (chosen, Say(_STOP, buttons=("menu",)))
    after, facts = drafting.cancel(conversation, replace(act, meaning=Meaning.CANCEL, is_guess=True), context)
    return after, (chosen, Say(_STOP), *facts)


def _begin(conversation: Conversation, act: Intent, _context: DialogueContext) -> Outcome:
    chosen = NewsChosen(agreed=True, how=_how(act), words=act.text)
    return conversation, (chosen, Say("news_begun", buttons=_onward(conversation)))


def _offer(conversation: Conversation, _act: Intent, context: DialogueContext) -> Outcome:
    if context.takes_news:
        return conversation, (Say("news_on_already", buttons=(Meaning.NEWS_OFF, *_onward(conversation))),)
    return conversation, (Say("news_offer", buttons=(Meaning.NEWS_ON, *_onward(conversation))),)


def _how(act: Intent) -> NewsHow:
    return NewsHow.PRESSED if act.is_pressed else NewsHow.TYPED


def _onward(conversation: Conversation) -> tuple[str, ...]:
    return ("resume",) if conversation.draft else ("menu",)


_STEPS: Final[Mapping[Meaning, Callable[[Conversation, Intent, DialogueContext], Outcome]]] = {
    Meaning.NEWS: _offer,
    Meaning.NEWS_ON: _begin,
    Meaning.NEWS_OFF: _stop,
    Meaning.BEGIN: _begin,
}
