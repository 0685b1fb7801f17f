"""A task that ends with an officer's answer: its stages in working days, what its sender is told, the day on which they meet. Pure.

The stages are data of the service's file (of a complaint those of SP4N-LAPOR): read, answered first, finished. The clock of the task runs
to the next of them, so that the list of work and the alarms show what is late without knowing why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from services.verification.domain.facts import CitizenTold
from services.verification.domain.service_clock import AlarmTimes, OfficeHours, started
from services.verification.domain.submission import Submission
from services.verification.domain.task import Task, refuse_at_rest, refuse_unclaimed
from shared.errors import BadInput, FieldProblem
from shared.reference.civil_service import CivilService, Stages

_FARTHEST_VISIT: Final = timedelta(days=365)  # a later day is a mistyped year, and beyond the office's calendar


@dataclass(frozen=True, slots=True)
class Telling:
    """What an officer tells. `needs_field`: that it takes work outside the office; `visit_on`: the day on which they meet."""

    text: str
    needs_field: bool = False
    visit_on: date | None = None


@dataclass(frozen=True, slots=True)
class OfficeTime:
    """The office's clock at one moment. `day`: the office's day."""

    hours: OfficeHours
    alarms: AlarmTimes
    at: datetime
    day: date


def first_due(service: CivilService, hours: OfficeHours, at: datetime) -> datetime | None:
    """Return when the first stage of a task that is opened now is due; None where its service has no stages."""
    return hours.promise_days(at, service.stages.read_days) if service.stages else None


def read(task: Task, service: CivilService, now: OfficeTime) -> Task:
    """Record that an officer has read it: it is due for its first answer from then on. Once."""
    if service.stages is None or task.ticket.read_at is not None:
        return task
    return _due(replace(task, ticket=replace(task.ticket, read_at=now.at)), service.stages, now)


def tell(
    task: Task, service: CivilService, submission: Submission, officer_id: str, telling: Telling, message_id: str, now: OfficeTime
) -> tuple[Task, CitizenTold]:
    """Tell who sent it something, without closing the task.

    Raises:
        DomainError: `task_closed`, `task_deciding`, `task_waiting` or `task_not_claimed`.
        BadInput: `telling_not_for_this`, `visit_not_for_this`, `visit_in_past`, `visit_too_far`, `visit_office_closed` or
            `field_not_for_this`.
    """
    refuse_at_rest(task)
    refuse_unclaimed(task, officer_id)
    _check(service, telling, now)
    ticket = replace(
        task.ticket,
        told_at=task.ticket.told_at or now.at,
        needs_field=task.ticket.needs_field or telling.needs_field,
        visit_on=telling.visit_on or task.ticket.visit_on,
    )
    told = replace(task, ticket=ticket, edition=task.edition + 1)
    promised_at = None
    if telling.visit_on is not None:
        promised_at = now.hours.end_of(telling.visit_on)
        told = replace(told, clock=started(now.hours, now.alarms, at=now.at, due_at=promised_at))
    elif service.stages is not None:
        told = _due(told, service.stages, now)
        promised_at = told.due_at if telling.needs_field else None
    visit_at = service.visits.value if telling.visit_on and service.visits else None
    return told, CitizenTold(submission, message_id, telling.text, now.at, telling.visit_on, visit_at, promised_at)


def _check(service: CivilService, telling: Telling, now: OfficeTime) -> None:
    if not service.is_answered and service.visits is None:
        raise _refused("telling_not_for_this", "text", "Ask, return or decide: of this service only documents follow.")
    if telling.needs_field and service.stages is None:
        raise _refused("field_not_for_this", "needs_field", "This service counts no days of work outside the office.")
    if telling.visit_on is None:
        return
    if service.visits is None:
        raise _refused("visit_not_for_this", "visit_on", "Nobody is met for this service on a day that the office sets.")
    if telling.visit_on < now.day:
        raise _refused("visit_in_past", "visit_on", "The day is over.")
    if telling.visit_on > now.day + _FARTHEST_VISIT:
        raise _refused("visit_too_far", "visit_on", "The day is more than a year away.")
    if not now.hours.is_working_day(telling.visit_on):
        raise _refused("visit_office_closed", "visit_on", "The office is closed on that day.")


def _refused(code: str, field: str, detail: str) -> BadInput:
    return BadInput(code, detail, (FieldProblem(field, code, detail),))


def _due(task: Task, stages: Stages, now: OfficeTime) -> Task:
    """Return the task with its clock running to the stage that comes next."""
    ticket = task.ticket
    days = stages.field_days if ticket.needs_field else stages.finish_days
    if ticket.told_at is None:
        days = stages.reply_days if ticket.read_at is not None else stages.read_days
    return replace(task, clock=started(now.hours, now.alarms, at=now.at, due_at=now.hours.promise_days(task.opened_at, days)))
