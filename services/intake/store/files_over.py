"""Which requests let go of their files next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from services.intake.domain.file_times import HOLDING, FileTimes
from services.intake.domain.requests import RequestState
from services.intake.ports import OverPage
from services.intake.store.contacts import CONTACTS
from services.intake.store.requests import COLLECTION
from services.intake.store.schema import BEGINNING
from shared.mongo import Collection, Doc, Mongo, reachable

_SHOWN: Final[Doc] = {"files_since": 1, "state": 1, "origin.contact_id": 1, "person.nik": 1, "receipt": 1}
_ABOUT: Final = "form.answers.receipt"  # of a complaint: which request it is about, as somebody typed it


class MongoFilesOver:
    """Plain reads of `requests`; implements `ports.FilesOverReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._requests: Collection = mongo.collection(database, COLLECTION)
        self._contacts: Collection = mongo.collection(database, CONTACTS.collection)

    async def page(self, at: datetime, times: FileTimes, after: tuple[datetime, str] | None, limit: int) -> OverPage:
        query: Doc = {"files_since": {"$gt": BEGINNING, "$lt": at - min(times.ended, times.returned)}}
        if after is not None:
            since, request_id = after
            query["$or"] = [{"files_since": {"$gt": since}}, {"files_since": since, "_id": {"$gt": request_id}}]
        with reachable():
            rows = await self._requests.find(query, _SHOWN).sort([("files_since", 1), ("_id", 1)]).limit(limit).to_list(None)
            over = [row for row in rows if row["files_since"] < at - _kept(times, row)]
            held = await self._held(over)
        free = tuple(row["_id"] for row in over if row["_id"] not in held)
        return OverPage(free, len(held), (rows[-1]["files_since"], rows[-1]["_id"]) if len(rows) == limit else None)

    async def _held(self, rows: list[Doc]) -> set[str]:
        """Return those whose sender, or whom they are about, has something open, and those that somebody complains of, from any chat."""
        if not rows:
            return set()
        owners = await self._owners({row["origin"]["contact_id"] for row in rows} - {None})
        people = {row["person"]["nik"] for row in rows} - {None}
        is_open = {"state": {"$in": sorted(HOLDING)}}
        busy_chats = await self._requests.distinct("origin.contact_id", is_open | {"origin.contact_id": {"$in": sorted(owners)}})
        busy_owners = {owners[contact_id] for contact_id in busy_chats}
        busy_people = set(await self._requests.distinct("search_terms", is_open | {"search_terms": {"$in": sorted(people)}}))
        typed = [text for row in rows for text in _written(row["receipt"])]
        disputed = set(await self._requests.distinct(_ABOUT, is_open | {_ABOUT: {"$in": typed}}))
        return {
            row["_id"]
            for row in rows
            if owners.get(row["origin"]["contact_id"]) in busy_owners
            or row["person"]["nik"] in busy_people
            or not disputed.isdisjoint(_written(row["receipt"]))
        }

    async def _owners(self, contact_ids: set[str]) -> dict[str, str]:
        """Return these contacts and every one that was merged with them, each with the one that all of them are by now."""
        into: dict[str, str | None] = {}
        asked, new = set[str](), set(contact_ids)
        while new:
            wanted = {"$in": sorted(new)}
            rows = await self._contacts.find({"$or": [{"_id": wanted}, {"merged_into": wanted}]}, {"merged_into": 1}).to_list(None)
            into |= {row["_id"]: row["merged_into"] for row in rows}
            asked |= new
            new = {*into, *(other for other in into.values() if other is not None)} - asked
        return {contact_id: _last(contact_id, into) for contact_id in asked}


def _last(contact_id: str, into: Mapping[str, str | None]) -> str:
    """Follow who was merged into whom; a ring, which there is none, ends where it began."""
    seen = {contact_id}
    while (following := into.get(contact_id)) is not None and following not in seen:
        seen.add(following)
        contact_id = following
    return contact_id


def _kept(times: FileTimes, row: Doc) -> timedelta:
    return times.returned if row["state"] == RequestState.RETURNED else times.ended


def _written(receipt: str) -> list[str]:
    """Return a receipt as people write it."""
    parted = [receipt.replace("-", mark) for mark in ("-", " ", "")]
    return [*parted, *(text.lower() for text in parted)]
