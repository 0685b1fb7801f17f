"""`/desk/perkara`: what a court has sent and what came of it, one case with its parties, a receipt to print, and search."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.intake.desk import decision_words as words
from services.intake.desk.court_area import PATH, Clerk, CourtArea, court_of, seen_in
from services.intake.desk.room import DeskRoom
from services.intake.domain.clerk import CourtDraft, values_of
from services.intake.domain.court import elsewhere
from services.intake.handlers import correct_decision, is_returned
from services.intake.handlers.filing import local_day
from services.intake.ports import CasePage, CaseSearch, ReadCase
from shared.errors import NotFound
from shared.reference.courts import CaseNumber, Court
from shared.reference.decision_kinds import decision_kinds
from shared.reference.service_files import office_place
from shared.values import Malformed, Nik
from shared.web.desk import StaffMember

FORM: Final = f"{PATH}/isi"
NO_STORE: Final = {"Cache-Control": "no-store"}
_ROWS: Final = 50
_NUMBER: Final = re.compile(r"0*([1-9][0-9]{0,5})(?:\s*/\s*(Pdt\.?\s?[GP](?:\.S)?)(?:\s*/\s*([0-9]{4}))?)?\s*/?", re.IGNORECASE)


class CaseFilter(BaseModel):
    """What the address says: nothing of a case or a person, those are searched for by a form."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    setelah: Annotated[str | None, Field(max_length=64)] = None
    baris: Annotated[int, Field(ge=1)] = 1


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    area = CourtArea(room)
    _listing(routes, area)
    _opening(routes, area)
    _printing(routes, area)
    return routes


def _listing(routes: APIRouter, area: CourtArea) -> None:
    @routes.get(PATH)
    async def listed(request: Request, asked: Annotated[CaseFilter, Query()], member: Clerk) -> Response:
        return await _list(area, request, member, asked)

    @routes.post(f"{PATH}/cari")
    async def search(
        request: Request,
        member: Clerk,
        q: Annotated[str, Form(max_length=120)] = "",
        setelah: Annotated[str | None, Form(max_length=64)] = None,
        baris: Annotated[int, Form(ge=1)] = 1,
    ) -> Response:
        """Search by what stands in the box. A number of a case leads to persons, as a NIK and a name do: none stands in an address."""
        text = " ".join(q.split())
        if not text:
            return RedirectResponse(PATH, 303, headers=NO_STORE)
        return await _list(area, request, member, CaseFilter(setelah=setelah or None, baris=baris), typed=text)


async def _list(area: CourtArea, request: Request, member: StaffMember, asked: CaseFilter, typed: str = "") -> Response:
    deps, court = area.room.deps, court_of(member)
    page, drafts = CasePage((), 0, None), list[CourtDraft]()
    if court is not None:
        page = await deps.clerks.cases(_search(court, typed, asked.setelah))
        drafts = [] if typed else list(await deps.clerks.drafts(court.code))
    act = "court.search" if typed else "court.list"
    seen = [person for read in page.cases for person in seen_in(read.case.decision)] if typed else []
    await area.room.units.note(area.room.entry(member, act, f"court/{court.code if court else '-'}", seen))
    return area.room.pages.show(
        request,
        "court_cases.html",
        member,
        asked=asked,
        typed=typed,
        court=court,
        drafts=[(known, draft_title(known)) for known in drafts],
        kinds=decision_kinds(),
        rows=[(read, words.title_of(read), words.state_of(read)) for read in page.cases],
        matching=page.count,
        following=page.next,
    )


def draft_title(known: CourtDraft) -> str:
    """Return by what a draft is known: the first name in it."""
    persons = decision_kinds()[known.kind].persons
    return next((name for role in persons if (name := known.values.get(f"{role}.name"))), "")


def _search(court: Court, typed: str, after: str | None) -> CaseSearch:
    try:
        return CaseSearch(court.code, nik=Nik.parse(typed).text, after=after, limit=_ROWS)
    except Malformed:
        number = _key_of(typed)
        return CaseSearch(court.code, number=number, name="" if number else typed, after=after, limit=_ROWS)


