"""`/desk/dokumen`: the register of documents, with search, one document beside it, and the list as files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.issuance.desk import exports
from services.issuance.desk import register_words as words
from services.issuance.desk.room import IssuanceRoom
from services.issuance.domain.document import Document
from services.issuance.ports import Deps, RegisterQuery
from shared import logs
from shared.audit import SeenPerson
from shared.reference.catalogue import catalogue
from shared.values import file_stem
from shared.web.desk import Lookout, StaffMember, signed_in, xlsx

PATH: Final = "/desk/dokumen"
_ROWS: Final = 50
_MOST_NEW: Final = 99  # what is beyond is said as 99+
_NUMBER: Final = re.compile(r"[0-9]{4}-[A-Z]{2}(-[0-9]{0,8}(-[0-9]{0,6})?)?|[A-Z]{2,10}/[0-9]{0,4}(/[0-9]{0,8}(/[0-9]{0,6})?)?")
_RECEIPT: Final = re.compile(r"MDN-?[0-9A-Z]{4}-?[0-9A-Z]{4}")

_log = logs.get("desk")


class RegisterFilter(BaseModel):
    """What the address says. Nothing in it is of a person: names are searched for by a form (`search`)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    q: Annotated[str, Field(max_length=40, pattern=r"^[0-9A-Za-z/ -]*$")] = ""
    jenis: Annotated[str, Field(max_length=40)] = ""
    keadaan: Annotated[str, Field(max_length=20)] = ""
    waktu: Annotated[str, Field(max_length=20)] = ""
    setelah: Annotated[str | None, Field(max_length=200)] = None
    baris: Annotated[int, Field(ge=1)] = 1
    buka: Annotated[str | None, Field(max_length=100)] = None


Filter = Annotated[RegisterFilter, Query()]
Reader = Annotated[StaffMember, signed_in("documents:read")]
Revealer = Annotated[StaffMember, signed_in("persons:reveal")]


@dataclass(frozen=True, slots=True)
class _Register:
    """The pages' dependencies, and what they have in common."""

    room: IssuanceRoom

    @property
    def deps(self) -> Deps:
        """Those of the room."""
        return self.room.deps

    def query(self, asked: RegisterFilter, *, holder: str = "") -> RegisterQuery:
        """Return what the filter means; a word that it does not know filters nothing."""
        text = asked.q.strip().upper()
        keyed = bool(text or holder)  # who looks for one document finds it, however old
        period = asked.waktu if asked.waktu in words.PERIODS else ""
        return RegisterQuery(
            number=text if _NUMBER.fullmatch(text) else "",
            receipt=text if text and not _NUMBER.fullmatch(text) else "",
            holder=holder,
            product=asked.jenis if asked.jenis in catalogue().products else "",
            states=words.STATE_FILTERS.get(asked.keadaan, ("", ()))[1],
            since=None if keyed else words.since(period, self.deps.clock()),
            after=asked.setelah,
            limit=_ROWS,
        )

    async def show(
        self, request: Request, member: StaffMember, asked: RegisterFilter, *, holder: str = "", revealed: bool = False
    ) -> Response:
        """Return the page; `revealed`: with the name of the open document in clear."""
        query = self.query(asked, holder=holder)
        page = await self.deps.register.page(query)
        document = await self.deps.document_reader.get(asked.buka) if asked.buka else None
        successor = await self.deps.document_reader.get(document.superseded_by) if document and document.superseded_by else None
        newest = page.first if asked.setelah is None and not (query.holder or query.number or query.receipt) else None
        return self.room.pages.show(
            request,
            "documents.html",
            member,
            asked=asked,
            holder=holder,
            rows=page.documents,
            following=page.next,
            narrow=page.more and page.next is None,
            newest=newest,
            matching=await self.deps.register.count(replace(query, after=None)),
            total=await self.deps.register.total(),
            document=document,
            successor=successor,
            revealed=revealed,
            trail=words.trail(document) if document else [],
            held_for=words.held_for(document) if document else "",
            states=words.STATES,
            products={product.id: product.name for product in catalogue().products.values()},
            state_options=[(value, word) for value, (word, _) in words.STATE_FILTERS.items()],
            period_options=[(value, word) for value, (word, _) in words.PERIODS.items()],
            here=self.here,
        )

    @staticmethod
    def here(asked: RegisterFilter, **changes: Any) -> dict[str, Any]:
        """Return the filter for an address, with changes; what is as usual is left out."""
        values = asked.model_dump() | {"baris": None if asked.baris == 1 else asked.baris} | changes
        return {name: value for name, value in values.items() if value not in (None, "")}


