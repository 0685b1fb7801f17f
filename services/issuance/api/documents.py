"""Documents for those who hold a key: list, look at, fetch; and, for administrators, void and revoke."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.issuance import handlers
from services.issuance.domain.document import Document, DocumentState
from services.issuance.domain.products.spec import DocumentForm
from services.issuance.domain.revocation import Authority, Revocation
from services.issuance.ports import Deps, DocumentQuery, Tx
from shared import logs
from shared.errors import DomainError
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.values import file_stem
from shared.web import REVEAL, Client, refuses, require

Number = Annotated[str, StringConstraints(pattern=r"^([0-9]{4}-[A-Z]{2}-[0-9]{8}-[0-9]{4,6}|[A-Z]{2,10}/[0-9]{4}/[0-9]{8}/[0-9]{4,6})$")]
Term = Annotated[str, StringConstraints(min_length=1, max_length=100)]
ReasonCode = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{2,63}$", description="A code in snake_case, such as data_wrong", examples=["data_wrong"])
]
_UNKNOWN: Final = refuses(404, "documents_not_found")
READ, ADMIN = "documents:read", "admin"

_log = logs.get("documents")


class RevocationView(BaseModel):
    """Who ordered that it is taken back, why, and the API client that recorded it."""

    model_config = ConfigDict(from_attributes=True)

    authority: Authority
    reason: str
    by: str


class DocumentView(BaseModel):
    """A document without persons: the names are in its bytes."""

    document_id: str
    number: str
    product: str
    service: str
    channel: str
    request_id: str
    receipt: str
    case_id: str | None
    documents: Annotated[int, Field(description="How many documents the request has, this one included")]
    form: Annotated[DocumentForm, Field(description="pdf: the document itself; card: the slip with which a card is fetched")]
    state: DocumentState
    attempt: int
    approved_at: datetime
    claimed_at: datetime
    issued_at: datetime | None
    superseded_by: Annotated[str | None, Field(description="Id of the document that took its place")]
    superseded_at: datetime | None
    revocation: RevocationView | None
    revoked_at: datetime | None
    reason: str | None
    reason_at: datetime | None
    sha256: str | None
    size_bytes: int | None
    certified_by: str | None
    demo: bool | None


class DocumentDetail(DocumentView):
    """One document, with what the office wrote down about its end."""

    note: Annotated[str | None, Field(description="Of who discarded or revoked it; in no list and no event")]


class DocumentPage(BaseModel):
    """The newest request first. `next`: send it as `after` for the following page; null: this is the last."""

    documents: list[DocumentView]
    next: str | None


class VoidOrder(BaseModel):
    """Why a number is given up. No names, no NIK: the reason is shown in lists."""

    model_config = ConfigDict(extra="forbid")

    reason: ReasonCode


class RevokeOrder(BaseModel):
    """Why an issued document is taken back, and who ordered it. The reason is shown in lists and told in events, the note is not."""

    model_config = ConfigDict(extra="forbid")

    authority: Authority
    reason: ReasonCode
    note: Annotated[str, Field(min_length=1, max_length=1000, description="For the office: the order's number and date, what was found")]


class DocumentSearch(BaseModel):
    """The query of a list."""

    model_config = ConfigDict(extra="forbid")

    number: Number | None = None
    receipt: Term | None = None
    request_id: Term | None = None
    case_id: Term | None = None
    state: DocumentState | None = None
    after: Annotated[str | None, Field(max_length=200, description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


def router(units: UnitOfWorkRunner[Tx], deps: Deps) -> APIRouter:
    """Return the routes under /v1/documents."""
    routes = APIRouter(prefix="/v1/documents", tags=["documents"])
    _reading(routes, deps)
    _administration(routes, deps, units)
    return routes


def _reading(routes: APIRouter, deps: Deps) -> None:
    @routes.get("", summary="Search documents")
    async def search(query: Annotated[DocumentSearch, Query()], _client: Client = require(READ)) -> DocumentPage:
        found, following = await deps.document_reader.page(DocumentQuery(**query.model_dump()))
        return DocumentPage(documents=[_view(document) for document in found], next=following)

    @routes.get("/{document_id}", summary="One document", responses=_UNKNOWN)
    async def show(document_id: str, _client: Client = require(READ)) -> DocumentDetail:
        document = await deps.document_reader.get(document_id)
        note = document.revocation.note if document.revocation else document.note
        return DocumentDetail(**dict(_view(document)), note=note)

    @routes.get(
        "/{document_id}/content",
        summary="The signed PDF",
        response_class=Response,
        responses=_UNKNOWN
        | refuses(409, "document_not_issued")
        | {200: {"content": {"application/pdf": {}}}, 304: {"description": "The caller has these bytes already"}},
    )
    async def content(
        document_id: str, if_none_match: Annotated[str | None, Header()] = None, client: Client = require(READ, people=REVEAL)
    ) -> Response:
        document = await deps.document_reader.get(document_id)
        pdf = document.pdf
        if pdf is None:
            raise DomainError("document_not_issued", f"The document is {document.state}.")
        headers = {"ETag": f'"{pdf.sha256}"', "Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
        if _matches(if_none_match, pdf.sha256):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        _log.info("document.read", document_id=document_id, client=client.name)  # who saw it (UU 27/2022 article 31)
        headers["Content-Length"] = str(pdf.size_bytes)
        headers["Content-Disposition"] = f'attachment; filename="{file_stem(document.number)}.pdf"'
        return StreamingResponse(await deps.archive.open(pdf.file_id), media_type="application/pdf", headers=headers)


def _administration(routes: APIRouter, deps: Deps, units: UnitOfWorkRunner[Tx]) -> None:
    @routes.post(
        "/{document_id}/void",
        summary="Give up a number before issue",
        responses=_UNKNOWN
        | refuses(409, "document_issued", "document_superseded", "document_revoked", "document_void", handlers.NUMBER_SHOWN),
    )
    async def void(document_id: str, body: VoidOrder, client: Client = require(ADMIN)) -> DocumentView:
        document = await units.run(lambda tx: handlers.void_document(tx, deps, document_id, reason=body.reason))
        await handlers.discard_leftovers(deps, document)
        _log.info("document.voided", document_id=document_id, client=client.name, reason=body.reason)
        return _view(document)

    @routes.post(
        "/{document_id}/revoke",
        summary="Take an issued document back; the same order again changes nothing",
        responses=_UNKNOWN | refuses(409, "document_not_issued", "document_superseded", "document_revoked"),
    )
    async def revoke(document_id: str, body: RevokeOrder, client: Client = require(ADMIN)) -> DocumentView:
        revocation = Revocation(authority=body.authority, reason=body.reason, note=body.note, by=client.name)
        document = await units.run(lambda tx: handlers.revoke_document(tx, deps, document_id, revocation))
        _log.info("document.revoked", document_id=document_id, client=client.name, authority=body.authority.value, reason=body.reason)
        return _view(document)


def _matches(header: str | None, sha256: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in (header or "").split(",")]
    return f'"{sha256}"' in tags or "*" in tags


def _view(document: Document) -> DocumentView:
    direct: dict[str, Any] = {name: getattr(document, name) for name in DocumentView.model_fields if hasattr(document, name)}
    pdf, certificate = document.pdf, document.certificate
    return DocumentView(
        **direct,
        sha256=pdf.sha256 if pdf else None,
        size_bytes=pdf.size_bytes if pdf else None,
        certified_by=certificate.certified_by if certificate else None,
        demo=certificate.demo if certificate else None,
    )
