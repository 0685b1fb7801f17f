"""Files: ours, those that lie with the provider of the chat, and those that issuance keeps."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from typing import Any, Protocol

from services.intake.domain.chat import RefusedFile, SentFile
from services.intake.domain.messages import MediaRef
from services.intake.domain.requests import IssuedDocument
from shared.mongo.files import StoredFile


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
        """Store a stream; TooLarge or BadInput, and nothing kept, when it breaks a limit."""

    async def find(self, file_id: str) -> StoredFile | None:
        """Return what is known of a file without reading it."""

    async def find_many(self, file_ids: Iterable[str]) -> Mapping[str, StoredFile]:
        """Return what is known of files, by their ids; those that are not there are left out."""

    async def open(self, file_id: str) -> tuple[StoredFile, AsyncIterator[bytes]]:
        """Read a file; NotFound where there is none."""

    async def delete(self, file_id: str) -> bool:
        """Delete it; False where there is none."""


class Media(Protocol):
    """Photos and PDFs that lie with the provider."""

    async def fetch(self, media: MediaRef, file_id: str) -> SentFile | RefusedFile:
        """Bring a file into our store under `file_id`. Repeating it is harmless; Transient when it may work later."""


class Documents(Protocol):
    """Issued documents, where issuance keeps them."""

    async def open(self, document: IssuedDocument) -> AsyncGenerator[bytes, None]:
        """Yield its bytes, whole or an error in the middle; Transient when they are not to be had now."""
