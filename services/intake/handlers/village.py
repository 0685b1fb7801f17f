"""What village registrars do: begin a request for a villager, answer its questions, file it, mend what came back."""

from __future__ import annotations

from dataclasses import replace

from services.intake.domain import village as rules
from services.intake.domain.answers import open_question
from services.intake.domain.chat import Conversation, Draft
from services.intake.domain.drafts import completed, filled_form, renewed
from services.intake.domain.files import SentFile
from services.intake.domain.requests import Request, RequestOrigin, RequestState
from services.intake.domain.village import VillageDraft
from services.intake.domain.vouching import by_registrar
from services.intake.handlers.filing import Filed, Wish, file_wish, local_day
from services.intake.handlers.mending import mend_filled
from services.intake.handlers.returning import mending_of
from services.intake.ports import Deps, Tx
from shared.errors import DomainError, NotFound
from shared.reference.forms import Form
from shared.values import Channel, Phone


async def begin_for_villager(tx: Tx, deps: Deps, village: str, registrar: str, service: str) -> VillageDraft:
    """Begin a request.

    Raises:
        DomainError: `service_not_open`.
    """
    form = deps.menu.forms.get(service)
    if form is None:
        raise DomainError("service_not_open", "This service can't be asked for online now.")
    at = deps.clock()
    begun = VillageDraft(deps.new_id(), village, registrar, Draft(service, at, form.version), at)
    tx.add_village_draft(begun)
    return begun


async def answer_for_villager(tx: Tx, deps: Deps, draft_id: str, path: str, text: str, changing: str | None) -> tuple[str, ...]:
    """Take an answer; return ids of files that nobody needs any more.

    Raises:
        NotFound: `village_drafts_not_found`.
        Malformed: with the code of what is wrong.
        Stale: `question_passed`.
    """
    known, form = await _draft(tx, deps, draft_id)
    filled, lost = rules.answered(known.draft, path, text, form, local_day(deps.clock()), changing)
    tx.save_village_draft(rules.touched(known, filled, deps.clock()))
    return _unneeded(known, [file.file_id for file in lost])


async def attach_for_villager(
    tx: Tx, deps: Deps, draft_id: str, path: str, kind: str, file: SentFile, changing: str | None
) -> tuple[str, ...]:
    """Take a photo or PDF; return ids of files that nobody needs any more.

    Raises:
        NotFound: `village_drafts_not_found`.
        Malformed: `same_file`.
        Stale: `question_passed`.
    """
    known, form = await _draft(tx, deps, draft_id)
    filled, lost = rules.attached(known.draft, path, kind, file, form, local_day(deps.clock()), changing)
    tx.save_village_draft(rules.touched(known, filled, deps.clock()))
    return _unneeded(known, [each.file_id for each in lost])


async def drop_for_villager(tx: Tx, deps: Deps, draft_id: str) -> tuple[str, ...]:
    """Drop what was begun; return ids of its files.

    Raises:
        NotFound: `village_drafts_not_found`.
    """
    known, _ = await _draft(tx, deps, draft_id)
    tx.remove_village_draft(known)
    return _unneeded(known, [file.file_id for file in known.draft.attachments])


async def file_for_villager(tx: Tx, deps: Deps, draft_id: str, phone: str) -> Filed:
    """File what was filled in, or send a returned request out again. `phone`: of whom it is for; empty: they are told at the village.

    Raises:
        NotFound: `village_drafts_not_found`.
        DomainError: `form_incomplete`; `request_not_returned`.
        Malformed: `phone_malformed`.
        TooMany: `person_limit_reached`.
    """
    known, form = await _draft(tx, deps, draft_id)
    at = deps.clock()
    if open_question(known.draft, form, local_day(at)) is not None:
        raise DomainError("form_incomplete", "A question is open.")
    whole, _ = completed(known.draft, form, local_day(at))
    address = Phone.parse(phone).text if phone.strip() else known.village
    was_there = at if address != known.village else None  # the number was theirs today; it may be given to somebody else later
    origin = RequestOrigin(Channel.DESK, address, last_inbound_at=was_there, village=known.village)
    filled = filled_form(whole, form)
    tx.remove_village_draft(known)
    if known.draft.mends is not None:
        request = await tx.request(known.draft.mends)
        return Filed(await mend_filled(tx, deps, replace(request, origin=origin), filled, at, by_registrar(known.village)))
    return await file_wish(tx, deps, Wish(origin, filled, at, vouching=by_registrar(known.village)))


async def mend_for_villager(tx: Tx, deps: Deps, request_id: str, registrar: str) -> VillageDraft:
    """Begin to mend a returned request of the village: what its reasons name is asked again.

    Raises:
        NotFound: `requests_not_found`.
        DomainError: `request_not_returned`.
    """
    request: Request = await tx.request(request_id)
    if request.state is not RequestState.RETURNED or request.origin.village is None:
        raise DomainError("request_not_returned", "The request does not wait to be mended.")
    at = deps.clock()
    phone = request.origin.address if request.origin.is_told_by_phone else None
    begun = VillageDraft(deps.new_id(), request.origin.village, registrar, mending_of(deps, request, at), at, phone)
    tx.add_village_draft(begun)
    return begun


async def _draft(tx: Tx, deps: Deps, draft_id: str) -> tuple[VillageDraft, Form]:
    """Return what was begun, on the present version of its form."""
    known = await tx.village_draft(draft_id)
    form = deps.menu.form_of(known.draft.service)
    if form is None:
        raise NotFound("service_unknown", known.draft.service)
    present = renewed(Conversation(draft_id, draft=known.draft), deps.menu, local_day(deps.clock())).draft
    return replace(known, draft=present or known.draft), form


def _unneeded(known: VillageDraft, file_ids: list[str]) -> tuple[str, ...]:
    """Return the files that may be deleted at once: what a returned request has stays its own."""
    return () if known.draft.mends is not None else tuple(file_ids)
