"""A returned request comes in again, mended, under its own receipt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.intake.domain.requests import resubmit
from services.intake.domain.submission import Submission, check_mended
from services.intake.handlers.requests import accept, summary
from services.intake.ports import Deps, Tx
from shared.errors import BadInput, NotFound
from shared.values import Receipt


async def mend_request(tx: Tx, deps: Deps, receipt: Receipt, submission: Submission, client: str) -> dict[str, Any]:
    """Take the whole request again in place of what was returned; the promised time counts from now.

    Raises:
        NotFound: `request_not_found`: there is none, or it is not this client's.
        DomainError: `request_not_returned`.
        BadInput: `request_refused`, with every field that is wrong.
    """
    request = await tx.find_request_by_receipt(receipt)
    if request is None or not request.is_of_adapter(client):
        raise NotFound("request_not_found", "No request of yours has this receipt number.")
    if problems := check_mended(submission, request.service):
        raise BadInput("request_refused", "One or more fields can't be accepted.", problems)
    now = deps.clock()
    promise = deps.catalogue.get(request.service).promise
    person, attachments = await accept(deps, submission, client)
    mended = replace(
        request,
        person=person,
        attachments=attachments,
        origin=replace(request.origin, reference=submission.reference),
        promised_at=deps.promise(now, promise) if promise else None,
    )
    again, submitted = resubmit(mended, now)
    tx.save_request(again)
    tx.publish(submitted)
    return summary(again)
