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


def _at(doc: Any, path: list[str]) -> Any:
    for step in path:
        if not isinstance(doc, Mapping):
            return None
        doc = doc.get(step)
    return doc


def fields_of(part: Any) -> Doc:
    """Return the fields of a slotted dataclass, not copied. `asdict` copies deeply, at ten times the cost."""
    return {name: getattr(part, name) for name in part.__slots__}
