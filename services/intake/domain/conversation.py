"""The dialogue of PAK'DE ON: a pure state machine. `decide(conversation, act, world)` gives the next state and the facts to act on.

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
    Attachment,
    Conversation,
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
    Said,
    SentFile,
    Stage,
    StatusAsked,
    UnfetchedFile,
    World,
)
from services.intake.domain.forms import Ask, Desk, Form, Question
from services.intake.domain.numbers import answer_number
from services.intake.domain.words import Intent, Meaning
from shared.values import Malformed

DRAFT_LIFETIME: Final = timedelta(days=7)  # personal data of somebody who went away is not kept longer
DOCUMENT_TYPES: Final = frozenset({"image/jpeg", "image/png", "application/pdf"})  # what verification can look at
MAX_BUTTONS: Final = 3  # WhatsApp's limit of an interactive message
_MAX_UNMOVED: Final = 10  # texts; WhatsApp lets a text be edited for 15 minutes
_FILE, _FILE_REFUSED, _OTHER, _EDIT = "file", "file_refused", "other", "edit"


def decide(conversation: Conversation, act: Act, world: World) -> Outcome:
    """Take one message. Total: every act in every stage has an answer."""
    conversation, stale = expire(conversation, world.at)
    first = conversation.outreach_source or world.outreach_source
    conversation, world = replace(conversation, outreach_source=first), replace(world, outreach_source=first)
    name = _act_name(act)
    step = _TABLE.get((conversation.stage, name)) or _ANYWHERE[name]
    after, facts = step(conversation, act, world)
    touched = world.at if conversation.touched_at is None else max(world.at, conversation.touched_at)
    if any(isinstance(fact, FormCompleted) for fact in facts):
        after = replace(after, outreach_source=None)
    return replace(after, touched_at=touched, unmoved=_unmoved(conversation, after, act, world.wamid)), stale + facts


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


def awaits_file(conversation: Conversation, desk: Desk) -> bool:
    """Whether a file would be an answer now: others are not fetched at all."""
    ask = current_ask(conversation, desk)
    return ask is not None and ask.question is Question.DOCUMENT


def current_ask(conversation: Conversation, desk: Desk) -> Ask | None:
    """The question that is open: the first of the form that the draft does not answer."""
    draft = conversation.draft
    if draft is None:
        return None
    return next((ask for ask in _asks(draft, desk) if not _answered(draft, ask)), None)


def _asks(draft: Draft, desk: Desk) -> tuple[Ask, ...]:
    return desk.asks(draft.service, with_selfie=draft.needs_selfie)


def _answered(draft: Draft, ask: Ask) -> bool:
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


def _menu(text: str, world: World, **values: str) -> Said:
    titles = "\n".join(f"{number}. {form.title}" for number, form in enumerate(world.desk.forms.values(), start=1))
    services = tuple(f"service:{code}" for code in world.desk.forms)
    return Said(text, {"services": titles, **values}, (*services[: MAX_BUTTONS - 1], "status"))


def _show_menu(conversation: Conversation, _act: Act, world: World) -> Outcome:
    return conversation, (_menu("menu", world),)


def _not_understood(conversation: Conversation, _act: Act, world: World) -> Outcome:
    return conversation, (_menu("not_understood", world),)


def _file_without_draft(conversation: Conversation, _act: Act, world: World) -> Outcome:
    return conversation, (_menu("file_without_draft", world),)


def _nothing_to_cancel(conversation: Conversation, _act: Act, world: World) -> Outcome:
    return conversation, (_menu("nothing_to_cancel", world),)


def _nothing_to_confirm(conversation: Conversation, _act: Act, world: World) -> Outcome:
    if world.open_requests:  # the button was pressed twice
        return conversation, (StatusAsked(None),)
    return conversation, (_menu("nothing_to_confirm", world),)


def _pass_over(conversation: Conversation, _act: Act, _world: World) -> Outcome:
    return conversation, ()


def _start(conversation: Conversation, act: Act, world: World) -> Outcome:
    service = act.service if isinstance(act, Intent) else ""
    form = world.desk.forms.get(service)
    if form is None:
        return conversation, (_menu("service_not_open", world, service=world.desk.others.get(service, service)),)
    if world.is_at_limit:
        return conversation, (Said("limit_reached", buttons=("status", "menu")),)
    draft = Draft(form.service, world.at, outreach_source=world.outreach_source, needs_selfie=not world.is_linked)
    return _ask_next(replace(conversation, draft=draft), world, (Said("start", {"service": form.title}),))


# With a draft


def _resume(conversation: Conversation, _act: Act, world: World) -> Outcome:
    """A greeting, the menu or another service while a draft is open: it is joined, so that nothing typed is lost by a slip."""
    if conversation.draft is not None and conversation.draft.service not in world.desk.forms:  # closed since
        return _without_draft(conversation), (*_dropped(conversation.draft), _menu("menu", world))
    return _ask_next(conversation, world, (Said("resume", {"service": _form(conversation, world).title}),))


def _edit_late(conversation: Conversation, act: Act, world: World) -> Outcome:
    """The person believes that an answer was mended, and it was not: say so, and how to mend it."""
    if conversation.draft is None or conversation.draft.service not in world.desk.forms:
        return _resume(conversation, act, world)
    return _ask_next(conversation, world, (Said("edit_late"),))


def _cancel(conversation: Conversation, _act: Act, _world: World) -> Outcome:
    return _without_draft(conversation), (*_dropped(conversation.draft), Said("cancelled", buttons=("menu",)))


def _answer(conversation: Conversation, act: Act, world: World) -> Outcome:
    ask, draft = current_ask(conversation, world.desk), conversation.draft
    if ask is None or draft is None or not isinstance(act, Intent):
        return _resume(conversation, act, world)
    if ask.question is Question.DOCUMENT:
        return conversation, (_wants(ask),)
    try:
        answered = answer_number(draft, ask.question, act.text)
    except Malformed as malformed:
        return conversation, (Said(f"wrong_{malformed.code}"),)
    return _unless_open(replace(conversation, draft=answered), world)


def _unless_open(conversation: Conversation, world: World) -> Outcome:
    """Go on, but for somebody whose request is already open: the place is that of the first one."""
    draft = conversation.draft
    twin = _twin(draft, world) if draft else None
    if twin is None:
        return _ask_next(conversation, world)
    return _without_draft(conversation), (*_dropped(draft), Said("already_open", {"receipt": twin.receipt}, ("status", "menu")))


def _twin(draft: Draft, world: World) -> OpenRequest | None:
    nik = draft.nik.text if draft.nik else ""
    return next((one for one in world.open_requests if (one.service, one.nik) == (draft.service, nik)), None)


def _take_file(conversation: Conversation, act: Act, world: World) -> Outcome:
    ask, draft = current_ask(conversation, world.desk), conversation.draft
    if ask is None or draft is None:
        return _resume(conversation, act, world)
    if ask.question is not Question.DOCUMENT or not isinstance(act, SentFile):
        return conversation, (_wants(ask),)
    if act.media_type not in DOCUMENT_TYPES:
        return conversation, (FilesDropped((act.file_id,)), _trouble(FileTrouble.WRONG_TYPE, ask))
    if any(attachment.sha256 == act.sha256 for attachment in draft.attachments):
        same = any(attachment.file_id == act.file_id for attachment in draft.attachments)
        dropped = () if same else (FilesDropped((act.file_id,)),)
        return conversation, (*dropped, _trouble(FileTrouble.SAME_FILE, ask))
    attachment = Attachment(act.file_id, ask.name, act.media_type, act.size_bytes, act.sha256)
    return _ask_next(replace(conversation, draft=replace(draft, attachments=(*draft.attachments, attachment))), world)


def _refuse_file(conversation: Conversation, act: Act, world: World) -> Outcome:
    ask = current_ask(conversation, world.desk)
    if ask is None or not isinstance(act, RefusedFile):
        return _resume(conversation, act, world)
    return conversation, (_trouble(act.trouble, ask) if ask.question is Question.DOCUMENT else _wants(ask),)


def _refuse_other(conversation: Conversation, act: Act, world: World) -> Outcome:
    ask = current_ask(conversation, world.desk)
    return (conversation, (_wants(ask),)) if ask else _resume(conversation, act, world)


def _confirm_early(conversation: Conversation, act: Act, world: World) -> Outcome:
    """Confirmed before everything is there: say what is missing."""
    ask = current_ask(conversation, world.desk)
    return (conversation, (Said(f"missing_{ask.name}", _document(ask)),)) if ask else _resume(conversation, act, world)


def _confirm(conversation: Conversation, act: Act, world: World) -> Outcome:
    draft = conversation.draft
    if draft is None or draft.service not in world.desk.forms or current_ask(conversation, world.desk) is not None:
        return _resume(conversation, act, world)
    if world.is_at_limit:
        return conversation, (Said("limit_reached_later", buttons=("confirm", "cancel")),)
    if _twin(draft, world) is not None:  # filed meanwhile from another phone of the same person
        return _unless_open(conversation, world)
    return _without_draft(conversation), (FormCompleted(draft),)


def _wants_confirm(conversation: Conversation, _act: Act, _world: World) -> Outcome:
    return conversation, (Said("wants_confirm", buttons=("confirm", "cancel")),)


# In every stage


def _status(conversation: Conversation, act: Act, _world: World) -> Outcome:
    if isinstance(act, Intent) and act.receipt_wrong:
        return conversation, (Said("receipt_wrong"),)
    return conversation, (StatusAsked(act.receipt if isinstance(act, Intent) else None),)


def _help(conversation: Conversation, _act: Act, world: World) -> Outcome:
    titles = "\n".join(f"- {counter.title}" for counter in world.desk.counters.values())
    return conversation, (Said("help", {"in_person": titles}, _onward(conversation)),)


def _in_person(conversation: Conversation, act: Act, world: World) -> Outcome:
    counter = world.desk.counters.get(act.service) if isinstance(act, Intent) else None
    if counter is None:
        return _resume(conversation, act, world) if conversation.draft else _not_understood(conversation, act, world)
    values = {"service": counter.title, "place": counter.place, "hours": counter.hours}
    return conversation, (Said("in_person", values, _onward(conversation)),)


# Steps


def _ask_next(conversation: Conversation, world: World, before: tuple[Fact, ...] = ()) -> Outcome:
    ask = current_ask(conversation, world.desk)
    if ask is not None:
        return replace(conversation, stage=Stage.ASKING), (*before, Said(f"ask_{ask.name}", _document(ask)))
    return replace(conversation, stage=Stage.CONFIRMING), (*before, _summary(conversation, world))


def _summary(conversation: Conversation, world: World) -> Said:
    draft, form = conversation.draft, _form(conversation, world)
    titles = [ask.title for ask in (_asks(draft, world.desk) if draft else ()) if ask.question is Question.DOCUMENT]
    values = {
        "service": form.title,
        "nik": draft.nik.masked if draft and draft.nik else "-",
        "kk_number": draft.kk_number.masked if draft and draft.kk_number else "-",
        "documents": "\n".join(f"- {title}" for title in titles),
    }
    return Said("summary", values, ("confirm", "cancel"))


def _form(conversation: Conversation, world: World) -> Form:
    service = conversation.draft.service if conversation.draft else ""
    return world.desk.forms.get(service) or Form(service, service, (), ())


def _wants(ask: Ask) -> Said:
    return Said(f"wants_{ask.name}", _document(ask))


def _trouble(trouble: FileTrouble, ask: Ask) -> Said:
    return Said(f"file_{trouble}", _document(ask))


def _document(ask: Ask) -> dict[str, str]:
    return {"document": ask.title} if ask.title else {}


def _onward(conversation: Conversation) -> tuple[str, ...]:
    return ("resume", "cancel") if conversation.draft else ("menu", "status")


def _without_draft(conversation: Conversation) -> Conversation:
    return replace(conversation, stage=Stage.MENU, draft=None)


def _dropped(draft: Draft | None) -> tuple[FilesDropped, ...]:
    return (FilesDropped(tuple(attachment.file_id for attachment in draft.attachments)),) if draft and draft.attachments else ()


_Step: TypeAlias = Callable[[Conversation, Act, World], Outcome]

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
