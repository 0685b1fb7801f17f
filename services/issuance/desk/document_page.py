"""`/desk/dokumen/{id}`: all about one document, itself as pictures, and its end by hand: revoked, or its number void."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.issuance import handlers
from services.issuance.desk import register_words as words
from services.issuance.desk.documents import PATH
from services.issuance.desk.room import IssuanceRoom
from services.issuance.domain.document import Document, DocumentState
from services.issuance.domain.revocation import Authority, Revocation
from shared.reference.catalogue import catalogue
from shared.reference.revocations import REVOKED, VOID, end_reasons
from shared.reference.service_files import office_place
from shared.web.desk import StaffMember, signed_in

ONE: Final = f"{PATH}/{{document_id}}"
AUTHORITIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Authority.HEAD_OF_OFFICE: "Kepala dinas",
        Authority.COURT: "Pengadilan",
        Authority.CITIZEN_REQUEST: "Pemegang dokumen",
    }
)
_NO_CACHE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_BEFORE_ISSUE: Final = frozenset({DocumentState.CLAIMED, DocumentState.RENDERING, DocumentState.HELD})
_LEAST_NOTE: Final = 5  # characters: a number of an order is longer

Reader = Annotated[StaffMember, signed_in("documents:read")]
Revealer = Annotated[StaffMember, signed_in("persons:reveal")]
Ender = Annotated[StaffMember, signed_in("documents:revoke")]


class DoneNotice(BaseModel):
    """What was just done, as the address says it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    selesai: Annotated[str, Field(max_length=20)] = ""


