"""The collection `audit`: appended to within a transaction, and read by auditors.

A row's `_id` is its number. Two processes that append at once take the same next number: the database lets one of them, the other's
transaction is run again and links to what was first. So there is one chain, without a lock and without gaps.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from shared.audit.entry import AuditEntry, AuditRow, SeenPerson, chained, first_link
from shared.audit.verify import verify
from shared.mongo import Doc, IndexModel, Mongo, Session, aggregate, reachable

AUDIT: Final = "audit"
CHECKS: Final = "audit_checks"
"""The end of the last look at the whole log: one document."""

INDEXES: Final[Mapping[str, Sequence[IndexModel]]] = {
    AUDIT: (
        IndexModel([("actor", 1), ("_id", -1)], name="actor"),  # what one person did
        IndexModel([("about", 1), ("_id", -1)], name="about"),  # who saw one request
        IndexModel([("personal.persons.nik", 1), ("_id", -1)], name="person", sparse=True),  # who saw one person
        IndexModel([("at", 1)], name="at"),  # what happened on a day
        IndexModel([("act", 1), ("_id", -1)], name="act"),  # one kind of act; which kinds there are
        IndexModel([("detail.receipt", 1), ("_id", -1)], name="receipt", sparse=True),  # who saw one request, by its receipt
    ),
    CHECKS: (),
}


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What an auditor looks for; None, and no acts: anything. `nik` is personal: it is never part of a URL. `receipt`: of a request."""

    actor: str | None = None
    about: str | None = None
    acts: tuple[str, ...] = ()
    nik: str | None = None
    receipt: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some rows, the newest first; `next` is the `before` of the following page (None: this is the last)."""

    rows: tuple[AuditRow, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """A look at the whole chain: `rows` were whole, the last of them with the hash `head`; `broken`: the first that is not, and `why`."""

    at: datetime
    rows: int
    head: str
    broken: int | None = None
    why: str = ""


class AuditLog:
    """The audit log of one service."""

    def __init__(self, mongo: Mongo, database: str, service: str) -> None:
        self._rows = mongo.collection(database, AUDIT)
        self._checks = mongo.collection(database, CHECKS)
        self._mongo = mongo
        self._database = database
        self.service = service

    async def prepare(self) -> None:
        """Create the collection and its indexes."""
        await self._mongo.prepare(self._database, INDEXES)

    async def append(self, entries: Sequence[AuditEntry], session: Session) -> AuditRow:
        """Append to the chain within a transaction, which is run again where another process was faster; return the last row."""
        head = await self._rows.find_one({}, {"hash": 1}, sort=[("_id", -1)], session=session)
        number, previous = (head["_id"], head["hash"]) if head else (0, first_link(self.service))
        rows = chained(entries, number=number, previous=previous)
        await self._rows.insert_many([_to_doc(row) for row in rows], session=session)
        return rows[-1]

    async def page(self, wanted: AuditFilter) -> AuditPage:
        """Return one page, the newest first."""
        query = _query(wanted)
        with reachable():
            docs = await self._rows.find(query).sort("_id", -1).limit(wanted.limit + 1).to_list(None)
        rows = tuple(map(row_from, docs[: wanted.limit]))
        return AuditPage(rows, rows[-1].number if len(docs) > wanted.limit else None)

    async def actors(self) -> list[tuple[str, str]]:
        """Return everybody who did or saw anything, by name: the id, and the name of their latest row."""
        latest: list[Doc] = [{"$sort": {"actor": 1, "_id": -1}}, {"$group": {"_id": "$actor", "name": {"$first": "$actor_name"}}}]
        with reachable():
            found = await aggregate(self._rows, latest)
        return sorted(((row["_id"], row["name"] or row["_id"]) for row in found), key=lambda each: each[1])

    async def acts(self) -> list[str]:
        """Return the acts that there are."""
        with reachable():
            return sorted(await self._rows.distinct("act"))

    async def check(self, at: datetime) -> AuditCheck:
        """Check the whole chain, and keep what was found for whoever asks next; a row that was known good then must be there still."""
        last = await self.last_check()
        known = (last.rows, last.head) if last is not None and last.rows else None
        verdict = await verify(self.all(), self.service, known=known)
        kept = AuditCheck(at, verdict.rows, verdict.head, verdict.broken, verdict.why)
        if verdict.broken is not None and last is not None:
            kept = replace(kept, rows=last.rows, head=last.head)  # the next look compares with the last good row still
        with reachable():
            await self._checks.replace_one({"_id": self.service}, _check_doc(kept), upsert=True)
        return replace(kept, rows=verdict.rows)

    async def last_check(self) -> AuditCheck | None:
        """Return the end of the last look at the whole chain; None where nobody looked."""
        with reachable():
            doc = await self._checks.find_one({"_id": self.service})
        return AuditCheck(doc["at"], doc["rows"], doc["head"], doc["broken"], doc["why"]) if doc else None

    async def all(self) -> AsyncIterator[AuditRow | Doc]:
        """Yield every row from the first on; what can't be read as one, as the document it is."""
        with reachable():
            async for doc in self._rows.find({}).sort("_id", 1):
                try:
                    yield row_from(doc)
                except (KeyError, TypeError, AttributeError):
                    yield doc


def _query(wanted: AuditFilter) -> Doc:
    query: Doc = {}
    for name, value in (("actor", wanted.actor), ("about", wanted.about), ("personal.persons.nik", wanted.nik)):
        if value:
            query[name] = value
    if wanted.acts:
        query["act"] = {"$in": list(wanted.acts)}
    if wanted.receipt:
        query["$or"] = [{"detail.receipt": wanted.receipt}, {"about": f"search/{wanted.receipt}"}]
    at = {op: moment for op, moment in (("$gte", wanted.since), ("$lt", wanted.until)) if moment is not None}
    if at:
        query["at"] = at
    if wanted.before is not None:
        query["_id"] = {"$lt": wanted.before}
    return query


def _check_doc(check: AuditCheck) -> Doc:
    return {"at": check.at, "rows": check.rows, "head": check.head, "broken": check.broken, "why": check.why}


def _to_doc(row: AuditRow) -> Doc:
    entry = row.entry
    doc: Doc = {
        "_id": row.number,
        "at": entry.at,
        "actor": entry.actor,
        "actor_name": entry.actor_name,
        "roles": sorted(entry.roles),
        "act": entry.act,
        "about": entry.about,
        "detail": dict(entry.detail),
        "personal_hash": row.personal_hash,
        "previous": row.previous,
        "hash": row.hash,
    }
    if entry.persons:
        doc["personal"] = {"salt": row.salt, "persons": [{"nik": each.nik, "name": each.name} for each in entry.persons]}
    return doc


def row_from(doc: Doc) -> AuditRow:
    """Read a row from its document."""
    personal: dict[str, Any] = doc.get("personal") or {"salt": "", "persons": []}
    entry = AuditEntry(
        actor=doc["actor"],
        actor_name=doc["actor_name"],
        act=doc["act"],
        at=doc["at"],
        about=doc["about"],
        roles=tuple(doc["roles"]),
        detail=doc["detail"],
        persons=tuple(SeenPerson(each["nik"], each["name"]) for each in personal["persons"]),
    )
    return AuditRow(doc["_id"], entry, personal["salt"], doc["personal_hash"], doc["previous"], doc["hash"])
