"""`/desk/perkara/baru` and `/desk/perkara/isi`: a decision typed from the paper, all fields of its kind on one page, and sent."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.desk.court_area import PATH, Clerk
from services.intake.desk.court_form import CourtForm, save_of, seen_in_draft, to_case
from services.intake.desk.courts import FORM, NO_STORE, pdf
from services.intake.desk.decision_words import DecisionWords
from services.intake.desk.room import DeskRoom
from services.intake.domain.clerk import ClerkSave, CourtDraft, merged
from services.intake.domain.decisions import kinds_of
from services.intake.handlers import begin_decision, drop_decision, judge_draft, save_decision, send_decision
from shared.errors import BadInput, DomainError, NotFound, Stale
from shared.web.desk import StaffMember


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    form = CourtForm(room)
    _beginning(routes, form)
    _reading(routes, form)
    _saving(routes, form)
    _checking(routes, form)
    _looking_through(routes, form)
    _sending(routes, form)
    return routes


def _beginning(routes: APIRouter, form: CourtForm) -> None:
    room = form.room

    @routes.get(f"{PATH}/baru")
    async def choose(request: Request, member: Clerk) -> Response:
        court = form.area.court(member)
        return room.pages.show(request, "court_kinds.html", member, court=court, offered=kinds_of(court))

    @routes.post(f"{PATH}/baru")
    async def begin(request: Request, member: Clerk, jenis: Annotated[str, Form(max_length=64)]) -> Response:
        court, clerk = form.area.court(member), (member.staff_id, member.name)
        entry = room.entry(member, "court.begin", f"court/{court.code}", detail={"kind": jenis})
        begun = await room.act(request, entry, lambda tx: begin_decision(tx, room.deps, court, jenis, clerk))
        return RedirectResponse(f"{FORM}/{begun.draft_id}", 303, headers=NO_STORE)


def _reading(routes: APIRouter, form: CourtForm) -> None:
    room = form.room

    @routes.get(f"{FORM}/{{draft_id}}")
    async def typed(
        request: Request,
        draft_id: str,
        member: Clerk,
        kabar: Annotated[str, Query(max_length=20)] = "",
        tambah: Annotated[str, Query(max_length=64)] = "",
    ) -> Response:
        draft = await form.area.draft(member, draft_id)
        if draft.sent_case is not None:
            return to_case(draft.sent_case)
        await room.units.note(room.entry(member, "court.draft_read", f"court_draft/{draft_id}", seen_in_draft(draft)))
        problems = judge_draft(room.deps, draft).problems if kabar == "periksa" else ()
        return form.show(request, member, draft, problems, added=tambah, saved=kabar == "tersimpan")

    @routes.get(f"{FORM}/{{draft_id}}/putusan")
    async def decision(draft_id: str, member: Clerk) -> Response:
        draft = await form.area.draft(member, draft_id)
        if draft.file is None:
            raise NotFound("decision_file_missing", "No PDF was attached to this decision.")
        await room.units.note(room.entry(member, "court.file_read", f"court_draft/{draft_id}", seen_in_draft(draft)))
        return await pdf(room, draft.file.file_id)


def _saving(routes: APIRouter, form: CourtForm) -> None:
    room = form.room

    @routes.post(f"{FORM}/{{draft_id}}")
    async def save(request: Request, draft_id: str, member: Clerk) -> Response:
        """Keep what was typed; then add or take away a row, or go on to the page on which everything is looked through."""
        await form.area.draft(member, draft_id)
        sent = await request.form()
        try:
            save, file_problem = await form.sent(member, draft_id, sent)
        finally:
            await sent.close()
        entry = room.entry(member, "court.attach" if save.file else "court.save", f"court_draft/{draft_id}")
        try:
            kept, lost = await room.act(request, entry, lambda tx: save_decision(tx, room.deps, draft_id, save))
        except Stale:
            await form.forget([save.file.file_id] if save.file else [])
            return await form.changed(request, member, draft_id, save)
        await form.forget(lost)
        if file_problem:
            return form.show(request, member, kept, file_problem=file_problem)
        return _next(form, request, member, draft_id, kept, save, str(sent.get("tindakan", "lanjut")))


def _checking(routes: APIRouter, form: CourtForm) -> None:
    room = form.room

    @routes.post(f"{FORM}/{{draft_id}}/periksa")
    async def check(request: Request, draft_id: str, member: Clerk) -> Response:
        """Judge what is typed so far, and keep it; late ones change nothing. Written down when somebody goes on with another's."""
        before = await form.area.draft(member, draft_id)
        save = replace(save_of(member, await request.form()), is_quiet=True)
        entry = room.entry(member, "court.save", f"court_draft/{draft_id}")
        by_whom: CourtDraft | None = None
        try:
            takes_over = before.clerk != member.staff_id
            present, _ = await room.act(request, entry, lambda tx: save_decision(tx, room.deps, draft_id, save), is_noted=takes_over)
        except Stale:
            present = await form.area.draft(member, draft_id)
            by_whom = None if present.page == save.page else present
        words = DecisionWords(room.deps, merged(present, save), form.today)
        problems = judge_draft(room.deps, words.draft).so_far
        version = save.version if by_whom else present.version
        return room.pages.show(
            request, "court_said.html", member, sections=words.sections(problems), version=version, by_whom=by_whom, draft_id=draft_id
        )


