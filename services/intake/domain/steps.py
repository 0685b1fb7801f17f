"""The steps of the dialogue: what follows from one act in one stage. Pure; the table in `conversation.py` says which step is used when."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from services.intake.domain.chat import (
    Act,
    Conversation,
    DialogueContext,
    Draft,
    Fact,
    FilesDropped,
    FileTrouble,
    FormCompleted,
    OpenRequest,
    Outcome,
    RefusedFile,
    Say,
    SentFile,
    Stage,
    StatusAsked,
)
from services.intake.domain.drafts import asks_of, current_ask, dropped, without_draft
from services.intake.domain.forms import Field, Form, Question
from services.intake.domain.numbers import answer_number
from services.intake.domain.words import Intent
from shared.values import Attachment, Malformed

DOCUMENT_TYPES: Final = frozenset({"image/jpeg", "image/png", "application/pdf"})  # what verification can look at
MAX_BUTTONS: Final = 3  # WhatsApp's limit of an interactive message


# Without a draft


def _menu(text: str, context: DialogueContext, **values: str) -> Say:
    titles = "\n".join(f"{number}. {form.title}" for number, form in enumerate(context.menu.forms.values(), start=1))
    services = tuple(f"service:{code}" for code in context.menu.forms)
    return Say(text, {"services": titles, **values}, (*services[: MAX_BUTTONS - 1], "status"))


def show_menu(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Show the menu of services."""
    return conversation, (_menu("menu", context),)


