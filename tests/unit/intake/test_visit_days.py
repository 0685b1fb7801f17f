"""The places of a day: as many as there are, each kept by who has it, free again for somebody else."""

from datetime import date

import pytest

from services.intake.domain.visit_days import DAY_PROBLEMS, DayRefused, VisitDay, day_key, freed, is_full, taken
from services.intake.store.visit_days import VISIT_DAYS

DAY = VisitDay(day_key("ikd", date(2026, 12, 1)))


def test_a_day_is_full_when_its_places_are_taken_and_a_place_is_taken_once() -> None:
    one = taken(taken(DAY, "r-1"), "r-1")
    assert not is_full(one, 2)
    both = taken(one, "r-2")
    assert is_full(both, 2)
    assert not is_full(freed(both, "r-1"), 2)
    assert freed(both, "r-3") == both


@pytest.mark.parametrize("code", DAY_PROBLEMS)
def test_a_refusal_names_the_field(code: str) -> None:
    refused = DayRefused("visit_day", code)
    assert [(problem.field, problem.code) for problem in refused.problems] == [("answers.visit_day", code)]


def test_a_day_lies_as_it_was_and_goes_a_month_after_it() -> None:
    both = taken(taken(DAY, "r-1"), "r-2")
    doc = {"_id": both.key, **VISIT_DAYS.to_doc(both)}
    assert VISIT_DAYS.from_doc(doc) == both
    assert (doc["expires_at"].date() - date(2026, 12, 1)).days == 30
