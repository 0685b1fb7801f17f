"""Several answers in one message: in lines with labels (`Nama: Siti Aminah`), in lines, or with commas between. Pure.

Without labels a message is only taken apart where it is no answer as a whole; a piece goes to the question that is open by then, else to
the first open one of a type that shows by itself what it is, such as a number of sixteen digits or a village.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.intake.domain.answers import OpenQuestion, fields_of, open_question, put
from services.intake.domain.chat import Act, Conversation, DialogueContext, Draft, Stage
from services.intake.domain.reading import is_answered_by, read_act
from services.intake.domain.words import Intent, Meaning, plain
from shared.reference.forms import Field, Form
from shared.reference.labels import field_label
from shared.typed import long_numbers
from shared.values import Malformed

_LABELLED: Final = re.compile(r"[\s*•\d.)-]*([^\d\W][^:=\n]{1,40}?)\s*[:=]\s*(\S.*)")
_SAME_WORDS: Final = {"tgl": "tanggal", "no": "nomor", "nomer": "nomor", "akte": "akta", "jln": "jalan", "dusun": "alamat", "desa": "desa"}
_IDLE: Final = frozenset(("saya", "nya", "lengkap", "yang", "si", "e"))
_UNITS: Final = frozenset(("cm", "kg", "g", "gr", "gram", "kilo", "ke"))
_JOINED: Final = re.compile(r"[\n,;:=]")
_SHOWS_ITSELF: Final = frozenset({"nik", "kk_number", "date", "time", "phone", "village", "person_name", "moving_letter"})
_LONG: Final = frozenset({"nik", "kk_number"})
_MOST: Final = 30  # pieces of a message; whoever sends more copied something else


@dataclass(frozen=True, slots=True)
class Given:
    """The draft with several answers. `fields`: the fields that were answered; `left`: pieces that were not understood."""

    draft: Draft
    fields: tuple[Field, ...]
    left: tuple[str, ...] = ()


def read_several(draft: Draft, question: OpenQuestion, text: str, form: Form, today: date) -> Given | None:
    """Return what a message answers at once; None where it is one answer, or nothing that fits."""
    lines = [line.strip() for line in re.split(r"[\n;]+", text) if line.strip()][:_MOST]
    labelled = [_labelled(draft, line, form, today) for line in lines]
    if any(labelled):
        given = _by_label(draft, lines, labelled, form, today)
        return given if len(given.fields) > 1 or (given.fields and given.fields[0] != (question.group or question.field)) else None
    pieces = lines if len(lines) > 1 else [piece.strip() for piece in text.split(",") if piece.strip()][:_MOST]
    if len(pieces) < 2 or _is_one_answer(draft, question, text, pieces, form, today):  # noqa: PLR2004 - several
        return None
    given = _in_turn(draft, pieces, form, today)
    return given if len(pieces) - len(given.left) > 1 and pieces[0] not in given.left else None


def as_answers(conversation: Conversation, act: Act, context: DialogueContext) -> Act:
    """Return a typed text with several answers in it as what it is, whatever else its words may mean."""
    draft = conversation.draft
    form = context.menu.form_of(draft.service) if draft else None
    if draft is None or form is None or conversation.stage is not Stage.ASKING or not isinstance(act, Intent) or act.is_pressed:
        return act
    question = open_question(draft, form, context.today)
    if question is None or not _JOINED.search(act.text) or read_several(draft, question, act.text, form, context.today) is None:
        return act
    return Intent(Meaning.ANSWER, text=act.text)


def field_called(draft: Draft, name: str, form: Form, today: date) -> Field | None:
    """Return the field that somebody names, an unanswered one first: `nama` is `Nama anak`; None where there is none."""
    said = _words(name)
    if not said:
        return None
    found = [(field, _words(field_label(draft.service, field.name) or "")) for field in fields_of(draft, form, today)]
    fitting = [(field.name in draft.answers, len(label - said), field) for field, label in found if said <= label]
    return min(fitting, key=lambda each: each[:2])[2] if fitting else None


def _is_one_answer(draft: Draft, question: OpenQuestion, text: str, pieces: Sequence[str], form: Form, today: date) -> bool:
    """Return whether a message is rather one answer: it fits the question as a whole, or it is the pair of numbers."""
    if question.takes_file or question.asks_more:
        return True
    if question.field.type in _LONG:
        return len(pieces) == len(long_numbers(text)) or bool(_in_turn(draft, pieces, form, today).left)
    if long_numbers(text):
        return False
    if question.field.type == "text":
        given = _in_turn(draft, pieces, form, today, only_next=True)
        return "\n" not in text or len(given.fields) < len(pieces) - 1 or len(given.fields) < 2  # noqa: PLR2004 - several
    return is_answered_by(draft, question, text, form, today)


def _by_label(draft: Draft, lines: Sequence[str], labelled: Sequence[tuple[Field, str] | None], form: Form, today: date) -> Given:
    fields: list[Field] = []
    left: list[str] = []
    for line, found in zip(lines, labelled, strict=True):
        after = _put(draft, OpenQuestion(found[0], found[0].name), found[1], form, today) if found else None
        if after is None or found is None:
            left.append(line)
            continue
        draft = after
        fields.append(found[0])
    rest = _in_turn(draft, left, form, today)
    return Given(rest.draft, (*fields, *rest.fields), rest.left)


def _in_turn(draft: Draft, pieces: Sequence[str], form: Form, today: date, *, only_next: bool = False) -> Given:
    fields: list[Field] = []
    left: list[str] = []
    for piece in pieces:
        for question in _questions(draft, form, today, only_next=only_next):
            after = _put(draft, question, piece, form, today)
            if after is not None:
                draft = after
                fields.append(question.group or question.field)
                break
        else:
            left.append(piece)
    return Given(draft, tuple(dict.fromkeys(fields)), tuple(left))


def _questions(draft: Draft, form: Form, today: date, *, only_next: bool) -> Iterator[OpenQuestion]:
    """Yield the open question, then the later ones that are not answered and whose answers show what they are."""
    question = open_question(draft, form, today)
    if question is not None and not question.takes_file and not question.asks_more:
        yield question
    if only_next:
        return
    for field in fields_of(draft, form, today):
        if field.type in _SHOWS_ITSELF and field.name not in draft.answers and field.name not in draft.closed:
            yield OpenQuestion(field, field.name)


def _put(draft: Draft, question: OpenQuestion, text: str, form: Form, today: date) -> Draft | None:
    if question.field.type == "number" and not _is_bare(draft, question.field, text):
        return None
    try:
        values = read_act(draft, question, text, form, today)
    except Malformed:
        return None
    for each, value in values.items():
        draft = put(draft, each, value)
    return draft


def _is_bare(draft: Draft, field: Field, text: str) -> bool:
    """Return whether a piece is a number with nothing but its name and unit: the 5 of `Jalan Melati 5` is none."""
    words = {word for word in _words(text) if not word[0].isdigit()}
    return words <= {*_words(field_label(draft.service, field.name) or ""), *_UNITS}


def _labelled(draft: Draft, line: str, form: Form, today: date) -> tuple[Field, str] | None:
    found = _LABELLED.fullmatch(line)
    field = field_called(draft, found[1], form, today) if found else None
    return (field, found[2]) if found and field is not None and not field.is_document and not field.is_group else None


def _words(text: str) -> set[str]:
    return {_SAME_WORDS.get(word, word) for word in plain(text).split()} - _IDLE
