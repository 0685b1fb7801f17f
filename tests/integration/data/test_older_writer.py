"""An older version saves a row that a newer one has added to, as in an upgrade and on the way back."""

from dataclasses import dataclass, replace
from typing import Any

from shared.mongo import ChangeTracker, DocumentMapping, Mongo


@dataclass(frozen=True)
class Parcel:
    key: str
    state: str
    over_at: int | None = None


def to_doc(parcel: Parcel) -> dict[str, Any]:
    return {"state": parcel.state, **({"over_at": parcel.over_at} if parcel.over_at else {})}


NEWER: DocumentMapping[Parcel] = DocumentMapping(
    "parcels", lambda parcel: parcel.key, to_doc, lambda doc: Parcel(doc["_id"], doc["state"], doc.get("over_at"))
)
OLDER = replace(NEWER, to_doc=lambda parcel: {"state": parcel.state}, from_doc=lambda doc: Parcel(doc["_id"], doc["state"]))


async def change(mongo: Mongo, database: str, mapping: DocumentMapping[Parcel], **changes: Any) -> None:
    unit = ChangeTracker(mongo, database)
    unit.save(mapping, replace(await unit.get(mapping, "1"), **changes))
    await mongo.transact(unit.flush)


async def test_the_older_drops_nothing_of_the_newer_and_the_newer_may_take_it_away(mongo: Mongo, database: str) -> None:
    await mongo.prepare(database, {"parcels": []})
    unit = ChangeTracker(mongo, database)
    unit.add(NEWER, Parcel("1", "open", over_at=7))
    await mongo.transact(unit.flush)
    await change(mongo, database, OLDER, state="done")
    assert await ChangeTracker(mongo, database).get(NEWER, "1") == Parcel("1", "done", over_at=7)
    await change(mongo, database, NEWER, over_at=None)
    [row] = await mongo.collection(database, "parcels").find().to_list(None)
    assert row == {"_id": "1", "version": 3, "seq": 0, "state": "done"}
