"""Verification's pictures of the head's view: what is open, what is late, who has it, and when it will be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from services.verification.desk import overview_words as words
from services.verification.desk.work_room import PATH as WORK
from services.verification.desk.work_room import WorkRoom
from services.verification.domain.capacity import QueueFigures, finishing_time, room_until
from services.verification.domain.overview import TARGET_PERCENT, Dues, capacity_per_hour, project, top, working_days
from services.verification.handlers.planning import day_of
from shared.clock import WIB
from shared.web.desk.overview import FRESH_SECONDS, PATH, Column, Kind, Lead, Limit, Picture, PictureRow, Shade
from shared.web.desk.pages import address
from shared.web.desk.words import count, day_short, decimal
from shared.web.latest import Latest

_DAYS: Final = 14  # working days that the promises are shown for
_AHEAD: Final = 5  # working days that the forecast reaches
_LATELY: Final = timedelta(days=7)  # over which it is counted how much comes in, as the pace is


@dataclass(frozen=True, slots=True)
class Tile:
    """One number of the day, and where it leads."""

    number: str
    word: str
    context: str
    leads_to: str
    is_bad: bool = False


class OfficePictures:
    """The pictures, and the numbers above them."""

    def __init__(self, room: WorkRoom) -> None:
        self._room = room
        self._deps = room.deps
        self._figures = Latest(self._count, FRESH_SECONDS)
        self._services = Latest(self._count_services, FRESH_SECONDS)

    async def tiles(self) -> list[Tile]:
        """Return the numbers of the day."""
        figures, dues = await self._figures.get(), await self._services.get()
        late = {code: each.overdue for code, each in dues.items()}
        worst, done, room = top(late), sum(figures.closed_today.values()), room_until(self._deps.hours, figures, day_of(figures.at)[1])
        ends_at = finishing_time(self._deps.hours, figures, figures.workable)
        capacity = capacity_per_hour(figures)
        return [
            Tile(
                count(sum(figures.by_stage.values())), "Terbuka", f"{count(figures.opened_today)} masuk hari ini", listed(tampil="terbuka")
            ),
            Tile(
                count(sum(late.values())),
                "Lewat janji",
                f"{count(worst[1])} di {words.lowered(self._room.service_name(worst[0]))}" if worst else "semua dalam janji",
                listed(tampil="lewat"),
                is_bad=worst is not None,
            ),
            Tile(count(figures.by_stage.get("second", 0)), "Persetujuan", "menunggu kepala seksi", listed(tampil="kedua")),
            Tile(
                count(done),
                "Diputuskan",
                f"hari ini, dari sekitar {count(done + room)}" if room is not None else "hari ini",
                listed(tampil="selesai", dari=_day(figures.at).isoformat()),
            ),
            Tile(
                decimal(figures.workable / capacity / self._hours_of_a_day(figures.at)) if capacity else "\u2013",
                "Hari antrean",
                f"habis {words.ends(ends_at, figures.at)}" if ends_at else "belum bisa diperkirakan",
                listed(tampil="terbuka"),
            ),
        ]

    async def services(self) -> Picture:
        """Return what is open of each service, by what is left of its promise."""
        dues = await self._services.get()
        rows = sorted(dues.items(), key=lambda each: (-each[1].open, each[0]))
        late = sum(each.overdue for each in dues.values())
        return Picture(
            name="layanan",
            finding=words.of_services(dues, self._room.service_name),
            about="Permohonan terbuka menurut layanan dan sisa waktu janji",
            subject="Layanan",
            columns=_DUE_COLUMNS,
            lines=tuple(
                PictureRow(self._room.service_name(code), _values(each), listed(tampil="terbuka", layanan=code)) for code, each in rows
            ),
            lead=Lead(f"Buka {count(late)} yang lewat", listed(tampil="lewat")) if late else Lead("Buka semua", listed(tampil="terbuka")),
            teaches="Begitu ada permohonan untuk petugas, di sini terlihat layanan mana yang menunggu dan mana yang terlambat.",
            is_wide=True,
        )

    async def promises(self) -> Picture:
        """Return the share of promises that were kept, day by day."""
        at = self._deps.clock()
        today = _day(at)
        days = await self._deps.overview_reader.kept_on(working_days(self._deps.hours, today, _DAYS), at=at)
        below = [day.on for day in days if day.percent is not None and day.percent < TARGET_PERCENT]
        since = below[0] if below else days[0].on
        return Picture(
            name="janji",
            finding=words.of_promises(days, today),
            about=f"Bagian yang diputuskan petugas sebelum janjinya, {_DAYS} hari kerja; sasaran {TARGET_PERCENT:.0f} %",
            subject="Hari",
            columns=(Column("Ditepati"),),
            lines=tuple(
                PictureRow(
                    day_short(day.on),
                    (None if day.percent is None else round(day.percent, 1),),
                    listed(tampil="selesai", dari=day.on.isoformat(), sampai=day.on.isoformat(), lewat="ya"),
                )
                for day in days
            ),
            lead=Lead("Buka yang diputuskan lewat janji", listed(tampil="selesai", dari=since.isoformat(), lewat="ya")),
            teaches="Begitu petugas memutuskan permohonan pertama, di sini terlihat tiap hari berapa bagian yang selesai sebelum janjinya.",
            kind=Kind.LINES,
            limit=Limit(TARGET_PERCENT, f"sasaran {TARGET_PERCENT:.0f}", is_floor=True),
            unit=" %",
            is_wide=True,
        )

    async def officers(self) -> Picture:
        """Return what each officer holds."""
        figures, limit = await self._figures.get(), self._deps.queue.claims_at_once
        names = {officer: officer for officer in figures.officers} | dict(await self._room.staff.names(set(figures.officers)))
        rows = sorted(figures.officers.items(), key=lambda each: (-each[1].held, -each[1].decided_today, names[each[0]]))
        return Picture(
            name="petugas",
            finding=words.of_officers(figures.officers, limit, names),
            about=f"Dipegang sekarang; batas {limit} per petugas",
            subject="Petugas",
            columns=(Column("Dipegang"),),
            lines=tuple(PictureRow(names[officer], (load.held,), listed(tampil="dipegang", petugas=officer)) for officer, load in rows),
            lead=Lead("Bagi ulang", listed(tampil="dipegang")),
            teaches="Begitu petugas mengambil pekerjaan, di sini terlihat siapa memegang berapa, dan siapa di atas batas.",
            limit=Limit(limit, f"batas {limit}"),
        )

    async def villages(self) -> Picture:
        """Return where those live who wait."""
        at = self._deps.clock()
        dues = await self._deps.overview_reader.by_village(at=at, day_ends=day_of(at)[1])
        rows = sorted(dues.items(), key=lambda each: (-each[1].open, each[0]))
        return Picture(
            name="desa",
            finding=words.of_villages(dues),
            about="Permohonan terbuka menurut desa pemohon",
            subject="Desa, kecamatan",
            columns=_DUE_COLUMNS,
            lines=tuple(
                PictureRow(
                    words.place(code), _values(each), listed(tampil="terbuka", desa=code) if words.place(code) != words.place("") else ""
                )
                for code, each in rows
            ),
            lead=Lead(f"Semua {count(len(rows))} desa di tabel", "#t-desa")
            if len(rows) > _SHOWN
            else Lead("Buka semua", listed(tampil="terbuka")),
            teaches="Begitu ada permohonan, di sini terlihat desa mana yang paling banyak menunggu.",
            shown=_SHOWN,
        )

    async def ages(self) -> Picture:
        """Return how long what is open has waited, and for whom."""
        found = await self._deps.overview_reader.by_age(at=self._deps.clock())
        stages = [stage for stage in words.STAGES if any(each == stage for _, each in found)] or ["first"]
        return Picture(
            name="umur",
            finding=words.of_ages(found),
            about="Permohonan terbuka menurut lama sejak pesan pertama, dan siapa yang ditunggu",
            subject="Sejak pesan pertama",
            columns=tuple(Column(words.STAGES[stage], _STAGE_SHADES[stage]) for stage in stages),
            lines=tuple(PictureRow(age, tuple(found.get((place, stage), 0) for stage in stages)) for place, age in enumerate(words.AGES)),
            lead=Lead("Buka dari yang terlama", listed(tampil="terbuka")),
            teaches="Begitu ada permohonan, di sini terlihat berapa lama warga sudah menunggu, dan siapa yang ditunggu.",
        )

    async def queue(self) -> Picture:
        """Return when the queue will be worked off."""
        figures = await self._figures.get()
        hours, at = self._deps.hours, figures.at
        began = at - _LATELY
        worked = hours.elapsed(began, at) / timedelta(hours=1)
        arrivals = await self._deps.overview_reader.opened_since(began) / worked if worked else 0.0
        capacity = capacity_per_hour(figures)
        closings = _closings(hours, at)
        points = list(project(hours, figures, arrivals, closings)) if capacity else []
        return Picture(
            name="antrean",
            finding=words.of_queue(figures.workable, finishing_time(hours, figures, figures.workable), arrivals, capacity, at),
            about=f"Yang masih menunggu di akhir hari, menurut kecepatan tujuh hari terakhir dan {count(figures.present)} petugas hari ini",
            subject="Akhir hari",
            columns=(Column("Dengan yang baru masuk", Shade.SOON), Column("Antrean sekarang saja")),
            lines=tuple(
                PictureRow(day_short(_day(each.at)) if place else "Sekarang", (each.with_arrivals, each.alone))
                for place, each in enumerate(points)
            ),
            lead=Lead("Buka antrean", listed(tampil="terbuka")),
            teaches="Begitu petugas memutuskan beberapa permohonan, kecepatannya terukur, dan di sini terlihat kapan antrean habis.",
            kind=Kind.LINES,
        )

    async def _count(self) -> QueueFigures:
        now = self._deps.clock()
        began, ends = day_of(now)
        return await self._deps.queue_reader.figures(at=now, day_began=began, day_ends=ends)

    async def _count_services(self) -> Mapping[str, Dues]:
        now = self._deps.clock()
        return await self._deps.overview_reader.by_service(at=now, day_ends=day_of(now)[1])

    def _hours_of_a_day(self, at: datetime) -> float:
        """Return the working hours of a day, on average of the last two weeks."""
        days = [day for day in working_days(self._deps.hours, _day(at), _DAYS) if self._deps.hours.is_working_day(day)]
        began = datetime.combine(days[0], time(), WIB) if days else at
        until = datetime.combine(days[-1], time(), WIB) + timedelta(days=1) if days else at
        return self._deps.hours.elapsed(began, until) / timedelta(hours=1) / len(days) if days else 1.0


_SHOWN: Final = 8  # villages that are drawn; all stand in the table
_DUE_COLUMNS: Final = (
    Column("Longgar", Shade.CALM),
    Column("Hari ini", Shade.SOON),
    Column("Lewat janji", Shade.LATE),
    Column("Jam berhenti", Shade.IDLE),
)
_STAGE_SHADES: Final = {"first": Shade.MAIN, "second": Shade.SOON, "waiting": Shade.CALM, "deciding": Shade.IDLE}


def _lead_of_villages(villages: int) -> Lead:
    return Lead(f"Semua {count(villages)} desa", f"{PATH}/desa") if villages > _SHOWN else Lead("Buka semua", listed(tampil="terbuka"))


def _values(dues: Dues) -> tuple[int, ...]:
    return dues.later, dues.today, dues.overdue, dues.stopped


def listed(**values: Any) -> str:
    """Return the address of the list of work with this filter."""
    return address(WORK, **values)


def _day(moment: datetime) -> date:
    return moment.astimezone(WIB).date()


def _closings(hours: Any, at: datetime) -> list[datetime]:
    today = _day(at)
    days = [day for day in (today + timedelta(days=each) for each in range(4 * _AHEAD)) if hours.is_working_day(day)]
    return [datetime.combine(day, time(), WIB) + timedelta(days=1, seconds=-1) for day in days[:_AHEAD]]
