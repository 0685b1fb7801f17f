"""Requests followed to their end: what the other services decided, made and delivered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.intake.domain.deliveries import delivered, fetched, issue, revoked, voided
from services.intake.domain.documents import IssuedDocument, IssuedState, Notice
from services.intake.domain.officer_messages import OfficerMessage
from services.intake.domain.promise import told
from services.intake.domain.requests import Request, RequestState, Step, approve, progress, returned
from services.intake.domain.survey.invitations import ENDS
from services.intake.handlers.figures import count_figures
from services.intake.handlers.outreach.counting import count_progress
from services.intake.handlers.passing_on import offer_link
from services.intake.handlers.people import link_sender
from services.intake.handlers.returning import offer_returned
from services.intake.handlers.survey_asking import plan_survey
from services.intake.handlers.visits import free_place
from services.intake.handlers.waiting import give_back
from services.intake.ports import Deps, Tx


async def note_approved(
    tx: Tx, deps: Deps, request_id: str, expected: int, at: datetime, linked_by: str | None, residence: str | None
) -> None:
    """Record that a request was approved, with so many documents to come.

    `linked_by`: the officer who linked the sender's chat to the applicant with this decision, where one did. `residence`: the applicant's
    village by the register.

    Raises:
        NotFound: `requests_not_found`; other services only know requests of ours.
    """
    request = await tx.request(request_id)
    await _keep(tx, deps, request, replace(approve(request, expected, at), residence=residence))
    if linked_by is not None:
        await link_sender(tx, deps, request_id, linked_by, at)


async def note_returned(
    tx: Tx, deps: Deps, request_id: str, ended_round: int, reasons: tuple[str, ...], at: datetime, linked_by: str | None
) -> None:
    """Record that a round of a request ended with a return, and offer it to its sender's chat, to be mended there.

    `linked_by`: as in `note_approved`.

    Raises:
        NotFound: `requests_not_found`.
    """
    request = await tx.request(request_id)
    after = returned(request, ended_round, at, reasons)
    await _keep(tx, deps, request, after)
    if linked_by is not None:
        await link_sender(tx, deps, request_id, linked_by, at)
    if after.state is RequestState.RETURNED and request.state is not RequestState.RETURNED:
        await offer_returned(tx, deps, after, at)


async def note_rejected(tx: Tx, deps: Deps, request_id: str, step: Step) -> None:
    """Record that a request was refused.

    Raises:
        NotFound: `requests_not_found`.
    """
    request = await tx.request(request_id)
    await _keep(tx, deps, request, progress(request, step))


async def note_answered(
    tx: Tx, deps: Deps, request_id: str, message: OfficerMessage, reasons: tuple[str, ...], linked_by: str | None
) -> None:
    """Record that a request ended with an officer's answer.

    `linked_by`: as in `note_approved`.

    Raises:
        NotFound: `requests_not_found`.
    """
    request = await tx.request(request_id)
    answered = progress(request, Step(RequestState.ANSWERED, message.at, reasons))
    await _keep(tx, deps, request, told(answered, message))
    if linked_by is not None:
        await link_sender(tx, deps, request_id, linked_by, message.at)


async def note_told(tx: Tx, deps: Deps, request_id: str, message: OfficerMessage, promised_at: datetime | None) -> None:
    """Record what an officer told while a request is in review, and the time that is promised from then on.

    Raises:
        NotFound: `requests_not_found`.
    """
    request = await tx.request(request_id)
    if request.is_in_review:
        await _keep(tx, deps, request, told(request, message, promised_at))


async def note_notice(tx: Tx, deps: Deps, request_id: str | None, notice: Notice, state: IssuedState, step: Step) -> None:
    """Record the outcome of a notice, where it ends a request.

    Raises:
        NotFound: `requests_not_found`.
    """
    document_id = notice.document_of(state)
    if request_id is not None and document_id is not None:
        request = await tx.request(request_id)
        await _keep(tx, deps, request, delivered(request, document_id, state, step.at, step.reasons))


async def note_document(tx: Tx, deps: Deps, request_id: str, document: IssuedDocument, expected: int, at: datetime) -> None:
    """Record that a document of a request was issued, of so many that the request has.

    Raises:
        NotFound: `requests_not_found`.
    """
    request = await tx.request(request_id)
    await _keep(tx, deps, request, issue(request, document, expected, at))


async def note_void(tx: Tx, deps: Deps, request_id: str, document: IssuedDocument, expected: int, at: datetime, reason: str) -> None:
    """Record that a document of a request was given up before its issue, of so many that the request was to have.

    Raises:
        NotFound: `requests_not_found`.
    """
    request = await tx.request(request_id)
    await _keep(tx, deps, request, voided(request, document, expected, at, reason))


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
        count_figures(tx, deps, before, after)
        await count_progress(tx, deps, before, after)
        await offer_link(tx, deps, before, after)
    if after.state in ENDS and before.state is not after.state:
        await plan_survey(tx, deps, after)
    if before.is_open and not after.is_open:
        await free_place(tx, deps, after)
        for request_id in after.joined_by:
            await give_back(tx, deps, await tx.request(request_id), after.request_id)
