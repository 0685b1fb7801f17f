"""The calendar of the content studio: fixed days, days that move, stretches over New Year, and what nobody knows yet."""

from datetime import date

import pytest

from shared.reference import moments as module
from shared.reference.catalogue import catalogue
from shared.reference.ideas import ideas
from shared.reference.moments import find_moment, moments, moments_of, undated


def test_a_day_that_moves_is_that_of_the_calendar_and_an_estimate_is_marked() -> None:
    decreed, reckoned = find_moment("idul_fitri", 2026), find_moment("idul_fitri", 2027)
    assert decreed is not None
    assert reckoned is not None
    assert (decreed.first, decreed.is_estimate) == (date(2026, 3, 21), False)
    assert (reckoned.first, reckoned.is_estimate) == (date(2027, 3, 10), True)
    homeward, after = find_moment("mudik", 2026), find_moment("ramadan_nikah", 2026)
    assert homeward is not None
    assert after is not None
    assert (homeward.first, homeward.last) == (date(2026, 3, 7), date(2026, 3, 31))
    assert after.first == date(2026, 3, 22)


def test_days_on_which_the_office_is_closed_are_there_by_themselves_in_one_stretch() -> None:
    closed = [dates for dates in moments_of(2026) if "libur" in dates.moment.ideas]
    assert ("Hari Raya Natal", date(2026, 12, 24), date(2026, 12, 25)) in {(each.moment.name, each.first, each.last) for each in closed}
    assert all(each.moment.code == f"libur-{each.first:%m-%d}" for each in closed)
    assert len(closed) == len({each.first for each in closed}) >= 14


def test_what_is_not_known_is_said_to_be() -> None:
    assert {"pemilu", "pilkades"} <= {moment.code for moment in undated(2026)}
    assert {moment.code for moment in undated(2040)} >= {"idul_fitri", "mudik", "pemilu"}, "a year without a calendar invents no day"
    assert not {moment.code for moment in undated(2026)} & {dates.moment.code for dates in moments_of(2026)}


@pytest.mark.parametrize("year", [2026, 2027, 2028, 2044])
def test_every_year_is_in_order_and_names_what_there_is(year: int) -> None:
    found = moments_of(year)
    assert [dates.first for dates in found] == sorted(dates.first for dates in found)
    assert all(dates.first <= dates.last for dates in found)
    codes = [dates.moment.code for dates in found]
    assert len(codes) == len(set(codes))
    assert {service for dates in found for service in dates.moment.services} <= set(catalogue().services)
    assert {idea for dates in found for idea in dates.moment.ideas} <= set(ideas())
    assert all(find_moment(code, year) == dates for code, dates in zip(codes, found, strict=True))


def test_a_stretch_over_new_year_ends_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"code": "gisa", "name": "x", "from": "12-20", "until": "01-05", "services": []}
    assert moments()["gisa"].name == "Hari GISA"
    monkeypatch.setattr(module, "_rows", lambda: [row])
    (dates, *_) = [each for each in moments_of(2026) if each.moment.code == "gisa"]
    assert (dates.first, dates.last) == (date(2026, 12, 20), date(2027, 1, 5))


def test_a_day_that_is_set_year_by_year_is_known_in_that_year_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    moments()
    monkeypatch.setattr(module, "_rows", lambda: [{"code": "pemilu", "name": "x", "years": {"2029": "2029-02-14"}, "services": []}])
    assert [dates.first for dates in moments_of(2029) if dates.moment.code == "pemilu"] == [date(2029, 2, 14)]
    assert [moment.code for moment in undated(2028)] == ["pemilu"]
