"""`/desk/pekerjaan`: what is mine, late and next, in one list in the order of work, and the next one by one key."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.verification import handlers
from services.verification.desk import work_words as words
from services.verification.desk.register import notice
from services.verification.desk.skills import skill_names
from services.verification.desk.work_room import ASSIGN, DECIDE, LEAD, PATH, READ, WorkRoom, noted, pull_next
from services.verification.domain.officer import skilled
from services.verification.domain.task import Task
from services.verification.handlers.colleagues import Colleagues
from services.verification.ports import TaskFilter, TaskOrder, TaskQuery
from shared.clock import midnight
from shared.errors import DomainError
from shared.reference.regions import districts, find_village
from shared.web.desk import Lookout, StaffMember, signed_in
from shared.web.desk.overview import PERMISSION as OVERVIEW

_ROWS: Final = 50  # of a list that shows one kind
_ROWS_OF_A_GROUP: Final = 12  # of the list of everything, for each group: what is held is never more than may be held
_MOST_COUNTED: Final = 500  # what is beyond is said as "500+": counting further would cost more than it tells
_MOST_NEW: Final = 99


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to look at the list: which tasks, in which order, and what its group is called."""

    word: str
    show: TaskFilter
    order: TaskOrder
    heading: str


TABS: Final[Mapping[str, Tab]] = MappingProxyType(
    {
        "terlambat": Tab("Terlambat", TaskFilter.LATE, TaskOrder.PLACE, "Terlambat, belum dipegang siapa pun"),
        "saya": Tab("Saya pegang", TaskFilter.HELD, TaskOrder.DUE, "Saya pegang"),
        "berikutnya": Tab("Berikutnya", TaskFilter.NEXT, TaskOrder.PLACE, "Berikutnya untuk saya, diurut dari pesan pertama"),
        "menunggu": Tab("Menunggu warga", TaskFilter.WAITING, TaskOrder.DUE, "Menunggu jawaban warga, jamnya berhenti"),
    }
)
"""What the URL says. The first three are the groups of the whole list, in its order."""
OFFICE_TABS: Final[Mapping[str, Tab]] = MappingProxyType(
    {
        "terbuka": Tab("Semua terbuka", TaskFilter.OPEN, TaskOrder.PLACE, "Semua yang terbuka, diurut dari pesan pertama"),
        "lewat": Tab("Lewat janji", TaskFilter.OVERDUE, TaskOrder.DUE, "Lewat janji, yang terlama di atas"),
        "kedua": Tab("Persetujuan kedua", TaskFilter.SECOND, TaskOrder.PLACE, "Menunggu persetujuan kedua"),
        "dipegang": Tab("Dipegang", TaskFilter.CLAIMED, TaskOrder.DUE, "Dipegang petugas"),
        "selesai": Tab("Diputuskan", TaskFilter.CLOSED, TaskOrder.DECIDED, "Sudah diputuskan, yang terakhir di atas"),
    }
)
"""Lists of the whole office, for whoever sees its summary: its pictures lead there."""


class WorkFilter(BaseModel):
    """What the address says. Nothing in it is of a person."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    tampil: Annotated[str, Field(max_length=20)] = ""
    layanan: Annotated[str, Field(max_length=64)] = ""
    kecamatan: Annotated[str, Field(max_length=6)] = ""
    jalur: Annotated[str, Field(max_length=20)] = ""
    desa: Annotated[str, Field(max_length=10)] = ""
    petugas: Annotated[str, Field(max_length=64)] = ""
    dari: date | None = None
    sampai: date | None = None
    lewat: Annotated[str, Field(max_length=4)] = ""
    setelah: Annotated[str | None, Field(max_length=300)] = None
    baris: Annotated[int, Field(ge=1)] = 1
    terakhir: Annotated[str | None, Field(max_length=64)] = None
    atur: Annotated[str, Field(max_length=4)] = ""
    ok: Annotated[str, Field(max_length=20)] = ""


class WorkWaiting(BaseModel):
    """How many wait, for the side of every page."""

    waiting: int
    urgent: bool


Filter = Annotated[WorkFilter, Query()]
Reader = Annotated[StaffMember, signed_in(READ)]
Decider = Annotated[StaffMember, signed_in(DECIDE)]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading."""

    name: str
    tab: Tab
    tasks: tuple[Task, ...]
    count: int


