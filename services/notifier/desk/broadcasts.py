"""`/desk/siaran`: broadcasts to people who agreed: written, tried out, started by a second pair of eyes, held, stopped, counted."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.notifier.desk import broadcast_words as words
from services.notifier.domain.broadcast import NAME_MOST, Broadcast, BroadcastState, Hand, Hours, OpenNeed, Segment, needs_second
from services.notifier.domain.broadcast_job import VILLAGE
from services.notifier.domain.news import opens_at
from services.notifier.handlers import broadcasts as handlers
from services.notifier.ports import Deps, Tx
from shared.audit import AuditEntry
from shared.errors import DomainError, NotFound
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.reference.regions import Village, districts, find_village, villages
from shared.values import Malformed
from shared.web.desk import Lookout, Pages, StaffMember, signed_in

PATH: Final = "/desk/siaran"
_ROWS: Final = 30
_ANY_VILLAGE: Final = "(nama desanya)"
_PLACES: Final = 9  # of a template, at most

Worker = Annotated[StaffMember, signed_in("campaigns:work")]


class BroadcastForm(BaseModel):
    """What somebody wrote. Nothing in it is of a citizen."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    templat: Annotated[str, Field(max_length=100)] = ""
    nama: Annotated[str, Field(max_length=NAME_MOST * 2)] = ""
    isi: Annotated[tuple[Annotated[str, Field(max_length=1024)], ...], Field(max_length=_PLACES)] = ()
    desa: Annotated[tuple[Annotated[str, Field(max_length=10)], ...], Field(max_length=250)] = ()
    kebutuhan: Annotated[str, Field(max_length=20)] = ""
    dari: time | None = None
    sampai: time | None = None
    per_detik: Annotated[float | None, Field(gt=0, le=1000)] = None
    isi_b: Annotated[tuple[Annotated[str, Field(max_length=1024)], ...], Field(max_length=_PLACES)] = ()
    sampai_hari: date | Literal[""] = ""
    tentang: Annotated[str, Field(pattern=r"^(trips/[0-9A-Za-z-]{1,40}/[0-9]{10})?$")] = ""


