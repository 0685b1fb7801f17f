"""Plain reads of posts, effects and remarks; and effects as the publisher writes them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo.read_concern import ReadConcern

from services.notifier.domain.posting.effect import EffectKind, EffectState, PostEffect
from services.notifier.domain.posting.post import PostState, SocialPost
from services.notifier.domain.posting.remark import Remark, RemarkState
from services.notifier.ports.posting import Needed, PostPage, PostQuery, RemarkPage, RemarkQuery
from services.notifier.store.posting import (
    EFFECT_ROWS,
    NEEDS,
    OPEN,
    POST_ROWS,
    POSTS,
    REMARK_ROWS,
    REMARKS,
    effect_from,
    effect_to,
)
from shared.mongo import Collection, Doc, Mongo, cursor, reachable
from shared.mongo.terms import begins
from shared.values.name_terms import name_beginnings


class MongoPostReader:
    """`ports.PostReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._posts: Collection = mongo.collection(database, POST_ROWS)
        self._effects: Collection = mongo.collection(database, EFFECT_ROWS)
        self._remarks: Collection = mongo.collection(database, REMARK_ROWS)

    async def find(self, post_id: str) -> SocialPost | None:
        with reachable():
            doc = await self._posts.find_one({"_id": post_id})
        return None if doc is None else POSTS.from_doc(doc)

    async def page(self, query: PostQuery) -> PostPage:
        """Return one page.

        Raises:
            BadInput: `cursor_malformed`.
        """
        wanted: list[Doc] = [cursor.older("at", query.after)] if query.after else []
        wanted += [{"state": {"$in": list(query.states)}}] if query.states else []
        wanted += [{"accounts": query.account}] if query.account else []
        wanted += [begins("terms", word) for word in name_beginnings(query.search)]
        with reachable():
            found = self._posts.find({"$and": wanted} if wanted else {}).sort([("at", -1), ("_id", -1)])
            docs = await found.limit(query.limit + 1).to_list(None)
        rows = tuple(POSTS.from_doc(doc) for doc in docs[: query.limit])
        return PostPage(rows, cursor.encode(rows[-1].content.at, rows[-1].post_id) if len(docs) > query.limit else None)

    async def between(self, begins_at: datetime, ends_at: datetime, limit: int) -> list[SocialPost]:
        with reachable():
            found = self._posts.find({"at": {"$gte": begins_at, "$lt": ends_at}}).sort([("at", 1), ("_id", 1)])
            docs = await found.limit(limit).to_list(None)
        return [POSTS.from_doc(doc) for doc in docs]

    async def effects_of(self, post_ids: Sequence[str]) -> Mapping[str, list[PostEffect]]:
        with reachable():
            docs = await self._effects.find({"about": {"$in": list(post_ids)}}).sort("_id", 1).to_list(None)
        found: dict[str, list[PostEffect]] = {post_id: [] for post_id in post_ids}
        for doc in docs:
            found[doc["about"]].append(effect_from(doc))
        return found

    async def effects(self, keys: Sequence[str]) -> Mapping[str, PostEffect]:
        with reachable():
            docs = await self._effects.find({"_id": {"$in": list(keys)}}).to_list(None)
        return {doc["_id"]: effect_from(doc) for doc in docs}

    async def find_published(self, account: str, provider_id: str) -> PostEffect | None:
        if not provider_id:
            return None
        with reachable():
            doc = await self._effects.find_one({"account": account, "provider_id": provider_id, "kind": EffectKind.POST.value})
        return None if doc is None else effect_from(doc)

    async def needed(self, at: datetime) -> Needed:
        with reachable():
            proposed = await self._posts.count_documents({"state": PostState.PROPOSED.value}, limit=1000)
            due: Doc = {"state": EffectState.BY_HAND.value, "next_at": {"$lte": at}}
            by_hand = await self._effects.count_documents(due, limit=1000)
            stopped = {"state": {"$in": [each for each in NEEDS if each != EffectState.BY_HAND]}}
            wrong = await self._effects.count_documents(stopped, limit=1000)
        return Needed(proposed + by_hand + wrong, wrong + by_hand > 0)

    async def is_public(self, file_id: str) -> bool:
        with reachable():
            return await self._posts.find_one({"pictures.file_id": file_id, "state": PostState.APPROVED.value}, {"_id": 1}) is not None

    async def to_measure(self, at: datetime, limit: int) -> list[PostEffect]:
        with reachable():
            docs = await self._effects.find({"measure_at": {"$lte": at}}).sort("measure_at", 1).limit(limit).to_list(None)
        return [effect_from(doc) for doc in docs]

    async def remark(self, remark_id: str) -> Remark | None:
        with reachable():
            doc = await self._remarks.find_one({"_id": remark_id})
        return None if doc is None else REMARKS.from_doc(doc)

    async def remarks(self, query: RemarkQuery) -> RemarkPage:
        """Return one page.

        Raises:
            BadInput: `cursor_malformed`.
        """
        wanted: list[Doc] = [{"state": {"$in": list(query.states)}}] if query.states else []
        wanted += [{"account": query.account}] if query.account else []
        wanted += [{"post_id": query.post_id}] if query.post_id else []
        wanted += [cursor.newer("due_at", query.after)] if query.after else []
        with reachable():
            found = self._remarks.find({"$and": wanted} if wanted else {}).sort([("due_at", 1), ("_id", 1)])
            docs = await found.limit(query.limit + 1).to_list(None)
        rows = tuple(REMARKS.from_doc(doc) for doc in docs[: query.limit])
        return RemarkPage(rows, cursor.encode(rows[-1].due_at, rows[-1].remark_id) if len(docs) > query.limit else None)

    async def has_link(self, post_id: str, account: str, author: str) -> bool:
        given: Doc = {"post_id": post_id, "author": author, "account": account, "state": RemarkState.ANSWERED.value, "answered_by": None}
        with reachable():
            return await self._remarks.find_one(given, {"_id": 1}) is not None

    async def open_remarks(self, at: datetime) -> Needed:
        open_: Doc = {"state": RemarkState.OPEN.value}
        with reachable():
            number = await self._remarks.count_documents(open_, limit=1000)
            late = await self._remarks.find_one({**open_, "due_at": {"$lt": at}}, {"_id": 1})
        return Needed(number, late is not None)

    async def mark(self) -> Hashable:
        newest: list[Any] = [("moved_at", -1)]
        with reachable():
            moved = await self._effects.find_one({}, {"version": 1}, sort=newest)
            latest = await self._remarks.find_one({}, {"version": 1}, sort=[("came_at", -1)])
        return tuple(None if doc is None else (doc["_id"], doc["version"]) for doc in (moved, latest))


class MongoPostEffects:
    """`ports.PostEffects`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._rows: Collection = mongo.collection(database, EFFECT_ROWS)
        self._fresh: Collection = self._rows.with_options(read_concern=ReadConcern("local"))  # as `MongoJobs`

    async def head(self, account: str) -> tuple[PostEffect, int] | None:
        with reachable():
            doc = await self._fresh.find_one({"account": account, "state": {"$in": OPEN}}, sort=[("next_at", 1)])
        return None if doc is None else (effect_from(doc), doc["version"])

    async def replace(self, effect: PostEffect, version: int) -> int | None:
        update: Doc = {"$set": {**effect_to(effect), "version": version + 1}}
        if effect.measure_at is None:
            update["$unset"] = {"measure_at": ""}
        with reachable():
            result = await self._rows.update_one({"_id": effect.key, "version": version}, update)
        return version + 1 if result.matched_count == 1 else None
