"""Plain reads of posts, effects and remarks; and effects as the publisher writes them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pymongo.read_concern import ReadConcern

from services.notifier.domain.posting.effect import STOPPED, EffectKind, EffectState, PostEffect
from services.notifier.domain.posting.post import PostState, SocialPost
from services.notifier.domain.posting.remark import Remark, RemarkState
from services.notifier.ports.posting import Needed, PostPage, PostQuery, RemarkPage, RemarkQuery
from services.notifier.store.posting import (
    EFFECT_ROWS,
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

_MOST_COUNTED: Final = 1_000  # of what waits for a person: more are said as so many
_PROPOSED: Final = {"state": PostState.PROPOSED.value}
_STOPPED: Final = {"state": {"$in": sorted(STOPPED)}}
_BY_HAND: Final = EffectState.BY_HAND.value


def _needs_hands(at: datetime) -> Doc:
    """Return the condition for publications that need a person: stopped, or to be posted by hand by now."""
    return {"kind": EffectKind.POST.value, "$or": [_STOPPED, {"state": _BY_HAND, "next_at": {"$lte": at}}]}


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
        wanted += [await self._in_need(query.needed_at)] if query.needed_at else []
        wanted += [{"accounts": query.account}] if query.account else []
        wanted += [begins("terms", word) for word in name_beginnings(query.search)]
        with reachable():
            found = self._posts.find({"$and": wanted} if wanted else {}).sort([("at", -1), ("_id", -1)])
            docs = await found.limit(query.limit + 1).to_list(None)
        rows = tuple(POSTS.from_doc(doc) for doc in docs[: query.limit])
        return PostPage(rows, cursor.encode(rows[-1].content.at, rows[-1].post_id) if len(docs) > query.limit else None)

    async def _in_need(self, at: datetime) -> Doc:
        with reachable():
            waiting = await self._effects.find(_needs_hands(at), {"about": 1}).limit(_MOST_COUNTED).to_list(None)
        return {"$or": [_PROPOSED, {"_id": {"$in": [doc["about"] for doc in waiting]}}]}

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
        wanted = await self._in_need(at)
        with reachable():
            number = await self._posts.count_documents(wanted, limit=_MOST_COUNTED)
            late = await self._effects.find_one(_needs_hands(at), {"_id": 1})
        return Needed(number, late is not None)

    async def stopped(self, after: str | None, limit: int) -> tuple[list[PostEffect], str | None]:
        """Return what waits for a person, and where the next page begins.

        Raises:
            BadInput: `cursor_malformed`.
        """
        wanted = [_STOPPED, cursor.older("next_at", after)] if after else [_STOPPED]
        with reachable():
            found = self._effects.find({"$and": wanted}).sort([("next_at", -1), ("_id", -1)])
            docs = await found.limit(limit + 1).to_list(None)
        rows = [effect_from(doc) for doc in docs[:limit]]
        return rows, cursor.encode(rows[-1].next_at, rows[-1].key) if len(docs) > limit else None

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
        wanted: list[Doc] = [{"state": {"$in": list(query.states)}}] if query.states else [{"is_taken_back": {"$ne": True}}]
        if RemarkState.OPEN in query.states:  # an answer that stopped leaves its remark unanswered
            wanted = [{"$or": [*wanted, {"_id": {"$in": await self._with_stopped_answers()}}]}]
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
        stopped = await self._with_stopped_answers()
        with reachable():
            number = await self._remarks.count_documents(open_, limit=_MOST_COUNTED)
            late = await self._remarks.find_one({**open_, "due_at": {"$lt": at}}, {"_id": 1})
        return Needed(number + len(stopped), late is not None or bool(stopped))

    async def _with_stopped_answers(self) -> list[str]:
        with reachable():
            found = self._effects.find({**_STOPPED, "kind": EffectKind.ANSWER.value}, {"about": 1})
            return [doc["about"] for doc in await found.limit(_MOST_COUNTED).to_list(None)]

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
