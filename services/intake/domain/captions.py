"""Which document a photo is, by what was written below it. Pure."""

from __future__ import annotations

from datetime import date

from services.intake.domain.answers import fields_of
from services.intake.domain.chat import Draft
from services.intake.domain.forms import ServiceMenu
from services.intake.domain.words import plain
from shared.reference.attachments import attachment_words
from shared.reference.forms import Field, Form


def open_documents(draft: Draft, form: Form, today: date) -> tuple[Field, ...]:
    """Return the documents that are still to be sent, going by the answers so far."""
    sent = {file.field for file in draft.attachments}
    return tuple(
        field for field in fields_of(draft, form, today) if field.is_document and field.name not in sent and field.name not in draft.closed
    )


def field_named(draft: Draft, form: Form, caption: str, menu: ServiceMenu, today: date) -> Field | None:
    """Return the document of the form that a caption names, an open one first; None where it names none."""
    said = f" {plain(caption)} "
    if not said.strip():
        return None
    documents = [field for field in fields_of(draft, form, today) if field.is_document]
    named = [(max(_named(kind, said, menu) for kind in field.any_of), field) for field in documents]
    longest = max((length for length, _ in named), default=0)
    found = [field for length, field in named if length == longest and length]
    still_open = {field.name for field in open_documents(draft, form, today)}
    return next((field for field in found if field.name in still_open), found[0] if found else None)


def _named(kind: str, said: str, menu: ServiceMenu) -> int:
    """Return the length of the longest of a document's names that stands in a text; 0 where none does."""
    name = plain(menu.catalogue.attachment_name(kind))
    names = {name, kind.replace("_", " "), *attachment_words(kind)}
    return max((len(each) for each in names if f" {each} " in said), default=0)
