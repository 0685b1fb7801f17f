"""Villages that were renamed, joined or split: their names in what was counted, and with what their people are counted together."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shared.reference.regions import villages
from shared.reference.village_changes import UNCHANGED, VillageHistory, read_village_changes

ONE, OTHER, THIRD, FOURTH = list(villages())[:4]
GONE, JOINED = "3519019001", "3519019002"
HEAD = "on,code,name,district,into"
LINES = (
    f"2026-07-01,{GONE},Sukamulya,Kebon Sari,{ONE} {OTHER}",  # split, and no more
    f"2026-08-01,{JOINED},Karangrejo,Kebon Sari,{THIRD}",  # joined with another
    f"2026-09-01,{FOURTH},Nama Lama,Kebon Sari,{FOURTH}",  # renamed
)


def written(folder: Path, *lines: str) -> VillageHistory:
    """The history that a file of these lines says."""
    file = folder / "changes.csv"
    file.write_text("\n".join((HEAD, *lines)), encoding="utf-8")
    return read_village_changes(file)


def test_the_list_that_comes_with_the_product_is_read() -> None:
    assert read_village_changes(None) == UNCHANGED


def test_a_village_that_is_no_more_keeps_its_name_and_its_kecamatan(tmp_path: Path) -> None:
    history = written(tmp_path, *LINES)
    assert history.name(GONE) == "Sukamulya, Kebon Sari (dulu)"
    assert history.name(FOURTH) == UNCHANGED.name(FOURTH), "the code is the key: a new name takes nothing away"
    assert history.name("3519999999") == "Desa berkode 3519999999"
    assert {GONE, JOINED, ONE} <= history.codes_in("351901")
    assert GONE not in history.codes_in("351902")
    assert history.codes_in(GONE) == {GONE}


def test_parts_count_together_in_days_that_begin_before_the_split_and_apart_after_it(tmp_path: Path) -> None:
    history = written(tmp_path, *LINES)
    whole, heir = frozenset({GONE, ONE, OTHER}), frozenset({JOINED, THIRD})
    assert history.together(date(2026, 1, 1)) == dict.fromkeys(whole, whole) | dict.fromkeys(heir, heir)
    assert history.together(date(2026, 7, 1)) == dict.fromkeys(heir, heir)


def test_a_village_that_gave_a_part_away_goes_on_under_its_code(tmp_path: Path) -> None:
    twice = (f"2026-07-01,{ONE},Induk,Kebon Sari,{ONE} {OTHER}", f"2026-09-01,{OTHER},Anak,Kebon Sari,{OTHER} {THIRD}")
    history = written(tmp_path, *twice)
    assert history.together(date(2026, 8, 1)) == dict.fromkeys((OTHER, THIRD), frozenset({OTHER, THIRD}))
    assert history.together(date(2026, 1, 1))[THIRD] == {ONE, OTHER, THIRD}
    assert history.former == {}


def test_counts_of_a_joined_village_go_to_the_one_it_went_into(tmp_path: Path) -> None:
    twice = f"2025-01-01,3519019003,Lama,Kebon Sari,{JOINED}"
    assert written(tmp_path, *LINES, twice).settled({JOINED: 2, THIRD: 3, GONE: 4, "3519019003": 1}) == {THIRD: 6, GONE: 4}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"2026-13-01,{GONE},A,B,{ONE}", "line 2: month must be in"),
        (f"2026-01-01,351901,A,B,{ONE}", "line 2: '351901' is no code of a village"),
        (f"2026-01-01,{GONE},A,B,", "line 2: name, district and at least one code of into are needed"),
        (f"2026-01-01,{ONE},A,B,{OTHER}", f"line 2: {ONE} is a village of today, so into must name it too"),
        (f"2026-01-01,{GONE},A,B,3519999999", "3519999999 is no village of today, and no line says what became of it"),
        (f"2026-01-01,{GONE}", "line 2: name, district"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ValueError, match=rf"changes\.csv: {said}"):
        written(tmp_path, line)


def test_a_file_without_a_column_says_which(tmp_path: Path) -> None:
    file = tmp_path / "changes.csv"
    file.write_text("on,code\n", encoding="utf-8")
    with pytest.raises(ValueError, match="missing: name, district, into"):
        read_village_changes(file)
