"""The collection `sources`: what brings people here. The code is the id; none is ever deleted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from services.intake.domain.outreach.codes import slips
from services.intake.domain.outreach.sources import OutreachSource, SourceDescription
from services.intake.ports.outreach import SourcePage, SourceSearch
from services.intake.store.measured import MEASURED
from services.intake.store.parts import known
from shared.mongo import Collection, Doc, DocumentMapping, Mongo, aggregate, fields_of, reachable
from shared.mongo.terms import begins
from shared.values.name_terms import name_beginnings, name_terms


def _to(source: OutreachSource) -> Doc:
    what = source.what
    return {
        **fields_of(what),
        "ads": list(what.ads),
        "ends_on": what.ends_on.isoformat() if what.ends_on else None,
        "made_at": source.made_at,
        "made_by": source.made_by,
        "retired_at": source.retired_at,
        "order": _order(source),
        "terms": list(dict.fromkeys(name_terms(f"{what.name} {what.campaign} {what.account} {source.code}"))),
    }


def _from(doc: Doc) -> OutreachSource:
    ends_on = date.fromisoformat(doc["ends_on"]) if doc["ends_on"] else None
    what = SourceDescription(**{**known(SourceDescription, doc), "ads": tuple(doc["ads"]), "ends_on": ends_on})
    return OutreachSource(doc["_id"], what, doc["made_at"], doc["made_by"], doc["retired_at"])


SOURCES: Final[DocumentMapping[OutreachSource]] = DocumentMapping("sources", lambda source: source.code, _to, _from)


class MongoSourceReader:
    """Implements `ports.SourceReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._sources: Collection = mongo.collection(database, SOURCES.collection)
        self._measured: Collection = mongo.collection(database, MEASURED.collection)
        self._all: tuple[int, tuple[OutreachSource, ...]] = (0, ())

    async def find(self, code: str) -> OutreachSource | None:
        with reachable():
            doc = await self._sources.find_one({"_id": code})
        return _from(doc) if doc else None

    async def search(self, search: SourceSearch) -> SourcePage:
        query = _query(search)
        with reachable():
            count = await self._sources.count_documents(query)
            if search.after:
                query["order"] = {"$lt": search.after}
            docs = await self._sources.find(query).sort("order", -1).limit(search.limit + 1).to_list(None)
        shown = docs[: search.limit]
        return SourcePage(tuple(map(_from, shown)), count, shown[-1]["order"] if len(docs) > search.limit else None)

    async def all(self) -> Sequence[OutreachSource]:
        """See `ports.SourceReader`; read anew where one was made or changed since: each of these makes the sum of all versions larger."""
        with reachable():
            sums = await aggregate(self._sources, [{"$group": {"_id": None, "versions": {"$sum": "$version"}}}])
            stamp = sums[0]["versions"] if sums else 0
            if stamp != self._all[0]:
                docs = await self._sources.find({}).to_list(None)
                self._all = (stamp, tuple(map(_from, docs)))
        return self._all[1]

    async def codes(self) -> frozenset[str]:
        with reachable():
            docs = await self._sources.find({}, {"_id": 1}).to_list(None)
        return frozenset(doc["_id"] for doc in docs)

    async def is_measured(self, code: str) -> bool:
        with reachable():
            return await self._measured.find_one({"source": code}, {"_id": 1}) is not None

    async def campaigns(self) -> Sequence[str]:
        with reachable():
            return sorted(await self._sources.distinct("campaign"))


async def find_beginning(sources: Collection, part: str) -> Sequence[str]:
    """Return codes that begin with what is left of one, two at most."""
    docs = await sources.find({"_id": {"$regex": f"^{re.escape(part)}"}}, {"_id": 1}).limit(2).to_list(None)
    return [doc["_id"] for doc in docs]


async def find_slipped(sources: Collection, text: str) -> Sequence[str]:
    """Return codes of which a text is one slip, two at most."""
    near = sorted(slips(text))
    docs = await sources.find({"_id": {"$in": near}}, {"_id": 1}).limit(2).to_list(None) if near else []
    return [doc["_id"] for doc in docs]


def _query(search: SourceSearch) -> Doc:
    equal = {name: getattr(search, name) for name in ("channel", "place", "campaign", "village", "service")}
    query: Doc = {name: value for name, value in equal.items() if value}
    if search.only_running:
        query["retired_at"] = None
    if words := name_beginnings(search.text):
        query["$and"] = [begins("terms", word) for word in words]
    return query


def _order(source: OutreachSource) -> str:
    """Return what sources are sorted by: when they were made, and the code where several were made at once."""
    return f"{source.made_at.isoformat()}.{source.code}"
