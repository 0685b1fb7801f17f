"""What the office's figures say: how promises are kept, who holds too much, where the late ones are, and when the queue is done."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.verification.desk import overview_words as words
from services.verification.domain.capacity import OfficerLoad, Pace, QueueFigures
from services.verification.domain.overview import DayKept, Dues, PromiseTrend, project, top, trend, working_days
from shared.reference.regions import villages
from shared.reference.working_hours import WorkingHours

HOURS = WorkingHours()
TUESDAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 10.00 in the office


def kept(*percents: int | None) -> list[DayKept]:
    """Days up to Tuesday with these shares; None: nothing was decided."""
    days = working_days(HOURS, TUESDAY, len(percents))
    return [DayKept(day, 0, 0) if percent is None else DayKept(day, 100, percent) for day, percent in zip(days, percents, strict=True)]


@pytest.mark.parametrize(
    ("percents", "said"),
    [
        ((94, 95, 87, 86, 88), "Janji ditepati turun di bawah 90 % sejak Jumat"),
        ((94, 95, 95, 96, 88), "Janji ditepati turun di bawah 90 % sejak hari ini"),
        ((94, 87, None, None, None), "Janji ditepati turun di bawah 90 % sejak Kamis"),
        ((80, 70, 92, 95, 95), "Janji ditepati kembali di atas 90 % sejak Jumat"),
        ((94, 90, 100, 91, 92), "Janji ditepati, tidak pernah di bawah 90 %"),
        ((9, 0, 10, 89, 89), "Janji ditepati selalu di bawah 90 %"),
        ((None, None), "Belum ada permohonan yang diputuskan petugas"),
        ((95, 80, 80, 80, 80, 80, 80, 80), "Janji ditepati turun di bawah 90 % sejak 16 Nov"),
    ],
)
def test_how_promises_are_kept(percents: tuple[int | None, ...], said: str) -> None:
    assert words.of_promises(kept(*percents), TUESDAY) == said


@given(st.lists(st.one_of(st.none(), st.integers(0, 100)), min_size=1, max_size=20))
def test_a_trend_holds_from_its_day_on(percents: list[int | None]) -> None:
    days = kept(*percents)
    found, since = trend(days)
    known = [day for day in days if day.percent is not None]
    assert (since is None) is (found is PromiseTrend.NOTHING) is (not known)
    good = found in (PromiseTrend.KEPT, PromiseTrend.BACK)
    if since is not None:
        assert all(((day.percent or 0) >= 90) is good for day in known if day.on >= since)
        before = [day for day in known if day.on < since]
        assert bool(before) is (found in (PromiseTrend.BACK, PromiseTrend.FELL))
        assert not before or ((before[-1].percent or 0) >= 90) is not good


def test_working_days_leave_out_weekends_and_holidays_but_never_today() -> None:
    sunday = date(2026, 11, 29)
    assert working_days(HOURS, TUESDAY, 4) == (date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 23), TUESDAY)
    assert working_days(HOURS, sunday, 2) == (date(2026, 11, 27), sunday)


@pytest.mark.parametrize(
    ("late", "said"),
    [
        ({"kk_pisah": 11, "akta_lahir": 3, "akta_mati": 9}, "23 permohonan lewat janji, hampir separuh pisah KK"),
        ({"kk_pisah": 4}, "4 permohonan lewat janji, semuanya pisah KK"),
        ({"kk_pisah": 5, "akta_lahir": 5}, "10 permohonan lewat janji, separuhnya akta kelahiran"),
        ({"kk_pisah": 6, "akta_lahir": 4}, "10 permohonan lewat janji, lebih dari separuh pisah KK"),
        ({"kk_pisah": 3, "akta_lahir": 2, "akta_mati": 2, "x": 2}, "9 permohonan lewat janji, terbanyak pisah KK"),
    ],
)
def test_which_service_is_late(late: dict[str, int], said: str) -> None:
    names = {"kk_pisah": "Pisah KK", "akta_lahir": "Akta kelahiran", "akta_mati": "Akta kematian"}
    assert words.of_services({code: Dues(overdue=number) for code, number in late.items()}, lambda code: names.get(code, code)) == said


def test_nothing_late_is_said_too() -> None:
    assert words.of_services({}, str) == "Tidak ada permohonan yang terbuka"
    assert words.of_services({"a": Dues(later=3)}, str) == "Semua permohonan masih dalam janji"
    assert words.of_services({"a": Dues(today=3)}, str) == "Belum ada yang lewat janji, 3 jatuh tempo hari ini"
    assert words.lowered("KK hilang") == "KK hilang"


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"a": 11, "b": 9, "c": 7}, "Sulastri dan Agung di atas batas"),
        ({"a": 9, "b": 8}, "Sulastri di atas batas"),
        ({"a": 9, "b": 9, "c": 9}, "Sulastri, Agung, dan Dwi di atas batas"),
        ({"a": 9, "b": 9, "c": 9, "d": 9}, "4 petugas di atas batas"),
        ({"a": 8, "b": 1}, "Tidak ada petugas di atas batas 8"),
        ({"a": 0}, "Belum ada petugas yang memegang pekerjaan"),
        ({}, "Belum ada petugas yang memegang pekerjaan"),
    ],
)
def test_who_holds_too_much(held: dict[str, int], said: str) -> None:
    names = {"a": "Sulastri Handayani", "b": "Agung N.", "c": "Dwi H.", "d": "Rina"}
    assert words.of_officers({name: OfficerLoad(number) for name, number in held.items()}, 8, names) == said


def test_where_and_how_long_people_wait() -> None:
    village = next(iter(villages()))
    name = words.place(village, short=True)
    assert words.of_villages({village: Dues(later=3), "": Dues(later=1)}) == f"{name} paling banyak menunggu: 3 dari 4"
    assert words.of_villages({village: Dues(overdue=3), "": Dues(overdue=1)}) == f"{name} paling banyak lewat janji: 3 dari 4"
    assert words.of_villages({}) == "Tidak ada desa yang menunggu"
    assert words.of_ages({(4, "first"): 2, (0, "first"): 9}) == "2 permohonan menunggu lebih dari 11 hari"
    assert words.of_ages({(3, "waiting"): 5}) == "5 permohonan menunggu lebih dari 6 hari"
    assert words.of_ages({(2, "first"): 5}) == "Tidak ada yang menunggu lebih dari 6 hari"
    assert words.of_ages({}) == "Tidak ada yang menunggu"


def figures(waiting: int, pace: Pace, officers: int = 2) -> QueueFigures:
    return QueueFigures(NOW, {"first": waiting}, {}, {}, {}, 0, {}, {f"o{each}": OfficerLoad(1) for each in range(officers)}, pace)


def test_when_the_queue_is_done() -> None:
    done = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
    assert words.of_queue(5, done, 1.0, 2.0, NOW) == "Antrean sekarang habis Kamis 11.00"
    assert words.of_queue(5, done, 3.0, 2.0, NOW) == "Antrean bertambah: yang masuk lebih banyak dari yang selesai"
    assert words.of_queue(5, None, 0.0, 0.0, NOW) == "Belum ada putusan untuk memperkirakan antrean"
    assert words.of_queue(5, None, 0.0, 0.1, NOW) == "Antrean tidak habis dalam setahun"
    assert words.of_queue(0, NOW, 0.0, 0.0, NOW) == "Antrean kosong"


@given(st.integers(0, 500), st.integers(1, 60), st.floats(0, 40))
def test_a_forecast_falls_without_arrivals_and_is_never_below_nothing(waiting: int, decisions: int, arrivals: float) -> None:
    closings = [NOW + timedelta(days=each, hours=8) for each in range(5)]
    points = list(project(HOURS, figures(waiting, Pace(decisions, 10)), arrivals, closings))
    alone = [each.alone for each in points]
    assert alone == sorted(alone, reverse=True)
    assert alone[0] == waiting
    assert all(0 <= each.alone <= (each.with_arrivals or 0) + 1 for each in points)


def test_the_most_of_equals_is_the_first_by_name() -> None:
    assert top({"b": 2, "a": 2, "c": 0}) == ("a", 2)
    assert top({"c": 0}) is None
