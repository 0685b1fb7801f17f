"""What becomes of requests, counted for everybody to read."""

from __future__ import annotations

from services.intake.domain.figures import rows_of
from services.intake.domain.requests import Request
from services.intake.ports import Deps, Tx


def count_figures(tx: Tx, deps: Deps, before: Request | None, after: Request) -> None:
    """Count what a change of a request adds. `before` None: it was filed just now."""
    tx.add_figures(rows_of(before, after, deps.clock(), deps.office))


async def fold_figures(tx: Tx) -> int:
    """Add rows to the cells, some hundreds at once; return how many. Of two processes at it the second one begins again."""
    return await tx.fold_figures()
