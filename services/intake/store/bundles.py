"""The collection `bundles`: posters of many villages in one file. A process has one by a lease; what it had in hand is soon another's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from pymongo import ReturnDocument

from services.intake.domain.studio.bundles import MOST_TRIES, BundleOrder, BundleState, PieceBundle
from services.intake.domain.studio.pieces import PieceWish
from services.intake.ports import BundleWork
from services.intake.store.parts import known
from shared.clock import Clock
from shared.ids import new_token
from shared.mongo import Collection, Doc, DocumentMapping, Mongo, fields_of, reachable


def _to(bundle: PieceBundle) -> Doc:
    order = bundle.order
    return {
        "order": {"wish": fields_of(order.wish), "form": order.form, "villages": list(order.villages)},
        "made_at": bundle.made_at,
        "made_by": bundle.made_by,
        "expires_at": bundle.expires_at,
        "state": bundle.state.value,
        "done": bundle.done,
        "left_out": [list(each) for each in bundle.left_out],
        "size_bytes": bundle.size_bytes,
        "tries": bundle.tries,
        "leased_until": bundle.made_at,
        "token": "",
    }


def _from(doc: Doc) -> PieceBundle:
    order = BundleOrder(PieceWish(**known(PieceWish, doc["order"]["wish"])), doc["order"]["form"], tuple(doc["order"]["villages"]))
    left_out = tuple((village, why) for village, why in doc["left_out"])
    state = BundleState(doc["state"])
    return PieceBundle(**{**known(PieceBundle, doc), "bundle_id": doc["_id"], "order": order, "state": state, "left_out": left_out})


BUNDLES: Final[DocumentMapping[PieceBundle]] = DocumentMapping("bundles", lambda bundle: bundle.bundle_id, _to, _from)


class MongoBundles:
    """Implements `ports.BundleStore`."""

    def __init__(self, mongo: Mongo, database: str, clock: Clock) -> None:
        self._bundles: Collection = mongo.collection(database, BUNDLES.collection)
        self._clock = clock

    async def find(self, bundle_id: str) -> PieceBundle | None:
        with reachable():
            doc = await self._bundles.find_one({"_id": bundle_id})
        return _from(doc) if doc else None

    async def claim(self, lease_seconds: float) -> BundleWork | None:
        free: Doc = {"state": BundleState.WAITING.value, "leased_until": {"$lte": self._clock()}}
        token = new_token()
        with reachable():
            await self._bundles.update_many(free | {"tries": {"$gte": MOST_TRIES}}, {"$set": {"state": BundleState.FAILED.value}})
            doc = await self._bundles.find_one_and_update(
                free,
                {"$set": {"leased_until": self._until(lease_seconds), "token": token, "done": 0}, "$inc": {"tries": 1}},
                sort=[("leased_until", 1)],
                return_document=ReturnDocument.AFTER,
            )
        return BundleWork(_from(doc), token) if doc else None

    async def progress(self, work: BundleWork, done: int, lease_seconds: float) -> bool:
        return await self._write(work, {"done": done, "leased_until": self._until(lease_seconds)})

    async def finish(self, work: BundleWork, left_out: Sequence[tuple[str, str]], size_bytes: int) -> None:
        kept = [list(each) for each in left_out]
        await self._write(work, {"state": BundleState.READY.value, "left_out": kept, "size_bytes": size_bytes})

    async def expired(self) -> Sequence[str]:
        with reachable():
            docs = await self._bundles.find({"expires_at": {"$lte": self._clock()}}, {"_id": 1}).to_list(None)
        return [doc["_id"] for doc in docs]

    async def remove(self, bundle_id: str) -> None:
        with reachable():
            await self._bundles.delete_one({"_id": bundle_id})

    async def _write(self, work: BundleWork, values: Doc) -> bool:
        """Change a bundle that is still this process's."""
        with reachable():
            done = await self._bundles.update_one({"_id": work.bundle.bundle_id, "token": work.token}, {"$set": values})
        return bool(done.matched_count)

    def _until(self, lease_seconds: float) -> object:
        return self._clock() + timedelta(seconds=lease_seconds)
