"""The one document that says whether the civil register is to be had."""

from __future__ import annotations

from typing import Final

from services.intake.domain.register_state import KEY, RegisterState
from shared.mongo import ChangeTracker, Collection, DocumentMapping, Mongo, fields_of, reachable

REGISTER_STATE: Final[DocumentMapping[RegisterState]] = DocumentMapping(
    "register_state", lambda _: KEY, fields_of, lambda doc: RegisterState(doc["paused_since"], doc["told_at"])
)


class RegisterStateTx:
    """The part of a unit of work that is about it. See `ports.Tx`."""

    _unit: ChangeTracker

    async def register_state(self) -> RegisterState:
        return await self._unit.find(REGISTER_STATE, KEY) or RegisterState()

    def keep_register_state(self, state: RegisterState) -> None:
        if self._unit.version(REGISTER_STATE, KEY):
            self._unit.save(REGISTER_STATE, state)
        else:
            self._unit.add(REGISTER_STATE, state)


class MongoRegisterStateReader:
    """Implements `ports.RegisterStateReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._rows: Collection = mongo.collection(database, REGISTER_STATE.collection)

    async def current(self) -> RegisterState:
        with reachable():
            doc = await self._rows.find_one({"_id": KEY})
        return RegisterState() if doc is None else REGISTER_STATE.from_doc(doc)
