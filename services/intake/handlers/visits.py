"""Days on which people come to the office: a place is taken when a request is filed, and free again when it ends without them."""

from __future__ import annotations

from datetime import date

from services.intake.domain.chat import Conversation
from services.intake.domain.filled_form import FilledForm
from services.intake.domain.requests import Request
from services.intake.domain.visit_days import DayRefused, day_key, freed, is_full, taken
from services.intake.ports import Deps, Tx
from shared.clock import WIB


async def take_place(tx: Tx, deps: Deps, request_id: str, form: FilledForm) -> None:
    """Take a place on the day that a form chooses; nothing where it chooses none.

    Raises:
        DayRefused: the day is full (`date_full`), is no longer ahead (`date_too_soon`), or the office is closed (`date_office_closed`).
    """
    service = deps.catalogue.get(form.service)
    day = form.day_chosen(service)
    if day is None:
        return
    if day <= deps.clock().astimezone(WIB).date():
        raise DayRefused(service.day_field, "date_too_soon")
    if not deps.office.is_working_day(day):
        raise DayRefused(service.day_field, "date_office_closed")
    held = await tx.visit_day(day_key(service.id, day))
    if request_id not in held.request_ids and is_full(held, service.places_a_day):
        raise DayRefused(service.day_field, "date_full")
    tx.save_visit_day(taken(held, request_id))


async def free_place(tx: Tx, deps: Deps, request: Request) -> None:
    """Give the place of a request free, where it has one."""
    service = deps.catalogue.get(request.service)
    day = request.form.day_chosen(service)
    if day is None:
        return
    held = await tx.visit_day(day_key(service.id, day))
    if request.request_id in held.request_ids:
        tx.save_visit_day(freed(held, request.request_id))


async def days_to_offer(tx: Tx, deps: Deps, conversation: Conversation, today: date) -> frozenset[date]:
    """Return the days that need not be offered where the open form asks for one: they are full, or the office is closed."""
    service = deps.catalogue.find(conversation.draft.service) if conversation.draft else None
    field = service.form.get(service.day_field) if service is not None else None
    if service is None or field is None:
        return frozenset()
    days = field.offered(today)
    await tx.prefetch_visit_days([day_key(service.id, day) for day in days])
    closed = {day for day in days if not deps.office.is_working_day(day)}
    full = {day for day in days if is_full(await tx.visit_day(day_key(service.id, day)), service.places_a_day)}
    return frozenset(closed | full)
