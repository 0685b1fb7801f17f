"""Photos and PDFs that citizens sent, brought from WhatsApp's servers into our store.

WhatsApp Business Cloud API, "Media": `GET /{media-id}` gives a URL that lives five minutes; `GET url` with the same token gives the bytes.
Ids from webhooks live seven days. The URL's host is checked against a list, and no redirect is followed: it carries our token.
"""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import orjson

from services.intake.domain.files import FileTrouble, RefusedFile, SentFile
from services.intake.domain.messages import MediaRef
from services.intake.ports import FileStore, sent_file
from shared.clock import monotonic_seconds
from shared.errors import BadInput, Conflict, TooLarge, Transient
from shared.faults import call_points, crash_point
from shared.http_client import make_client
from shared.logs import get
from shared.metrics import EFFECT_SECONDS, EFFECTS
from shared.mongo.files import StoredFile

_MEDIA_ID: Final = re.compile(r"^[A-Za-z0-9_.:=-]{1,300}$")  # it becomes part of a path
_CHUNK_BYTES: Final = 64 * 1024  # one read; memory of a download is about this
_MAX_DESCRIPTION_BYTES: Final = 64 * 1024  # the answer that names the URL has a few hundred bytes
_TIMEOUT_SECONDS: Final = 15.0  # without a byte; a photo takes one or two
_POOL_SECONDS: Final = 10.0
_CONNECTIONS: Final = 100  # more than the chats that are handled at once
_GONE: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})  # the id is wrong or older than seven days

_TROUBLES: Final[Mapping[str, FileTrouble]] = MappingProxyType(
    {
        "file_empty": FileTrouble.NOT_READABLE,
        "file_damaged": FileTrouble.DAMAGED,
        "picture_too_large": FileTrouble.TOO_LARGE,
        "pdf_encrypted": FileTrouble.LOCKED,
        "pdf_too_many_pages": FileTrouble.TOO_MANY_PAGES,
        "pdf_too_complex": FileTrouble.NOT_PLAIN,
        "pdf_has_script": FileTrouble.NOT_PLAIN,
        "pdf_has_files": FileTrouble.NOT_PLAIN,
    }
)
"""Code of a refusal by the store -> what the person is told; anything else is of a type that we do not take."""

_log = get("whatsapp_media")


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """Limits of what is accepted. `hosts` are `host` or `host:port`; `http` only for a simulator on this machine."""

    max_bytes: int
    media_types: frozenset[str]
    hosts: frozenset[str]
    allow_http: bool = False


class WhatsappMedia:
    """The Cloud API's media; implements `ports.Media`."""

    def __init__(self, files: FileStore, *, api_url: str, token: str, limits: MediaLimits, client: httpx.AsyncClient | None = None) -> None:
        self._files = files
        self._api_url = api_url.rstrip("/")
        self._limits = limits
        self._headers = {"Authorization": f"Bearer {token}"}
        self._client = client or make_client(_TIMEOUT_SECONDS, connections=_CONNECTIONS, pool_seconds=_POOL_SECONDS)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def fetch(self, media: MediaRef, file_id: str) -> SentFile | RefusedFile:
        """See `ports.Media`.

        Raises:
            Transient: the provider, the network or the database fails in a way that may pass.
        """
        present = await self._files.find(file_id)
        if present is not None:  # fetched before a crash
            return sent_file(present)
        if not _MEDIA_ID.match(media.media_id):
            return RefusedFile(FileTrouble.NOT_READABLE)
        began = monotonic_seconds()
        outcome = "failed"
        try:
            answer = await self._fetch(media, file_id)
            outcome = "done" if isinstance(answer, SentFile) else answer.trouble.value
        except httpx.HTTPError as error:
            raise Transient("media_unreachable", type(error).__name__) from error
        else:
            return answer
        finally:
            EFFECTS.labels("media", outcome).inc()
            EFFECT_SECONDS.labels("media").observe(monotonic_seconds() - began)

    async def _fetch(self, media: MediaRef, file_id: str) -> SentFile | RefusedFile:
        described = await self._describe(media.media_id)
        if isinstance(described, RefusedFile):
            return described
        size = described.get("file_size")
        if isinstance(size, int) and size > self._limits.max_bytes:
            return RefusedFile(FileTrouble.TOO_LARGE)
        url = described.get("url")
        if not isinstance(url, str) or not self._may_fetch(url):
            _log.error("media.host_refused")  # the address itself is foreign text: not for the log
            return RefusedFile(FileTrouble.NOT_READABLE)
        crash_point("before_call", "media")
        stored = await self._download(url, file_id)
        crash_point("after_response_before_save", "media")
        if isinstance(stored, RefusedFile):
            return stored
        expected = [text for text in (media.sha256, described.get("sha256")) if isinstance(text, str) and text]
        sent = sent_file(stored)
        if not all(same_digest(text, sent.as_sent) for text in expected):
            await self._files.delete(file_id)
            raise Transient("media_digest_differs")
        return sent

    async def _describe(self, media_id: str) -> dict[str, Any] | RefusedFile:
        response = await self._client.get(f"{self._api_url}/{media_id}", headers=self._headers)
        if response.status_code in _GONE:
            return RefusedFile(FileTrouble.NOT_READABLE)
        _raise_for(response)
        try:
            found = orjson.loads(response.content[:_MAX_DESCRIPTION_BYTES])
        except orjson.JSONDecodeError as error:
            raise Transient("media_answer_malformed") from error
        return found if isinstance(found, dict) else {}

    def _may_fetch(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        host = parts.hostname or ""
        named = host if port is None else f"{host}:{port}"
        secure = parts.scheme == "https" or (self._limits.allow_http and parts.scheme == "http")
        return secure and parts.username is None and named in self._limits.hosts

    async def _download(self, url: str, file_id: str) -> StoredFile | RefusedFile:
        async with self._client.stream("GET", url, headers=self._headers, extensions=call_points("media")) as response:
            _raise_for(response)
            try:
                return await self._files.put(
                    file_id,
                    _bytes_of(response),
                    max_bytes=self._limits.max_bytes,
                    media_types=self._limits.media_types,
                    metadata={"owner": "whatsapp"},
                )
            except TooLarge:
                return RefusedFile(FileTrouble.TOO_LARGE)
            except BadInput as error:
                return RefusedFile(_TROUBLES.get(error.code, FileTrouble.WRONG_TYPE))
            except Conflict as error:  # another process fetched other bytes for the same id: look again
                raise Transient("media_contended") from error


async def _bytes_of(response: httpx.Response) -> AsyncIterator[bytes]:
    async for chunk in response.aiter_bytes(_CHUNK_BYTES):
        yield chunk


def _raise_for(response: httpx.Response) -> None:
    """Raise for anything but 200. All may pass: 429 and 5xx by themselves, 401 with a renewed token, 404 with a fresh URL."""
    if response.status_code != HTTPStatus.OK:
        raise Transient(f"media_http_{response.status_code}")


def same_digest(text: str, sha256: str) -> bool:
    """Return whether a provider's digest, in hex or in base64, is this SHA-256 (hex)."""
    wanted = bytes.fromhex(sha256)
    readings = [text.strip().lower().encode("utf-8", "replace") == sha256.encode()]
    with contextlib.suppress(ValueError):  # binascii.Error is one; non-ASCII text raises it too
        readings.append(base64.b64decode(text + "=" * (-len(text) % 4)) == wanted)
    return any(readings)
