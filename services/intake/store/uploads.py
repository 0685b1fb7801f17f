"""The uploads that are in use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.intake.ports import file_id_of
from services.intake.store.items import NEW, PARKED
from shared.mongo import Collection, Doc, Mongo, reachable

_DRAFTS: Final = ("draft", "parked")


class UsedFiles:
    """The files that are in use by requests, cases of courts, drafts and the log of chats, and by new or parked messages."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._requests: Collection = mongo.collection(database, "requests")
        self._conversations: Collection = mongo.collection(database, "conversations")
        self._begun: Collection = mongo.collection(database, "village_drafts")
        self._typed: Collection = mongo.collection(database, "court_drafts")
        self._cases: Collection = mongo.collection(database, "cases")
        self._webhook_log: Collection = mongo.collection(database, "webhook_log")

    async def used(self, file_ids: Sequence[str]) -> set[str]:
        """Return which of these files a request, a case, a draft, the log of a chat, or a new or parked message uses."""
        asked = {"$in": list(file_ids)}
        with reachable():
            requests = await self._requests.distinct("attachments.file_id", {"attachments.file_id": asked, "files_over_at": None})
            drafts = [file_id for draft in _DRAFTS for file_id in await self._of_drafts(draft, asked)]
            begun = await self._begun.distinct("draft.attachments.file_id", {"draft.attachments.file_id": asked})
            typed = await self._typed.distinct("file.file_id", {"file.file_id": asked})
            cases = await self._cases.distinct("decision.file.file_id", {"decision.file.file_id": asked})
            chats = await self._webhook_log.distinct("chat.file_id", {"chat.file_id": asked, "chat.answer": ""})  # an officer read along
            return {*requests, *drafts, *begun, *typed, *cases, *chats, *await self._of_waiting_messages()} & set(file_ids)

    async def _of_drafts(self, draft: str, asked: Doc) -> list[str]:
        """Return which files the open drafts of chats have, or those that wait behind them; the query begins as its index has it."""
        found: list[str] = []
        for files in ("attachments", "loose"):
            path = f"{draft}.{files}.file_id"
            kept = {f"{draft}.service": {"$type": "string"}, "touched_at": {"$type": "date"}}
            found += await self._conversations.distinct(path, {**kept, path: asked})
        return found

    async def _of_waiting_messages(self) -> set[str]:
        new = await self._webhook_log.find({"state": NEW, "kind": "message"}, {"_id": 1}).to_list(None)
        parked = await self._webhook_log.find({"state": PARKED}, {"_id": 1}).sort("stuck_id", 1).to_list(None)
        return {file_id_of(item["_id"]) for item in (*new, *parked)}
