"""How long the files of a request are kept: until it has ended, and a while longer. What they were stays known, their bytes go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.intake.domain.filled_form import FilledForm
from services.intake.domain.requests import OPEN, Request, RequestState
from shared.errors import DomainError

ENDED: Final = frozenset(
    {
        *(RequestState.RETURNED, RequestState.REJECTED, RequestState.ANSWERED, RequestState.VOID),
        *(RequestState.READY, RequestState.DELIVERED),
    }
)
"""Nobody waits for the office any more. One that could not be delivered is none of them: its sender may still ask for it."""
HOLDING: Final = OPEN | {RequestState.UNDELIVERED}
"""While somebody has a request in one of these, a complaint among them, the files of the same person's others stay."""


@dataclass(frozen=True, slots=True)
class FileTimes:
    """How long files are kept after the end: of a returned request, which may be mended, and of any other."""

    ended: timedelta
    returned: timedelta


def files_since(request: Request) -> datetime | None:
    """Return the time from which on its files are kept for a while only; None: they are needed, it has none, or none any more."""
    if request.state not in ENDED or request.files_over_at is not None or not request.form.attachments:
        return None
    return max((step.at for step in request.timeline), default=request.submitted_at)


def form_left(request: Request) -> FilledForm:
    """Return what it was filed with, as far as it is still there."""
    return request.form if request.files_over_at is None else replace(request.form, attachments=())


def give_up_files(request: Request, at: datetime) -> Request:
    """Return a request that has ended without its files.

    Raises:
        DomainError: `files_needed`: it is open again, or has none.
    """
    if files_since(request) is None:
        raise DomainError("files_needed", f"The request is {request.state.value}.")
    return replace(request, files_over_at=at)
