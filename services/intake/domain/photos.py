"""The steps of the dialogue with photos: asked for, sent before they are asked for, with a caption that says what they are. Pure."""

from __future__ import annotations

from dataclasses import replace

from services.intake.domain import asking
from services.intake.domain.answers import OpenQuestion, forget, put_file
from services.intake.domain.captions import field_named, open_documents
from services.intake.domain.chat import (
    Act,
    Conversation,
    DialogueContext,
    Draft,
    Fact,
    FilesDropped,
    ListRow,
    Outcome,
    Say,
)
from services.intake.domain.drafting import DOCUMENT_TYPES, ask_next, resume, wants_confirm, with_facts
from services.intake.domain.drafts import current_question, files_dropped
from services.intake.domain.files import FileTrouble, RefusedFile, SentFile, attachment_of
from services.intake.domain.forms import is_paper
from services.intake.domain.words import Intent
from shared.reference.forms import Field, Form
from shared.values import Attachment


def take_file(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Take a file for the document that its caption names, else for the open question, else for the only document that is left."""
    draft = conversation.draft
    form = context.menu.form_of(draft.service) if draft else None
    if draft is None or form is None:
        return resume(conversation, act, context)
    if not isinstance(act, SentFile):
        return _wanted(conversation, current_question(conversation, context.menu, context.today), act, context)
    return _take(conversation, draft, form, act, context)


def _take(conversation: Conversation, draft: Draft, form: Form, act: SentFile, context: DialogueContext) -> Outcome:
    question = current_question(conversation, context.menu, context.today)
    left = open_documents(draft, form, context.today)
    named = field_named(draft, form, act.caption, context.menu, context.today)
    field = named or (question.field if question is not None and question.takes_file else None) or (left[0] if len(left) == 1 else None)
    if field is None and not left:
        return with_facts(_wanted(conversation, question, act, context), (FilesDropped((act.file_id,)),))
    if trouble := _trouble(draft, act, field or left[0], context):
        return conversation, trouble
    if field is not None and act.flaws and field.name not in draft.flaws_told and is_paper(field):
        told = replace(draft, flaws_told=(*draft.flaws_told, field.name))
        said = Say(f"photo_{act.flaws[0]}", {"document": context.menu.document(field)})
        return replace(conversation, draft=told), (FilesDropped((act.file_id,)), said)
    if field is None:
        kept = replace(draft, loose=(*draft.loose, attachment_of(act, "", "")))
        return replace(conversation, draft=kept), (_which(left, context),)
    placed = _placed(conversation, draft, field, attachment_of(act, field.name, _kind(draft, form, field, act, context)), context)
    is_asked = named is None and question is not None and question.field == field
    return placed if is_asked else with_facts(placed, (Say("photo_kept", {"document": context.menu.document(field)}),))


def refuse_file(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Say why a file can't be used."""
    question, draft = current_question(conversation, context.menu, context.today), conversation.draft
    if question is None or draft is None or not isinstance(act, RefusedFile):
        return resume(conversation, act, context)
    if not question.takes_file:
        return conversation, asking.wants(draft, question, context.menu)
    return conversation, (Say(f"file_{act.trouble}", {"document": context.menu.document(question.field)}),)


def file_returned(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Take a file that the open question wants at once; where it wants words, first say what came back and why."""
    question = current_question(conversation, context.menu, context.today)
    if question is None or not question.takes_file:
        return resume(conversation, act, context)
    return refuse_file(conversation, act, context) if isinstance(act, RefusedFile) else take_file(conversation, act, context)


def name_photo(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Take the first photo that waits for a name as the document that is named now."""
    draft, name = conversation.draft, act.topic if isinstance(act, Intent) else ""
    form = context.menu.form_of(draft.service) if draft else None
    if draft is None or form is None:
        return resume(conversation, act, context)
    field = next((each for each in open_documents(draft, form, context.today) if each.name == name), None)
    if field is None or not draft.loose:
        return ask_next(conversation, context, (Say("photo_none"),))
    photo, *rest = draft.loose
    said = Say("photo_kept", {"document": context.menu.document(field)})
    attachment = replace(photo, field=field.name, kind=field.any_of[0])
    return with_facts(_placed(conversation, replace(draft, loose=tuple(rest)), field, attachment, context), (said,))


def _wanted(conversation: Conversation, question: OpenQuestion | None, act: Act, context: DialogueContext) -> Outcome:
    if question is None or conversation.draft is None:
        return wants_confirm(conversation, act, context)
    return conversation, asking.wants(conversation.draft, question, context.menu)


def _trouble(draft: Draft, file: SentFile, field: Field, context: DialogueContext) -> tuple[Fact, ...]:
    """Return what is wrong with a file; nothing where it can be kept."""
    document = {"document": context.menu.document(field)}
    if file.media_type not in DOCUMENT_TYPES:
        return FilesDropped((file.file_id,)), Say(f"file_{FileTrouble.WRONG_TYPE}", document)
    twins = [known for known in (*draft.attachments, *draft.loose) if known.as_sent == file.as_sent]
    if not twins:
        return ()
    again = () if any(known.file_id == file.file_id for known in twins) else (FilesDropped((file.file_id,)),)
    return (*again, Say(f"file_{FileTrouble.SAME_FILE}", document))


def _placed(conversation: Conversation, draft: Draft, field: Field, attachment: Attachment, context: DialogueContext) -> Outcome:
    """Put a file in the place of its document; one that was there before is not needed any more."""
    emptied, lost = forget(draft, field.name) if any(known.field == field.name for known in draft.attachments) else (draft, ())
    filled = put_file(emptied, OpenQuestion(field, field.name), attachment)
    moved, facts = ask_next(replace(conversation, draft=filled), context)
    return moved, (*files_dropped(draft, lost), *facts)


def _which(left: tuple[Field, ...], context: DialogueContext) -> Say:
    rows = tuple(ListRow(f"photo:{field.name}", context.menu.document(field), context.menu.document(field)) for field in left)
    return Say("photo_which", rows=rows[: asking.MAX_ROWS])


def _kind(draft: Draft, form: Form, field: Field, file: SentFile, context: DialogueContext) -> str:
    """Return which of a document's kinds a file shows: the one that its caption names, else the first."""
    for kind in field.any_of if len(field.any_of) > 1 else ():
        only = replace(form, fields=(replace(field, any_of=(kind,), when=None),))
        if field_named(draft, only, file.caption, context.menu, context.today) is not None:
            return kind
    return field.any_of[0]
