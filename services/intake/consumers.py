"""Events that move requests on. The state that each event means is named here; the domain decides whether it counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from services.intake.domain.audiences import Audience
from services.intake.domain.documents import IssuedDocument, IssuedState, Notice
from services.intake.domain.news import Reach
from services.intake.domain.officer_messages import OfficerMessage, answer_of
from services.intake.domain.requests import RequestState, Step
from services.intake.handlers import (
    decline_news,
    note_answered,
    note_approved,
    note_document,
    note_measured,
    note_notice,
    note_promise,
    note_question,
    note_register,
    note_register_state,
    note_rejected,
    note_returned,
    note_revoked,
    note_told,
    note_void,
    tell_cardless,
    want_audience,
)
from services.intake.ports import Deps, Tx
from shared.contracts.issuance import DocumentIssued, DocumentRevoked, DocumentVoided
from shared.contracts.notifier import BroadcastDrafted, NewsDeclined, NoticeDelivered, NoticeFailed, PostMeasured
from shared.contracts.verification import (
    CitizenAsked,
    CitizenTold,
    PromiseMoved,
    Reason,
    RegisterChanged,
    RegisterStateChanged,
    RequestAnswered,
    RequestApproved,
    RequestRejected,
    RequestReturned,
)
from shared.messaging.delivery import EventRoute, Meta


def routes(deps: Deps) -> tuple[EventRoute[Any, Tx], ...]:
    """Return the handler of each event. All but one move a request on, so the requests of a batch are read in one query."""
    return (
        EventRoute(RequestApproved, partial(_approved, deps), _prefetch),
        EventRoute(RequestReturned, partial(_returned, deps), _prefetch),
        EventRoute(RequestRejected, partial(_rejected, deps), _prefetch),
        EventRoute(RequestAnswered, partial(_answered, deps), _prefetch),
        EventRoute(CitizenTold, partial(_told, deps), _prefetch),
        EventRoute(RegisterChanged, partial(_register_changed, deps)),
        EventRoute(RegisterStateChanged, _register_state),
        EventRoute(CitizenAsked, _asked, _prefetch),
        EventRoute(PromiseMoved, _promise_moved, _prefetch),
        EventRoute(DocumentIssued, partial(_issued, deps), _prefetch),
        EventRoute(DocumentRevoked, partial(_revoked, deps), _prefetch),
        EventRoute(DocumentVoided, partial(_voided, deps), _prefetch),
        EventRoute(NoticeDelivered, partial(_delivered, deps), _prefetch),
        EventRoute(NoticeFailed, partial(_undelivered, deps), _prefetch),
        EventRoute(BroadcastDrafted, _audience_wanted),
        EventRoute(NewsDeclined, partial(_declined, deps)),
        EventRoute(PostMeasured, partial(_measured, deps)),
    )


async def _approved(deps: Deps, tx: Tx, event: RequestApproved, _meta: Meta) -> None:
    await note_approved(tx, deps, event.request_id, len(event.documents), event.approved_at, _linked_by(event), event.personal.residence)


async def _returned(deps: Deps, tx: Tx, event: RequestReturned, _meta: Meta) -> None:
    await note_returned(tx, deps, event.request_id, event.round, _codes(event.reasons), event.returned_at, _linked_by(event))


async def _rejected(deps: Deps, tx: Tx, event: RequestRejected, _meta: Meta) -> None:
    await note_rejected(tx, deps, event.request_id, Step(RequestState.REJECTED, event.rejected_at, _codes(event.reasons)))


async def _answered(deps: Deps, tx: Tx, event: RequestAnswered, _meta: Meta) -> None:
    message = answer_of((reason.code for reason in event.reasons), event.personal.note, event.answered_at)
    await note_answered(tx, deps, event.request_id, message, _codes(event.reasons), _linked_by(event))


async def _told(deps: Deps, tx: Tx, event: CitizenTold, _meta: Meta) -> None:
    message = OfficerMessage(event.personal.text, event.told_at, event.visit_on)
    await note_told(tx, deps, event.request_id, message, event.promised_at)


async def _register_changed(deps: Deps, tx: Tx, event: RegisterChanged, _meta: Meta) -> None:
    effects = [(person.nik, person.effect) for person in event.personal.persons]
    await note_register(tx, deps, effects, event.changed_at)
    await tell_cardless(tx, deps, event.personal.cardless, event.changed_at)


async def _register_state(tx: Tx, event: RegisterStateChanged, _meta: Meta) -> None:
    await note_register_state(tx, event.paused_since, event.changed_at)


async def _asked(tx: Tx, event: CitizenAsked, _meta: Meta) -> None:
    await note_question(tx, event.request_id, event.question_id, event.personal.text, event.asked_at)


async def _promise_moved(tx: Tx, event: PromiseMoved, _meta: Meta) -> None:
    await note_promise(tx, event.request_id, event.promised_at)


async def _issued(deps: Deps, tx: Tx, event: DocumentIssued, _meta: Meta) -> None:
    document = IssuedDocument(event.document_id, event.document_number, event.sha256, event.product)
    await note_document(tx, deps, event.request_id, document, event.documents, event.issued_at)


async def _revoked(deps: Deps, tx: Tx, event: DocumentRevoked, _meta: Meta) -> None:
    await note_revoked(tx, deps, event.request_id, event.document_id)


async def _voided(deps: Deps, tx: Tx, event: DocumentVoided, _meta: Meta) -> None:
    document = IssuedDocument(event.document_id, event.document_number, product=event.product)
    await note_void(tx, deps, event.request_id, document, event.documents, event.voided_at, event.reason)


async def _delivered(deps: Deps, tx: Tx, event: NoticeDelivered, _meta: Meta) -> None:
    reasons = ("maybe_duplicate",) if event.maybe_duplicate else ()
    step = Step(RequestState.DELIVERED, event.delivered_at, reasons)
    notice = Notice(event.kind, event.channel, event.document_id)
    await note_notice(tx, deps, event.request_id, notice, IssuedState.DELIVERED, step)


async def _undelivered(deps: Deps, tx: Tx, event: NoticeFailed, _meta: Meta) -> None:
    step = Step(RequestState.UNDELIVERED, event.failed_at, (event.reason,))
    notice = Notice(event.kind, event.channel, event.document_id)
    await note_notice(tx, deps, event.request_id, notice, IssuedState.UNDELIVERED, step)


async def _audience_wanted(tx: Tx, event: BroadcastDrafted, _meta: Meta) -> None:
    reach = Reach(event.category)  # one that has no rule here is an error
    want_audience(tx, Audience(event.broadcast_id, reach, event.villages, event.need, event.drafted_at, None, event.trial, event.arm))


async def _declined(deps: Deps, tx: Tx, event: NewsDeclined, _meta: Meta) -> None:
    await decline_news(tx, deps, event.contact_id, event.reason, event.declined_at)


async def _measured(deps: Deps, tx: Tx, event: PostMeasured, _meta: Meta) -> None:
    await note_measured(tx, deps, event.source, event.publication, event.seen, event.day, event.measured_at)


async def _prefetch(tx: Tx, events: Sequence[Any]) -> None:
    await tx.prefetch_requests([event.request_id for event in events if event.request_id is not None])


def _linked_by(event: RequestApproved | RequestReturned | RequestAnswered) -> str | None:
    """Return the officer who linked the sender's chat to the person with this decision."""
    return event.officer_id if event.link_granted else None


def _codes(reasons: Iterable[Reason]) -> tuple[str, ...]:
    return tuple(reason.code if reason.field is None else f"{reason.code}:{reason.field}" for reason in reasons)
