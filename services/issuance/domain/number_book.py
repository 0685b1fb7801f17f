"""Numbers of a day and kind, and what became of those that carry no document: every gap has its reason. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.issuance.domain.document import Document, DocumentState
from services.issuance.domain.numbers import NumberSequence, parts_of


@dataclass(frozen=True, slots=True)
class Gap:
    """A number without an issued document: why, as a code; empty where it is being made."""

    number: str
    document_id: str
    state: DocumentState
    reason: str


@dataclass(slots=True)
class NumberRow:
    """The numbers of one kind and day. `last`: the highest serial that was met; `skipped`: how many up to it a restore left out."""

    kind: str
    day: str
    given: int = 0
    issued: int = 0
    first: int = 0
    last: int = 0
    skipped: int = 0
    gaps: list[Gap] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """How many serials up to the last no document has, and no restore left out: none, unless somebody took documents away."""
        return self.last - self.given - self.skipped

    @property
    def counter(self) -> str:
        """The key of its counter."""
        return f"{self.kind}-{self.day}"


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

    def rows(self, counters: Iterable[NumberSequence] = ()) -> list[NumberRow]:
        """Return the rows, the newest day first, each with its gaps in order. `counters`: of them, which know what a restore left out."""
        for counter in counters:
            if (row := self._rows.get(_kind_and_day(counter.key))) is not None and row.last > counter.skipped:
                row.skipped = counter.skipped
        for row in self._rows.values():
            row.gaps.sort(key=lambda gap: parts_of(gap.number)[2])
        return sorted(self._rows.values(), key=lambda row: (row.day[4:], row.day[2:4], row.day[:2], row.kind), reverse=True)


def _kind_and_day(key: str) -> tuple[str, str]:
    kind, _, day = key.partition("-")
    return kind, day
