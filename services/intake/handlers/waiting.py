"""A request that joined somebody else's: returned when that one ends, with the same text as for any unproven sender."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.intake.domain.chat import Say
from services.intake.domain.requests import ReplyComposed, Request, RequestState, Step, progress
from services.intake.handlers.returning import offer_returned
from services.intake.ports import Deps, Tx
from shared.reference.reasons import reasons

REASON: Final = "identity_unproven"


async def give_back(tx: Tx, deps: Deps, request: Request, ended: str) -> None:
    """Return a request that waits for the one that ended to its sender, who may ask again: no other request is open now."""
    if request.joins != ended or not request.is_open:
        return
    at = deps.clock()
    returned = progress(request, Step(RequestState.RETURNED, at, (REASON,)))
    tx.save_request(returned)
    contact_id = request.origin.contact_id
    if contact_id is None:  # an adapter asks for the state itself
        return
    await offer_returned(tx, deps, returned, at)
    products = in_words([deps.catalogue.products[product].name for product in request.products])
    said = Say("returned_unproven", {"products": products, "receipt": request.receipt, "reason": reasons()[REASON].text})
    tx.emit(ReplyComposed(contact_id, request.origin, deps.texts.say(said), request_id=request.request_id))


def in_words(names: Sequence[str]) -> str:
    """Return several names as the notifier writes them: nobody may see from whom a text comes."""
    *others, last = names
    return last if not others else f"{', '.join(others)}{',' if len(others) > 1 else ''} dan {last}"
