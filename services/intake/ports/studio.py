"""Pieces of the content studio and bundles of them, outside any unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.intake.domain.studio.pieces import Piece


@dataclass(frozen=True, slots=True)
class PieceSearch:
    """The filters of the list of pieces. `after`: cursor."""

    kind: str = ""
    service: str = ""
    village: str = ""
    campaign: str = ""
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class PiecePage:
    """A page of pieces, the newest first; how many there are in all, and the cursor of the next page where there is one."""

    pieces: tuple[Piece, ...]
    count: int
    next: str | None = None


class PieceReader(Protocol):
    """Plain reads of pieces."""

    async def find(self, piece_id: str) -> Piece | None:
        """Return a piece; None where there is none."""

    async def search(self, search: PieceSearch) -> PiecePage:
        """Return one page of pieces."""

    async def accounts(self) -> Sequence[str]:
        """Return the accounts that pieces went out by, by the alphabet."""

    async def made_for(self, villages: Sequence[str], search: PieceSearch) -> Sequence[Piece]:
        """Return the pieces of these villages that a search finds."""
