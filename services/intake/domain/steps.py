"""The steps of the dialogue without a draft, and those that work in every stage. Pure; `conversation.py` says which step is used when."""

from __future__ import annotations

from dataclasses import replace

from services.intake.domain import asking
from services.intake.domain.asking import MAX_ROWS, explain, menu
from services.intake.domain.assistance import WaitingReason, promise
from services.intake.domain.chat import (
    Act,
    Conversation,
    DialogueContext,
    Draft,
    Fact,
    ListRow,
    MendAsked,
    OfficerAnswered,
    OfficerCalled,
    Outcome,
    ResendAsked,
    Say,
    StatusAsked,
    SurveyTapped,
)
from services.intake.domain.drafting import ask_next, cancel
from services.intake.domain.drafts import DRAFT_LIFETIME, current_question
from services.intake.domain.wishes import about_service, beside, offer
from services.intake.domain.words import Intent, Meaning

# Without a draft


def show_menu(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Show the menu of services."""
    return conversation, (menu("menu", context),)


def not_understood(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Say that the message was not understood, and offer the menu."""
    return conversation, (menu("not_understood", context),)


def unreadable(conversation: Conversation, act: Act, _context: DialogueContext) -> Outcome:
    """Say why a message that is neither text nor photo can't be used, and what can be done instead."""
    return conversation, (asking.unreadable(act),)


def file_without_draft(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Say that a file belongs to a request, and offer the menu."""
    return conversation, (menu("file_without_draft", context),)


def nothing_to_cancel(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Say that no request is begun; where one was sent, ask whether that is to be taken back."""
    return withdraw(conversation, act, context)


def no_more(conversation: Conversation, _act: Act, _context: DialogueContext) -> Outcome:
    """Take a no to what was offered."""
    return conversation, (Say("no_more", buttons=("menu", "status")),)


def nothing_to_confirm(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Say that no request is begun; or how it stands, where it was filed already."""
    if context.open_requests:  # the button was pressed twice
        return conversation, (StatusAsked(None),)
    return conversation, (menu("nothing_to_confirm", context),)


def pass_over(conversation: Conversation, _act: Act, _context: DialogueContext) -> Outcome:
    """Answer nothing."""
    return conversation, ()


def start(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Begin a draft and ask the first question; where the service was read out of somebody's own words, tell about it first."""
    if isinstance(act, Intent) and act.is_guess:
        return offer(conversation, act, context)
    service = act.service if isinstance(act, Intent) else ""
    form = context.menu.forms.get(service)
    if form is None:
        return _not_open(conversation, service, context)
    if context.is_at_limit:
        return conversation, (Say("limit_reached", buttons=("status", "menu")),)
    draft = Draft(service, context.at, form.version, outreach_source=context.outreach_source, needs_selfie=_needs_selfie(service, context))
    told = about_service(context.menu.catalogue.get(service), context.menu)
    begun = Say(f"{service}.start", told.values, otherwise=("start",))
    return ask_next(replace(conversation, draft=draft), context, (begun,))


def _needs_selfie(service: str, context: DialogueContext) -> bool:
    """Return whether who asks has to be compared with a KTP-el."""
    return not context.is_linked and context.menu.catalogue.get(service).proves_identity


def _not_open(conversation: Conversation, code: str, context: DialogueContext) -> Outcome:
    """Say that a service is not offered here, and where it is."""
    service = context.menu.catalogue.find(code)
    if service is None:
        return conversation, (menu("not_understood", context),)
    return conversation, (Say("service_not_open", about_service(service, context.menu).values, ("menu", "status")),)


def mend(conversation: Conversation, _act: Act, _context: DialogueContext) -> Outcome:
    """Ask for the returned request that is to be mended."""
    return conversation, (MendAsked(),)


def answer_officer(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Pass a text on as the answer to an officer's question.

    Where only a template was sent the question itself is on its way now that the person has written: the notifier kept it.
    """
    question, text = conversation.asked, act.text if isinstance(act, Intent) else ""
    if question is None:
        return not_understood(conversation, act, context)
    if not question.is_shown:
        return replace(conversation, asked=replace(question, is_shown=True)), (Say("officer_asks_now", {"receipt": question.receipt}),)
    if not text:
        return conversation, (Say("officer_asks", {"receipt": question.receipt, "question": question.text}),)
    return replace(conversation, asked=None), (OfficerAnswered(question, text),)


# In every stage


def status(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Ask for the state of a request, or say that the receipt number is wrong; a draft that is open goes on after it."""
    wrong = isinstance(act, Intent) and act.receipt_wrong
    told: Fact = Say("receipt_wrong") if wrong else StatusAsked(act.receipt if isinstance(act, Intent) else None)
    if conversation.draft is None:
        return conversation, (told,)
    moved, asked = ask_next(conversation, context)
    return moved, (told, *asked)


def show_help(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Explain the open question; without one, say what the office can do."""
    question = current_question(conversation, context.menu, context.today)
    if question is not None and conversation.draft is not None:
        return conversation, explain(conversation.draft, question, context.menu)
    titles = "\n".join(f"- {service.name}" for service in context.menu.in_person.values())
    return conversation, (Say("help", {"in_person": titles}, _onward(conversation)),)


def call_officer(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Call a person; until they come, or the time is over that was promised, what is written is for them."""
    part, by = conversation.assistance, context.promised_by
    waits = part.leaves_to_officers(context.at) and part.answer_by is not None
    waiting = promise(part, WaitingReason.ASKED, context.at, part.answer_by or by if waits else by, is_quiet=True)
    called = OfficerCalled("officer_waiting" if waits else "officer_asked", ("resume",) if conversation.draft else ("menu",))
    return replace(conversation, assistance=replace(waiting, reason=WaitingReason.ASKED)), (called,)


def withdraw(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Ask which request that was sent is to be taken back; once one is named, pass it to a person, for others may be at work on it."""
    if conversation.draft is not None:
        return cancel(conversation, Intent(Meaning.CANCEL, is_guess=True), context)
    receipts = {request.receipt: request for request in context.open_requests}
    if not receipts:
        return conversation, (menu("nothing_to_cancel", context),)
    chosen = act.topic if isinstance(act, Intent) and act.meaning is Meaning.WITHDRAW else ""
    if chosen in receipts:
        waiting = promise(conversation.assistance, WaitingReason.ASKED, context.at, context.promised_by)
        told = (Say("withdraw_passed", {"receipt": chosen}), OfficerCalled("officer_turn", ("status", "menu")))
        return replace(conversation, assistance=waiting), told
    rows = [ListRow(f"withdraw:{receipt}", context.menu.title(request.service), receipt) for receipt, request in receipts.items()]
    return conversation, (Say("withdraw_which", rows=(*rows[: MAX_ROWS - 1], ListRow("status"))),)


def resend(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Ask for a document that was sent before to be sent again."""
    moved, asked = ask_next(conversation, context) if conversation.draft is not None else (conversation, ())
    return moved, (ResendAsked(), *asked)


def answer_survey(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Pass on what somebody does in the survey; a draft that is open stays."""
    if not isinstance(act, Intent):
        return not_understood(conversation, act, context)
    return conversation, (SurveyTapped(act.topic, act.text),)


def erase(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Say what of somebody's data is kept, for how long, and what they can have deleted now."""
    values = {"draft_days": str(DRAFT_LIFETIME.days), "chat_days": f"{context.chat_kept_days:g}"}
    return beside(conversation, Say("erase", values, ("officer", "menu")), context)


def _onward(conversation: Conversation) -> tuple[str, ...]:
    return ("resume", "cancel") if conversation.draft else ("menu", "status")
