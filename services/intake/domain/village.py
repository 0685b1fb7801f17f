"""A village registrar fills in the same form as the chat for a villager, a question at a time; each may be gone back to. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from services.intake.domain.answers import OpenQuestion, fields_of, forget, open_question, pass_over, put, put_file
from services.intake.domain.chat import Draft
from services.intake.domain.files import SentFile, attachment_of
from services.intake.domain.reading import read_act
from shared.errors import Stale
from shared.reference.forms import Form
from shared.values import Attachment, Malformed


@dataclass(frozen=True, slots=True)
class VillageDraft:
    """A request that a registrar has begun. `village`: whose it is; colleagues of the same village may go on with it."""

    draft_id: str
    village: str
    registrar: str
    draft: Draft
    touched_at: datetime
    phone: str | None = field(default=None, repr=False)


def question_of(draft: Draft, form: Form, today: date, changing: str | None = None) -> OpenQuestion | None:
    """Return the question that is open; with `changing` the one of that field, as if it were not answered."""
    if changing and form.get(changing) is not None:
        draft, _ = forget(draft, changing)
    return open_question(draft, form, today)


def place_of(draft: Draft, question: OpenQuestion | None, form: Form, today: date) -> tuple[int, int]:
    """Return which question of how many this is, going by the answers so far."""
    names = [each.name for each in fields_of(draft, form, today)]
    name = (question.group or question.field).name if question else ""
    return (names.index(name) + 1 if name in names else len(names)), len(names)


def answered(
    draft: Draft, path: str, text: str, form: Form, today: date, changing: str | None = None
) -> tuple[Draft, tuple[Attachment, ...]]:
    """Return the draft with an answer, and the files that it loses.

    Raises:
        Malformed: with the code of what is wrong; Unclear where it may be one of several.
        Stale: `question_passed`: another question is open by now.
    """
    draft, lost, question = _opened(draft, path, form, today, changing)
    if not text.strip() and question.field.optional and not question.asks_more:
        return pass_over(draft, question), lost
    if question.takes_file:
        raise Malformed("text_expected")
    for each, value in read_act(draft, question, text, form, today).items():
        draft = put(draft, each, value)
    return draft, lost


def attached(
    draft: Draft, path: str, kind: str, file: SentFile, form: Form, today: date, changing: str | None = None
) -> tuple[Draft, tuple[Attachment, ...]]:
    """Return the draft with a document, and the files that it loses.

    Raises:
        Malformed: `same_file`: another document is the same photo.
        Stale: `question_passed`.
    """
    draft, lost, question = _opened(draft, path, form, today, changing)
    if not question.takes_file:
        raise Stale("question_passed", "Another question is open.")
    if any(attachment.as_sent == file.as_sent for attachment in draft.attachments):
        raise Malformed("same_file")
    kinds = question.field.any_of
    chosen = kind if kind in kinds else kinds[0]
    attachment = attachment_of(file, question.field.name, chosen)
    return put_file(draft, question, attachment), lost


def subject_of(draft: Draft, form: Form) -> str:
    """Return the first name that was answered: whom it is about, as far as it is known; empty where there is none."""
    values = form.values(draft.answers)
    return next((values[each.name] for each in form.fields if each.type == "person_name" and each.name in values), "")


def touched(known: VillageDraft, filled: Draft, at: datetime) -> VillageDraft:
    """Return what was begun with another answer."""
    return replace(known, draft=filled, touched_at=at)


def _opened(draft: Draft, path: str, form: Form, today: date, changing: str | None) -> tuple[Draft, tuple[Attachment, ...], OpenQuestion]:
    lost: tuple[Attachment, ...] = ()
    if changing and form.get(changing) is not None:
        draft, lost = forget(draft, changing)
    question = open_question(draft, form, today)
    if question is None or question.path != path:
        raise Stale("question_passed", "Another question is open.")
    return draft, lost, question
