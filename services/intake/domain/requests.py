"""A request and its state. `progress(request, step)` applies the other services' events; states never go backwards (promise I5).

SUBMITTED -> RETURNED | APPROVED -> ISSUED -> DELIVERED | UNDELIVERED, and REJECTED only before ISSUED. One that ends with an officer's
answer in words is ANSWERED and has no documents. Any other request has one document or
several: it is ISSUED when all of them are, and DELIVERED when all were. A document that was given up before its issue is waited for no
more; where all of them were, the request is VOID. An adapter is sent nothing: its documents are READY until they are fetched, then
DELIVERED. Events of different publishers arrive in any order: a late one enters the timeline without changing the state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from services.intake.domain.court import CourtDecision
from services.intake.domain.desk_texts import ApprovedTemplate
from services.intake.domain.documents import IssuedDocument, in_order
from services.intake.domain.filled_form import FilledForm
from services.intake.domain.officer_messages import OfficerMessage
from services.intake.domain.vouching import SenderVouching
from shared.errors import DomainError
from shared.values import Channel


class RequestState(StrEnum):
    """The state of a request."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    ANSWERED = "answered"
    ISSUED = "issued"
    READY = "ready"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    VOID = "void"


_WITHOUT_DOCUMENTS: Final = frozenset(
    {RequestState.SUBMITTED, RequestState.RETURNED, RequestState.APPROVED, RequestState.REJECTED, RequestState.ANSWERED}
)
_LATER: Final[Mapping[RequestState, frozenset[RequestState]]] = {
    RequestState.SUBMITTED: frozenset(RequestState) - {RequestState.SUBMITTED},
    RequestState.RETURNED: frozenset(RequestState) - {RequestState.SUBMITTED, RequestState.RETURNED},
    RequestState.APPROVED: frozenset(RequestState) - _WITHOUT_DOCUMENTS,
    RequestState.ISSUED: frozenset({RequestState.DELIVERED, RequestState.UNDELIVERED}),
    RequestState.READY: frozenset({RequestState.DELIVERED}),
    RequestState.UNDELIVERED: frozenset({RequestState.DELIVERED}),  # the person was reached after all
    RequestState.REJECTED: frozenset(),
    RequestState.ANSWERED: frozenset(),
    RequestState.DELIVERED: frozenset(),
    RequestState.VOID: frozenset(),
}
"""The states that may follow each state."""

FETCHABLE: Final = frozenset({RequestState.READY, RequestState.DELIVERED})
"""All documents of an adapter's request are there."""
OPEN: Final = frozenset({RequestState.SUBMITTED, RequestState.APPROVED, RequestState.ISSUED})
"""The office still works on it: a second request for the same person would be a double."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the timeline. `reasons` are stable codes, never personal. VOID with a number tells of that document alone."""

    state: RequestState
    at: datetime
    reasons: tuple[str, ...] = ()
    document_number: str | None = None


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The sender of a request, to whom the answer goes. `address`: wa_id or BSUID, court code, or API client."""

    channel: Channel
    address: str = field(repr=False)
    contact_id: str | None = None
    reference: str | None = None
    last_inbound_at: datetime | None = None
    village: str | None = None
    """Code of the village whose registrar filed it; the address is then the phone of whom it is for, or the village's code again."""

    @property
    def is_told_by_phone(self) -> bool:
        """Whether a registrar gave a number by which the person is told."""
        return self.channel is Channel.DESK and self.address != self.village

    @property
    def fetches(self) -> bool:
        """Whether nothing is sent: whoever filed fetches the documents."""
        return self.channel is Channel.ADAPTER or (self.channel is Channel.DESK and not self.is_told_by_phone)