def router(room: IssuanceRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    register = _Register(room)
    _looking(routes, register)
    _exporting(routes, register)
    _opening(routes, register)
    _listening(routes, register)
    return routes


def _looking(routes: APIRouter, register: _Register) -> None:
    @routes.get(PATH)
    async def listed(request: Request, asked: Filter, member: Reader) -> Response:
        return await register.show(request, member, asked)

    @routes.post(f"{PATH}/cari")
    async def search(request: Request, member: Reader, q: Annotated[str, Form(max_length=60)] = "") -> Response:
        """Search by what stands in the box: a number leads to an address, a name is answered here and stands in none."""
        text = " ".join(q.split()).upper()
        if not text or _NUMBER.fullmatch(text) or _RECEIPT.fullmatch(text):
            return RedirectResponse(f"{PATH}?q={text}" if text else PATH, status_code=303, headers={"Cache-Control": "no-store"})
        _log.info("documents.searched_by_name", staff_id=member.staff_id)
        row = register.room.entry(member, "documents.searched", "documents")
        await register.room.units.note(replace(row, persons=(SeenPerson(name=text),)))
        return await register.show(request, member, RegisterFilter(), holder=text)


def _exporting(routes: APIRouter, register: _Register) -> None:
    def noted(member: StaffMember) -> exports.Seen:
        """Return what writes down whose names are in a part of a file before it is sent."""
        _log.info("documents.exported", staff_id=member.staff_id)

        async def seen(part: Sequence[Document]) -> None:
            detail = {"documents": str(len(part))}
            await register.room.units.note(register.room.entry(member, "documents.exported", "documents", part, **detail))

        return seen

    @routes.get(f"{PATH}/unduh")
    async def download(asked: Filter, member: Annotated[StaffMember, signed_in("documents:export")]) -> Response:
        """Send the rows of the filter as a file, names in full; whose they are is written down, part by part."""
        lines = exports.csv_of(register.deps, replace(register.query(asked), after=None), noted(member))
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=exports.headers("dokumen-terbit.csv"))

    @routes.get(f"{PATH}/unduh-xlsx")
    async def workbook(asked: Filter, member: Annotated[StaffMember, signed_in("documents:export")]) -> Response:
        """Send the same rows as a workbook, with the numbers and their gaps on a sheet of its own; written down as the file is."""
        sheets = exports.sheets_of(register.deps, replace(register.query(asked), after=None), noted(member))
        return StreamingResponse(xlsx.chunks(sheets), media_type=xlsx.MEDIA_TYPE, headers=exports.headers("dokumen-terbit.xlsx"))


def _opening(routes: APIRouter, register: _Register) -> None:
    room = register.room

    @routes.post(f"{PATH}/{{document_id}}/nama")
    async def reveal(request: Request, document_id: str, asked: Filter, member: Revealer) -> Response:
        """Show the holder's name; that it was looked at is written down under the document and its holder."""
        document = await register.deps.document_reader.get(document_id)
        _log.info("document.name_read", document_id=document_id, staff_id=member.staff_id)  # who saw it (UU 27/2022 article 31)
        await room.units.note(room.entry(member, "document.name_read", f"document/{document_id}", [document]))
        if "hx-request" in request.headers:
            return room.pages.show(request, "document_name.html", member, document=document)
        return await register.show(request, member, asked.model_copy(update={"buka": document_id}), revealed=True)

    @routes.get(f"{PATH}/{{document_id}}/berkas")
    async def content(document_id: str, member: Revealer) -> Response:
        """Show the document itself; that it was looked at is written down under the document and its holder, each time."""
        document = await register.deps.document_reader.get(document_id)
        if document.pdf is None:
            return RedirectResponse(f"{PATH}?buka={document.document_id}", status_code=303)
        _log.info("document.read", document_id=document_id, staff_id=member.staff_id)
        await room.units.note(room.entry(member, "document.file_read", f"document/{document_id}", [document]))
        headers = {
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Content-Length": str(document.pdf.size_bytes),
            "Content-Disposition": f'inline; filename="{file_stem(document.number)}.pdf"',
        }
        return StreamingResponse(await register.deps.archive.open(document.pdf.file_id), media_type="application/pdf", headers=headers)


def _listening(routes: APIRouter, register: _Register) -> None:
    lookout = Lookout(register.deps.register.newest)

    @routes.get(f"{PATH}/langsung")
    async def news(request: Request, asked: Filter, _member: Reader, sejak: Annotated[str, Query(max_length=200)]) -> Response:
        query = replace(register.query(asked), after=None)

        async def count() -> tuple[int, bool]:
            found = await register.deps.register.count_newer(query, sejak, _MOST_NEW + 1)
            return min(found, _MOST_NEW), found > _MOST_NEW

        await count()  # refuses a place that is none while it still can
        return lookout.answer(request, count)
