"""The events that intake publishes: facts of the domain as wire contracts. The only place that names the contracts.

Parts whose fields have the same names on the wire (contact, attachments, court decision) are read from the domain's objects.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any, Final, assert_never

from services.intake.domain.assistance import ChatAttended, ChatWaits
from services.intake.domain.audiences import AudiencePage
from services.intake.domain.court import CourtDecision, CourtParty
from services.intake.domain.news import NewsConsentChanged
from services.intake.domain.published import AddressLost, BroadcastStatusesReceived, NumberQualityChanged, Published, StatusReceived
from services.intake.domain.requests import (
    DecisionRecorded,
    DocumentsAskedAgain,
    QuestionAnswered,
    ReplyComposed,
    RequestOrigin,
    RequestSubmitted,
)
from shared.contracts import intake as wire
from shared.contracts import intake_news as news
from shared.contracts.decisions import DECISIONS
from shared.contracts.envelope import Event
from shared.reference.catalogue import Catalogue
from shared.values import Channel

_TEXT_MAX: Final = 4096  # characters of one message of WhatsApp


def to_event(fact: Published, catalogue: Catalogue) -> Event:
    """Return the event of a fact."""
    match fact:
        case RequestSubmitted():
            return _request_submitted(fact, catalogue)
        case DecisionRecorded():
            return _decision_recorded(fact)
        case ReplyComposed():
            return wire.ReplyComposed(
                conversation_id=fact.conversation_id,
                request_id=fact.request_id,
                address_since=fact.address_since,
                personal=wire.ReplyComposedPersonal(
                    contact=fact.origin,
                    in_reply_to=fact.in_reply_to,
                    text=fact.text,
                    buttons=tuple(wire.ReplyButton(id=name, title=title) for name, title in fact.buttons),
                    rows=tuple(wire.ReplyRow(id=name, title=title, about=about) for name, title, about in fact.rows),
                    template=fact.template,
                ),
            )
        case QuestionAnswered() | DocumentsAskedAgain() | StatusReceived():
            return _told(fact)
        case ChatWaits() | ChatAttended() | AddressLost():
            return _chat(fact)
        case NewsConsentChanged() | AudiencePage() | NumberQualityChanged() | BroadcastStatusesReceived():
            return _news(fact)
        case _:
            assert_never(fact)


def _told(fact: QuestionAnswered | DocumentsAskedAgain | StatusReceived) -> Event:
    if isinstance(fact, DocumentsAskedAgain):
        return _documents_asked_again(fact)
    if isinstance(fact, StatusReceived):
        return _status(fact)
    return wire.QuestionAnswered(
        request_id=fact.request_id,
        case_id=fact.case_id,
        question_id=fact.question_id,
        answered_at=fact.at,
        personal=wire.QuestionAnsweredPersonal(text=fact.text[:_TEXT_MAX]),
    )


def _documents_asked_again(fact: DocumentsAskedAgain) -> wire.DocumentsAskedAgain:
    return wire.DocumentsAskedAgain(
        request_id=fact.request_id,
        document_ids=fact.document_ids,
        asked_at=fact.at,
        is_proven=fact.is_proven,
        personal=wire.DocumentsAskedAgainPersonal(contact=fact.origin),
    )


def _address_lost(fact: AddressLost) -> wire.AddressLost:
    return wire.AddressLost(
        contact_id=fact.contact_id,
        lost_at=fact.at,
        link_ids=fact.link_ids,
        personal=wire.AddressLostPersonal(address=fact.address),
    )


def _request_submitted(fact: RequestSubmitted, catalogue: Catalogue) -> wire.RequestSubmitted:
    request, form = fact.request, fact.request.form
    service = catalogue.get(request.service)
    return wire.RequestSubmitted(
        request_id=request.request_id,
        receipt=request.receipt,
        case_id=request.case_id,
        case_requests=request.case_requests,
        channel=request.origin.channel,
        service=request.service,
        products=request.products,
        form_version=form.form_version,
        round=request.round,
        submitted_at=request.submitted_at,
        began_at=request.began_at,
        promised_at=request.promised_at,
        outreach_source=request.outreach_source,
        attachments=form.attachments,
        vouching=request.vouching,
        repeats=request.repeats,
        personal=wire.RequestSubmittedPersonal(
            contact=_contact(request.origin),
            applicant=form.applicant,
            subject=form.subject(service),
            relation=form.relation,
            answers=service.form_kept(form.form_version).wire(form.answers),
            decision=_decision(fact.decision) if fact.decision is not None else None,
            sender_nik=request.vouching.nik if request.vouching else None,
        ),
    )


def _status(fact: StatusReceived) -> wire.MessageStatusReceived:
    return wire.MessageStatusReceived(
        status=fact.status,
        at=fact.at,
        callback_data=fact.callback_data,
        error_code=fact.error_code,
        personal=wire.MessageStatusReceivedPersonal(wamid=fact.wamid, error_details=fact.error_details),
    )


def _chat(fact: ChatWaits | ChatAttended | AddressLost) -> Event:
    if isinstance(fact, AddressLost):
        return _address_lost(fact)
    if isinstance(fact, ChatAttended):
        return wire.ChatAttended(conversation_id=fact.contact_id, attended_at=fact.at)
    return wire.ChatWaiting(
        conversation_id=fact.contact_id,
        reason=fact.reason.value,
        waiting_since=fact.since,
        answer_by=fact.answer_by,
        service=fact.service,
    )


def _news(fact: NewsConsentChanged | AudiencePage | NumberQualityChanged | BroadcastStatusesReceived) -> Event:
    if isinstance(fact, BroadcastStatusesReceived):
        return _broadcast_statuses(fact)
    if isinstance(fact, NumberQualityChanged):
        return news.NumberQualityChanged(webhook=fact.webhook, change=fact.change, limit=fact.limit, at=fact.at)
    if isinstance(fact, NewsConsentChanged):
        personal = news.NewsConsentPersonal(contact=fact.origin)
        return news.NewsConsentChanged(
            contact_id=fact.contact_id, aliases=fact.aliases, agreed=fact.agreed, how=fact.how.value, changed_at=fact.at, personal=personal
        )
    people = tuple(news.AudienceMember(contact_id=each.contact_id, contact=each.origin, village=each.village) for each in fact.people)
    return news.AudienceFound(
        broadcast_id=fact.broadcast_id,
        page=fact.page,
        pages=fact.pages,
        left_out=tuple(news.LeftOut(why=why, people=number) for why, number in sorted(fact.left_out.items())),
        found_at=fact.at,
        personal=news.AudienceFoundPersonal(members=people),
    )


def _broadcast_statuses(fact: BroadcastStatusesReceived) -> news.BroadcastStatusesReceived:
    found = tuple(
        news.BroadcastStatus(
            wamid=each.wamid,
            status=each.status,
            at=each.at,
            callback_data=each.callback_data or "",
            error_code=each.error_code,
            error_details=each.error_details,
        )
        for each in fact.statuses
    )
    return news.BroadcastStatusesReceived(personal=news.BroadcastStatusesReceivedPersonal(statuses=found))


def _contact(origin: RequestOrigin) -> RequestOrigin:
    """Return where the answer goes: to the phone that a registrar gave, as to any chat."""
    return replace(origin, channel=Channel.WHATSAPP) if origin.is_told_by_phone else origin


def _decision_recorded(fact: DecisionRecorded) -> wire.DecisionRecorded:
    return wire.DecisionRecorded(
        case_id=fact.case_id,
        kind=fact.decision.kind,
        final_on=fact.decision.final_on,
        recorded_at=fact.at,
        personal=wire.DecisionRecordedPersonal(contact=fact.origin, decision=_decision(fact.decision)),
    )


def _decision(decision: CourtDecision) -> dict[str, Any]:
    """Return what the court decided, valid by the model of its kind."""
    model = DECISIONS[decision.kind]
    own = {name: asdict(value) if isinstance(value, CourtParty) else value for name, value in decision.answers.items()}
    every = {name: getattr(decision, name) for name in ("court_code", "case_number", "kind", "decided_on", "final_on")}
    return model.model_validate(own | every, extra="ignore").model_dump(mode="json")
