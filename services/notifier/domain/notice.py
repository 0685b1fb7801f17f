"""Makes the job that reports an event: to whom, in which lane, in which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.job import Job
from services.notifier.domain.message import Button, CourtCallback, DocumentFile, DocumentMessage, Message, RecordOnly, Reply, Template
from services.notifier.domain.texts import NoticeTexts
from shared.errors import DomainError
from shared.values import Channel, Contact

_CAPTION_MAX: Final = 1024  # Cloud API, document caption
_BUTTON_TEXT_MAX: Final = 1024  # Cloud API, body of an interactive message
_TEXT_MAX: Final = 4096  # Cloud API, text body
_CALLBACK_TYPES: Final = {
    NoticeKind.RECEIVED: "decision.received",
    NoticeKind.DOCUMENT: "document.issued",
    NoticeKind.RETURNED: "request.returned",
    NoticeKind.REJECTED: "request.rejected",
}


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """The message that caused a notice."""

    message_id: str
    occurred_at: datetime
    correlation_id: str
    traceparent: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """The recipient of a notice. WhatsApp: wa_id or BSUID; court: court code; adapter: name of its client."""

    channel: Channel
    address: str
    reference: str | None = None
    last_inbound_at: datetime | None = None

    def having_written(self, at: datetime) -> Recipient:
        """Return the recipient as having written at that time, which opens the 24-hour window, where nothing better is known."""
        return self if self.last_inbound_at is not None else replace(self, last_inbound_at=at)


def recipient(contact: Contact) -> Recipient:
    """Return the recipient that an event's contact names.

    Raises:
        DomainError: `channel_unknown`: we have no way to send there.
    """
    try:
        channel = Channel(contact.channel)
    except ValueError:
        raise DomainError("channel_unknown", contact.channel) from None
    return Recipient(channel, contact.address, contact.reference, contact.last_inbound_at)


@dataclass(frozen=True, slots=True)
class RequestSummary:
    """The request that a notice is about."""

    request_id: str
    receipt: str
    case_id: str | None
    product: str


@dataclass(frozen=True, slots=True)
class AnnouncedDocument:
    """A document, as issuance announced it."""

    document_id: str
    document_number: str
    sha256: str
    size_bytes: int
    issued_at: datetime
    check_url: str


@dataclass(frozen=True, slots=True)
class TurnedDown:
    """The reasons against a request: codes with the field each is about, and the officer's own words."""

    reasons: tuple[tuple[str, str | None], ...]
    note: str | None
    at: datetime


def lane_of(contact: Recipient, case_id: str | None = None) -> str:
    """Return the lane: one for all messages to a person, one for all callbacks about a case, so that a bad case never blocks others."""
    rest = "" if contact.channel is Channel.WHATSAPP else f":{case_id or contact.reference or ''}"
    return f"{contact.channel}:{contact.address}{rest}"


def channel_of(lane: str) -> str:
    """Return the channel of a lane."""
    return lane.partition(":")[0]


def reply_jobs(
    origin: SourceEvent,
    contact: Recipient,
    *,
    request_id: str | None,
    text: str,
    buttons: Sequence[Button],
    texts: NoticeTexts,
    at: datetime,
) -> tuple[Job, ...]:
    """Return the jobs of the dialogue's answer. A long text with buttons is two messages: with buttons it may have 1,024 characters."""
    key = f"reply:{origin.message_id}"
    if not buttons or len(text) <= _BUTTON_TEXT_MAX:
        message = Reply(text[:_TEXT_MAX], tuple(buttons))
        return (_job(origin, contact, NoticeKind.REPLY, key, message, at=at, request_id=request_id, texts=texts),)
    first = _job(origin, contact, NoticeKind.REPLY, key, Reply(text[:_TEXT_MAX]), at=at, request_id=request_id, texts=texts)
    choice = Reply(texts.choose, tuple(buttons))
    return first, replace(first, key=f"{key}:buttons", order=f"{first.order}:buttons", message=choice, refs=(f"{key}:buttons", *first.refs))


def received_job(
    origin: SourceEvent, contact: Recipient, about: RequestSummary, *, submitted_at: datetime, texts: NoticeTexts, at: datetime
) -> Job | None:
    """Return the job of a court's receipt, one per case; None for others: the dialogue answered citizens, HTTP adapters."""
    if contact.channel is not Channel.COURT:
        return None
    key = f"received:{about.case_id or about.request_id}"
    data = (("case_id", about.case_id), ("received_at", submitted_at))
    message = _callback(contact, NoticeKind.RECEIVED, key, submitted_at, data)
    return _job(origin, contact, NoticeKind.RECEIVED, key, message, at=at, about=about, texts=texts)


