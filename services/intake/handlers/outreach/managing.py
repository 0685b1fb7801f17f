"""Sources made and retired; the link that people of a source pass on; and how often a piece was seen, typed in by hand."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime

from services.intake.domain.outreach.funnel import CountedStep, FunnelStep, WhoAndWhere
from services.intake.domain.outreach.measured import MeasuredPost, since_last
from services.intake.domain.outreach.sources import (
    COURT_LETTER,
    NEIGHBOUR,
    NOBODY,
    OutreachSource,
    SourceDescription,
    make_source,
    retire,
)
from services.intake.ports import Deps, Tx
from shared.errors import Conflict
from shared.reference.outreach import outreach_lists
from shared.reference.regions import village_name


def link_of(deps: Deps, source: OutreachSource) -> str:
    """Return what is handed out of a source: the chat with its sentence, or its page where no number is set."""
    service = deps.catalogue.find(source.what.service)
    return source.link(deps.whatsapp_number, service) if deps.whatsapp_number else source.page(deps.public_url)


async def add_source(tx: Tx, deps: Deps, what: SourceDescription, by: str, taken: Collection[str] | None = None) -> OutreachSource:
    """Make a source with a code of its own. `taken`: the codes that there are, where several are made at once; None: they are looked up."""
    source = make_source(what, await deps.sources.codes() if taken is None else taken, secrets.choice, by, deps.clock())
    tx.add_source(source)
    return source


async def retire_source(tx: Tx, deps: Deps, code: str) -> OutreachSource:
    """Retire a source: it is offered no more; whoever still comes by it is counted.

    Raises:
        NotFound: `sources_not_found`.
        Conflict: `source_retired`.
    """
    source = retire(await tx.source(code), deps.clock())
    tx.save_source(source)
    return source


async def pass_on_source(tx: Tx, deps: Deps, code: str) -> OutreachSource:
    """Return the source that people pass on who came by this one, made at the first use: it is the same for all, and names nobody.

    `code`: "" for those who came by none. One that is itself passed on leads to itself.
    """
    source = await tx.find_source(code) if code else None
    if source is not None and source.what.place == NEIGHBOUR:
        return source
    teller = source.code if source is not None else NOBODY
    known = await tx.find_source_told_on(teller)
    if known is not None:
        return known
    village, campaign = (source.what.village, source.what.campaign) if source else ("", "")
    name = f"Ajakan dari {source.what.name}" if source else "Ajakan tetangga"
    what = SourceDescription(name[:80], campaign or "Ajakan tetangga", "whatsapp", NEIGHBOUR, village=village, told_on_from=teller)
    return await add_source(tx, deps, what, NOBODY)


async def standing_source(tx: Tx, deps: Deps, place: str, by: str, village: str = "", account: str = "") -> OutreachSource:
    """Return the source that an office of somebody else hands out for good, made at the first use: a village's registrars, a court."""
    known = await tx.find_standing_source(place, village, account)
    if known is not None:
        return known
    of = village_name(village) if village else account
    name = f"{outreach_lists().places[place]} {of}"
    channel = "letter" if place == COURT_LETTER else "person"
    what = SourceDescription(name[:80], outreach_lists().places[place], channel, place, village=village, account=account)
    return await add_source(tx, deps, what, by)


async def note_seen(tx: Tx, deps: Deps, code: str, day: date, seen: int, typed: str) -> None:
    """Note how often a piece was seen on a day; a later number takes the place of the one before.

    `typed`: the id of this entry: the same one counts once.

    Raises:
        NotFound: `sources_not_found`.
        Conflict: `source_is_measured`: a platform tells it, and nothing is to be counted twice.
    """
    source = await tx.source(code)
    if await tx.is_measured(code):
        raise Conflict("source_is_measured")
    tx.save_source(source)  # as it is: of two who type at once the second one sees what the first one typed
    before = await deps.steps.seen(code, day)
    if seen != before:
        what = WhoAndWhere(source.code, source.what.service, source.what.village)
        tx.count_step(CountedStep(f"seen.{code}.{day.isoformat()}.{before}.{typed}", FunnelStep.SEEN, day, what, seen - before))


async def note_measured(tx: Tx, deps: Deps, code: str, publication: str, seen: int | None, day: date, at: datetime) -> None:
    """Note how often a post had been shown by then; what came since the last time counts, for a code that we gave out.

    The first number of a source takes the place of what was typed for it.
    """
    source = await tx.find_source(code)
    if source is None or seen is None:
        return
    now, before = MeasuredPost(publication, code, seen, at), await tx.find_measured_post(publication)
    is_first = not await tx.is_measured(code)
    if is_first:
        tx.save_source(source)  # as it is: nobody types a number meanwhile
    typed = await deps.steps.seen(code) if is_first else 0
    step = since_last(before, now, source, day, typed)
    if before is None or at > before.at:
        tx.keep_measured_post(now)
    if step is not None:
        tx.count_step(step)
