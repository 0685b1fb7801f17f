"""What comes in over the broker: one approval, one document."""

from __future__ import annotations

from collections.abc import Sequence

from services.issuance import handlers
from services.issuance.domain.card import CardMember, FamilyCard
from services.issuance.domain.document import Approval, Cause, DocumentContent
from services.issuance.ports import Deps, Tx
from shared.contracts import parts
from shared.contracts.verification import RequestApproved
from shared.messaging.delivery import EventRoute, Meta, converting
from shared.values import Contact


def routes(deps: Deps) -> tuple[EventRoute[RequestApproved, Tx], ...]:
    """Return the handler of each event."""

    async def approved(tx: Tx, approval: Approval, meta: Meta) -> None:
        origin = Cause(correlation_id=meta.correlation_id, causation_id=meta.message_id, traceparent=meta.traceparent)
        await handlers.claim_document(tx, deps, approval, origin)

    async def prefetch(tx: Tx, approvals: Sequence[Approval]) -> None:
        await handlers.prefetch_claims(tx, deps, approvals)

    return (converting(RequestApproved, approval_of, approved, prefetch),)


def approval_of(event: RequestApproved) -> Approval:
    """Return the event as this service's own `Approval`."""
    personal = event.personal
    return Approval(
        request_id=event.request_id,
        receipt=event.receipt,
        case_id=event.case_id,
        channel=event.channel,
        service=event.service,
        product=event.product,
        material=DocumentContent(holder_nik=personal.holder_nik, card=_card(personal.card), contact=Contact(**dict(personal.contact))),
    )


def _card(card: parts.FamilyCard) -> FamilyCard:
    return FamilyCard(**(dict(card) | {"members": tuple(CardMember(**dict(member)) for member in card.members)}))
