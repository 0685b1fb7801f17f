"""Which document of this service an event is about: its events are numbered there."""

from __future__ import annotations

from services.intake.domain.assistance import ChatAttended, ChatWaits
from services.intake.domain.audiences import AudiencePage
from services.intake.domain.news import NewsConsentChanged
from services.intake.domain.published import AddressLost, BroadcastStatusesReceived, NumberQualityChanged, Published, StatusReceived
from services.intake.domain.requests import (
    DecisionRecorded,
    DocumentsAskedAgain,
    QuestionAnswered,
    ReplyComposed,
    Request,
    RequestSubmitted,
)
from services.intake.events import to_event
from services.intake.store.audiences import AUDIENCES
from services.intake.store.cases import CASES
from services.intake.store.contacts import CONTACTS
from services.intake.store.conversations import CONVERSATIONS
from services.intake.store.items import ITEMS
from services.intake.store.sent_messages import SENT_MESSAGES, sent_key
from shared.messaging.transaction.runner import UnitOfWork
from shared.mongo import DocumentMapping
from shared.reference.catalogue import Catalogue


def publish(work: UnitOfWork, fact: Published, requests: DocumentMapping[Request], catalogue: Catalogue) -> None:
    """Buffer the event of a fact, under the document that it is about. `requests`: how requests lie."""
    event = to_event(fact, catalogue)
    if isinstance(fact, RequestSubmitted):
        request = fact.request
        work.emit(requests, request.request_id, event, correlation_id=request.case_id or request.request_id)
    elif isinstance(fact, DecisionRecorded):
        work.emit(CASES, fact.case_id, event, correlation_id=fact.case_id)
    elif isinstance(fact, QuestionAnswered):
        work.emit(requests, fact.request_id, event, correlation_id=fact.case_id or fact.request_id)
    elif isinstance(fact, DocumentsAskedAgain):
        work.emit(requests, fact.request_id, event, correlation_id=fact.request_id)
    elif isinstance(fact, ReplyComposed):
        work.emit(CONVERSATIONS, fact.conversation_id, event, correlation_id=fact.request_id or fact.conversation_id)
    elif isinstance(fact, AddressLost | NewsConsentChanged):
        work.emit(CONTACTS, fact.contact_id, event, correlation_id=fact.contact_id)
    elif isinstance(fact, ChatWaits | ChatAttended):
        work.emit(CONVERSATIONS, fact.contact_id, event, correlation_id=fact.contact_id)
    elif isinstance(fact, AudiencePage):
        work.emit(AUDIENCES, fact.broadcast_id, event, correlation_id=fact.broadcast_id)
    else:
        _publish_told(work, fact, catalogue)


def _publish_told(work: UnitOfWork, fact: StatusReceived | BroadcastStatusesReceived | NumberQualityChanged, catalogue: Catalogue) -> None:
    """Buffer what the provider told of itself."""
    event = to_event(fact, catalogue)
    if isinstance(fact, StatusReceived):
        work.emit(SENT_MESSAGES, sent_key(fact.wamid), event)
    elif isinstance(fact, BroadcastStatusesReceived):
        work.emit(SENT_MESSAGES, sent_key(fact.statuses[0].wamid), event)
    else:
        work.emit(ITEMS, fact.item, event)
