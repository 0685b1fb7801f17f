"""The places of a day on which people come to the office for one service. Pure.

One row per service and day: two who take the last place at once write the same row, so one of them comes second and is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.intake.domain.requests import Request
from shared.errors import BadInput, FieldProblem
from shared.reference.civil_service import CivilService


@dataclass(frozen=True, slots=True)
class VisitDay:
    """A day of one service. `key` as `day_key` gives it; `request_ids`: who comes."""

    key: str
    request_ids: tuple[str, ...] = ()


DAY_PROBLEMS: Final = ("date_full", "date_office_closed", "date_too_soon")
"""Why a day can't be chosen, for the API document."""


class DayRefused(BadInput):
    """A day that can't be chosen. `field`: in which it was."""

    def __init__(self, field: str, code: str) -> None:
        detail = "Choose another day."
        super().__init__("request_refused", detail, (FieldProblem(f"answers.{field}", code, detail),))
        self.field = field
        self.reason = code


def day_key(service: str, day: date) -> str:
    """Return the key of a service's day."""
    return f"{service}.{day.isoformat()}"


def met_on(request: Request, service: CivilService) -> date | None:
    """Return the day on which office and applicant meet: the one that an officer set last, else the one that was chosen."""
    set_on = request.told.visit_on if request.told is not None else None
    return set_on or request.form.day_chosen(service)


def to_remind_of(request: Request, service: CivilService) -> date | None:
    """Return the day of which the sender of an open request is yet to be reminded in their chat; None: of none."""
    day = met_on(request, service) if request.is_in_review and request.origin.contact_id is not None else None
    return day if day != request.reminded_of else None


def is_full(day: VisitDay, places: int) -> bool:
    """Return whether nobody else can come."""
    return len(day.request_ids) >= places


def taken(day: VisitDay, request_id: str) -> VisitDay:
    """Return the day with one more who comes; whoever has a place keeps it."""
    return replace(day, request_ids=tuple(dict.fromkeys((*day.request_ids, request_id))))


def freed(day: VisitDay, request_id: str) -> VisitDay:
    """Return the day without somebody who comes no more."""
    return replace(day, request_ids=tuple(each for each in day.request_ids if each != request_id))
