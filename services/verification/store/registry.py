"""The register of families: looked up by card or person, loaded from outside in bulk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from services.verification.domain.answers import UnclearAnswer
from services.verification.domain.register import GONE, Family, Former, Member
from services.verification.domain.register_rules import MEMBER_COLUMNS, MORE_COLUMNS, TERMS
from services.verification.domain.unclear import UNCLEAR, unclear_of
from services.verification.store.schema import CERTIFICATES, FAMILIES
from shared.errors import DomainError
from shared.mongo import DatabaseUnavailable, Doc, DocumentMapping, Mongo, UpdateOne, fields_of, reachable
from shared.reference.population import KkMarital, Relation

_KEPT: Final = (*MORE_COLUMNS, "former_names", "annulled")  # what we were told, which a load brings seldom or never
_OURS: Final = frozenset(("_id", "seq", "load_id"))  # what stands in a document and says nothing of a family
_NEXT_VERSION: Final[Doc] = {"$add": [{"$cond": [{"$isNumber": "$version"}, "$version", 0]}, 1]}
_MAKES_SENSE: Final[tuple[Doc, ...]] = (
    {"$eq": [{"$type": "$$this"}, "object"]},
    *({"$eq": [{"$type": f"$$this.{column}"}, "string"]} for column in MEMBER_COLUMNS if column not in ("passport", "kitap", "marital_on")),
    *({"$in": [f"$$this.{column}", sorted(terms)]} for column, terms in TERMS.items() if column not in MORE_COLUMNS),
    {"$regexMatch": {"input": {"$convert": {"input": "$$this.nik", "to": "string", "onError": ""}}, "regex": "^[0-9]{16}$"}},
    {"$ne": [{"$dateFromString": {"dateString": "$$this.born_on", "format": "%Y-%m-%d", "onError": None, "onNull": None}}, None]},
)
"""Of a row that is known already (`domain.unclear` in the words of MongoDB, as far as a load needs them)."""
_BULK: Final = 2000  # families per write: about 2 MB, well under the 48 MB of one command


def member_doc(member: Member) -> Doc:
    """Return the document of a row, for a family or an approved card."""
    doc = fields_of(member)
    doc |= {
        "born_on": member.born_on.isoformat(),
        "marital_on": member.marital_on.isoformat() if member.marital_on else None,
        "marital": member.marital.value,
        "relation": member.relation.value,
        "birth_certificate_on": member.birth_certificate_on.isoformat() if member.birth_certificate_on else None,
    }
    for name in _KEPT:
        if not doc[name]:  # absent, not null: a load from outside that does not say it leaves the known one
            del doc[name]
    return doc


def member_from(doc: Doc) -> Member:
    """Read a row from its document."""
    return Member(
        **(
            doc
            | {
                "born_on": date.fromisoformat(doc["born_on"]),
                "marital_on": date.fromisoformat(doc["marital_on"]) if doc.get("marital_on") else None,
                "marital": KkMarital(doc["marital"]),
                "relation": Relation(doc["relation"]),
                "birth_certificate_on": date.fromisoformat(doc["birth_certificate_on"]) if doc.get("birth_certificate_on") else None,
                "former_names": tuple(doc.get("former_names") or ()),
                "annulled": tuple(doc.get("annulled") or ()),
            }
        )
    )


def _former_doc(former: Former) -> Doc:
    doc = member_doc(former.member) | {"closed_on": former.closed_on.isoformat(), "reason": str(former.reason)}
    if former.died_on is not None:
        doc["died_on"] = former.died_on.isoformat()
    if former.certificate is not None:
        doc["death_certificate"] = former.certificate
    if former.death_place is not None:
        doc["death_place"] = former.death_place
    if former.letter is not None:
        doc["moving_letter"] = former.letter
    return doc


def _former_from(row: Doc) -> Former:
    closed_on, reason, died_on = date.fromisoformat(row.pop("closed_on")), row.pop("reason", GONE), row.pop("died_on", None)
    certificate, place, letter = (row.pop(name, None) for name in ("death_certificate", "death_place", "moving_letter"))
    return Former(member_from(row), closed_on, reason, date.fromisoformat(died_on) if died_on else None, certificate, place, letter)


def family_doc(family: Family) -> Doc:
    """Return the document of a family, for the register or a change that waits."""
    return {
        "address": family.address,
        "rt": family.rt,
        "rw": family.rw,
        "village_code": family.village_code,
        "postal_code": family.postal_code,
        # one array: one index finds who is and who was in a family
        "members": [*map(member_doc, family.members), *map(_former_doc, family.former)],
        "closed_on": family.closed_on.isoformat() if family.closed_on else None,
        "pending": family.pending,
    }


def family_from(doc: Doc) -> Family:
    """Read a family from its document, which makes sense: it was written here, or `understood` looked at it."""
    rows = [dict(row) for row in doc["members"]]
    return Family(
        kk_number=doc["_id"],
        address=doc["address"],
        rt=doc["rt"],
        rw=doc["rw"],
        village_code=doc["village_code"],
        postal_code=doc["postal_code"],
        members=tuple(member_from(row) for row in rows if not row.get("closed_on")),
        edition=doc["version"],
        closed_on=date.fromisoformat(doc["closed_on"]) if doc.get("closed_on") else None,
        former=tuple(_former_from(row) for row in rows if row.get("closed_on")),
        pending=doc.get("pending"),
    )


def understood(doc: Doc, *, on: date = date.max) -> Family | UnclearAnswer:
    """Read what the register says of a family, whatever is in its document. `on`: the day that nothing in it may be after."""
    answer = {name: value for name, value in doc.items() if name not in _OURS} | {"kk_number": doc.get("_id")}
    return unclear_of(answer, on=on) or family_from(doc)


def _sound(doc: Doc) -> Family:
    found = understood(doc)
    if isinstance(found, UnclearAnswer):
        raise DomainError(UNCLEAR, "The register's answer about a family can't be understood.")
    return found


FAMILY: DocumentMapping[Family] = DocumentMapping(
    collection=FAMILIES, key=lambda family: family.kk_number, to_doc=family_doc, from_doc=_sound
)
"""Reading one that makes no sense raises `registry_answer_unclear`: what can't be understood is never written over."""


