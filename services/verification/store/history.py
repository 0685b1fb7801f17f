"""The history of the register as documents: one for each change, kept for ever. All that names persons is in `personal`."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from services.verification.domain.families import Home
from services.verification.domain.history import AddressEntry, PersonEntry, RegisterEntry
from services.verification.domain.register import Member
from services.verification.domain.rules import Basis
from services.verification.store.registry import member_doc, member_from
from services.verification.store.schema import REGISTER_HISTORY
from shared.mongo import Doc, DocumentMapping, Mongo, fields_of, reachable
from shared.reference.population import Effect


def _to_doc(entry: RegisterEntry) -> Doc:
    return {
        "request_id": entry.request_id,
        "case_id": entry.case_id,
        "service": entry.service,
        "officer_id": entry.officer_id,
        "basis": {"kind": entry.basis.kind, "on": entry.basis.on.isoformat()},
        "at": entry.at,
        "opened": entry.opened,
        "closed": entry.closed,
        "given_up": entry.given_up is not None,
        "personal": {
            "note": entry.given_up,
            "basis_number": entry.basis.number,
            "kk_numbers": list(entry.families),
            "persons": [
                {
                    "nik": person.nik,
                    "effect": person.effect.value,
                    "kk_before": person.kk_before,
                    "kk_after": person.kk_after,
                    "before": _row(person.before),
                    "after": _row(person.after),
                }
                for person in entry.persons
            ],
            "addresses": [
                {"kk_number": each.kk_number, "before": fields_of(each.before), "after": fields_of(each.after)} for each in entry.addresses
            ],
        },
    }


def _from_doc(doc: Doc) -> RegisterEntry:
    personal = doc["personal"]
    return RegisterEntry(
        id=doc["_id"],
        request_id=doc["request_id"],
        case_id=doc["case_id"],
        service=doc["service"],
        officer_id=doc["officer_id"],
        basis=Basis(doc["basis"]["kind"], date.fromisoformat(doc["basis"]["on"]), personal["basis_number"]),
        at=doc["at"],
        families=tuple(personal["kk_numbers"]),
        persons=tuple(map(_person, personal["persons"])),
        opened=doc["opened"],
        closed=doc["closed"],
        given_up=personal.get("note"),  # rows from before it was kept have none
        addresses=tuple(
            AddressEntry(each["kk_number"], Home(**each["before"]), Home(**each["after"])) for each in personal.get("addresses", ())
        ),
    )


def _person(row: dict[str, Any]) -> PersonEntry:
    rows = {name: member_from(row[name]) if row[name] else None for name in ("before", "after")}
    return PersonEntry(**(row | rows | {"effect": Effect(row["effect"])}))


def _row(member: Member | None) -> Doc | None:
    return None if member is None else member_doc(member)


ENTRY: Final[DocumentMapping[RegisterEntry]] = DocumentMapping(
    collection=REGISTER_HISTORY, key=lambda entry: entry.id, to_doc=_to_doc, from_doc=_from_doc
)


class MongoHistoryReader:
    """Plain reads of the history; implements `ports.HistoryReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._entries = mongo.collection(database, REGISTER_HISTORY)

    async def of_family(self, kk_number: str, *, limit: int) -> tuple[RegisterEntry, ...]:
        rows = self._entries.find({"personal.kk_numbers": kk_number}).sort([("at", -1)]).limit(limit)
        with reachable():
            return tuple(map(_from_doc, await rows.to_list(None)))
