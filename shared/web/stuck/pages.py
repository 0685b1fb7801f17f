"""`/desk/macet/<name>`: what one service gave up, by its cause, for a person to replay or discard. The same page in all four.

`/desk/macet` loads the parts of all four, each from its own service; a part whose service is down says so, and the others work.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import APIRouter, FastAPI, Form, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from shared.clock import Clock, now
from shared.errors import DomainError, NotFound
from shared.web.desk.csv import csv_lines
from shared.web.desk.navigation import WaitingCount
from shared.web.desk.pages import Pages, asset
from shared.web.desk.session import StaffMember, signed_in
from shared.web.desk.words import NOTHING, moment, span
from shared.web.stuck import StuckDetail, StuckEntry, StuckSource, decided, masked_content, note_act
from shared.web.stuck.words import cause_of

PATH: Final = "/desk/macet"
_ROWS = _MOST_COUNTED = 200  # a page, and what is counted: what is given up are few; what is beyond is said as "200+"
_LONGEST_NOTE: Final = 500  # characters, as the API takes it
_OLDEST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StuckPart:
    """One part of the page: its name, and the step at which work stops there."""

    word: str
    step: str


PLACES: Final[Mapping[str, StuckPart]] = MappingProxyType(
    {
        "permohonan": StuckPart("Penerimaan", "pesan masuk"),
        "verifikasi": StuckPart("Verifikasi", "pencatatan"),
        "dokumen": StuckPart("Penerbitan", "pencetakan"),
        "pesan": StuckPart("Pesan", "pengiriman"),
    }
)
"""The last part of the address of each service's part -> what it is called."""

Reader = Annotated[StaffMember, signed_in("stuck:read")]
Decider = Annotated[StaffMember, signed_in("stuck:manage")]
Revealer = Annotated[StaffMember, signed_in("stuck:reveal")]


MESSAGE_REFUSALS: Final = frozenset({"forged", "broker_unreachable"})  # codes that say for what a message waits still
UNREAD: Final = "unread"  # field of a message's content that is no JSON: personal as a whole
MESSAGE: Final = "message_between_services"
"""Kind of what is a message of the services themselves; it stops on its way to the part, or from it."""


@dataclass(frozen=True, slots=True)
class StuckRoom:
    """What a service's part is made with.

    `personal`: names of fields of a content that tell of persons; `refusals`: codes that say for what an item waits still;
    `kind_word`: what a kind is called; `page_of`: the page of the desk about an item, "" where there is none.
    """

    name: str
    source: StuckSource
    personal: frozenset[str]
    kind_word: Callable[[str], str]
    refusals: Sequence[str] = ()
    clock: Clock = now
    page_of: Callable[[str], str] = lambda _: ""

    @property
    def waits_for(self) -> frozenset[str]:
        """Codes for which an item, or a message, waits still."""
        return frozenset(self.refusals) | MESSAGE_REFUSALS


class StuckFilter(BaseModel):
    """What the address says: where the page begins, and what became of the last act."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    setelah: Annotated[str | None, Field(max_length=500)] = None
    diulang: Annotated[int, Field(ge=0)] = 0
    dibuang: Annotated[int, Field(ge=0)] = 0
    hilang: Annotated[int, Field(ge=0)] = 0
    tetap: Annotated[int, Field(ge=0)] = 0
    sebab: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_]*$")] = ""


class StuckOrder(BaseModel):
    """What shall become of some of them. In the note's own field Ctrl+Enter sends no button: a note means to discard."""

    model_config = ConfigDict(extra="ignore")

    pilih: list[str] = []
    act: Annotated[str, Field(max_length=20)] = ""
    catatan: Annotated[str, Field(max_length=_LONGEST_NOTE)] = ""


@dataclass(frozen=True, slots=True)
class StuckCause:
    """Items with one cause; `oldest` first."""

    code: str
    text: str
    entries: tuple[StuckEntry, ...]


