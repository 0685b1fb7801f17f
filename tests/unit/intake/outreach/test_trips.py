"""Trips to the villages: the order of a day, its times, what may be recorded, and the form."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from services.intake.desk.trip_form import TripForm, prefilled, read_trip, typed_again
from services.intake.domain.outreach.trips import (
    Trip,
    TripPlan,
    TripResult,
    TripState,
    cancel_trip,
    change_trip,
    note_result,
    plan_trip,
    route,
    sourced,
    timetable,
)
from shared.errors import DomainError, NotFound
from shared.reference.district_map import district_tiles

TODAY, DAY, AT = date(2026, 11, 29), date(2026, 12, 8), datetime(2026, 11, 29, 3, tzinfo=UTC)
SIDOREJO, MEJAYAN, DOLOPO = "3519072001", "3519112001", "3519022001"
GRID = {code: tile.at for code, tile in district_tiles().items()}
PLAN = TripPlan(
    "Jemput bola", DAY, ("Dewi",), ("ktp_rekam",), time(8), time(12), ((DOLOPO, "Balai Desa", 40), (SIDOREJO, "Balai Desa Sidorejo", 60))
)


def planned(**changes: Any) -> Trip:
    """A trip."""
    return plan_trip(replace(PLAN, **changes), "t1", GRID, "351911", today=TODAY, by="dewi", at=AT)


def test_villages_of_a_day_follow_each_other_by_kecamatan() -> None:
    assert route([DOLOPO, SIDOREJO, MEJAYAN], GRID, "351911") == (MEJAYAN, SIDOREJO, DOLOPO)
    assert route(["3519072002", SIDOREJO], GRID, "351907") == (SIDOREJO, "3519072002")
    assert route([], GRID, "351911") == ()


def test_the_time_is_shared_with_half_an_hour_between_two_villages() -> None:
    assert timetable(time(8), time(12), 1) == ((time(8), time(12)),)
    assert timetable(time(8), time(12), 2) == ((time(8), time(9, 45)), (time(10, 15), time(12)))
    with pytest.raises(DomainError) as wrong:
        timetable(time(8), time(10), 3)
    assert wrong.value.code == "trip_too_short"


def test_a_trip_has_its_places_in_the_order_of_its_route() -> None:
    trip = planned()
    assert [(stop.village, stop.goal, stop.begins) for stop in trip.stops] == [(SIDOREJO, 60, time(8)), (DOLOPO, 40, time(10, 15))]
    assert (trip.goal, trip.met) == (100, None)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("trip_name_missing", {"name": ""}),
        ("trip_day_past", {"day": date(2026, 11, 28)}),
        ("trip_team_missing", {"team": ()}),
        ("trip_services_missing", {"services": ()}),
        ("trip_stops_missing", {"stops": ()}),
        ("trip_stops_many", {"stops": tuple((f"351907200{number}", "", 1) for number in range(1, 8)), "ends": time(23)}),
        ("trip_village_twice", {"stops": ((SIDOREJO, "", 1), (SIDOREJO, "", 1))}),
        ("trip_goal_wrong", {"stops": ((SIDOREJO, "", 0),)}),
        ("trip_too_short", {"ends": time(8, 30)}),
    ],
)
def test_what_can_not_be_planned_is_refused(code: str, changes: dict[str, Any]) -> None:
    with pytest.raises(DomainError) as wrong:
        planned(**changes)
    assert wrong.value.code == code


def test_results_are_noted_by_place_and_the_later_entry_counts() -> None:
    trip = note_result(planned(), SIDOREJO, TripResult(50, 40, 12), DAY)
    assert trip.met == 50
    trip = note_result(note_result(trip, DOLOPO, TripResult(30, 30, 0), DAY), SIDOREJO, TripResult(52, 40, 12), DAY)
    assert trip.met == 82


@pytest.mark.parametrize(
    ("code", "result", "today"),
    [
        ("trip_not_yet", TripResult(1, 1, 1), TODAY),
        ("trip_numbers_wrong", TripResult(10, 11, 0), DAY),
        ("trip_numbers_wrong", TripResult(10, 5, 41), DAY),
        ("trip_numbers_wrong", TripResult(5, -1, 0), DAY),
        ("trip_numbers_wrong", TripResult(2001, 0, 0), DAY),
    ],
)
def test_numbers_that_can_not_be_are_refused(code: str, result: TripResult, today: date) -> None:
    with pytest.raises(DomainError) as wrong:
        note_result(planned(), SIDOREJO, result, today)
    assert wrong.value.code == code


def test_a_trip_is_cancelled_before_anything_came_of_it() -> None:
    with pytest.raises(NotFound):
        note_result(planned(), MEJAYAN, TripResult(1, 1, 1), DAY)
    cancelled = cancel_trip(planned())
    assert cancelled.state is TripState.CANCELLED
    with pytest.raises(DomainError, match="trip_cancelled"):
        cancel_trip(cancelled)
    with pytest.raises(DomainError, match="trip_cancelled"):
        note_result(cancelled, SIDOREJO, TripResult(1, 1, 1), DAY)
    with pytest.raises(DomainError, match="trip_was_made"):
        cancel_trip(note_result(planned(), SIDOREJO, TripResult(1, 1, 1), DAY))


def test_a_form_becomes_a_plan() -> None:
    typed = TripForm(
        nama=" Jemput  bola ",
        hari="2026-12-08",
        tim="Dewi, Agus\nDewi",
        layanan=("ktp_rekam", "hilang"),
        desa=("Sidorejo, Wungu", "", DOLOPO),
        tempat=("", "x", "SD 1"),
        target=("60", "", "x"),
    )
    plan = read_trip(typed, ["ktp_rekam"]).plan
    assert plan == TripPlan(
        "Jemput bola",
        DAY,
        ("Dewi", "Agus"),
        ("ktp_rekam",),
        time(8),
        time(12),
        ((SIDOREJO, "Balai Desa Sidorejo", 60), (DOLOPO, "SD 1", 0)),
    )
    assert prefilled(SIDOREJO).rows()[0] == ("Sidorejo, Wungu", "Balai Desa Sidorejo", "40")
    assert prefilled("3519999999").rows()[0][0] == ""


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"mulai": "12:00"}, "jam mulai"),
        ({"selesai": "x"}, "jam mulai"),
        ({"mulai": "12:00Z"}, "jam mulai"),  # local, whatever a form of one's own says
        ({"nama": "x" * 81}, "Beri nama"),
        ({"tim": ",".join(map(str, range(13)))}, "Paling banyak 12"),
        ({"desa": ("Sidorejo",)}, "dengan kecamatannya: Sidorejo"),
    ],
)
def test_a_form_that_can_not_be_read_says_why(changes: dict[str, Any], says: str) -> None:
    read = read_trip(TripForm(**changes), [])
    assert read.plan is None
    assert says in read.problem


def test_a_trip_is_planned_anew_and_what_stays_keeps_its_code() -> None:
    trip = sourced(planned(), {SIDOREJO: "K7Q", DOLOPO: "W2M"})
    again = replace(PLAN, day=date(2026, 12, 15), stops=((MEJAYAN, "Balai Desa", 30), (SIDOREJO, "Balai RW 3", 60)))
    changed = change_trip(trip, again, 1, GRID, "351911", TODAY)
    assert (changed.day, changed.revision, changed.dropped, changed.is_changed) == (date(2026, 12, 15), 2, (DOLOPO,), True)
    assert [(stop.village, stop.place, stop.source) for stop in changed.stops] == [
        (MEJAYAN, "Balai Desa", ""),
        (SIDOREJO, "Balai RW 3", "K7Q"),
    ]
    back = change_trip(changed, PLAN, 2, GRID, "351911", TODAY)
    assert (back.dropped, back.revision) == ((MEJAYAN,), 3)


@pytest.mark.parametrize(
    ("code", "trip", "changes"),
    [
        ("trip_changed_meanwhile", replace(planned(), revision=2), {}),
        ("trip_cancelled", cancel_trip(planned()), {}),
        ("trip_was_made", note_result(planned(), SIDOREJO, TripResult(1, 1, 1), DAY), {}),
        ("trip_day_past", planned(), {"day": date(2026, 11, 28)}),
    ],
)
def test_a_plan_that_may_not_be_changed_is_refused(code: str, trip: Trip, changes: dict[str, Any]) -> None:
    with pytest.raises(DomainError, match=code):
        change_trip(trip, replace(PLAN, **changes), 1, GRID, "351911", TODAY)


def test_the_form_of_a_planned_trip_says_the_same_plan() -> None:
    typed = typed_again(planned(name="Jemput bola"))
    assert typed.revisi == 1
    read = read_trip(typed, {"ktp_rekam"}).plan
    assert read is not None
    assert plan_trip(read, "t1", GRID, "351911", today=TODAY, by="dewi", at=AT) == planned()
