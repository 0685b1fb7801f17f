"""Attachments from intake: `GET {INTAKE_URL}/v1/files/{file_id}`, streamed through and never stored here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import httpx

from services.verification.ports import FileStream
from shared.errors import NotFound, Permanent, Transient
from shared.http_client import make_client

_CONNECTIONS: Final = 20  # officers looking at photos at the same moment


class IntakeFiles:
    """Intake's files over HTTP; implements `ports.AttachmentSource`."""

    def __init__(self, base_url: str, api_key: str, *, timeout_seconds: float, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = make_client(timeout_seconds, connections=_CONNECTIONS, base_url=base_url, api_key=api_key, transport=transport)

    async def open(self, file_id: str) -> FileStream:
        """Open an attachment.

        Raises:
            NotFound: `file_not_found`.
            Transient: `intake_unavailable`.
            Permanent: `intake_refused`: our key or address is wrong, which no officer can correct.
        """
        request = self._client.build_request("GET", f"/v1/files/{quote(file_id, safe='')}")
        try:
            response = await self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise Transient("intake_unavailable", type(error).__name__) from error
        if response.status_code != HTTPStatus.OK:
            await response.aclose()
            raise _refusal(response.status_code)
        length = response.headers.get("content-length", "")
        return FileStream(
            media_type=response.headers.get("content-type", "application/octet-stream"),
            size_bytes=int(length) if length.isdigit() and "content-encoding" not in response.headers else None,
            chunks=_chunks(response),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()


async def _chunks(response: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in response.aiter_bytes():
            yield chunk
    finally:
        await response.aclose()


def _refusal(status: int) -> NotFound | Transient | Permanent:
    if status == HTTPStatus.NOT_FOUND:
        return NotFound("file_not_found")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        return Transient("intake_unavailable", f"status {status}")
    return Permanent("intake_refused", f"status {status}")
