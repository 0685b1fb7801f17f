"""What verification publishes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, Field

from shared.contracts.contents import ContentType
from shared.contracts.envelope import Contract, Event
from shared.contracts.parts import ChannelCode, Code, Contact, DocumentKey, KkText, NikText, ProductCode, Vouching


class Decider(StrEnum):
    """Who approved."""

    AUTOMATIC = "automatic"
    STAFF = "staff"


class Reason(Contract):
    """Why something is not approved. The text for people goes by `code`."""

    code: Code
    field: Annotated[
        str | None,
        Field(description="What it is about: `answers.<field>` of the form, with `[n].<field>` inside a group; `decision.…` of a court"),
    ] = None


class DocumentOrder(Contract):
    """One document to be made. Personal."""

    key: DocumentKey
    product: ProductCode
    content_type: ContentType
    content: Annotated[dict[str, Any], Field(description="What it says, valid by `shared.contracts.contents.CONTENTS[content_type]`")]
    holder_name: Annotated[str, Field(description="Whose document it is: masked on the page that vouches for it")]
    about: Annotated[
        str,
        Field(description="What it is the document of, `kind:number`; a later one about the same supersedes it", examples=["kk:3519…"]),
    ]
    replaces: Annotated[
        tuple[str, ...], Field(description="Of what else documents stop being valid when it is issued: cards of families that it changes")
    ] = ()


class RequestApprovedPersonal(Contract):
    """Everything that the documents say."""

    contact: Contact
    documents: Annotated[tuple[DocumentOrder, ...], Field(min_length=1)]


class RequestApproved(Event):
    """The office decided: the documents may be made. Subject: the request id."""

    type: ClassVar[str] = "verification.request_approved.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake", "issuance")

    request_id: str
    receipt: str
    case_id: str | None = None
    channel: ChannelCode
    service: Code
    documents: Annotated[tuple[DocumentKey, ...], Field(min_length=1, description="What will be made; their ids are `request_id.key`")]
    decided_by: Decider
    officer_id: str | None = None
    approved_at: AwareDatetime
    vouching: Annotated[Vouching | None, Field(description="Who stood for the sender: every automatic approval names it")] = None
    link_granted: Annotated[
        bool, Field(description="The officer has compared a selfie: the sender's contact is now linked to the person of the request")
    ] = False
    personal: RequestApprovedPersonal


class RequestTurnedDownPersonal(Contract):
    """Whom to tell."""

    contact: Contact
    note: Annotated[str | None, Field(description="What the officer wrote to the citizen", max_length=1000)] = None


class RequestTurnedDown(Event):
    """What a return and a refusal have in common. No event by itself."""

    request_id: str
    receipt: str
    case_id: str | None = None
    channel: ChannelCode
    service: Code
    products: tuple[ProductCode, ...]
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    personal: RequestTurnedDownPersonal


class RequestReturned(RequestTurnedDown):
    """The citizen can mend it: what is missing or unreadable. Subject: the request id."""

    type: ClassVar[str] = "verification.request_returned.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake", "notifier")

    returned_at: AwareDatetime
    round: Annotated[int, Field(ge=1, description="Of the request's rounds, the one that ended here")] = 1
    officer_id: Annotated[str | None, Field(description="Who returned it; null: the rules alone")] = None
    link_granted: Annotated[
        bool, Field(description="The officer has compared a selfie: the sender's contact is now linked to the person of the request")
    ] = False


class RequestRejected(RequestTurnedDown):
    """It ends here: another office's, or what the law refuses. Subject: the request id."""

    type: ClassVar[str] = "verification.request_rejected.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake", "notifier")

    rejected_at: AwareDatetime


class CitizenAskedPersonal(Contract):
    """Whom, and what."""

    contact: Contact
    text: Annotated[str, Field(min_length=1, max_length=1000, description="The officer's question")]


class CitizenAsked(Event):
    """An officer asks who sent a request; it stays in review, and the clock stands until the answer is there. Subject: the request id."""

    type: ClassVar[str] = "verification.citizen_asked.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake", "notifier")

    request_id: str
    receipt: str
    case_id: str | None = None
    channel: ChannelCode
    service: Code
    question_id: str
    asked_at: AwareDatetime
    personal: CitizenAskedPersonal


