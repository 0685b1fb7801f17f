"""The draft of a chat: its open question, and how it ends or moves to another chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from services.intake.domain.answers import OpenQuestion, fields_of, forget, open_question, path_of
from services.intake.domain.chat import Conversation, Draft, Fact, FilesDropped, Stage
from services.intake.domain.filled_form import FilledForm
from services.intake.domain.forms import ServiceMenu
from shared.reference.forms import Field, Form
from shared.reference.forms.form import asked
from shared.values import Attachment

DRAFT_LIFETIME: Final = timedelta(days=7)  # personal data of somebody who went away is not kept longer


def expire(conversation: Conversation, at: datetime) -> tuple[Conversation, tuple[Fact, ...]]:
    """Drop a draft that nobody came back to for `DRAFT_LIFETIME`."""
    if conversation.draft is None or conversation.touched_at is None or at - conversation.touched_at <= DRAFT_LIFETIME:
        return conversation, ()
    return without_draft(conversation), dropped(conversation.draft)


def carry_over(kept: Conversation, other: Conversation) -> tuple[Conversation, Conversation]:
    """Merge two chats that turned out to be one person's: `kept` gets the draft of `other` if it has none itself."""
    kept = replace(kept, asked=kept.asked or other.asked)
    if kept.draft is not None or other.draft is None:
        return kept, other
    return replace(other, contact_id=kept.contact_id, asked=kept.asked), without_draft(other)


def awaits_file(conversation: Conversation, menu: ServiceMenu, today: date) -> bool:
    """Return whether a file would be an answer now: others are not fetched at all."""
    question = current_question(renewed(conversation, menu, today), menu, today)
    return question is not None and question.takes_file


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
    lost = tuple(file for file in draft.attachments if file.field not in fields)
    return replace(draft, answers=form.wire(kept), attachments=attachments), files_dropped(draft, lost)


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
    return files_dropped(draft, draft.attachments) if draft else ()


def files_dropped(draft: Draft, lost: Sequence[Attachment]) -> tuple[FilesDropped, ...]:
    """Return the fact that files of a draft are no longer needed. What a returned request has stays its own; a file of neither is swept."""
    return (FilesDropped(tuple(file.file_id for file in lost)),) if lost and draft.mends is None else ()
