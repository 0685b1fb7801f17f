"""Documents of an adapter's own requests, streamed from issuance. A document that was fetched whole counts as delivered."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse

from services.intake.api.requests import PATH
from services.intake.domain.documents import IssuedDocument
from services.intake.domain.requests import FETCHABLE
from services.intake.domain.requests import Request as Filed
from services.intake.handlers import note_fetched
from services.intake.ports import Deps, Tx
from shared.errors import DomainError, NotFound
from shared.logs import get
from shared.messaging.transaction.runner import Context, UnitOfWorkRunner
from shared.values import Receipt, file_stem
from shared.web import Client, refuses, require

_log = get("documents")

_REFUSES = (
    refuses(404, "request_not_found", "document_not_found")
    | refuses(409, "document_not_issued")
    | refuses(422, "receipt_malformed", "receipt_check_wrong")
    | refuses(503, "issuance_unavailable", "issuance_refused")
)


def routes(deps: Deps, units: UnitOfWorkRunner[Tx]) -> APIRouter:
    """Return the one route."""
    router = APIRouter(tags=["Requests"])

    @router.get(
        PATH + "/{receipt}/documents/{number}",
        summary="A signed PDF; the request is delivered when you have all of every one",
        response_class=Response,
        responses=_REFUSES | {200: {"content": {"application/pdf": {}}}},
    )
    async def fetch(
        request: Request,
        receipt: str,
        number: Annotated[int, Path(ge=1, le=99, description="1 is the first document of the request")],
        client: Annotated[Client, require("requests:read")],
    ) -> StreamingResponse:
        filed = await deps.register.find_by_receipt(Receipt.parse(receipt))
        if filed is None or not filed.is_of_adapter(client.name):
            raise NotFound("request_not_found", "No request of yours has this receipt number.")
        document = _document(filed, number)
        chunks = await deps.documents.open(document)

        async def handed_over() -> AsyncIterator[bytes]:
            """Yield the content without announcing a length: the answer is complete only once the fetch is recorded."""
            async with aclosing(chunks):
                async for chunk in chunks:
                    yield chunk
            context = Context(filed.request_id, None, request.state.traceparent)
            await units.run(lambda tx: note_fetched(tx, deps, filed.request_id, document.document_id), context=context)
            _log.info("document.read", document_id=document.document_id, client=client.name)  # who saw it (UU 27/2022 article 31)

        return StreamingResponse(handed_over(), media_type="application/pdf", headers=_headers(document))

    return router


def _document(filed: Filed, number: int) -> IssuedDocument:
    documents = filed.issued
    if number > max(1, len(documents)):
        raise NotFound("document_not_found", "The request has no document of this number.")
    if not documents or filed.state not in FETCHABLE:
        raise DomainError("document_not_issued", f"The request is {filed.state}; its documents are there when it is ready.")
    return documents[number - 1]


def _headers(document: IssuedDocument) -> dict[str, str]:
    digest = base64.b64encode(bytes.fromhex(document.sha256)).decode()
    return {
        "Content-Disposition": f'attachment; filename="{file_stem(document.number)}.pdf"',
        "Repr-Digest": f"sha-256=:{digest}:",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
