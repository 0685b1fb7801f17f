"""Participation and yardsticks, against examples that were worked by hand."""

from datetime import date
from pathlib import Path

import pytest

from services.intake.domain.outreach.participation import CrudeRates, Need, VillageGroups, needing, needs_met, participation
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


def test_a_village_that_was_split_has_one_rate_with_its_parts_and_the_whole_loses_nobody() -> None:
    parts = frozenset({"old", "b", "c"})
    groups = VillageGroups(both=dict.fromkeys(parts, parts), now=dict.fromkeys(parts, parts))
    rows = {row.village: row for row in participation({"a": 8, "b": 1, "old": 7}, {"a": 8, "old": 4}, PEOPLE, groups)}
    assert [(row.served, row.rated, row.per_thousand, row.trend, row.rank) for row in rows.values()] == [
        (8, (8, 2000), 4.0, 0.0, 1),
        (1, (8, 2000), 4.0, 2.0, 1),
        (0, (8, 2000), 4.0, 2.0, 1),
    ]
    assert {row.gap for row in rows.values()} == {0.0}
    assert (rows["a"].together, rows["b"].together) == ((), ("c", "old"))
    apart = {row.village: row for row in participation({"b": 3}, {"old": 4}, PEOPLE, VillageGroups(both=dict.fromkeys(parts, parts)))}
    assert (apart["b"].per_thousand, apart["c"].per_thousand, apart["b"].trend) == (3.0, 0.0, -0.5)


def test_who_needs_it_is_named() -> None:
    rates, year = CrudeRates(12.0, 8.0), (date(2026, 1, 1), date(2026, 12, 31))
    assert [needing(need, PEOPLE["a"], rates, *year) for need in Need] == [200.0, 15.0, 24.0, 16.0]
    assert needing(Need.BIRTH, PEOPLE["a"], rates, date(2026, 1, 1), date(2026, 3, 14)) == pytest.approx(24 / 5)


def test_how_far_a_need_is_met_is_of_those_who_have_it() -> None:
    rates, year = CrudeRates(12.0, 8.0), (date(2026, 1, 1), date(2026, 12, 31))
    found = needs_met({"kia_baru": 6, "akta_lahir": 18, "kk_baru": 99}, [PEOPLE["a"], PEOPLE["b"]], rates, *year)
    told = {each.need: (each.met, each.people, each.per_thousand) for each in found}
    assert told == {Need.KIA: (6, 300, 20.0), Need.KTP: (0, 23, 0.0), Need.BIRTH: (18, 36.0, 500.0), Need.DEATH: (0, 24.0, 0.0)}


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


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("3519012001,10,3,1,7", r"line 2: adults_without_ktp of 3519012001 is ''; a whole number is needed"),
        ("3519012001,ten,3,1,7,0", "line 2: residents of 3519012001 is 'ten'"),
        ("3519012001,-10,3,1,7,0", "line 2: residents of 3519012001 is '-10'"),
        ("3577012001,10,3,1,7,0", "line 2: no village of the regency has the code '3577012001'"),
        ("3519012001,11,3,1,7,0", "line 2: children and adults of 3519012001 are 10, not the residents, 11"),
        ("3519012001,10,3,4,7,0", "line 2: 3519012001 has more people without a card than people"),
        ("35.19.01.2001,10,3,1,7,0\n3519012001,10,3,1,7,0", "line 3: 3519012001 stands there twice"),
        ("3519012001,10,3,1,7,0", "no line for 205 of the 206 villages, as 3519012002"),
        ("x,1\n" * 7, "line 6: no village .*; and 2 more"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_by_line(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "residents.csv"
    file.write_text(f"code,residents,children,children_without_kia,adults,adults_without_ktp\n{line}\n")
    with pytest.raises(ValueError, match=rf"residents\.csv: .*{said}"):
        read_residents(file)


def test_a_file_without_a_column_says_which(tmp_path: Path) -> None:
    file = tmp_path / "residents.csv"
    file.write_text("code,residents\n3519012001,10")
    with pytest.raises(ValueError, match=r"line 1: .* missing: children, children_without_kia, adults, adults_without_ktp"):
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
