"""Requests: opened by a chat, a court or an adapter, and followed to their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake.domain.court import CourtDecision
from services.intake.domain.requests import (
    IssuedDocument,
    Notice,
    Person,
    Request,
    RequestOrigin,
    RequestSubmitted,
    Step,
    fetched,
    issue,
    progress,
    submit,
)
from services.intake.domain.submission import CheckedBody, check
from services.intake.domain.vouching import SenderVouching
from services.intake.handlers.people import link_sender
from services.intake.handlers.waiting import give_back
from services.intake.ports import Deps, Tx
from shared.errors import BadInput
from shared.mongo.files import StoredFile
from shared.values import Attachment, KkNumber, Nik, PersonName


@dataclass(frozen=True, slots=True)
class Opening:
    """A new request without its id, receipt and promised time."""

    origin: RequestOrigin
    service: str
    product: str
    person: Person
    at: datetime
    attachments: tuple[Attachment, ...] = ()
    case_id: str | None = None
    outreach_source: str | None = None
    decision: CourtDecision | None = None
    vouching: SenderVouching | None = None
    repeats: str | None = None


def new_request(deps: Deps, opening: Opening) -> Request:
    """Return the request with an id, a receipt and a promised time."""
    service = deps.catalogue.get(opening.service)
    return Request(
        request_id=deps.new_id(),
        receipt=deps.new_receipt().text,
        origin=opening.origin,
        service=opening.service,
        product=opening.product,
        person=opening.person,
        submitted_at=opening.at,
        promised_at=deps.promise(opening.at, service.promise) if service.promise else None,
        timeline=(),
        attachments=opening.attachments,
        case_id=opening.case_id,
        outreach_source=opening.outreach_source,
        vouching=opening.vouching,
        repeats=opening.repeats,
    )


def open_request(tx: Tx, deps: Deps, opening: Opening) -> Request:
    """Create a request, store it and emit it."""
    request, submitted = submit(new_request(deps, opening))
    tx.add_request(request)
    tx.emit(RequestSubmitted(submitted.request, opening.decision))
    return request


async def accept(deps: Deps, submission: CheckedBody, client: str) -> tuple[Person, tuple[Attachment, ...]]:
    """Check a complete request; return its person and its attachments.

    Raises:
        BadInput: `request_refused`, with every field that is wrong.
    """
    files = await _files(deps, [document.file_id for document in submission.documents], client)
    problems = check(submission, deps.catalogue, frozenset(deps.menu.forms), {name: file.media_type for name, file in files.items()})
    if problems:
        raise BadInput("request_refused", "One or more fields can't be accepted.", problems)
    person = Person(
        Nik.parse(submission.nik).text,
        KkNumber.parse(submission.kk_number).text,
        PersonName.parse(submission.applicant_name).text if submission.applicant_name else None,
    )
    return person, tuple(_attachment(document.kind, files[document.file_id]) for document in submission.documents)


def summary(request: Request) -> dict[str, Any]:
    """Return what the one who filed a request may see of it: nothing personal."""
    return {
        "request_id": request.request_id,
        "receipt": request.receipt,
        "service": request.service,
        "product": request.product,
        "state": request.state.value,
        "submitted_at": request.submitted_at.isoformat(),
        "promised_at": request.promised_at.isoformat() if request.promised_at else None,
    }


async def note_progress(tx: Tx, deps: Deps, request_id: str, step: Step, linked_by: str | None = None) -> None:
    """Record another service's step of a request; late and repeated steps do not change its state.

    `linked_by`: the officer who linked the sender's chat to the person with this decision, where one did.

    Raises:
        NotFound: `requests_not_found`; other services only know requests of ours.
    """
    request = await tx.request(request_id)
    await _keep(tx, deps, request, progress(request, step))
    if linked_by is not None:
        await link_sender(tx, deps, request_id, linked_by, step.at)


async def note_notice(tx: Tx, deps: Deps, request_id: str | None, notice: Notice, step: Step) -> None:
    """Record the outcome of a notice, where it ends a request.

    Raises:
        NotFound: `requests_not_found`.
    """
    if request_id is not None and notice.ends(step):
        await note_progress(tx, deps, request_id, step)


async def note_document(tx: Tx, deps: Deps, request_id: str, document: IssuedDocument, at: datetime) -> None:
    """Record that a document of a request was issued.

    Raises:
        NotFound: `requests_not_found`.
    """
    request = await tx.request(request_id)
    await _keep(tx, deps, request, issue(request, document, at))


async def note_fetched(tx: Tx, deps: Deps, request_id: str) -> None:
    """Record that the adapter fetched its document.

    Raises:
        NotFound: `requests_not_found`.
    """
    request = await tx.request(request_id)
    await _keep(tx, deps, request, fetched(request, deps.clock()))


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


def _attachment(kind: str, file: StoredFile) -> Attachment:
    return Attachment(file.file_id, kind, file.media_type, file.size_bytes, file.sha256)