class PromiseMoved(Event):
    """By the forecast the office will be later than it promised. Subject: the request id."""

    type: ClassVar[str] = "verification.promise_moved.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake",)

    request_id: str
    receipt: str
    promised_at: Annotated[AwareDatetime, Field(description="When it is expected now; later than what was promised before")]
    moved_at: AwareDatetime


class PersonChange(Contract):
    """What became of one person of the register. Personal."""

    nik: NikText
    kk_number: Annotated[KkText | None, Field(description="The family that holds the person now; null: none, as after a death")] = None
    effect: Annotated[Code, Field(description="born, died, joined, left, changed, moved_out, moved_in")]


class RegisterChangedPersonal(Contract):
    """Whose rows changed."""

    persons: tuple[PersonChange, ...]
    families: Annotated[tuple[KkText, ...], Field(description="Every family card that was made, changed or closed")]


class RegisterChanged(Event):
    """The register became what an approved request said, once, when its documents were issued. Subject: the case's id."""

    type: ClassVar[str] = "verification.register_changed.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake",)

    request_id: Annotated[str, Field(description="Of a court case its first request")]
    case_id: str | None = None
    service: Code
    basis: Annotated[Code, Field(description="On what it rests: akta_kelahiran, akta_kematian, akta_cerai, kk, …")]
    changed_at: AwareDatetime
    born: Annotated[int, Field(ge=0)] = 0
    died: Annotated[int, Field(ge=0)] = 0
    families_opened: Annotated[int, Field(ge=0)] = 0
    families_closed: Annotated[int, Field(ge=0)] = 0
    personal: RegisterChangedPersonal


class TaskOpened(Event):
    """Work for a person is waiting: the work is a document of verification, this only announces it. Subject: the task id."""

    type: ClassVar[str] = "verification.task_opened.v1"
    exchange: ClassVar[str] = "staff"

    task_id: str
    request_id: str
    receipt: str
    channel: ChannelCode
    service: Code
    products: tuple[ProductCode, ...]
    reasons: tuple[Reason, ...] = ()
    opened_at: AwareDatetime
    due_at: AwareDatetime | None = None
    priority: Annotated[Code | None, Field(description="Class of the queue: court, urgent, elderly, ordinary; more may follow")] = None
    place_at: Annotated[AwareDatetime | None, Field(description="Where it stands in the queue: the earliest is next")] = None


class TaskClaimed(Event):
    """An officer works on it, or was handed it; others leave it alone until then. A renewed claim is not told. Subject: the task id."""

    type: ClassVar[str] = "verification.task_claimed.v1"
    exchange: ClassVar[str] = "staff"

    task_id: str
    request_id: str
    receipt: str
    officer_id: str
    claimed_at: AwareDatetime
    until: Annotated[AwareDatetime, Field(description="When the claim lapses, unless it is renewed")]


class TaskReleased(Event):
    """It waits for somebody: given back, assigned, approved once, the citizen was asked, or has answered. Subject: the task id."""

    type: ClassVar[str] = "verification.task_released.v1"
    exchange: ClassVar[str] = "staff"

    task_id: str
    request_id: str
    receipt: str
    stage: Annotated[
        Code, Field(description="Whom it waits for: first (an officer), second (the head of the section), waiting (the citizen)")
    ]
    released_at: AwareDatetime


class TaskOverdue(Event):
    """Its promise is near (amber) or broken (red, the head of the section is asked to step in). Once each. Subject: the task id."""

    type: ClassVar[str] = "verification.task_overdue.v1"
    exchange: ClassVar[str] = "staff"

    task_id: str
    request_id: str
    receipt: str
    level: Annotated[Code, Field(description="amber or red; more may follow")]
    due_at: AwareDatetime
    noticed_at: AwareDatetime


class TaskOutcome(StrEnum):
    """How a task ended."""

    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"


class TaskClosed(Event):
    """The work is done; consoles take it off their lists. Subject: the task id."""

    type: ClassVar[str] = "verification.task_closed.v1"
    exchange: ClassVar[str] = "staff"

    task_id: str
    request_id: str
    receipt: str
    outcome: TaskOutcome
    closed_at: AwareDatetime