@dataclass(frozen=True, slots=True)
class StuckOutcome:
    """What became of many at once. `waiting`: the code for which the last one that refused waits still."""

    done: int = 0
    gone: int = 0
    kept: int = 0
    waiting: str = ""


def install(app: FastAPI, room: StuckRoom, pages: Pages) -> None:
    """Add the part of this service, and the page that loads all four; the shell must be in the app."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(PATH)
    async def everything(request: Request, member: Reader) -> Response:
        return pages.show(request, "stuck_all.html", member, places=PLACES, base=PATH, name="", script=asset("stuck.js"))

    _listing(routes, room, pages)
    _deciding(routes, room, pages)
    _showing(routes, room, pages)
    app.include_router(routes)


def _listing(routes: APIRouter, room: StuckRoom, pages: Pages) -> None:
    here = f"{PATH}/{room.name}"

    @routes.get(here)
    async def listed(request: Request, member: Reader, asked: Annotated[StuckFilter, Query()]) -> Response:
        return await _list(request, member, room, pages, asked)

    @routes.get(f"{here}/jumlah")
    async def waiting(_member: Reader) -> WaitingCount:
        page = await room.source.page(None, _MOST_COUNTED)
        return WaitingCount(waiting=len(page.stuck), urgent=bool(page.stuck))

    @routes.get(f"{here}/unduh")
    async def download(_member: Reader) -> Response:
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="macet-{room.name}.csv"'}
        return StreamingResponse(_lines(room), media_type="text/csv; charset=utf-8", headers=headers)


def _deciding(routes: APIRouter, room: StuckRoom, pages: Pages) -> None:
    @routes.post(f"{PATH}/{room.name}/putusan")
    async def decide(request: Request, member: Decider, order: Annotated[StuckOrder, Form()]) -> Response:
        """Replay or discard what was selected; one after the other, each with its row in the audit log."""
        note = order.catatan.strip()
        act = order.act or ("buang" if note else "ulangi")
        problem = "pilih" if not order.pilih else "catatan" if act == "buang" and not note else ""
        if problem:
            more: dict[str, Any] = {"problem": problem, "picked": order.pilih, "typed": order.catatan}
            return await _list(request, member, room, pages, StuckFilter(), status=HTTPStatus.UNPROCESSABLE_ENTITY, **more)
        found = await _decide(request, member, room, order.pilih, note if act == "buang" else None)
        told = {"dibuang" if act == "buang" else "diulang": found.done, "hilang": found.gone, "tetap": found.kept, "sebab": found.waiting}
        query = "&".join(f"{name}={value}" for name, value in told.items() if value)
        return RedirectResponse(f"{PATH}/{room.name}?{query}", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


def _showing(routes: APIRouter, room: StuckRoom, pages: Pages) -> None:
    one = f"{PATH}/{room.name}/{{stuck_id}}"

    async def find(stuck_id: str) -> StuckDetail:
        found = await room.source.find(stuck_id)
        if found is None:
            raise NotFound("stuck_not_found")
        return found

    def shown(request: Request, member: StaffMember, found: StuckDetail, *, in_full: bool) -> Response:
        content = found.content if in_full else masked_content(found, room.personal | {UNREAD})
        text = json.dumps(jsonable_encoder(content, custom_encoder={bytes: repr}), ensure_ascii=False, indent=2)
        more = _words(room) | {"own_page": room.page_of(found.id), "script": asset("stuck.js")}
        return pages.show(request, "stuck_one.html", member, entry=found, content=text, in_full=in_full, **more)

    @routes.get(one)
    async def show(request: Request, member: Reader, stuck_id: str) -> Response:
        found = await find(stuck_id)
        await _note(request, member, "stuck.seen", stuck_id, in_full="false")
        return shown(request, member, found, in_full=False)

    @routes.post(f"{one}/lengkap")
    async def reveal(request: Request, member: Revealer, stuck_id: str) -> Response:
        found = await find(stuck_id)
        await _note(request, member, "stuck.seen", stuck_id, in_full="true")  # who saw it (UU 27/2022 article 31)
        return shown(request, member, found, in_full=True)


async def _list(
    request: Request, member: StaffMember, room: StuckRoom, pages: Pages, asked: StuckFilter, *, status: int = HTTPStatus.OK, **more: Any
) -> Response:
    page = await room.source.page(asked.setelah, _ROWS)
    causes = _causes(room, page.stuck)
    oldest = min((entry.since for entry in page.stuck if entry.since), default=None)
    template = "stuck_part.html" if "hx-request" in request.headers else "stuck.html"
    values: dict[str, Any] = {
        "causes": causes,
        "shown": len(page.stuck),
        "following": page.next,
        "oldest": oldest,
        "asked": asked,
        "may_decide": member.may("stuck:manage"),
        "problem": "",
        "picked": [],
        "typed": "",
        "script": asset("stuck.js"),
    }
    return pages.show(request, template, member, status=status, **values | _words(room) | more)


def _words(room: StuckRoom) -> dict[str, Any]:
    at = room.clock()
    return {
        "base": PATH,
        "places": PLACES,
        "name": room.name,
        "place": PLACES[room.name],
        "kind_word": lambda kind: _kind_word(room, kind),
        "step": lambda kind: _step(room, kind),
        "cause": lambda code: cause_of(room.name, code),
        "age": lambda since: span(at - since) if since else NOTHING,
    }


def _kind_word(room: StuckRoom, kind: str) -> str:
    return "Kabar antarbagian" if kind == MESSAGE else room.kind_word(kind)


def _step(room: StuckRoom, kind: str) -> str:
    return "antrean" if kind == MESSAGE else PLACES[room.name].step


def _causes(room: StuckRoom, entries: Iterable[StuckEntry]) -> list[StuckCause]:
    """Return the groups, the one with most first; within each the oldest first."""
    found: dict[str, list[StuckEntry]] = {}
    for entry in sorted(entries, key=lambda each: each.since or _OLDEST):
        found.setdefault(entry.code, []).append(entry)
    groups = [StuckCause(code, cause_of(room.name, code), tuple(each)) for code, each in found.items()]
    return sorted(groups, key=lambda group: -len(group.entries))


async def _decide(request: Request, member: StaffMember, room: StuckRoom, ids: Iterable[str], note: str | None) -> StuckOutcome:
    """Replay each, or discard it with the note."""
    result = StuckOutcome()
    for stuck_id in dict.fromkeys(ids):
        await _note(request, member, "stuck.replayed" if note is None else "stuck.discarded", stuck_id)
        act = room.source.replay(stuck_id) if note is None else room.source.discard(stuck_id, note)
        try:
            await decided(act, sorted(room.waits_for))
        except NotFound:
            result = replace(result, gone=result.gone + 1)
        except DomainError as error:
            if error.code in room.waits_for:
                result = replace(result, kept=result.kept + 1, waiting=error.code)
            else:
                result = replace(result, gone=result.gone + 1)
        else:
            result = replace(result, done=result.done + 1)
    return result


async def _note(request: Request, member: StaffMember, act: str, stuck_id: str, **detail: str) -> None:
    await note_act(request, (member.staff_id, member.name, member.roles), act, stuck_id, **detail)


async def _lines(room: StuckRoom) -> AsyncIterator[str]:
    place = PLACES[room.name]
    yield csv_lines([["Bagian", "Sebab", "Kode", "Yang macet", "Resi atau nomor", "Sejak", "Dicoba", "Di langkah"]], begin=True)
    after: str | None = None
    while True:
        page = await room.source.page(after, _ROWS)
        yield csv_lines([_row(room, place, entry) for entry in page.stuck])
        if page.next is None:
            return
        after = page.next


def _row(room: StuckRoom, place: StuckPart, entry: StuckEntry) -> list[str]:
    since = moment(entry.since) if entry.since else ""
    kind, reference, step = _kind_word(room, entry.kind), entry.reference or "", _step(room, entry.kind)
    return [place.word, cause_of(room.name, entry.code), entry.code, kind, reference, since, str(entry.attempts), step]
