"""Participation and yardsticks, against examples that were worked by hand."""

from datetime import date
from pathlib import Path

import pytest

from services.intake.domain.outreach.participation import CrudeRates, Need, needing, participation, without_small
from services.intake.domain.outreach.yardsticks import AccountActivity, Yardstick, yardsticks
from shared.reference.outreach import yardstick_words
from shared.reference.regions import villages
from shared.reference.residents import VillageResidents, read_residents

PEOPLE = {
    "a": VillageResidents(2000, 500, 200, 1500, 15),
    "b": VillageResidents(1000, 250, 100, 750, 8),
    "c": VillageResidents(1000, 250, 100, 750, 8),
}


def test_people_served_of_a_thousand_with_rank_gap_and_trend() -> None:
    rows = participation({"a": 8, "b": 8, "": 5}, {"a": 10, "b": 2}, PEOPLE)
    assert [(row.village, row.per_thousand, row.gap, row.trend, row.rank) for row in rows] == [
        ("b", 8.0, 4.0, 6.0, 1),
        ("a", 4.0, 0.0, -1.0, 2),
        ("c", 0.0, -4.0, 0.0, 3),
    ]


def test_villages_with_the_same_share_have_the_same_rank() -> None:
    assert [row.rank for row in participation({}, {}, PEOPLE)] == [1, 1, 1]


def test_who_needs_it_is_named() -> None:
    rates, year = CrudeRates(12.0, 8.0), (date(2026, 1, 1), date(2026, 12, 31))
    assert [needing(need, PEOPLE["a"], rates, *year) for need in Need] == [200.0, 15.0, 24.0, 16.0]
    assert needing(Need.BIRTH, PEOPLE["a"], rates, date(2026, 1, 1), date(2026, 3, 14)) == pytest.approx(24 / 5)


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"a": 12, "b": 7, "c": 3}, {"a": 12, "b": None, "c": None}),
        ({"a": 12, "b": 4, "c": 3}, {"a": 12, "b": None, "c": None}),
        ({"a": 12, "b": 5, "c": 0}, {"a": 12, "b": 5, "c": 0}),
        ({"a": 3}, {"a": None}),
        ({"a": 3, "b": 0}, {"a": None, "b": 0}),
    ],
)
def test_small_counts_are_hidden_and_never_one_alone(counts: dict[str, int], told: dict[str, int | None]) -> None:
    assert without_small(counts) == told


def test_the_sample_has_every_village_and_the_total_of_the_regency() -> None:
    sample = read_residents(None)
    assert (sample.is_sample, sample.total, sample.by_village.keys()) == (True, 737_875, villages().keys())
    assert all(each.children + each.adults == each.residents for each in sample.by_village.values())


def test_an_installation_loads_its_own_numbers(tmp_path: Path) -> None:
    file = tmp_path / "residents.csv"
    head = "code,residents,children,children_without_kia,adults,adults_without_ktp"
    file.write_text("\n".join([head, *(f"{code},10,3,1,7,0" for code in villages())]))
    own = read_residents(file)
    assert (own.is_sample, own.total) == (False, 10 * len(villages()))
    for broken in ("code,residents\n3519012001,10", f"{head}\n3519012001,10,3,1,7,0", f"{head}\n3519012001,ten,3,1,7,0"):
        file.write_text(broken)
        with pytest.raises(ValueError, match=r"residents\.csv"):
            read_residents(file)


def test_the_yardsticks_of_an_account_by_hand() -> None:
    days = (date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 20), date(2026, 10, 1))
    activity = AccountActivity(date(2026, 11, 1), date(2026, 11, 28), 5000, 150, 50, 20, days, {date(2026, 11, 10)})
    assert yardsticks(activity, 10_000) == {
        Yardstick.REACH: 0.5,
        Yardstick.FREQUENCY: 0.75,
        Yardstick.INFLUENCE: 4.0,
        Yardstick.CONVERSATION: 40.0,
        Yardstick.SUSTAINABILITY: 75.0,
    }
    nothing = yardsticks(AccountActivity(date(2026, 11, 1), date(2026, 11, 1), 0, 0, 0, 0, (), ()), 0)
    assert {code for code, value in nothing.items() if value is None} == {Yardstick.REACH, Yardstick.INFLUENCE, Yardstick.CONVERSATION}
    assert set(yardstick_words()) == set(Yardstick)
