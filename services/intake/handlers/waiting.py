"""A request that joined somebody else's: returned when that one ends, with the same text as for any unproven sender."""

from __future__ import annotations

from typing import Final

from services.intake.domain.chat import Say
from services.intake.domain.requests import ReplyComposed, Request, RequestState, Step, progress
from services.intake.ports import Deps, Tx
from shared.reference.reasons import reasons

REASON: Final = "identity_unproven"


async def give_back(tx: Tx, deps: Deps, request: Request) -> None:
    """Return a waiting request to its sender, who may ask again: no other request is open now."""
    if request.joins is None or not request.is_open:
        return
    tx.save_request(progress(request, Step(RequestState.RETURNED, deps.clock(), (REASON,))))
    contact_id = request.origin.contact_id
    if contact_id is None:  # an adapter asks for the state itself
        return
    product = deps.catalogue.products[request.product].name
    said = Say("returned_unproven", {"product": product, "receipt": request.receipt, "reason": reasons()[REASON].text})
    tx.save_conversation(await tx.conversation(contact_id))  # what is said is numbered per chat
    tx.emit(ReplyComposed(contact_id, request.origin, deps.texts.say(said), request_id=request.request_id))
