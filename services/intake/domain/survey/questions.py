"""What the survey asks: the nine elements of PermenPANRB 14/2017, each with four answers, 1 the worst; the words are data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from services.intake.domain.spelling import Speller

ELEMENTS: Final = ("u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8", "u9")
"""Requirements, procedure, time, cost, product, competence, conduct, facilities, complaints (attachment, chapter II)."""
VALUES: Final = (1, 2, 3, 4)
_OF_IT: Final = "nya"  # behind any word
LOW: Final = 2
"""Up to here an answer is a bad one, and its person is offered to complain."""


@dataclass(frozen=True, slots=True)
class SurveyElement:
    """One element as people read it.

    `ask`: the question; `answers`: the words of 1 to 4; `about`: what somebody complains about who gave it a low value; `topic`: the code
    of such a complaint (`complaint_topic`); `plan`: what the office does where it is one of the weakest.
    """

    code: str
    name: str
    ask: str
    answers: tuple[str, ...]
    about: str
    topic: str
    plan: str


@dataclass(frozen=True, slots=True)
class RemarkTopic:
    """Something that people write about: words and phrases that stand for it."""

    code: str
    name: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SurveyQuestions:
    """The elements in their order, and the topics that free words are grouped by."""

    elements: tuple[SurveyElement, ...] = ()
    topics: tuple[RemarkTopic, ...] = ()

    def element(self, number: int) -> SurveyElement:
        """Return the element of a question, counted from 1."""
        return self.elements[number - 1]

    def named(self, code: str) -> SurveyElement | None:
        """Return the element of a code; None for what is none."""
        return next((each for each in self.elements if each.code == code), None)

    def lowest(self, sheet: Mapping[str, int]) -> SurveyElement | None:
        """Return the element that a person gave their lowest value, the first of several; None where none is low."""
        low = [each for each in self.elements if sheet.get(each.code, LOW + 1) <= LOW]
        return min(low, key=lambda each: sheet[each.code], default=None)


def is_whole(sheet: Mapping[str, int]) -> bool:
    """Return whether every element has one of its values: what is counted is always whole."""
    return set(sheet) == set(ELEMENTS) and all(value in VALUES for value in sheet.values())


def topics_of(text: str, topics: Iterable[RemarkTopic], speller: Speller) -> tuple[str, ...]:
    """Return the topics of a text: those of which a phrase stands in it, both as the lexicon writes words."""
    said = _plain(text, speller)
    return tuple(topic.code for topic in topics if any(_plain(phrase, speller) in said for phrase in topic.phrases))


def _plain(text: str, speller: Speller) -> str:
    return f" {' '.join(word.removesuffix(_OF_IT) for word in speller.read(text))} "
