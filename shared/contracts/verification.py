"""What verification publishes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Contract, Event
from shared.contracts.parts import ChannelCode, Code, Contact, FamilyCard, NikText, ProductCode, Vouching


class Decider(StrEnum):
    """Who approved."""

    AUTOMATIC = "automatic"
    STAFF = "staff"


class Reason(Contract):
    """Why something is not approved. The text for people is the notifier's, by `code`."""

    code: Code
    field: Annotated[str | None, Field(description="The field or document it is about: nik, kk_number, attachments.ktp")] = None


class RequestApprovedPersonal(Contract):
    """Everything the document says."""

    contact: Contact
    holder_nik: Annotated[NikText, Field(description="Whose document it is")]
    card: Annotated[FamilyCard, Field(description="The family card to print; for ktp the card that holds the person")]


class RequestApproved(Event):
    """The office decided: the document may be made. Subject: the request id."""

    type: ClassVar[str] = "verification.request_approved.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake", "issuance")

    request_id: str
    receipt: str
    case_id: str | None = None
    channel: ChannelCode
    service: Code
    product: ProductCode
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
    product: ProductCode
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    personal: RequestTurnedDownPersonal


class RequestReturned(RequestTurnedDown):
    """The citizen can mend it: what is missing or unreadable. Subject: the request id."""

    type: ClassVar[str] = "verification.request_returned.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake", "notifier")

    returned_at: AwareDatetime
    officer_id: Annotated[str | None, Field(description="Who returned it; null: the rules alone")] = None
    link_granted: Annotated[
        bool, Field(description="The officer has compared a selfie: the sender's contact is now linked to the person of the request")
    ] = False


class RequestRejected(RequestTurnedDown):
    """It ends here: another office's, or what the law refuses. Subject: the request id."""

    type: ClassVar[str] = "verification.request_rejected.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake", "notifier")

    rejected_at: AwareDatetime


class TaskOpened(Event):
    """Work for a person is waiting: the work is a document of verification, this only announces it. Subject: the task id."""

    type: ClassVar[str] = "verification.task_opened.v1"
    exchange: ClassVar[str] = "staff"

    task_id: str
    request_id: str
    receipt: str
    channel: ChannelCode
    service: Code
    product: ProductCode
    reasons: tuple[Reason, ...] = ()
    opened_at: AwareDatetime
    due_at: AwareDatetime | None = None


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
