"""What follows when somebody says in their own words what they want: a service told about first, an answer to a question. Pure.

Nothing here begins a request or changes a draft: a tap or a "ya" does. With an open draft its question is asked again after the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from services.intake.domain import asking, drafting
from services.intake.domain.assistance import WaitingReason, promise
from services.intake.domain.chat import Act, Conversation, DialogueContext, Fact, ListRow, OfficerCalled, Outcome, Say, Stage
from services.intake.domain.drafts import current_question
from services.intake.domain.forms import ServiceMenu
from services.intake.domain.words import Intent, Meaning
from shared.reference.catalogue import CivilService
from shared.reference.forms import Field
from shared.reference.lists import code_list
from shared.reference.service_files import office_place

_COMPLAINT: Final = "complaint"  # somebody is not content: a person reads it
_WHY: Final = "help.why"
_WHAT: Final[Mapping[str, str]] = {"help.nik": "nik", "help.kk_number": "kk_number"}
"""Questions what something is, with the type of the fields that ask for it."""
_THANKS: Final = "other.thanks"
_NUMBERS: Final = frozenset({"nik", "kk_number"})
_MOST_BESIDE: Final = 2  # meanings offered beside the button that goes on with the draft


def show_group(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Show the services of a group, those that can be asked for here first; more than a list holds are shown page by page."""
    topic, _, start = (act.topic if isinstance(act, Intent) else "").partition(asking.FURTHER)
    members = [service for service in context.menu.catalogue.services.values() if service.group in asking.GROUPS.get(topic, ())]
    if not members:
        return conversation, (asking.menu("menu", context),)
    members.sort(key=lambda service: service.id not in context.menu.forms)
    rows = tuple(ListRow(f"about:{service.id}", service.name) for service in members)
    shown = asking.page_of(rows, start, ListRow(f"group:{topic}", Say("services_further"), Say("services_more")))
    lines = tuple(Say("need_line", {"need": service.name}) for service in members)
    return conversation, (Say("group_menu", {"group": Say(f"group_{topic}"), "services": lines}, rows=shown),)


