"""Which of the numbers in an answer is which."""

from datetime import date

import pytest

from services.intake.domain.numbers import read_answer
from shared.reference.forms import Field
from shared.values import Malformed

NIK, KK = "3519081708850003", "3519081203100007"
WOMAN = "3519085904900002"
ASKED_NIK, ASKED_KK, ASKED_MOTHER = Field("nik", "nik"), Field("kk_number", "kk_number"), Field("mother_nik", "nik")
TODAY = date(2026, 11, 24)


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
    values = read_answer(ASKED_NIK, text, TODAY, {}, pair=True)
    assert (values["nik"], values.get("kk_number")) == expected


@pytest.mark.parametrize("text", [KK, f"kk: {KK}", f"{NIK} {KK}", f"{KK}, {NIK}"])
def test_a_card_is_asked(text: str) -> None:
    assert read_answer(ASKED_KK, text, TODAY, {"nik": NIK}, pair=True) == {"kk_number": KK}


@pytest.mark.parametrize(
    ("field", "answers", "text", "code"),
    [
        (ASKED_KK, {"nik": NIK}, NIK, "kk_same_as_nik"),
        (ASKED_KK, {"nik": NIK}, f"*{NIK}*", "kk_same_as_nik"),
        (ASKED_KK, {"nik": NIK}, f"{WOMAN} {KK}", "numbers_unclear"),
        (ASKED_NIK, {"kk_number": KK}, KK, "nik_same_as_kk"),
        (ASKED_MOTHER, {"nik": NIK, "kk_number": KK}, KK, "nik_same_as_kk"),
        (ASKED_MOTHER, {}, f"{WOMAN} {KK}", "numbers_unclear"),  # only the applicant's come in a pair
        (ASKED_NIK, {}, f"{NIK} {KK} {WOMAN}", "numbers_unclear"),
        (ASKED_NIK, {}, f"{WOMAN} {WOMAN[:-1]}3", "numbers_unclear"),  # neither can be a card
        (ASKED_NIK, {}, "351908170885000", "nik_not_16_digits"),
        (ASKED_NIK, {}, f"kk {WOMAN} nik {NIK}", "kk_date_impossible"),
    ],
)
def test_what_is_unclear_is_asked_again(field: Field, answers: dict[str, str], text: str, code: str) -> None:
    with pytest.raises(Malformed, match=code):
        read_answer(field, text, TODAY, answers, pair=True)


def test_the_mothers_number_may_be_the_applicants() -> None:
    assert read_answer(ASKED_MOTHER, f"NIK saya {NIK}", TODAY, {"nik": NIK}) == {"mother_nik": NIK}
