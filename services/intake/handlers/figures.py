"""What becomes of requests, counted for everybody to read."""

from __future__ import annotations

from services.intake.domain.figures import rows_of
from services.intake.domain.requests import Request
from services.intake.ports import Deps, Tx


def count_figures(tx: Tx, deps: Deps, before: Request | None, after: Request) -> None:
    """Count what a change of a request adds. `before` None: it was filed just now."""
    for figure in rows_of(before, after, deps.clock(), deps.office):
        tx.count_figure(figure)
