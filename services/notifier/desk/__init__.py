"""The notifier's pages at the desk: what was sent, and how far it came."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI

from services.notifier.desk import broadcast_trials, broadcasts, messages, overview, people, post_writing, posts, remarks, sender, wishes
from services.notifier.desk.message_words import KINDS
from services.notifier.desk.post_words import EFFECT_KINDS
from services.notifier.desk.search import MessageSearch
from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.posting.effect import ANSWER_KEY, POST_KEY, EffectKind
from services.notifier.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.desk import Pages, audit, search
from shared.web.stuck import StuckSource
from shared.web.stuck import pages as stuck

POSTS: Final = posts.PATH
"""Where forms bring pictures."""
TEMPLATES: Final = Path(__file__).parent / "templates"


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
    """Add the pages to the app; the shell must be in it."""
    pages = Pages(TEMPLATES)
    app.include_router(messages.router(units, deps, pages))
    app.include_router(people.router(deps, pages))
    app.include_router(wishes.router(units, deps, pages))  # before the address of one broadcast, which would take it for an id
    app.include_router(broadcast_trials.router(deps, pages))  # likewise
    app.include_router(broadcasts.router(units, deps, pages))
    room = posts.PostRoom(units, deps, pages)
    app.include_router(post_writing.router(room))  # before the address of one post, which would take `baru` for an id
    app.include_router(posts.router(room))
    app.include_router(remarks.router(room))
    app.include_router(sender.router(units, deps, pages))
    summary = APIRouter(include_in_schema=False)
    overview.gallery(deps).install(summary, pages)
    app.include_router(summary)
    audit.install(app, units.audit, units.note, pages, "pesan")
    search.install(app, "pesan", MessageSearch(deps).find, pages, units.note, deps.clock)


def install_stuck(app: FastAPI, source: StuckSource, personal: frozenset[str], refusals: Sequence[str] = ()) -> None:
    """Add what was given up here to the page of stuck work.

    Args:
        app: With the shell in it.
        source: What waits.
        personal: Names of fields that tell of persons.
        refusals: Codes that say for what one waits still.
    """
    room = stuck.StuckRoom("pesan", source, personal, _kind_name, refusals, page_of=_page_of)
    stuck.install(app, room, Pages(TEMPLATES))


def _page_of(key: str) -> str:
    """Return where somebody decides about an effect: the page of its post, or of what it answers; a notice has none."""
    if key.startswith(ANSWER_KEY):
        return f"{remarks.PATH}/{key.removeprefix(ANSWER_KEY)}"
    return f"{posts.PATH}/{key.removeprefix(POST_KEY).rpartition(':')[0]}" if key.startswith(POST_KEY) else ""


def _kind_name(kind: str) -> str:
    return EFFECT_KINDS[EffectKind(kind)] if kind in set(EffectKind) else KINDS[NoticeKind(kind)]
