"""The reader of an answer: one value by the field's type; a NIK and the number of a family card also in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from shared.reference.forms import Field
from shared.typed import long_numbers
from shared.values import KkNumber, Malformed, Nik

NIK: Final = "nik"
KK_NUMBER: Final = "kk_number"
_WORDS: Final = {KK_NUMBER: ("kk", "kartu keluarga"), NIK: ("nik", "ktp")}
_TWO: Final = 2


def read_answer(field: Field, text: str, today: date, answers: Mapping[str, Any], *, pair: bool = False) -> Mapping[str, Any]:
    """Return what a text answers, by field: the field itself, or the applicant's NIK and family card together.

    Args:
        field: The open question's field.
        text: What the person wrote.
        today: The office's day.
        answers: The answers so far.
        pair: Whether both the applicant's NIK and the family card are questions of the form, and neither stands in a row of a group.

    Raises:
        Malformed: as the field's type; `kk_same_as_nik`, `nik_same_as_kk`; `numbers_unclear`: it can't be told which number is which.
    """
    if field.type not in (NIK, KK_NUMBER):
        return {field.name: field.parse(text, today)}
    found = long_numbers(text)
    different = {digits for digits, _ in found}
    if len(different) < _TWO:
        return _one(field, found[0][0] if len(found) > 1 else text, today, answers)
    known = answers.get(NIK)
    if field.type == KK_NUMBER and known in different and len(different) == _TWO:
        return _one(field, next(digits for digits in different if digits != known), today, answers)
    if len(found) > _TWO or not pair or field.name != NIK:
        raise Malformed("numbers_unclear")
    nik, kk_number = _told_apart(found)
    return {NIK: nik.text, KK_NUMBER: kk_number.text}


def _one(field: Field, text: str, today: date, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    value = field.parse(text, today)
    other = {KK_NUMBER: NIK, NIK: KK_NUMBER}[field.type]
    if value == answers.get(other):
        raise Malformed("kk_same_as_nik" if field.type == KK_NUMBER else "nik_same_as_kk")
    return {field.name: value}


def _told_apart(found: tuple[tuple[str, str], ...]) -> tuple[Nik, KkNumber]:
    """Tell by the word before each, else by what it can be (a woman's NIK is no card's number), else by the order of the questions."""
    (first, _), (second, _) = found
    kinds = [_kind(before) for _, before in found]
    swapped = kinds[0] == KK_NUMBER or kinds[1] == NIK
    named = swapped or any(kinds)
    for nik, kk_number in ((second, first),) if swapped else ((first, second), (second, first))[: 1 if named else 2]:
        try:
            return Nik.parse(nik), KkNumber.parse(kk_number)
        except Malformed as malformed:
            wrong = malformed
    raise wrong if named else Malformed("numbers_unclear")


def _kind(before: str) -> str | None:
    """Return what the words before a number call it; the last one counts."""
    at = {kind: max(before.rfind(word) for word in words) for kind, words in _WORDS.items()}
    kind = max(at, key=at.__getitem__)
    return kind if at[kind] >= 0 else None
