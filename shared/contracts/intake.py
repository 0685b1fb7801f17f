"""What intake publishes."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, Field, JsonValue

from shared.contracts.envelope import Contract, Event
from shared.contracts.parts import Attachment, ChannelCode, Code, Contact, NikText, Person, ProductCode, Vouching


class RequestSubmittedPersonal(Contract):
    """Who asks, about whom, what they answered, and where the answer goes."""

    contact: Contact
    applicant: Annotated[Person, Field(description="Who asks; of a court decision the party whose documents these are")]
    subject: Annotated[Person | None, Field(description="Whom the documents are about; null: the applicant, or their family")] = None
    relation: Annotated[Code | None, Field(description="What the applicant is to the subject, by the service's code list")] = None
    answers: Annotated[
        dict[Code, JsonValue],
        Field(default_factory=dict, description="The form's fields without its documents, each in the wire form of its type"),
    ]
    decision: Annotated[
        dict[str, Any] | None, Field(description="What the court decided, valid by `shared.contracts.decisions.DECISIONS[kind]`")
    ] = None
    sender_nik: Annotated[NikText | None, Field(description="Whose contact the sender is proven to have; only where a link vouches")] = None


class RequestSubmitted(Event):
    """A complete request is in: stored, with a receipt, and the citizen or court has been answered. Subject: the request id.

    Comes again, whole, when a returned request was mended: the same id and receipt, the next `round` and sequence.
    """

    type: ClassVar[str] = "intake.request_submitted.v1"
    consumers: ClassVar[tuple[str, ...]] = ("verification", "notifier")

    request_id: str
    receipt: str
    case_id: Annotated[str | None, Field(description="Court: one case over several requests")] = None
    case_requests: Annotated[
        tuple[str, ...], Field(description="Court: ids of all requests of the case at this office; they are judged as one")
    ] = ()
    channel: ChannelCode
    service: Annotated[Code, Field(description="Code of the catalogue: kk_hilang, akta_lahir, cerai")]
    products: Annotated[tuple[ProductCode, ...], Field(min_length=1, description="What is asked for; what is made, approval says")]
    form_version: Annotated[int, Field(ge=1, description="Version of the service's form that the answers were taken with")] = 1
    round: Annotated[int, Field(ge=1, description="1, then one more each time it was mended")] = 1
    submitted_at: AwareDatetime
    began_at: Annotated[
        AwareDatetime | None,
        Field(description="Of the sender's first message about it, which is its place in the queue; null: submitted_at"),
    ] = None
    promised_at: Annotated[AwareDatetime | None, Field(description="The time told to the citizen")] = None
    outreach_source: Annotated[str | None, Field(description="wa.me link or QR code that brought the person")] = None
    attachments: tuple[Attachment, ...] = ()
    vouching: Annotated[Vouching | None, Field(description="Who stands for the sender; null: nobody, the identity is unproven")] = None
    repeats: Annotated[
        str | None, Field(description="Id of the request for the same service and person that ended a short time ago, where there is one")
    ] = None
    personal: RequestSubmittedPersonal


class DecisionRecordedPersonal(Contract):
    """Which court, and what it decided."""

    contact: Contact
    decision: Annotated[dict[str, Any], Field(description="Valid by `shared.contracts.decisions.DECISIONS[kind]`")]


class DecisionRecorded(Event):
    """A court decided something of which no document follows: it is kept, for those who may rely on it. Subject: the case id."""

    type: ClassVar[str] = "intake.decision_recorded.v1"
    consumers: ClassVar[tuple[str, ...]] = ("verification", "notifier")

    case_id: str
    kind: Annotated[Code, Field(description="perwalian, dispensasi_kawin, wali_adhal, izin_poligami; more may follow")]
    final_on: date
    recorded_at: AwareDatetime
    personal: DecisionRecordedPersonal


class QuestionAnsweredPersonal(Contract):
    """What the citizen wrote."""

    text: Annotated[str, Field(min_length=1, max_length=4096)]


class QuestionAnswered(Event):
    """The citizen answered an officer's question in the chat. Subject: the request id."""

    type: ClassVar[str] = "intake.question_answered.v1"
    consumers: ClassVar[tuple[str, ...]] = ("verification",)

    request_id: str
    case_id: str | None = None
    question_id: str
    answered_at: AwareDatetime
    personal: QuestionAnsweredPersonal


class DocumentsAskedAgainPersonal(Contract):
    """Who asks."""

    contact: Contact


class DocumentsAskedAgain(Event):
    """A citizen lost documents that the chat had sent them, and asks for them again. Subject: the request id.

    They go only to the contact that got them: the notifier compares. Or to whoever is proven to be the applicant.
    """

    type: ClassVar[str] = "intake.documents_asked_again.v1"
    consumers: ClassVar[tuple[str, ...]] = ("notifier",)

    request_id: str
    document_ids: Annotated[tuple[str, ...], Field(min_length=1, description="Documents that were issued and are not revoked")]
    asked_at: AwareDatetime
    is_proven: Annotated[bool, Field(description="The contact is linked to the applicant: it gets them, whoever got them before")] = False
    personal: DocumentsAskedAgainPersonal


