"""A list changes by law while people answer: the draft keeps what it was told, a new answer is of the list in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.intake.domain.chat import DialogueContext
from shared.reference.lists import regulations
from tests.unit.intake.talks import KK, NIK, WORLD, begun, completed, question_of, said, spoken, talk, walk

MAIN = {"nik": NIK, "kk_number": KK, "basis_on": "1-1-2026"}
OLD_LIST = replace(WORLD, today=regulations()["6/2026"].valid_from - timedelta(days=1))
"""The day before the lists of education and occupation changed by law."""


def on(days: int) -> DialogueContext:
    """So many days after the change."""
    return replace(WORLD, today=regulations()["6/2026"].valid_from + timedelta(days=days))


def test_a_draft_keeps_what_it_was_told_before_the_list_changed_by_law() -> None:
    answers = {**MAIN, "changes.element": "1", "changes.education": "Diploma IV/Strata I"}
    kept, _ = walk(begun("kk_ubah"), answers, OLD_LIST, until="changes[]")
    done, asked = walk(kept, MAIN, on(60))
    assert "changes.education" not in asked
    assert completed(done, on(60)).draft.answers["changes"][0]["education"] == "bachelor"


@pytest.mark.parametrize(("days", "is_taken"), [(30, True), (31, False)])
def test_a_button_of_the_older_list_is_taken_for_a_while_then_the_nearest_are_offered(days: int, *, is_taken: bool) -> None:
    asked, _ = walk(begun("kk_ubah"), {**MAIN, "changes.element": "1"}, OLD_LIST, until="changes.education")
    conversation, facts = talk(asked, "bachelor", context=on(days))
    assert (question_of(conversation, on(days)) == question_of(asked, on(days))) != is_taken
    assert (said(facts) == ["wrong_choice_not_in_force", "candidates"]) != is_taken


def test_the_list_that_is_shown_is_the_one_of_the_day() -> None:
    for context, shown, hidden in ((OLD_LIST, "Diploma IV/Strata I", "PAUD/TK"), (on(0), "PAUD/TK", "Diploma IV/Strata I")):
        conversation, _ = walk(begun("kk_ubah"), MAIN, context, until="changes.element")
        _, facts = talk(conversation, "1", context=context)
        assert shown in spoken(facts)
        assert hidden not in spoken(facts)
