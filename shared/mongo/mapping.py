"""How aggregates lie in a collection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from shared.mongo.connection import Doc

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class DocumentMapping(Generic[A]):
    """The mapping of one kind of aggregate to a collection.

    `to_doc` leaves out `_id`, `version` and `seq`: the unit adds them. `from_doc` gets the document as it lies, `_id` included.
    """

    collection: str
    key: Callable[[A], str]
    to_doc: Callable[[A], Doc]
    from_doc: Callable[[Doc], A]
    unique: Mapping[str, Callable[[A], str | None]] = field(default_factory=dict)
    """Other fields with a unique index, and how an aggregate tells its own: `ChangeTracker.prefetch_by` reads many by them."""

    def has(self, aggregate: A, query: Doc) -> bool:
        """Return whether the aggregate's document has these values, by dotted path."""
        if query.keys() <= self.unique.keys():  # without making a document of it
            return all(self.unique[name](aggregate) == wanted for name, wanted in query.items())
        doc = self.to_doc(aggregate)
        return all(_at(doc, name.split(".")) == wanted for name, wanted in query.items())


def lacks(body: Mapping[str, Any], read: Mapping[str, Any]) -> bool:
    """Return whether a row has something, also within its documents, that is not in what is to be written: few have."""
    return any(
        name not in body or (isinstance(value, Mapping) and isinstance(body[name], Mapping) and lacks(body[name], value))
        for name, value in read.items()
    )


def with_the_rest(read: Mapping[str, Any], known: Mapping[str, Any], body: Mapping[str, Any]) -> Doc:
    """Return what is to be written, with what a newer version keeps in the row: two serve side by side in an upgrade (ADR 64).

    Documents within are looked through alike; of lists the present version writes what it knows.

    Args:
        read: The row as it lies.
        known: What this version would have written for what it read; the rest of `read` is not its own.
        body: What it writes now.
    """
    whole = dict(body)
    for name, value in read.items():
        if name not in known:
            whole.setdefault(name, value)
        elif isinstance(value, Mapping) and isinstance(known[name], Mapping) and isinstance(body.get(name), Mapping):
            whole[name] = with_the_rest(value, known[name], body[name])
    return whole


def _at(doc: Any, path: list[str]) -> Any:
    for step in path:
        if not isinstance(doc, Mapping):
            return None
        doc = doc.get(step)
    return doc


def fields_of(part: Any) -> Doc:
    """Return the fields of a slotted dataclass, not copied. `asdict` copies deeply, at ten times the cost."""
    return {name: getattr(part, name) for name in part.__slots__}
