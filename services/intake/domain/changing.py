"""The steps of the dialogue that change an answer: the list of answers to choose from, and the one that is asked again. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from services.intake.domain import asking
from services.intake.domain.answers import fields_of, forget, open_question
from services.intake.domain.chat import Act, Conversation, DialogueContext, Draft, ListRow, Outcome, Say, Stage
from services.intake.domain.drafting import ask_next, resume
from services.intake.domain.drafts import files_dropped
from services.intake.domain.several import field_called
from services.intake.domain.words import Intent, Meaning
from shared.reference.forms import Field, Form

_BY_NAME: Final = re.compile(r"\s*(?:ubah|ganti|koreksi|perbaiki|betulkan|salah)\s+(?:jawaban\s+|isian\s+)?(.+)", re.IGNORECASE)


def named(conversation: Conversation, act: Act, context: DialogueContext) -> Act:
    """Return `ubah nama anak` as the change of that answer, where the draft's form has such a question."""
    draft = conversation.draft
    form = context.menu.form_of(draft.service) if draft else None
    said = _BY_NAME.fullmatch(act.text) if isinstance(act, Intent) and not act.is_pressed else None
    if draft is None or form is None or said is None or not isinstance(act, Intent) or act.number or conversation.stage is Stage.RETURNED:
        return act
    field = field_called(draft, said[1], form, context.today)
    return act if field is None else Intent(Meaning.CHANGE, text=act.text, topic=field.name)


def change(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Ask one answer again: the one of a line of the summary, or of a row of the list; where none is named, show the list."""
    draft = conversation.draft
    form = context.menu.form_of(draft.service) if draft else None
    if draft is None or form is None or not isinstance(act, Intent):
        return resume(conversation, act, context)
    fields = fields_of(draft, form, context.today)
    by_number = fields[act.number - 1].name if 0 < act.number <= len(fields) else ""
    name = by_number or act.topic.partition("[")[0]
    field = next((each for each in fields if each.name == name), None)
    if field is None or not _is_given(draft, field):
        return _list(conversation, draft, form, act, context)
    opened, lost = forget(draft, name)
    moved, facts = ask_next(replace(conversation, draft=opened), context)
    first = open_question(opened, form, context.today)
    later = first is not None and (first.group or first.field) != field
    return moved, (*files_dropped(draft, lost), *((Say("change_in_turn"),) if later else ()), *facts)


def _list(conversation: Conversation, draft: Draft, form: Form, act: Intent, context: DialogueContext) -> Outcome:
    values = form.values(draft.answers)
    rows = [
        ListRow(
            f"change:{field.name}",
            asking.shown(draft, field, values.get(field.name), context.today),
            asking.label(draft, field, context.menu),
        )
        for field in fields_of(draft, form, context.today)
        if _is_given(draft, field)
    ]
    if not rows:
        return ask_next(conversation, context, (Say("nothing_back"),))
    further = ListRow("change:", Say("change_further"), Say("change_more"))
    shown = asking.page_of(rows, act.topic.partition(asking.FURTHER)[2], further)
    return conversation, (Say("change_which", {"last": str(len(fields_of(draft, form, context.today)))}, rows=shown),)


def _is_given(draft: Draft, field: Field) -> bool:
    """Return whether there is an answer to change: also that there is none, or none any more."""
    known = {file.field for file in draft.attachments} if field.is_document else draft.answers.keys()
    return field.name in known or field.name in draft.closed