@dataclass(frozen=True, slots=True)
class RegistryAnswers:
    """What the register said: families, and answers that make no sense."""

    families: tuple[Family, ...] = ()
    unclear: tuple[UnclearAnswer, ...] = ()


class RegistryStore:
    """The collection of families: read by units of work, loaded from outside."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._families = mongo.collection(database, FAMILIES)

    async def look_up(
        self, *, kk_numbers: Iterable[str], niks: Iterable[str], certificates: Iterable[str] = (), on: date = date.max
    ) -> RegistryAnswers:
        """Return the families of these cards, persons and certificates. `on`: the day that nothing in them may be after."""
        ways: list[Doc] = []
        if cards := list(kk_numbers):
            ways.append({"_id": {"$in": cards}})
        if persons := list(niks):
            ways.append({"members.nik": {"$in": persons}})
        if numbers := list(certificates):
            ways += [{f"members.{column}": {"$in": numbers}} for column in CERTIFICATES]
        if not ways:
            return RegistryAnswers()
        with reachable():
            found = [understood(doc, on=on) for doc in await self._families.find({"$or": ways}).to_list(None)]
        return RegistryAnswers(
            tuple(each for each in found if isinstance(each, Family)), tuple(each for each in found if isinstance(each, UnclearAnswer))
        )

    async def born_on(self, days: Iterable[date]) -> tuple[Family, ...]:
        """Return the families in which somebody is, or was, who was born on one of these days, as far as they make sense."""
        wanted = {"members.born_on": {"$in": [day.isoformat() for day in days]}}
        with reachable():
            found = [understood(doc) for doc in await self._families.find(wanted).to_list(None)]
        return tuple(each for each in found if isinstance(each, Family))

    async def taken(self, beginnings: Collection[str]) -> set[str]:
        """Return the numbers of persons and cards, former ones included, that begin with one of these twelve digits."""
        of_persons: list[Doc] = [{"members.nik": {"$gte": each, "$lt": f"{each}:"}} for each in beginnings]  # a colon follows the digits
        of_cards: list[Doc] = [{"_id": {"$gte": each, "$lt": f"{each}:"}} for each in beginnings]
        found: set[str] = set()
        with reachable():
            async for doc in self._families.find({"$or": [*of_persons, *of_cards]}, {"members.nik": 1}):
                found |= {doc["_id"], *_niks(doc.get("members"))}
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
            closed = await self._families.update_many(missing, [{"$set": {"closed_on": on.isoformat(), "version": _NEXT_VERSION}}])
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


def _niks(members: object) -> Iterator[str]:
    """Yield the NIKs in the rows of a family, whatever shape they have."""
    rows = (row for row in (members if isinstance(members, list) else ()) if isinstance(row, dict))
    yield from (row["nik"] for row in rows if isinstance(row.get("nik"), str))


def _bulks(families: Iterable[Family]) -> Iterator[list[Family]]:
    source = iter(families)
    while bulk := list(islice(source, _BULK)):
        yield bulk


def _upsert(family: Family, on: date, load_id: str) -> UpdateOne:
    doc = family_doc(family)
    members = doc.pop("members")
    del doc["pending"]  # an approved change still waits: it is laid over what is loaded here
    known = {"$cond": [{"$isArray": "$members"}, "$members", []]}
    stays = [{"$not": {"$in": ["$$this.nik", [member["nik"] for member in members]]}}, *_MAKES_SENSE]
    gone = {"$filter": {"input": known, "cond": {"$and": stays}}}  # a row that makes no sense is nobody's: the load mends it
    closed = {
        "$map": {"input": gone, "in": {"$mergeObjects": [{"closed_on": on.isoformat(), "reason": GONE}, "$$this"]}}
    }  # an earlier day stays
    change = {name: {"$literal": value} for name, value in doc.items()} | {
        "members": {"$concatArrays": [{"$map": {"input": {"$literal": members}, "as": "row", "in": _with_kept(known)}}, closed]},
        "version": _NEXT_VERSION,
        "seq": {"$cond": [{"$isNumber": "$seq"}, "$seq", 0]},
        "load_id": {"$literal": load_id},
    }
    return UpdateOne({"_id": family.kk_number}, [{"$set": change}], upsert=True)


def _with_kept(known: Doc) -> Doc:
    """Return the expression of a loaded row with what the register knows of the person beside it."""
    same = {"$first": {"$filter": {"input": known, "as": "held", "cond": {"$eq": ["$$held.nik", "$$row.nik"]}}}}
    held = {name: {"$let": {"vars": {"held": same}, "in": f"$$held.{name}"}} for name in _KEPT}
    return {"$mergeObjects": [held, "$$row"]}
