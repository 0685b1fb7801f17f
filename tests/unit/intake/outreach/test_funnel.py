"""What is counted, once, and where."""

from datetime import date

import pytest

from services.intake.domain.outreach.funnel import FunnelStep, WhoAndWhere, age_band, mark_of, person_step, sex_and_age, visit_step

DAY, SALT = date(2026, 11, 29), b"salt"
WHAT = WhoAndWhere("K7Q", "akta_lahir", "3519072001", "P", "25-39")


def test_a_person_counts_once_in_a_year_for_each_source_and_service() -> None:
    step = person_step(FunnelStep.BEGAN, "m", DAY, WHAT)
    assert step.key == person_step(FunnelStep.BEGAN, "m", date(2026, 1, 1), WHAT).key
    others = [
        person_step(FunnelStep.SUBMITTED, "m", DAY, WHAT),
        person_step(FunnelStep.BEGAN, "n", DAY, WHAT),
        person_step(FunnelStep.BEGAN, "m", date(2027, 1, 1), WHAT),
        person_step(FunnelStep.BEGAN, "m", DAY, WhoAndWhere("W2M", "akta_lahir")),
        person_step(FunnelStep.BEGAN, "m", DAY, WhoAndWhere("K7Q", "kk_hilang")),
    ]
    assert step.key not in {other.key for other in others}


def test_who_was_served_counts_once_whatever_it_was() -> None:
    one = person_step(FunnelStep.SERVED, "m", DAY, WHAT)
    assert one.key == person_step(FunnelStep.SERVED, "m", DAY, WhoAndWhere("W2M", "kk_hilang")).key


def test_a_visitor_counts_once_a_day() -> None:
    assert visit_step("m", DAY, WHAT).key == visit_step("m", DAY, WHAT).key != visit_step("m", date(2026, 11, 30), WHAT).key


def test_a_mark_names_nobody_and_needs_its_salt() -> None:
    mark = mark_of(SALT, "3519081708850003")
    assert mark == mark_of(SALT, "3519081708850003") != mark_of(b"other", "3519081708850003")
    assert len(mark) == 24
    assert "3519" not in mark[:4]


@pytest.mark.parametrize(
    ("years", "band"),
    [(0, "0-4"), (4, "0-4"), (5, "5-16"), (16, "5-16"), (17, "17-24"), (25, "25-39"), (40, "40-59"), (60, "60+"), (101, "60+")],
)
def test_ages_fall_into_the_bands_of_documents(years: int, band: str) -> None:
    assert age_band(years) == band


@pytest.mark.parametrize(
    ("nik", "told"),
    [
        ("3519081708850003", ("L", "40-59")),
        ("3519085708850003", ("P", "40-59")),
        ("3519082911090003", ("L", "17-24")),  # seventeen today
        ("3519083011090003", ("L", "5-16")),  # and tomorrow
        ("3519082902000003", ("L", "25-39")),  # there was no such day in 1900
        (None, ("", "")),
    ],
)
def test_sex_and_age_are_read_out_of_a_nik(nik: str | None, told: tuple[str, str]) -> None:
    assert sex_and_age(nik, DAY) == told
