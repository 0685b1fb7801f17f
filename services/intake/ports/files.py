"""Files: ours, those on the chat provider's servers, and those that issuance stores."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from typing import Any, Protocol

from services.intake.domain.documents import IssuedDocument
from services.intake.domain.files import PhotoFlaw, RefusedFile, SentFile
from services.intake.domain.messages import MediaRef
from shared.mongo.files import StoredFile


def sent_file(stored: StoredFile) -> SentFile:
    """Return a stored file as the dialogue sees it."""
    known = stored.metadata
    return SentFile(
        stored.file_id,
        stored.media_type,
        stored.size_bytes,
        stored.sha256,
        sent_sha256=known.get("sent_sha256", ""),
        looks=known.get("looks", ""),
        flaws=tuple(PhotoFlaw(each) for each in known.get("flaws", ())),
    )


class FileStore(Protocol):
    """Files in GridFS."""

    async def put(
        self,
        file_id: str,
        chunks: AsyncIterator[bytes],
        *,
        max_bytes: int,
        media_types: frozenset[str],
        metadata: Mapping[str, Any] | None = None,
    ) -> StoredFile:
        """Store a stream; TooLarge or BadInput, and nothing stored, when it exceeds a limit."""

    async def find(self, file_id: str) -> StoredFile | None:
        """Return a file's metadata; None where there is no such file."""

    async def find_many(self, file_ids: Iterable[str]) -> Mapping[str, StoredFile]:
        """Return the metadata of files by id; missing files are left out."""

    async def open(self, file_id: str) -> tuple[StoredFile, AsyncIterator[bytes]]:
        """Open a file; NotFound where there is none."""

    async def delete(self, file_id: str) -> bool:
        """Delete a file; return False where there is none."""


class Media(Protocol):
    """Photos and PDFs on the provider's servers."""

    async def fetch(self, media: MediaRef, file_id: str) -> SentFile | RefusedFile:
        """Copy a file into our store under `file_id`. Repeating it is harmless; Transient when it may work later."""


class Documents(Protocol):
    """Issued documents, stored by issuance."""

    async def open(self, document: IssuedDocument) -> AsyncGenerator[bytes, None]:
        """Yield the document's bytes, all of them or an error; Transient when they can't be read now."""
