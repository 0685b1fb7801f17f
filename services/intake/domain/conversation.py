"""The dialogue of PAK'DE ON: a pure state machine. `decide(conversation, act, context)` gives the next state and the facts to act on.

A chat has one draft at most. Stages: MENU (no draft) -> ASKING (question by question through the service's form) -> CONFIRMING -> MENU.
A message that is no answer never loses a draft; only "batal", confirming, or long silence ends it: a repeated chat joins the open one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from services.intake.domain.chat import (
    Act,
    Conversation,
    DialogueContext,
    Draft,
    EditedEarlier,
    Fact,
    FilesDropped,
    FileTrouble,
    FormCompleted,
    OpenRequest,
    OtherContent,
    Outcome,
    RefusedFile,
    Say,
    SentFile,
    Stage,
    StatusAsked,
    UnfetchedFile,
)
from services.intake.domain.forms import Field, Form, Question, ServiceMenu
from services.intake.domain.numbers import answer_number
from services.intake.domain.words import Intent, Meaning
from shared.values import Attachment, Malformed

DRAFT_LIFETIME: Final = timedelta(days=7)  # personal data of somebody who went away is not kept longer
DOCUMENT_TYPES: Final = frozenset({"image/jpeg", "image/png", "application/pdf"})  # what verification can look at
MAX_BUTTONS: Final = 3  # WhatsApp's limit of an interactive message
_MAX_UNMOVED: Final = 10  # texts; WhatsApp lets a text be edited for 15 minutes
_FILE, _FILE_REFUSED, _OTHER, _EDIT = "file", "file_refused", "other", "edit"


def decide(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Take one message. Total: every act in every stage has an answer."""
    conversation, stale = expire(conversation, context.at)
    first = conversation.outreach_source or context.outreach_source
    conversation, context = replace(conversation, outreach_source=first), replace(context, outreach_source=first)
    name = _act_name(act)
    step = _TABLE.get((conversation.stage, name)) or _ANYWHERE[name]
    after, facts = step(conversation, act, context)
    touched = context.at if conversation.touched_at is None else max(context.at, conversation.touched_at)
    if any(isinstance(fact, FormCompleted) for fact in facts):
        after = replace(after, outreach_source=None)
    return replace(after, touched_at=touched, unmoved=_unmoved(conversation, after, act, context.wamid)), stale + facts


def carry_over(kept: Conversation, other: Conversation) -> tuple[Conversation, Conversation]:
    """Two chats turn out to be one person's: `kept` goes on with the draft of `other` where it has none itself."""
    if kept.draft is not None or other.draft is None:
        return kept, other
    return replace(other, contact_id=kept.contact_id), _without_draft(other)


def _unmoved(before: Conversation, after: Conversation, act: Act, wamid: str) -> tuple[str, ...]:
    """The texts since the chat last moved on; the open question may still be answered by mending one of them."""
    if (before.stage, before.draft) != (after.stage, after.draft):
        return ()
    texts = [*before.unmoved, wamid] if isinstance(act, Intent) and wamid else before.unmoved
    return tuple(dict.fromkeys(texts))[-_MAX_UNMOVED:]


def expire(conversation: Conversation, at: datetime) -> tuple[Conversation, tuple[Fact, ...]]:
    """Drop a draft that nobody came back to for `DRAFT_LIFETIME`."""
    if conversation.draft is None or conversation.touched_at is None or at - conversation.touched_at <= DRAFT_LIFETIME:
        return conversation, ()
    return _without_draft(conversation), _dropped(conversation.draft)


def awaits_file(conversation: Conversation, desk: ServiceMenu) -> bool:
    """Whether a file would be an answer now: others are not fetched at all."""
    ask = current_ask(conversation, desk)
    return ask is not None and ask.question is Question.DOCUMENT


def current_ask(conversation: Conversation, desk: ServiceMenu) -> Field | None:
    """The question that is open: the first of the form that the draft does not answer."""
    draft = conversation.draft
    if draft is None:
        return None
    return next((ask for ask in _asks(draft, desk) if not _answered(draft, ask)), None)


