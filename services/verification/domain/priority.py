"""The place of a task in the queue: the time of the person's first message, less the head start of its class. It never changes.

The class is told by facts: the channel, what the service's file calls urgent, the age of who asks. Since the head start is fixed, a task
is overtaken only by what came within that time after it: nobody starves (ADR 28).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from services.verification.domain.register import Register
from services.verification.domain.rules import Application
from services.verification.domain.submission import OFFICE_ZONE
from shared.reference.civil_service import CivilService
from shared.reference.priorities import PriorityClass, priorities

COURT: Final = "court"  # the class, and the channel that it is told by
URGENT: Final = "urgent"
ELDERLY: Final = "elderly"
ORDINARY: Final = "ordinary"
_DISTRICT_DIGITS: Final = 6  # of a village's code, which has ten


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Where a task stands. `areas`: the codes of the district and the village of who asks, by the register; empty: unknown."""

    priority: str
    began_at: datetime
    at: datetime
    areas: tuple[str, ...] = ()


def place_of(application: Application, service: CivilService, register: Register, *, today: date, elderly_age: int) -> QueuePlace:
    """Return the place of what is judged as one: that of its earliest request, in the most urgent class that its facts give.

    Who comes on a day stands at the head of that day: until then nobody is handed it.
    """
    told = frozenset(_facts(application, service, register, today, elderly_age))
    known: PriorityClass = next(each for each in priorities().values() if each.code in told)
    began_at = min(each.began_at or each.submitted_at for each in application.submissions)
    comes_on = application.first.answers.date(service.day_field)
    at = datetime.combine(comes_on, time(), OFFICE_ZONE) if comes_on else began_at - known.head_start
    return QueuePlace(known.code, began_at, at, areas_of(application, register))


def areas_of(application: Application, register: Register) -> tuple[str, ...]:
    """Return the codes of the district and village in which who asks is registered, else of the card, else of where they go."""
    first = application.first
    family = register.family_of(first.applicant.nik) if first.applicant.nik else None
    family = family or (register.family(first.kk_number) if first.kk_number else None)
    village = family.village_code if family else register.village_of(first.applicant.nik, first.kk_number) or first.answers.text("village")
    return (village[:_DISTRICT_DIGITS], village) if village else ()


def _facts(application: Application, service: CivilService, register: Register, today: date, elderly_age: int) -> Iterator[str]:
    first = application.first
    yield ORDINARY
    if first.channel == COURT:
        yield COURT
    if service.is_urgent(first.answers.values, first.submitted_on):
        yield URGENT
    persons = (register.person(each.applicant.nik) for each in application.submissions if each.applicant.nik)
    if any(person is not None and person.age_on(today) >= elderly_age for person in persons):
        yield ELDERLY
