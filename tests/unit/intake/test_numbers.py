"""Which of the numbers in an answer is which."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.intake.domain.chat import Draft
from services.intake.domain.forms import Question
from services.intake.domain.numbers import answer_number
from shared.values import Malformed, Nik

NIK, KK = "3519081708850003", "3519081203100007"
WOMAN = "3519085904900002"
DRAFT = Draft("kk_hilang", datetime(2026, 11, 24, tzinfo=UTC))
WITH_NIK = replace(DRAFT, nik=Nik(NIK))


def both(draft: Draft) -> tuple[str | None, str | None]:
    return (draft.nik.text if draft.nik else None, draft.kk_number.text if draft.kk_number else None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NIK, (NIK, None)),
        (f"NIK: {NIK}", (NIK, None)),
        (f"{NIK} {NIK}", (NIK, None)),  # twice the same is one
        (f"{NIK} {KK}", (NIK, KK)),  # in the order in which they are asked
        (f"NIK {NIK}\nKK {KK}", (NIK, KK)),
        (f"KK {KK} NIK {NIK}", (NIK, KK)),
        (f"no kartu keluarga {KK} dan nik {NIK}", (NIK, KK)),
        (f"{KK} {WOMAN}", (WOMAN, KK)),  # day 59 is a woman's: no card has it
        (f"{KK} ktp {NIK}", (NIK, KK)),
    ],
)
def test_a_nik_is_asked(text: str, expected: tuple[str, str | None]) -> None:
    assert both(answer_number(DRAFT, Question.NIK, text)) == expected


@pytest.mark.parametrize("text", [KK, f"kk: {KK}", f"{NIK} {KK}", f"{KK}, {NIK}"])
def test_a_card_is_asked(text: str) -> None:
    assert both(answer_number(WITH_NIK, Question.KK_NUMBER, text)) == (NIK, KK)


@pytest.mark.parametrize(
    ("draft", "question", "text", "code"),
    [
        (WITH_NIK, Question.KK_NUMBER, NIK, "kk_same_as_nik"),
        (WITH_NIK, Question.KK_NUMBER, f"*{NIK}*", "kk_same_as_nik"),
        (WITH_NIK, Question.KK_NUMBER, f"{WOMAN} {KK}", "numbers_unclear"),
        (DRAFT, Question.NIK, f"{NIK} {KK} {WOMAN}", "numbers_unclear"),
        (DRAFT, Question.NIK, f"{WOMAN} {WOMAN[:-1]}3", "numbers_unclear"),  # neither can be a card
        (DRAFT, Question.NIK, "351908170885000", "nik_not_16_digits"),
        (DRAFT, Question.NIK, f"kk {WOMAN} nik {NIK}", "kk_date_impossible"),
    ],
)
def test_what_is_unclear_is_asked_again(draft: Draft, question: Question, text: str, code: str) -> None:
    with pytest.raises(Malformed, match=code):
        answer_number(draft, question, text)
