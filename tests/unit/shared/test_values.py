from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values import RECEIPT_ALPHABET, KkNumber, Malformed, Nik, PersonName, Phone, Receipt, Sex

NIK_MAN = "3519010101850001"
NIK_WOMAN = "3519014101880002"
bodies = st.text(RECEIPT_ALPHABET, min_size=7, max_size=7)


def code_of(parse: Callable[[str], Any], text: str) -> str:
    with pytest.raises(Malformed) as caught:
        parse(text)
    assert len(text) < 4 or text not in str(caught.value)
    return caught.value.code


def test_a_nik_tells_sex_and_day_of_birth() -> None:
    assert Nik.parse(NIK_MAN).sex is Sex.MALE
    woman = Nik.parse(" 351901.410188-0002 ")
    assert woman.sex is Sex.FEMALE
    assert woman.day_of_birth == 1
    assert woman.matches_birth(date(1988, 1, 1))
    assert not woman.matches_birth(date(1988, 1, 2))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("351901010185000", "nik_not_16_digits"),
        ("35190101018500011", "nik_not_16_digits"),
        ("351901010185000A", "nik_not_16_digits"),
        ("3519013113850001", "nik_date_impossible"),
        ("3519013002850001", "nik_date_impossible"),
        ("3519017202850001", "nik_date_impossible"),
        ("3519010101850000", "nik_serial_zero"),
    ],
)
def test_a_malformed_nik_has_a_code(text: str, code: str) -> None:
    assert code_of(Nik.parse, text) == code


def test_29_february_is_a_date_of_2000_and_of_1996() -> None:
    assert Nik.parse("3519012902000001").day_of_birth == 29
    assert code_of(Nik.parse, "3519012902010001") == "nik_date_impossible"


@pytest.mark.parametrize(("text", "code"), [("1", "kk_not_16_digits"), ("3519014101100001", "kk_date_impossible")])
def test_a_malformed_kk_number_has_a_code(text: str, code: str) -> None:
    assert code_of(KkNumber.parse, text) == code


def test_numbers_never_show_themselves_by_accident() -> None:
    assert NIK_MAN not in repr(Nik.parse(NIK_MAN))
    assert "3519010101100001" not in repr(KkNumber.parse("3519010101100001"))
    assert Nik.parse(NIK_MAN).masked == "351901********01"


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "name_empty"), ("A" * 61, "name_too_long"), ("BUDI 2", "name_has_digits"), ("BUDI @ SANTOSO", "name_has_symbols")],
)
def test_a_malformed_name_has_a_code(text: str, code: str) -> None:
    assert code_of(PersonName.parse, text) == code


def test_a_name_is_capitals_with_single_blanks_and_masks_by_word() -> None:
    name = PersonName.parse("  siti   aminah ")
    assert name.text == "SITI AMINAH"
    assert name.masked == "S*** A*****"
    assert PersonName.parse("Suparno").is_one_word


@pytest.mark.parametrize("text", ["081234567890", "+62 812-3456-7890", "6281234567890", "81234567890", "(0812) 3456 7890"])
def test_a_phone_is_e164_without_the_plus(text: str) -> None:
    assert Phone.parse(text).text == "6281234567890"


@pytest.mark.parametrize("text", ["", "0351123456", "+6512345678", "0812", "08123456789012345"])
def test_a_malformed_phone_has_a_code(text: str) -> None:
    assert code_of(Phone.parse, text) == "phone_malformed"


@given(bodies)
def test_a_receipt_is_read_however_people_write_it(body: str) -> None:
    receipt = Receipt.from_body(body)
    for written in (
        receipt.text,
        receipt.text.lower(),
        receipt.text.replace("-", ""),
        receipt.text[4:],
        f" {receipt.text[4:8]} {receipt.text[9:]} ",
    ):
        assert Receipt.parse(written) == receipt


@given(bodies, st.integers(0, 7), st.sampled_from(RECEIPT_ALPHABET))
def test_every_single_wrong_character_is_caught(body: str, place: int, wrong: str) -> None:
    right = Receipt.from_body(body).text.replace("-", "")[3:]
    if right[place] != wrong:
        assert code_of(Receipt.parse, right[:place] + wrong + right[place + 1 :]) == "receipt_check_wrong"


@given(bodies, st.integers(0, 6))
def test_every_swap_of_neighbours_is_caught(body: str, place: int) -> None:
    right = Receipt.from_body(body).text.replace("-", "")[3:]
    swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    if swapped != right:
        assert code_of(Receipt.parse, swapped) == "receipt_check_wrong"
