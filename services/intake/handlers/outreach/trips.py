"""Trips to the villages: planned with a source for each place, planned anew, their results noted, cancelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from services.intake.domain.outreach import trips as rules
from services.intake.domain.outreach.sources import SourceDescription, retire
from services.intake.domain.outreach.trips import Trip, TripPlan, TripResult
from services.intake.handlers.outreach.managing import add_source
from services.intake.ports import Deps, Tx
from shared.clock import WIB
from shared.ids import new_id

_NAME_MOST: Final = 80  # characters of a source's name


async def plan_trip(tx: Tx, deps: Deps, plan: TripPlan, grid: Mapping[str, tuple[int, int]], by: str) -> Trip:
    """Keep a trip, and make the source of each of its places.

    `grid`: column and row of each kecamatan on the map of tiles.

    Raises:
        DomainError: as `domain.outreach.trips.plan_trip`.
    """
    at = deps.clock()
    today = at.astimezone(WIB).date()
    trip = rules.plan_trip(plan, new_id(), grid, deps.trips_start, today=today, by=by, at=at)
    planned = await _with_sources(tx, deps, trip, by)
    tx.add_trip(planned)
    return planned


async def change_trip(
    tx: Tx, deps: Deps, trip_id: str, revision: int, plan: TripPlan, grid: Mapping[str, tuple[int, int]], by: str
) -> Trip:
    """Plan a trip anew: another day, team, places. Codes of villages that stay go on, those of villages to which it goes no more end.

    Raises:
        NotFound: `trips_not_found`.
        DomainError: as `domain.outreach.trips.change_trip`.
    """
    before = await tx.trip(trip_id)
    today = deps.clock().astimezone(WIB).date()
    changed = await _with_sources(tx, deps, rules.change_trip(before, plan, revision, grid, deps.trips_start, today), by)
    kept = {stop.source for stop in changed.stops}
    await _retire(tx, deps, [stop.source for stop in before.stops if stop.source not in kept])
    tx.save_trip(changed)
    return changed


async def _with_sources(tx: Tx, deps: Deps, trip: Trip, by: str) -> Trip:
    """Return the trip with a source for each place: those that it has say what is planned now, the others are made."""
    service = trip.services[0] if len(trip.services) == 1 else ""
    codes: dict[str, str] = {}
    taken = set(await deps.sources.codes())
    for stop in trip.stops:
        name = f"Jemput bola {stop.place}"[:_NAME_MOST]
        what = SourceDescription(name, trip.name, "person", "event", service, stop.village, ends_on=trip.day)
        if stop.source:
            tx.save_source(replace(await tx.source(stop.source), what=what))
            codes[stop.village] = stop.source
            continue
        source = await add_source(tx, deps, what, by, taken)
        taken.add(source.code)
        codes[stop.village] = source.code
    return rules.sourced(trip, codes)


async def _retire(tx: Tx, deps: Deps, codes: Iterable[str]) -> None:
    for code in codes:
        source = await tx.source(code)
        if source.retired_at is None:
            tx.save_source(retire(source, deps.clock()))


async def note_trip_result(tx: Tx, deps: Deps, trip_id: str, village: str, result: TripResult) -> Trip:
    """Note what came of one place.

    Raises:
        NotFound: `trips_not_found`, `trip_stops_not_found`.
        DomainError: `trip_cancelled`, `trip_not_yet`, `trip_numbers_wrong`.
    """
    trip = rules.note_result(await tx.trip(trip_id), village, result, deps.clock().astimezone(WIB).date())
    tx.save_trip(trip)
    return trip


async def cancel_trip(tx: Tx, deps: Deps, trip_id: str) -> Trip:
    """Cancel a trip, and retire its sources: whoever still comes by one is served and counted.

    Raises:
        NotFound: `trips_not_found`.
        DomainError: `trip_cancelled`, `trip_was_made`.
    """
    trip = rules.cancel_trip(await tx.trip(trip_id))
    await _retire(tx, deps, [stop.source for stop in trip.stops])
    tx.save_trip(trip)
    return trip
