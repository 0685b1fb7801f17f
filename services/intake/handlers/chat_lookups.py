"""What the dialogue leaves to be looked up in a contact's own requests: the number of a family card, documents that were sent."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from services.intake.domain.chat import Conversation, DialogueContext, Outcome, Say
from services.intake.domain.contacts import ChatContact
from services.intake.domain.documents import IssuedState
from services.intake.domain.drafting import kk_number_told
from services.intake.domain.filled_form import NIK
from services.intake.domain.requests import DocumentsAskedAgain, Request, RequestState
from services.intake.handlers.chat_filing import origin_of
from services.intake.ports import Tx
from shared.values import Channel

_LOOKED_AT: Final = 10  # requests, the latest first
_PROVEN: Final = frozenset({RequestState.APPROVED, RequestState.ISSUED, RequestState.DELIVERED, RequestState.UNDELIVERED})
"""States of a request whose numbers were held against the register."""
_SENT: Final = frozenset({RequestState.DELIVERED, RequestState.UNDELIVERED})


async def find_kk_number(tx: Tx, contact: ChatContact, conversation: Conversation, context: DialogueContext) -> Outcome:
    """Take the number of the family card from an approved request of the person whom the contact is linked to; else a person looks."""
    return kk_number_told(conversation, await _known(tx, contact, conversation, context.at), context)


async def send_again(tx: Tx, contact: ChatContact, at: datetime) -> Say:
    """Have the documents of the latest request that was answered in this chat sent once more; return what the person is told.

    They go to the contact that got them, or to the applicant, where the chat is linked to them: then also what could not be delivered. A
    chat that has another number by now gets nothing without a link.
    """
    link = contact.link_at(at)
    mine = await tx.chat_requests_of(link.nik, _LOOKED_AT) if link is not None else ()
    got = [each for each in await tx.latest_requests(contact.ids, _LOOKED_AT) if _was_told_here(each, contact)]
    for request in sorted({each.request_id: each for each in (*got, *mine)}.values(), key=lambda each: each.request_id, reverse=True):
        documents = tuple(document.document_id for document in request.issued if document.state is not IssuedState.REVOKED)
        if documents and request.state in _SENT:
            known = await tx.request(request.request_id)
            tx.emit(DocumentsAskedAgain(known.request_id, documents, origin_of(contact), at, is_proven=request in mine))
            return Say("resend_coming", {"receipt": known.receipt}, ("status",))
    return Say("resend_none", buttons=("status", "officer"))


def _was_told_here(request: Request, contact: ChatContact) -> bool:
    is_same = request.origin.channel is Channel.WHATSAPP and request.origin.address == contact.address
    return is_same and request.state is RequestState.DELIVERED


async def _known(tx: Tx, contact: ChatContact, conversation: Conversation, at: datetime) -> str | None:
    link, draft = contact.link_at(at), conversation.draft
    if link is None or draft is None or draft.answers.get(NIK) != link.nik:
        return None
    requests = await tx.latest_requests(contact.ids, _LOOKED_AT)
    found = (request.form.applicant for request in requests if request.state in _PROVEN)
    return next((person.kk_number for person in found if person.nik == link.nik and person.kk_number), None)
