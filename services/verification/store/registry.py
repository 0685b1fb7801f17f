"""The register of families: looked up by card or person, loaded from outside in bulk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Final

from services.verification.domain.register import GONE, Family, Former, Member
from services.verification.store.schema import FAMILIES
from shared.mongo import DatabaseUnavailable, Doc, DocumentMapping, Mongo, UpdateOne, fields_of, reachable
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
    if member.birth_certificate is None:  # absent, not null: a load from outside, which has none, leaves the known one
        del doc["birth_certificate"]
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


def family_doc(family: Family) -> Doc:
    """Return the document of a family, for the register or a change that waits."""
    former = [member_doc(each.member) | {"closed_on": each.closed_on.isoformat(), "reason": each.reason} for each in family.former]
    return {
        "address": family.address,
        "rt": family.rt,
        "rw": family.rw,
        "village_code": family.village_code,
        "postal_code": family.postal_code,
        "members": [*map(member_doc, family.members), *former],  # one array: one index finds who is and who was in a family
        "closed_on": family.closed_on.isoformat() if family.closed_on else None,
        "pending": family.pending,
    }


def family_from(doc: Doc) -> Family:
    """Read a family from its document."""
    rows = [(row.pop("closed_on", None), row.pop("reason", GONE), row) for row in map(dict, doc["members"])]
    return Family(
        kk_number=doc["_id"],
        address=doc["address"],
        rt=doc["rt"],
        rw=doc["rw"],
        village_code=doc["village_code"],
        postal_code=doc["postal_code"],
        members=tuple(member_from(row) for closed_on, _, row in rows if closed_on is None),
        edition=doc["version"],
        closed_on=date.fromisoformat(doc["closed_on"]) if doc.get("closed_on") else None,
        former=tuple(Former(member_from(row), date.fromisoformat(closed_on), reason) for closed_on, reason, row in rows if closed_on),
        pending=doc.get("pending"),
    )


FAMILY: DocumentMapping[Family] = DocumentMapping(
    collection=FAMILIES, key=lambda family: family.kk_number, to_doc=family_doc, from_doc=family_from
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
            return [family_from(doc) for doc in await self._families.find({"$or": ways}).to_list(None)]

    async def taken(self, beginnings: Collection[str]) -> set[str]:
        """Return the numbers of persons and cards, former ones included, that begin with one of these twelve digits."""
        of_persons: list[Doc] = [{"members.nik": {"$gte": each, "$lt": f"{each}:"}} for each in beginnings]  # a colon follows the digits
        of_cards: list[Doc] = [{"_id": {"$gte": each, "$lt": f"{each}:"}} for each in beginnings]
        found: set[str] = set()
        with reachable():
            async for doc in self._families.find({"$or": [*of_persons, *of_cards]}, {"members.nik": 1}):
                found |= {doc["_id"], *(member["nik"] for member in doc["members"])}
        return found

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

    async def answers(self) -> bool:
        """Return whether the register can be read now."""
        try:
            await self.is_empty()
        except DatabaseUnavailable:
            return False
        return True

    async def is_empty(self) -> bool:
        """Return whether there is no family."""
        with reachable():
            return await self._families.find_one({}, projection={"_id": 1}) is None


def _bulks(families: Iterable[Family]) -> Iterator[list[Family]]:
    source = iter(families)
    while bulk := list(islice(source, _BULK)):
        yield bulk


def _upsert(family: Family, on: date, load_id: str) -> UpdateOne:
    doc = family_doc(family)
    members = doc.pop("members")
    del doc["pending"]  # an approved change still waits: it is laid over what is loaded here
    known = {"$ifNull": ["$members", []]}
    gone = {"$filter": {"input": known, "cond": {"$not": {"$in": ["$$this.nik", [member["nik"] for member in members]]}}}}
    closed = {
        "$map": {"input": gone, "in": {"$mergeObjects": [{"closed_on": on.isoformat(), "reason": GONE}, "$$this"]}}
    }  # an earlier day stays
    change = {name: {"$literal": value} for name, value in doc.items()} | {
        "members": {"$concatArrays": [{"$map": {"input": {"$literal": members}, "as": "row", "in": _with_certificate(known)}}, closed]},
        "version": {"$add": [{"$ifNull": ["$version", 0]}, 1]},
        "seq": {"$ifNull": ["$seq", 0]},
        "load_id": {"$literal": load_id},
    }
    return UpdateOne({"_id": family.kk_number}, [{"$set": change}], upsert=True)


def _with_certificate(known: Doc) -> Doc:
    """Return the expression of a loaded row with the number of the birth certificate that the register knows."""
    same = {"$first": {"$filter": {"input": known, "as": "held", "cond": {"$eq": ["$$held.nik", "$$row.nik"]}}}}
    certificate = {"$let": {"vars": {"held": same}, "in": "$$held.birth_certificate"}}
    return {"$mergeObjects": [{"birth_certificate": certificate}, "$$row"]}
