"""`/desk/desa`: what a village has filed and how it stands, one request with its documents, and search."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.intake.desk import chat_words as words
from services.intake.desk.room import DeskRoom
from services.intake.desk.village_area import VillageArea, seen_in_draft, villages_of
from services.intake.domain.requests import Request as Filed
from services.intake.domain.requests import RequestState
from services.intake.domain.village import subject_of
from services.intake.handlers import mend_for_villager, note_fetched
from services.intake.ports import VillageSearch
from shared.audit import SeenPerson
from shared.errors import NotFound
from shared.messaging.transaction.runner import Context
from shared.values import Malformed, Nik, Receipt, file_stem
from shared.web.desk import StaffMember, signed_in
from shared.web.desk.words import proper

PATH: Final = "/desk/desa"
_ROWS: Final = 50
_HANDED: Final = frozenset({RequestState.READY, RequestState.DELIVERED, RequestState.ISSUED, RequestState.UNDELIVERED})

Registrar = Annotated[StaffMember, signed_in("requests:file")]


class VillageFilter(BaseModel):
    """What the address says. Nothing in it is of a person: names and NIK are searched for by a form."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    q: Annotated[str, Field(max_length=20, pattern=r"^[0-9A-Za-z -]*$")] = ""
    setelah: Annotated[str | None, Field(max_length=64)] = None
    baris: Annotated[int, Field(ge=1)] = 1


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    area = VillageArea(room)
    _listing(routes, area)
    _opening(routes, area)
    return routes


async def show_list(area: VillageArea, request: Request, member: StaffMember, asked: VillageFilter, **search: Any) -> Response:
    """Return the page with what was begun, and one page of what was filed."""
    deps, own = area.room.deps, villages_of(member)
    wanted = VillageSearch(own, receipt=_receipt(asked.q), after=asked.setelah, limit=_ROWS)
    typed = search.pop("typed", "")
    if search:
        wanted = VillageSearch(own, limit=_ROWS, **search)
    page = await deps.villages.requests(wanted)
    drafts = [] if typed or asked.q else await deps.villages.drafts(own)
    forms = {known.draft_id: deps.menu.form_of(known.draft.service) for known in drafts}
    seen = [*map(_seen, page.requests), *(person for known in drafts for person in seen_in_draft(deps, known))]
    sought = [SeenPerson(search.get("nik"), search.get("name"))] if search else []
    about = f"village/{next(iter(own)) if len(own) == 1 else '-'}"
    await area.room.units.note(area.room.entry(member, "village.search" if typed else "village.list", about, [*sought, *seen]))
    return area.room.pages.show(
        request,
        "village.html",
        member,
        asked=asked,
        typed=typed or asked.q,
        villages=own,
        drafts=[(known, subject_of(known.draft, form)) for known in drafts if (form := forms[known.draft_id]) is not None],
        rows=page.requests,
        matching=page.count,
        following=page.next if not typed else None,
        states=words.STATES,
        service_name=lambda code: deps.catalogue.get(code).name,
        about=_about,
    )


def _listing(routes: APIRouter, area: VillageArea) -> None:
    @routes.get(PATH)
    async def listed(request: Request, asked: Annotated[VillageFilter, Query()], member: Registrar) -> Response:
        return await show_list(area, request, member, asked)

    @routes.post(f"{PATH}/cari")
    async def search(request: Request, member: Registrar, q: Annotated[str, Form(max_length=60)] = "") -> Response:
        """Search by what stands in the box: a receipt leads to an address; a NIK or a name is personal and stands in none."""
        text = " ".join(q.split())
        if not text or _receipt(text):
            return RedirectResponse(f"{PATH}?q={_receipt(text)}" if text else PATH, status_code=303, headers={"Cache-Control": "no-store"})
        nik = _nik(text)
        found = {"nik": nik} if nik else {"name": text}
        return await show_list(area, request, member, VillageFilter(), typed=text, **found)


def _opening(routes: APIRouter, area: VillageArea) -> None:
    room = area.room

    @routes.get(f"{PATH}/{{receipt}}")
    async def opened(request: Request, receipt: str, member: Registrar) -> Response:
        filed = await area.request(member, receipt)
        await room.units.note(room.entry(member, "village.request_read", f"request/{filed.request_id}", [_seen(filed)]))
        return room.pages.show(
            request,
            "village_request.html",
            member,
            filed=filed,
            states=words.STATES,
            service=room.deps.catalogue.get(filed.service),
            about=_about(filed),
            applicant=filed.form.applicant,
            told_day=room.deps.texts.day(filed.told.visit_on) if filed.told and filed.told.visit_on else "",
            reasons=[line.removeprefix("• ") for line in room.deps.texts.reason_list(filed.reasons).splitlines()],
            handed=filed.issued if filed.state in _HANDED else (),
            product=lambda code: room.deps.catalogue.products[code].document,
        )

    @routes.post(f"{PATH}/{{receipt}}/perbaiki")
    async def mend(request: Request, receipt: str, member: Registrar) -> Response:
        filed = await area.request(member, receipt)
        entry = room.entry(member, "village.mend", f"request/{filed.request_id}")
        begun = await room.act(request, entry, lambda tx: mend_for_villager(tx, room.deps, filed.request_id, member.staff_id))
        return RedirectResponse(f"{PATH}/ajukan/{begun.draft_id}", status_code=303, headers={"Cache-Control": "no-store"})

    @routes.get(f"{PATH}/{{receipt}}/dokumen/{{number}}")
    async def document(request: Request, receipt: str, number: Annotated[int, Path(ge=1, le=99)], member: Registrar) -> Response:
        """Hand a document over at the village; all of them fetched, the request is delivered."""
        filed = await area.request(member, receipt)
        if filed.state not in _HANDED or number > len(filed.issued):
            raise NotFound("document_not_found", "The request has no such document.")
        wanted = filed.issued[number - 1]
        entry = room.entry(member, "village.document_read", f"document/{wanted.document_id}", [SeenPerson(filed.form.applicant.nik)])
        await room.units.note(entry)
        chunks = await room.deps.documents.open(wanted)

        async def handed_over() -> AsyncIterator[bytes]:
            async with aclosing(chunks):
                async for chunk in chunks:
                    yield chunk
            context = Context(filed.request_id, None, request.state.traceparent)
            await room.units.run(lambda tx: note_fetched(tx, room.deps, filed.request_id, wanted.document_id), context=context)

        headers = {
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": f'inline; filename="{file_stem(wanted.number)}.pdf"',
        }
        return StreamingResponse(handed_over(), media_type="application/pdf", headers=headers)


def _seen(filed: Filed) -> SeenPerson:
    return SeenPerson(filed.form.applicant.nik, _about(filed) or None)


def _about(filed: Filed) -> str:
    """Return the first name in the form: whom it is about; empty where none was asked."""
    names = (value for name, value in filed.form.answers.items() if name.endswith("name") and isinstance(value, str))
    return proper(next(names, ""))


def _receipt(text: str) -> str | None:
    try:
        return Receipt.parse(text).text
    except Malformed:
        return None


def _nik(text: str) -> str | None:
    try:
        return Nik.parse(text).text
    except Malformed:
        return None
