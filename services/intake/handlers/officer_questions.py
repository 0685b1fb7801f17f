"""What officers ask and promise while a request is in review: put into the sender's chat, answered, told on demand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from services.intake.domain.chat import AskedQuestion, OfficerAnswered, Say
from services.intake.domain.promise import promise_moved
from services.intake.domain.requests import QuestionAnswered
from services.intake.ports import Tx

_WINDOW: Final = timedelta(hours=24)  # after a person's message in which WhatsApp lets us write in our own words


async def note_question(tx: Tx, request_id: str, question_id: str, text: str, at: datetime) -> None:
    """Put an officer's question into the sender's chat, whose next text is the answer; nothing for a court or an adapter.

    Raises:
        NotFound: `requests_not_found`.
    """
    request = await tx.request(request_id)
    if request.origin.contact_id is None or not request.is_in_review:
        return
    contact = await tx.contact(request.origin.contact_id)
    if contact.merged_into is not None:
        contact = await tx.contact(contact.merged_into)
    conversation = await tx.conversation(contact.contact_id)
    last = conversation.touched_at
    question = AskedQuestion(question_id, request_id, request.receipt, text, is_shown=last is not None and last > at - _WINDOW)
    tx.save_conversation(replace(conversation, asked=question))


async def pass_on(tx: Tx, answered: OfficerAnswered, at: datetime) -> Say:
    """Publish an answer to an officer's question; return what the person is told."""
    question = answered.question
    request = await tx.request(question.request_id)
    if not request.is_in_review:
        return Say("officer_answered_late", {"receipt": question.receipt}, ("status", "menu"))
    tx.emit(QuestionAnswered(request.request_id, request.case_id, question.question_id, answered.text, at))
    return Say("officer_answered", {"receipt": question.receipt}, ("status",))


async def note_promise(tx: Tx, request_id: str, promised_at: datetime) -> None:
    """Record that the office will be later than it promised: who asks how the request stands is told the new time.

    Raises:
        NotFound: `requests_not_found`.
    """
    request = await tx.request(request_id)
    moved = promise_moved(request, promised_at)
    if moved is not request:
        tx.save_request(moved)
