"""Posts and answers that stopped, under `/v1/stuck`: tried again, or given up. What may be out is looked at first, on its own page."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from services.notifier.domain.posting.effect import ANSWER_KEY, POST_KEY, STOPPED, EffectState, PostEffect
from services.notifier.handlers import posting as handlers
from services.notifier.ports import Deps, Tx
from shared.errors import DomainError
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.stuck import StuckDetail, StuckEntry, StuckPage, StuckSource

LOOK_FIRST: Final = "look_first"
"""Code of what may be out: repeated from a list of many it would be seen twice."""
_CURSOR: Final = "posts~"  # begins a place in the list of posts; a place without it is one in the list of notices
_CODE: Final = "posting_"  # before a reason: numbers of Meta's mean other things on WhatsApp


class StoppedPosts:
    """Effects that wait for a person, as a `StuckSource`."""

    def __init__(self, units: UnitOfWorkRunner[Tx], deps: Deps) -> None:
        self._units = units
        self._deps = deps

    async def page(self, after: str | None, limit: int) -> StuckPage:
        """Return what stopped, the latest first."""
        rows, following = await self._deps.posting.reader.stopped(after, limit)
        return StuckPage(stuck=[StuckEntry(**_fields(effect)) for effect in rows], next=following)

    async def find(self, stuck_id: str) -> StuckDetail | None:
        """Return one with what became of it."""
        effect = (await self._deps.posting.reader.effects([stuck_id])).get(stuck_id)
        return None if effect is None or effect.state not in STOPPED else StuckDetail(**_fields(effect), content=asdict(effect))

    async def replay(self, stuck_id: str) -> None:
        """Put it back into its lane.

        Raises:
            DomainError: `look_first`: it may be out; `effect_not_stopped`, `post_not_approved`.
            NotFound: `post_effects_not_found`.
        """

        async def body(tx: Tx) -> None:
            if (await tx.get_effect(stuck_id)).state is EffectState.FLAGGED:
                raise DomainError(LOOK_FIRST)
            await handlers.retry_effect(tx, self._deps, stuck_id)

        await self._units.run(body)

    async def discard(self, stuck_id: str, note: str) -> None:
        """End it unpublished."""
        await self._units.run(lambda tx: handlers.give_up_effect(tx, self._deps, stuck_id, note))


class PostsAndNotices:
    """Both as one list: posts first, all of them, and then notices, page by page."""

    def __init__(self, posts: StuckSource, notices: StuckSource) -> None:
        self._posts = posts
        self._notices = notices

    async def page(self, after: str | None, limit: int) -> StuckPage:
        """Return a page of both."""
        if after is not None and not after.startswith(_CURSOR):
            return await self._notices.page(after, limit)
        first = await self._posts.page(None if after is None else after.removeprefix(_CURSOR), limit)
        if first.next is not None:
            return StuckPage(stuck=first.stuck, next=f"{_CURSOR}{first.next}")
        then = await self._notices.page(None, max(1, limit - len(first.stuck)))
        return StuckPage(stuck=[*first.stuck, *then.stuck], next=then.next)

    async def find(self, stuck_id: str) -> StuckDetail | None:
        """Return one with what it holds."""
        return await self._source(stuck_id).find(stuck_id)

    async def replay(self, stuck_id: str) -> None:
        """Have it tried again; raises as its source does."""
        await self._source(stuck_id).replay(stuck_id)

    async def discard(self, stuck_id: str, note: str) -> None:
        """End it; raises as its source does."""
        await self._source(stuck_id).discard(stuck_id, note)

    def _source(self, stuck_id: str) -> StuckSource:
        return self._posts if stuck_id.startswith((POST_KEY, ANSWER_KEY)) else self._notices


def _fields(effect: PostEffect) -> dict[str, Any]:
    return {
        "id": effect.key,
        "kind": effect.kind.value,
        "code": f"{_CODE}{effect.reason or ''}",
        "since": effect.history[-1].at if effect.history else effect.next_at,
        "attempts": effect.attempt,
        "reference": effect.source or None,
    }
