"""`/desk/jemput-bola`: days on which a team goes to the villages: planned, invited to, and what came of them beside their goal."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.intake.desk.room import DeskRoom
from services.intake.desk.source_form import LONGEST
from services.intake.desk.trip_form import TripForm, prefilled, problem_of, read_trip, typed_again
from services.intake.domain.outreach.funnel import Facet, FunnelQuestion, StepCounts
from services.intake.domain.outreach.trips import Trip, TripResult, TripState, TripStop
from services.intake.handlers import cancel_trip, change_trip, note_trip_result, plan_trip
from services.intake.ports import TripSearch
from shared.clock import WIB
from shared.errors import DomainError, NotFound
from shared.reference.district_map import district_tiles
from shared.reference.regions import districts, village_name, villages
from shared.web.desk import StaffMember, signed_in
from shared.web.desk.pages import address

PATH: Final = "/desk/jemput-bola"
_ROWS: Final = 30

Campaigner = Annotated[StaffMember, signed_in("campaigns:work")]
Watcher = Annotated[StaffMember, signed_in("funnel:read")]
People = Annotated[int, Field(ge=0, le=100_000)]


class TripFilter(BaseModel):
    """What the address says."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    desa: Annotated[str, Field(pattern=r"^([0-9]{10})?$")] = ""
    waktu: Literal["", "nanti"] = ""
    setelah: Annotated[str, Field(max_length=60)] = ""
    baris: Annotated[int, Field(ge=1, le=1_000_000)] = 1


class ResultForm(BaseModel):
    """What a team brought home from one village."""

    desa: Annotated[str, Field(pattern=r"^[0-9]{10}$")]
    ditemui: People
    direkam: People
    permohonan: People


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    pages = _TripPages(room)
    _looking(routes, pages)
    _planning(routes, pages)
    _changing(routes, pages)
    _acting(routes, pages)
    return routes


class _TripPages:
    """What the routes have in common."""

    def __init__(self, room: DeskRoom) -> None:
        self.room = room

    def services(self) -> dict[str, str]:
        menu = self.room.deps.menu
        return {code: menu.title(code) for code in menu.forms}

    async def one(self, trip_id: str) -> Trip:
        trip = await self.room.deps.trips.find(trip_id)
        if trip is None:
            raise NotFound("trips_not_found")
        return trip

    async def counts(self, *found: Trip) -> Mapping[str, StepCounts]:
        """Return what was counted of the sources of trips, since they were planned."""
        if not found:
            return {}
        codes = frozenset(stop.source for trip in found for stop in trip.stops)
        first = min(trip.planned_at for trip in found).astimezone(WIB).date()
        today = self.room.deps.clock().astimezone(WIB).date()
        return await self.room.deps.funnel.counts(FunnelQuestion(first, today, sources=codes), Facet.SOURCE)

    def form(self, request: Request, member: StaffMember, typed: TripForm, problem: str = "", trip_id: str = "") -> Response:
        """Return the form. `trip_id`: of the trip that is changed; "" a new one."""
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
        named = sorted(village_name(code) for code in villages())
        values = {"wish": typed, "problem": problem, "village_names": named, "services": self.services(), "longest": LONGEST}
        values |= {"here": f"{PATH}/{trip_id}" if trip_id else PATH, "is_new": not trip_id}
        values |= {"start": districts()[self.room.deps.trips_start].name, "today": self.room.deps.clock().astimezone(WIB).date()}
        return self.room.pages.show(request, "trip_new.html", member, status=status, **values)

    async def show(self, request: Request, member: StaffMember, trip: Trip, problem: str = "", ok: str = "") -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
        today = self.room.deps.clock().astimezone(WIB).date()
        values: dict[str, Any] = {
            "trip": trip,
            "counts": await self.counts(trip),
            "problem": problem,
            "ok": ok,
            "is_open": trip.state is TripState.PLANNED,
            "is_due": today >= trip.day,
            "day": self.room.deps.texts.day(trip.day),
            "services": self.services(),
            "village_name": village_name,
            "invitation": partial(self.invitation, trip),
            "correction": partial(self.correction, trip),
            "to_tell": [*(stop.village for stop in trip.stops), *trip.dropped],
            "start": districts()[self.room.deps.trips_start].name,
        }
        return self.room.pages.show(request, "trip.html", member, status=status, **values)

    def invitation(self, trip: Trip, stop: TripStop) -> str:
        """Return the page of a broadcast that invites those of a village who agreed to news, filled in as far as it goes."""
        titles = ", ".join(self.room.deps.menu.title(code) for code in trip.services)
        span = f"{stop.begins:%H.%M}-{stop.ends:%H.%M}"
        said = ["{desa}", stop.place, f"{self.room.deps.texts.day(trip.day)}, {span}", titles]
        name = f"{trip.name}, {village_name(stop.village)}"[:LONGEST]
        about = _about(trip, stop.village)
        return address("/desk/siaran/baru", templat="jemput_bola", nama=name, isi=said, desa=stop.village, tentang=about)

    def correction(self, trip: Trip, village: str) -> str:
        """Return the page of a broadcast that tells those of a village who were invited what became of it."""
        stop = next((stop for stop in trip.stops if stop.village == village and trip.state is TripState.PLANNED), None)
        day = self.room.deps.texts.day(trip.day)
        news = f"sekarang {day}, {stop.begins:%H.%M}-{stop.ends:%H.%M}, di {stop.place}." if stop else f"kunjungan {day} batal."
        name = f"{trip.name}, {village_name(village)}: berubah"[:LONGEST]
        about = _about(trip, village)
        return address("/desk/siaran/baru", templat="jemput_bola_berubah", nama=name, isi=["{desa}", news], desa=village, tentang=about)


