"""Files of requests: streamed in and out, never held in memory whole."""

from __future__ import annotations

import base64
import hmac
import re
from typing import Annotated, Final

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from services.intake.domain.drafting import DOCUMENT_TYPES, SENT_TYPES
from services.intake.domain.files import FILE_REFUSALS, PhotoFlaw
from services.intake.ports import Deps, sent_file
from shared.errors import BadInput, FieldProblem
from shared.mongo.files import StoredFile
from shared.web import Client, refuses, require

PATH: Final = "/v1/files"
_DIGEST: Final = re.compile(r"(?:^|,)[ \t]*sha-256=:([A-Za-z0-9+/]{43}=):[ \t]*(?:,|$)")  # RFC 9530: 32 bytes in base64


class FileView(BaseModel):
    """A stored file."""

    file_id: str
    size_bytes: int
    sha256: str
    media_type: str
    sent_sha256: Annotated[str, Field(description="Of the bytes that were sent; another one where a picture was made anew")]
    flaws: Annotated[tuple[PhotoFlaw, ...], Field(description="What makes it hard to read; tell whoever sent it")]


def routes(deps: Deps, max_bytes: int) -> APIRouter:
    """Return the routes of files."""
    router = APIRouter(tags=["Files"])

    @router.post(
        PATH,
        status_code=201,
        summary="Upload a photo or PDF as the raw body",
        response_model=FileView,
        responses=refuses(413, "file_too_large") | refuses(422, "content_digest_differs", "content_digest_malformed", *FILE_REFUSALS),
        openapi_extra={"requestBody": {"required": True, "content": {kind: {} for kind in sorted(SENT_TYPES)}}},
    )
    async def upload(
        request: Request,
        client: Annotated[Client, require("files:write")],
        content_digest: Annotated[
            str | None, Header(description="RFC 9530: sha-256=:…:, no other algorithm; checked where it is sent")
        ] = None,
    ) -> FileView:
        expected = _expected(content_digest)
        try:
            stored = await deps.files.put(
                deps.new_id(),
                request.stream(),
                max_bytes=max_bytes,
                media_types=SENT_TYPES,
                metadata={"owner": client.name},
            )
        except BadInput as error:
            raise BadInput(error.code, error.detail, (FieldProblem("body", error.code, error.detail),)) from error
        sent = sent_file(stored)
        if expected is not None and not hmac.compare_digest(expected, bytes.fromhex(sent.as_sent)):
            await deps.files.delete(stored.file_id)
            raise _digest_problem("content_digest_differs", "The bytes that came are not the ones that were sent.")
        return FileView(
            file_id=sent.file_id,
            size_bytes=sent.size_bytes,
            sha256=sent.sha256,
            media_type=sent.media_type,
            sent_sha256=sent.as_sent,
            flaws=sent.flaws,
        )

    @router.get(
        PATH + "/{file_id}",
        summary="Download a file",
        response_class=StreamingResponse,
        responses=refuses(404, "file_not_found") | {200: {"content": {kind: {} for kind in sorted(DOCUMENT_TYPES)}}},
    )
    async def download(file_id: str, _client: Annotated[Client, require("files:read")]) -> StreamingResponse:
        stored, chunks = await deps.files.open(file_id)
        return StreamingResponse(chunks, media_type=stored.media_type, headers=_headers(stored))

    return router


def _headers(stored: StoredFile) -> dict[str, str]:
    digest = base64.b64encode(bytes.fromhex(stored.sha256)).decode()
    return {
        "Content-Length": str(stored.size_bytes),
        "ETag": f'"{stored.sha256}"',
        "Repr-Digest": f"sha-256=:{digest}:",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }


def _expected(header: str | None) -> bytes | None:
    if header is None:
        return None
    found = _DIGEST.search(header)
    if found is None:  # another algorithm too: whoever sends a digest counts on its being checked
        raise _digest_problem("content_digest_malformed", "Expected sha-256=:<base64 of 32 bytes>:.")
    return base64.b64decode(found.group(1))


def _digest_problem(code: str, detail: str) -> BadInput:
    return BadInput(code, detail, (FieldProblem("content-digest", code, detail),))
