"""Going to the villages ("jemput bola"): a day, a team, places with a goal each, and what came of it. Pure (ADR 53).

Every place has a source of its own, so that who comes by its code is counted for it, beside the numbers that the team brings home.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from shared.errors import DomainError, NotFound

MOST_STOPS: Final = 6  # places of a day: half an hour between two leaves each an hour
MOST_PEOPLE: Final = 2_000  # at one place on one day: more is a slip of the finger
_BETWEEN: Final = timedelta(minutes=30)  # from one village to the next, as planned; nobody measured the roads
_SHORTEST: Final = timedelta(minutes=45)  # at a place: setting up the camera alone takes a quarter of an hour
_MINUTES: Final = 5  # times are told in steps of so many
_MOST_FILED: Final = 4  # requests of one person on one day, as in a chat


class TripState(StrEnum):
    """The state of a trip."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class TripResult:
    """What a team brought home: how many people it met, of how many it recorded data, and how many requests it took."""

    met: int
    recorded: int
    filed: int


@dataclass(frozen=True, slots=True)
class TripStop:
    """One place of a trip. `source`: the code of its source; `goal`: people."""

    village: str
    place: str
    goal: int
    begins: time
    ends: time
    source: str = ""
    result: TripResult | None = None


@dataclass(frozen=True, slots=True)
class TripPlan:
    """What was planned. `team`: who goes; `services`: codes; `stops`: village, place and goal, in any order."""

    name: str
    day: date
    team: tuple[str, ...]
    services: tuple[str, ...]
    begins: time
    ends: time
    stops: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Trip:
    """A day on which a team goes out."""

    trip_id: str
    name: str
    day: date
    team: tuple[str, ...]
    services: tuple[str, ...]
    stops: tuple[TripStop, ...]
    planned_by: str
    planned_at: datetime
    state: TripState = TripState.PLANNED
    revision: int = 1
    dropped: tuple[str, ...] = ()
    """Villages to which it was planned once, and goes no more."""

    @property
    def is_changed(self) -> bool:
        """Whether somebody may have been told something else of it."""
        return self.revision > 1 or self.state is TripState.CANCELLED

    @property
    def goal(self) -> int:
        """How many people it is to reach."""
        return sum(stop.goal for stop in self.stops)

    @property
    def met(self) -> int | None:
        """How many people it met, as far as it is known; None where nothing was recorded yet."""
        known = [stop.result.met for stop in self.stops if stop.result is not None]
        return sum(known) if known else None

    def stop(self, village: str) -> TripStop:
        """Return the place in a village.

        Raises:
            NotFound: `trip_stops_not_found`.
        """
        found = next((stop for stop in self.stops if stop.village == village), None)
        if found is None:
            raise NotFound("trip_stops_not_found")
        return found


def route(villages: Sequence[str], grid: Mapping[str, tuple[int, int]], start: str) -> tuple[str, ...]:
    """Return villages in the order in which they are visited: the nearest kecamatan first, then by their number.

    It counts steps on the map of tiles, a rough one; roads, rivers and bridges are not in it.

    Args:
        villages: Their codes.
        grid: Column and row of each kecamatan.
        start: The kecamatan from which the team leaves.
    """
    left, here, ordered = sorted(set(villages)), start, list[str]()
    while left:
        nearest = min({code[: len(start)] for code in left}, key=lambda district: (_steps(grid, here, district), district))
        ordered += [code for code in left if code.startswith(nearest)]
        left, here = [code for code in left if not code.startswith(nearest)], nearest
    return tuple(ordered)


def _steps(grid: Mapping[str, tuple[int, int]], one: str, other: str) -> int:
    return sum(abs(a - b) for a, b in zip(grid[one], grid[other], strict=True))


