"""What a chat has confirmed: a new request, or a returned one that goes out again; and how a contact's requests stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.intake.domain import parking
from services.intake.domain.chat import Conversation, DialogueContext, Draft, Outcome, Say
from services.intake.domain.contacts import ChatContact
from services.intake.domain.drafting import go_on
from services.intake.domain.drafts import filled_form
from services.intake.domain.filled_form import FilledForm
from services.intake.domain.mending import offer_mending
from services.intake.domain.requests import Request, RequestOrigin, RequestState
from services.intake.domain.vouching import by_link
from services.intake.domain.words import Intent, Meaning
from services.intake.handlers.filing import Filed, Wish, file_wish, local_day
from services.intake.handlers.mending import mend_filled
from services.intake.handlers.returning import mending_of
from services.intake.ports import Deps, Tx
from shared.errors import DomainError
from shared.values import Channel, Receipt

SHOWN_REQUESTS = 3  # a status answer stays readable on a phone


@dataclass(frozen=True, slots=True)
class ConfirmedDraft:
    """What became of a confirmed draft: the request, what is said, and files that nobody needs."""

    parts: tuple[Say, ...]
    request_id: str | None = None
    dropped: tuple[str, ...] = ()


async def file_draft(tx: Tx, deps: Deps, contact: ChatContact, draft: Draft, at: datetime) -> ConfirmedDraft:
    """File what a person confirmed. The answer is the same for every sender who is not proven to be the person.

    Raises:
        TooMany: `person_limit_reached`.
    """
    filled = filled_form(draft, deps.catalogue.get(draft.service).form)
    vouching = by_link(contact.link_at(at))
    if draft.mends is not None:
        return await _mend(tx, deps, draft.mends, filled, contact, at)
    wish = Wish(origin_of(contact), filled, at, outreach_source=draft.outreach_source, vouching=vouching, began_at=draft.began_at)
    filed = await file_wish(tx, deps, wish, contact.ids)
    receipt = filed.request.receipt
    if filed.is_known:
        dropped = tuple(file.file_id for file in draft.attachments)
        return ConfirmedDraft((Say("already_open", {"receipt": receipt}, ("status", "menu")),), dropped=dropped)
    touches = contact.touches.spent(draft.outreach_source)
    tx.save_contact(replace(contact, filed=contact.filed.plus_one(local_day(at)), touches=touches))
    return ConfirmedDraft((_received(_confirmation(deps, filed, wish), deps, filed.request),), filed.request.request_id)


def _confirmation(deps: Deps, filed: Filed, wish: Wish) -> str:
    """Return the name of the text that a new request is confirmed with."""
    service = deps.catalogue.get(filed.request.service)
    if filed.request.form.day_chosen(service) is not None:
        return "submitted_visit"
    if service.is_for_anyone:
        return "submitted_answered"
    return "submitted" if wish.is_own and not filed.is_waiting else "submitted_checking"


async def _mend(tx: Tx, deps: Deps, request_id: str, filled: FilledForm, contact: ChatContact, at: datetime) -> ConfirmedDraft:
    request = replace(await tx.request(request_id), origin=origin_of(contact))  # told where the person is now
    try:
        again = await mend_filled(tx, deps, request, filled, at, by_link(contact.link_at(at)))
    except DomainError:  # decided meanwhile
        return ConfirmedDraft((Say("mend_over", buttons=("status", "menu")),))
    return ConfirmedDraft((_received("mended", deps, again),), request_id)


def _received(name: str, deps: Deps, request: Request) -> Say:
    values = {
        "service": deps.catalogue.get(request.service).name,
        "receipt": request.receipt,
        "promised": deps.texts.moment(request.promised_at),
    }
    service = deps.catalogue.get(request.service)
    if (day := request.form.day_chosen(service)) is not None and service.place is not None:
        needed = Say(f"needs.{service.id}", otherwise=("needs.unknown",))
        return Say(name, values | {"day": deps.texts.day(day), "place": service.place.name, "open": service.place.hours, "needs": needed})
    return Say(name, values)


def origin_of(contact: ChatContact) -> RequestOrigin:
    """Return the chat as the origin of a request."""
    return RequestOrigin(Channel.WHATSAPP, contact.address, contact_id=contact.contact_id, last_inbound_at=contact.last_inbound_at)


async def status_of(tx: Tx, deps: Deps, contact: ChatContact, receipt: Receipt | None) -> list[Say]:
    """Return the states of requests, only of the contact's own: a receipt number is short enough to be guessed."""
    if receipt is not None:
        request = await tx.find_request_by_receipt(receipt)
        if request is None or request.origin.contact_id not in contact.ids:
            return [Say("status_unknown", {"receipt": receipt.text})]
        return [_status_line(deps, request)]
    latest = await tx.latest_requests(contact.ids, SHOWN_REQUESTS)
    if not latest:
        return [Say("status_none", buttons=("menu",))]
    return [_status_line(deps, request) for request in latest]


def _status_line(deps: Deps, request: Request) -> Say:
    values = {
        "promised": deps.texts.moment(request.promised_at),
        "document_number": request.document_number or "-",
        "reasons": deps.texts.reason_list(request.reasons),
        "office": deps.texts.office,
        "answer": request.told.text if request.told else "",
    }
    state = deps.texts.state(request.state, values)
    buttons = ("mend", "menu") if request.state is RequestState.RETURNED else ()
    told = {"receipt": request.receipt, "service": deps.catalogue.get(request.service).name, "state": state}
    day = request.told.visit_on if request.told else None
    if day is not None and request.is_in_review:
        return Say("status_visit", told | {"day": deps.texts.day(day)}, buttons)
    return Say("status_line", told, buttons)


async def mend_latest(tx: Tx, deps: Deps, contact: ChatContact, conversation: Conversation, context: DialogueContext) -> Outcome:
    """Begin to mend the contact's latest returned request; say so where there is none."""
    returned = await tx.latest_requests(contact.ids, 1, RequestState.RETURNED)
    if not returned:
        return conversation, (Say("mend_none", buttons=("status", "menu")),)
    draft = mending_of(deps, returned[0], context.at)
    offered = offer_mending(conversation, draft, context.at)
    if offered.draft is None:  # a draft of that service was kept: it goes first
        return parking.choose(conversation, Intent(Meaning.DRAFT, topic=draft.service), context)
    return go_on(offered, context)
