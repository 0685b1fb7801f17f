"""A decision that is being typed: its page with every field, what the page sends, and its PDF."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from services.intake.desk.court_area import PATH, CourtArea
from services.intake.desk.courts import NO_STORE
from services.intake.desk.decision_words import DecisionWords, id_of
from services.intake.desk.room import DeskRoom
from services.intake.domain.clerk import ClerkSave, CourtDraft, merged
from services.intake.handlers.filing import local_day
from services.intake.ports import sent_file
from shared.audit import SeenPerson
from shared.errors import BadInput, FieldProblem, TooLarge
from shared.ids import new_id
from shared.reference.regions import villages
from shared.values import Attachment, Malformed, Nik
from shared.web.desk import StaffMember

_PDF: Final = frozenset({"application/pdf"})
_CHUNK_BYTES: Final = 64 * 1024  # of an upload, on its way into the store
_MEGABYTE: Final = 1024 * 1024
_ROWS: Final = "baris:"
_REMOVES: Final = re.compile(r"hapus:([a-z_]+):([0-9]{1,3})")
_FILE_PROBLEMS: Final = {
    "file_too_large": "Berkas itu terlalu besar. Pilih PDF di bawah {most} MB.",
    "media_type_not_accepted": "Berkas itu bukan PDF. Pilih salinan putusan dalam bentuk PDF.",
    "file_empty": "Berkas itu kosong. Pilih sekali lagi.",
    "file_damaged": "PDF itu rusak atau terpotong. Simpan sekali lagi dari sistem pengadilan.",
    "pdf_encrypted": "PDF itu dikunci dengan sandi. Simpan tanpa sandi.",
    "pdf_too_many_pages": "PDF itu terlalu banyak halamannya. Lampirkan halaman identitas dan amar saja.",
    "pdf_too_complex": "PDF itu tidak bisa diperiksa. Cetak sebagai PDF yang baru.",
    "pdf_has_script": "PDF itu berisi program, jadi tidak kami terima. Cetak sebagai PDF yang baru.",
    "pdf_has_files": "PDF itu berisi berkas lain, jadi tidak kami terima. Cetak sebagai PDF yang baru.",
}


class CourtForm:
    """The pages of one decision that is being typed."""

    def __init__(self, room: DeskRoom) -> None:
        self.room = room
        self.area = CourtArea(room)

    @property
    def today(self) -> date:
        """The day in WIB."""
        return local_day(self.room.deps.clock())

    def show(
        self,
        request: Request,
        member: StaffMember,
        draft: CourtDraft,
        problems: Sequence[FieldProblem] = (),
        *,
        file_problem: str = "",
        theirs: Sequence[tuple[str, str]] | None = None,
        **more: Any,
    ) -> Response:
        """Return the page with every field. `theirs`: what a colleague has saved otherwise, by label; None: nobody has."""
        words, deps = DecisionWords(self.room.deps, draft, self.today), self.room.deps
        is_wrong = bool(problems or file_problem)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.CONFLICT if theirs is not None else HTTPStatus.OK
        return self.room.pages.show(
            request,
            "court_form.html",
            member,
            status=status,
            draft=draft,
            page_name=new_id(),
            kind=words.kind,
            sections=words.sections(problems),
            problems=[(id_of(problem.field), words.label(problem.field), words.sentence(problem)) for problem in problems],
            file_problem=file_problem,
            theirs=theirs,
            villages=villages(),
            most_mb=deps.file_max_bytes // _MEGABYTE,
            **{"added": "", "saved": False} | more,
        )

    async def changed(self, request: Request, member: StaffMember, draft_id: str, save: ClerkSave) -> Response:
        """Show what was typed beside what a colleague has saved in the meantime; what was sent leads to its case."""
        present = await self.area.draft(member, draft_id)
        if present.sent_case is not None:
            return to_case(present.sent_case)
        mine = merged(present, save)
        words = DecisionWords(self.room.deps, present, self.today)
        found = [path for path in {**present.values, **mine.values} if present.values.get(path) != mine.values.get(path)]
        theirs = [(words.label(path), present.values.get(path) or "kosong") for path in found]
        return self.show(request, member, replace(mine, version=present.version), theirs=theirs)

    async def sent(self, member: StaffMember, draft_id: str, sent: FormData) -> tuple[ClerkSave, str]:
        """Return what the page sent, with its PDF in our store, and why that can't be taken; "" where it can, or there is none."""
        save, upload = save_of(member, sent), upload_of(sent)
        if upload is None:
            return save, ""
        try:
            return replace(save, file=await self.store(member, draft_id, upload)), ""
        except (TooLarge, BadInput) as error:
            return save, self._file_sentence(error)

    def _file_sentence(self, error: TooLarge | BadInput) -> str:
        return _FILE_PROBLEMS.get(error.code, _FILE_PROBLEMS["file_empty"]).format(most=self.room.deps.file_max_bytes // _MEGABYTE)

    async def forget(self, file_ids: Sequence[str]) -> None:
        """Delete files that nobody needs any more."""
        for file_id in file_ids:
            await self.room.deps.files.delete(file_id)

    async def store(self, member: StaffMember, draft_id: str, upload: UploadFile) -> Attachment:
        """Store the PDF of a decision.

        Raises:
            TooLarge: `file_too_large`.
            BadInput: `file_empty`; `media_type_not_accepted`.
        """
        deps = self.room.deps
        if upload.size is not None and upload.size > deps.file_max_bytes:  # known before a byte is written
            raise TooLarge("file_too_large")
        owner = {"owner": f"desk:{member.staff_id}", "draft": draft_id}
        stored = await deps.files.put(deps.new_id(), _chunks(upload), max_bytes=deps.file_max_bytes, media_types=_PDF, metadata=owner)
        file = sent_file(stored)
        return Attachment(file.file_id, "decision", "putusan", file.media_type, file.size_bytes, file.sha256, file.sent_sha256)


async def _chunks(upload: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await upload.read(_CHUNK_BYTES):
        yield chunk


def to_case(case_id: str) -> Response:
    """Lead to what came of a decision that was sent."""
    return RedirectResponse(f"{PATH}/{case_id}", 303, headers=NO_STORE)


def save_of(member: StaffMember, sent: FormData) -> ClerkSave:
    """Return what the page sent."""
    texts = {name: value for name, value in sent.multi_items() if isinstance(value, str)}
    act = texts.get("tindakan", "")
    removes = _REMOVES.fullmatch(act)
    return ClerkSave(
        clerk=member.staff_id,
        clerk_name=member.name,
        page=texts.get("halaman", "")[:64],
        version=_number(texts.get("versi", "")),
        values=texts,
        rows={name.removeprefix(_ROWS): _number(count) for name, count in texts.items() if name.startswith(_ROWS)},
        adds=act.removeprefix("tambah:") if act.startswith("tambah:") else "",
        removes=(removes[1], int(removes[2])) if removes else None,
        drops_file=act == "lepas",
    )


def upload_of(sent: FormData) -> UploadFile | None:
    """Return the file that the page sent; None where none was chosen."""
    upload = sent.get("berkas")
    return upload if isinstance(upload, UploadFile) and upload.filename else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0  # noqa: PLR2004 - digits of a number that we wrote


def seen_in_draft(draft: CourtDraft) -> list[SeenPerson]:
    """Return whom somebody sees who looks at a draft: those whose NIK is one."""
    found = []
    for path, text in draft.values.items():
        if path.endswith(".nik"):
            try:
                found.append(SeenPerson(Nik.parse(text).text, draft.values.get(f"{path.removesuffix('nik')}name")))
            except Malformed:
                continue
    return found
