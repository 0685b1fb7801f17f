"""What an officer wrote about a request, as a notice brings it: a question, news of it, the day of a visit, the answer that ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.texts import NoticeTexts

_HOME: Final = "home"  # where an officer meets people on a day that is told


@dataclass(frozen=True, slots=True)
class OfficerWords:
    """The words. `key`: of their effect; `values`: what the text may name beside the receipt."""

    kind: NoticeKind
    key: str
    values: tuple[tuple[str, str], ...]


def question_words(question_id: str, text: str) -> OfficerWords:
    """Return what an officer wants to know."""
    return OfficerWords(NoticeKind.QUESTION, f"question:{question_id}", (("question", text),))


def answered_words(reasons: Sequence[str], note: str | None, key: str, texts: NoticeTexts) -> OfficerWords:
    """Return an answer that ends a request: the sentences of its reasons, and what the officer wrote."""
    said = "\n".join(texts.reason(code) for code in dict.fromkeys(reasons))
    written = texts.note_block(note) if said else note or ""
    return OfficerWords(NoticeKind.ANSWERED, f"answered:{key}", (("reasons", said), ("note", written)))


def told_words(text: str, visit_on: date | None, visit_at: str | None, key: str, texts: NoticeTexts) -> OfficerWords:
    """Return what an officer tells of a request that stays open; `visit_on`: the day on which they meet, and `visit_at` where."""
    if visit_on is None:
        return OfficerWords(NoticeKind.TOLD, f"told:{key}", (("text", text),))
    kind = NoticeKind.VISIT_HOME if visit_at == _HOME else NoticeKind.VISIT_OFFICE
    return OfficerWords(kind, f"told:{key}", (("text", text), ("day", texts.day(visit_on))))
