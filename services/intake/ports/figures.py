"""The office's figures, as pages read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from services.intake.domain.figures import FigureCell


class FigureReader(Protocol):
    """Plain reads of the figures."""

    async def cells(self, first_month: str) -> Sequence[FigureCell]:
        """Return the cells of this month and all later ones."""
