"""The table of journeys: its rows and sums, what it says of one that failed, and the verdict."""

from __future__ import annotations

import pytest

from tests.journeys.table import Journey, Way, is_good, register_after, summary, table, troubles

CHAT = Journey("kk_baru", Way.CHAT, 2.04, 11, 14, ("kk", "ktp", "kk"), "1 joined (f_102)")
API = Journey("kk_baru", Way.API, 0.96, 11, 12, ("kk", "ktp", "kk"), "1 joined (f_102)")
FAILED = Journey("kia_baru", Way.CHAT, 60.0, trouble="JourneyError: the next question did not come")


def cells(line: str) -> list[str]:
    return [cell for cell in line.split("  ") if cell]


def test_a_journey_is_a_row_and_its_service_is_named_once() -> None:
    head, first, second, _ = table([CHAT, API]).splitlines()
    assert [cell.strip() for cell in cells(head)] == ["what", "by", "questions", "answers", "seconds", "products", "register after"]
    assert [cell.strip() for cell in cells(first)] == ["kk_baru", "chat", "11", "14", "2.0", "kk x2, ktp", "1 joined (f_102)", "ok"]
    assert [cell.strip() for cell in cells(second)] == ["API", "11", "12", "1.0", "kk x2, ktp", "1 joined (f_102)", "ok"]
    assert len({line.index("kk x2") for line in (first, second)}) == 1, "columns stand below each other"


def test_the_last_row_is_the_sum_of_what_went_well_and_of_all_the_time() -> None:
    last = table([CHAT, API, FAILED]).splitlines()[-1]
    assert [cell.strip() for cell in cells(last)] == ["all", "22", "26", "63.0", "6 documents", "2 of 3 ok"]


def test_what_failed_is_told_with_its_reason_and_has_no_numbers() -> None:
    row = table([CHAT, FAILED]).splitlines()[2]
    assert [cell.strip() for cell in cells(row)] == ["kia_baru", "chat", "60.0", "FAILED"]
    assert list(troubles([CHAT, FAILED])) == ["kia_baru by chat: JourneyError: the next question did not come (60.0 s)"]


@pytest.mark.parametrize(("journeys", "good"), [([CHAT, API], True), ([CHAT, FAILED], False), ([], False)])
def test_one_that_failed_or_none_at_all_is_no_success(journeys: list[Journey], *, good: bool) -> None:
    assert is_good(journeys) is good
    assert summary(journeys)["good"] is good


def test_the_numbers_for_programs() -> None:
    assert summary([CHAT, API, FAILED]) == {
        "good": False,
        "journeys": 3,
        "failed": ["kia_baru by chat"],
        "documents": 6,
        "longest_seconds": 60.0,
    }


def test_the_register_after_says_how_many_and_on_what() -> None:
    assert register_after(None) == "as before"
    died = {"basis": "akta_kematian", "effects": {"died": 1, "changed": 2}, "addresses": 0}
    assert register_after(died) == "2 changed, 1 died (akta_kematian)"
    assert register_after({"basis": "f_103", "effects": {}, "addresses": 1}) == "1 new address (f_103)"
