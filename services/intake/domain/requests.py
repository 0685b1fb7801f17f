"""A request and its state. `progress(request, step)` applies the other services' events; states never go backwards (promise I5).

SUBMITTED -> RETURNED | APPROVED -> ISSUED -> DELIVERED | UNDELIVERED, and REJECTED only before ISSUED. An adapter is sent nothing: its
document is READY until it is fetched, then DELIVERED. Events of different publishers arrive in any order: a late one enters the timeline
without changing the state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from services.intake.domain.court import CourtDecision
from services.intake.domain.vouching import SenderVouching
from shared.errors import DomainError
from shared.values import Attachment, Channel

_DOCUMENT: Final = "document"  # the kind of notice that carries a document


class RequestState(StrEnum):
    """The state of a request."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    ISSUED = "issued"
    READY = "ready"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


_LATER: Final[Mapping[RequestState, frozenset[RequestState]]] = {
    RequestState.SUBMITTED: frozenset(RequestState) - {RequestState.SUBMITTED},
    RequestState.RETURNED: frozenset(RequestState) - {RequestState.SUBMITTED, RequestState.RETURNED},
    RequestState.APPROVED: frozenset({RequestState.ISSUED, RequestState.READY, RequestState.DELIVERED, RequestState.UNDELIVERED}),
    RequestState.ISSUED: frozenset({RequestState.DELIVERED, RequestState.UNDELIVERED}),
    RequestState.READY: frozenset({RequestState.DELIVERED}),
    RequestState.UNDELIVERED: frozenset({RequestState.DELIVERED}),  # the person was reached after all
    RequestState.REJECTED: frozenset(),
    RequestState.DELIVERED: frozenset(),
}
"""The states that may follow each state."""

OPEN: Final = frozenset({RequestState.SUBMITTED, RequestState.APPROVED, RequestState.ISSUED})
"""The office still works on it: a second request for the same person would be a double."""


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """A document as issuance announced it; its bytes are fetched from there by `document_id`. `sha256` is hex."""

    document_id: str
    number: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the timeline. `reasons` are stable codes, never personal."""

    state: RequestState
    at: datetime
    reasons: tuple[str, ...] = ()
    document: IssuedDocument | None = None


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The sender of a request, to whom the answer goes. `address`: wa_id or BSUID, court code, or API client."""

    channel: Channel
    address: str = field(repr=False)
    contact_id: str | None = None
    reference: str | None = None
    last_inbound_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice of the notifier: its kind and channel."""

    kind: str
    channel: str

    def ends(self, step: Step) -> bool:
        """Return whether the notice's outcome changes its request.

        Only a notice with the document does, not a chat reply or a receipt. An adapter's document counts as delivered once it is fetched.
        """
        return self.kind == _DOCUMENT and not (self.channel == Channel.ADAPTER and step.state is RequestState.DELIVERED)


@dataclass(frozen=True, slots=True)
class Person:
    """The person whose document it is."""

    nik: str = field(repr=False)
    kk_number: str | None = field(default=None, repr=False)
    applicant_name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One document asked for by one person."""

    request_id: str
    receipt: str
    origin: RequestOrigin
    service: str
    product: str
    person: Person
    submitted_at: datetime
    promised_at: datetime | None
    timeline: tuple[Step, ...]
    state: RequestState = RequestState.SUBMITTED
    attachments: tuple[Attachment, ...] = ()
    case_id: str | None = None
    outreach_source: str | None = None
    vouching: SenderVouching | None = None
    """None: nobody vouches for the sender."""
    repeats: str | None = None
    """The id of the request for the same that ended a short time ago."""
    joins: str | None = None
    """The id of somebody else's open request for the same: this one is not published, and is returned when that one ends."""
    joined_by: tuple[str, ...] = ()
    """Ids of others' requests that join this one."""

    @property
    def documents(self) -> tuple[IssuedDocument, ...]:
        """The issued documents, the oldest first."""
        return tuple(step.document for step in self.timeline if step.document)

    @property
    def document_number(self) -> str | None:
        """The number of the issued document, once there is one."""
        return next((document.number for document in self.documents), None)

    def is_of_adapter(self, client: str) -> bool:
        """Return whether this API client filed the request."""
        return self.origin.channel is Channel.ADAPTER and self.origin.address == client

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reason codes of its present state."""
        latest = next((step for step in reversed(self.timeline) if step.state is self.state), None)
        return tuple(reason.partition(":")[0] for reason in latest.reasons) if latest else ()

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
class ReplyComposed:
    """An answer of the dialogue to a message."""

    conversation_id: str
    origin: RequestOrigin
    text: str = field(repr=False)
    buttons: tuple[tuple[str, str], ...] = ()
    request_id: str | None = None
    in_reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class StatusReceived:
    """A delivery status of a message of ours, from the provider."""

    wamid: str
    status: str
    at: datetime
    callback_data: str | None = None
    error_code: int | None = None
    error_details: str | None = None


Published: TypeAlias = RequestSubmitted | ReplyComposed | StatusReceived
"""The facts that are published as events."""


def submit(request: Request) -> tuple[Request, RequestSubmitted]:
    """Return a complete request with its timeline begun, and the fact to emit."""
    begun = replace(request, state=RequestState.SUBMITTED, timeline=(Step(RequestState.SUBMITTED, request.submitted_at),))
    return begun, RequestSubmitted(begun)


def issue(request: Request, document: IssuedDocument, at: datetime) -> Request:
    """Record the issued document. An adapter may fetch it from now on; everybody else is sent it."""
    state = RequestState.READY if request.origin.channel is Channel.ADAPTER else RequestState.ISSUED
    return progress(request, Step(state, at, document=document))


def fetched(request: Request, at: datetime) -> Request:
    """Record that the adapter fetched its document. Only the first time counts."""
    return progress(request, Step(RequestState.DELIVERED, at)) if request.state is RequestState.READY else request


def resubmit(request: Request, at: datetime) -> tuple[Request, RequestSubmitted]:
    """Begin the next round of a returned request, which already holds the corrected data. Its receipt stays.

    Raises:
        DomainError: `request_not_returned`.
    """
    if request.state is not RequestState.RETURNED:
        raise DomainError("request_not_returned", f"The request is {request.state.value}; only a returned one can be mended.")
    again = replace(request, state=RequestState.SUBMITTED, timeline=(*request.timeline, Step(RequestState.SUBMITTED, at)), joins=None)
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
