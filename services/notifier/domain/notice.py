"""Makes the job that reports an event: to whom, in which lane, in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from services.notifier.domain.announcement import (
    AnnouncedDocument,
    EndedDocument,
    ReadyCard,
    RequestSummary,
    SourceEvent,
    TurnedDown,
)
from services.notifier.domain.facts import CARD, SPEAKS_OF, NoticeKind
from services.notifier.domain.job import AGAIN, DOCUMENT_KEY, Job, JobState
from services.notifier.domain.message import DocumentFile, DocumentMessage, Message, RecordOnly, Reply, Template
from services.notifier.domain.new_job import about_data, callback_to, new_job, with_fallback
from services.notifier.domain.officer_words import OfficerWords
from services.notifier.domain.recipient import Recipient, lane_of
from services.notifier.domain.texts import NoticeTexts
from shared.values import Channel, file_stem

_CAPTION_MAX: Final = 1024  # Cloud API, document caption
_BUTTON_TEXT_MAX: Final = 1024  # Cloud API, body of an interactive message
_TEXT_MAX: Final = 4096  # Cloud API, text body


def reply_jobs(
    origin: SourceEvent,
    contact: Recipient,
    *,
    request_id: str | None,
    said: Reply,
    template: Template | None = None,
    texts: NoticeTexts,
    at: datetime,
) -> tuple[Job, ...]:
    """Return the jobs of an answer, or of the template in its place; a text too long for its buttons is two messages."""
    key = f"reply:{origin.message_id}"
    if template is not None:
        return (new_job(origin, contact, NoticeKind.REPLY, key, template, at=at, request_id=request_id),)
    text = said.text[:_TEXT_MAX]
    if said.rows or not said.buttons or len(text) <= _BUTTON_TEXT_MAX:
        message = replace(said, text=text, list_title=texts.choose_list if said.rows else "")
        return (_reply(new_job(origin, contact, NoticeKind.REPLY, key, message, at=at, request_id=request_id), texts),)
    first = _reply(new_job(origin, contact, NoticeKind.REPLY, key, Reply(text), at=at, request_id=request_id), texts)
    choice = Reply(texts.choose, said.buttons)
    return first, replace(first, key=f"{key}:buttons", order=f"{first.order}:buttons", message=choice, refs=(f"{key}:buttons", *first.refs))


def _reply(job: Job, texts: NoticeTexts) -> Job:
    return with_fallback(job, texts, str(NoticeKind.REPLY), {})


def received_job(origin: SourceEvent, contact: Recipient, about: RequestSummary, *, submitted_at: datetime, at: datetime) -> Job | None:
    """Return the job of a court's receipt, one per case; None for others: the dialogue answered citizens, HTTP adapters."""
    if contact.channel is not Channel.COURT:
        return None
    key = f"received:{about.case_id or about.request_id}"
    data = (("case_id", about.case_id), ("received_at", submitted_at))
    message = callback_to(contact, NoticeKind.RECEIVED, key, submitted_at, data)
    return new_job(origin, contact, NoticeKind.RECEIVED, key, message, at=at, about=about)


def recorded_job(origin: SourceEvent, contact: Recipient, case_id: str, *, recorded_at: datetime, at: datetime) -> Job:
    """Return the job that tells a court that its decision is kept, and that no document follows from it."""
    key = f"recorded:{case_id}"
    message = callback_to(contact, NoticeKind.RECORDED, key, recorded_at, (("case_id", case_id), ("recorded_at", recorded_at)))
    return new_job(origin, contact, NoticeKind.RECORDED, key, message, at=at)


def document_key(document_id: str) -> str:
    """Return the effect key of a document: it is delivered once."""
    return f"{DOCUMENT_KEY}{document_id}"


