"""`/desk/desa/ajukan`: a request for a villager, one question per page, drawn from the catalogue; what was answered stands beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from services.intake.desk.question_words import FILE_PROBLEMS, QuestionWords, problem_sentence
from services.intake.desk.room import DeskRoom
from services.intake.desk.village_area import VillageArea, seen_in_draft, villages_of
from services.intake.desk.villages import PATH as LIST
from services.intake.desk.villages import Registrar
from services.intake.domain.chat import Conversation, Say
from services.intake.domain.drafting import SENT_TYPES
from services.intake.domain.drafts import renewed
from services.intake.domain.files import SentFile
from services.intake.domain.village import VillageDraft, place_of, question_of, subject_of
from services.intake.domain.visit_days import DayRefused
from services.intake.handlers import answer_for_villager, attach_for_villager, begin_for_villager, drop_for_villager, file_for_villager
from services.intake.handlers.filing import local_day
from services.intake.ports import sent_file
from shared.errors import BadInput, NotFound, Stale, TooLarge, TooMany
from shared.reference.lists import code_list
from shared.values import Malformed
from shared.web.desk import StaffMember

PATH: Final = f"{LIST}/ajukan"
_CHUNK_BYTES: Final = 64 * 1024  # of an upload, on its way into the store
_MEGABYTE: Final = 1024 * 1024
_LONGEST: Final = 1000  # characters of an answer; no field takes more

Changing = Annotated[str | None, Query(alias="ubah", max_length=80)]


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    form = _VillageForm(room)
    _beginning(routes, form)
    _asking(routes, form)
    _sending(routes, form)
    return routes


class _VillageForm:
    """The pages of one request that is being filled in."""

    def __init__(self, room: DeskRoom) -> None:
        self.room = room
        self.area = VillageArea(room)

    async def show(
        self,
        request: Request,
        member: StaffMember,
        known: VillageDraft,
        *,
        changing: str | None = None,
        typed: str = "",
        problem: str = "",
        candidates: Mapping[str, str] | None = None,
        phone: str | None = None,
    ) -> Response:
        """Return the open question's page, or the one on which everything is looked through. `problem`: what is wrong with `typed`."""
        deps, today = self.room.deps, local_day(self.room.deps.clock())
        form = deps.menu.form_of(known.draft.service)
        if form is None:
            raise NotFound("service_unknown", known.draft.service)
        draft = renewed(Conversation(known.draft_id, draft=known.draft), deps.menu, today).draft or known.draft
        question = question_of(draft, form, today, changing)
        words = QuestionWords(deps, draft, form, today)
        number, of = place_of(draft, question, form, today)
        return self.room.pages.show(
            request,
            "village_question.html" if question else "village_check.html",
            member,
            status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
            known=known,
            village=villages_of(member)[known.village],
            service=deps.catalogue.get(draft.service),
            about=subject_of(draft, form),
            question=question,
            said=words.of(question) if question else None,
            options=words.options(question) if question else (),
            kinds=words.kinds(question) if question else (),
            number=number,
            of=of,
            sofar=words.answers(question),
            changing=changing,
            typed=typed,
            problem=problem,
            candidates=candidates or {},
            most_mb=deps.file_max_bytes // _MEGABYTE,
            most_bytes=deps.file_max_bytes,
            too_large=FILE_PROBLEMS["file_too_large"].format(size="{size}", most=deps.file_max_bytes // _MEGABYTE),
            phone=known.phone if phone is None else phone,
        )

    def back(self, draft_id: str) -> Response:
        """Lead to the next question."""
        return RedirectResponse(f"{PATH}/{draft_id}", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})

    async def forget(self, file_ids: tuple[str, ...]) -> None:
        """Delete files that nobody needs any more."""
        for file_id in file_ids:
            await self.room.deps.files.delete(file_id)

    async def store(self, member: StaffMember, known: VillageDraft, upload: UploadFile) -> SentFile:
        """Store a photo or PDF.

        Raises:
            TooLarge: `file_too_large`.
            BadInput: `file_empty`; `media_type_not_accepted`.
        """
        deps = self.room.deps
        if upload.size is not None and upload.size > deps.file_max_bytes:  # known before a byte is written
            raise TooLarge("file_too_large")
        stored = await deps.files.put(
            deps.new_id(),
            _chunks(upload),
            max_bytes=deps.file_max_bytes,
            media_types=SENT_TYPES,
            metadata={"owner": f"desk:{member.staff_id}", "draft": known.draft_id},
        )
        return sent_file(stored)


