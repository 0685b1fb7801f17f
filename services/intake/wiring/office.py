"""The office as an installation sets it: its services, its hours, and how much may be asked for."""

from __future__ import annotations

from datetime import timedelta

from services.intake.domain.docket import Limits
from services.intake.settings import Settings
from shared.clock import Clock
from shared.reference.catalogue import Catalogue, catalogue
from shared.reference.working_hours import WorkingHours


def office_of(settings: Settings, clock: Clock) -> WorkingHours:
    """Return the working hours, with this year's holidays read."""
    office = WorkingHours(closed_on=settings.office_closed_on, open_on=settings.office_open_on)
    office.promise(clock(), timedelta(hours=1))  # loads the holidays now: half a second that the first citizen would wait for
    return office


def limits_of(settings: Settings) -> Limits:
    """Return the limits of requests."""
    return Limits(
        settings.contact_requests_a_day,
        settings.person_requests_a_day,
        timedelta(days=settings.repeat_days),
        timedelta(days=settings.link_days),
    )


def catalogue_of(settings: Settings) -> Catalogue:
    """Return the catalogue with what the office has set of it."""
    return catalogue().adjusted(
        promise_hours=settings.promise_hours, places_a_day=settings.places_a_day, lists_from=settings.code_lists_from
    )