def query_of(room: WorkRoom, member: StaffMember, asked: WorkFilter, tab: Tab, *, limit: int = _ROWS) -> TaskQuery:
    """Return what the filter means; a word that it does not know filters nothing."""
    return TaskQuery(
        officer_id=member.staff_id,
        show=tab.show,
        order=tab.order,
        service=asked.layanan if asked.layanan in room.deps.catalogue.services else None,
        channel=asked.jalur if asked.jalur in words.CHANNELS else None,
        area=asked.desa if find_village(asked.desa) else asked.kecamatan if asked.kecamatan in districts() else None,
        holder=asked.petugas or None,
        decided_from=midnight(asked.dari),
        decided_until=midnight(asked.sampai, days=1),
        is_late=bool(asked.lewat),
        limit=limit,
        is_lead=member.may(LEAD),
        areas=frozenset() if tab.show is TaskFilter.HELD else member.areas,  # what one holds is shown wherever it is from
        services=skilled(member.groups, room.deps.catalogue) if tab.show is TaskFilter.NEXT else None,  # what is late is everybody's
    )


async def counts(room: WorkRoom, member: StaffMember, asked: WorkFilter) -> dict[str, int]:
    """Return how many there are behind each tab, counted up to a limit."""
    at = room.deps.clock()
    reader = room.deps.task_reader
    found = await asyncio.gather(*(reader.count(query_of(room, member, asked, tab), at=at, most=_MOST_COUNTED) for tab in TABS.values()))
    return dict(zip(TABS, found, strict=True))


async def show(
    room: WorkRoom, request: Request, member: StaffMember, asked: WorkFilter, *, status: int = HTTPStatus.OK, **more: Any
) -> Response:
    """Return the page. `more`: a refusal that is to be said on it."""
    at, reader = room.deps.clock(), room.deps.task_reader
    tallies = await counts(room, member, asked)
    tabs = {**TABS, **(OFFICE_TABS if member.may(OVERVIEW) else {})}
    chosen = asked.tampil if asked.tampil in tabs else ""
    if chosen in OFFICE_TABS:
        tallies[chosen] = await reader.count(query_of(room, member, asked, tabs[chosen]), at=at, most=_MOST_COUNTED)
    sections, following = await _sections(room, member, asked, {chosen: tabs[chosen]} if chosen else {}, tallies)
    return room.pages.show(
        request,
        "work_list.html",
        member,
        status=status,
        asked=asked,
        chosen=chosen,
        tabs={name: tab for name, tab in tabs.items() if name in TABS or name == chosen},
        narrowed=await _narrowed(room, asked),
        sections=sections,
        tallies=tallies,
        tally=_tally,
        following=following,
        newest=None if chosen and asked.setelah else await reader.newest(),
        limit_held=room.deps.queue.claims_at_once,
        officers=await room.names([task for section in sections for task in section.tasks]),
        at=at,
        words=words,
        here=here,
        services=services_of(room),
        districts=[(code, each.name) for code, each in sorted(districts().items(), key=lambda item: item[1].name)],
        undo=await undoable(room, member, asked.terakhir),
        service_name=room.service_name,
        skills=", ".join(skill_names(member.groups).values()),
        pause=await notice(room),
        colleagues=(await Colleagues.of(room.staff, member.staff_id)).accounts if asked.atur and member.may(ASSIGN) else (),
        **({"refusal": None, "unassigned": None} | more),
    )


async def _sections(
    room: WorkRoom, member: StaffMember, asked: WorkFilter, chosen: Mapping[str, Tab], tallies: Mapping[str, int]
) -> tuple[list[Group], str | None]:
    """Return the rows under their headings, and where the list that was chosen goes on. None chosen: the beginning of each."""
    at, reader = room.deps.clock(), room.deps.task_reader
    tabs = chosen or {name: tab for name, tab in TABS.items() if name != "menunggu"}
    limit, after = (_ROWS, asked.setelah) if chosen else (_ROWS_OF_A_GROUP, None)
    pages = await asyncio.gather(
        *(reader.page(replace(query_of(room, member, asked, tab, limit=limit), after=after), at=at) for tab in tabs.values())
    )
    found = zip(tabs.items(), pages, strict=True)
    groups = [Group(name, tab, page.tasks, tallies[name]) for (name, tab), page in found if page.tasks or chosen]
    return groups, pages[0].next if chosen else None


