"""What a text means to the open question: a command that is an answer there, and the values it gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from services.intake.domain.answers import OpenQuestion
from services.intake.domain.chat import Act, Conversation, DialogueContext, Draft, Say, Stage
from services.intake.domain.drafts import current_question
from services.intake.domain.numbers import KK_NUMBER, NIK, read_answer
from services.intake.domain.words import Intent, Meaning, plain
from shared.reference.forms import Field, Form, NotHere, Unclear
from shared.reference.regions import find_regency
from shared.values import HOME_REGENCY, Malformed

_COMMANDS: Final = frozenset({Meaning.CANCEL, Meaning.STATUS, Meaning.HELP, Meaning.MENU, Meaning.BACK, Meaning.OFFICER})
_NEVER_WORDS: Final = frozenset({Meaning.SERVICE, Meaning.IN_PERSON, Meaning.CHANGE})
"""Meanings that a text of somebody's own words may have by chance."""
_CLOSED_TYPES: Final = frozenset({"choice", "yes_no", "number", "time"})
"""Types whose answers are so narrow that whatever fits is one: `P` for Perempuan, `2` for the second row, `ya`."""
_DIGIT_TYPES: Final = frozenset({"nik", "kk_number", "date", "time", "number", "phone", "moving_letter"})
_LONGEST_QUESTION: Final = 14  # words; what is longer where free text is asked for is a story
_PLACES: Final = frozenset({"village", "regency", "country"})
_WRITTEN: Final = frozenset({"text", "village", "regency", "country"})
_SAME: Final = frozenset(
    ("sama", "sami", "podo", "padha", "idem", "sda", "sama saja", "sama seperti di atas", "sama dengan di atas", "alamat sama", "sama juga")
)
_NAME_BEFORE: Final = re.compile(
    r"\s*(?:nama(?:nya)?(?:\s+(?:lengkap|saya|kulo|anak|anaknya|bayi|bayinya|saksi|ibu|ayah))*|jenenge|asmanipun)(?:\s+(?:adalah|yaitu|itu))?\s*[:=]?\s+",
    re.IGNORECASE,
)
_REGENCY_DIGITS: Final = 4
MORE: Final = Field("more", "yes_no")


def as_answer(conversation: Conversation, act: Act, context: DialogueContext) -> Act:
    """Return a typed command as an answer where the open question takes it as one."""
    question = current_question(conversation, context.menu, context.today)
    if (
        not isinstance(act, Intent)
        or act.is_pressed
        or (act.meaning in _COMMANDS and not act.is_guess)
        or conversation.stage is not Stage.ASKING
    ):
        return act
    if question is None or question.takes_file:
        return act
    field = MORE if question.asks_more else question.field
    if act.is_guess:
        return _guess_or_answer(act, field, context.today)
    if field.optional and field.type not in _CLOSED_TYPES and _is_no(act.text, context.today):
        return replace(act, meaning=Meaning.SKIP)
    if act.meaning is Meaning.CONFIRM and field.type == "yes_no":
        return Intent(Meaning.ANSWER, text="ya")
    return replace(act, meaning=Meaning.ANSWER) if _is_answer(field, act, context.today) else act


def _guess_or_answer(act: Intent, field: Field, today: date) -> Act:
    """Return what was read out of somebody's own words as the answer that it may be; a question to us stays one.

    Words that mean something to the lexicon may be a name, a street, a story: where such an answer is open, they are it unless they ask.
    """
    if field.optional and field.type not in _CLOSED_TYPES and _is_no(act.text, today):
        return replace(act, meaning=Meaning.SKIP)
    if (
        act.is_question
        and field.type not in _CLOSED_TYPES
        and act.meaning is not Meaning.UNSURE
        and len(act.text.split()) <= _LONGEST_QUESTION
    ):
        return act
    try:
        field.parse(act.text, today)
    except NotHere:
        return replace(act, meaning=Meaning.ANSWER)
    except Malformed:
        is_wrong = field.type in _DIGIT_TYPES and any(letter.isdecimal() for letter in act.text)
        return replace(act, meaning=Meaning.ANSWER) if is_wrong else act
    return replace(act, meaning=Meaning.ANSWER)


