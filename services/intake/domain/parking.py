"""The steps of the dialogue with several drafts: one is filled in, the others are kept and can be taken up again. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from services.intake.domain import steps
from services.intake.domain.chat import Act, Conversation, DialogueContext, Draft, Fact, ListRow, Outcome, Say, Stage
from services.intake.domain.drafting import go_on
from services.intake.domain.drafts import drafts_of, renewed
from services.intake.domain.words import Intent, Meaning

MOST_DRAFTS: Final = 4  # of one chat; a family rarely needs more at once, and all of them fit a list


def start(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Begin a service, or go on with its draft where there is one; a draft that is open is kept behind it."""
    service = act.service if isinstance(act, Intent) and act.service else conversation.offered
    if any(draft.service == service for draft in drafts_of(conversation)):
        return _take_up(conversation, service, context)
    wished = Intent(Meaning.SERVICE, service=service, is_pressed=True)
    if conversation.draft is None:
        return steps.start(conversation, wished, context)
    if service not in context.menu.forms:
        return go_on(conversation, context)
    if len(drafts_of(conversation)) >= MOST_DRAFTS:
        return conversation, (_several("too_many_drafts", conversation, context),)
    begun, facts = steps.start(replace(conversation, draft=None, stage=Stage.MENU), wished, context)
    if begun.draft is None:
        return conversation, facts
    kept = Say("kept_behind", {"service": context.menu.title(conversation.draft.service)})
    return replace(begun, parked=(*conversation.parked, conversation.draft)), (kept, *facts)


def start_or_take_up(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Begin a service at the menu; where a draft of it was kept, go on with that. What was read out of own words is told about first."""
    if isinstance(act, Intent) and not act.is_guess and any(draft.service == act.service for draft in conversation.parked):
        return _take_up(conversation, act.service, context)
    return steps.start(conversation, act, context)


def resume(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Go on with the draft; where there are several, let the person choose. A button goes on with the one that is open."""
    drafts = drafts_of(conversation)
    is_pressed = isinstance(act, Intent) and act.is_pressed
    if len(drafts) > 1 and not (is_pressed and conversation.draft is not None):
        return conversation, (_several("which_draft", conversation, context),)
    if conversation.draft is not None:
        return go_on(conversation, context)
    return _take_up(conversation, drafts[0].service, context) if drafts else steps.show_menu(conversation, act, context)


def choose(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Go on with the draft that was chosen."""
    service = act.topic if isinstance(act, Intent) else ""
    if all(draft.service != service for draft in drafts_of(conversation)):
        return resume(conversation, Intent(Meaning.RESUME), context)
    return _take_up(conversation, service, context)


def mend(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Go on with the returned request that waits behind the open draft; where none does, with the open draft."""
    waiting = next((draft for draft in conversation.parked if draft.mends is not None), None)
    return _take_up(conversation, waiting.service, context) if waiting else resume(conversation, act, context)


def kept_behind(before: Conversation, after: Conversation, context: DialogueContext) -> tuple[Fact, ...]:
    """Return what is said of the drafts that are left when the one that was open has ended."""
    if before.draft is None or after.draft is not None or not after.parked:
        return ()
    titles = ", ".join(context.menu.title(draft.service) for draft in after.parked)
    return (Say("drafts_left", {"services": titles}, ("resume", "menu")),)


def _take_up(conversation: Conversation, service: str, context: DialogueContext) -> Outcome:
    wanted = next(draft for draft in drafts_of(conversation) if draft.service == service)
    others = tuple(draft for draft in drafts_of(conversation) if draft is not wanted)
    taken = replace(conversation, draft=wanted, parked=others, stage=_stage(wanted))
    return go_on(renewed(taken, context.menu, context.today), context)


def _stage(draft: Draft) -> Stage:
    return Stage.RETURNED if draft.mends is not None and not draft.given else Stage.ASKING


def _several(text: str, conversation: Conversation, context: DialogueContext) -> Say:
    rows = tuple(
        ListRow(f"draft:{draft.service}", context.menu.title(draft.service), context.menu.title(draft.service))
        for draft in drafts_of(conversation)
    )
    return Say(text, rows=rows)
