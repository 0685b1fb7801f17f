"""What comes in over the broker: wire contract -> handler. One job per effect, whatever is delivered twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.notifier.domain import announcement, notice
from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.job import Progress
from services.notifier.domain.message import Button, Reply, ReplyRow, Template
from services.notifier.domain.news import NewsRecipient
from services.notifier.domain.officer_words import OfficerWords, answered_words, question_words, told_words
from services.notifier.domain.recipient import Recipient, lane_of, recipient
from services.notifier.handlers import announce as handlers
from services.notifier.handlers import broadcasts
from services.notifier.ports import Deps, EarlyStatus, Tx
from shared.contracts import intake, intake_news, issuance, parts, verification
from shared.messaging.delivery import AnyEventRoute, EventRoute, Meta
from shared.values import Channel, Contact

TurnedDown = verification.RequestReturned | verification.RequestRejected
Ended = issuance.DocumentSuperseded | issuance.DocumentRevoked | issuance.DocumentVoided
Spoken = verification.RequestAnswered | verification.CitizenTold | verification.CitizenAsked
About = intake.RequestSubmitted | TurnedDown | Spoken | issuance.DocumentIssued | issuance.CardReady | Ended


def routes(deps: Deps) -> tuple[AnyEventRoute[Tx], ...]:
    """Return every event that the notifier takes, with its handler."""
    return (*_chat(deps), *_requests(deps), *_documents(deps), *_broadcasts(deps))


def _chat(deps: Deps) -> tuple[AnyEventRoute[Tx], ...]:
    async def replied(tx: Tx, event: intake.ReplyComposed, meta: Meta) -> None:
        said, template = event.personal, event.personal.template
        contact = _recipient(said.contact).having_written(meta.occurred_at)
        wanted = notice.reply_jobs(
            _origin(meta),
            contact,
            request_id=event.request_id,
            said=Reply(
                said.text,
                tuple(Button(button.id, button.title) for button in said.buttons),
                tuple(ReplyRow(row.id, row.title, row.about) for row in said.rows),
            ),
            template=Template(template.name, template.language, template.parameters) if template is not None else None,
            texts=deps.texts,
            at=deps.clock(),
        )
        await handlers.lose_address(tx, lane_of(contact), event.address_since, at=deps.clock())
        await handlers.announce(tx, deps, contact, wanted)

    async def status(tx: Tx, event: intake.MessageStatusReceived, _: Meta) -> None:
        found = EarlyStatus(event.personal.wamid, Progress(event.status), event.at, event.error_code)
        await handlers.take_status(tx, deps, found, event.callback_data)

    async def address_lost(tx: Tx, event: intake.AddressLost, _: Meta) -> None:
        lane = lane_of(Recipient(Channel.WHATSAPP, event.personal.address))
        await handlers.lose_address(tx, lane, event.lost_at, at=deps.clock())

    return (
        EventRoute(intake.ReplyComposed, replied),
        EventRoute(intake.AddressLost, address_lost),
        EventRoute(intake.MessageStatusReceived, status, _prefetch_statuses),
    )


def _requests(deps: Deps) -> tuple[AnyEventRoute[Tx], ...]:
    async def submitted(tx: Tx, event: intake.RequestSubmitted, meta: Meta) -> None:
        contact = _recipient(event.personal.contact).having_written(event.submitted_at)
        job = notice.received_job(_origin(meta), contact, _about(event), submitted_at=event.submitted_at, at=deps.clock())
        await handlers.announce(tx, deps, contact, [job] if job else [])

    async def recorded(tx: Tx, event: intake.DecisionRecorded, meta: Meta) -> None:
        contact = _recipient(event.personal.contact)
        job = notice.recorded_job(_origin(meta), contact, event.case_id, recorded_at=event.recorded_at, at=deps.clock())
        await handlers.announce(tx, deps, contact, [job])

    async def returned(tx: Tx, event: verification.RequestReturned, meta: Meta) -> None:
        await turned_down(tx, event, meta, NoticeKind.RETURNED, event.returned_at)

    async def rejected(tx: Tx, event: verification.RequestRejected, meta: Meta) -> None:
        await turned_down(tx, event, meta, NoticeKind.REJECTED, event.rejected_at)

    async def turned_down(tx: Tx, event: TurnedDown, meta: Meta, kind: NoticeKind, at: datetime) -> None:
        contact = _recipient(event.personal.contact)
        reasons = tuple((reason.code, reason.field) for reason in event.reasons)
        why = announcement.TurnedDown(event.products, reasons, event.personal.note, at)
        job = notice.turned_down_job(_origin(meta), contact, _about(event), kind, why, texts=deps.texts, at=deps.clock())
        await handlers.announce(tx, deps, contact, [job])

    async def asked(tx: Tx, event: verification.CitizenAsked, meta: Meta) -> None:
        await spoken(tx, event, meta, question_words(event.question_id, event.personal.text))

    async def answered(tx: Tx, event: verification.RequestAnswered, meta: Meta) -> None:
        codes = [reason.code for reason in event.reasons]
        await spoken(tx, event, meta, answered_words(codes, event.personal.note, event.request_id, deps.texts))

    async def told(tx: Tx, event: verification.CitizenTold, meta: Meta) -> None:
        await spoken(tx, event, meta, told_words(event.personal.text, event.visit_on, event.visit_at, event.message_id, deps.texts))

    async def spoken(tx: Tx, event: Spoken, meta: Meta, words: OfficerWords) -> None:
        contact = _recipient(event.personal.contact)
        job = notice.words_job(_origin(meta), contact, _about(event), words, texts=deps.texts, at=deps.clock())
        await handlers.announce(tx, deps, contact, [job] if job else [])

    return (
        EventRoute(verification.RequestAnswered, answered),
        EventRoute(verification.CitizenTold, told),
        EventRoute(verification.CitizenAsked, asked),
        EventRoute(intake.RequestSubmitted, submitted),
        EventRoute(intake.DecisionRecorded, recorded),
        EventRoute(verification.RequestReturned, returned),
        EventRoute(verification.RequestRejected, rejected),
    )


def _documents(deps: Deps) -> tuple[AnyEventRoute[Tx], ...]:
    async def issued(tx: Tx, event: issuance.DocumentIssued, meta: Meta) -> None:
        contact = _recipient(event.personal.contact)
        job = notice.document_job(_origin(meta), contact, _about(event), _announced(event), texts=deps.texts, at=deps.clock())
        await handlers.announce(tx, deps, contact, [job])

    async def asked_again(tx: Tx, event: intake.DocumentsAskedAgain, meta: Meta) -> None:
        contact = _recipient(event.personal.contact).having_written(event.asked_at)
        sent = [await tx.find_job(notice.document_key(document_id)) for document_id in event.document_ids]
        found = [job for job in sent if job is not None]
        again = [notice.document_again_job(_origin(meta), contact, job, is_proven=event.is_proven, at=deps.clock()) for job in found]
        await handlers.announce(tx, deps, contact, [job for job in again if job is not None])

    async def superseded(tx: Tx, event: issuance.DocumentSuperseded, meta: Meta) -> None:
        await ended(tx, event, meta, _superseded(event))

    async def revoked(tx: Tx, event: issuance.DocumentRevoked, meta: Meta) -> None:
        await ended(tx, event, meta, _revoked(event))

    async def voided(tx: Tx, event: issuance.DocumentVoided, meta: Meta) -> None:
        await ended(tx, event, meta, _voided(event))

    async def ended(tx: Tx, event: Ended, meta: Meta, document: announcement.EndedDocument) -> None:
        contact = _recipient(event.personal.contact)
        jobs = notice.ended_jobs(_origin(meta), contact, _about(event), document, texts=deps.texts, at=deps.clock())
        await handlers.announce(tx, deps, contact, jobs)

    async def card_ready(tx: Tx, event: issuance.CardReady, meta: Meta) -> None:
        contact = _recipient(event.personal.contact)
        job = notice.card_ready_job(_origin(meta), contact, _about(event), _ready(event), texts=deps.texts, at=deps.clock())
        await handlers.announce(tx, deps, contact, [job])

    return (
        EventRoute(issuance.CardReady, card_ready),
        EventRoute(issuance.DocumentIssued, issued, _prefetch_documents),
        EventRoute(intake.DocumentsAskedAgain, asked_again),
        EventRoute(issuance.DocumentSuperseded, superseded),
        EventRoute(issuance.DocumentRevoked, revoked),
        EventRoute(issuance.DocumentVoided, voided),
    )


def _broadcasts(deps: Deps) -> tuple[AnyEventRoute[Tx], ...]:
    async def consent(tx: Tx, event: intake_news.NewsConsentChanged, _: Meta) -> None:
        said = event.personal.contact.address
        await broadcasts.note_consent(tx, (event.contact_id, *event.aliases), said, agreed=event.agreed, at=event.changed_at)

    async def audience(tx: Tx, event: intake_news.AudienceFound, _: Meta) -> None:
        people = tuple(_listed(event, member, deps.clock()) for member in event.personal.members)
        left_out = tuple((each.why, each.people) for each in event.left_out)
        await broadcasts.take_audience(tx, event.broadcast_id, event.page, event.pages, people, left_out)

    async def statuses(tx: Tx, event: intake_news.BroadcastStatusesReceived, _: Meta) -> None:
        for each in event.personal.statuses:
            found = EarlyStatus(each.wamid, Progress(each.status), each.at, each.error_code)
            await handlers.take_status(tx, deps, found, each.callback_data)

    async def quality(tx: Tx, event: intake_news.NumberQualityChanged, _: Meta) -> None:
        await broadcasts.note_quality(tx, deps, event.change, event.limit, event.at)

    return (
        EventRoute(intake_news.NewsConsentChanged, consent),
        EventRoute(intake_news.AudienceFound, audience),
        EventRoute(intake_news.NumberQualityChanged, quality),
        EventRoute(intake_news.BroadcastStatusesReceived, statuses, _prefetch_broadcast_statuses),
    )


def _listed(event: intake_news.AudienceFound, member: intake_news.AudienceMember, at: datetime) -> NewsRecipient:
    contact = member.contact
    return NewsRecipient(
        event.broadcast_id, member.contact_id, contact.address, contact.last_inbound_at or event.found_at, at, member.village
    )


async def _prefetch_documents(tx: Tx, events: Sequence[issuance.DocumentIssued]) -> None:
    await tx.prefetch_jobs(notice.document_key(event.document_id) for event in events)


async def _prefetch_statuses(tx: Tx, events: Sequence[intake.MessageStatusReceived]) -> None:
    await tx.prefetch_jobs(event.callback_data for event in events if event.callback_data)
    await tx.prefetch_jobs_by_provider_id(event.personal.wamid for event in events if not event.callback_data)


async def _prefetch_broadcast_statuses(tx: Tx, events: Sequence[intake_news.BroadcastStatusesReceived]) -> None:
    await tx.prefetch_jobs(each.callback_data for event in events for each in event.personal.statuses)


def _origin(meta: Meta) -> announcement.SourceEvent:
    return announcement.SourceEvent(meta.message_id, meta.occurred_at, meta.correlation_id, meta.traceparent)


def _recipient(contact: parts.Contact) -> Recipient:
    return recipient(Contact(**dict(contact)))


def _about(event: About) -> announcement.RequestSummary:
    return announcement.RequestSummary(event.request_id, event.receipt, event.case_id)


def _announced(event: issuance.DocumentIssued) -> announcement.AnnouncedDocument:
    return announcement.AnnouncedDocument(
        document_id=event.document_id,
        service=event.service,
        product=event.product,
        documents=event.documents,
        form=event.form,
        document_number=event.document_number,
        sha256=event.sha256,
        size_bytes=event.size_bytes,
        issued_at=event.issued_at,
        check_url=event.personal.check_url,
    )


def _ready(event: issuance.CardReady) -> announcement.ReadyCard:
    return announcement.ReadyCard(
        document_id=event.document_id,
        product=event.product,
        document_number=event.document_number,
        prints=event.prints,
        place=event.place,
        address=event.office_address,
        hours=event.hours,
        at=event.ready_at,
    )


def _superseded(event: issuance.DocumentSuperseded) -> announcement.EndedDocument:
    details = (("superseded_by", event.superseded_by), ("superseded_at", event.superseded_at))
    return announcement.EndedDocument(
        NoticeKind.SUPERSEDED,
        event.document_id,
        event.product,
        event.document_number,
        event.superseded_at,
        details,
        is_told=event.same_contact,
    )


def _revoked(event: issuance.DocumentRevoked) -> announcement.EndedDocument:
    details = (("authority", event.authority), ("reason", event.reason), ("revoked_at", event.revoked_at))
    return announcement.EndedDocument(
        NoticeKind.REVOKED, event.document_id, event.product, event.document_number, event.revoked_at, details, event.reason
    )


def _voided(event: issuance.DocumentVoided) -> announcement.EndedDocument:
    details = (("documents", event.documents), ("reason", event.reason), ("voided_at", event.voided_at))
    return announcement.EndedDocument(
        NoticeKind.VOIDED,
        event.document_id,
        event.product,
        event.document_number,
        event.voided_at,
        details,
        documents=event.documents,
    )
