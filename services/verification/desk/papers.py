"""The documents of a request, streamed from intake after the check of who may see them; a PDF page by page as pictures."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from services.verification import handlers
from services.verification.desk.work_room import PATH, READ, WorkRoom, entry, seen_in
from services.verification.ports import FileStream, Tx
from shared.audit import SeenPerson
from shared.errors import BadInput
from shared.web.desk import StaffMember, signed_in
from shared.web.desk.area import refuse_outside

Reader = Annotated[StaffMember, signed_in(READ)]
Number = Annotated[int, Path(ge=1, le=1_000)]
FILE: Final = f"{PATH}/{{task_id}}/berkas/{{file_id}}"
_MOST_BYTES: Final = 20 * 1024 * 1024  # of a PDF that is drawn; intake takes less
_INLINE: Final = {
    "Cache-Control": "no-store",  # whoever sits down at this browser next is asked who they are, and each look leaves its row
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


class PageCount(BaseModel):
    """How many pages a PDF has."""

    pages: int


def router(room: WorkRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(FILE)
    async def paper(task_id: str, file_id: str, member: Reader) -> Response:
        stream = await _open(room, member, task_id, file_id)
        headers = dict(_INLINE) | ({"Content-Length": str(stream.size_bytes)} if stream.size_bytes is not None else {})
        return StreamingResponse(stream.chunks, HTTPStatus.OK, headers=headers, media_type=stream.media_type)

    @routes.get(f"{FILE}/halaman")
    async def count(task_id: str, file_id: str, member: Reader) -> PageCount:
        return PageCount(pages=await room.pdf.count(await _read(await _open(room, member, task_id, file_id))))

    @routes.get(f"{FILE}/halaman/{{number}}")
    async def page(task_id: str, file_id: str, number: Number, member: Reader) -> Response:
        drawn = await room.pdf.page(await _read(await _open(room, member, task_id, file_id)), number)
        return Response(drawn, HTTPStatus.OK, headers=dict(_INLINE), media_type="image/jpeg")

    return routes


async def _open(room: WorkRoom, member: StaffMember, task_id: str, file_id: str) -> FileStream:
    """Open a document; who looks at it has seen everybody of its request."""

    async def body(tx: Tx) -> tuple[FileStream, tuple[SeenPerson, ...]]:
        task = await tx.tasks.get(task_id)
        refuse_outside(member, task.place.areas, READ)
        return await handlers.open_attachment(tx, room.deps, task_id, file_id), seen_in(await tx.cases.get(task.case_key))

    stream, _ = await room.units.run(
        body,
        audit=lambda opened: entry(room, member, "attachment.seen", f"task/{task_id}", opened[1], file=file_id),
    )
    return stream


async def _read(stream: FileStream) -> bytes:
    content = bytearray()
    async for chunk in stream.chunks:
        content += chunk
        if len(content) > _MOST_BYTES:
            raise BadInput("pdf_unreadable", "It is too large to draw.")
    return bytes(content)
