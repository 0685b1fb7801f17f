"""The way of a request as whoever waits for it reads it: what happened, where it is, and what is still to come. Nothing personal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.intake.domain.requests import Request, RequestState, Step


class JourneyStage(StrEnum):
    """What happens on the way, beside the states of a request."""

    RESUBMITTED = "resubmitted"
    IN_REVIEW = "in_review"
    WAITING_FOR_SENDER = "waiting_for_sender"
    TO_MAKE = "to_make"
    TO_SEND = "to_send"
    TO_ANSWER = "to_answer"


class JourneyPlace(StrEnum):
    """Where a step lies, seen from now."""

    DONE = "done"
    HERE = "here"
    TODO = "todo"


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """One step. `at`: when it happened, or since when it lasts."""

    what: RequestState | JourneyStage
    place: JourneyPlace
    at: datetime | None = None


_LASTS: Final = {
    RequestState.SUBMITTED: JourneyStage.IN_REVIEW,
    RequestState.RETURNED: JourneyStage.WAITING_FOR_SENDER,
    RequestState.APPROVED: JourneyStage.TO_MAKE,
    RequestState.ISSUED: JourneyStage.TO_SEND,
}
"""What goes on while a request is in a state; in any other one nothing does."""
_PAPERS_SHOWN: Final = frozenset({"attachment_missing", "attachment_unreadable", "attachment_wrong", "document_missing"})
"""Reasons that speak of a photo alone. What others say may tell of somebody's data: it stands in the chat of whoever asked."""


def journey_of(request: Request, *, is_answered: bool) -> tuple[JourneyStep, ...]:
    """Return the way of a request. `is_answered`: it ends with an officer's answer in words."""
    done = [JourneyStep(_what(step, number), JourneyPlace.DONE, step.at) for number, step in enumerate(_told(request))]
    lasts = _LASTS.get(request.state)
    if lasts is None:
        return tuple(done)
    since = done[-1].at if done else request.submitted_at
    coming = [JourneyStage.TO_ANSWER] if is_answered else [JourneyStage.TO_MAKE, JourneyStage.TO_SEND]
    if lasts in coming:
        coming = coming[coming.index(lasts) + 1 :]
    elif lasts is JourneyStage.WAITING_FOR_SENDER:
        coming = [JourneyStage.IN_REVIEW, *coming]
    return (*done, JourneyStep(lasts, JourneyPlace.HERE, since), *(JourneyStep(each, JourneyPlace.TODO) for each in coming))


def papers_missing(request: Request) -> tuple[tuple[str, str], ...]:
    """Return reason and field of each photo that a returned request lacks."""
    if request.state is not RequestState.RETURNED:
        return ()
    found = (each.partition(":") for each in request.reasons_at)
    return tuple((code, field) for code, _, field in found if code in _PAPERS_SHOWN)


def _told(request: Request) -> Iterator[Step]:
    """Yield the steps of its timeline, one where several of one state follow each other; what befell a single document is left out."""
    steps = [step for step in request.timeline if not (step.state is RequestState.VOID and step.document_number)]
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if following is None or following.state is not step.state:
            yield step


def _what(step: Step, number: int) -> RequestState | JourneyStage:
    return JourneyStage.RESUBMITTED if number and step.state is RequestState.SUBMITTED else step.state
