"""The collection `pieces`: what the content studio has made. The id follows from what a piece says; none is ever deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.intake.domain.studio.pieces import Piece, PieceWish
from services.intake.ports import PiecePage, PieceSearch
from services.intake.store.parts import known
from shared.mongo import Collection, Doc, DocumentMapping, Mongo, fields_of, reachable


def _to(piece: Piece) -> Doc:
    order = f"{piece.made_at.isoformat()}.{piece.piece_id}"  # what pieces are sorted by
    return {**fields_of(piece.wish), "source": piece.source, "made_at": piece.made_at, "made_by": piece.made_by, "order": order}


def _from(doc: Doc) -> Piece:
    return Piece(doc["_id"], PieceWish(**known(PieceWish, doc)), doc["source"], doc["made_at"], doc["made_by"])


PIECES: Final[DocumentMapping[Piece]] = DocumentMapping("pieces", lambda piece: piece.piece_id, _to, _from)


class MongoPieceReader:
    """Implements `ports.PieceReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._pieces: Collection = mongo.collection(database, PIECES.collection)

    async def find(self, piece_id: str) -> Piece | None:
        with reachable():
            doc = await self._pieces.find_one({"_id": piece_id})
        return _from(doc) if doc else None

    async def search(self, search: PieceSearch) -> PiecePage:
        query = _query(search)
        with reachable():
            count = await self._pieces.count_documents(query)
            if search.after:
                query["order"] = {"$lt": search.after}
            docs = await self._pieces.find(query).sort("order", -1).limit(search.limit + 1).to_list(None)
        shown = docs[: search.limit]
        return PiecePage(tuple(map(_from, shown)), count, shown[-1]["order"] if len(docs) > search.limit else None)

    async def accounts(self) -> Sequence[str]:
        with reachable():
            return sorted(filter(None, await self._pieces.distinct("account")))

    async def made_for(self, villages: Sequence[str], search: PieceSearch) -> Sequence[Piece]:
        query = {**_query(search), "village": {"$in": list(villages)}}
        with reachable():
            docs = await self._pieces.find(query).sort("order", -1).to_list(None)
        return [_from(doc) for doc in docs]


def _query(search: PieceSearch) -> Doc:
    equal = {name: getattr(search, name) for name in ("kind", "service", "village", "campaign")}
    return {name: value for name, value in equal.items() if value}
