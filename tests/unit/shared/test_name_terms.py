"""Names as they are searched for: spellings meet, and every beginning of a word finds it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values.name_terms import name_beginnings, name_terms

NAMES = st.text(alphabet=st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=1, max_size=12)


def finds(typed: str, name: str) -> bool:
    terms = name_terms(name)
    return all(any(term.startswith(begin) for term in terms for begin in begins) for begins in name_beginnings(typed))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("aminah", "SITI AMINAH"),
        ("aminah siti", "SITI AMINAH"),
        ("Sitti Aminnah", "SITI AMINAH"),
        ("ami sit", "SITI AMINAH"),
        ("soekarno", "SUKARNO PUTRO"),
        ("sukarno", "SOEKARNO"),
        ("djoko tjipto", "JOKO CIPTO WIBOWO"),
        ("joko", "DJOKO SUSILO"),
        ("mohammad", "MUHAMAD ALI"),
        ("moch", "MOCHAMMAD ALI"),
        ("moc", "MOCHAMMAD ALI"),
        ("achmad", "AKHMAD YANI"),
        ("ahmad", "ACHMAD JANI"),
        ("nuraini", "NUR'AINI"),
        ("nur\u2019aini", "NURAINI"),
        ("rizki", "RISKY PRATAMA"),
        ("setio", "SETYO BUDI"),
        ("saeful", "SAIFUL ANWAR"),
        ("hil\u00e1ng", "HILANG"),
    ],
)
def test_a_name_is_found(typed: str, name: str) -> None:
    assert finds(typed, name)


@pytest.mark.parametrize(("typed", "name"), [("minah", "SITI AMINAH"), ("siti budi", "SITI AMINAH"), ("amir", "SITI AMINAH")])
def test_another_name_is_not(typed: str, name: str) -> None:
    assert not finds(typed, name)


@given(NAMES, st.integers(min_value=1))
def test_every_beginning_of_a_word_finds_it(word: str, length: int) -> None:
    assert finds(word[: 1 + length % len(word)], word)


@given(NAMES)
def test_terms_are_no_numbers_and_stay_as_they_are(word: str) -> None:
    assert all(term == term.lower() for term in name_terms(word))
    assert name_terms("") == ()
