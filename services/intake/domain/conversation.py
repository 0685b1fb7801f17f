"""The dialogue of PAK'DE ON: a pure state machine. `decide(conversation, act, context)` gives the next state and the facts to act on.

A chat fills in one draft at a time; others may be kept behind it.
Stages: MENU (no draft) -> ASKING (question by question through the service's form) -> CONFIRMING -> MENU;
a returned request puts its draft into the chat as RETURNED, and whatever is written next goes on with it.
In any stage an officer may hold the chat, or be on the way to it (`assistance`): then nothing is answered but STOP and MULAI, and the
stage and the draft stay as they are. Whoever waits may go on with the machine; who only was not understood by an answer that fits.
A message that is no answer never loses a draft; only "batal", confirming, or long silence ends it: a repeated chat joins the open one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias

from services.intake.domain import assistance, changing, correcting, drafting, news_steps, parking, photos, steps, wishes
from services.intake.domain.assistance import IDLE_LIFETIME, WaitingReason
from services.intake.domain.chat import (
    Act,
    Conversation,
    DialogueContext,
    EditedAnswer,
    EditedEarlier,
    Fact,
    FilesDropped,
    FormCompleted,
    OfficerCalled,
    OtherContent,
    Outcome,
    Revoked,
    Say,
    Stage,
    SurveyTapped,
)
from services.intake.domain.drafts import current_question, expire, renewed
from services.intake.domain.files import RefusedFile, SentFile, UnfetchedFile
from services.intake.domain.reading import as_answer
from services.intake.domain.several import as_answers
from services.intake.domain.survey_reading import survey_answer
from services.intake.domain.words import Intent, Meaning

_MAX_UNMOVED: Final = 10  # texts; WhatsApp lets a text be edited for 15 minutes
NOT_UNDERSTOOD: Final = frozenset({"not_understood", "question_unknown"})
"""Answers that say that no meaning was found."""
_MISREAD: Final = NOT_UNDERSTOOD | {"wants_document", "wants_text", "wants_confirm"}
"""Answers that say that something else was wanted; with those about wrong answers they are counted."""
_FILE, _FILE_REFUSED, _OTHER, _EDIT, _EDIT_TAKEN, _REVOKED = "file", "file_refused", "other", "edit", "edit_taken", "revoked"
_GETS_ON: Final = (FormCompleted, SurveyTapped)
"""Facts by which a message led somewhere, though the draft is as it was."""
_FOR_MACHINE: Final = frozenset({Meaning.MENU, Meaning.RESUME, Meaning.OFFICER})
"""What somebody who waits for a person says to the machine, word for word; what they press is for it too."""


def decide(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Return what follows from one message. Every act in every stage has an answer, but for an officer's chat and what wants none."""
    part = conversation.assistance
    about_news = news_steps.at_any_moment(conversation, act, context)
    if about_news is not None:
        return about_news
    if part.is_held(context.at):
        return _heard(conversation, act, context)
    return _meanwhile(conversation, act, context) if part.leaves_to_officers(context.at) else _answered(conversation, act, context)