def offer(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Tell about a service that can be asked for here, and offer to begin; about another one, where it is done."""
    code = act.service if isinstance(act, Intent) else ""
    service = context.menu.catalogue.find(code)
    if service is None:
        return conversation, (asking.menu("not_understood", context),)
    told = about_service(service, context.menu)
    if conversation.draft is not None:
        return beside(conversation, told, context)
    return replace(conversation, offered=code if code in context.menu.forms else ""), (told,)


def other_wish(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Ask whether another service that is named is to be begun now, while the open draft is kept; the same one goes on."""
    draft = conversation.draft
    if draft is None or not isinstance(act, Intent) or act.service == draft.service:
        is_asked = isinstance(act, Intent) and act.is_question and act.is_guess
        return offer(conversation, act, context) if is_asked else drafting.resume(conversation, act, context)
    if act.service not in context.menu.forms or (act.is_question and act.is_guess):
        return offer(conversation, act, context)
    other = context.menu.catalogue.get(act.service)
    told = (replace(about_service(other, context.menu), buttons=()),) if act.is_guess else ()
    values = {"service": context.menu.title(draft.service), "other": other.name}
    asked = Say("other_wish", values, (f"{Meaning.START}:{act.service}", "resume"))
    return replace(conversation, offered=act.service), (*told, asked)


def choose(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Ask which of the nearest meanings is meant."""
    near = act.near if isinstance(act, Intent) else ()
    if conversation.draft is None:
        return replace(conversation, choices=near), (Say("unsure", buttons=tuple(f"about:{code}" for code in near)),)
    near = near[:_MOST_BESIDE]
    buttons = (*(f"about:{code}" for code in near), "resume")
    return replace(conversation, choices=near), (
        Say("unsure_beside", {"service": context.menu.title(conversation.draft.service)}, buttons),
    )


def answer_topic(conversation: Conversation, act: Act, context: DialogueContext) -> Outcome:
    """Answer an everyday question, thanks, a complaint, or what another office does."""
    topic = act.topic if isinstance(act, Intent) else ""
    if topic == _COMPLAINT:
        return _complaint(conversation, context)
    if topic == _THANKS and conversation.draft is not None:
        return drafting.resume(conversation, act, context)
    question, draft = current_question(conversation, context.menu, context.today), conversation.draft
    if question is not None and draft is not None and (topic == _WHY or _WHAT.get(topic) == question.field.type):
        return conversation, (Say(f"answers.{_WHY}"), *asking.explain(draft, question, context.menu))
    told = Say(f"answers.{topic}", _facts(context.menu), ("menu", "status"), otherwise=("answers.other",))
    return (conversation, (told,)) if conversation.draft is None else beside(conversation, told, context)


def _complaint(conversation: Conversation, context: DialogueContext) -> Outcome:
    """Hand a complaint to a person, and say when they answer; the machine goes on meanwhile."""
    part = promise(conversation.assistance, WaitingReason.COMPLAINED, context.at, context.promised_by)
    conversation = replace(conversation, assistance=part)
    told, called = Say(f"answers.{_COMPLAINT}"), OfficerCalled("officer_turn", ("menu", "status"))
    if conversation.draft is None:
        return conversation, (told, called)
    moved, (_, *asked) = beside(conversation, told, context)
    return moved, (told, called, *asked)


def about_service(service: CivilService, menu: ServiceMenu) -> Say:
    """Return what a service needs, how long it takes, that it is free, and whom it is for."""
    place = service.place or office_place()
    values: dict[str, str | Say | tuple[Say, ...]] = {
        "service": service.name,
        "about": service.about,
        "needs": needs(service, menu),
        "place": place.name,
        "open": place.hours,
        "hours": f"{service.promise_hours:g}",
        "within": Say("within_days", {"days": str(service.stages.finish_days)})
        if service.stages
        else Say("within_hours", {"hours": f"{service.promise_hours:g}"}),
    }
    if service.id not in menu.forms:
        text = "in_person_spared" if service.spared_by_qr else "in_person" if service.place is not None else "counter_card"
        return Say(text, values, ("menu", "status"))
    if service.place is not None:
        return Say("visit_card", values, (f"service:{service.id}", "menu:other"))
    askers = code_list("may_ask")
    values["who"] = ", ".join(askers.label(asker) for asker in service.may_ask).lower()
    return Say("service_card", values, (f"service:{service.id}", "menu:other"))


def needs(service: CivilService, menu: ServiceMenu) -> tuple[Say, ...] | Say:
    """Return what has to be at hand for a service, a line each: the numbers, then the documents, those of some cases last."""
    if service.place is not None or not service.form.fields:
        return Say(f"needs.{service.id}", otherwise=("needs.unknown",))
    lines: list[Say] = []
    if any(field.type in _NUMBERS and not field.optional for field in service.form.fields):
        lines.append(Say("need_numbers"))
    documents = [field for field in service.form.fields if field.is_document]
    lines += [_need("need_line", field, menu) for field in documents if field.when is None and not field.optional]
    lines += [_need("need_sometimes", field, menu) for field in documents if field.when is not None or field.optional]
    return tuple(line for number, line in enumerate(lines) if line not in lines[:number])


def _need(text: str, field: Field, menu: ServiceMenu) -> Say:
    return Say(text, {"need": menu.document(field)})


def beside(conversation: Conversation, told: Fact, context: DialogueContext) -> Outcome:
    """Say something and go on with the draft where it was."""
    told = replace(told, buttons=()) if isinstance(told, Say) else told
    if conversation.draft is None:
        return conversation, (told,)
    if conversation.stage is Stage.RETURNED:
        moved, asked = drafting.go_on(conversation, context)
        return moved, (told, *asked)
    moved, asked = drafting.ask_next(conversation, context)
    return moved, (told, Say("kept", {"service": context.menu.title(conversation.draft.service)}), *asked)


def _facts(menu: ServiceMenu) -> Mapping[str, str]:
    """Return what the answers to everyday questions may name."""
    place = office_place()
    hours = sorted(found for code in menu.forms if (found := menu.catalogue.get(code).promise_hours)) or [0.0]
    return {"place": place.name, "hours": place.hours, "least": f"{hours[0]:g}", "most": f"{hours[-1]:g}"}