def document_key(document_id: str) -> str:
    """Return the effect key of a document: it is delivered once."""
    return f"document:{document_id}"


def document_job(
    origin: SourceEvent, contact: Recipient, about: RequestSummary, issued: AnnouncedDocument, *, texts: NoticeTexts, at: datetime
) -> Job:
    """Return the job that sends the document to the citizen, or its number and hash to the court."""
    key = document_key(issued.document_id)
    values = {
        "product": texts.product(about.product),
        "receipt": about.receipt,
        "document_number": issued.document_number,
        "check_url": issued.check_url,
    }
    file = DocumentFile(
        issued.document_id, issued.sha256, f"{texts.file_names.get(about.product, about.product)}_{issued.document_number}.pdf"
    )
    data = (
        *_about_data(about),
        ("document_id", issued.document_id),
        ("document_number", issued.document_number),
        ("sha256", issued.sha256),
        ("size_bytes", issued.size_bytes),
        ("issued_at", issued.issued_at),
        ("check_url", issued.check_url),
    )
    message: Message
    match contact.channel:
        case Channel.WHATSAPP:
            message = DocumentMessage(file, texts.fill("document", **values)[:_CAPTION_MAX])
        case Channel.COURT:
            message = _callback(contact, NoticeKind.DOCUMENT, key, issued.issued_at, data)
        case Channel.ADAPTER:
            message = RecordOnly()
    refs = (issued.document_number, issued.document_id)
    return _job(origin, contact, NoticeKind.DOCUMENT, key, message, at=at, about=about, texts=texts, values=values, file=file, refs=refs)


def turned_down_job(
    origin: SourceEvent, contact: Recipient, about: RequestSummary, kind: NoticeKind, why: TurnedDown, *, texts: NoticeTexts, at: datetime
) -> Job:
    """Return the job that says what the citizen must mend, or why it ends here."""
    key = f"{kind}:{origin.message_id}"  # a request may be returned more than once: each time is an effect of its own
    codes = [code for code, _ in why.reasons]
    values = {
        "product": texts.product(about.product),
        "receipt": about.receipt,
        "reasons": texts.reason_list(codes),
        "note": texts.note_block(why.note),
    }
    rows = [{"code": code, "field": field, "text": texts.reason(code)} for code, field in why.reasons]
    message: Message
    match contact.channel:
        case Channel.WHATSAPP:
            message = Reply(texts.fill(str(kind), **values)[:_TEXT_MAX])
        case Channel.COURT:
            message = _callback(contact, kind, key, why.at, (*_about_data(about), ("reasons", rows), ("note", why.note)))
        case Channel.ADAPTER:
            message = RecordOnly()
    return _job(origin, contact, kind, key, message, at=at, about=about, texts=texts, values=values)


def _about_data(about: RequestSummary) -> tuple[tuple[str, object], ...]:
    return (("case_id", about.case_id), ("request_id", about.request_id), ("receipt", about.receipt), ("product", about.product))


def _callback(contact: Recipient, kind: NoticeKind, key: str, occurred_at: datetime, data: Sequence[tuple[str, object]]) -> CourtCallback:
    return CourtCallback(contact.address, key, _CALLBACK_TYPES[kind], occurred_at, (("reference", contact.reference), *data))


def _job(  # noqa: PLR0913 - everything a job begins with
    origin: SourceEvent,
    contact: Recipient,
    kind: NoticeKind,
    key: str,
    message: Message,
    *,
    at: datetime,
    texts: NoticeTexts,
    about: RequestSummary | None = None,
    request_id: str | None = None,
    values: dict[str, str] | None = None,
    file: DocumentFile | None = None,
    refs: tuple[str, ...] = (),
) -> Job:
    fallback = None
    if contact.channel is Channel.WHATSAPP:
        wording = texts.wordings[str(kind)]
        fallback = Template(wording.template, wording.language, texts.parameters(str(kind), **(values or {})), file)
    known = (key, about.request_id, about.receipt, about.case_id, contact.reference) if about else (key, request_id)
    return Job(
        key=key,
        channel=contact.channel,
        kind=kind,
        lane=lane_of(contact, about.case_id if about else None),
        order=origin.message_id,
        address=contact.address,
        message=message,
        created_at=at,
        next_at=at,
        correlation_id=origin.correlation_id,
        causation_id=origin.message_id,
        traceparent=origin.traceparent,
        request_id=about.request_id if about else request_id,
        refs=tuple(dict.fromkeys(ref for ref in (*known, *refs) if ref)),
        fallback=fallback,
    )
