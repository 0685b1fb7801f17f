"""Where people give up: drafts that ended without a request, by the question that was open. Pure (ADR 53)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from services.intake.domain.answers import open_question
from services.intake.domain.chat import Conversation, Draft, Fact, FormCompleted, Say
from services.intake.domain.drafts import drafts_of
from services.intake.domain.forms import ServiceMenu
from services.intake.domain.outreach.funnel import SUMMARY

_KNOWN: Final = "already_open"
"""What is said where somebody asks for what they have asked for already: they gave nothing up."""


def given_up(before: Conversation, after: Conversation, facts: Sequence[Fact]) -> tuple[Draft, ...]:
    """Return the drafts that a chat has no more and that became no request. What mends a returned request gave up nothing: that stays."""
    kept = {(draft.service, draft.began_at) for draft in drafts_of(after)}
    is_filed = any(isinstance(fact, FormCompleted) or (isinstance(fact, Say) and fact.text == _KNOWN) for fact in facts)
    ended = [draft for draft in drafts_of(before) if (draft.service, draft.began_at) not in kept and draft.mends is None]
    return tuple(draft for draft in ended if not (is_filed and draft is before.draft))


def stopped_at(draft: Draft, menu: ServiceMenu, today: date) -> str:
    """Return the question that a draft stopped at: its service, and the name of its sentences."""
    form = menu.form_of(draft.service)
    question = open_question(draft, form, today) if form is not None else None
    return f"{draft.service}.{question.name if question else SUMMARY}"
