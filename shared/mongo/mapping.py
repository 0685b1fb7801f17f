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


def fields_of(part: Any) -> Doc:
    """Return the fields of a slotted dataclass, not copied. `asdict` copies deeply, at ten times the cost."""
    return {name: getattr(part, name) for name in part.__slots__}