def _meanwhile(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Return what follows from a message of somebody for whom an officer is on the way: nothing, but where it is for the machine."""
    part = conversation.assistance
    going_on = replace(conversation, assistance=assistance.go_on(part))
    if isinstance(act, Intent) and (act.is_pressed or (act.meaning in _FOR_MACHINE and not act.is_guess)):
        if act.meaning is Meaning.OFFICER:
            return _answered(conversation, act, context)
        after, facts = _answered(going_on, act, context)
        return after, (Say("officer_still"), *facts)
    if isinstance(act, EditedAnswer | Revoked):  # counts, without a word
        after, facts = _answered(going_on, act, context)
        return replace(after, assistance=part), _unsaid(facts)
    if part.reason is WaitingReason.NOT_UNDERSTOOD:
        after, facts = _answered(going_on, act, context)
        if _moved(conversation, after):
            return after, facts
    return replace(conversation, touched_at=_touched(conversation, context)), ()


def _answered(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Return what the machine makes of an act."""
    conversation, stale = expire(conversation, context.at)
    conversation = renewed(conversation, context.menu, context.today)
    act = as_answers(conversation, changing.named(conversation, act, context), context)
    act = survey_answer(conversation, _as_begun(conversation, as_answer(conversation, act, context)), context)
    offered, told = conversation.offered, _told_first(conversation, context)
    kept = offered if _act_name(act) == Meaning.START else ""
    conversation = replace(conversation, expired="", choices=(), offered=kept)
    name = _act_name(act)
    step = _TABLE.get((conversation.stage, name)) or _ANYWHERE[name]
    if _is_stale(conversation, act, context):
        step = drafting.stale
    if conversation.asked is not None and (
        step in (steps.not_understood, steps.nothing_to_confirm, steps.unreadable) or _may_answer(conversation, act)
    ):
        step = steps.answer_officer
    after, facts = step(conversation, act, context)
    after, facts = _call_for_help(conversation, after, act, facts, context)
    after = replace(after, sources=correcting.sources(conversation, after, act, context.wamid))
    facts = (*told, *facts, *parking.kept_behind(conversation, after, context))
    unmoved = _unmoved(conversation, after, act, context.wamid)
    unclear = after.unclear if after.unclear != conversation.unclear else ""
    return replace(after, touched_at=_touched(conversation, context), unmoved=unmoved, unclear=unclear), stale + facts


def _told_first(conversation: Conversation, context: DialogueContext) -> tuple[Fact, ...]:
    """Return that a draft has ended by silence, where the person does not know it yet."""
    return (Say("draft_expired", {"service": context.menu.title(conversation.expired)}),) if conversation.expired else ()


def _is_stale(conversation: Conversation, act: Act, context: DialogueContext) -> bool:
    """Return whether a button answers a question that is not the open one."""
    if not isinstance(act, Intent) or act.meaning is not Meaning.ANSWER or not act.is_pressed or conversation.asked is not None:
        return False
    question = current_question(conversation, context.menu, context.today)
    return question is None or (bool(act.topic) and act.topic != question.path)


def _may_answer(conversation: Conversation, act: Act) -> bool:
    """Return whether what the lexicon made of somebody's own words is rather what an officer asked for."""
    return conversation.draft is None and isinstance(act, Intent) and act.is_guess


def _as_begun(conversation: Conversation, act: Act) -> Act:
    """Return a "ya" to a service that was just told about as its beginning."""
    if conversation.draft is not None or not conversation.offered or not isinstance(act, Intent) or act.meaning is not Meaning.CONFIRM:
        return act
    return Intent(Meaning.SERVICE, service=conversation.offered, text=act.text)


def given_back(conversation: Conversation, context: DialogueContext) -> Outcome:
    """Go on with the machine after an officer: with the draft where there is one, at the place where it was."""
    said = Say("officer_gave_back", buttons=("menu", "status"))
    if conversation.draft is None:
        return conversation, (said,)
    after, facts = drafting.go_on(renewed(conversation, context.menu, context.today), context)
    return after, (said, *facts)


def _touched(conversation: Conversation, context: DialogueContext) -> datetime:
    return context.at if conversation.touched_at is None else max(context.at, conversation.touched_at)


def _heard(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Return a chat that an officer holds, after a message to them; a photo that was deleted is not used, and nobody waits for that."""
    if isinstance(act, Revoked):
        after, facts = correcting.revoke(conversation, act, context)
        return after, _unsaid(facts)
    heard = assistance.heard(conversation.assistance, context.at)
    return replace(conversation, assistance=heard, touched_at=_touched(conversation, context)), ()


def _unsaid(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if isinstance(fact, FilesDropped))


def _moved(before: Conversation, after: Conversation) -> bool:
    return (before.stage, before.draft) != (after.stage, after.draft)


def _call_for_help(before: Conversation, after: Conversation, act: Act, facts: tuple[Fact, ...], context: DialogueContext) -> Outcome:
    """Call a person when the machine did not understand several messages in a row, or many led nowhere."""
    part = replace(after.assistance, hold=None)  # one that is left is over: nobody acted for a day
    if before.touched_at is not None and context.at - before.touched_at > IDLE_LIFETIME:
        part = replace(part, idle=0)
    is_misread = isinstance(act, Intent | OtherContent) and any(isinstance(fact, Say) and _is_misread(fact) for fact in facts)
    is_idle = (
        isinstance(act, Intent) and bool(facts) and not _moved(before, after) and not any(isinstance(fact, _GETS_ON) for fact in facts)
    )
    part = assistance.counted(part, is_misread=is_misread, is_idle=is_idle)
    if part.is_quiet or not assistance.needs_help(part):
        return replace(after, assistance=part), facts
    part = assistance.promise(part, WaitingReason.NOT_UNDERSTOOD, context.at, context.promised_by, is_quiet=True)
    called = OfficerCalled("officer_called", ("resume",) if after.draft else ("menu",))
    return replace(after, assistance=part), (*facts, called)


def _is_misread(said: Say) -> bool:
    return said.text in _MISREAD or said.text.startswith(("wrong_", "kind."))


def _unmoved(before: Conversation, after: Conversation, act: Act, wamid: str) -> tuple[str, ...]:
    """Return the texts since the chat last moved on; editing one of them may still answer the open question."""
    if _moved(before, after):
        return ()
    texts = [*before.unmoved, wamid] if isinstance(act, Intent) and wamid else before.unmoved
    return tuple(dict.fromkeys(texts))[-_MAX_UNMOVED:]


def _act_name(act: Act) -> str:
    if isinstance(act, Intent):
        return act.meaning.value
    return _NAMES[type(act)]


_NAMES: Final[Mapping[type[Act], str]] = {
    SentFile: _FILE,
    UnfetchedFile: _FILE,
    RefusedFile: _FILE_REFUSED,
    OtherContent: _OTHER,
    EditedEarlier: _EDIT,
    EditedAnswer: _EDIT_TAKEN,
    Revoked: _REVOKED,
}
_Step: TypeAlias = Callable[[Conversation, Act, DialogueContext], Outcome]

_TABLE: Final[Mapping[tuple[Stage, str], _Step]] = {
    (Stage.MENU, Meaning.GREETING): steps.show_menu,
    (Stage.MENU, Meaning.BEGIN): steps.show_menu,
    (Stage.MENU, Meaning.MENU): steps.show_menu,
    (Stage.MENU, Meaning.REPEAT): steps.show_menu,
    (Stage.MENU, Meaning.SERVICE): parking.start_or_take_up,
    (Stage.MENU, Meaning.NO): steps.no_more,
    (Stage.MENU, Meaning.UNKNOWN): steps.not_understood,
    (Stage.MENU, Meaning.PHOTO): steps.show_menu,
    (Stage.MENU, Meaning.BACK): steps.show_menu,
    (Stage.MENU, Meaning.CHANGE): steps.not_understood,
    (Stage.MENU, Meaning.SKIP): steps.not_understood,
    (Stage.MENU, Meaning.MEND): steps.mend,
    (Stage.MENU, Meaning.CANCEL): steps.nothing_to_cancel,
    (Stage.MENU, Meaning.CONFIRM): steps.nothing_to_confirm,
    (Stage.MENU, Meaning.ANSWER): steps.not_understood,
    (Stage.MENU, _FILE): steps.file_without_draft,
    (Stage.MENU, _FILE_REFUSED): steps.file_without_draft,
    (Stage.MENU, _OTHER): steps.unreadable,
    (Stage.MENU, _EDIT): steps.pass_over,
    (Stage.RETURNED, Meaning.ANSWER): drafting.answer_returned,
    (Stage.RETURNED, Meaning.NO): drafting.answer_returned,
    (Stage.RETURNED, Meaning.UNKNOWN): drafting.resume,
    (Stage.RETURNED, Meaning.REPEAT): drafting.resume,
    (Stage.RETURNED, Meaning.PHOTO): drafting.resume,
    (Stage.RETURNED, Meaning.CONFIRM): drafting.resume,
    (Stage.RETURNED, Meaning.BACK): drafting.resume,
    (Stage.RETURNED, Meaning.SKIP): drafting.resume,
    (Stage.RETURNED, Meaning.CHANGE): drafting.resume,
    (Stage.RETURNED, Meaning.HELP): drafting.resume,
    (Stage.RETURNED, _FILE): photos.file_returned,
    (Stage.RETURNED, _FILE_REFUSED): photos.file_returned,
    (Stage.RETURNED, _OTHER): drafting.resume,
    (Stage.RETURNED, _EDIT): drafting.resume,
    (Stage.ASKING, Meaning.CONFIRM): drafting.confirm_early,
    (Stage.CONFIRMING, Meaning.CONFIRM): drafting.confirm,
    (Stage.CONFIRMING, Meaning.NO): changing.change,
    (Stage.CONFIRMING, Meaning.UNKNOWN): drafting.wants_confirm,
    (Stage.CONFIRMING, Meaning.ANSWER): drafting.wants_confirm,
    (Stage.CONFIRMING, _FILE_REFUSED): drafting.wants_confirm,
    (Stage.CONFIRMING, _OTHER): drafting.other_beside_summary,
}
"""The step for an act in a stage. Acts that are not listed are in `_ANYWHERE`."""

_ANYWHERE: Final[Mapping[str, _Step]] = {
    Meaning.GREETING: drafting.resume,
    Meaning.BEGIN: drafting.resume,
    Meaning.MENU: drafting.resume,
    Meaning.RESUME: parking.resume,
    Meaning.START: parking.start,
    Meaning.DRAFT: parking.choose,
    Meaning.SERVICE: wishes.other_wish,
    Meaning.ABOUT: wishes.answer_topic,
    Meaning.GROUP: wishes.show_group,
    Meaning.UNSURE: wishes.choose,
    Meaning.CANCEL: drafting.cancel,
    Meaning.STATUS: steps.status,
    Meaning.HELP: steps.show_help,
    Meaning.IN_PERSON: wishes.offer,
    Meaning.OFFICER: steps.call_officer,
    Meaning.ANSWER: drafting.answer,
    Meaning.CONFIRM: drafting.wants_confirm,
    Meaning.BACK: drafting.back,
    Meaning.CHANGE: changing.change,
    Meaning.REPEAT: drafting.repeat,
    Meaning.NO: drafting.answer,
    Meaning.UNKNOWN: drafting.unknown,
    Meaning.PHOTO: photos.name_photo,
    Meaning.WITHDRAW: steps.withdraw,
    Meaning.RESEND: steps.resend,
    Meaning.ERASE: steps.erase,
    Meaning.SKIP: drafting.skip,
    Meaning.MEND: parking.mend,
    Meaning.SURVEY: steps.answer_survey,
    _FILE: photos.take_file,
    _FILE_REFUSED: photos.refuse_file,
    _OTHER: drafting.refuse_other,
    _EDIT: drafting.edit_late,
    _EDIT_TAKEN: correcting.edit,
    _REVOKED: correcting.revoke,
}