def not_understood(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Say that the message was not understood, and offer the menu."""
    return conversation, (_menu("not_understood", context),)


def file_without_draft(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Say that a file belongs to a request, and offer the menu."""
    return conversation, (_menu("file_without_draft", context),)


def nothing_to_cancel(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Say that no request is begun."""
    return conversation, (_menu("nothing_to_cancel", context),)


def nothing_to_confirm(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Say that no request is begun; or how it stands, where it was filed already."""
    if context.open_requests:  # the button was pressed twice
        return conversation, (StatusAsked(None),)
    return conversation, (_menu("nothing_to_confirm", context),)


def pass_over(conversation: Conversation, _act: Act, _context: DialogueContext) -> Outcome:
    """Answer nothing."""
    return conversation, ()


def start(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Begin a draft and ask the first question."""
    service = act.service if isinstance(act, Intent) else ""
    form = context.menu.forms.get(service)
    if form is None:
        return conversation, (_menu("service_not_open", context, service=context.menu.others.get(service, service)),)
    if context.is_at_limit:
        return conversation, (Say("limit_reached", buttons=("status", "menu")),)
    draft = Draft(form.service, context.at, outreach_source=context.outreach_source, needs_selfie=not context.is_linked)
    return _ask_next(replace(conversation, draft=draft), context, (Say("start", {"service": form.title}),))


# With a draft


def resume(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Join a greeting, the menu or another service to the open draft, so that nothing typed is lost by a slip."""
    if conversation.draft is not None and conversation.draft.service not in context.menu.forms:  # closed since
        return without_draft(conversation), (*dropped(conversation.draft), _menu("menu", context))
    return _ask_next(conversation, context, (Say("resume", {"service": _form(conversation, context).title}),))


def edit_late(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Return the person believes that an answer was mended, and it was not: say so, and how to mend it."""
    if conversation.draft is None or conversation.draft.service not in context.menu.forms:
        return resume(conversation, act, context)
    return _ask_next(conversation, context, (Say("edit_late"),))


def cancel(conversation: Conversation, _act: Act, _context: DialogueContext) -> Outcome:
    """Drop the draft."""
    return without_draft(conversation), (*dropped(conversation.draft), Say("cancelled", buttons=("menu",)))


def answer(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Take a typed answer to the open question."""
    ask, draft = current_ask(conversation, context.menu), conversation.draft
    if ask is None or draft is None or not isinstance(act, Intent):
        return resume(conversation, act, context)
    if ask.question is Question.DOCUMENT:
        return conversation, (_wants(ask),)
    try:
        answered = answer_number(draft, ask.question, act.text)
    except Malformed as malformed:
        return conversation, (Say(f"wrong_{malformed.code}"),)
    return _unless_open(replace(conversation, draft=answered), context)


def _unless_open(conversation: Conversation, context: DialogueContext) -> Outcome:
    """Ask the next question; if the same request is already open for this person, drop the draft and say so."""
    draft = conversation.draft
    twin = _twin(draft, context) if draft else None
    if twin is None:
        return _ask_next(conversation, context)
    return without_draft(conversation), (*dropped(draft), Say("already_open", {"receipt": twin.receipt}, ("status", "menu")))


def _twin(draft: Draft, context: DialogueContext) -> OpenRequest | None:
    nik = draft.nik.text if draft.nik else ""
    return next((one for one in context.open_requests if (one.service, one.nik) == (draft.service, nik)), None)


def take_file(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Take a file as the answer to the open question."""
    ask, draft = current_ask(conversation, context.menu), conversation.draft
    if ask is None or draft is None:
        return resume(conversation, act, context)
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


def refuse_file(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Say why a file can't be used."""
    ask = current_ask(conversation, context.menu)
    if ask is None or not isinstance(act, RefusedFile):
        return resume(conversation, act, context)
    return conversation, (_trouble(act.trouble, ask) if ask.question is Question.DOCUMENT else _wants(ask),)


def refuse_other(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Say what is wanted instead."""
    ask = current_ask(conversation, context.menu)
    return (conversation, (_wants(ask),)) if ask else resume(conversation, act, context)


def confirm_early(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Confirmed before everything is there: say what is missing."""
    ask = current_ask(conversation, context.menu)
    return (conversation, (Say(f"missing_{ask.name}", _document(ask)),)) if ask else resume(conversation, act, context)


def confirm(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Complete the form, so that a request is filed."""
    draft = conversation.draft
    if draft is None or draft.service not in context.menu.forms or current_ask(conversation, context.menu) is not None:
        return resume(conversation, act, context)
    if context.is_at_limit:
        return conversation, (Say("limit_reached_later", buttons=("confirm", "cancel")),)
    if _twin(draft, context) is not None:  # filed meanwhile from another phone of the same person
        return _unless_open(conversation, context)
    return without_draft(conversation), (FormCompleted(draft),)


def wants_confirm(conversation: Conversation, _act: Act, _context: DialogueContext) -> Outcome:
    """Ask again for the confirmation."""
    return conversation, (Say("wants_confirm", buttons=("confirm", "cancel")),)


# In every stage


def status(conversation: Conversation, act: Act, _context: DialogueContext) -> Outcome:
    """Ask for the state of a request; or say that the receipt number is wrong."""
    if isinstance(act, Intent) and act.receipt_wrong:
        return conversation, (Say("receipt_wrong"),)
    return conversation, (StatusAsked(act.receipt if isinstance(act, Intent) else None),)


def show_help(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Say what the office can do."""
    titles = "\n".join(f"- {counter.title}" for counter in context.menu.counters.values())
    return conversation, (Say("help", {"in_person": titles}, _onward(conversation)),)


def in_person(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Say where a service is offered that is not online."""
    counter = context.menu.counters.get(act.service) if isinstance(act, Intent) else None
    if counter is None:
        return resume(conversation, act, context) if conversation.draft else not_understood(conversation, act, context)
    values = {"service": counter.title, "place": counter.place, "hours": counter.hours}
    return conversation, (Say("in_person", values, _onward(conversation)),)


# Steps


def _ask_next(conversation: Conversation, context: DialogueContext, before: tuple[Fact, ...] = ()) -> Outcome:
    ask = current_ask(conversation, context.menu)
    if ask is not None:
        return replace(conversation, stage=Stage.ASKING), (*before, Say(f"ask_{ask.name}", _document(ask)))
    return replace(conversation, stage=Stage.CONFIRMING), (*before, _summary(conversation, context))


def _summary(conversation: Conversation, context: DialogueContext) -> Say:
    draft, form = conversation.draft, _form(conversation, context)
    titles = [ask.title for ask in (asks_of(draft, context.menu) if draft else ()) if ask.question is Question.DOCUMENT]
    values = {
        "service": form.title,
        "nik": draft.nik.masked if draft and draft.nik else "-",
        "kk_number": draft.kk_number.masked if draft and draft.kk_number else "-",
        "documents": "\n".join(f"- {title}" for title in titles),
    }
    return Say("summary", values, ("confirm", "cancel"))


def _form(conversation: Conversation, context: DialogueContext) -> Form:
    service = conversation.draft.service if conversation.draft else ""
    return context.menu.forms.get(service) or Form(service, service, (), ())


def _wants(ask: Field) -> Say:
    return Say(f"wants_{ask.name}", _document(ask))


def _trouble(trouble: FileTrouble, ask: Field) -> Say:
    return Say(f"file_{trouble}", _document(ask))


def _document(ask: Field) -> dict[str, str]:
    return {"document": ask.title} if ask.title else {}


def _onward(conversation: Conversation) -> tuple[str, ...]:
    return ("resume", "cancel") if conversation.draft else ("menu", "status")