class EndForm(BaseModel):
    """What somebody chose about the end of a document. `yakin`: the message to the holder was read, and it shall be so."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    dasar: Annotated[str, Field(max_length=40)] = ""
    alasan: Annotated[str, Field(max_length=64)] = ""
    catatan: Annotated[str, Field(max_length=1000)] = ""
    yakin: Annotated[str, Field(max_length=2)] = ""

    @property
    def note(self) -> str:
        """What was written for the office."""
        return self.catatan.strip()

    @property
    def is_sure(self) -> bool:
        """Whether it is to be done now."""
        return self.yakin == "ya"

    def missing(self, *, of: str) -> list[tuple[str, str]]:
        """Return what is not filled in yet: the field, and what to do."""
        lacks = {
            "dasar": of == REVOKED and self.dasar not in AUTHORITIES and "Pilih atas perintah siapa dokumen ini dicabut.",
            "alasan": self.alasan not in _choices(of) and "Pilih alasannya.",
            "catatan": of == REVOKED and len(self.note) < _LEAST_NOTE and "Tulis nomor dan tanggal suratnya, atau apa yang ditemukan.",
        }
        return [(field, text) for field, text in lacks.items() if isinstance(text, str)]


def router(room: IssuanceRoom) -> APIRouter:
    """Return the routes. They come after those of the list, whose words they would take for ids."""
    routes = APIRouter(include_in_schema=False)
    _looking(routes, room)
    _ending(routes, room)
    return routes


def _looking(routes: APIRouter, room: IssuanceRoom) -> None:
    @routes.get(ONE)
    async def one(request: Request, document_id: str, asked: Annotated[DoneNotice, Query()], member: Reader) -> Response:
        return await _show(room, request, member, document_id, done=asked.selesai)

    @routes.get(f"{ONE}/lihat")
    async def sheets(request: Request, document_id: str, member: Revealer) -> Response:
        """Show the document as it is, page by page; that it was looked at is written down."""
        document = await room.deps.document_reader.get(document_id)
        if document.pdf is None:
            return RedirectResponse(f"{PATH}/{document_id}", HTTPStatus.SEE_OTHER)
        pages = await room.pdf.count(await _bytes(room, document))
        await room.units.note(room.entry(member, "document.read", f"document/{document_id}", [document]))
        values: dict[str, Any] = {"document": document, "sheets": range(1, pages + 1), "product": product_name(document)}
        return room.pages.show(request, "document_sheets.html", member, **values)

    @routes.get(f"{ONE}/halaman/{{number}}")
    async def sheet(document_id: str, number: Annotated[int, Path(ge=1, le=1_000)], member: Revealer) -> Response:
        document = await room.deps.document_reader.get(document_id)
        await room.units.note(room.entry(member, "document.page_read", f"document/{document_id}", [document], page=str(number)))
        drawn = await room.pdf.page(await _bytes(room, document), number)
        return Response(drawn, headers=dict(_NO_CACHE), media_type="image/jpeg")


def _ending(routes: APIRouter, room: IssuanceRoom) -> None:
    @routes.get(f"{ONE}/cabut")
    async def ask_revoke(request: Request, document_id: str, member: Ender) -> Response:
        return await _ask(room, request, member, document_id, EndForm(), of=REVOKED, is_new=True)

    @routes.post(f"{ONE}/cabut")
    async def revoke(request: Request, document_id: str, member: Ender, asked: Annotated[EndForm, Form()]) -> Response:
        """Show what the holder will be told; with `yakin` take the document back."""
        if asked.missing(of=REVOKED) or not asked.is_sure:
            return await _ask(room, request, member, document_id, asked, of=REVOKED)
        order = Revocation(Authority(asked.dasar), asked.alasan, asked.note, member.staff_id)
        document = await room.deps.document_reader.get(document_id)
        detail = {"authority": asked.dasar, "reason": asked.alasan}
        entry = room.entry(member, "document.revoked", f"document/{document_id}", [document], **detail)
        await room.act(request, entry, lambda tx: handlers.revoke_document(tx, room.deps, document_id, order))
        return RedirectResponse(f"{PATH}/{document_id}?selesai=cabut", HTTPStatus.SEE_OTHER)

    @routes.get(f"{ONE}/hangus")
    async def ask_void(request: Request, document_id: str, member: Ender) -> Response:
        return await _ask(room, request, member, document_id, EndForm(), of=VOID, is_new=True)

    @routes.post(f"{ONE}/hangus")
    async def void(request: Request, document_id: str, member: Ender, asked: Annotated[EndForm, Form()]) -> Response:
        """Show what the holder will be told; with `yakin` give the number up."""
        if asked.missing(of=VOID) or not asked.is_sure:
            return await _ask(room, request, member, document_id, asked, of=VOID)
        document = await room.deps.document_reader.get(document_id)
        entry = room.entry(member, "document.voided", f"document/{document_id}", [document], reason=asked.alasan)
        ended = await room.act(request, entry, lambda tx: handlers.void_document(tx, room.deps, document_id, reason=asked.alasan))
        await handlers.discard_leftovers(room.deps, ended)
        return RedirectResponse(f"{PATH}/{document_id}?selesai=hangus", HTTPStatus.SEE_OTHER)


async def _show(room: IssuanceRoom, request: Request, member: StaffMember, document_id: str, *, done: str) -> Response:
    reader = room.deps.document_reader
    document = await reader.get(document_id)
    successor = await reader.get(document.superseded_by) if document.superseded_by else None
    revocation = document.revocation
    return room.pages.show(
        request,
        "document_page.html",
        member,
        **_about(document),
        successor=successor,
        done=done,
        trail=words.trail(document),
        held_for=words.held_for(document),
        authority=AUTHORITIES.get(revocation.authority, "") if revocation else "",
        reason=_reason_word(document),
        older=await room.deps.register.superseded_by(document_id),
        may_revoke=document.state is DocumentState.ISSUED,
        may_void=document.state in _BEFORE_ISSUE,
    )


def _choices(of: str) -> dict[str, str]:
    """Return the reasons that an officer may choose, with their words."""
    return {code: reason.word for code, reason in end_reasons(of).items() if reason.by_hand}


async def _ask(
    room: IssuanceRoom, request: Request, member: StaffMember, document_id: str, asked: EndForm, *, of: str, is_new: bool = False
) -> Response:
    """Ask for reasons; once they are there, show the message that the holder will get and ask whether it shall be so."""
    document = await room.deps.document_reader.get(document_id)
    missing = [] if is_new else asked.missing(of=of)
    told = end_reasons(of)[asked.alasan].told if asked.alasan in end_reasons(of) else ""
    return room.pages.show(
        request,
        "document_end.html",
        member,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if missing else HTTPStatus.OK,
        **_about(document),
        asked=asked,
        is_revocation=of == REVOKED,
        possible=document.state is DocumentState.ISSUED if of == REVOKED else document.state in _BEFORE_ISSUE,
        missing=missing,
        is_complete=not is_new and not missing,
        authorities=[(str(code), word) for code, word in AUTHORITIES.items()],
        reasons=list(_choices(of).items()),
        told=told,
        document_name=_told_name(document),
        office=office_place().name,
    )


def _about(document: Document) -> dict[str, Any]:
    return {"document": document, "state": words.STATES[document.state], "product": product_name(document)}


def product_name(document: Document) -> str:
    """Return what the document is called."""
    product = catalogue().products.get(document.product)
    return product.name if product else document.product


def _told_name(document: Document) -> str:
    """Return what a message calls the document: of a card its slip."""
    product = catalogue().products.get(document.product)
    return product.document if product else document.product.upper()


def _reason_word(document: Document) -> str:
    code = document.revocation.reason if document.revocation else document.reason or ""
    known = end_reasons(REVOKED if document.revocation else VOID).get(code)
    return known.word if known else words.HELD_FOR.get(code, code)


async def _bytes(room: IssuanceRoom, document: Document) -> bytes:
    if document.pdf is None:
        return b""
    return b"".join([chunk async for chunk in await room.deps.archive.open(document.pdf.file_id)])
