"""What comes in over the broker: one approval, the documents of one request."""

from __future__ import annotations

from collections.abc import Sequence

from services.issuance import handlers
from services.issuance.domain.claim import Approval, OrderedDocument
from services.issuance.domain.document import Cause
from services.issuance.domain.products.spec import Content
from services.issuance.ports import Deps, Tx
from shared.contracts.contents import ContentInvalid, read_content
from shared.contracts.verification import DocumentOrder, RequestApproved
from shared.errors import Permanent
from shared.messaging.delivery import EventRoute, Meta, converting
from shared.values import Contact


def routes(deps: Deps) -> tuple[EventRoute[RequestApproved, Tx], ...]:
    """Return the handler of each event."""

    async def approved(tx: Tx, approval: Approval, meta: Meta) -> None:
        origin = Cause(correlation_id=meta.correlation_id, causation_id=meta.message_id, traceparent=meta.traceparent)
        await handlers.claim_documents(tx, deps, approval, origin)

    async def prefetch(tx: Tx, approvals: Sequence[Approval]) -> None:
        await handlers.prefetch_claims(tx, deps, approvals)

    return (converting(RequestApproved, approval_of, approved, prefetch),)


def approval_of(event: RequestApproved) -> Approval:
    """Return the event as this service's own `Approval`.

    Raises:
        Permanent: `content_type_unknown` or `content_invalid`; the detail names fields, never what they say.
    """
    personal = event.personal
    return Approval(
        request_id=event.request_id,
        receipt=event.receipt,
        case_id=event.case_id,
        channel=event.channel,
        service=event.service,
        approved_at=event.approved_at,
        announced=event.documents,
        orders=tuple(_order(order) for order in personal.documents),
        contact=Contact(**dict(personal.contact)),
    )


def _order(order: DocumentOrder) -> OrderedDocument:
    return OrderedDocument(**(dict(order) | {"content": _content(order)}))


def _content(order: DocumentOrder) -> Content:
    try:
        return read_content(order.content_type, order.content).model_dump(mode="json")
    except ContentInvalid as error:
        raise Permanent(error.code, error.detail) from None
