"""The register of families: looked up by card or person, loaded from outside in bulk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Final

from services.verification.domain.register import Family, Former, Member
from services.verification.store.schema import FAMILIES
from shared.mongo import ChangeTracker, Doc, DocumentMapping, Mongo, UpdateOne, fields_of, reachable
from shared.reference.population import KkMarital, Relation

_BULK: Final = 2000  # families per write: about 2 MB, well under the 48 MB of one command


def member_doc(member: Member) -> Doc:
    """Return the document of a row, for a family or an approved card."""
    doc = fields_of(member)
    doc |= {
        "born_on": member.born_on.isoformat(),
        "marital_on": member.marital_on.isoformat() if member.marital_on else None,
        "marital": member.marital.value,
        "relation": member.relation.value,
    }
    return doc


def member_from(doc: Doc) -> Member:
    """Read a row from its document."""
    return Member(
        **(
            doc
            | {
                "born_on": date.fromisoformat(doc["born_on"]),
                "marital_on": date.fromisoformat(doc["marital_on"]) if doc["marital_on"] else None,
                "marital": KkMarital(doc["marital"]),
                "relation": Relation(doc["relation"]),
            }
        )
    )


def _to_doc(family: Family) -> Doc:
    former = [member_doc(each.member) | {"closed_on": each.closed_on.isoformat()} for each in family.former]
    return {
        "address": family.address,
        "rt": family.rt,
        "rw": family.rw,
        "village_code": family.village_code,
        "postal_code": family.postal_code,
        "members": [*map(member_doc, family.members), *former],  # one array: one index finds who is and who was in a family
        "closed_on": family.closed_on.isoformat() if family.closed_on else None,
    }


def _from_doc(doc: Doc) -> Family:
    rows = [(row.pop("closed_on", None), row) for row in map(dict, doc["members"])]
    return Family(
        kk_number=doc["_id"],
        address=doc["address"],
        rt=doc["rt"],
        rw=doc["rw"],
        village_code=doc["village_code"],
        postal_code=doc["postal_code"],
        members=tuple(member_from(row) for closed_on, row in rows if closed_on is None),
        edition=doc["version"],
        closed_on=date.fromisoformat(doc["closed_on"]) if doc.get("closed_on") else None,
        former=tuple(Former(member_from(row), date.fromisoformat(closed_on)) for closed_on, row in rows if closed_on),
    )


FAMILY: DocumentMapping[Family] = DocumentMapping(
    collection=FAMILIES, key=lambda family: family.kk_number, to_doc=_to_doc, from_doc=_from_doc
)


class RegistryStore:
    """The collection of families: read by units of work, loaded from outside."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._families = mongo.collection(database, FAMILIES)

    async def families(self, *, kk_numbers: Iterable[str], niks: Iterable[str]) -> list[Family]:
        ways: list[Doc] = []
        if cards := list(kk_numbers):
            ways.append({"_id": {"$in": cards}})
        if persons := list(niks):
            ways.append({"members.nik": {"$in": persons}})
        if not ways:
            return []
        with reachable():
            return [_from_doc(doc) for doc in await self._families.find({"$or": ways}).to_list(None)]

    async def load(self, families: Iterable[Family], *, on: date, load_id: str = "") -> int:
        """Load families: new ones are added, known ones get the new state and the next edition; return the number.

        Persons who are no longer in a family stay in it as former members from that day `on`. `load_id` marks the families of this load.

        Raises:
            DatabaseUnavailable: MongoDB is down. What was loaded stays; load again: only the edition changes.
        """
        loaded = 0
        for bulk in _bulks(families):
            with reachable():
                await self._families.bulk_write([_upsert(family, on, load_id) for family in bulk], ordered=False)
            loaded += len(bulk)
        return loaded

    async def close_missing(self, load_id: str, *, on: date, spared: Collection[str] = ()) -> int:
        """Close every family that the load did not have, except the spared ones; return the number. Nothing is deleted.

        Raises:
            DatabaseUnavailable: MongoDB is down; replace again.
        """
        marks = [UpdateOne({"_id": kk_number}, {"$set": {"load_id": load_id}}) for kk_number in spared]
        missing = {"load_id": {"$ne": load_id}, "closed_on": None}
        with reachable():
            if marks:
                await self._families.bulk_write(marks, ordered=False)
            closed = await self._families.update_many(missing, {"$set": {"closed_on": on.isoformat()}, "$inc": {"version": 1}})
        return int(closed.modified_count)

    async def is_empty(self) -> bool:
        """Return whether there is no family."""
        with reachable():
            return await self._families.find_one({}, projection={"_id": 1}) is None


class MongoFamilies:
    """The families of a unit of work; implements `ports.Families`."""

    def __init__(self, unit: ChangeTracker, registry: RegistryStore) -> None:
        self._unit = unit
        self._registry = registry

    async def holding(self, kk_number: str, niks: Iterable[str]) -> tuple[Family, ...]:
        numbers = {kk_number, *(family.kk_number for family in await self._registry.families(kk_numbers=(), niks=niks))}
        await self._unit.prefetch(FAMILY, sorted(numbers))
        found: list[Family] = []
        for number in sorted(numbers):
            family = await self._unit.find(FAMILY, number)
            found += [family] if family is not None else []
        return tuple(found)

    def put(self, family: Family) -> None:
        if self._unit.version(FAMILY, family.kk_number):
            self._unit.save(FAMILY, family)
        else:
            self._unit.add(FAMILY, family)


def _bulks(families: Iterable[Family]) -> Iterator[list[Family]]:
    source = iter(families)
    while bulk := list(islice(source, _BULK)):
        yield bulk


def _upsert(family: Family, on: date, load_id: str) -> UpdateOne:
    doc = _to_doc(family)
    members = doc.pop("members")
    known = {"$ifNull": ["$members", []]}
    gone = {"$filter": {"input": known, "cond": {"$not": {"$in": ["$$this.nik", [member["nik"] for member in members]]}}}}
    closed = {"$map": {"input": gone, "in": {"$mergeObjects": [{"closed_on": on.isoformat()}, "$$this"]}}}  # an earlier day stays
    change = {name: {"$literal": value} for name, value in doc.items()} | {
        "members": {"$concatArrays": [{"$literal": members}, closed]},
        "version": {"$add": [{"$ifNull": ["$version", 0]}, 1]},
        "seq": {"$ifNull": ["$seq", 0]},
        "load_id": {"$literal": load_id},
    }
    return UpdateOne({"_id": family.kk_number}, [{"$set": change}], upsert=True)
