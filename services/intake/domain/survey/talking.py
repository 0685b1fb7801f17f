"""The survey in a chat: question by question, by lists that name what they answer, and free words at the end. Pure.

What is tapped comes back as `survey:3.2@<request>`. The answers so far lie in the chat until the last one is given, a day at most; then
they are counted and gone. What was low stays as long as the talk, so that a complaint can say what it is about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.intake.domain.survey.questions import ELEMENTS, VALUES, SurveyQuestions

TALK_LIFETIME: Final = timedelta(hours=24)  # as long as WhatsApp lets us answer freely
_TAP: Final = re.compile(r"(start|later|done|complain|words|[1-9]\.[1-4])@([0-9a-f-]{36})")
_NUMBERS: Final = {str(value): value for value in VALUES}


class SurveyMove(StrEnum):
    """What somebody does in the survey."""

    START = "start"
    LATER = "later"
    ANSWER = "answer"
    WORDS = "words"
    DONE = "done"
    COMPLAIN = "complain"


@dataclass(frozen=True, slots=True)
class SurveyTap:
    """One tap, or what was typed in its place. `number`, `value`: of an answer."""

    request_id: str
    move: SurveyMove
    number: int = 0
    value: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class SurveyTalk:
    """A survey that goes on in a chat. `low`: code of the element with the lowest value, once all were counted."""

    request_id: str
    until: datetime
    answers: tuple[int, ...] = field(default=(), repr=False)
    wants_words: bool = False
    low: str = field(default="", repr=False)

    @property
    def sheet(self) -> Mapping[str, int]:
        """The answers by element."""
        return dict(zip(ELEMENTS, self.answers, strict=False))

    @property
    def next_number(self) -> int:
        """The number of the question that is open."""
        return len(self.answers) + 1


def read_tap(text: str) -> SurveyTap | None:
    """Return what a tap says; None for what is none."""
    found = _TAP.fullmatch(text)
    if found is None:
        return None
    what, request_id = found.groups()
    if "." in what:
        number, _, value = what.partition(".")
        return SurveyTap(request_id, SurveyMove.ANSWER, int(number), int(value))
    return SurveyTap(request_id, SurveyMove(what))


def tap_of(talk: SurveyTalk, what: str) -> str:
    """Return the id of a button or row of this talk."""
    return f"{what}@{talk.request_id}"


def begin(request_id: str, at: datetime) -> SurveyTalk:
    """Return a talk at its first question."""
    return SurveyTalk(request_id, at + TALK_LIFETIME)


def answer(talk: SurveyTalk, number: int, value: int) -> SurveyTalk:
    """Return the talk with an answer; one to an earlier question takes the place of that, one to a later question none."""
    if talk.wants_words or not 1 <= number <= talk.next_number:
        return talk
    return replace(talk, answers=(*talk.answers[: number - 1], value, *talk.answers[number:]))


def counted(talk: SurveyTalk, low: str) -> SurveyTalk:
    """Return the talk whose answers were counted and are gone; free words may follow."""
    return replace(talk, answers=(), wants_words=True, low=low)


def typed(talk: SurveyTalk, text: str, questions: SurveyQuestions) -> str:
    """Return the tap that a typed text stands for: the number or the words of an answer, or free words; "" where it is none."""
    said = " ".join(text.casefold().split()).strip(".!* ")
    if talk.wants_words:
        return tap_of(talk, SurveyMove.WORDS)
    words = {word.casefold(): value for value, word in zip(VALUES, questions.element(talk.next_number).answers, strict=True)}
    value = _NUMBERS.get(said) or words.get(said)
    return tap_of(talk, f"{talk.next_number}.{value}") if value else ""
