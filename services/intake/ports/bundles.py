"""Bundles of pieces: the work on them, and the files that come of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from services.intake.domain.studio.bundles import PieceBundle


@dataclass(frozen=True, slots=True)
class BundleWork:
    """A bundle that this process works on, as long as nobody else has taken it over. `token`: proves it."""

    bundle: PieceBundle
    token: str


class BundleStore(Protocol):
    """The bundles that wait, and how far they are."""

    async def find(self, bundle_id: str) -> PieceBundle | None:
        """Return a bundle; None where there is none, or its file is gone."""

    async def claim(self, lease_seconds: float) -> BundleWork | None:
        """Take the bundle that waits the longest, for so long; one that was tried too often is given up. None: nothing waits."""

    async def progress(self, work: BundleWork, done: int, lease_seconds: float) -> bool:
        """Note how many villages are done, and keep the bundle for so long from now on; False: it is somebody else's."""

    async def finish(self, work: BundleWork, left_out: Sequence[tuple[str, str]], size_bytes: int) -> None:
        """Note that its file is there."""

    async def expired(self) -> Sequence[str]:
        """Return the ids of bundles whose file is to go."""

    async def remove(self, bundle_id: str) -> None:
        """Forget a bundle."""


class BundleArchive(Protocol):
    """A ZIP file while it is written."""

    def add(self, name: str, content: bytes) -> None:
        """Add a file."""


class BundleFiles(Protocol):
    """The ZIP files."""

    def write(self, bundle_id: str) -> AbstractAsyncContextManager[BundleArchive]:
        """Write the file of a bundle: kept when the block ends well, else nothing of it."""

    async def size(self, bundle_id: str) -> int:
        """Return how large a file is, in bytes; 0 where there is none."""

    async def open(self, bundle_id: str) -> AsyncGenerator[bytes, None]:
        """Return the bytes; NotFound where there is no file."""

    async def delete(self, bundle_id: str) -> None:
        """Delete the file, where there is one."""
