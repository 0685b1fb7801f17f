"""Filing: one request per service and person at a time, whoever asks, and no more per day than the limits allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.intake.domain.docket import Docket, counted, docket_key, repeated, with_latest
from services.intake.domain.files import marked
from services.intake.domain.filled_form import KK_NUMBER, FilledForm
from services.intake.domain.requests import Request, RequestOrigin, join, submit
from services.intake.domain.vouching import SenderVouching
from services.intake.handlers.figures import count_figures
from services.intake.handlers.outreach.counting import count_submission
from services.intake.handlers.requests import Opening, new_request, open_request
from services.intake.ports import Deps, Tx
from shared.clock import WIB
from shared.errors import TooMany
from shared.reference.catalogue import CivilService
from shared.values import Channel


@dataclass(frozen=True, slots=True)
class Wish:
    """A complete request, from any sender."""

    origin: RequestOrigin
    form: FilledForm
    at: datetime
    outreach_source: str | None = None
    vouching: SenderVouching | None = None
    began_at: datetime | None = None
    """The time of the sender's first message about it; None: all of it came at once."""

    @property
    def is_own(self) -> bool:
        """Whether the sender is proven to be the applicant."""
        return self.vouching is not None and self.vouching.nik is not None and self.vouching.nik == self.form.applicant.nik


@dataclass(frozen=True, slots=True)
class Filed:
    """The sender's request after filing. `is_known`: it had been filed before. `is_waiting`: it joins the request of somebody else."""

    request: Request
    is_known: bool = False
    is_waiting: bool = False


@dataclass(frozen=True, slots=True)
class InHand:
    """The earlier requests for a person and service."""

    docket: Docket
    former: tuple[Request, ...]

    def open_beside(self, request_id: str | None = None) -> Request | None:
        """Return an open request other than this one; None where there is none."""
        return next((each for each in self.former if each.is_open and each.joins is None and each.request_id != request_id), None)


async def file_wish(tx: Tx, deps: Deps, wish: Wish, own_ids: Iterable[str] = ()) -> Filed:
    """File a request; or join the open one for the same service and person.

    Whoever asked for it before gets that request. Anybody else gets one that looks the same and waits: nothing tells them, or whoever
    tries out numbers, that somebody else has asked.

    Args:
        tx: The unit of work.
        deps: The dependencies of the process.
        wish: The request to file.
        own_ids: Ids of the sender's contact, where it is one.

    Raises:
        TooMany: `person_limit_reached`.
        DayRefused: nobody can come on the day that it chooses.
    """
    service = deps.catalogue.get(wish.form.service)
    in_hand = await look(tx, wish.form.person_key(service), service.id)
    first = in_hand.open_beside()
    if first is not None and (known := await _known(tx, first, wish, frozenset(own_ids))):
        return Filed(known, is_known=True)
    check_person_limit(deps, in_hand.docket, wish)
    wish = replace(wish, form=await _with_marks(tx, wish.form, service))
    docket = counted(in_hand.docket, local_day(wish.at))
    vouching = None if service.is_for_anyone else wish.vouching  # who may be anybody is not named by whoever vouches
    opening = Opening(wish.origin, wish.form, wish.at, outreach_source=wish.outreach_source, vouching=vouching, began_at=wish.began_at)
    if first is not None and not service.is_for_anyone:
        tx.save_docket(docket)
        waiting = replace(submit(new_request(deps, opening))[0], joins=first.request_id)
        tx.save_request(join(first, [waiting]))
        tx.add_request(waiting)
        count_figures(tx, deps, None, waiting)
        await count_submission(tx, deps, waiting)
        return Filed(waiting, is_waiting=True)
    repeats = repeated(in_hand.former, wish.at, deps.limits.repeat_within)
    opened = await open_request(tx, deps, replace(opening, repeats=repeats))
    beside = [each.request_id for each in in_hand.former if each.is_open] if service.is_for_anyone else []
    tx.save_docket(with_latest(docket, service.id, (*beside, opened.request_id), repeats))
    return Filed(opened)


async def _with_marks(tx: Tx, form: FilledForm, service: CivilService) -> FilledForm:
    """Return the form whose files say where another family sent the same."""
    if not form.attachments:
        return form
    seen = await tx.seen_files(form.attachments)
    subject = form.subject(service)
    nik, kk_number = subject.nik if subject else form.applicant_nik, form.answers.get(KK_NUMBER)
    return replace(form, attachments=tuple(marked(each, seen, nik, kk_number) for each in form.attachments))


def local_day(at: datetime) -> date:
    """Return the day in Madiun, by which limits are counted."""
    return at.astimezone(WIB).date()


async def look(tx: Tx, person_key: str, service: str) -> InHand:
    """Return the earlier requests for a person and service, but for one that was mended to be about somebody else."""
    docket = await tx.docket(docket_key(person_key))
    ids = docket.latest.get(service, ())
    await tx.prefetch_requests(ids)
    former = [await tx.request(request_id) for request_id in ids]
    return InHand(docket, tuple(each for each in former if each.person_key == person_key))


def check_person_limit(deps: Deps, docket: Docket, wish: Wish) -> None:
    """Refuse a request beyond today's limit for this person; the person themself may always ask.

    Raises:
        TooMany: `person_limit_reached`.
    """
    if not wish.is_own and docket.tally.on(local_day(wish.at)) >= deps.limits.person_a_day:
        raise TooMany("person_limit_reached", "As many requests as a day allows were filed for this person; try again tomorrow.")


async def _known(tx: Tx, first: Request, wish: Wish, own_ids: frozenset[str]) -> Request | None:
    """Return the sender's own request for it: the open one if it is theirs, else the one that waits for it."""
    if _is_of(first, wish, own_ids):
        return first
    await tx.prefetch_requests(first.joined_by)
    waiting = [await tx.request(request_id) for request_id in first.joined_by]
    own = (each for each in waiting if each.is_open and each.service == wish.form.service and _is_of(each, wish, own_ids))
    return next(own, None)


def _is_of(request: Request, wish: Wish, own_ids: frozenset[str]) -> bool:
    """Return whether this sender filed it."""
    if request.origin.contact_id is not None:
        return request.origin.contact_id in own_ids
    if wish.origin.channel is Channel.DESK:
        return request.origin.village == wish.origin.village
    return (request.origin.channel, request.origin.address) == (wish.origin.channel, wish.origin.address)
