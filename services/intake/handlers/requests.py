"""Requests: opened by a chat, a court or an adapter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake.domain.files import SentFile
from services.intake.domain.filled_form import FilledForm
from services.intake.domain.requests import Request, RequestOrigin, submit
from services.intake.domain.submission import CheckedBody, check
from services.intake.domain.vouching import SenderVouching
from services.intake.handlers.figures import count_figures
from services.intake.handlers.outreach.counting import count_submission
from services.intake.handlers.visits import take_place
from services.intake.ports import Deps, Tx, sent_file
from shared.clock import WIB
from shared.errors import BadInput


@dataclass(frozen=True, slots=True)
class Opening:
    """A new request without its id, receipt and promised time."""

    origin: RequestOrigin
    form: FilledForm
    at: datetime
    outreach_source: str | None = None
    vouching: SenderVouching | None = None
    repeats: str | None = None
    began_at: datetime | None = None


def new_request(deps: Deps, opening: Opening) -> Request:
    """Return the request with an id, a receipt and a promised time."""
    service = deps.catalogue.get(opening.form.service)
    return Request(
        request_id=deps.new_id(),
        receipt=deps.new_receipt().text,
        origin=opening.origin,
        service=service.id,
        products=tuple(dict.fromkeys(service.products)),
        form=opening.form,
        person_key=opening.form.person_key(service),
        submitted_at=opening.at,
        promised_at=promised(deps, opening.form, opening.at),
        timeline=(),
        outreach_source=opening.outreach_source,
        vouching=opening.vouching,
        repeats=opening.repeats,
        began_at=opening.began_at,
    )


def promised(deps: Deps, form: FilledForm, at: datetime) -> datetime | None:
    """Return the time that is promised for a request of that moment; None where the service promises none.

    Of somebody who comes on a day of their own choice it is the end of that day.
    """
    service = deps.catalogue.get(form.service)
    day = form.day_chosen(service)
    if day is not None:
        return deps.office.end_of(day)
    if service.stages is not None:
        return deps.office.promise_days(at, service.stages.finish_days)
    return deps.office.promise(at, service.promise) if service.promise else None


async def open_request(tx: Tx, deps: Deps, opening: Opening) -> Request:
    """Create a request, store it and emit it.

    Raises:
        DayRefused: nobody can come on the day that it chooses.
    """
    request, submitted = submit(new_request(deps, opening))
    await take_place(tx, deps, request.request_id, request.form)
    tx.add_request(request)
    count_figures(tx, deps, None, request)
    tx.emit(submitted)
    await count_submission(tx, deps, request)
    return request


async def accept(deps: Deps, body: CheckedBody, client: str) -> FilledForm:
    """Check a complete request; return its filled form.

    Raises:
        BadInput: `request_refused`, with every field that is wrong; `form_outdated`.
    """
    today = deps.clock().astimezone(WIB).date()
    uploads = await _files(deps, body.file_ids(deps.catalogue.find(body.service)), client)
    filled, problems = check(body, deps.catalogue, frozenset(deps.menu.forms), uploads, today)
    if filled is None:
        raise BadInput("request_refused", "One or more fields can't be accepted.", problems)
    return filled


def summary(request: Request) -> dict[str, Any]:
    """Return what the one who filed a request may see of it: nothing personal."""
    return {
        "request_id": request.request_id,
        "receipt": request.receipt,
        "service": request.service,
        "products": list(request.products),
        "state": request.state.value,
        "round": request.round,
        "submitted_at": request.submitted_at.isoformat(),
        "promised_at": request.promised_at.isoformat() if request.promised_at else None,
    }


async def _files(deps: Deps, file_ids: Sequence[str], client: str) -> Mapping[str, SentFile]:
    """Return the client's own uploads: somebody else's photo can't be attached by guessing its id."""
    found = await deps.files.find_many(file_ids)
    return {file.file_id: sent_file(file) for file in found.values() if file.metadata.get("owner") == client}
