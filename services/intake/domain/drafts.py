"""The draft of a chat: its open question, and how it ends or moves to another chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from services.intake.domain.answers import OpenQuestion, fields_of, forget, open_question, path_of
from services.intake.domain.assistance import Assistance
from services.intake.domain.captions import field_named, open_documents
from services.intake.domain.chat import Conversation, Draft, Fact, FilesDropped, Stage
from services.intake.domain.filled_form import FilledForm
from services.intake.domain.forms import ServiceMenu
from shared.reference.forms import Field, Form
from shared.reference.forms.form import asked
from shared.values import Attachment

DRAFT_LIFETIME: Final = timedelta(days=7)  # personal data of somebody who went away is not kept longer
MOST_LOOSE: Final = 5  # photos that are kept though nobody knows yet which documents they are


def expire(conversation: Conversation, at: datetime) -> tuple[Conversation, tuple[Fact, ...]]:
    """Drop drafts that nobody came back to for `DRAFT_LIFETIME`; the person is told when they write again."""
    drafts = drafts_of(conversation)
    if not drafts or conversation.touched_at is None or at - conversation.touched_at <= DRAFT_LIFETIME:
        return conversation, ()
    facts = tuple(fact for draft in drafts for fact in dropped(draft))
    told = next((draft.service for draft in drafts if draft.mends is None), "")  # what mends a request is offered again
    return replace(without_draft(conversation), parked=(), expired=told), facts


def drafts_of(conversation: Conversation) -> tuple[Draft, ...]:
    """Return the draft that is being filled in, then those that are kept behind it."""
    return (*([conversation.draft] if conversation.draft else []), *conversation.parked)


def carry_over(kept: Conversation, other: Conversation) -> tuple[Conversation, Conversation]:
    """Merge two chats that turned out to be one person's: `kept` gets the drafts of `other` that it has none like, and its officer."""
    kept = replace(kept, asked=kept.asked or other.asked)
    if kept.assistance == Assistance() and other.assistance != Assistance():
        kept, other = replace(kept, assistance=other.assistance), replace(other, assistance=Assistance())
    known = {draft.service for draft in drafts_of(kept)}
    moved = tuple(draft for draft in drafts_of(other) if draft.service not in known)
    if not moved:
        return kept, other
    left = tuple(draft for draft in drafts_of(other) if draft.service in known)
    emptied = replace(without_draft(other), parked=left)
    if kept.draft is None and moved[0] is other.draft:
        going_on = replace(other, contact_id=kept.contact_id, assistance=kept.assistance, asked=kept.asked)
        return replace(going_on, parked=(*kept.parked, *moved[1:])), emptied
    return replace(kept, parked=(*kept.parked, *moved)), emptied


def awaits_file(conversation: Conversation, menu: ServiceMenu, today: date, caption: str = "") -> bool:
    """Return whether a file would be of use now, for the open question or a later one: others are not fetched at all."""
    conversation = renewed(conversation, menu, today)
    draft = conversation.draft
    form = menu.form_of(draft.service) if draft else None
    if draft is None or form is None or len(draft.loose) >= MOST_LOOSE:
        return False
    return bool(open_documents(draft, form, today)) or field_named(draft, form, caption, menu, today) is not None


def current_question(conversation: Conversation, menu: ServiceMenu, today: date) -> OpenQuestion | None:
    """Return the question that is open; None where there is no draft, or nothing is left to ask."""
    draft = conversation.draft
    form = menu.form_of(draft.service) if draft else None
    return open_question(draft, form, today) if draft and form else None


def renewed(conversation: Conversation, menu: ServiceMenu, today: date) -> Conversation:
    """Return the chat with its draft on the present version of the form: answers that it would refuse are asked again."""
    draft = conversation.draft
    form = menu.form_of(draft.service) if draft else None
    if draft is None or form is None or draft.form_version == form.version:
        return conversation
    _, problems = form.read(draft.answers, today)
    for problem in problems:
        if problem.code not in ("answer_missing", "document_missing"):
            draft, _ = forget(draft, path_of(problem.field))
    return replace(conversation, draft=replace(draft, form_version=form.version))


def completed(draft: Draft, form: Form, today: date) -> tuple[Draft, tuple[FilesDropped, ...]]:
    """Return a complete draft with only what its form asks in the end, and the files that nobody needs: some field was closed since."""
    values = form.values(draft.answers)
    fields = {field.name for field in fields_of(draft, form, today)}
    kept = {name: _asked_cells(form.get(name), value, today) for name, value in form.kept(values, today).items()}
    attachments = tuple(file for file in draft.attachments if file.field in fields)
    lost = (*(file for file in draft.attachments if file.field not in fields), *draft.loose)
    return replace(draft, answers=form.wire(kept), attachments=attachments, loose=()), files_dropped(draft, lost)


def filled_form(draft: Draft, form: Form) -> FilledForm:
    """Return a draft's answers, by the types of the form's fields, with its files."""
    return FilledForm(draft.service, draft.form_version, form.values(draft.answers), draft.attachments)


def _asked_cells(field: Field | None, value: Any, today: date) -> Any:
    if field is None or not field.is_group:
        return value
    return tuple({cell.name: row[cell.name] for cell in asked(field.fields, row, today) if cell.name in row} for row in value if row)


def without_draft(conversation: Conversation) -> Conversation:
    """Return the chat at the menu, without its draft."""
    return replace(conversation, stage=Stage.MENU, draft=None)


def dropped(draft: Draft | None) -> tuple[FilesDropped, ...]:
    """Return the fact that the draft's files are no longer needed; nothing where it has none."""
    return files_dropped(draft, (*draft.attachments, *draft.loose)) if draft else ()


def files_dropped(draft: Draft, lost: Sequence[Attachment]) -> tuple[FilesDropped, ...]:
    """Return the fact that files of a draft are no longer needed. What a returned request has stays its own; a file of neither is swept."""
    return (FilesDropped(tuple(file.file_id for file in lost)),) if lost and draft.mends is None else ()