@dataclass(frozen=True, slots=True)
class _Room:
    """What the pages have in common."""

    units: UnitOfWorkRunner[Tx]
    deps: Deps
    pages: Pages

    async def find(self, broadcast_id: str) -> Broadcast:
        found = await self.deps.broadcasts.find(broadcast_id)
        if found is None:
            raise NotFound("broadcasts_not_found")
        return found

    def row(self, member: StaffMember, act: str, broadcast_id: str, **detail: str) -> AuditEntry:
        roles = tuple(sorted(member.roles))
        return AuditEntry(member.staff_id, act, self.deps.clock(), member.name, f"broadcast/{broadcast_id}", roles, detail)

    async def values(self, broadcast: Broadcast, member: StaffMember) -> dict[str, Any]:
        """Return what the page of one shows."""
        reader, policy, at = self.deps.broadcasts, self.deps.news, self.deps.clock()
        approved, found = self.deps.approved_texts.get(broadcast.template.name), await reader.results(broadcast)
        skips = await reader.would_skip(broadcast, at - policy.rest) if broadcast.state is BroadcastState.READY else {}
        left_out, would_skip = words.lines(dict(broadcast.pages.left_out)), words.lines(skips)
        will_get = max(0, broadcast.pages.people - words.total(would_skip))
        opens = opens_at(broadcast.hours, policy, at)
        return {
            "broadcast": broadcast,
            "state": words.STATES[broadcast.state],
            "category": words.CATEGORIES[broadcast.category],
            "segment": words.segment(broadcast.segment),
            "shown": approved.shown(broadcast.template.parameters).replace(VILLAGE, _ANY_VILLAGE) if approved else "",
            "results": words.results(found, broadcast),
            "failed": words.lines(found.failed),
            "skipped": words.lines(found.skipped),
            "left_out": left_out,
            "would_skip": would_skip,
            "will_get": will_get,
            "price": words.price(will_get, broadcast.category, policy),
            "opens": opens if opens > at else None,
            "held": words.held(broadcast.paused_reason) if broadcast.paused_reason else "",
            "second": needs_second(broadcast, member.staff_id, policy.alone_most),
            "alone_most": policy.alone_most,
            "fell": (await reader.health()).fell,
            "here": f"{PATH}/{broadcast.broadcast_id}",
        }

    async def show(self, request: Request, member: StaffMember, broadcast_id: str, problem: str = "", told: str = "") -> Response:
        values = await self.values(await self.find(broadcast_id), member)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
        return self.pages.show(request, "broadcast.html", member, status=status, problem=problem, told=told, **values)

    async def act(
        self, request: Request, member: StaffMember, broadcast_id: str, body: Callable[[Tx], Awaitable[Broadcast]], act: str
    ) -> Response:
        """Do something with a broadcast, in sight of the audit log, and show it."""
        row = self.row(member, act, broadcast_id)
        try:
            await self.units.run(body, audit=lambda _: row)
        except (DomainError, Malformed) as error:
            return await self.show(request, member, broadcast_id, words.problem_of(error.code))
        query = urlencode({"sudah": act.partition(".")[2]})
        return RedirectResponse(f"{PATH}/{broadcast_id}?{query}", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


def router(units: UnitOfWorkRunner[Tx], deps: Deps, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    room = _Room(units, deps, pages)
    _writing(routes, room)  # before the address of one broadcast, which would take `baru` for an id
    _looking(routes, room)
    _acting(routes, room)
    return routes


def _writing(routes: APIRouter, room: _Room) -> None:
    @routes.get(f"{PATH}/baru")
    async def ask(request: Request, member: Worker, form: Annotated[BroadcastForm, Query()]) -> Response:
        """Show the form, filled in as far as the address goes: other pages lead here with a village, a need, what is to be said."""
        return _form_page(room, request, member, form)

    @routes.post(f"{PATH}/baru")
    async def write(request: Request, member: Worker, form: Annotated[BroadcastForm, Form()]) -> Response:
        """Keep what was written, and have its people looked for."""
        try:
            draft = await _draft(room, form)
            if form.sampai_hari:
                return await _write_trial(room, member, form, draft, form.sampai_hari)
            made = await room.units.run(
                lambda tx: _drafted(tx, room.deps, draft, _hand(member)),
                audit=lambda made: room.row(member, "broadcast.drafted", made.broadcast_id, template=form.templat),
            )
        except DomainError as error:
            return _form_page(room, request, member, form, words.problem_of(error.code, error.detail))
        return RedirectResponse(f"{PATH}/{made.broadcast_id}", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


async def _write_trial(room: _Room, member: StaffMember, form: BroadcastForm, draft: handlers.BroadcastDraft, ends_on: date) -> Response:
    """Keep two texts that are compared."""

    async def both(tx: Tx) -> str:
        return handlers.draft_trial(tx, room.deps, draft, form.isi_b, ends_on, _hand(member))

    trial_id = await room.units.run(both, audit=lambda made: room.row(member, "broadcast.compared", made, template=form.templat))
    return RedirectResponse(f"{PATH}/banding/{trial_id}", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


async def _drafted(tx: Tx, deps: Deps, draft: handlers.BroadcastDraft, by: Hand) -> Broadcast:
    return handlers.draft_broadcast(tx, deps, draft, by)


async def _draft(room: _Room, form: BroadcastForm) -> handlers.BroadcastDraft:
    """Return what the form says.

    Raises:
        DomainError: `hours_wrong`, `village_unknown`.
    """
    policy = room.deps.news
    typed = [each and each.replace(tzinfo=None) for each in (form.dari, form.sampai)]  # local, whatever a form of one's own says
    begins, ends = typed[0] or policy.hours.begins, typed[1] or policy.hours.ends
    if begins >= ends:
        raise DomainError("hours_wrong")
    if any(find_village(code) is None for code in form.desa):
        raise DomainError("village_unknown")
    need = OpenNeed(form.kebutuhan) if form.kebutuhan in set(OpenNeed) else None
    segment, rate = Segment(tuple(sorted(set(form.desa))), need), form.per_detik or policy.per_second
    earlier = await room.deps.broadcasts.begun_about(form.tentang) if form.tentang else ()
    return handlers.BroadcastDraft(form.nama, form.templat, form.isi, segment, Hours(begins, ends), rate, form.tentang, earlier)


def _form_page(room: _Room, request: Request, member: StaffMember, form: BroadcastForm, problem: str = "") -> Response:
    approved, policy = room.deps.approved_texts.get(form.templat), room.deps.news
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    places = [*form.isi, *[""] * _PLACES]
    return room.pages.show(
        request,
        "broadcast_form.html",
        member,
        status=status,
        problem=problem,
        form_values=form,
        approved=approved,
        places=places,
        places_b=[*form.isi_b, *[""] * _PLACES],
        shown=approved.shown(form.isi) if approved else "",
        templates=list(room.deps.approved_texts.values()),
        categories=words.CATEGORIES,
        needs=list(words.NEEDS.items()),
        by_district=_by_district(),
        policy=policy,
    )


def _by_district() -> Mapping[str, Sequence[Village]]:
    found: dict[str, list[Village]] = {district.name: [] for district in districts().values()}
    for village in villages().values():
        found[village.district.name].append(village)
    return {name: sorted(each, key=lambda village: village.name) for name, each in sorted(found.items())}


def _looking(routes: APIRouter, room: _Room) -> None:
    lookout = Lookout(room.deps.broadcasts.mark)

    @routes.get(PATH)
    async def listed(
        request: Request,
        member: Worker,
        setelah: Annotated[str | None, Query(max_length=500)] = None,
        baris: Annotated[int, Query(ge=1)] = 1,
    ) -> Response:
        page = await room.deps.broadcasts.page(setelah, _ROWS)
        return room.pages.show(
            request, "broadcasts.html", member, rows=page.rows, following=page.next, first=baris, states=words.STATES, segment=words.segment
        )

    @routes.get(f"{PATH}/{{broadcast_id}}")
    async def one(request: Request, member: Worker, broadcast_id: str, sudah: Annotated[str, Query(max_length=20)] = "") -> Response:
        return await room.show(request, member, broadcast_id, told=sudah)

    @routes.get(f"{PATH}/{{broadcast_id}}/isi")
    async def part(request: Request, member: Worker, broadcast_id: str) -> Response:
        """Return what moves on the page: state, counts, buttons."""
        values = await room.values(await room.find(broadcast_id), member)
        return room.pages.show(request, "broadcast_live.html", member, **values)

    @routes.get(f"{PATH}/{{broadcast_id}}/langsung")
    async def news(request: Request, _member: Worker, broadcast_id: str) -> Response:
        """Tell when something of it moved."""
        await room.find(broadcast_id)

        async def moved() -> tuple[int, bool]:
            broadcast = await room.find(broadcast_id)
            seen = repr((broadcast.state, broadcast.pages.people, await room.deps.broadcasts.results(broadcast)))
            return zlib.crc32(seen.encode()), False

        return lookout.answer(request, moved)


def _acting(routes: APIRouter, room: _Room) -> None:
    deps = room.deps

    @routes.post(f"{PATH}/{{broadcast_id}}/uji")
    async def try_out(request: Request, member: Worker, broadcast_id: str, nomor: Annotated[str, Form(max_length=40)] = "") -> Response:
        """Send it to one of those who make it; the number gets into no address and no log."""
        return await room.act(
            request, member, broadcast_id, lambda tx: handlers.try_broadcast(tx, deps, broadcast_id, nomor), "broadcast.tried"
        )

    @routes.post(f"{PATH}/{{broadcast_id}}/mulai")
    async def start(request: Request, member: Worker, broadcast_id: str) -> Response:
        by = _hand(member)
        return await room.act(
            request, member, broadcast_id, lambda tx: handlers.start_broadcast(tx, deps, broadcast_id, by), "broadcast.started"
        )

    @routes.post(f"{PATH}/{{broadcast_id}}/jeda")
    async def pause(request: Request, member: Worker, broadcast_id: str) -> Response:
        by = _hand(member)
        return await room.act(
            request, member, broadcast_id, lambda tx: handlers.pause_broadcast(tx, deps, broadcast_id, "office", by), "broadcast.paused"
        )

    @routes.post(f"{PATH}/{{broadcast_id}}/lanjut")
    async def resume(request: Request, member: Worker, broadcast_id: str) -> Response:
        found = await deps.broadcasts.results(await room.find(broadcast_id))
        judged_from = (found.tried, found.missed)
        return await room.act(
            request, member, broadcast_id, lambda tx: handlers.resume_broadcast(tx, broadcast_id, judged_from), "broadcast.resumed"
        )

    @routes.post(f"{PATH}/{{broadcast_id}}/henti")
    async def stop(request: Request, member: Worker, broadcast_id: str) -> Response:
        return await room.act(
            request, member, broadcast_id, lambda tx: handlers.stop_broadcast(tx, deps, broadcast_id), "broadcast.stopped"
        )


def _hand(member: StaffMember) -> Hand:
    return Hand(member.staff_id, member.name)
