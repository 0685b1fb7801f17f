"""Documents from issuance: `GET {issuance}/v1/documents/{document_id}/content` with our service key."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Final

import httpx

from services.notifier.adapters.network import retry_after_seconds
from services.notifier.domain.message import DocumentFile
from shared.clock import Clock
from shared.errors import Permanent, Transient
from shared.faults import call_points, crash_point

_MAX_BYTES: Final = 100 * 1024 * 1024  # Cloud API: largest document


class IssuanceDocuments:
    """The source of the bytes that were announced, and of no others."""

    def __init__(self, http: httpx.AsyncClient, *, base_url: str, api_key: str, clock: Clock) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {api_key}"}
        self._clock = clock

    async def fetch(self, file: DocumentFile) -> bytes:
        """Return the document's bytes.

        Raises:
            Transient: issuance can't be reached, is busy, does not know it yet, or what came is not whole.
            Permanent: `document_too_large`, or `issuance_refused`: our key is not accepted.
        """
        digest = hashlib.sha256()
        chunks: list[bytes] = []
        size = 0
        crash_point("before_call", "documents")
        try:
            async with self._http.stream(
                "GET",
                f"{self._base_url}/v1/documents/{file.document_id}/content",
                headers=self._headers,
                extensions=call_points("documents"),
            ) as response:
                self._check(response)
                async for chunk in response.aiter_bytes():
                    size += len(chunk)
                    if size > _MAX_BYTES:
                        raise Permanent("document_too_large")
                    digest.update(chunk)
                    chunks.append(chunk)
        except httpx.HTTPError as error:
            raise Transient("issuance_unavailable", type(error).__name__) from error
        crash_point("after_response_before_save", "documents")
        if digest.hexdigest() != file.sha256:
            raise Transient("document_differs")  # a cut transfer is mended by the next try; what stays different is parked after the last
        return b"".join(chunks)

    def _check(self, response: httpx.Response) -> None:
        if response.is_success:
            return
        if response.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise Permanent("issuance_refused", f"HTTP {response.status_code}")
        raise Transient("issuance_unavailable", f"HTTP {response.status_code}", retry_after_seconds(response, self._clock))
