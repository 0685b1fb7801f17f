"""A returned request as a draft: what its reasons name is asked again, everything else stays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from services.intake.domain.answers import forget, path_of
from services.intake.domain.chat import Conversation, Draft, Stage
from services.intake.domain.drafts import drafts_of
from services.intake.domain.filled_form import FilledForm
from services.intake.domain.forms import SELFIE, SELFIE_FIELD
from shared.reference.forms import Form

_PLACE: Final = re.compile(r"([a-z0-9_]+)(?:\[(\d+)\](?:\.([a-z0-9_]+))?)?")


def mending_draft(request_id: str, filled: FilledForm, form: Form, reasons: Sequence[str], at: datetime) -> Draft:
    """Return the draft that mends a returned request.

    Args:
        request_id: The request.
        filled: What it was filed with; without files where their time is over, so that they are asked again.
        form: The present form of its service.
        reasons: Why it was returned, each `code` or `code:field`; a field that the form does not have is not asked.
        at: When.
    """
    settled = tuple(field.name for field in form.fields if field.is_group or field.optional)
    draft = Draft(
        filled.service,
        at,
        filled.form_version,
        form.wire(filled.answers),
        filled.attachments,
        closed=settled,
        needs_selfie=any(file.field == SELFIE for file in filled.attachments),
        mends=request_id,
        reasons=tuple(reasons),
    )
    for reason in reasons:
        draft = _opened(draft, form, path_of(reason.partition(":")[2]))
    return draft


def offer_mending(conversation: Conversation, draft: Draft, at: datetime) -> Conversation:
    """Return the chat with the mending draft; a draft that is open goes first, one of the same service alone, open or kept."""
    if any(known.service == draft.service for known in drafts_of(conversation)):
        return conversation
    if conversation.draft is not None:
        return replace(conversation, parked=(*conversation.parked, draft))
    touched = at if conversation.touched_at is None else max(at, conversation.touched_at)
    return replace(conversation, stage=Stage.RETURNED, draft=draft, touched_at=touched, unmoved=())


def _opened(draft: Draft, form: Form, path: str) -> Draft:
    """Return the draft with the answer at a path asked again."""
    place = _PLACE.fullmatch(path)
    if place is None:
        return draft
    name, row, cell = place.groups()
    field = SELFIE_FIELD if name == SELFIE else form.get(name)
    if field is None:
        return draft
    if name == SELFIE:
        draft = replace(draft, needs_selfie=True)
    rows = draft.answers.get(name, ()) if field.is_group else ()
    if row is None or int(row) >= len(rows):
        return forget(draft, name)[0]
    for each in field.fields:
        if cell in (None, each.name):
            draft, _ = forget(draft, f"{name}[{row}].{each.name}")
    return draft
