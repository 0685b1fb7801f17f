"""Leases of lanes. Leases go by the server's clock, so that the clocks of several workers need not agree.

Written without waiting for a majority: what a failover may undo here is a lease, a count of tokens or a time to look again, and every try
is guarded by its job's version, which does wait. (The revision and the window are written in transactions, with their guarantees.)

Lanes that are taken, looked at or given back at the same moment share a round trip: a broadcast does each with many at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pymongo import WriteConcern
from pymongo.read_concern import ReadConcern

from services.notifier.domain.pacing import Bucket
from services.notifier.ports import Lane
from services.notifier.store.schema import LANES
from shared.mongo import LONG_AGO, Collection, Doc, Mongo, UpdateOne, from_now, reachable
from shared.mongo.together import BatchLoader, GroupCommit

_FREE: Final[Doc] = {"$expr": {"$lt": [{"$ifNull": ["$lease.until", LONG_AGO]}, "$$NOW"]}}


@dataclass(slots=True)
class _Claim:
    """A lane that is to be ours; once asked, `doc` is the lane where it is."""

    key: str
    token: str
    until: Doc
    doc: Doc | None = None

    @property
    def update(self) -> list[Doc]:
        return [{"$set": {"lease": {"token": self.token, "until": self.until}, "due_at": self.until}}]


@dataclass(slots=True)
class _Release:
    """A lane that is given back; once done, `given` says whether it could be."""

    key: str
    token: str
    revision: int
    update: Doc
    given: bool = False

    @property
    def held(self) -> Doc:
        return {"_id": self.key, "lease.token": self.token, "revision": self.revision}


class MongoLanes:
    """The collection `lanes`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._rows: Collection = mongo.collection(database, LANES).with_options(
            write_concern=WriteConcern(w=1, j=False), read_concern=ReadConcern("local")
        )
        self._claims: GroupCommit[_Claim] = GroupCommit(self._claim)
        self._releases: GroupCommit[_Release] = GroupCommit(self._release)
        self._known: BatchLoader[Doc] = BatchLoader(self._read)

    async def due(self, channel: str, at: datetime, limit: int) -> tuple[list[str], datetime | None]:
        query = {"channel": channel, "due_at": {"$exists": True}}
        with reachable():
            rows = await self._rows.find(query, {"due_at": 1}).sort("due_at", 1).limit(limit + 1).to_list(None)
        due = [row["_id"] for row in rows if row["due_at"] <= at]
        later = next((row["due_at"] for row in rows if row["due_at"] > at), None)
        return due[:limit], later

    async def claim(self, key: str, token: str, lease_seconds: float) -> Lane | None:
        claim = _Claim(key, token, from_now(lease_seconds))
        await self._claims.commit(claim, frozenset((key,)))
        return None if claim.doc is None else _lane(claim.doc)

    async def _claim(self, claims: Sequence[_Claim]) -> None:
        with reachable():
            if len(claims) == 1:
                (one,) = claims
                one.doc = await self._rows.find_one_and_update({"_id": one.key, **_FREE}, one.update, return_document=True)
                return
            await self._rows.bulk_write([UpdateOne({"_id": each.key, **_FREE}, each.update) for each in claims], ordered=False)
        found = await self._held({each.key: each.token for each in claims})
        for each in claims:
            each.doc = found.get(each.key)

    async def _held(self, tokens: Mapping[str, str]) -> dict[str, Doc]:
        """Return the lanes that are held under these tokens."""
        found = await self._read(list(tokens))
        return {key: doc for key, doc in found.items() if _token(doc) == tokens[key]}

    async def _read(self, keys: Sequence[str]) -> dict[str, Doc]:
        with reachable():
            return {doc["_id"]: doc for doc in await self._rows.find({"_id": {"$in": list(keys)}}).to_list(None)}

    async def renew(self, tokens: Mapping[str, str], lease_seconds: float) -> frozenset[str]:
        until = from_now(lease_seconds)
        held: Doc = {"_id": {"$in": list(tokens)}, "lease.token": {"$in": list(tokens.values())}}
        with reachable():
            await self._rows.update_many(held, [{"$set": {"lease.until": until, "due_at": until}}])
            rows = await self._rows.find(held, {"lease.token": 1}).to_list(None)
        return frozenset(row["_id"] for row in rows if tokens[row["_id"]] == row["lease"]["token"])

    async def reread(self, key: str, token: str) -> Lane | None:
        doc = (await self._known.find([key])).get(key)
        return None if doc is None or _token(doc) != token else _lane(doc)

    async def release(self, lane: Lane, token: str, due_at: datetime | None) -> bool:
        """Release the lane, due at `due_at`, and store its bucket; False where the revision rose or the lease was lost.

        The bucket of a worker that dies is as full as it was: the provider's own limit, which we then meet, is heeded.
        """
        values: Doc = {} if lane.pair is None else {"pair": {"tokens": lane.pair.tokens, "at": lane.pair.at}}
        gone = {"lease": ""}
        if due_at is None:
            gone["due_at"] = ""
        else:
            values["due_at"] = due_at
        update: dict[str, Any] = {"$unset": gone, **({"$set": values} if values else {})}
        release = _Release(lane.key, token, lane.revision, update)
        await self._releases.commit(release, frozenset((lane.key,)))
        return release.given

    async def _release(self, releases: Sequence[_Release]) -> None:
        with reachable():
            if len(releases) == 1:
                (one,) = releases
                one.given = (await self._rows.update_one(one.held, one.update)).matched_count == 1
                return
            result = await self._rows.bulk_write([UpdateOne(each.held, each.update) for each in releases], ordered=False)
        whole = result.matched_count == len(releases)
        kept = {} if whole else await self._held({each.key: each.token for each in releases})
        for each in releases:
            each.given = each.key not in kept

    async def abandon(self, key: str, token: str, due_at: datetime) -> None:
        with reachable():
            await self._rows.update_one({"_id": key, "lease.token": token}, {"$unset": {"lease": ""}, "$set": {"due_at": due_at}})


def _token(doc: Doc) -> str | None:
    lease = doc.get("lease")
    return lease["token"] if lease else None


def _lane(doc: Doc) -> Lane:
    pair = doc.get("pair")
    return Lane(
        key=doc["_id"],
        revision=doc["revision"],
        pair=None if pair is None else Bucket(pair["tokens"], pair["at"]),
        inbound_at=doc.get("inbound_at"),
        held_since=doc.get("held_since"),
        lost_at=doc.get("lost_at"),
    )
