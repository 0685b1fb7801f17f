"""A returned request that comes in again, corrected, under its own receipt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.intake.domain.docket import counted, with_latest
from services.intake.domain.requests import join, resubmit
from services.intake.domain.submission import CheckedBody, check_mended
from services.intake.domain.vouching import SenderVouching
from services.intake.handlers.filing import Wish, check_person_limit, local_day, look
from services.intake.handlers.requests import accept, summary
from services.intake.ports import Deps, Tx
from shared.errors import BadInput, NotFound
from shared.values import Receipt


async def mend_request(
    tx: Tx, deps: Deps, receipt: Receipt, submission: CheckedBody, client: str, vouching: SenderVouching | None
) -> dict[str, Any]:
    """Replace a returned request by its corrected version; the promised time counts from now.

    Raises:
        NotFound: `request_not_found`: there is none, or it is not this client's.
        DomainError: `request_not_returned`.
        BadInput: `request_refused`, with every field that is wrong.
        TooMany: `person_limit_reached`.
    """
    request = await tx.find_request_by_receipt(receipt)
    if request is None or not request.is_of_adapter(client):
        raise NotFound("request_not_found", "No request of yours has this receipt number.")
    if problems := check_mended(submission, request.service):
        raise BadInput("request_refused", "One or more fields can't be accepted.", problems)
    now = deps.clock()
    promise = deps.catalogue.get(request.service).promise
    person, attachments = await accept(deps, submission, client)
    origin = replace(request.origin, reference=submission.reference)
    wish = Wish(origin, request.service, person, now, attachments, vouching=vouching)
    in_hand = await look(tx, person.nik, request.service)
    promised_at = deps.promise(now, promise) if promise else None
    mended = replace(request, person=person, attachments=attachments, origin=origin, promised_at=promised_at, vouching=vouching)
    again, submitted = resubmit(mended, now)
    check_person_limit(deps, in_hand.docket, wish)
    docket = counted(in_hand.docket, local_day(now))
    if (first := in_hand.open_beside(request.request_id)) is not None:
        again = replace(again, joins=first.request_id)
        tx.save_request(join(first, [again]))
    else:
        beside = (each.request_id for each in in_hand.former if each.is_open)
        docket = with_latest(docket, request.service, (*beside, again.request_id))
    tx.save_request(again)
    tx.save_docket(docket)
    if again.joins is None:
        tx.emit(submitted)
    return summary(again)