def _next(form: CourtForm, request: Request, member: StaffMember, draft_id: str, kept: CourtDraft, save: ClerkSave, act: str) -> Response:
    """Return where it goes on from what was saved."""
    here = f"{FORM}/{draft_id}"
    if save.adds:
        return RedirectResponse(f"{here}?tambah={save.adds}", 303, headers=NO_STORE)
    if act != "lanjut":
        return RedirectResponse(f"{here}?kabar=tersimpan", 303, headers=NO_STORE)
    problems = judge_draft(form.room.deps, kept).problems
    if problems:
        return form.show(request, member, kept, problems)
    return RedirectResponse(f"{here}/kirim", 303, headers=NO_STORE)


def _looking_through(routes: APIRouter, form: CourtForm) -> None:
    room = form.room

    @routes.get(f"{FORM}/{{draft_id}}/kirim")
    async def look_through(request: Request, draft_id: str, member: Clerk, kabar: Annotated[str, Query(max_length=20)] = "") -> Response:
        draft = await form.area.draft(member, draft_id)
        if draft.sent_case is not None:
            return to_case(draft.sent_case)
        if judge_draft(room.deps, draft).problems:
            return RedirectResponse(f"{FORM}/{draft_id}?kabar=periksa", 303, headers=NO_STORE)
        await room.units.note(room.entry(member, "court.draft_read", f"court_draft/{draft_id}", seen_in_draft(draft)))
        return _summary(form, request, member, draft, is_changed=kabar == "berubah")


def _sending(routes: APIRouter, form: CourtForm) -> None:
    room = form.room

    @routes.post(f"{FORM}/{{draft_id}}/kirim")
    async def send(request: Request, draft_id: str, member: Clerk, versi: Annotated[int, Form(ge=1)]) -> Response:
        draft = await form.area.draft(member, draft_id)
        entry = room.entry(member, "court.send", f"court_draft/{draft_id}", seen_in_draft(draft), {"kind": draft.kind})
        try:
            case_id = await room.act(request, entry, lambda tx: send_decision(tx, room.deps, draft_id, versi))
        except Stale:
            return RedirectResponse(f"{FORM}/{draft_id}/kirim?kabar=berubah", 303, headers=NO_STORE)
        except BadInput as refused:
            return form.show(request, member, draft, refused.problems)
        except DomainError as refused:
            return _summary(form, request, member, draft, refused)
        return RedirectResponse(f"{PATH}/{case_id}?kabar=terkirim", 303, headers=NO_STORE)

    @routes.post(f"{FORM}/{{draft_id}}/batal")
    async def drop(request: Request, draft_id: str, member: Clerk) -> Response:
        draft = await form.area.draft(member, draft_id)
        if draft.sent_case is not None:
            return to_case(draft.sent_case)
        entry = room.entry(member, "court.drop", f"court_draft/{draft_id}")
        await form.forget(await room.act(request, entry, lambda tx: drop_decision(tx, draft_id)))
        return RedirectResponse(PATH, 303, headers=NO_STORE)


def _summary(
    form: CourtForm,
    request: Request,
    member: StaffMember,
    draft: CourtDraft,
    refused: DomainError | None = None,
    *,
    is_changed: bool = False,
) -> Response:
    words = DecisionWords(form.room.deps, draft, form.today)
    return form.room.pages.show(
        request,
        "court_check.html",
        member,
        status=refused.status if refused else HTTPStatus.OK,
        draft=draft,
        kind=words.kind,
        said=words.filled(),
        court=form.area.court(member),
        problem=form.room.pages.sentence(refused.status, refused.code) if refused else None,
        is_changed=is_changed,
    )
