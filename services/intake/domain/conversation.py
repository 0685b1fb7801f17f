"""The dialogue of PAK'DE ON: a pure state machine. `decide(conversation, act, context)` gives the next state and the facts to act on.

A chat has one draft at most. Stages: MENU (no draft) -> ASKING (question by question through the service's form) -> CONFIRMING -> MENU;
a returned request puts its draft into the chat as RETURNED, and whatever is written next goes on with it.
A message that is no answer never loses a draft; only "batal", confirming, or long silence ends it: a repeated chat joins the open one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from services.intake.domain import drafting, steps
from services.intake.domain.chat import (
    Act,
    Conversation,
    DialogueContext,
    EditedEarlier,
    FormCompleted,
    OtherContent,
    Outcome,
    RefusedFile,
    SentFile,
    Stage,
    UnfetchedFile,
)
from services.intake.domain.drafts import expire, renewed
from services.intake.domain.reading import as_answer
from services.intake.domain.words import Intent, Meaning

_MAX_UNMOVED: Final = 10  # texts; WhatsApp lets a text be edited for 15 minutes
_FILE, _FILE_REFUSED, _OTHER, _EDIT = "file", "file_refused", "other", "edit"


def decide(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Return what follows from one message. Every act in every stage has an answer."""
    conversation, stale = expire(conversation, context.at)
    first = conversation.outreach_source or context.outreach_source
    conversation, context = replace(conversation, outreach_source=first), replace(context, outreach_source=first)
    conversation = renewed(conversation, context.menu, context.today)
    act = as_answer(conversation, act, context)
    name = _act_name(act)
    step = _TABLE.get((conversation.stage, name)) or _ANYWHERE[name]
    if conversation.asked is not None and step in (steps.not_understood, steps.nothing_to_confirm):
        step = steps.answer_officer
    after, facts = step(conversation, act, context)
    touched = context.at if conversation.touched_at is None else max(context.at, conversation.touched_at)
    if any(isinstance(fact, FormCompleted) for fact in facts):
        after = replace(after, outreach_source=None)
    return replace(after, touched_at=touched, unmoved=_unmoved(conversation, after, act, context.wamid)), stale + facts


def _unmoved(before: Conversation, after: Conversation, act: Act, wamid: str) -> tuple[str, ...]:
    """Return the texts since the chat last moved on; editing one of them may still answer the open question."""
    if (before.stage, before.draft) != (after.stage, after.draft):
        return ()
    texts = [*before.unmoved, wamid] if isinstance(act, Intent) and wamid else before.unmoved
    return tuple(dict.fromkeys(texts))[-_MAX_UNMOVED:]


def _act_name(act: Act) -> str:
    if isinstance(act, Intent):
        return act.meaning.value
    names = {SentFile: _FILE, UnfetchedFile: _FILE, RefusedFile: _FILE_REFUSED, OtherContent: _OTHER, EditedEarlier: _EDIT}
    return names[type(act)]


_Step: TypeAlias = Callable[[Conversation, Act, DialogueContext], Outcome]

_TABLE: Final[Mapping[tuple[Stage, str], _Step]] = {
    (Stage.MENU, Meaning.GREETING): steps.show_menu,
    (Stage.MENU, Meaning.MENU): steps.show_menu,
    (Stage.MENU, Meaning.RESUME): steps.show_menu,
    (Stage.MENU, Meaning.SERVICE): steps.start,
    (Stage.MENU, Meaning.BACK): steps.show_menu,
    (Stage.MENU, Meaning.CHANGE): steps.not_understood,
    (Stage.MENU, Meaning.SKIP): steps.not_understood,
    (Stage.MENU, Meaning.MEND): steps.mend,
    (Stage.MENU, Meaning.CANCEL): steps.nothing_to_cancel,
    (Stage.MENU, Meaning.CONFIRM): steps.nothing_to_confirm,
    (Stage.MENU, Meaning.ANSWER): steps.not_understood,
    (Stage.MENU, _FILE): steps.file_without_draft,
    (Stage.MENU, _FILE_REFUSED): steps.file_without_draft,
    (Stage.MENU, _OTHER): steps.not_understood,
    (Stage.MENU, _EDIT): steps.pass_over,
    (Stage.RETURNED, Meaning.ANSWER): drafting.answer_returned,
    (Stage.RETURNED, Meaning.CONFIRM): drafting.resume,
    (Stage.RETURNED, Meaning.BACK): drafting.resume,
    (Stage.RETURNED, Meaning.SKIP): drafting.resume,
    (Stage.RETURNED, Meaning.CHANGE): drafting.resume,
    (Stage.RETURNED, Meaning.HELP): drafting.resume,
    (Stage.RETURNED, _FILE): drafting.file_returned,
    (Stage.RETURNED, _FILE_REFUSED): drafting.file_returned,
    (Stage.RETURNED, _OTHER): drafting.resume,
    (Stage.RETURNED, _EDIT): drafting.resume,
    (Stage.ASKING, Meaning.CONFIRM): drafting.confirm_early,
    (Stage.CONFIRMING, Meaning.CONFIRM): drafting.confirm,
    (Stage.CONFIRMING, Meaning.ANSWER): drafting.wants_confirm,
    (Stage.CONFIRMING, _FILE): drafting.wants_confirm,
    (Stage.CONFIRMING, _FILE_REFUSED): drafting.wants_confirm,
    (Stage.CONFIRMING, _OTHER): drafting.wants_confirm,
}
"""The step for an act in a stage. Acts that are not listed are in `_ANYWHERE`."""

_ANYWHERE: Final[Mapping[str, _Step]] = {
    Meaning.GREETING: drafting.resume,
    Meaning.MENU: drafting.resume,
    Meaning.RESUME: drafting.resume,
    Meaning.SERVICE: drafting.resume,
    Meaning.CANCEL: drafting.cancel,
    Meaning.STATUS: steps.status,
    Meaning.HELP: steps.show_help,
    Meaning.IN_PERSON: steps.in_person,
    Meaning.ANSWER: drafting.answer,
    Meaning.CONFIRM: drafting.wants_confirm,
    Meaning.BACK: drafting.back,
    Meaning.CHANGE: drafting.change,
    Meaning.SKIP: drafting.skip,
    Meaning.MEND: drafting.resume,
    _FILE: drafting.take_file,
    _FILE_REFUSED: drafting.refuse_file,
    _OTHER: drafting.refuse_other,
    _EDIT: drafting.edit_late,
}