def _about(trip: Trip, village: str) -> str:
    """Return what a broadcast is about, by which those who were invited are found again."""
    return f"trips/{trip.trip_id}/{village}"


def _looking(routes: APIRouter, pages: _TripPages) -> None:
    @routes.get(PATH)
    async def listed(request: Request, asked: Annotated[TripFilter, Query()], member: Watcher) -> Response:
        deps = pages.room.deps
        today = deps.clock().astimezone(WIB).date()
        since = today if asked.waktu else None
        found = await deps.trips.search(TripSearch(asked.desa, since, asked.setelah or None, _ROWS))
        values: dict[str, Any] = {"asked": asked, "rows": found.trips, "following": found.next, "today": today}
        values |= {"counts": await pages.counts(*found.trips), "village_name": village_name, "day_of": deps.texts.day}
        return pages.room.pages.show(request, "trips.html", member, **values)


def _planning(routes: APIRouter, pages: _TripPages) -> None:
    @routes.get(f"{PATH}/baru")
    async def new(request: Request, member: Campaigner, desa: Annotated[str, Query(max_length=10)] = "") -> Response:
        return pages.form(request, member, prefilled(desa))

    @routes.post(f"{PATH}/baru")
    async def make(request: Request, typed: Annotated[TripForm, Form()], member: Campaigner) -> Response:
        room = pages.room
        read = read_trip(typed, frozenset(room.deps.menu.forms))
        if read.plan is None:
            return pages.form(request, member, typed, read.problem)
        entry = room.entry(member, "trip.planned", "trips", detail={"name": read.plan.name, "day": read.plan.day.isoformat()})
        body = partial(plan_trip, deps=room.deps, plan=read.plan, grid=_grid(), by=member.staff_id)
        try:
            trip = await room.act(request, entry, body)
        except DomainError as wrong:
            return pages.form(request, member, typed, problem_of(wrong.code))
        return RedirectResponse(f"{PATH}/{trip.trip_id}?ok=direncanakan", HTTPStatus.SEE_OTHER)


def _changing(routes: APIRouter, pages: _TripPages) -> None:
    @routes.get(f"{PATH}/{{trip_id}}/ubah")
    async def ask(request: Request, trip_id: str, member: Campaigner) -> Response:
        return pages.form(request, member, typed_again(await pages.one(trip_id)), trip_id=trip_id)

    @routes.post(f"{PATH}/{{trip_id}}/ubah")
    async def change(request: Request, trip_id: str, typed: Annotated[TripForm, Form()], member: Campaigner) -> Response:
        """Plan it anew, on the revision that was looked at."""
        room = pages.room
        read = read_trip(typed, frozenset(room.deps.menu.forms))
        if read.plan is None:
            return pages.form(request, member, typed, read.problem, trip_id)
        detail = {"name": read.plan.name, "day": read.plan.day.isoformat()}
        entry = room.entry(member, "trip.changed", f"trips/{trip_id}", detail=detail)
        again = partial(change_trip, trip_id=trip_id, revision=typed.revisi, plan=read.plan, grid=_grid(), by=member.staff_id)
        try:
            await room.act(request, entry, partial(again, deps=room.deps))
        except DomainError as wrong:
            return pages.form(request, member, typed, problem_of(wrong.code), trip_id)
        return RedirectResponse(f"{PATH}/{trip_id}?ok=diubah", HTTPStatus.SEE_OTHER)


def _grid() -> Mapping[str, tuple[int, int]]:
    return {code: tile.at for code, tile in district_tiles().items()}


def _acting(routes: APIRouter, pages: _TripPages) -> None:
    @routes.get(f"{PATH}/{{trip_id}}")
    async def shown(
        request: Request,
        trip_id: str,
        member: Watcher,
        ok: Annotated[Literal["", "direncanakan", "diubah", "dicatat", "dibatalkan"], Query()] = "",
    ) -> Response:
        return await pages.show(request, member, await pages.one(trip_id), ok=ok)

    @routes.post(f"{PATH}/{{trip_id}}/hasil")
    async def result(request: Request, trip_id: str, typed: Annotated[ResultForm, Form()], member: Campaigner) -> Response:
        room, trip = pages.room, await pages.one(trip_id)
        brought = TripResult(typed.ditemui, typed.direkam, typed.permohonan)
        entry = room.entry(member, "trip.result_noted", f"trips/{trip_id}", detail={"village": typed.desa})
        body = partial(note_trip_result, deps=room.deps, trip_id=trip_id, village=typed.desa, result=brought)
        try:
            await room.act(request, entry, body)
        except DomainError as wrong:
            return await pages.show(request, member, trip, problem_of(wrong.code))
        return RedirectResponse(f"{PATH}/{trip_id}?ok=dicatat", HTTPStatus.SEE_OTHER)

    @routes.post(f"{PATH}/{{trip_id}}/batal")
    async def cancel(request: Request, trip_id: str, member: Campaigner) -> Response:
        room, trip = pages.room, await pages.one(trip_id)
        entry = room.entry(member, "trip.cancelled", f"trips/{trip_id}")
        try:
            await room.act(request, entry, partial(cancel_trip, deps=room.deps, trip_id=trip_id))
        except DomainError as wrong:
            return await pages.show(request, member, trip, problem_of(wrong.code))
        return RedirectResponse(f"{PATH}/{trip_id}?ok=dibatalkan", HTTPStatus.SEE_OTHER)
