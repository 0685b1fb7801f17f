"""What the office reads of what somebody wrote: nothing that tells of the person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.wording import wording
from tests.unit.intake.talks import WORDS

LEXICON = WORDS.lexicon


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Gegotong   pringgo, pak!", "gegotong pringgo pak"),
        ("NIK 3519 0817 0885 0003 hp 0812-3456-7890", "nik # hp #"),
        ("lahir 17/8/2025 rt 05", "lahir # rt 05"),
        ("resi MDN-7K4Q-9F2X kirim ke budi@contoh.id atau https://contoh.id/x", "resi # kirim ke # atau #"),
        ("nama saya Suparno mau gegotong", "nama saya … mau gegotong"),
        ("nama saya suparno wijaya mau gegotong", "nama saya … mau gegotong"),
        ("pak Bambang Sutedjo gegotong", "pak …"),
        ("mau gegotong bersama Suparno besok", "mau gegotong bersama … besok"),
        ("GEGOTONG PRINGGO", "gegotong pringgo"),
        ("saya dewi mau gegotong", "saya … mau gegotong"),
        ("😀", ""),
        ("nik 3\u20e35\u20e31\u20e39\u20e3 3*5*1*9 \u0663\u0665\u0661\u0669 3_5_1:9", "nik #"),
    ],
)
def test_numbers_addresses_and_names_that_can_be_told_are_masked(text: str, shown: str) -> None:
    assert wording(text, LEXICON, "Dewi Lestari") == shown


def test_of_a_story_the_beginning_is_kept() -> None:
    assert len(wording("gegotong " * 60, LEXICON).split()) == 26


@given(st.text(max_size=200))
def test_no_text_breaks_it_and_no_long_number_stays(text: str) -> None:
    shown = wording(text, LEXICON)
    assert not any(word.isdecimal() and len(word) > 3 for word in shown.split())
    assert shown == shown.casefold()
