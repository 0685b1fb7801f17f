"""Documents found by beginnings of several words, each kept in one array with an index: names, numbers, receipts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from shared.mongo.connection import Collection, Doc, aggregate
from shared.mongo.errors import reachable

_MOST_COUNTED: Final = 3_000  # keys of a word that are counted to tell the rarest: 3 ms, no document is read for it
_MOST_READ: Final = 20_000  # documents with the rarest word in which the others are looked for: two words that hardly meet end here


def begins(field: str, beginnings: Sequence[str]) -> Doc:
    """Return the condition that a word of the array begins with one of these.

    Each is a pattern of its own, which is a plain range of the index: it is counted without the documents, `$in` and `$elemMatch` are not.
    """
    found = [{field: {"$regex": f"^{re.escape(each)}"}} for each in beginnings]
    return found[0] if len(found) == 1 else {"$or": found}


async def found_by_terms(
    collection: Collection,
    words: Sequence[Doc],
    *,
    index: str,
    limit: int,
    also: Mapping[str, Any] | None = None,
    projection: Mapping[str, Any] | None = None,
) -> list[Doc]:
    """Return documents in which every word is, in the order of the index. The rarest word finds them, the others are looked for in them.

    An index over an array answers one condition of several, and the server takes the first of them, however common that word is.

    Args:
        collection: Of the store.
        words: A condition of `begins` each, at least one.
        index: Name of the index that begins with their array.
        limit: How many are wanted; nothing is put in order, so no more are read than that takes.
        also: What else must hold.
        projection: What is read of them.
    """
    with reachable():
        first, *others = await _rarest_first(collection, words, index)
        rest = [*others, *([also] if also else [])]
        stages: list[Mapping[str, Any]] = [{"$match": first}]
        if rest:  # the limit between keeps the server from making one condition of both
            stages += [{"$limit": _MOST_READ}, {"$match": {"$and": rest}}]
        stages += [{"$limit": limit}, *([{"$project": projection}] if projection else [])]
        return await aggregate(collection, stages, hint=index)


async def _rarest_first(collection: Collection, words: Sequence[Doc], index: str) -> Sequence[Doc]:
    if len(words) == 1:
        return words
    counts = [await collection.count_documents(word, limit=_MOST_COUNTED, hint=index) for word in words]
    return [word for _, word in sorted(zip(counts, words, strict=True), key=lambda each: each[0])]
