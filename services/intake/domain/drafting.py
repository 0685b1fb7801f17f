"""The steps of the dialogue with a draft: what follows from one act while a form is filled, looked through, or mended. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from services.intake.domain import asking
from services.intake.domain.answers import forget, last_given, open_question, pass_over, put
from services.intake.domain.assistance import WaitingReason, promise
from services.intake.domain.chat import (
    Act,
    Conversation,
    DialogueContext,
    Draft,
    Fact,
    FormCompleted,
    KkNumberUnknown,
    OfficerCalled,
    OpenRequest,
    Outcome,
    Say,
    Stage,
)
from services.intake.domain.drafts import completed, current_question, dropped, files_dropped, filled_form, without_draft
from services.intake.domain.numbers import KK_NUMBER, NIK
from services.intake.domain.reading import elsewhere, read_act, read_clear
from services.intake.domain.several import Given, read_several
from services.intake.domain.words import Intent
from shared.reference.file_kinds import file_kinds
from shared.reference.forms import Form, Unclear
from shared.typed import long_numbers
from shared.values import Malformed

DOCUMENT_TYPES: Final = file_kinds().shown  # what verification can look at
SENT_TYPES: Final = file_kinds().sent  # what is taken: a phone's own format is kept as a JPEG


def ask_next(conversation: Conversation, context: DialogueContext, before: tuple[Fact, ...] = ()) -> Outcome:
    """Ask the first question that is open; where none is, show the summary. A draft of a service that is no more ends."""
    draft = conversation.draft
    form = context.menu.form_of(draft.service) if draft else None
    if draft is None or form is None:
        return without_draft(conversation), (*dropped(draft), asking.menu("menu", context))
    question = open_question(draft, form, context.today)
    if question is not None:
        asked = (
            *asking.ask(draft, question, context.menu),
            *asking.days(question, context),
            *asking.photo_waiting(draft, question, context.menu),
        )
        return replace(conversation, stage=Stage.ASKING), (*before, *asked)
    return replace(conversation, stage=Stage.CONFIRMING), (*before, asking.summary(draft, form, context))


def resume(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Join a greeting, the menu or another service to the open draft, so that nothing typed is lost by a slip."""
    return go_on(conversation, context)


def go_on(conversation: Conversation, context: DialogueContext) -> Outcome:
    """Go on with the open draft: say what is being filled, or why what came back did, and ask the open question."""
    draft = conversation.draft
    if draft is None:
        return ask_next(conversation, context)
    values = {"service": context.menu.title(draft.service)}
    if draft.mends is None:
        return ask_next(conversation, context, (Say("resume", values),))
    return ask_next(conversation, context, (Say("resume_returned", {**values, "reasons": asking.reasons(draft)}),))