def document_job(
    origin: SourceEvent, contact: Recipient, about: RequestSummary, issued: AnnouncedDocument, *, texts: NoticeTexts, at: datetime
) -> Job:
    """Return the job that sends the document to the citizen, or its number and hash to the court."""
    key = document_key(issued.document_id)
    name = CARD if issued.form == CARD else str(NoticeKind.DOCUMENT)
    values = _document_values(about, issued, texts)
    file_name = f"{texts.file_names.get(issued.product, issued.product)}_{file_stem(issued.document_number)}.pdf"
    file = DocumentFile(issued.document_id, issued.sha256, file_name)
    message: Message
    match contact.channel:
        case Channel.WHATSAPP:
            message = DocumentMessage(file, texts.fill(name, **values)[:_CAPTION_MAX])
        case Channel.COURT:
            message = callback_to(contact, NoticeKind.DOCUMENT, key, issued.issued_at, _document_data(about, issued))
        case Channel.ADAPTER | Channel.DESK:
            message = RecordOnly()
    job = new_job(origin, contact, NoticeKind.DOCUMENT, key, message, at=at, about=about, refs=(issued.document_number, issued.document_id))
    return with_fallback(job, texts, name, values, file)


def document_again_job(origin: SourceEvent, contact: Recipient, sent: Job, *, is_proven: bool, at: datetime) -> Job | None:
    """Return the job that sends a document once more, to whom it was sent; None for anybody else, and while it is not sent yet.

    `is_proven`: the recipient is known to be the applicant, so that it goes to them wherever it went, or failed to go, before.
    """
    is_same = (sent.channel, sent.address) == (contact.channel, contact.address) and sent.state is JobState.DONE
    if sent.is_open or not (is_same or is_proven) or not isinstance(sent.message, DocumentMessage):
        return None
    return Job(
        key=f"{sent.key}{AGAIN}{origin.message_id}",
        channel=contact.channel,
        kind=sent.kind,
        lane=lane_of(contact),
        order=origin.message_id,
        address=contact.address,
        message=sent.message,
        created_at=at,
        next_at=at,
        correlation_id=origin.correlation_id,
        causation_id=origin.message_id,
        traceparent=origin.traceparent,
        request_id=sent.request_id,
        refs=sent.refs,
        fallback=sent.fallback,
        known_at=contact.last_inbound_at,
    )


def _document_values(about: RequestSummary, issued: AnnouncedDocument, texts: NoticeTexts) -> dict[str, str]:
    """What a document's text speaks of. The first one of several says how many come; the last words stand under the first alone too."""
    first = issued.documents == 1 or texts.is_first(issued.service, issued.document_id.removeprefix(f"{about.request_id}."))
    opening = texts.opening.format(receipt=about.receipt, count=issued.documents) if first and issued.documents > 1 else ""
    return {
        "product": texts.document(issued.product),
        "receipt": about.receipt,
        "document_number": issued.document_number,
        "check_url": issued.check_url,
        "opening": opening,
        "closing": texts.closing if first else "",
    }


def _document_data(about: RequestSummary, issued: AnnouncedDocument) -> tuple[tuple[str, object], ...]:
    return (
        *about_data(about),
        ("product", issued.product),
        ("form", issued.form),
        ("documents", issued.documents),
        ("document_id", issued.document_id),
        ("document_number", issued.document_number),
        ("sha256", issued.sha256),
        ("size_bytes", issued.size_bytes),
        ("issued_at", issued.issued_at),
        ("check_url", issued.check_url),
    )


def ended_jobs(
    origin: SourceEvent, contact: Recipient, about: RequestSummary, ended: EndedDocument, *, texts: NoticeTexts, at: datetime
) -> tuple[Job, ...]:
    """Return the job that says how a document ended; none where the newer one says it to the same contact."""
    if ended.is_told:
        return ()
    kind = ended.kind
    key = f"{kind}:{ended.document_id}"
    values = {
        "product": texts.document(ended.product),
        "receipt": about.receipt,
        "document_number": ended.document_number,
        "reason": texts.revocation(ended.reason),
        "next": texts.after_void(alone=ended.documents == 1),
        "office": texts.office,
    }
    message: Message
    match contact.channel:
        case Channel.WHATSAPP:
            message = Reply(texts.fill(str(kind), **values)[:_TEXT_MAX])
        case Channel.COURT:
            document = (("product", ended.product), ("document_id", ended.document_id), ("document_number", ended.document_number))
            message = callback_to(contact, kind, key, ended.at, (*about_data(about), *document, *ended.details))
        case Channel.ADAPTER | Channel.DESK:
            message = RecordOnly()
    job = new_job(origin, contact, kind, key, message, at=at, about=about, refs=(ended.document_number, ended.document_id))
    return (with_fallback(job, texts, str(kind), values),)


