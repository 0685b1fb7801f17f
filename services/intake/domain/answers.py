"""The answers of a draft: which question of its form is open, what an answer changes, and how one is taken back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from services.intake.domain.chat import Draft
from services.intake.domain.forms import SELFIE_FIELD
from shared.reference.forms import Field, Form
from shared.reference.forms.form import asked
from shared.values import Attachment

_CELL: Final = re.compile(r"([a-z0-9_]+)\[(\d+)\]\.([a-z0-9_]+)")
_MORE: Final = "[]"  # ends the path of the question whether a group gets one more row


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question. `path`: as problems name it, `witnesses[0].nik`. `row`: of the group, from 0. `asks_more`: is there one more row?

    `day`: on which it is asked, by which a list has its version; the newest where nothing is asked.
    """

    field: Field
    path: str
    group: Field | None = None
    row: int = 0
    asks_more: bool = False
    day: date = date.max

    @property
    def name(self) -> str:
        """The name of its sentences: `nik`, `witnesses.nik`, `witnesses`."""
        return f"{self.group.name}.{self.field.name}" if self.group is not None and not self.asks_more else self.field.name

    @property
    def takes_file(self) -> bool:
        """Whether a file answers it."""
        return self.field.is_document


def fields_of(draft: Draft, form: Form, today: date) -> tuple[Field, ...]:
    """Return the fields that apply, going by the answers so far, and the selfie last where one is needed."""
    return (*form.asked(form.values(draft.answers), today), *([SELFIE_FIELD] if draft.needs_selfie else []))


def open_question(draft: Draft, form: Form, today: date) -> OpenQuestion | None:
    """Return the first question of the form that the draft does not answer."""
    values = form.values(draft.answers)
    found = (_open_in(draft, field, values, today) for field in fields_of(draft, form, today))
    return next((question for question in found if question is not None), None)


def _open_in(draft: Draft, field: Field, values: Mapping[str, Any], today: date) -> OpenQuestion | None:
    if field.is_group:
        return _open_in_group(draft, field, values.get(field.name, ()), today)
    known = {attachment.field for attachment in draft.attachments} if field.is_document else values
    return None if field.name in known or field.name in draft.closed else OpenQuestion(field, field.name, day=today)


def _open_in_group(draft: Draft, group: Field, rows: Sequence[Mapping[str, Any]], today: date) -> OpenQuestion | None:
    least, most = group.count
    for number, row in enumerate([*rows, *([{}] if len(rows) < least else [])]):
        cell = next((cell for cell in asked(group.fields, row, today) if cell.name not in row), None)
        if cell is not None:
            return OpenQuestion(cell, f"{group.name}[{number}].{cell.name}", group, number, day=today)
    if len(rows) >= most or group.name in draft.closed:
        return None
    return OpenQuestion(group, f"{group.name}{_MORE}", group, len(rows), asks_more=True)


def put(draft: Draft, question: OpenQuestion, value: Any) -> Draft:
    """Return the draft with the value of a question's type as its answer."""
    given = (*draft.given, question.path)
    rows = [dict(row) for row in draft.answers.get(question.group.name, ())] if question.group else []
    if question.asks_more:
        if not value:
            return replace(draft, closed=(*draft.closed, question.field.name), given=given)
        return replace(draft, answers={**draft.answers, question.field.name: [*rows, {}]}, given=given)
    wire = question.field.kind.wire(value)
    if question.group is None:
        return replace(draft, answers={**draft.answers, question.field.name: wire}, given=given)
    rows += [{}] * (question.row + 1 - len(rows))
    rows[question.row] = {**rows[question.row], question.field.name: wire}
    return replace(draft, answers={**draft.answers, question.group.name: rows}, given=given)


def put_file(draft: Draft, question: OpenQuestion, attachment: Attachment) -> Draft:
    """Return the draft with a file as the answer to a question."""
    return replace(draft, attachments=(*draft.attachments, attachment), given=(*draft.given, question.path))


def pass_over(draft: Draft, question: OpenQuestion) -> Draft:
    """Return the draft with an optional question passed over."""
    return replace(draft, closed=(*draft.closed, question.field.name), given=(*draft.given, question.path))


def last_given(draft: Draft, form: Form, today: date) -> str | None:
    """Return the path of what was answered last, of questions that still apply; None where nothing was."""
    names = {field.name for field in fields_of(draft, form, today)}
    return next((path for path in reversed(draft.given) if path.partition("[")[0] in names), None)


def forget(draft: Draft, path: str) -> tuple[Draft, tuple[Attachment, ...]]:
    """Return the draft without the answer at a path, and the files that it loses. The path of a group loses all its rows."""
    if path.endswith(_MORE):
        return _without_more(draft, path.removesuffix(_MORE)), ()
    cell = _CELL.fullmatch(path)
    if cell is not None:
        return _without_cell(draft, path, cell[1], int(cell[2]), cell[3]), ()
    lost = tuple(attachment for attachment in draft.attachments if attachment.field == path)
    kept = replace(
        draft,
        answers={name: value for name, value in draft.answers.items() if name != path},
        attachments=tuple(attachment for attachment in draft.attachments if attachment.field != path),
        closed=tuple(name for name in draft.closed if name != path),
        given=tuple(given for given in draft.given if given != path and not given.startswith(f"{path}[")),
    )
    return kept, lost


def path_of(field: str) -> str:
    """Return the path that a problem or a reason names: `answers.witnesses[0].nik` is `witnesses[0].nik`."""
    return field.removeprefix("answers.")


def _without_more(draft: Draft, name: str) -> Draft:
    given = _without_last(draft.given, f"{name}{_MORE}")
    if name in draft.closed:
        return replace(draft, closed=tuple(each for each in draft.closed if each != name), given=given)
    rows = [row for row in draft.answers.get(name, ()) if row]
    return replace(draft, answers={**draft.answers, name: rows}, given=given)


def _without_cell(draft: Draft, path: str, name: str, number: int, cell: str) -> Draft:
    rows = [dict(row) for row in draft.answers.get(name, ())]
    if number < len(rows):
        rows[number].pop(cell, None)
    return replace(draft, answers={**draft.answers, name: rows}, given=_without_last(draft.given, path))


def _without_last(given: tuple[str, ...], path: str) -> tuple[str, ...]:
    """Return the paths without the last one that is this."""
    if path not in given:
        return given
    last = len(given) - 1 - given[::-1].index(path)
    return given[:last] + given[last + 1 :]