async def undoable(room: WorkRoom, member: StaffMember, task_id: str | None) -> Task | None:
    """Return a task whose decision its officer can undo still."""
    task = await room.units.run(lambda tx: tx.tasks.find(task_id)) if task_id else None
    if task is None or task.held is None or task.held.officer_id != member.staff_id or task.held.effective_at <= room.deps.clock():
        return None
    return task


def here(asked: WorkFilter, **changes: Any) -> dict[str, Any]:
    """Return the filter for an address, with changes; what is as usual is left out."""
    values = asked.model_dump() | {"baris": None if asked.baris == 1 else asked.baris, "terakhir": None, "ok": None} | changes
    return {name: value for name, value in values.items() if value not in (None, "")}


def router(room: WorkRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    _looking(routes, room)
    _pulling(routes, room)
    return routes


def _looking(routes: APIRouter, room: WorkRoom) -> None:
    reader = room.deps.task_reader
    lookout = Lookout(reader.newest)

    @routes.get(PATH)
    async def listed(request: Request, asked: Filter, member: Reader) -> Response:
        return await show(room, request, member, asked)

    @routes.get(f"{PATH}/jumlah")
    async def waiting(member: Reader) -> WorkWaiting:
        tallies = await counts(room, member, WorkFilter())
        return WorkWaiting(waiting=tallies["saya"] + tallies["terlambat"], urgent=tallies["terlambat"] > 0)

    @routes.get(f"{PATH}/langsung")
    async def news(request: Request, asked: Filter, member: Reader, sejak: Annotated[str, Query(max_length=64)]) -> Response:
        tabs = [TABS[name] for name in ("berikutnya", "terlambat")]

        async def count() -> tuple[int, bool]:
            at = room.deps.clock()
            found = sum(
                [await reader.count(query_of(room, member, asked, tab), at=at, most=_MOST_NEW + 1, newer_than=sejak) for tab in tabs]
            )
            return min(found, _MOST_NEW), found > _MOST_NEW

        return lookout.answer(request, count)


def _pulling(routes: APIRouter, room: WorkRoom) -> None:
    @routes.post(f"{PATH}/berikutnya")
    async def pull(request: Request, member: Decider) -> Response:
        """Claim the next task and open it; where there is none, or one holds as many as one may, the list says so."""
        try:
            view = await pull_next(room, member)
        except DomainError as error:
            return await show(room, request, member, WorkFilter(), status=HTTPStatus.CONFLICT, refusal=error.code)
        if view is None:
            return await show(room, request, member, WorkFilter(), refusal="nothing_next")
        return RedirectResponse(f"{PATH}/{view.task.id}", HTTPStatus.SEE_OTHER)

    @routes.post(f"{PATH}/{{task_id}}/lepas")
    async def release(task_id: str, member: Decider) -> Response:
        """Release a task; the list is shown next."""
        await room.units.run(
            lambda tx: handlers.release_task(tx, room.deps, task_id, member.staff_id),
            audit=lambda view: noted(room, member, "task.released", view),
        )
        return RedirectResponse(PATH, HTTPStatus.SEE_OTHER)


def _tally(number: int) -> str:
    return f"{number:,}".replace(",", ".") + ("+" if number >= _MOST_COUNTED else "")


async def _narrowed(room: WorkRoom, asked: WorkFilter) -> str:
    """Return in words what the address narrows beside the choices that the page shows."""
    village = find_village(asked.desa)
    names = await room.staff.names({asked.petugas}) if asked.petugas else {}
    said = (
        f"desa {village.name}, {village.district.name}" if village else "",
        f"dipegang {names.get(asked.petugas, 'petugas ini')}" if asked.petugas else "",
        f"diputuskan sejak {words.day(asked.dari)}" if asked.dari else "",
        f"sampai {words.day(asked.sampai)}" if asked.sampai else "",
        "setelah janjinya" if asked.lewat else "",
    )
    return ", ".join(filter(None, said))


def services_of(room: WorkRoom) -> list[tuple[str, str]]:
    """Return the services that are open, by code and name."""
    return [(service.id, service.name) for service in room.deps.catalogue.services.values() if service.ready]
