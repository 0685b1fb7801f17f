"""The form of a trip to the villages: what was typed, read into a plan; and what is wrong with it, in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from services.intake.desk.source_form import LONGEST, find_typed_village
from services.intake.domain.outreach.trips import MOST_PEOPLE, MOST_STOPS, Trip, TripPlan
from shared.reference.regions import find_village, village_name

_GOAL: Final = 40  # people at one place, as the form proposes: what one camera records in three hours
_TEAM: Final = 12  # people in one car and on two motorcycles
PROBLEMS: Final[Mapping[str, str]] = {
    "trip_name_missing": f"Beri nama perjalanannya, 1 sampai {LONGEST} huruf.",
    "trip_day_past": "Pilih hari ini atau sesudahnya.",
    "trip_team_missing": "Tulis siapa yang berangkat.",
    "trip_team_many": f"Paling banyak {_TEAM} orang.",
    "trip_services_missing": "Pilih paling sedikit satu layanan.",
    "trip_stops_missing": "Tulis paling sedikit satu desa.",
    "trip_stops_many": f"Paling banyak {MOST_STOPS} desa sehari.",
    "trip_village_unknown": "Pilih desa dari daftar, dengan kecamatannya: {detail}.",
    "trip_village_twice": "Satu desa tertulis dua kali.",
    "trip_goal_wrong": f"Target tiap desa 1 sampai {MOST_PEOPLE} orang.",
    "trip_time_wrong": "Tulis jam mulai dan jam selesai; selesai sesudah mulai.",
    "trip_too_short": "Waktunya terlalu pendek untuk desa sebanyak ini: tiap desa perlu 45 menit, dan 30 menit untuk pindah.",
    "trip_not_yet": "Hasil dicatat pada harinya atau sesudahnya.",
    "trip_numbers_wrong": "Angkanya tidak cocok: yang direkam tidak bisa lebih banyak dari yang ditemui.",
    "trip_cancelled": "Perjalanan ini sudah dibatalkan.",
    "trip_was_made": "Hasilnya sudah dicatat, jadi rencananya tidak bisa diubah atau dibatalkan lagi.",
    "trip_changed_meanwhile": "Rekan lain baru saja mengubah rencana ini. Buka lagi, lihat perubahannya, lalu ulangi.",
}
Line = Annotated[str, Field(max_length=200)]
Rows = Annotated[tuple[Line, ...], Field(max_length=MOST_STOPS)]


class TripForm(BaseModel):
    """A trip as it was typed. `desa`, `tempat`, `target`: a row for each village; rows without a village are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    nama: Line = ""
    hari: Annotated[str, Field(max_length=10)] = ""
    tim: Annotated[str, Field(max_length=600)] = ""
    layanan: Annotated[tuple[Annotated[str, Field(max_length=63)], ...], Field(max_length=60)] = ()
    mulai: Annotated[str, Field(max_length=8)] = "08:00"
    selesai: Annotated[str, Field(max_length=8)] = "12:00"
    desa: Rows = ()
    tempat: Rows = ()
    target: Rows = ()
    revisi: Annotated[int, Field(ge=0, le=1_000_000)] = 0

    def rows(self) -> list[tuple[str, str, str]]:
        """Return as many rows as the form shows: village, place, goal."""
        padded = [[*each, *[""] * (MOST_STOPS - len(each))] for each in (self.desa, self.tempat, self.target)]
        return [(village, place, goal or str(_GOAL)) for village, place, goal in zip(*padded, strict=True)]


@dataclass(frozen=True, slots=True)
class TypedTrip:
    """A form that was read: its plan, or what is wrong with it."""

    plan: TripPlan | None
    problem: str = ""


def problem_of(code: str, detail: str = "") -> str:
    """Return what is wrong, in words."""
    return PROBLEMS.get(code, "Tidak bisa dilakukan sekarang.").format(detail=detail)


def read_trip(typed: TripForm, services: Collection[str]) -> TypedTrip:
    """Return the plan that a form describes; the domain judges what is planned."""
    begins, ends, day = _time(typed.mulai), _time(typed.selesai), _day(typed.hari)
    if begins is None or ends is None or begins >= ends:
        return TypedTrip(None, problem_of("trip_time_wrong"))
    name = " ".join(typed.nama.split())
    team = tuple(dict.fromkeys(" ".join(each.split()) for each in typed.tim.replace("\n", ",").split(",") if each.strip()))
    if len(name) > LONGEST:
        return TypedTrip(None, problem_of("trip_name_missing"))
    if len(team) > _TEAM:
        return TypedTrip(None, problem_of("trip_team_many"))
    stops: list[tuple[str, str, int]] = []
    for village, place, goal in typed.rows():
        if not village.strip():
            continue
        code = find_typed_village(village)
        if not code:
            return TypedTrip(None, problem_of("trip_village_unknown", village.strip()[:LONGEST]))
        stops.append((code, " ".join(place.split())[:LONGEST] or _hall(code), int(goal) if goal.isascii() and goal.isdigit() else 0))
    wanted = tuple(code for code in dict.fromkeys(typed.layanan) if code in services)
    return TypedTrip(TripPlan(name, day or date.min, team, wanted, begins, ends, tuple(stops)))


def prefilled(village: str) -> TripForm:
    """Return an empty form, with a village where somebody comes from the list of villages."""
    known = find_village(village)
    return TripForm(desa=(village_name(known.code),), tempat=(_hall(known.code),)) if known else TripForm()


def typed_again(trip: Trip) -> TripForm:
    """Return the form of a trip as it is planned."""
    return TripForm(
        nama=trip.name,
        hari=trip.day.isoformat(),
        tim=", ".join(trip.team),
        layanan=trip.services,
        mulai=f"{trip.stops[0].begins:%H:%M}",
        selesai=f"{trip.stops[-1].ends:%H:%M}",
        desa=tuple(village_name(stop.village) for stop in trip.stops),
        tempat=tuple(stop.place for stop in trip.stops),
        target=tuple(str(stop.goal) for stop in trip.stops),
        revisi=trip.revision,
    )


def _hall(code: str) -> str:
    """Return where people of a village meet, unless somebody says otherwise."""
    village = find_village(code)
    return f"Balai {village.kind.value.capitalize()} {village.name}" if village else ""


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
