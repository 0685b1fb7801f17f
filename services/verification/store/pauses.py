"""The one document that says whether the register is to be had."""

from __future__ import annotations

from services.verification.domain.register_pause import KEY, Pause, RegisterPause
from services.verification.store.schema import PAUSES
from shared.mongo import ChangeTracker, Doc, DocumentMapping, Mongo, fields_of, reachable


def _to_doc(state: RegisterPause) -> Doc:
    return {"since": state.since, "by": state.by, "reason": state.reason, "ended": [fields_of(each) for each in state.ended]}


def _from_doc(doc: Doc) -> RegisterPause:
    ended = tuple(Pause(each["since"], each["until"]) for each in doc["ended"])
    return RegisterPause(doc["_id"], doc["since"], doc["by"], doc["reason"], ended)


PAUSE: DocumentMapping[RegisterPause] = DocumentMapping(collection=PAUSES, key=lambda state: state.id, to_doc=_to_doc, from_doc=_from_doc)


class MongoPauses:
    """The state of the register in a unit of work; implements `ports.Pauses`."""

    def __init__(self, unit: ChangeTracker) -> None:
        self._unit = unit

    async def get(self) -> RegisterPause:
        return await self._unit.find(PAUSE, KEY) or RegisterPause()

    def put(self, state: RegisterPause) -> None:
        if self._unit.version(PAUSE, KEY):
            self._unit.save(PAUSE, state)
        else:
            self._unit.add(PAUSE, state)


class MongoPauseReader:
    """A plain read of the state; implements `ports.PauseReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._pauses = mongo.collection(database, PAUSES)

    async def current(self) -> RegisterPause:
        with reachable():
            doc = await self._pauses.find_one({"_id": KEY})
        return _from_doc(doc) if doc else RegisterPause()
