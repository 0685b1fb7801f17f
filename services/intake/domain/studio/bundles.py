"""Bundles: one kind of piece for many villages, made by a job into one ZIP file. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.intake.domain.studio.pieces import ID_DIGITS, PieceWish

MOST_TRIES: Final = 5  # of a bundle that no process finished, before it is given up


class BundleState(StrEnum):
    """How far a bundle is."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BundleOrder:
    """What a bundle is of. `wish`: that of each piece, without a village; `form`: what is put in, of each."""

    wish: PieceWish
    form: str
    villages: tuple[str, ...]

    @property
    def bundle_id(self) -> str:
        """The id that follows from it: ordered twice it is one bundle."""
        parts = (self.wish.piece_id, self.form, *sorted(self.villages))
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:ID_DIGITS]

    def wishes(self) -> Iterator[PieceWish]:
        """Yield the wish of each piece."""
        for village in self.villages:
            values = {name: getattr(self.wish, name) for name in self.wish.__slots__}
            yield PieceWish(**{**values, "village": village})


@dataclass(frozen=True, slots=True)
class PieceBundle:
    """An order and how far it is. `done`: villages so far; `left_out`: those of which there can be no piece, each with the code of why.

    `expires_at`: when its file is gone; the pieces stay.
    """

    bundle_id: str
    order: BundleOrder
    made_at: datetime
    made_by: str
    expires_at: datetime
    state: BundleState = BundleState.WAITING
    done: int = 0
    left_out: tuple[tuple[str, str], ...] = ()
    size_bytes: int = 0
    tries: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nobody works on it any more."""
        return self.state is not BundleState.WAITING