async def _chunks(upload: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await upload.read(_CHUNK_BYTES):
        yield chunk


def _beginning(routes: APIRouter, form: _VillageForm) -> None:
    room = form.room

    @routes.get(PATH)
    async def choose(request: Request, member: Registrar) -> Response:
        offered = {code_list("service_group").label(group): services for group, services in room.deps.menu.groups().items()}
        return room.pages.show(request, "village_services.html", member, offered=offered, villages=villages_of(member))

    @routes.post(PATH)
    async def begin(
        request: Request, member: Registrar, layanan: Annotated[str, Form(max_length=64)], desa: Annotated[str, Form(max_length=13)] = ""
    ) -> Response:
        own = villages_of(member)
        village = desa if desa in own else next(iter(own), None)
        if village is None:
            raise NotFound("village_missing", "The account has no village.")
        entry = room.entry(member, "village.begin", f"village/{village}", detail={"service": layanan})
        begun = await room.act(request, entry, lambda tx: begin_for_villager(tx, room.deps, village, member.staff_id, layanan))
        return form.back(begun.draft_id)


def _asking(routes: APIRouter, form: _VillageForm) -> None:
    room = form.room

    @routes.get(f"{PATH}/{{draft_id}}")
    async def ask(request: Request, draft_id: str, member: Registrar, changing: Changing = None) -> Response:
        known = await form.area.draft(member, draft_id)
        await room.units.note(room.entry(member, "village.draft_read", f"village_draft/{draft_id}", seen_in_draft(room.deps, known)))
        return await form.show(request, member, known, changing=changing)

    @routes.post(f"{PATH}/{{draft_id}}")
    async def answer(
        request: Request,
        draft_id: str,
        member: Registrar,
        tanya: Annotated[str, Form(max_length=120)],
        jawaban: Annotated[str, Form(max_length=_LONGEST)] = "",
        ubah: Annotated[str, Form(max_length=80)] = "",
    ) -> Response:
        known = await form.area.draft(member, draft_id)
        changing = ubah or None
        entry = room.entry(member, "village.answer", f"village_draft/{draft_id}", detail={"field": tanya})
        try:
            lost = await room.act(request, entry, lambda tx: answer_for_villager(tx, room.deps, draft_id, tanya, jawaban, changing))
        except Stale:
            return form.back(draft_id)
        except Malformed as wrong:
            sentence, candidates = problem_sentence(room.deps, known.draft, tanya, wrong, local_day(room.deps.clock()))
            return await form.show(request, member, known, changing=changing, typed=jawaban, problem=sentence, candidates=candidates)
        await form.forget(lost)
        return form.back(draft_id)

    @routes.post(f"{PATH}/{{draft_id}}/berkas")
    async def attach(
        request: Request,
        draft_id: str,
        member: Registrar,
        tanya: Annotated[str, Form(max_length=120)],
        kamera: UploadFile | None = None,
        berkas: UploadFile | None = None,
        jenis: Annotated[str, Form(max_length=64)] = "",
        ubah: Annotated[str, Form(max_length=80)] = "",
    ) -> Response:
        known, changing = await form.area.draft(member, draft_id), ubah or None
        upload = next((each for each in (kamera, berkas) if each is not None and each.filename), None)
        if upload is None:
            return await form.show(request, member, known, changing=changing, problem="Pilih foto atau berkasnya dulu.")
        entry = room.entry(member, "village.attach", f"village_draft/{draft_id}", detail={"field": tanya})
        try:
            file = await form.store(member, known, upload)
        except (TooLarge, BadInput) as error:
            most = room.deps.file_max_bytes // _MEGABYTE
            sentence = FILE_PROBLEMS.get(error.code, FILE_PROBLEMS["file_empty"]).format(size=_megabytes(upload.size), most=most)
            return await form.show(request, member, known, changing=changing, problem=sentence)
        try:
            lost = await room.act(request, entry, lambda tx: attach_for_villager(tx, room.deps, draft_id, tanya, jenis, file, changing))
        except Stale:
            await form.forget((file.file_id,))
            return form.back(draft_id)
        except Malformed:
            await form.forget((file.file_id,))
            return await form.show(request, member, known, changing=changing, problem=FILE_PROBLEMS["same_file"])
        await form.forget(lost)
        return form.back(draft_id)


def _sending(routes: APIRouter, form: _VillageForm) -> None:
    room = form.room

    @routes.post(f"{PATH}/{{draft_id}}/kirim")
    async def send(
        request: Request,
        draft_id: str,
        member: Registrar,
        telepon: Annotated[str, Form(max_length=30)] = "",
        dilihat: Annotated[str, Form(max_length=5)] = "",
    ) -> Response:
        """File it: the registrar says that they looked at the person and the KTP-el, and vouches by that."""
        known = await form.area.draft(member, draft_id)
        service = room.deps.catalogue.find(known.draft.service)
        if not dilihat and (service is None or service.proves_identity):
            return await form.show(
                request, member, known, phone=telepon, problem="Centang dulu bahwa Anda sudah melihat orangnya dan KTP-el aslinya."
            )
        entry = room.entry(member, "village.file", f"village_draft/{draft_id}", seen_in_draft(room.deps, known))
        try:
            filed = await room.act(request, entry, lambda tx: file_for_villager(tx, room.deps, draft_id, telepon))
        except Malformed:
            return await form.show(
                request, member, known, phone=telepon, problem="Nomor HP itu bukan nomor Indonesia. Tulis yang diawali 08, atau kosongkan."
            )
        except DayRefused as refused:
            sentence = room.deps.texts.say(Say(f"wrong_{refused.reason}"))
            return await form.show(request, member, known, changing=refused.field, phone=telepon, problem=sentence)
        except TooMany:
            sentence = "Untuk NIK ini sudah sebanyak yang boleh diajukan hari ini. Isian tersimpan; kirim lagi besok."
            return await form.show(request, member, known, phone=telepon, problem=sentence)
        return RedirectResponse(f"{LIST}/{filed.request.receipt}", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})

    @routes.post(f"{PATH}/{{draft_id}}/batal")
    async def drop(request: Request, draft_id: str, member: Registrar) -> Response:
        await form.area.draft(member, draft_id)
        entry = room.entry(member, "village.drop", f"village_draft/{draft_id}")
        await form.forget(await room.act(request, entry, lambda tx: drop_for_villager(tx, room.deps, draft_id)))
        return RedirectResponse(LIST, HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


def _megabytes(size: int | None) -> str:
    return f"{(size or 0) / _MEGABYTE:.0f}"