def card_ready_job(
    origin: SourceEvent, contact: Recipient, about: RequestSummary, card: ReadyCard, *, texts: NoticeTexts, at: datetime
) -> Job:
    """Return the job that says where and when a card can be fetched; one that was spoiled is told anew when it is ready again."""
    kind, key = NoticeKind.CARD_READY, f"{NoticeKind.CARD_READY}:{card.document_id}:{card.prints}"
    values = {
        "product": texts.product_names([card.product]),
        "receipt": about.receipt,
        "document_number": card.document_number,
        "place": card.place,
        "address": card.address,
        "hours": card.hours,
    }
    message: Message
    match contact.channel:
        case Channel.WHATSAPP:
            message = Reply(texts.fill(str(kind), **values)[:_TEXT_MAX])
        case Channel.COURT:
            document = (("product", card.product), ("document_id", card.document_id), ("document_number", card.document_number))
            where = (("place", card.place), ("address", card.address), ("hours", card.hours), ("ready_at", card.at))
            message = callback_to(contact, kind, key, card.at, (*about_data(about), *document, *where))
        case Channel.ADAPTER | Channel.DESK:
            message = RecordOnly()
    job = new_job(origin, contact, kind, key, message, at=at, about=about, refs=(card.document_number, card.document_id))
    return with_fallback(job, texts, str(kind), values)


def turned_down_job(
    origin: SourceEvent, contact: Recipient, about: RequestSummary, kind: NoticeKind, why: TurnedDown, *, texts: NoticeTexts, at: datetime
) -> Job:
    """Return the job that says what the citizen must mend, or why it ends here."""
    key = f"{kind}:{origin.message_id}"  # a request may be returned more than once: each time is an effect of its own
    codes = [code for code, _ in why.reasons]
    values = {
        "products": texts.product_names(why.products),
        "receipt": about.receipt,
        "reasons": texts.reason_list(codes),
        "note": texts.note_block(why.note),
        "office": texts.office,
    }
    rows = [{"code": code, "field": field, "text": texts.reason(code)} for code, field in why.reasons]
    message: Message
    match contact.channel:
        case Channel.WHATSAPP:
            message = Reply(texts.fill(str(kind), **values)[:_TEXT_MAX])
        case Channel.COURT:
            message = callback_to(
                contact, kind, key, why.at, (*about_data(about), ("products", why.products), ("reasons", rows), ("note", why.note))
            )
        case Channel.ADAPTER | Channel.DESK:
            message = RecordOnly()
    return with_fallback(new_job(origin, contact, kind, key, message, at=at, about=about), texts, str(kind), values)


def words_job(
    origin: SourceEvent, contact: Recipient, about: RequestSummary, words: OfficerWords, *, texts: NoticeTexts, at: datetime
) -> Job | None:
    """Return the job that brings what an officer wrote about a request; whoever is sent nothing reads it where the request stands.

    None: a question where there is no chat to answer in.
    """
    if contact.channel is not Channel.WHATSAPP and words.kind is NoticeKind.QUESTION:
        return None
    name = str(words.kind)
    values = {"receipt": about.receipt, "office": texts.office, **dict(words.values)}
    known = {field: value for field, value in values.items() if field in SPEAKS_OF[words.kind]}
    message: Message = Reply(texts.fill(name, **known)[:_TEXT_MAX]) if contact.channel is Channel.WHATSAPP else RecordOnly()
    return with_fallback(new_job(origin, contact, words.kind, words.key, message, at=at, about=about), texts, name, known)