def _key_of(typed: str) -> str:
    """Return the beginning of the key of cases whose number begins as it is typed; empty where it is no number."""
    try:
        case = CaseNumber.parse(typed)
    except Malformed:
        begun = _NUMBER.fullmatch(typed)
        if begun is None:
            return ""
        kind = re.sub(r"[\s.]", "", begun[2] or "").upper()
        return "/".join([*filter(None, (begun[1], kind, begun[3])), ""])
    return f"{case.number}/{case.kind}/{case.year}/{case.court}"


def _opening(routes: APIRouter, area: CourtArea) -> None:
    room = area.room

    @routes.get(f"{PATH}/{{case_id}}")
    async def opened(request: Request, case_id: str, member: Clerk, kabar: Annotated[str, Query(max_length=20)] = "") -> Response:
        read = await area.case(member, case_id)
        decision = read.case.decision
        await room.units.note(room.entry(member, "court.case_read", f"case/{case_id}", seen_in(decision)))
        today = local_day(room.deps.clock())
        values, rows = values_of(decision, today)
        sent = CourtDraft(case_id, decision.court_code, decision.kind, "", "", read.case.received_at, values, rows)
        return _case_page(room, request, member, read, kabar=kabar, said=words.DecisionWords(room.deps, sent, today).filled())

    @routes.post(f"{PATH}/{{case_id}}/perbaiki")
    async def correct(request: Request, case_id: str, member: Clerk) -> Response:
        """Correct what was returned; who begins when a colleague has, goes on with theirs."""
        court = area.court(member)
        await area.case(member, case_id)
        begun = await room.deps.clerks.find_correction(court.code, case_id)
        if begun is None:
            clerk, entry = (member.staff_id, member.name), room.entry(member, "court.correct", f"case/{case_id}")
            begun = await room.act(request, entry, lambda tx: correct_decision(tx, room.deps, court, case_id, clerk))
        return RedirectResponse(f"{FORM}/{begun.draft_id}", 303, headers=NO_STORE)


def _printing(routes: APIRouter, area: CourtArea) -> None:
    room = area.room

    @routes.get(f"{PATH}/{{case_id}}/tanda-terima")
    async def receipt(request: Request, case_id: str, member: Clerk) -> Response:
        read = await area.case(member, case_id)
        await room.units.note(room.entry(member, "court.receipt_read", f"case/{case_id}", seen_in(read.case.decision)))
        return _case_page(room, request, member, read, template="court_receipt.html", office=office_place(), court=area.court(member))

    @routes.get(f"{PATH}/{{case_id}}/putusan")
    async def decision(case_id: str, member: Clerk) -> Response:
        """Show the PDF that was attached."""
        read = await area.case(member, case_id)
        if read.case.decision.file is None:
            raise NotFound("decision_file_missing", "No PDF was attached to this decision.")
        await room.units.note(room.entry(member, "court.file_read", f"case/{case_id}", seen_in(read.case.decision)))
        return await pdf(room, read.case.decision.file.file_id)


async def pdf(room: DeskRoom, file_id: str) -> Response:
    """Return a PDF that a clerk attached.

    Raises:
        NotFound: `file_not_found`.
    """
    stored, chunks = await room.deps.files.open(file_id)
    headers = NO_STORE | {
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": 'inline; filename="putusan.pdf"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Content-Length": str(stored.size_bytes),
    }
    return StreamingResponse(chunks, media_type=stored.media_type, headers=headers)


def _case_page(
    room: DeskRoom, request: Request, member: StaffMember, read: ReadCase, *, template: str = "court_case.html", **more: Any
) -> Response:
    decision = read.case.decision
    others = {each.party: f"Dokumennya diurus dinas {each.regency.title()}." for each in elsewhere(decision)}
    return room.pages.show(
        request,
        template,
        member,
        read=read,
        decision=decision,
        kind=decision_kinds()[decision.kind],
        parties=words.outcomes(room.deps, read, others),
        state=words.state_of(read),
        may_correct=is_returned(read.requests),
        **more,
    )