def _asks(draft: Draft, desk: ServiceMenu) -> tuple[Field, ...]:
    return desk.asks(draft.service, with_selfie=draft.needs_selfie)


def _answered(draft: Draft, ask: Field) -> bool:
    if ask.question is Question.NIK:
        return draft.nik is not None
    if ask.question is Question.KK_NUMBER:
        return draft.kk_number is not None
    return any(attachment.kind in ask.kinds for attachment in draft.attachments)


def _act_name(act: Act) -> str:
    if isinstance(act, Intent):
        return act.meaning.value
    names = {SentFile: _FILE, UnfetchedFile: _FILE, RefusedFile: _FILE_REFUSED, OtherContent: _OTHER, EditedEarlier: _EDIT}
    return names[type(act)]


# Without a draft


def _menu(text: str, context: DialogueContext, **values: str) -> Say:
    titles = "\n".join(f"{number}. {form.title}" for number, form in enumerate(context.desk.forms.values(), start=1))
    services = tuple(f"service:{code}" for code in context.desk.forms)
    return Say(text, {"services": titles, **values}, (*services[: MAX_BUTTONS - 1], "status"))


def _show_menu(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    return conversation, (_menu("menu", context),)


def _not_understood(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    return conversation, (_menu("not_understood", context),)


def _file_without_draft(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    return conversation, (_menu("file_without_draft", context),)


def _nothing_to_cancel(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    return conversation, (_menu("nothing_to_cancel", context),)


def _nothing_to_confirm(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    if context.open_requests:  # the button was pressed twice
        return conversation, (StatusAsked(None),)
    return conversation, (_menu("nothing_to_confirm", context),)


def _pass_over(conversation: Conversation, _act: Act, _context: DialogueContext) -> Outcome:
    return conversation, ()


def _start(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    service = act.service if isinstance(act, Intent) else ""
    form = context.desk.forms.get(service)
    if form is None:
        return conversation, (_menu("service_not_open", context, service=context.desk.others.get(service, service)),)
    if context.is_at_limit:
        return conversation, (Say("limit_reached", buttons=("status", "menu")),)
    draft = Draft(form.service, context.at, outreach_source=context.outreach_source, needs_selfie=not context.is_linked)
    return _ask_next(replace(conversation, draft=draft), context, (Say("start", {"service": form.title}),))


# With a draft


def _resume(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """A greeting, the menu or another service while a draft is open: it is joined, so that nothing typed is lost by a slip."""
    if conversation.draft is not None and conversation.draft.service not in context.desk.forms:  # closed since
        return _without_draft(conversation), (*_dropped(conversation.draft), _menu("menu", context))
    return _ask_next(conversation, context, (Say("resume", {"service": _form(conversation, context).title}),))


def _edit_late(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """The person believes that an answer was mended, and it was not: say so, and how to mend it."""
    if conversation.draft is None or conversation.draft.service not in context.desk.forms:
        return _resume(conversation, act, context)
    return _ask_next(conversation, context, (Say("edit_late"),))


def _cancel(conversation: Conversation, _act: Act, _context: DialogueContext) -> Outcome:
    return _without_draft(conversation), (*_dropped(conversation.draft), Say("cancelled", buttons=("menu",)))


def _answer(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    ask, draft = current_ask(conversation, context.desk), conversation.draft
    if ask is None or draft is None or not isinstance(act, Intent):
        return _resume(conversation, act, context)
    if ask.question is Question.DOCUMENT:
        return conversation, (_wants(ask),)
    try:
        answered = answer_number(draft, ask.question, act.text)
    except Malformed as malformed:
        return conversation, (Say(f"wrong_{malformed.code}"),)
    return _unless_open(replace(conversation, draft=answered), context)


def _unless_open(conversation: Conversation, context: DialogueContext) -> Outcome:
    """Go on, but for somebody whose request is already open: the place is that of the first one."""
    draft = conversation.draft
    twin = _twin(draft, context) if draft else None
    if twin is None:
        return _ask_next(conversation, context)
    return _without_draft(conversation), (*_dropped(draft), Say("already_open", {"receipt": twin.receipt}, ("status", "menu")))


def _twin(draft: Draft, context: DialogueContext) -> OpenRequest | None:
    nik = draft.nik.text if draft.nik else ""
    return next((one for one in context.open_requests if (one.service, one.nik) == (draft.service, nik)), None)


def _take_file(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    ask, draft = current_ask(conversation, context.desk), conversation.draft
    if ask is None or draft is None:
        return _resume(conversation, act, context)
    if ask.question is not Question.DOCUMENT or not isinstance(act, SentFile):
        return conversation, (_wants(ask),)
    if act.media_type not in DOCUMENT_TYPES:
        return conversation, (FilesDropped((act.file_id,)), _trouble(FileTrouble.WRONG_TYPE, ask))
    if any(attachment.sha256 == act.sha256 for attachment in draft.attachments):
        same = any(attachment.file_id == act.file_id for attachment in draft.attachments)
        dropped = () if same else (FilesDropped((act.file_id,)),)
        return conversation, (*dropped, _trouble(FileTrouble.SAME_FILE, ask))
    attachment = Attachment(act.file_id, ask.name, act.media_type, act.size_bytes, act.sha256)
    return _ask_next(replace(conversation, draft=replace(draft, attachments=(*draft.attachments, attachment))), context)


def _refuse_file(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    ask = current_ask(conversation, context.desk)
    if ask is None or not isinstance(act, RefusedFile):
        return _resume(conversation, act, context)
    return conversation, (_trouble(act.trouble, ask) if ask.question is Question.DOCUMENT else _wants(ask),)


def _refuse_other(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    ask = current_ask(conversation, context.desk)
    return (conversation, (_wants(ask),)) if ask else _resume(conversation, act, context)


def _confirm_early(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Confirmed before everything is there: say what is missing."""
    ask = current_ask(conversation, context.desk)
    return (conversation, (Say(f"missing_{ask.name}", _document(ask)),)) if ask else _resume(conversation, act, context)


def _confirm(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    draft = conversation.draft
    if draft is None or draft.service not in context.desk.forms or current_ask(conversation, context.desk) is not None:
        return _resume(conversation, act, context)
    if context.is_at_limit:
        return conversation, (Say("limit_reached_later", buttons=("confirm", "cancel")),)
    if _twin(draft, context) is not None:  # filed meanwhile from another phone of the same person
        return _unless_open(conversation, context)
    return _without_draft(conversation), (FormCompleted(draft),)


def _wants_confirm(conversation: Conversation, _act: Act, _context: DialogueContext) -> Outcome:
    return conversation, (Say("wants_confirm", buttons=("confirm", "cancel")),)


# In every stage


def _status(conversation: Conversation, act: Act, _context: DialogueContext) -> Outcome:
    if isinstance(act, Intent) and act.receipt_wrong:
        return conversation, (Say("receipt_wrong"),)
    return conversation, (StatusAsked(act.receipt if isinstance(act, Intent) else None),)


def _help(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    titles = "\n".join(f"- {counter.title}" for counter in context.desk.counters.values())
    return conversation, (Say("help", {"in_person": titles}, _onward(conversation)),)


def _in_person(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    counter = context.desk.counters.get(act.service) if isinstance(act, Intent) else None
    if counter is None:
        return _resume(conversation, act, context) if conversation.draft else _not_understood(conversation, act, context)
    values = {"service": counter.title, "place": counter.place, "hours": counter.hours}
    return conversation, (Say("in_person", values, _onward(conversation)),)


# Steps


def _ask_next(conversation: Conversation, context: DialogueContext, before: tuple[Fact, ...] = ()) -> Outcome:
    ask = current_ask(conversation, context.desk)
    if ask is not None:
        return replace(conversation, stage=Stage.ASKING), (*before, Say(f"ask_{ask.name}", _document(ask)))
    return replace(conversation, stage=Stage.CONFIRMING), (*before, _summary(conversation, context))


def _summary(conversation: Conversation, context: DialogueContext) -> Say:
    draft, form = conversation.draft, _form(conversation, context)
    titles = [ask.title for ask in (_asks(draft, context.desk) if draft else ()) if ask.question is Question.DOCUMENT]
    values = {
        "service": form.title,
        "nik": draft.nik.masked if draft and draft.nik else "-",
        "kk_number": draft.kk_number.masked if draft and draft.kk_number else "-",
        "documents": "\n".join(f"- {title}" for title in titles),
    }
    return Say("summary", values, ("confirm", "cancel"))


def _form(conversation: Conversation, context: DialogueContext) -> Form:
    service = conversation.draft.service if conversation.draft else ""
    return context.desk.forms.get(service) or Form(service, service, (), ())


def _wants(ask: Field) -> Say:
    return Say(f"wants_{ask.name}", _document(ask))


def _trouble(trouble: FileTrouble, ask: Field) -> Say:
    return Say(f"file_{trouble}", _document(ask))


def _document(ask: Field) -> dict[str, str]:
    return {"document": ask.title} if ask.title else {}


def _onward(conversation: Conversation) -> tuple[str, ...]:
    return ("resume", "cancel") if conversation.draft else ("menu", "status")


def _without_draft(conversation: Conversation) -> Conversation:
    return replace(conversation, stage=Stage.MENU, draft=None)


def _dropped(draft: Draft | None) -> tuple[FilesDropped, ...]:
    return (FilesDropped(tuple(attachment.file_id for attachment in draft.attachments)),) if draft and draft.attachments else ()


_Step: TypeAlias = Callable[[Conversation, Act, DialogueContext], Outcome]

_TABLE: Final[Mapping[tuple[Stage, str], _Step]] = {
    (Stage.MENU, Meaning.GREETING): _show_menu,
    (Stage.MENU, Meaning.MENU): _show_menu,
    (Stage.MENU, Meaning.RESUME): _show_menu,
    (Stage.MENU, Meaning.SERVICE): _start,
    (Stage.MENU, Meaning.CANCEL): _nothing_to_cancel,
    (Stage.MENU, Meaning.CONFIRM): _nothing_to_confirm,
    (Stage.MENU, Meaning.ANSWER): _not_understood,
    (Stage.MENU, _FILE): _file_without_draft,
    (Stage.MENU, _FILE_REFUSED): _file_without_draft,
    (Stage.MENU, _OTHER): _not_understood,
    (Stage.MENU, _EDIT): _pass_over,
    (Stage.ASKING, Meaning.CONFIRM): _confirm_early,
    (Stage.CONFIRMING, Meaning.CONFIRM): _confirm,
    (Stage.CONFIRMING, Meaning.ANSWER): _wants_confirm,
    (Stage.CONFIRMING, _FILE): _wants_confirm,
    (Stage.CONFIRMING, _FILE_REFUSED): _wants_confirm,
    (Stage.CONFIRMING, _OTHER): _wants_confirm,
}
"""What a stage does with an act. What is not listed is done as in `_ANYWHERE`."""

_ANYWHERE: Final[Mapping[str, _Step]] = {
    Meaning.GREETING: _resume,
    Meaning.MENU: _resume,
    Meaning.RESUME: _resume,
    Meaning.SERVICE: _resume,
    Meaning.CANCEL: _cancel,
    Meaning.STATUS: _status,
    Meaning.HELP: _help,
    Meaning.IN_PERSON: _in_person,
    Meaning.ANSWER: _answer,
    Meaning.CONFIRM: _wants_confirm,
    _FILE: _take_file,
    _FILE_REFUSED: _refuse_file,
    _OTHER: _refuse_other,
    _EDIT: _edit_late,
}
