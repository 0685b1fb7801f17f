"""A returned request that comes in again, corrected, under its own receipt: from an adapter whole, from a chat by what was asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.intake.domain.docket import counted, repeated, with_latest
from services.intake.domain.filled_form import FilledForm
from services.intake.domain.requests import Request, join, resubmit
from services.intake.domain.submission import CheckedBody, check_mended
from services.intake.domain.vouching import SenderVouching
from services.intake.handlers.filing import Wish, check_person_limit, local_day, look
from services.intake.handlers.requests import accept, promised, summary
from services.intake.handlers.visits import take_place
from services.intake.ports import Deps, Tx
from shared.errors import BadInput, NotFound
from shared.values import Receipt


async def mend_request(
    tx: Tx, deps: Deps, receipt: Receipt, body: CheckedBody, client: str, vouching: SenderVouching | None
) -> dict[str, Any]:
    """Replace an adapter's returned request by its corrected version.

    Raises:
        NotFound: `request_not_found`: there is none, or it is not this client's.
        DomainError: `request_not_returned`.
        BadInput: `request_refused`, with every field that is wrong; `form_outdated`.
        TooMany: `person_limit_reached`.
    """
    request = await tx.find_request_by_receipt(receipt)
    if request is None or not request.is_of_adapter(client):
        raise NotFound("request_not_found", "No request of yours has this receipt number.")
    if problems := check_mended(body, request.service):
        raise BadInput("request_refused", "One or more fields can't be accepted.", problems)
    form = await accept(deps, body, client)
    named = replace(request, origin=replace(request.origin, reference=body.reference))
    return summary(await mend_filled(tx, deps, named, form, deps.clock(), vouching))


async def mend_filled(tx: Tx, deps: Deps, request: Request, form: FilledForm, at: datetime, vouching: SenderVouching | None) -> Request:
    """Send a returned request out again with corrected answers; the promised time counts from now.

    Raises:
        DomainError: `request_not_returned`.
        TooMany: `person_limit_reached`.
        DayRefused: nobody can come on the day that it chooses.
    """
    key = form.person_key(deps.catalogue.get(request.service))
    wish = Wish(request.origin, form, at, vouching=vouching)
    in_hand = await look(tx, key, request.service)
    others = tuple(each for each in in_hand.former if each.request_id != request.request_id)
    repeats = repeated(others, at, deps.limits.repeat_within) or request.repeats  # what ended since it was filed counts as well
    is_for_anyone = deps.catalogue.get(request.service).is_for_anyone
    named = replace(request, person_key=key, vouching=None if is_for_anyone else vouching, repeats=repeats)
    again, submitted = resubmit(named, form, promised(deps, form, at), at)
    check_person_limit(deps, in_hand.docket, wish)
    await take_place(tx, deps, again.request_id, form)
    docket = counted(in_hand.docket, local_day(at))
    if not is_for_anyone and (first := in_hand.open_beside(request.request_id)) is not None:
        again = replace(again, joins=first.request_id)
        tx.save_request(join(first, [again]))
    else:
        beside = (each.request_id for each in in_hand.former if each.is_open)
        docket = with_latest(docket, request.service, (*beside, again.request_id), repeats)
    tx.save_request(again)
    tx.save_docket(docket)
    if again.joins is None:
        tx.emit(submitted)
    return again