def timetable(begins: time, ends: time, places: int) -> tuple[tuple[time, time], ...]:
    """Return from when until when a team is at each place: equally long, with half an hour between two.

    Raises:
        DomainError: `trip_too_short`: less than 45 minutes would be left for each.
    """
    day = date.min
    whole = datetime.combine(day, ends) - datetime.combine(day, begins) - _BETWEEN * (places - 1)
    each = timedelta(minutes=whole / places / timedelta(minutes=1) // _MINUTES * _MINUTES)
    if each < _SHORTEST:
        raise DomainError("trip_too_short")
    first = datetime.combine(day, begins)
    times = [first + (each + _BETWEEN) * number for number in range(places)]
    return tuple((at.time(), (at + each).time()) for at in times)


def plan_trip(plan: TripPlan, trip_id: str, grid: Mapping[str, tuple[int, int]], start: str, *, today: date, by: str, at: datetime) -> Trip:
    """Return a trip with its places in the order of the route and its times; their sources are still to be made.

    Raises:
        DomainError: `trip_name_missing`, `trip_day_past`, `trip_team_missing`, `trip_services_missing`, `trip_stops_missing`,
            `trip_stops_many`, `trip_village_twice`, `trip_goal_wrong`, `trip_too_short`.
    """
    villages = [village for village, _, _ in plan.stops]
    fine = {
        "trip_name_missing": bool(plan.name),
        "trip_day_past": plan.day >= today,
        "trip_team_missing": bool(plan.team),
        "trip_services_missing": bool(plan.services),
        "trip_stops_missing": bool(villages),
        "trip_stops_many": len(villages) <= MOST_STOPS,
        "trip_village_twice": len(set(villages)) == len(villages),
        "trip_goal_wrong": all(0 < goal <= MOST_PEOPLE for _, _, goal in plan.stops),
    }
    if wrong := next((code for code, is_fine in fine.items() if not is_fine), None):
        raise DomainError(wrong)
    known = {village: (place, goal) for village, place, goal in plan.stops}
    times = timetable(plan.begins, plan.ends, len(villages))
    stops = tuple(TripStop(code, *known[code], *span) for code, span in zip(route(villages, grid, start), times, strict=True))
    return Trip(trip_id, plan.name, plan.day, plan.team, plan.services, stops, by, at)


def change_trip(trip: Trip, plan: TripPlan, revision: int, grid: Mapping[str, tuple[int, int]], start: str, today: date) -> Trip:
    """Return the trip as it is planned now; places in villages that stay keep their sources. `revision`: the one that was looked at.

    Raises:
        DomainError: `trip_cancelled`; `trip_was_made`: something came of it already; `trip_changed_meanwhile`: of another revision;
            as `plan_trip`.
    """
    _still_planned(trip)
    if revision != trip.revision:
        raise DomainError("trip_changed_meanwhile")
    again = plan_trip(plan, trip.trip_id, grid, start, today=today, by=trip.planned_by, at=trip.planned_at)
    known = {stop.village: stop.source for stop in trip.stops}
    stops = tuple(replace(stop, source=known.get(stop.village, "")) for stop in again.stops)
    staying = {stop.village for stop in stops}
    dropped = tuple(village for village in dict.fromkeys((*trip.dropped, *known)) if village not in staying)
    return replace(again, stops=stops, revision=trip.revision + 1, dropped=dropped)


def _still_planned(trip: Trip) -> None:
    if trip.state is TripState.CANCELLED:
        raise DomainError("trip_cancelled")
    if trip.met is not None:
        raise DomainError("trip_was_made")


def sourced(trip: Trip, codes: Mapping[str, str]) -> Trip:
    """Return the trip with the sources of its places, by village."""
    return replace(trip, stops=tuple(replace(stop, source=codes[stop.village]) for stop in trip.stops))


def note_result(trip: Trip, village: str, result: TripResult, today: date) -> Trip:
    """Return the trip with what came of one place; a later entry takes the place of the one before.

    Raises:
        NotFound: `trip_stops_not_found`.
        DomainError: `trip_cancelled`; `trip_not_yet`; `trip_numbers_wrong`: more were recorded than met, or more requests taken than
            so many people can have filed.
    """
    trip.stop(village)
    if trip.state is TripState.CANCELLED:
        raise DomainError("trip_cancelled")
    if today < trip.day:
        raise DomainError("trip_not_yet")
    if not 0 <= result.recorded <= result.met <= MOST_PEOPLE or not 0 <= result.filed <= result.met * _MOST_FILED:
        raise DomainError("trip_numbers_wrong")
    return replace(trip, stops=tuple(replace(stop, result=result) if stop.village == village else stop for stop in trip.stops))


def cancel_trip(trip: Trip) -> Trip:
    """Return the trip as cancelled.

    Raises:
        DomainError: `trip_cancelled`; `trip_was_made`: something came of it already.
    """
    _still_planned(trip)
    return replace(trip, state=TripState.CANCELLED, revision=trip.revision + 1)
