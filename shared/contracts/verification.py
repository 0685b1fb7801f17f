"""What verification publishes."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, Field

from shared.contracts.contents import ContentType
from shared.contracts.envelope import Contract, Event
from shared.contracts.parts import ChannelCode, Code, Contact, DocumentKey, KkText, NikText, ProductCode, Vouching
from shared.contracts.parts import Reason as Reason


class Decider(StrEnum):
    """Who approved."""

    AUTOMATIC = "automatic"
    STAFF = "staff"


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
    annulled_by: Annotated[
        Code | None,
        Field(description="Who ordered that what it replaces is void: head_of_office, court; its documents are revoked. null: superseded"),
    ] = None


class RequestApprovedPersonal(Contract):
    """Everything that the documents say."""

    contact: Contact
    documents: Annotated[tuple[DocumentOrder, ...], Field(min_length=1)]
    residence: Annotated[
        str | None, Field(description="Code of the applicant's village by the register, ten digits: people served are counted by it")
    ] = None


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


class OfficerNotePersonal(Contract):
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
    personal: OfficerNotePersonal


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


class RequestAnswered(Event):
    """It ends here, with an officer's answer in words and no document: a ticket, an appointment. Subject: the request id."""

    type: ClassVar[str] = "verification.request_answered.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake", "notifier")

    request_id: str
    receipt: str
    case_id: str | None = None
    channel: ChannelCode
    service: Code
    products: tuple[ProductCode, ...]
    reasons: Annotated[tuple[Reason, ...], Field(description="What was found, by the list of reasons; the sentences go by the codes")] = ()
    answered_at: AwareDatetime
    officer_id: str | None = None
    link_granted: Annotated[
        bool, Field(description="The officer has compared a selfie: the sender's contact is now linked to the person of the request")
    ] = False
    personal: OfficerNotePersonal


class CitizenToldPersonal(Contract):
    """Whom, and what."""

    contact: Contact
    text: Annotated[str, Field(min_length=1, max_length=1000, description="The officer's words")]


class CitizenTold(Event):
    """An officer tells who sent a request how it stands, or on which day they meet; it stays in review. Subject: the request id."""

    type: ClassVar[str] = "verification.citizen_told.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake", "notifier")

    request_id: str
    receipt: str
    case_id: str | None = None
    channel: ChannelCode
    service: Code
    message_id: Annotated[str, Field(description="Of this message: it is told once")]
    told_at: AwareDatetime
    visit_on: Annotated[date | None, Field(description="The day on which they meet; a later message may name another")] = None
    visit_at: Annotated[Code | None, Field(description="Where: home, office; more may follow")] = None
    promised_at: Annotated[AwareDatetime | None, Field(description="What is promised from now on; null: as before")] = None
    personal: CitizenToldPersonal


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


class RegisterStateChanged(Event):
    """The register is not to be had, so that nothing is judged or approved and clocks stand; or it is again. Subject: `register`.

    The latest `changed_at` counts.
    """

    type: ClassVar[str] = "verification.register_state_changed.v1"
    consumers: ClassVar[tuple[str, ...]] = ("intake",)

    paused_since: Annotated[AwareDatetime | None, Field(description="Since when it is not; null: it is to be had")]
    changed_at: AwareDatetime


class PersonChange(Contract):
    """What became of one person of the register. Personal."""

    nik: NikText
    kk_number: Annotated[KkText | None, Field(description="The family that holds the person now; null: none, as after a death")] = None
    effect: Annotated[Code, Field(description="born, died, joined, left, changed, moved_out, moved_in, moved_abroad, came_back")]


class RegisterChangedPersonal(Contract):
    """Whose rows changed."""

    persons: tuple[PersonChange, ...]
    families: Annotated[tuple[KkText, ...], Field(description="Every family card that was made, changed or closed")]
    cardless: Annotated[
        tuple[NikText, ...], Field(description="Adults whose family card ended and who get no other one with it: somebody else asked")
    ] = ()


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
