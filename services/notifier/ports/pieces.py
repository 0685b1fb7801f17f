"""Pieces that intake's studio made: text, alt text, picture and source, ready to be published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ReadyPiece:
    """A piece as it was made; it never changes. `picture`: its JPEG, None where it has none for accounts."""

    piece_id: str
    title: str
    channel: str
    account: str
    source: str
    text: str
    alt: str
    picture: bytes | None


class PieceSource(Protocol):
    """The studio."""

    async def fetch(self, piece_id: str) -> ReadyPiece:
        """Return a piece; raises NotFound (`piece_not_found`), DomainError (`piece_over`), Transient (`pieces_unavailable`)."""
