"""Dates and ordinals in words. Every number of 1 to 9999 was compared once with the library num2words, which agrees."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.issuance.domain.in_words import Words, date_in_words, ordinal_in_words

ORDINALS = """
kesatu first, kedua second, ketiga third, keempat fourth, kelima fifth, keenam sixth, ketujuh seventh, kedelapan eighth,
kesembilan ninth, kesepuluh tenth, kesebelas eleventh, kedua belas twelfth, ketiga belas thirteenth, keempat belas fourteenth,
kelima belas fifteenth, keenam belas sixteenth, ketujuh belas seventeenth, kedelapan belas eighteenth, kesembilan belas nineteenth,
kedua puluh twentieth
"""
DAYS = """
satu first, dua second, tiga third, empat fourth, lima fifth, enam sixth, tujuh seventh, delapan eighth, sembilan ninth,
sepuluh tenth, sebelas eleventh, dua belas twelfth, tiga belas thirteenth, empat belas fourteenth, lima belas fifteenth,
enam belas sixteenth, tujuh belas seventeenth, delapan belas eighteenth, sembilan belas nineteenth, dua puluh twentieth,
dua puluh satu twenty-first, dua puluh dua twenty-second, dua puluh tiga twenty-third, dua puluh empat twenty-fourth,
dua puluh lima twenty-fifth, dua puluh enam twenty-sixth, dua puluh tujuh twenty-seventh, dua puluh delapan twenty-eighth,
dua puluh sembilan twenty-ninth, tiga puluh thirtieth, tiga puluh satu thirty-first
"""
MONTHS = """
Januari January, Februari February, Maret March, April April, Mei May, Juni June, Juli July, Agustus August,
September September, Oktober October, November November, Desember December
"""
YEARS = """
seribu sembilan ratus | nineteen hundred
seribu sembilan ratus satu | nineteen oh-one
seribu sembilan ratus sebelas | nineteen eleven
seribu sembilan ratus delapan puluh lima | nineteen eighty-five
seribu sembilan ratus sembilan puluh sembilan | nineteen ninety-nine
dua ribu | two thousand
dua ribu sembilan | two thousand and nine
dua ribu sepuluh | twenty ten
dua ribu dua puluh | twenty twenty
dua ribu dua puluh enam | twenty twenty-six
dua ribu seratus | twenty-one hundred
dua ribu seratus sebelas | twenty-one eleven
"""


def listed(text: str) -> list[Words]:
    return [Words(*pair.strip().rsplit(" ", 1)) for pair in text.split(",")]


@pytest.mark.parametrize(("number", "words"), list(enumerate(listed(ORDINALS), 1)), ids=str)
def test_children_are_counted_in_words(number: int, words: Words) -> None:
    assert ordinal_in_words(number) == words


@pytest.mark.parametrize(("day", "words"), list(enumerate(listed(DAYS), 1)), ids=str)
def test_every_day_of_a_month_is_spelled(day: int, words: Words) -> None:
    assert date_in_words(date(2026, 12, day)) == Words(
        f"{words.id} Desember dua ribu dua puluh enam", f"the {words.en} of December twenty twenty-six"
    )


@pytest.mark.parametrize(("month", "words"), list(enumerate(listed(MONTHS), 1)), ids=str)
def test_every_month_is_named(month: int, words: Words) -> None:
    spelled = date_in_words(date(2000, month, 1))
    assert spelled == Words(f"satu {words.id} dua ribu", f"the first of {words.en} two thousand")


@pytest.mark.parametrize(
    ("year", "line"),
    list(zip((1900, 1901, 1911, 1985, 1999, 2000, 2009, 2010, 2020, 2026, 2100, 2111), YEARS.strip().splitlines(), strict=True)),
)
def test_a_year_is_spelled_as_it_is_said(year: int, line: str) -> None:
    indonesian, english = line.split(" | ")
    assert date_in_words(date(year, 5, 1)) == Words(f"satu Mei {indonesian}", f"the first of May {english}")


def test_no_two_days_are_spelled_alike() -> None:
    first = date(1900, 1, 1)
    days = [first + timedelta(days=count) for count in range((date(2101, 1, 1) - first).days)]
    assert len({date_in_words(day).id for day in days}) == len({date_in_words(day).en for day in days}) == len(days)
