"""A complete request of an adapter."""

from __future__ import annotations

from typing import Any

from services.intake.domain.outreach.codes import parse_code
from services.intake.domain.requests import RequestOrigin
from services.intake.domain.submission import CheckedBody
from services.intake.domain.vouching import SenderVouching
from services.intake.handlers.filing import Wish, file_wish
from services.intake.handlers.requests import accept, summary
from services.intake.ports import Deps, Tx
from shared.values import Channel, Malformed


async def submit_request(tx: Tx, deps: Deps, body: CheckedBody, client: str, vouching: SenderVouching | None) -> dict[str, Any]:
    """File an adapter's request; return the answer, which the caller gets again for the same Idempotency-Key.

    Raises:
        BadInput: `request_refused`, with every field that is wrong; `form_outdated`.
        TooMany: `person_limit_reached`.
    """
    form = await accept(deps, body, client)
    origin = RequestOrigin(Channel.ADAPTER, client, reference=body.reference)
    source = await _brought_by(tx, body.outreach_source)
    filed = await file_wish(tx, deps, Wish(origin, form, deps.clock(), outreach_source=source, vouching=vouching))
    return summary(filed.request)


async def _brought_by(tx: Tx, named: str | None) -> str | None:
    """Return the code of the source that an adapter names, where there is one: whatever it names, the person is served."""
    if named is None:
        return None
    try:
        source = await tx.find_source(parse_code(named))
    except Malformed:
        return None
    return source.code if source else None
