"""Numbers of a day and kind, and what became of those that carry no document: every gap has its reason. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.issuance.domain.document import Document, DocumentState
from services.issuance.domain.numbers import parts_of


@dataclass(frozen=True, slots=True)
class Gap:
    """A number without an issued document: why, as a code; empty where it is being made."""

    number: str
    document_id: str
    state: DocumentState
    reason: str


@dataclass(slots=True)
class NumberRow:
    """The numbers of one kind and day. `last`: the highest serial that was met."""

    kind: str
    day: str
    given: int = 0
    issued: int = 0
    first: int = 0
    last: int = 0
    gaps: list[Gap] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """How many serials up to the last no document has: none, unless somebody took documents out of the database."""
        return self.last - self.given


class NumberBook:
    """Counts numbers as documents come by, in any order; memory follows days and gaps, not documents. Further extracts take none."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], NumberRow] = {}

    def add(self, documents: Iterable[Document]) -> None:
        """Count these too."""
        for document in documents:
            if document.extract > 1:
                continue  # the number was given to the akta before
            kind, day, serial = parts_of(document.number)
            row = self._rows.setdefault((kind, day), NumberRow(kind, day, first=serial))
            row.given += 1
            row.first, row.last = min(row.first, serial), max(row.last, serial)
            if document.issued_at is not None:
                row.issued += 1
            else:
                row.gaps.append(Gap(document.number, document.document_id, document.state, document.reason or ""))

    def rows(self) -> list[NumberRow]:
        """Return the rows, the newest day first, each with its gaps in order."""
        for row in self._rows.values():
            row.gaps.sort(key=lambda gap: parts_of(gap.number)[2])
        return sorted(self._rows.values(), key=lambda row: (row.day[4:], row.day[2:4], row.day[:2], row.kind), reverse=True)