@dataclass(frozen=True, slots=True)
class Request:
    """One application of one sender: one receipt, one promised time, one document or several. `products`: what is asked for."""

    request_id: str
    receipt: str
    origin: RequestOrigin
    service: str
    products: tuple[str, ...]
    form: FilledForm
    person_key: str = field(repr=False)
    submitted_at: datetime
    promised_at: datetime | None
    timeline: tuple[Step, ...]
    state: RequestState = RequestState.SUBMITTED
    round: int = 1
    documents: tuple[IssuedDocument, ...] = ()
    expected: int | None = None
    """How many documents there will be; None until the approval or the first of them is told."""
    case_id: str | None = None
    case_requests: tuple[str, ...] = ()
    outreach_source: str | None = None
    vouching: SenderVouching | None = None
    """None: nobody vouches for the sender."""
    repeats: str | None = None
    """The id of the request for the same that ended a short time ago."""
    joins: str | None = None
    """The id of somebody else's open request for the same: this one is not published, and is returned when that one ends."""
    joined_by: tuple[str, ...] = ()
    """Ids of others' requests that join this one."""
    began_at: datetime | None = None
    """The time of the sender's first message about it, which is its place in the queue; None: that of its submission."""
    told: OfficerMessage | None = None
    """What an officer told its sender last."""
    reminded_of: date | None = None
    """The day of a visit of which its sender needs no reminder any more."""
    residence: str | None = None
    """Code of the village where whom it is about lives by the register, once that is told; None: not known, or elsewhere."""
    files_over_at: datetime | None = None
    """When its files were given up because their time was over; None: it has them."""

    @property
    def settled(self) -> tuple[IssuedDocument, ...]:
        """The documents that were issued, those of the first product first, then void ones: the same order however they were told."""
        return in_order(self.documents, self.products)

    @property
    def issued(self) -> tuple[IssuedDocument, ...]:
        """The documents that were issued, in the same order."""
        return tuple(document for document in self.settled if not document.is_void)

    @property
    def document_number(self) -> str | None:
        """The number of the first document, once there is one."""
        return next((document.number for document in self.issued), None)

    @property
    def is_told_by_chat(self) -> bool:
        """Whether WhatsApp carries what becomes of it."""
        return self.origin.channel is Channel.WHATSAPP or self.origin.is_told_by_phone

    def is_of_adapter(self, client: str) -> bool:
        """Return whether this API client filed the request."""
        return self.origin.channel is Channel.ADAPTER and self.origin.address == client

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reason codes of its present state."""
        return tuple(dict.fromkeys(reason.partition(":")[0] for reason in self.reasons_at))

    @property
    def reasons_at(self) -> tuple[str, ...]:
        """The reasons of its present state, each `code` or `code:field`."""
        latest = next((step for step in reversed(self.timeline) if step.state is self.state), None)
        return latest.reasons if latest else ()

    @property
    def is_in_review(self) -> bool:
        """Whether the office has not decided it."""
        return self.state is RequestState.SUBMITTED

    @property
    def is_open(self) -> bool:
        """Whether the office still works on it."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class RequestSubmitted:
    """A complete request that came in."""

    request: Request
    decision: CourtDecision | None = None


@dataclass(frozen=True, slots=True)
class DecisionRecorded:
    """A court's decision of which no document follows."""

    case_id: str
    origin: RequestOrigin
    decision: CourtDecision
    at: datetime


@dataclass(frozen=True, slots=True)
class ReplyComposed:
    """An answer of the dialogue to a message, or what an officer wrote (`in_reply_to` None). `template`: goes instead of the text."""

    conversation_id: str
    origin: RequestOrigin
    text: str = field(repr=False)
    buttons: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, str, str], ...] = ()
    request_id: str | None = None
    in_reply_to: str | None = None
    template: ApprovedTemplate | None = None
    address_since: datetime | None = None
    """Since when the number is this contact's, where another had it before."""


@dataclass(frozen=True, slots=True)
class QuestionAnswered:
    """An answer of a person to an officer's question about a request."""

    request_id: str
    case_id: str | None
    question_id: str
    text: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class DocumentsAskedAgain:
    """A wish of the person who got documents by chat to get them once more. `origin`: the chat as it is now."""

    request_id: str
    document_ids: tuple[str, ...]
    origin: RequestOrigin
    at: datetime
    is_proven: bool = False
    """Whether the chat is linked to the applicant; else it must be the one that got them."""


def submit(request: Request) -> tuple[Request, RequestSubmitted]:
    """Return a complete request with its timeline begun, and the fact to emit."""
    begun = replace(request, state=RequestState.SUBMITTED, timeline=(Step(RequestState.SUBMITTED, request.submitted_at),))
    return begun, RequestSubmitted(begun)


def approve(request: Request, expected: int, at: datetime) -> Request:
    """Record the approval, which says how many documents there will be; where one was issued before this is told, that one has said it."""
    known = expected if request.expected is None else request.expected
    return replace(progress(request, Step(RequestState.APPROVED, at)), expected=known)


def returned(request: Request, ended_round: int, at: datetime, reasons: tuple[str, ...]) -> Request:
    """Record that a round ended with a return. One of an earlier round enters the timeline only: the request was mended since."""
    after = progress(request, Step(RequestState.RETURNED, at, reasons))
    return after if ended_round >= request.round else replace(after, state=request.state)


def resubmit(request: Request, form: FilledForm, promised_at: datetime | None, at: datetime) -> tuple[Request, RequestSubmitted]:
    """Begin the next round of a returned request with corrected answers. Its receipt stays; the promised time counts from now.

    Raises:
        DomainError: `request_not_returned`.
    """
    if request.state is not RequestState.RETURNED:
        raise DomainError("request_not_returned", f"The request is {request.state.value}; only a returned one can be mended.")
    again = replace(
        request,
        form=form,
        promised_at=promised_at,
        state=RequestState.SUBMITTED,
        round=request.round + 1,
        timeline=(*request.timeline, Step(RequestState.SUBMITTED, at)),
        joins=None,
        files_over_at=None,
    )
    return again, RequestSubmitted(again)


def join(first: Request, waiting: Iterable[Request]) -> Request:
    """Add to the first request the others that wait for its outcome."""
    return replace(first, joined_by=tuple(dict.fromkeys((*first.joined_by, *(each.request_id for each in waiting)))))


def progress(request: Request, step: Step) -> Request:
    """Add a step from another service. The same step again changes nothing; a late one does not change the state."""
    if step in request.timeline:
        return request
    timeline = tuple(sorted((*request.timeline, step), key=lambda known: known.at))
    state = step.state if step.state in _LATER[request.state] else request.state
    return replace(request, timeline=timeline, state=state)
