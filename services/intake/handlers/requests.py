"""Requests: opened by a chat, a court or an adapter, and followed to their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake.domain.filled_form import FilledForm
from services.intake.domain.requests import (
    DocumentState,
    IssuedDocument,
    Notice,
    Request,
    RequestOrigin,
    RequestState,
    Step,
    delivered,
    fetched,
    issue,
    progress,
    revoked,
    submit,
)
from services.intake.domain.submission import CheckedBody, check
from services.intake.domain.vouching import SenderVouching
from services.intake.handlers.people import link_sender
from services.intake.handlers.returning import offer_returned
from services.intake.handlers.waiting import give_back
from services.intake.ports import Deps, Tx
from shared.clock import WIB
from shared.errors import BadInput
from shared.mongo.files import StoredFile


@dataclass(frozen=True, slots=True)
class Opening:
    """A new request without its id, receipt and promised time."""

    origin: RequestOrigin
    form: FilledForm
    at: datetime
    outreach_source: str | None = None
    vouching: SenderVouching | None = None
    repeats: str | None = None


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
        promised_at=promised(deps, service.id, opening.at),
        timeline=(),
        outreach_source=opening.outreach_source,
        vouching=opening.vouching,
        repeats=opening.repeats,
    )


def promised(deps: Deps, service: str, at: datetime) -> datetime | None:
    """Return the time that is promised for a request of that moment; None where the service promises none."""
    promise = deps.catalogue.get(service).promise
    return deps.promise(at, promise) if promise else None


def open_request(tx: Tx, deps: Deps, opening: Opening) -> Request:
    """Create a request, store it and emit it."""
    request, submitted = submit(new_request(deps, opening))
    tx.add_request(request)
    tx.emit(submitted)
    return request


async def accept(deps: Deps, body: CheckedBody, client: str) -> FilledForm:
    """Check a complete request; return its filled form.

    Raises:
        BadInput: `request_refused`, with every field that is wrong; `form_outdated`.
    """
    today = deps.clock().astimezone(WIB).date()
    uploads = await _files(deps, body.file_ids, client)
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


async def note_progress(tx: Tx, deps: Deps, request_id: str, step: Step, linked_by: str | None = None) -> None:
    """Record another service's step of a request; late and repeated steps do not change its state.

    A returned one is offered to its sender's chat, to be mended there. `linked_by`: the officer who linked the sender's chat to the person
    with this decision, where one did.

    Raises:
        NotFound: `requests_not_found`; other services only know requests of ours.
    """
    request = await tx.request(request_id)
    after = progress(request, step)
    await _keep(tx, deps, request, after)
    if linked_by is not None:
        await link_sender(tx, deps, request_id, linked_by, step.at)
    if after.state is RequestState.RETURNED and request.state is not RequestState.RETURNED:
        await offer_returned(tx, deps, after, step.at)


async def note_notice(tx: Tx, deps: Deps, request_id: str | None, notice: Notice, state: DocumentState, step: Step) -> None:
    """Record the outcome of a notice, where it ends a request.

    Raises:
        NotFound: `requests_not_found`.
    """
    if request_id is not None and notice.ends(state):
        request = await tx.request(request_id)
        await _keep(tx, deps, request, delivered(request, notice.document_id, state, step.at, step.reasons))


async def note_document(tx: Tx, deps: Deps, request_id: str, document: IssuedDocument, expected: int, at: datetime) -> None:
    """Record that a document of a request was issued, of so many that the request has.

    Raises:
        NotFound: `requests_not_found`.
    """
    request = await tx.request(request_id)
    await _keep(tx, deps, request, issue(request, document, expected, at))


async def note_revoked(tx: Tx, deps: Deps, request_id: str, document_id: str) -> None:
    """Record that the office took a document back.

    Raises:
        NotFound: `requests_not_found`.
    """
    request = await tx.request(request_id)
    await _keep(tx, deps, request, revoked(request, document_id))


async def note_fetched(tx: Tx, deps: Deps, request_id: str, document_id: str) -> None:
    """Record that the adapter fetched a document.

    Raises:
        NotFound: `requests_not_found`.
    """
    request = await tx.request(request_id)
    await _keep(tx, deps, request, fetched(request, document_id, deps.clock()))


async def _keep(tx: Tx, deps: Deps, before: Request, after: Request) -> None:
    if after != before:
        tx.save_request(after)
    if before.is_open and not after.is_open:
        for request_id in after.joined_by:
            await give_back(tx, deps, await tx.request(request_id))


async def _files(deps: Deps, file_ids: Sequence[str], client: str) -> Mapping[str, StoredFile]:
    """Return the client's own uploads: somebody else's photo can't be attached by guessing its id."""
    found = await deps.files.find_many(file_ids)
    return {file.file_id: file for file in found.values() if file.metadata.get("owner") == client}