def _is_no(text: str, today: date) -> bool:
    """Return whether somebody says in words that there is nothing to answer: `tidak`, `belum pak`."""
    try:
        return not text.strip().isdecimal() and MORE.parse(text, today) is False
    except Malformed:
        return False


def _is_answer(field: Field, act: Intent, today: date) -> bool:
    is_closed = field.type in _CLOSED_TYPES
    if is_closed and act.meaning is Meaning.SERVICE and act.number:
        return True  # a number that happens to stand in the menu too
    if not is_closed and act.meaning not in _NEVER_WORDS:
        return False
    try:
        field.parse(act.text, today)
    except NotHere:
        return True
    except Malformed:
        return False
    return True


def is_answered_by(draft: Draft, question: OpenQuestion, text: str, form: Form, today: date) -> bool:
    """Return whether a whole text answers the question, or may be one of several answers to it, or is one that is not taken here."""
    try:
        read_act(draft, question, text, form, today)
    except (Unclear, NotHere):
        return True
    except Malformed:
        return False
    return True


def read_clear(before: str, draft: Draft, question: OpenQuestion, text: str, form: Form, today: date) -> Mapping[OpenQuestion, Any]:
    """Return what a text answers, together with the answer before it where that one was not clear: `Sidorejo`, then `Wungu`.

    Raises:
        Malformed: with the code of what is wrong.
    """
    if before and question.field.type in _PLACES:
        try:
            return read_act(draft, question, f"{before} {text}", form, today)
        except Malformed:
            pass  # something else was written: it counts alone
    return read_act(draft, question, text, form, today)


def elsewhere(values: Mapping[OpenQuestion, Any]) -> tuple[Say, ...]:
    """Say so where the number of the family card is another office's: the first digits are the region of whoever recorded it last."""
    number = next((value for question, value in values.items() if question.path == KK_NUMBER), None)
    regency = find_regency(number[:_REGENCY_DIGITS]) if number and not number.startswith(HOME_REGENCY) else None
    return (Say("other_regency", {"regency": regency.name.title()}),) if regency else ()


def read_act(draft: Draft, question: OpenQuestion, text: str, form: Form, today: date) -> Mapping[OpenQuestion, Any]:
    """Return what a text answers: the open question, or the applicant's NIK and family card together.

    Raises:
        Malformed: with the code of what is wrong.
    """
    if question.asks_more:
        return {question: MORE.parse(text, today)}
    field, text = question.field, _spoken(question.field, text)
    if field.type in _WRITTEN and plain(text) in _SAME:
        return {question: _as_before(draft, question)}
    pair = question.group is None and form.get(NIK) is not None and form.get(KK_NUMBER) is not None
    values = read_answer(field, text, today, draft.answers, pair=pair)
    if len(values) == 1:
        return {question: values[field.name]}
    return {OpenQuestion(field, field.name): values[field.name] for field in form.fields if field.name in values}


def _spoken(field: Field, text: str) -> str:
    """Return an answer without what people say before a name: `nama saya Siti Aminah`."""
    return _NAME_BEFORE.sub("", text, count=1) if field.type == "person_name" else text


def _as_before(draft: Draft, question: OpenQuestion) -> Any:
    """Return the value of the row before for `sama`.

    Raises:
        Malformed: `same_unknown`: there is none.
    """
    rows = draft.answers.get(question.group.name, ()) if question.group is not None else ()
    before = [row[question.field.name] for row in rows[: question.row] if question.field.name in row]
    if not before:
        raise Malformed("same_unknown")
    return question.field.kind.value(before[-1])
