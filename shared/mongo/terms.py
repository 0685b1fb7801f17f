"""Documents found by beginnings of several words, each kept in one array with an index: names, numbers, receipts."""

from __future__ import annotations

import re
from collections.abc import Collection as Many
from collections.abc import Mapping, Sequence
from typing import Any, Final

from shared.mongo.connection import Collection, Doc, aggregate
from shared.mongo.errors import reachable

_MOST_COUNTED: Final = 5_000  # keys of a word that are counted to tell the rarest: 2 ms, and what is above is common
_MOST_READ: Final = 100_000  # documents with the rarest word that are read for the others; two words that never meet end here (0.5 s)


def begins(field: str, beginnings: Many[str]) -> Doc:
    """Return the condition that a word of the array begins with one of these: plain ranges of its index, nothing is escaped in them."""
    return {field: {"$in": [re.compile(f"^{re.escape(each)}") for each in beginnings]}}


async def found_by_terms(
    collection: Collection,
    words: Sequence[Doc],
    *,
    index: str,
    limit: int,
    also: Mapping[str, Any] | None = None,
    projection: Mapping[str, Any] | None = None,
) -> list[Doc]:
    """Return documents in which every word is, in the order of the index; its rarest word finds them, the others are looked for in them.

    A person has a common word and a rare one in their name. An index over an array answers one condition, and the server's own choice
    between two of the same shape is that of whoever asked first.

    Args:
        collection: Of the store.
        words: A condition of `begins` each.
        index: Name of the index that begins with their array.
        limit: How many are wanted.
        also: What else must hold; looked at in the documents.
        projection: What is read of them.
    """
    with reachable():
        if len(words) > 1:
            counts = [await collection.count_documents(word, limit=_MOST_COUNTED, hint=index) for word in words]
            words = [word for _, word in sorted(zip(counts, words, strict=True), key=lambda each: each[0])]
        first, *others = words
        rest = [*others, *([also] if also else [])]
        stages: list[Mapping[str, Any]] = [{"$match": first}]
        if rest:  # the limit between keeps the server from making one condition of the two, and from choosing by itself
            stages += [{"$limit": _MOST_READ}, {"$match": {"$and": rest}}]
        stages += [{"$limit": limit}, *([{"$project": projection}] if projection else [])]
        return await aggregate(collection, stages, hint=index)
