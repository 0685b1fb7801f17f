"""A complete request of an adapter."""

from __future__ import annotations

from typing import Any

from services.intake.domain.outreach.codes import named_code
from services.intake.domain.outreach.sources import MessageLead
from services.intake.domain.requests import RequestOrigin
from services.intake.domain.submission import CheckedBody
from services.intake.domain.vouching import SenderVouching
from services.intake.handlers.filing import Wish, file_wish
from services.intake.handlers.outreach.arriving import touch_by
from services.intake.handlers.outreach.counting import count_odd
from services.intake.handlers.requests import accept, summary
from services.intake.ports import Deps, Tx
from shared.values import Channel


async def submit_request(tx: Tx, deps: Deps, body: CheckedBody, client: str, vouching: SenderVouching | None) -> dict[str, Any]:
    """File an adapter's request; return the answer, which the caller gets again for the same Idempotency-Key.

    Whatever it names as the source that brought the person, they are served; what became of its code is counted as that of a chat.

    Raises:
        BadInput: `request_refused`, with every field that is wrong; `form_outdated`.
        TooMany: `person_limit_reached`.
    """
    form = await accept(deps, body, client)
    origin = RequestOrigin(Channel.ADAPTER, client, reference=body.reference)
    at = deps.clock()
    touch = await touch_by(tx, MessageLead(named_code(body.outreach_source)), at) if body.outreach_source else None
    source = touch.source or None if touch else None
    filed = await file_wish(tx, deps, Wish(origin, form, at, outreach_source=source, vouching=vouching))
    if touch is not None and not filed.is_known:
        await count_odd(tx, deps, touch, filed.request.person_key, at)
    return summary(filed.request)
