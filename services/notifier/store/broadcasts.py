"""Broadcasts, their lists of people, who wants news, and how WhatsApp rates our number; and plain reads of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from datetime import datetime, time
from typing import Any, Final

from pymongo.read_concern import ReadConcern

from services.notifier.domain.broadcast import Broadcast, BroadcastState, Category, Hand, Hours, ListPages, OpenNeed, Segment
from services.notifier.domain.broadcast_job import TRY_OUT_KEY
from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.job import JobState, Progress
from services.notifier.domain.news import (
    LATELY_TOLD,
    NO_OPT_IN,
    NOT_INVITED,
    OPTED_OUT,
    NewsContact,
    NewsRecipient,
    NumberHealth,
    RecipientState,
)
from services.notifier.domain.pacing import Bucket
from services.notifier.ports import BroadcastPage, BroadcastResults, NewsWishes
from services.notifier.store.broadcast_results import results_of
from services.notifier.store.broadcast_trials import trial_from, trial_to
from services.notifier.store.schema import (
    BROADCAST_ROWS,
    CONTACT_ROWS,
    HEALTH_ROWS,
    JOBS,
    OPEN_STATES,
    RECIPIENT_ROWS,
    message_to_doc,
    template_from_doc,
)
from shared.mongo import Collection, Doc, DocumentMapping, Mongo, aggregate, cursor, fields_of, reachable
from shared.mongo.together import BatchLoader
from shared.values import BROADCAST_KEY

NUMBER: Final = "whatsapp"
_EARLIER: Final[Doc] = {"from": RECIPIENT_ROWS, "localField": "earlier", "foreignField": "_id", "as": "earlier"}


def _broadcast_to(broadcast: Broadcast) -> Doc:
    pages, trial = broadcast.pages, broadcast.trial
    return {
        "name": broadcast.name,
        "template": message_to_doc(broadcast.template),
        "category": broadcast.category.value,
        "segment": {"villages": list(broadcast.segment.villages), "need": broadcast.segment.need},
        "hours": [broadcast.hours.begins.isoformat(), broadcast.hours.ends.isoformat()],
        "per_second": broadcast.per_second,
        "made_by": fields_of(broadcast.made_by),
        "made_at": broadcast.made_at,
        "state": broadcast.state.value,
        "pages": {"came": sorted(pages.came), "of": pages.of, "people": pages.people, "left_out": [list(each) for each in pages.left_out]},
        "pace": None if broadcast.pace is None else fields_of(broadcast.pace),
        "started_by": None if broadcast.started_by is None else fields_of(broadcast.started_by),
        "started_at": broadcast.started_at,
        "paused_reason": broadcast.paused_reason,
        "paused_by": None if broadcast.paused_by is None else fields_of(broadcast.paused_by),
        "paused_at": broadcast.paused_at,
        "ended_at": broadcast.ended_at,
        "judged_from": list(broadcast.judged_from),
        "trial": trial_to(trial) if trial else None,
        "about": broadcast.about,
        "corrects": list(broadcast.corrects),
    }


def _broadcast_from(doc: Doc) -> Broadcast:
    segment, pages, begins, ends = doc["segment"], doc["pages"], *map(time.fromisoformat, doc["hours"])
    return Broadcast(
        broadcast_id=doc["_id"],
        name=doc["name"],
        template=template_from_doc(doc["template"]),
        category=Category(doc["category"]),
        segment=Segment(tuple(segment["villages"]), OpenNeed(segment["need"]) if segment["need"] else None),
        hours=Hours(begins, ends),
        per_second=doc["per_second"],
        made_by=Hand(**doc["made_by"]),
        made_at=doc["made_at"],
        state=BroadcastState(doc["state"]),
        pages=ListPages(frozenset(pages["came"]), pages["of"], pages["people"], tuple((why, number) for why, number in pages["left_out"])),
        pace=None if doc["pace"] is None else Bucket(**doc["pace"]),
        started_by=None if doc["started_by"] is None else Hand(**doc["started_by"]),
        started_at=doc["started_at"],
        paused_reason=doc["paused_reason"],
        paused_by=None if doc["paused_by"] is None else Hand(**doc["paused_by"]),
        paused_at=doc["paused_at"],
        ended_at=doc["ended_at"],
        judged_from=(doc["judged_from"][0], doc["judged_from"][1]),
        trial=trial_from(doc["trial"]) if doc.get("trial") else None,  # absent: written before two texts were compared
        about=doc.get("about", ""),  # absent: written before invitations said what they invite to
        corrects=tuple(doc.get("corrects", ())),
    )


def recipient_to(recipient: NewsRecipient) -> Doc:
    """Return somebody of a list as a document, without `_id`, `version` and `seq`."""
    return {**fields_of(recipient), "state": recipient.state.value}


def _recipient_from(doc: Doc) -> NewsRecipient:
    return NewsRecipient(**{name: doc[name] for name in NewsRecipient.__slots__} | {"state": RecipientState(doc["state"])})


def _contact_to(contact: NewsContact) -> Doc:
    return {name: value for name, value in fields_of(contact).items() if name != "contact_id"}


def _contact_from(doc: Doc) -> NewsContact:
    return NewsContact(doc["_id"], doc["address"], doc["agreed"], doc["changed_at"], doc["told_at"])


def _health_from(doc: Doc) -> NumberHealth:
    return NumberHealth(doc["fell"], doc["limit"], doc["at"])


BROADCASTS: Final[DocumentMapping[Broadcast]] = DocumentMapping(
    BROADCAST_ROWS, lambda broadcast: broadcast.broadcast_id, _broadcast_to, _broadcast_from
)
RECIPIENTS: Final[DocumentMapping[NewsRecipient]] = DocumentMapping(
    RECIPIENT_ROWS, lambda recipient: recipient.key, recipient_to, _recipient_from
)
NEWS_CONTACTS: Final[DocumentMapping[NewsContact]] = DocumentMapping(
    CONTACT_ROWS, lambda contact: contact.contact_id, _contact_to, _contact_from
)
NUMBER_HEALTH: Final[DocumentMapping[NumberHealth]] = DocumentMapping(HEALTH_ROWS, lambda _: NUMBER, fields_of, _health_from)


class MongoBroadcastReader:
    """`ports.BroadcastReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._broadcasts: Collection = mongo.collection(database, BROADCAST_ROWS)
        self._recipients: Collection = mongo.collection(database, RECIPIENT_ROWS)
        self._contacts: Collection = mongo.collection(database, CONTACT_ROWS)
        # Fresh: what was withdrawn, stopped or paused a moment ago counts, whether or not a majority has it yet. Asked many at once.
        fresh = ReadConcern("local")
        self._found: BatchLoader[Doc] = BatchLoader(_by_id(self._broadcasts.with_options(read_concern=fresh)))
        self._wishes: BatchLoader[Doc] = BatchLoader(_by_id(self._contacts.with_options(read_concern=fresh)))
        self._health: Collection = mongo.collection(database, HEALTH_ROWS)
        self._jobs: Collection = mongo.collection(database, JOBS)

    async def of_trial(self, trial_id: str) -> Sequence[Broadcast]:
        with reachable():
            docs = await self._broadcasts.find({"trial.trial_id": {"$eq": trial_id, "$gt": ""}}).to_list(None)
        return [_broadcast_from(doc) for doc in sorted(docs, key=lambda doc: str(doc["trial"]["arm"]))]

    async def begun_about(self, about: str) -> tuple[str, ...]:
        wanted: Doc = {"about": {"$eq": about, "$gt": ""}, "started_at": {"$ne": None}}
        with reachable():
            docs = await self._broadcasts.find(wanted, {"_id": 1}).sort("_id", 1).to_list(None)
        return tuple(doc["_id"] for doc in docs)

    async def find(self, broadcast_id: str) -> Broadcast | None:
        doc = (await self._found.find([broadcast_id])).get(broadcast_id)
        return None if doc is None else BROADCASTS.from_doc(doc)

    async def page(self, after: str | None, limit: int) -> BroadcastPage:
        """Return one page.

        Raises:
            BadInput: `cursor_malformed`.
        """
        wanted: Doc = cursor.older("made_at", after) if after else {}
        with reachable():
            docs = await self._broadcasts.find(wanted).sort([("made_at", -1), ("_id", -1)]).limit(limit + 1).to_list(None)
        rows = tuple(BROADCASTS.from_doc(doc) for doc in docs[:limit])
        return BroadcastPage(rows, cursor.encode(rows[-1].made_at, rows[-1].broadcast_id) if len(docs) > limit else None)

    async def running(self) -> list[Broadcast]:
        with reachable():
            docs = await self._broadcasts.find({"state": BroadcastState.RUNNING.value}).sort("made_at", 1).to_list(None)
        return [BROADCASTS.from_doc(doc) for doc in docs]

    async def planned(self, broadcast_id: str, limit: int) -> list[str]:
        wanted: Doc = {"broadcast_id": broadcast_id, "state": RecipientState.PLANNED.value}
        with reachable():
            docs = await self._recipients.find(wanted, {"_id": 1}).sort("_id", 1).limit(limit).to_list(None)
        return [doc["_id"] for doc in docs]

    async def contact(self, contact_id: str) -> NewsContact:
        doc = (await self._wishes.find([contact_id])).get(contact_id)
        return NewsContact(contact_id) if doc is None else NEWS_CONTACTS.from_doc(doc)

    async def find_agreed(self, address: str) -> NewsContact | None:
        with reachable():
            doc = await self._contacts.find_one({"address": address, "agreed": True}) if address else None
        return None if doc is None else NEWS_CONTACTS.from_doc(doc)

    async def try_outs(self, broadcast_id: str, limit: int) -> int:
        own: Doc = {"$gte": f"{TRY_OUT_KEY}{broadcast_id}:", "$lt": f"{TRY_OUT_KEY}{broadcast_id};"}
        with reachable():
            return int(await self._jobs.count_documents({"_id": own}, limit=limit))

    async def wishes(self, limit: int) -> NewsWishes:
        with reachable():
            agreed, stopped = [await self._contacts.count_documents({"agreed": wish}, hint="by_wish") for wish in (True, False)]
            docs = await self._contacts.find({"agreed": False}).sort("changed_at", -1).limit(limit).to_list(None)
        return NewsWishes(agreed, stopped, tuple(NEWS_CONTACTS.from_doc(doc) for doc in docs))

    async def known_at(self, address: str) -> NewsContact | None:
        with reachable():
            docs = await self._contacts.find({"address": address}).sort("changed_at", -1).to_list(None) if address else []
        return NEWS_CONTACTS.from_doc(docs[0]) if docs else None

    async def people_since(self, since: datetime, limit: int) -> int:
        wanted: Doc = {"state": RecipientState.QUEUED.value, "moved_at": {"$gte": since}}
        with reachable():
            return int(await self._recipients.count_documents(wanted, limit=limit))

    async def on_the_way(self, limit: int) -> int:
        wanted: Doc = {"kind": NoticeKind.BROADCAST.value, "state": {"$in": OPEN_STATES}}
        with reachable():
            return int(await self._jobs.count_documents(wanted, limit=limit, hint="broadcasts_on_the_way"))

    async def is_on_the_way(self, broadcast_id: str) -> bool:
        own: Doc = {"$gte": f"{BROADCAST_KEY}{broadcast_id}:", "$lt": f"{BROADCAST_KEY}{broadcast_id};"}
        wanted: Doc = {"kind": NoticeKind.BROADCAST.value, "state": {"$in": OPEN_STATES}, "_id": own}
        with reachable():
            return await self._jobs.find_one(wanted, {"_id": 1}, hint="broadcasts_on_the_way") is not None

    async def unheard(self, since: datetime, limit: int) -> tuple[int, datetime | None]:
        wanted: Doc = {
            "kind": NoticeKind.BROADCAST.value,
            "state": JobState.DONE.value,
            "progress": Progress.NONE.value,
            "done_at": {"$gte": since},
        }
        with reachable():
            docs = await self._jobs.find(wanted, {"done_at": 1}).sort("done_at", 1).limit(limit).hint("broadcasts_unheard").to_list(None)
        return len(docs), docs[0]["done_at"] if docs else None

    async def results(self, broadcast: Broadcast) -> BroadcastResults:
        of: Doc = {"broadcast_id": broadcast.broadcast_id}
        states: Doc = {"state": "$state", "why": "$why"}
        by: Doc = {"state": "$state", "progress": "$progress", "reason": "$reason", "twice": "$maybe_duplicate"}
        own: Doc = {"refs": broadcast.broadcast_id, "_id": {"$gte": "broadcast:", "$lt": "broadcast;"}}
        with reachable():
            people = await aggregate(self._recipients, [{"$match": of}, {"$group": {"_id": states, "n": {"$sum": 1}}}])
            jobs = await aggregate(self._jobs, [{"$match": own}, {"$group": {"_id": by, "n": {"$sum": 1}}}])
        return results_of(people, jobs)

    async def would_skip(self, broadcast: Broadcast, told_after: datetime) -> Mapping[str, int]:
        joined: Doc = {"from": CONTACT_ROWS, "localField": "contact_id", "foreignField": "_id", "as": "contact"}
        no_word = NO_OPT_IN if broadcast.category is Category.MARKETING else None
        agreed: Doc = {"$first": "$contact.agreed"}
        why: Doc = {
            "$switch": {
                "branches": [
                    {"case": {"$eq": [agreed, False]}, "then": OPTED_OUT},
                    {"case": {"$eq": [{"$ifNull": [agreed, None]}, None]}, "then": no_word},
                    {"case": {"$gt": [{"$first": "$contact.told_at"}, told_after]}, "then": LATELY_TOLD},
                ],
                "default": None,
            }
        }
        if broadcast.corrects:
            told: Doc = {"$in": [RecipientState.QUEUED.value, "$earlier.state"]}
            why["$switch"]["branches"][2] = {"case": {"$not": [told]}, "then": NOT_INVITED}
        earlier = [{"$concat": [each, ":", "$contact_id"]} for each in broadcast.corrects]
        stages: list[Doc] = [
            {"$match": {"broadcast_id": broadcast.broadcast_id, "state": RecipientState.PLANNED.value}},
            *([{"$set": {"earlier": earlier}}, {"$lookup": _EARLIER}] if earlier else []),
            {"$lookup": joined},
            {"$group": {"_id": why, "n": {"$sum": 1}}},
        ]
        with reachable():
            rows = await aggregate(self._recipients, stages)
        return {row["_id"]: row["n"] for row in rows if row["_id"]}

    async def health(self) -> NumberHealth:
        with reachable():
            doc = await self._health.find_one({"_id": NUMBER})
        return NumberHealth() if doc is None else NUMBER_HEALTH.from_doc(doc)

    async def mark(self) -> Hashable:
        newest: list[Any] = [("made_at", -1)]
        with reachable():
            states = await self._broadcasts.find({}, {"version": 1}).sort(newest).limit(20).to_list(None)
            moving = await self.on_the_way(1000)
            done = await self._jobs.find_one(
                {"kind": NoticeKind.BROADCAST.value}, {"done_at": 1}, sort=[("done_at", -1)], hint="broadcasts_done"
            )
        return tuple((doc["_id"], doc["version"]) for doc in states), moving, None if done is None else (done["_id"], done["done_at"])


def _by_id(rows: Collection) -> Callable[[Sequence[str]], Awaitable[dict[str, Doc]]]:
    """Return a read of documents by their ids, in one query."""

    async def read(keys: Sequence[str]) -> dict[str, Doc]:
        with reachable():
            return {doc["_id"]: doc for doc in await rows.find({"_id": {"$in": list(keys)}}).to_list(None)}

    return read