class AddressLostPersonal(Contract):
    """Which address."""

    address: Annotated[str, Field(min_length=1, max_length=200, description="The phone number that is not this contact's any more")]


class AddressLost(Event):
    """A contact lost its number: another account has it now, or its own account moved away. Subject: the id of the contact.

    What was asked from there before is never told there again (`contact.last_inbound_at` of a request lies before `lost_at`), and the links
    that ended with it vouch for nothing that is not decided. May come again, and before or after the requests that it is about.
    """

    type: ClassVar[str] = "intake.address_lost.v1"
    consumers: ClassVar[tuple[str, ...]] = ("verification", "notifier")

    contact_id: str
    lost_at: Annotated[AwareDatetime, Field(description="When intake heard of it")]
    link_ids: Annotated[tuple[str, ...], Field(description="Links between the contact and a person that ended with it")] = ()
    personal: AddressLostPersonal


class ReplyButton(Contract):
    """A reply button of WhatsApp."""

    id: Annotated[str, Field(max_length=256)]
    title: Annotated[str, Field(max_length=20)]


class ReplyTemplate(Contract):
    """A message that Meta has approved, with what fills its places."""

    name: Annotated[str, Field(max_length=512)]
    language: Annotated[str, Field(max_length=10)]
    parameters: tuple[str, ...] = ()


class ReplyRow(Contract):
    """A row of a list that the person chooses from."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(min_length=1, max_length=24)]
    about: Annotated[str, Field(max_length=72)] = ""


class ReplyComposedPersonal(Contract):
    """To whom and what."""

    contact: Contact
    in_reply_to: Annotated[
        str | None, Field(description="wamid of the message that is answered, with the sender's number inside; null: of an officer")
    ] = None
    text: Annotated[str, Field(min_length=1, max_length=4096)]
    buttons: Annotated[tuple[ReplyButton, ...], Field(max_length=3)] = ()
    rows: Annotated[tuple[ReplyRow, ...], Field(max_length=10, description="A list to choose from, in place of the buttons")] = ()
    template: Annotated[ReplyTemplate | None, Field(description="Goes instead of the text, which says what it reads like")] = None


class ReplyComposed(Event):
    """The dialogue answered a message, or an officer wrote. Subject: the conversation id, so that the sequence is the order of the chat."""

    type: ClassVar[str] = "intake.reply_composed.v1"
    consumers: ClassVar[tuple[str, ...]] = ("notifier",)

    conversation_id: str
    request_id: str | None = None
    address_since: Annotated[
        AwareDatetime | None,
        Field(description="Since when the number is this contact's, where another had it before: as `intake.address_lost.v1` says, too"),
    ] = None
    personal: ReplyComposedPersonal


class ChatWaiting(Event):
    """Somebody waits for a person in a chat: it stands in the desk's list, this only announces it. Subject: the conversation id.

    Comes again where an officer was promised anew to somebody who still waits.
    """

    type: ClassVar[str] = "intake.chat_waiting.v1"
    exchange: ClassVar[str] = "staff"

    conversation_id: str
    reason: Annotated[Code, Field(description="Why: asked, not_understood, answered, complained, trouble; more may follow")]
    waiting_since: Annotated[AwareDatetime, Field(description="The place in the queue: the earliest is next")]
    answer_by: Annotated[AwareDatetime | None, Field(description="By when the person was told that an officer answers")] = None
    service: Annotated[Code | None, Field(description="Code of the service whose form is open in the chat")] = None


class ChatAttended(Event):
    """Nobody waits in a chat any more: an officer answered, gave it back, or blocked the sender. Subject: the conversation id."""

    type: ClassVar[str] = "intake.chat_attended.v1"
    exchange: ClassVar[str] = "staff"

    conversation_id: str
    attended_at: AwareDatetime


class DeliveryStatus(StrEnum):
    """How far a WhatsApp message came, by the provider's webhook."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class MessageStatusReceivedPersonal(Contract):
    """Which message. A wamid has the recipient's number inside; what the provider writes may quote it."""

    wamid: Annotated[str, Field(min_length=1, max_length=255)]
    error_details: Annotated[str | None, Field(description="The provider's `error_data.details`, cut", max_length=500)] = None


class MessageStatusReceived(Event):
    """The provider told how far a message of ours came. Subject: SHA-256 of the wamid. May repeat, and come in any order."""

    type: ClassVar[str] = "intake.message_status_received.v1"
    consumers: ClassVar[tuple[str, ...]] = ("notifier",)

    status: DeliveryStatus
    at: AwareDatetime
    callback_data: Annotated[str | None, Field(description="Our own biz_opaque_callback_data: the effect key", max_length=512)] = None
    error_code: int | None = None
    personal: MessageStatusReceivedPersonal
