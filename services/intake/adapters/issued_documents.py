"""Issued documents from issuance: `GET {ISSUANCE_URL}/v1/documents/{document_id}/content`, streamed through and never kept here."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import httpx

from services.intake.domain.documents import IssuedDocument
from shared.errors import Transient
from shared.http_client import make_client
from shared.logs import get

_CONNECTIONS: Final = 20  # adapters fetching at the same moment
_OUR_KEY_IS_WRONG: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})

_log = get("issued_documents")


class IssuedDocuments:
    """Issuance's documents over HTTP; implements `ports.Documents`."""

    def __init__(self, base_url: str, api_key: str, *, timeout_seconds: float) -> None:
        self._client = make_client(timeout_seconds, connections=_CONNECTIONS, base_url=base_url, api_key=api_key)

    async def open(self, document: IssuedDocument) -> AsyncGenerator[bytes, None]:
        """Yield the document's bytes; break the stream at its end if they are not the ones that were announced.

        Raises:
            Transient: `issuance_unavailable`; `issuance_refused` when our key is wrong, which an operator must correct.
        """
        request = self._client.build_request("GET", f"/v1/documents/{quote(document.document_id, safe='')}/content")
        try:
            response = await self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise Transient("issuance_unavailable", type(error).__name__) from error
        if response.status_code == HTTPStatus.OK:
            return _checked(response, document.sha256)
        await response.aclose()
        code = "issuance_refused" if response.status_code in _OUR_KEY_IS_WRONG else "issuance_unavailable"
        _log.error("document.unavailable", document_id=document.document_id, reason=code, status=response.status_code)
        raise Transient(code, f"status {response.status_code}")

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()


async def _checked(response: httpx.Response, sha256: str) -> AsyncGenerator[bytes, None]:
    digest = hashlib.sha256()
    try:
        async for chunk in response.aiter_bytes():
            digest.update(chunk)
            yield chunk
    except httpx.HTTPError as error:
        raise Transient("issuance_unavailable", type(error).__name__) from error
    finally:
        await response.aclose()
    if digest.hexdigest() != sha256:
        raise Transient("document_differs")