def edit_late(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Tell whoever believes that an answer was mended that it was not, and how to mend it."""
    return ask_next(conversation, context, (Say("edit_late"),))


def cancel(conversation: Conversation, act: Act, _context: DialogueContext) -> Outcome:
    """Drop the draft; asked first where it was read out of somebody's own words. A returned request stays returned."""
    draft = conversation.draft
    if draft is not None and isinstance(act, Intent) and act.is_guess:
        return conversation, (Say("cancel_sure", buttons=("cancel", "resume")),)
    said = Say("cancelled_mending", buttons=("mend", "menu")) if draft and draft.mends else Say("cancelled", buttons=("menu",))
    return without_draft(conversation), (*dropped(draft), said)


def answer(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Take a typed answer to the open question, or several answers at once."""
    question, draft = current_question(conversation, context.menu, context.today), conversation.draft
    form = context.menu.form_of(draft.service) if draft else None
    if question is None or draft is None or form is None or not isinstance(act, Intent):
        return resume(conversation, act, context)
    several = None if act.is_pressed else read_several(draft, question, act.text, form, context.today)
    if several is not None:
        return _take_several(conversation, several, form, context)
    if question.takes_file:
        return conversation, asking.wants(draft, question, context.menu)
    try:
        values = read_clear(conversation.unclear, draft, question, act.text, form, context.today)
    except Malformed as malformed:
        if act.is_question:
            return ask_next(conversation, context, (Say("question_unknown"),))
        narrowed = act.text if isinstance(malformed, Unclear) else ""
        return replace(conversation, unclear=narrowed), asking.wrong(draft, question, malformed, context)
    for path, value in values.items():
        draft = put(draft, path, value)
    return _unless_open(replace(conversation, draft=draft), context, elsewhere(values))


def _take_several(conversation: Conversation, several: Given, form: Form, context: DialogueContext) -> Outcome:
    """Say what was taken from one message, and what was not; where that may be one of several places, offer them."""
    noted = asking.noted(several.draft, several.fields, form, context)
    taken, question = replace(conversation, draft=several.draft), open_question(several.draft, form, context.today)
    if len(several.left) == 1 and question is not None and not question.takes_file and not question.asks_more:
        try:
            read_act(several.draft, question, several.left[0], form, context.today)
        except Unclear as unclear:
            moved, facts = _unless_open(taken, context, (noted,))
            offered = asking.wrong(several.draft, question, unclear, context)
            return (replace(moved, unclear=several.left[0]), (noted, *offered)) if moved.draft is not None else (moved, facts)
        except Malformed:
            pass  # it is told as not understood
    left = (Say("noted_left", {"left": "\n".join(several.left)}),) if several.left else ()
    return _unless_open(taken, context, (noted, *left))


def unknown(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Help somebody who does not know the answer: the number of the family card may be known already, the rest is explained."""
    question, draft = current_question(conversation, context.menu, context.today), conversation.draft
    if question is None or draft is None or question.takes_file:
        return go_on(conversation, context)
    if question.path == KK_NUMBER:
        return conversation, (KkNumberUnknown(),)
    if question.field.optional:
        return skip(conversation, act, context)
    return conversation, (Say("unknown_answer"), *asking.explain(draft, question, context.menu))


def kk_number_told(conversation: Conversation, number: str | None, context: DialogueContext) -> Outcome:
    """Take the number of the family card that was known from an earlier request; where none is, a person looks."""
    question, draft = current_question(conversation, context.menu, context.today), conversation.draft
    if question is None or draft is None:
        return go_on(conversation, context)
    if number is not None:
        found = Say("kk_number_found", {"number": question.field.show(number, context.today)})
        return _unless_open(replace(conversation, draft=put(draft, question, number)), context, (found,))
    waiting = promise(conversation.assistance, WaitingReason.ASKED, context.at, context.promised_by)
    return replace(conversation, assistance=waiting), (Say("kk_number_officer"), OfficerCalled("officer_turn", ("resume", "cancel")))


def repeat(conversation: Conversation, _act: Act, context: DialogueContext) -> Outcome:
    """Say once more what is open."""
    return ask_next(conversation, context, (Say("repeated"),))


def stale(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Say that a button belongs to an earlier question, and how to change its answer; then go on."""
    path = act.topic if isinstance(act, Intent) else ""
    said = Say("answer_stale")
    if conversation.draft is None:
        return conversation, (replace(said, text="answer_stale_alone", buttons=("menu", "status")),)
    moved, asked = ask_next(conversation, context, (said,))
    if path and not any(isinstance(fact, Say) and (fact.buttons or fact.rows) for fact in asked):
        asked = (*asked[:-1], replace(asked[-1], buttons=(f"change:{path}",))) if isinstance(asked[-1], Say) else asked
    return moved, asked


def answer_returned(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Take a number that the open question wants at once; for anything else first say what came back and why."""
    question = current_question(conversation, context.menu, context.today)
    if question is not None and question.field.type in (NIK, KK_NUMBER) and isinstance(act, Intent) and long_numbers(act.text):
        return answer(conversation, act, context)
    return resume(conversation, act, context)


def skip(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Pass over a question that need not be answered."""
    question, draft = current_question(conversation, context.menu, context.today), conversation.draft
    if question is None or draft is None:
        return resume(conversation, act, context)
    if not question.field.optional:
        return conversation, (Say("cannot_skip"), *asking.ask(draft, question, context.menu))
    return ask_next(replace(conversation, draft=pass_over(draft, question)), context)


def reopen(conversation: Conversation, field: str, code: str, context: DialogueContext) -> Outcome:
    """Ask for an answer again that could not be taken when the form was sent, and say why."""
    draft = conversation.draft
    if draft is None:
        return ask_next(conversation, context)
    kept, _ = forget(draft, field)
    return ask_next(replace(conversation, draft=kept), context, (Say(f"wrong_{code}"),))


def back(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Take back what was answered last, and ask it again."""
    draft = conversation.draft
    form = context.menu.form_of(draft.service) if draft else None
    if draft is None or form is None:
        return resume(conversation, act, context)
    last = last_given(draft, form, context.today)
    if last is None:
        return ask_next(conversation, context, (Say("nothing_back"),))
    taken, lost = forget(draft, last)
    return with_facts(ask_next(replace(conversation, draft=taken), context), files_dropped(draft, lost))


def refuse_other(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Say why it can't be used, and what is wanted."""
    question, draft = current_question(conversation, context.menu, context.today), conversation.draft
    if question is not None and draft is not None:
        return conversation, (asking.unreadable(act), *asking.wants(draft, question, context.menu))
    moved, asked = resume(conversation, act, context)
    return moved, (asking.unreadable(act), *asked)


def confirm_early(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Confirmed before everything is there: say what is missing."""
    question, draft = current_question(conversation, context.menu, context.today), conversation.draft
    return (conversation, asking.missing(draft, question, context.menu)) if question and draft else resume(conversation, act, context)


def confirm(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Complete the form, so that a request is filed or goes out again."""
    draft = conversation.draft
    form = context.menu.form_of(draft.service) if draft else None
    if draft is None or form is None or open_question(draft, form, context.today) is not None:
        return resume(conversation, act, context)
    if context.is_at_limit and draft.mends is None:
        return conversation, (Say("limit_reached_later", buttons=("confirm", "cancel")),)
    if _twin(draft, context) is not None:  # filed meanwhile from another phone of the same person
        return _unless_open(conversation, context)
    whole, lost = completed(draft, form, context.today)
    return without_draft(conversation), (*lost, FormCompleted(whole))


def wants_confirm(conversation: Conversation, _act: Act, _context: DialogueContext) -> Outcome:
    """Ask again for the confirmation."""
    return conversation, (Say("wants_confirm", buttons=asking.CONFIRMING),)


def other_beside_summary(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Say why a message can't be used, and ask again for the confirmation."""
    moved, wanted = wants_confirm(conversation, act, context)
    return moved, (asking.unreadable(act), *wanted)


def _unless_open(conversation: Conversation, context: DialogueContext, before: tuple[Fact, ...] = ()) -> Outcome:
    """Ask the next question after saying something; if the same request is already open for this person, drop the draft and say so."""
    draft = conversation.draft
    twin = _twin(draft, context) if draft else None
    if twin is None:
        return ask_next(conversation, context, before)
    return without_draft(conversation), (*dropped(draft), Say("already_open", {"receipt": twin.receipt}, ("status", "menu")))


def _twin(draft: Draft, context: DialogueContext) -> OpenRequest | None:
    """Return the open request for the same service and person, once the draft says whom it is about."""
    service = context.menu.catalogue.find(draft.service)
    if draft.mends is not None or service is None:
        return None
    filled = filled_form(draft, service.form)
    if not filled.has((NIK, *service.subject.fields)):
        return None
    key = filled.person_key(service)
    return next((one for one in context.open_requests if (one.service, one.person_key) == (service.id, key)), None)


def with_facts(outcome: Outcome, facts: tuple[Fact, ...]) -> Outcome:
    """Return an outcome with some facts before its own."""
    return outcome[0], (*facts, *outcome[1])
