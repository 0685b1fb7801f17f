"""What people write for an occupation is one of the 108 of the regulation: of a table of phrases most are read, the rest is asked about.

`occupations.tsv` grew with the words; `occupations_held_out.tsv` was written before them, and no word was added for it.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

import pytest

from shared.reference.forms import Field, Unclear
from shared.reference.lists import code_list
from shared.values import Malformed

TODAY: Final = date(2026, 11, 29)
OCCUPATION: Final = Field.of({"name": "occupation", "type": "choice", "choices": "occupation"})
TABLES: Final = ("occupations.tsv", "occupations_held_out.tsv")
LEAST_RIGHT, LEAST_OFFERED, MOST_WRONG = 0.85, 0.95, 0.03
OFFERED_AT_ONCE: Final = 3  # buttons of a message


class Outcome(StrEnum):
    RIGHT = "right"
    OFFERED = "offered"
    """Not taken, but among three that are asked about."""
    WRONG = "wrong"
    """Another one is taken without asking."""
    MISSED = "missed"


def phrases(table: str) -> list[tuple[str, frozenset[str]]]:
    lines = Path(__file__).with_name(table).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(phrase, frozenset(codes.split())) for phrase, codes in rows]


def outcome(phrase: str, right: frozenset[str]) -> Outcome:
    try:
        return Outcome.RIGHT if OCCUPATION.parse(phrase, TODAY) in right else Outcome.WRONG
    except Unclear as unclear:
        return Outcome.OFFERED if right & set(unclear.candidates[:OFFERED_AT_ONCE]) else Outcome.MISSED
    except Malformed:
        return Outcome.MISSED


@pytest.mark.parametrize("table", TABLES)
def test_most_phrases_are_read_nearly_all_are_offered_and_few_are_taken_wrongly(table: str) -> None:
    rows = phrases(table)
    found = {phrase: outcome(phrase, right) for phrase, right in rows}
    counted = Counter(found.values())
    missing = {phrase: each.value for phrase, each in found.items() if each in (Outcome.WRONG, Outcome.MISSED)}
    assert counted[Outcome.RIGHT] >= LEAST_RIGHT * len(rows), counted
    assert counted[Outcome.RIGHT] + counted[Outcome.OFFERED] >= LEAST_OFFERED * len(rows), missing
    assert counted[Outcome.WRONG] <= MOST_WRONG * len(rows), missing


def test_the_tables_are_of_enough_phrases_each_once_and_of_codes_that_there_are() -> None:
    rows = [row for table in TABLES for row in phrases(table)]
    assert len(phrases(TABLES[0])) >= 120
    assert len({phrase for phrase, _ in rows}) == len(rows)
    assert {code for _, codes in rows for code in codes} <= set(code_list("occupation").on(TODAY).rows)


@pytest.mark.parametrize("polite", ["kerjanya {} pak", "{} bu", "saya {}", "{}."])
def test_words_beside_it_change_nothing(polite: str) -> None:
    for phrase, right in phrases(TABLES[0])[:60]:
        if len(phrase.split()) <= 4 and outcome(phrase, right) is Outcome.RIGHT:
            assert outcome(polite.format(phrase), right) is Outcome.RIGHT, phrase


@pytest.mark.parametrize(
    ("written", "code"),
    [("sopir tangki pertamina", "o081"), ("karyawan pln", "o016"), ("karyawan", None), ("bukan petani", None), ("buruh kapal", "o079")],
)
def test_the_first_word_counts_a_general_one_never_beside_unknown_ones(written: str, code: str | None) -> None:
    assert code_list("occupation").on(TODAY).find(written) == code


def test_a_general_word_alone_is_asked_about() -> None:
    with pytest.raises(Unclear) as caught:
        OCCUPATION.parse("karyawan percetakan", TODAY)
    assert [OCCUPATION.show(code, TODAY) for code in caught.value.candidates] == ["Karyawan Swasta", "Karyawan BUMN", "Karyawan BUMD"]
