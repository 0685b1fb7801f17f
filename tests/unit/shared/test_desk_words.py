"""How the desk writes numbers, moments and persons, and what a file for a spreadsheet may not do."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.web.desk.csv import csv_lines
from shared.web.desk.words import count, decimal, difference, masked_name, masked_number, masked_phone, moment, short_moment, time_left

AT = datetime(2026, 11, 24, 2, 42, tzinfo=UTC)


def test_numbers_are_written_as_in_indonesian() -> None:
    assert (count(1284), count(214930), count(7)) == ("1.284", "214.930", "7")
    assert (decimal(0.8), decimal(1234.56, 2)) == ("0,8", "1.234,56")
    assert (decimal(-0.004, 2), decimal(-0.006, 2)) == ("0,00", "-0,01")


def test_a_difference_has_its_sign_and_none_has_none() -> None:
    assert [difference(each) for each in (0.8, -0.8, 0.0, 0.004, -0.004)] == ["+0,80", "-0,80", "0,00", "0,00", "0,00"]


def test_moments_are_of_the_office() -> None:
    assert moment(AT) == "Selasa, 24 Nov 2026 09.42 WIB"
    assert moment(datetime(2026, 11, 24, 17, 5, tzinfo=UTC)) == "Rabu, 25 Nov 2026 00.05 WIB"
    assert short_moment(AT, AT) == "24 Nov 09.42"
    assert short_moment(datetime(2025, 5, 1, 1, 0, tzinfo=UTC), AT) == "1 Mei 2025 08.00"
    assert short_moment(datetime(2025, 12, 31, 17, 0, tzinfo=UTC), AT) == "1 Jan 00.00", "the year begins in Madiun, not in Greenwich"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (125, "2 jam 5 mnt lagi"),
        (60, "1 jam lagi"),
        (0, "0 mnt lagi"),
        (-40, "lewat 40 mnt"),
        (-310, "lewat 5 jam 10 mnt"),
        (3000, "2 hari lagi"),
    ],
)
def test_time_is_left_or_over(minutes: int, words: str) -> None:
    assert time_left(AT + timedelta(minutes=minutes), AT) == words


def test_a_mask_tells_nothing_of_what_it_hides() -> None:
    assert len({len(masked_name(name)) for name in ("SITI", "ABDURRAHMAN WAHID AL MADIUNI")}) == 1
    assert masked_name("SITI AMINAH") == "S•••••"
    assert masked_name(" ") == "\N{EN DASH}"
    assert masked_number("3519081708850004") == "3519•••••0004"
    assert masked_number("351908") == "•••••"
    assert masked_phone("6281234567890") == "•••••890"
    assert masked_phone("12345") == "•••••"


def test_a_spreadsheet_opens_it_and_calculates_nothing() -> None:
    lines = csv_lines([["Nama", "Resi"], ['=HYPERLINK("http://x")', "MDN-1"], ["A;B", "+62"], ["@x", "-1"]], begin=True)
    assert lines.startswith("\ufeffNama;Resi\r\n")
    assert "'=HYPERLINK" in lines
    assert '"A;B";\'+62' in lines
    assert "'@x;'-1" in lines
    for first in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20":
        assert csv_lines([[f"{first}1+1"]]).lstrip('"').startswith(f"'{first}"), first
    assert not csv_lines([["a"]]).startswith("\ufeff")
