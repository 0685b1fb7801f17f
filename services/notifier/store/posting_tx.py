"""The part of the notifier's unit of work that is about posts."""

from __future__ import annotations

from collections.abc import Callable

from pymongo import UpdateOne

from services.notifier.domain.posting.effect import LANE, PostEffect
from services.notifier.domain.posting.post import SocialPost
from services.notifier.domain.posting.remark import Remark
from services.notifier.store.posting import EFFECTS, POSTS, REMARKS
from services.notifier.store.schema import LANES
from shared.messaging.transaction.runner import UnitOfWork


class PostingTx:
    """See `ports.PostingTx`. `wake` is called with each lane that has something to do, after the commit."""

    def __init__(self, work: UnitOfWork, wake: Callable[[str], None]) -> None:
        self._posting = work
        self._wake_lane = wake

    async def get_post(self, post_id: str) -> SocialPost:
        """Return a post.

        Raises:
            NotFound: `posts_not_found`.
        """
        return await self._posting.unit.get(POSTS, post_id)

    def add_post(self, post: SocialPost) -> None:
        self._posting.unit.add(POSTS, post)

    def save_post(self, post: SocialPost) -> None:
        self._posting.unit.save(POSTS, post)

    async def post_effects(self, post_id: str) -> tuple[PostEffect, ...]:
        return tuple(await self._posting.unit.find_many(EFFECTS, {"about": post_id}))

    async def get_effect(self, key: str) -> PostEffect:
        """Return an effect.

        Raises:
            NotFound: `post_effects_not_found`.
        """
        return await self._posting.unit.get(EFFECTS, key)

    def keep_effect(self, effect: PostEffect) -> None:
        if self._posting.unit.version(EFFECTS, effect.key):
            self._posting.unit.save(EFFECTS, effect)
        else:
            self._posting.unit.add(EFFECTS, effect)
        if effect.is_open:
            update = {
                "$inc": {"revision": 1},
                "$setOnInsert": {"channel": LANE.rstrip(":")},
                "$min": {"due_at": effect.next_at},
            }
            self._posting.unit.defer(LANES, UpdateOne({"_id": effect.lane}, update, upsert=True))
            self._posting.on_commit(lambda: self._wake_lane(effect.lane))

    async def find_effect(self, key: str) -> PostEffect | None:
        return await self._posting.unit.find(EFFECTS, key)

    async def find_remark(self, remark_id: str) -> Remark | None:
        return await self._posting.unit.find(REMARKS, remark_id)

    async def get_remark(self, remark_id: str) -> Remark:
        """Return what somebody wrote.

        Raises:
            NotFound: `remarks_not_found`.
        """
        return await self._posting.unit.get(REMARKS, remark_id)

    def add_remark(self, remark: Remark) -> None:
        self._posting.unit.add(REMARKS, remark)

    def save_remark(self, remark: Remark) -> None:
        self._posting.unit.save(REMARKS, remark)
