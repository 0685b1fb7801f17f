"""Files going up and down: bounded store, signed addresses that end after minutes, and the multipart body of an upload."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from deploy.simulators.whatsapp.errors import GraphError

MEGABYTE: Final = 1024 * 1024
LIMITS: Final[dict[str, int]] = {  # Meta, "Supported media types"
    "image/jpeg": 5 * MEGABYTE,
    "image/png": 5 * MEGABYTE,
    "audio/aac": 16 * MEGABYTE,
    "audio/amr": 16 * MEGABYTE,
    "audio/mpeg": 16 * MEGABYTE,
    "audio/mp4": 16 * MEGABYTE,
    "audio/ogg": 16 * MEGABYTE,
    "video/3gpp": 16 * MEGABYTE,
    "video/mp4": 16 * MEGABYTE,
    "image/webp": 512 * 1024,
    "text/plain": 100 * MEGABYTE,
    "application/pdf": 100 * MEGABYTE,
    "application/msword": 100 * MEGABYTE,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": 100 * MEGABYTE,
    "application/vnd.ms-excel": 100 * MEGABYTE,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": 100 * MEGABYTE,
}
UPLOAD_MAX_BYTES: Final = 101 * MEGABYTE  # the largest file plus the form around it


@dataclass(frozen=True, slots=True)
class Media:
    """A stored file. `sha256` is hex."""

    id: str
    data: bytes
    mime_type: str
    sha256: str
    filename: str | None


class MediaStore:
    """Files by id, at most `total_max_bytes`; the oldest make room."""

    def __init__(self, *, total_max_bytes: int, url_seconds: int) -> None:
        self._files: OrderedDict[str, Media] = OrderedDict()
        self._total = 0
        self._total_max = total_max_bytes
        self._url_seconds = url_seconds
        self._key = secrets.token_bytes(32)

    def put(self, data: bytes, mime_type: str, filename: str | None = None) -> Media:
        """Keep a file under a new id."""
        number = str(10**15 + secrets.randbelow(9 * 10**15))
        media = Media(number, data, mime_type, hashlib.sha256(data).hexdigest(), filename)
        self._files[media.id] = media
        self._total += len(data)
        while self._total > self._total_max and len(self._files) > 1:
            self._total -= len(self._files.popitem(last=False)[1].data)
        return media

    @property
    def files(self) -> list[Media]:
        """Every file, the oldest first."""
        return list(self._files.values())

    def restore(self, files: list[Media]) -> None:
        """Take files back under the ids they had."""
        self._files |= {media.id: media for media in files}
        self._total = sum(len(media.data) for media in self._files.values())

    def get(self, media_id: str) -> Media | None:
        """Return the file with that id."""
        return self._files.get(media_id)

    def delete(self, media_id: str) -> bool:
        """Forget a file; return whether there was one."""
        gone = self._files.pop(media_id, None)
        self._total -= len(gone.data) if gone else 0
        return gone is not None

    def query(self, media_id: str, at: datetime) -> str:
        """Return the query string of an address that is valid from `at` for some minutes."""
        until = int(at.timestamp()) + self._url_seconds
        return f"mid={media_id}&ext={until}&hash={self._sign(media_id, until)}"

    def open(self, media_id: str, until: int, signature: str, at: datetime) -> Media | None:
        """Return the file behind an address; None when the address is wrong or too old."""
        good = hmac.compare_digest(self._sign(media_id, until), signature.encode("ascii", "replace").decode())
        return self.get(media_id) if good and at.timestamp() <= until else None

    def _sign(self, media_id: str, until: int) -> str:
        return hmac.new(self._key, f"{media_id}.{until}".encode(), hashlib.sha256).hexdigest()[:32]


def check_upload(mime_type: str, size_bytes: int) -> None:
    """Hold Meta's types and sizes.

    Raises:
        GraphError: 100 for a type that isn't supported, 131053 for a file that is empty or too large.
    """
    limit = LIMITS.get(mime_type)
    if limit is None:
        allowed = ", ".join(sorted(LIMITS))
        raise GraphError(100, details=f"Param file must be a file with one of the following types: {allowed}.")
    if not 0 < size_bytes <= limit:
        raise GraphError(131053, details=f"File size must be between 1 and {limit} bytes.")


@dataclass(frozen=True, slots=True)
class FormPart:
    """One part of a multipart form."""

    data: bytes
    filename: str | None
    content_type: str | None


def parse_form(body: bytes, content_type: str) -> dict[str, FormPart]:
    """Split a multipart/form-data body (RFC 7578) by field name.

    Raises:
        GraphError: 100 when the body isn't such a form.
    """
    boundary = _parameter(content_type, "boundary")
    if not content_type.lower().startswith("multipart/form-data") or not boundary:
        raise GraphError(100, details="The request must be multipart/form-data.")
    parts: dict[str, FormPart] = {}
    for raw in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:]:
        if raw.startswith(b"--"):
            return parts
        head, separator, data = raw.partition(b"\r\n\r\n")
        headers = _headers(head)
        name = _parameter(headers.get("content-disposition", ""), "name")
        if not separator or not name:
            break
        filename = _parameter(headers["content-disposition"], "filename")
        parts[name] = FormPart(data, filename or None, headers.get("content-type"))
    raise GraphError(100, details="The multipart form is cut short or malformed.")


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("utf-8", "replace").split("\r\n")
    return {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if value}


def _parameter(header: str, name: str) -> str:
    for piece in header.split(";")[1:]:
        key, _, value = piece.strip().partition("=")
        if key.lower() == name:
            return value.strip().strip('"')
    return ""
