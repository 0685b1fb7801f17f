"""One unit of work over intake's aggregates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.intake.domain.audiences import Audience
from services.intake.domain.chat import Conversation, OpenRequest
from services.intake.domain.chat_log import ChatEntry, ChatExchange
from services.intake.domain.clerk import CourtDraft
from services.intake.domain.contacts import ChatContact, ChatIdentity
from services.intake.domain.court import CourtDecision
from services.intake.domain.docket import Docket
from services.intake.domain.files import SeenFile
from services.intake.domain.published import Published
from services.intake.domain.register_state import RegisterState
from services.intake.domain.requests import Request, RequestState
from services.intake.domain.survey.counting import SurveyRemark, SurveyTally, VillageTally
from services.intake.domain.survey.invitations import SurveyInvitation
from services.intake.domain.village import VillageDraft
from services.intake.domain.visit_days import VisitDay
from services.intake.domain.word_book import WordBook
from services.intake.ports.outreach_part import OutreachPart
from services.intake.ports.webhook_log import ParkedItem, StoredItem
from shared.values import Attachment, Receipt


@dataclass(frozen=True, slots=True)
class CaseRequest:
    """The request of one party of a case."""

    party: str
    request_id: str
    receipt: str


@dataclass(frozen=True, slots=True)
class CourtCase:
    """One court decision and the requests that follow from it. `key` is the decision's normal form."""

    case_id: str
    key: str
    decision: CourtDecision
    fingerprint: str
    requests: tuple[CaseRequest, ...]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message of ours, known from its delivery statuses: `statuses` in the order of their arrival."""

    wamid: str
    statuses: tuple[str, ...] = ()


class Tx(OutreachPart, Protocol):
    """One unit of work over intake's aggregates."""

    async def item(self, key: str) -> StoredItem:
        """Return a stored item; NotFound where there is none."""

    async def prefetch_items(self, keys: Sequence[str]) -> None:
        """Read many in one query."""

    def finish_item(self, item: StoredItem, said: ChatExchange | None = None, *, forget: bool = False) -> None:
        """Mark an item handled, with what the log keeps of it; of two handlers at once, the second one's commit fails.

        `forget`: what it says is not kept, only that it came.
        """

    def park_item(self, item: StoredItem, reason: str, said: ChatExchange | None = None) -> None:
        """Park an item that can't be handled."""

    async def parked_item(self, stuck_id: str) -> ParkedItem:
        """Return a parked item; NotFound where there is none."""

    def renew_item(self, item: StoredItem) -> None:
        """Release a parked item to be handled again, at its own place in its chat."""

    def discard_item(self, item: StoredItem, note: str) -> None:
        """Discard a parked item; the note is stored with it."""

    async def prefetch_chats(self, identities: Sequence[ChatIdentity]) -> None:
        """Read contacts with their conversations and open requests, one query each."""

    async def contacts_of(self, identity: ChatIdentity) -> tuple[ChatContact, ...]:
        """Return the contacts with this phone or this BSUID: none, one, or two to be merged."""

    def add_contact(self, contact: ChatContact) -> None:
        """Store a new contact."""

    def save_contact(self, contact: ChatContact) -> None:
        """Store a changed contact."""

    async def conversation(self, contact_id: str) -> Conversation:
        """Return the chat of a contact; a fresh one where there is none yet."""

    def save_conversation(self, conversation: Conversation) -> None:
        """Store the chat."""

    async def open_requests(self, contact_ids: Sequence[str]) -> tuple[OpenRequest, ...]:
        """Return the open requests of these contacts."""

    async def latest_requests(self, contact_ids: Sequence[str], limit: int, state: RequestState | None = None) -> tuple[Request, ...]:
        """Return the newest requests of these contacts, the newest first; those in this state alone where one is given."""

    async def chat_requests_of(self, nik: str, limit: int) -> tuple[Request, ...]:
        """Return the latest requests whose applicant is this person and that are told by WhatsApp."""

    async def find_request_by_receipt(self, receipt: Receipt) -> Request | None:
        """Return a request by its receipt number."""

    async def seen_files(self, attachments: Sequence[Attachment]) -> tuple[SeenFile, ...]:
        """Return files of the latest requests that are, or look, the same as one of these."""

    async def request(self, request_id: str) -> Request:
        """Return a request; NotFound where there is none."""

    async def prefetch_requests(self, request_ids: Sequence[str]) -> None:
        """Read many in one query."""

    def add_request(self, request: Request) -> None:
        """Store a new request."""

    def save_request(self, request: Request) -> None:
        """Store a changed request."""

    async def docket(self, key: str) -> Docket:
        """Return the docket of a person; an empty one where there is none yet."""

    def save_docket(self, docket: Docket) -> None:
        """Store a docket that was read with `docket`; of two who write it at once, the second one's commit fails."""

    async def visit_day(self, key: str) -> VisitDay:
        """Return who comes on a day for a service; nobody where the day has no row yet."""

    async def prefetch_visit_days(self, keys: Sequence[str]) -> None:
        """Read several days in one query."""

    def save_visit_day(self, day: VisitDay) -> None:
        """Store a day that was read with `visit_day`; of two who write it at once, the second one's commit fails."""

    async def find_link_holder(self, link_id: str) -> ChatContact | None:
        """Return the contact that has, or had, this link."""

    async def contact(self, contact_id: str) -> ChatContact:
        """Return a contact by its id; NotFound where there is none."""

    async def find_contact(self, contact_id: str) -> ChatContact | None:
        """Return a contact by its id."""

    def add_audience(self, audience: Audience) -> None:
        """Store what a broadcast asks for."""

    async def audience(self, broadcast_id: str) -> Audience:
        """Return what a broadcast asked for; NotFound where there is none."""

    def save_audience(self, audience: Audience) -> None:
        """Store a changed one."""

    async def find_case(self, key: str) -> CourtCase | None:
        """Return the case of a decision, by the decision's key."""

    def add_case(self, case: CourtCase) -> None:
        """Store a new case."""

    def save_case(self, case: CourtCase) -> None:
        """Store a changed case that was read in this unit."""

    async def register_state(self) -> RegisterState:
        """Return whether the register is to be had, as verification told last."""

    def keep_register_state(self, state: RegisterState) -> None:
        """Keep what `register_state` returned, changed."""

    async def sent_message(self, wamid: str) -> SentMessage | None:
        """Return a message of ours; None before its first status."""

    async def prefetch_sent_messages(self, wamids: Sequence[str]) -> None:
        """Read many in one query."""

    def keep_sent_message(self, message: SentMessage) -> None:
        """Store a message of ours, new or changed."""

    async def village_draft(self, draft_id: str) -> VillageDraft:
        """Return what a registrar began; NotFound where there is none."""

    def add_village_draft(self, draft: VillageDraft) -> None:
        """Store what a registrar began."""

    def save_village_draft(self, draft: VillageDraft) -> None:
        """Store a changed one."""

    def remove_village_draft(self, draft: VillageDraft) -> None:
        """Remove one that was filed or dropped."""

    async def court_draft(self, draft_id: str) -> CourtDraft:
        """Return what a court's clerk began; NotFound where there is none."""

    def add_court_draft(self, draft: CourtDraft) -> None:
        """Store what a clerk began."""

    def save_court_draft(self, draft: CourtDraft) -> None:
        """Store a changed one; of two who write it at once, the second one's commit fails."""

    def remove_court_draft(self, draft: CourtDraft) -> None:
        """Remove one that was dropped."""

    async def case(self, case_id: str) -> CourtCase:
        """Return a case by its id; NotFound where there is none."""

    async def word_book(self) -> WordBook:
        """Return the words that the office added; an empty book where there is none yet."""

    def save_word_book(self, book: WordBook) -> None:
        """Store a book that was read with `word_book`; of two who write it at once, the second one's commit fails."""

    def add_entry(self, entry: ChatEntry) -> None:
        """Store what an officer did in a chat."""

    async def find_survey_invitation(self, request_id: str) -> SurveyInvitation | None:
        """Return the invitation of a request; None where nobody is asked about it."""

    async def find_survey_invitation_by(self, digest: str) -> SurveyInvitation | None:
        """Return the invitation of a link, by the digest of its token."""

    async def was_surveyed(self, contact_ids: Sequence[str], since: datetime) -> bool:
        """Return whether one of these contacts was asked since then."""

    def add_survey_invitation(self, invitation: SurveyInvitation) -> None:
        """Store a new invitation."""

    def save_survey_invitation(self, invitation: SurveyInvitation) -> None:
        """Store a changed one; of two who answer at once, the second one's commit fails."""

    async def survey_tally(self, month: str, service: str) -> SurveyTally:
        """Return the counts of a month and service; zeros where there are none yet."""

    def save_survey_tally(self, tally: SurveyTally) -> None:
        """Store counts that were read with `survey_tally`; of two who write them at once, the second one's commit fails."""

    async def village_tally(self, year: str, village: str) -> VillageTally:
        """Return the answers of a village in a year; zeros where there are none yet."""

    def save_village_tally(self, tally: VillageTally) -> None:
        """Store counts that were read with `village_tally`; of two who write them at once, the second one's commit fails."""

    def add_survey_remark(self, remark: SurveyRemark) -> None:
        """Store free words."""

    def on_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` right after the commit."""

    def emit(self, fact: Published) -> None:
        """Publish a fact as an event, with the same commit."""
