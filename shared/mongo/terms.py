"""Documents found by beginnings of several words, each kept in one array with an index: names, numbers, receipts."""

from __future__ import annotations

import re
from collections.abc import Collection as Many
from collections.abc import Mapping, Sequence
from typing import Any

from shared.mongo.connection import Collection, Doc
from shared.mongo.errors import reachable


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
    """Return documents in which every word is, in the order of the index.

    An index over an array answers one condition, and the others are looked at in the documents. The server tries each word for a moment and
    goes on with the one that finds what is wanted soonest: of a common and a rare one the rare, of two common ones either.

    Args:
        collection: Of the store.
        words: A condition of `begins` each.
        index: Name of the index that begins with their array.
        limit: How many are wanted; nothing is put in order, so no more are read than that takes.
        also: What else must hold.
        projection: What is read of them.
    """
    with reachable():
        return await collection.find({"$and": [*words, *([also] if also else [])]}, projection).hint(index).limit(limit).to_list(None)
