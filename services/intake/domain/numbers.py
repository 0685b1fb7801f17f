"""The reader of numbers in an answer: which is the NIK and which the number of the family card."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from services.intake.domain.chat import Draft
from services.intake.domain.forms import Question
from shared.typed import long_numbers
from shared.values import KkNumber, Malformed, Nik

_KK_WORDS: Final = ("kk", "kartu keluarga")
_NIK_WORDS: Final = ("nik", "ktp")
_TWO: Final = 2


def answer_number(draft: Draft, question: Question, text: str) -> Draft:
    """Return the draft with the NIK, the number of the family card, or both, as typed.

    Raises:
        Malformed: as `Nik.parse` and `KkNumber.parse`; `kk_same_as_nik`; `numbers_unclear`: it can't be told which is which.
    """
    found = long_numbers(text)
    if len(found) < _TWO:
        return _one(draft, question, text)
    if len({digits for digits, _ in found}) == 1:
        return _one(draft, question, found[0][0])
    if len(found) > _TWO:
        raise Malformed("numbers_unclear")
    if question is Question.KK_NUMBER and draft.nik is not None:
        others = [digits for digits, _ in found if digits != draft.nik.text]
        if len(others) != 1:
            raise Malformed("numbers_unclear")
        return _one(draft, question, others[0])
    nik, kk_number = _told_apart(found)
    return _checked(replace(draft, nik=nik, kk_number=kk_number))


def _one(draft: Draft, question: Question, text: str) -> Draft:
    if question is Question.NIK:
        return _checked(replace(draft, nik=Nik.parse(text)))
    return _checked(replace(draft, kk_number=KkNumber.parse(text)))


def _checked(draft: Draft) -> Draft:
    if draft.nik is not None and draft.kk_number is not None and draft.nik.text == draft.kk_number.text:
        raise Malformed("kk_same_as_nik")
    return draft


def _told_apart(found: tuple[tuple[str, str], ...]) -> tuple[Nik, KkNumber]:
    """Tell by the word before each, else by what it can be (a woman's NIK is no card's number), else by the order of the questions."""
    (first, _), (second, _) = found
    kinds = [_kind(before) for _, before in found]
    swapped = kinds[0] is Question.KK_NUMBER or kinds[1] is Question.NIK
    named = swapped or any(kinds)
    for nik, kk_number in ((second, first),) if swapped else ((first, second), (second, first))[: 1 if named else 2]:
        try:
            return Nik.parse(nik), KkNumber.parse(kk_number)
        except Malformed as malformed:
            wrong = malformed
    raise wrong if named else Malformed("numbers_unclear")


def _kind(before: str) -> Question | None:
    """Return what the words before a number call it; the last one counts."""
    at = {
        question: max(before.rfind(word) for word in words)
        for question, words in ((Question.KK_NUMBER, _KK_WORDS), (Question.NIK, _NIK_WORDS))
    }
    question = max(at, key=at.__getitem__)
    return question if at[question] >= 0 else None
