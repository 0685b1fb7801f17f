"""The state of a request for whoever holds its receipt and knows the end of the phone number it came from. Nobody is known by it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from services.intake.domain import register_state
from services.intake.domain.outreach.funnel import mark_of
from services.intake.domain.requests import Request, RequestState
from services.intake.ports import Deps, Tx
from shared.clock import WIB
from shared.values import Receipt

DIGITS: Final = 4  # of the end of a phone number


@dataclass(frozen=True, slots=True)
class StatusQuestion:
    """A receipt, the last digits of a phone, and the address that asks. None of it is stored."""

    receipt: Receipt
    digits: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """The request, where both halves fit; else None. `paused_until`: as much was tried as may be, so nothing was looked up."""

    request: Request | None = None
    stands_since: datetime | None = None
    """Since when it can't move, for the register is not to be had; None: it moves, or is not in review."""
    paused_until: datetime | None = None


async def find_status(deps: Deps, question: StatusQuestion) -> StatusAnswer:
    """Look a request up. A try counts, for the address and for the receipt, before anything is looked at, and is given back where it fits.

    Whether the receipt or the digits are wrong is not told. An address that has no tries left takes none of a receipt's: nobody shuts
    others out of receipts, one after the other.
    """
    salt = await deps.steps.salt(deps.clock().astimezone(WIB).date().isoformat())
    keys = {
        mark_of(salt, f"address|{question.address}"): deps.status_tries.an_address,
        mark_of(salt, f"receipt|{question.receipt}"): deps.status_tries.a_receipt,
    }
    for key, most in keys.items():
        if (until := await deps.tries.take(key, most)) is not None:
            return StatusAnswer(paused_until=until)
    request = await deps.register.find_by_receipt(question.receipt)
    phone = await _phone(deps, request) if request is not None else ""
    if not hmac.compare_digest(phone[-DIGITS:].encode(), question.digits.encode()):
        return StatusAnswer()
    for key in keys:
        await deps.tries.give_back(key)
    in_review = request is not None and request.state is RequestState.SUBMITTED
    return StatusAnswer(request, (await deps.register_states.current()).paused_since if in_review else None)


async def note_register_state(tx: Tx, paused_since: datetime | None, at: datetime) -> None:
    """Note whether the register is to be had."""
    tx.keep_register_state(register_state.told(await tx.register_state(), paused_since, at))


async def _phone(deps: Deps, request: Request) -> str:
    """Return the number that a request came from; "" where it came from no phone, or from an account whose number is not told."""
    if request.is_told_by_chat and request.origin.address.isdigit():
        return request.origin.address
    chat = await deps.chats.find(request.origin.contact_id) if request.origin.contact_id else None
    return (chat.contact.wa_id or "") if chat else ""
