"""The register of families: looked up by card or person, loaded from outside in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Final

from pymongo import UpdateOne
from pymongo.errors import PyMongoError

from services.verification.domain.register import Family, Member
from services.verification.store.schema import FAMILIES
from shared.mongo import DatabaseUnavailable, Doc, Mapping, Mongo, fields_of, is_unavailable
from shared.reference.population import KkMarital, Relation

_BULK: Final = 2000  # families per write: about 2 MB, well under the 48 MB of one command


def member_doc(member: Member) -> Doc:
    """A row as it lies in a family or on an approved card."""
    doc = fields_of(member)
    doc |= {
        "born_on": member.born_on.isoformat(),
        "marital_on": member.marital_on.isoformat() if member.marital_on else None,
        "marital": member.marital.value,
        "relation": member.relation.value,
    }
    return doc


def member_from(doc: Doc) -> Member:
    """A row as it lay."""
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
    return {
        "address": family.address,
        "rt": family.rt,
        "rw": family.rw,
        "village_code": family.village_code,
        "postal_code": family.postal_code,
        "members": [member_doc(member) for member in family.members],
    }


def _from_doc(doc: Doc) -> Family:
    return Family(
        kk_number=doc["_id"],
        address=doc["address"],
        rt=doc["rt"],
        rw=doc["rw"],
        village_code=doc["village_code"],
        postal_code=doc["postal_code"],
        members=tuple(map(member_from, doc["members"])),
        edition=doc["version"],
    )


FAMILY: Mapping[Family] = Mapping(collection=FAMILIES, key=lambda family: family.kk_number, to_doc=_to_doc, from_doc=_from_doc)


class RegistryStore:
    """Reads families for the units of work, and takes in a register from outside."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._families = mongo.collection(database, FAMILIES)

    async def families(self, *, kk_numbers: Iterable[str], niks: Iterable[str]) -> list[Family]:
        """The families of these cards, and those in which these persons stand; one query."""
        ways: list[Doc] = []
        if cards := list(kk_numbers):
            ways.append({"_id": {"$in": cards}})
        if persons := list(niks):
            ways.append({"members.nik": {"$in": persons}})
        if not ways:
            return []
        return [_from_doc(doc) for doc in await self._families.find({"$or": ways}).to_list(None)]

    async def load(self, families: Iterable[Family]) -> int:
        """Take in families: new ones are added, known ones get the new state and the next edition; how many there were.

        Raises:
            DatabaseUnavailable: MongoDB is down. What was loaded stays; load again, it is idempotent but for the edition.
        """
        loaded = 0
        try:
            for bulk in _bulks(families):
                await self._families.bulk_write([_upsert(family) for family in bulk], ordered=False)
                loaded += len(bulk)
        except PyMongoError as error:
            if is_unavailable(error):
                raise DatabaseUnavailable("database_unavailable", type(error).__name__) from error
            raise
        return loaded

    async def is_empty(self) -> bool:
        """Whether no family was ever loaded."""
        return await self._families.find_one({}, projection={"_id": 1}) is None


def _bulks(families: Iterable[Family]) -> Iterator[list[Family]]:
    source = iter(families)
    while bulk := list(islice(source, _BULK)):
        yield bulk


def _upsert(family: Family) -> UpdateOne:
    return UpdateOne({"_id": family.kk_number}, {"$set": _to_doc(family), "$inc": {"version": 1}, "$setOnInsert": {"seq": 0}}, upsert=True)
