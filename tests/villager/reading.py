"""What somebody takes out of a message of the office: what is asked, what is offered, how it ended. By its sentences, whatever they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from deploy.local.chat import RECEIPT, text_of
from services.intake.domain.asking import GROUPS
from services.intake.domain.forms import SELFIE_FIELD
from services.intake.domain.texts import DialogueTexts
from services.intake.wiring.texts import TEMPLATES, read_texts
from shared.reference.catalogue import CivilService, catalogue
from shared.reference.forms import Field
from shared.reference.labels import field_label

_PLACEHOLDER: Final = re.compile(r"\{[a-z_]+\}")
_LEAST_SENTENCE: Final = 12  # letters of a piece by which a sentence is known again; shorter ones stand in others too
_ROW: Final = re.compile(r"\*([^*\n]+?) (\d{1,2})(?: dari \d{1,2})?\*")
MISREAD: Final = frozenset(
    {"not_understood", "question_unknown", "wants_document", "wants_text", "wants_confirm", "missing", "cannot_skip", "file_without_draft"}
)
"""Texts by which the office says that something else was wanted; so do those about wrong answers and files."""


@dataclass(frozen=True)
class Question:
    """A question of a form. `asks_more`: whether there is one more row of `group`."""

    field: Field
    group: Field | None = None
    asks_more: bool = False

    @property
    def name(self) -> str:
        """The name of its sentences, and what a report calls it."""
        if self.asks_more:
            return f"{self.field.name}[]"
        return f"{self.group.name}.{self.field.name}" if self.group else self.field.name


@dataclass(frozen=True)
class Heard:
    """A message as it was understood. `said`: the names of the texts that it is made of; `row`: of a question about a row, from 0."""

    message: Mapping[str, Any]
    said: frozenset[str] = frozenset()
    question: Question | None = None
    row: int = 0

    @property
    def text(self) -> str:
        """What it says."""
        return text_of(self.message)

    @property
    def choices(self) -> Mapping[str, str]:
        """What it offers to press or to choose: id -> title."""
        content = self.message["content"]
        sections = content.get("list", {}).get("sections", ())
        return {each["id"]: each["title"] for each in (*content.get("buttons", ()), *(row for part in sections for row in part["rows"]))}

    @property
    def in_list(self) -> bool:
        """Whether what it offers is a list."""
        return "list" in self.message["content"]

    @property
    def receipt(self) -> str:
        """The receipt that it names; empty where it names none."""
        return next(iter(RECEIPT.findall(self.text)), "")

    @property
    def is_misread(self) -> bool:
        """Whether it says that the last message did not fit."""
        return bool(self.said & MISREAD) or any(name.startswith(("wrong_", "file_")) for name in self.said)


class Reader:
    """Reads as somebody who wants one service: knows what its questions are about, and its name."""

    def __init__(self, service: CivilService) -> None:
        self.service = service
        self._texts = _texts()
        self._questions = [(question, _pieces(sentence)) for question in _questions(service) for sentence in self._sentences(question)]
        self._said = {name: pieces for name, text in self._texts.texts.items() if "." not in name and (pieces := _pieces(text))}

    def read(self, message: Mapping[str, Any]) -> Heard:
        """Understand a message."""
        text = text_of(message)
        said = frozenset(name for name, pieces in self._said.items() if _end(pieces, text) is not None)
        found = [(end, sum(map(len, pieces)), place) for place, (_, pieces) in enumerate(self._questions) if (end := _end(pieces, text))]
        question = self._questions[max(found)[2]][0] if found else None
        return Heard(message, said, question, self._row(question, text) if question else 0)

    @property
    def group(self) -> str:
        """The group of the menu that it stands in."""
        return next((name for name, members in GROUPS.items() if self.service.group in members), "more")

    def names_another(self, heard: Heard) -> bool:
        """Return whether a message is about another service by name, and not about this one."""
        names = {service.name for service in catalogue().services.values() if f"*{service.name}*" in heard.text}
        return bool(names) and self.service.name not in names

    def number_in(self, heard: Heard) -> str:
        """Return the number under which a menu lists the service; empty where it does not."""
        found = re.search(rf"^(\d+)\. {re.escape(self.service.name)}$", heard.text, re.MULTILINE)
        return found.group(1) if found else ""

    def _sentences(self, question: Question) -> Iterator[str]:
        field, texts = question.field, self._texts
        if question.asks_more:
            yield from filter(None, (texts.sentence(self.service.id, f"{field.name}.{what}") for what in ("any", "more")))
            return
        document = " atau ".join(catalogue().attachment_name(kind) for kind in field.any_of)
        asked = [texts.sentence(self.service.id, f"{question.name}.{what}") for what in ("ask", "again")]
        yield from filter(None, asked)
        if field.is_document:
            names = ("ask_document", "wants_document", "file_wrong_type", "file_too_large", "file_not_readable", "file_same_file")
            yield from (texts.texts[name].replace("{document}", document) for name in names if name in texts.texts)
        elif not any(asked) and f"ask_{field.type}" in texts.texts:
            yield texts.texts[f"ask_{field.type}"]

    def _row(self, question: Question, text: str) -> int:
        """Return the row that a question is about, by the heading above it."""
        if question.group is None:
            return 0
        called = field_label(self.service.id, question.group.name)
        rows = [int(number) for label, number in _ROW.findall(text) if label == called]
        return rows[-1] - 1 if rows else 0


@cache
def reader_of(service: str) -> Reader:
    """Return who reads for a service."""
    return Reader(catalogue().get(service))


@cache
def _texts() -> DialogueTexts:
    return read_texts(TEMPLATES)


def _questions(service: CivilService) -> Iterator[Question]:
    for field in (*service.form.fields, SELFIE_FIELD):
        if field.is_group:
            yield Question(field, asks_more=True)
            yield from (Question(cell, field) for cell in field.fields)
        else:
            yield Question(field)


def _pieces(template: str) -> tuple[str, ...]:
    """Return what of a text is always the same, in order; nothing where that is too little to know it by."""
    pieces = tuple(piece for part in _PLACEHOLDER.split(template) if len(piece := part.strip()) > 1)
    return pieces if any(len(piece) >= _LEAST_SENTENCE for piece in pieces) else ()


def _end(pieces: tuple[str, ...], text: str) -> int | None:
    """Return where a sentence ends in a text, where it stands there last; None where it does not."""
    if not pieces or (begin := text.rfind(pieces[0])) < 0:
        return None
    end = begin + len(pieces[0])
    for piece in pieces[1:]:
        begin = text.find(piece, end)
        if begin < 0:
            return None
        end = begin + len(piece)
    return end
