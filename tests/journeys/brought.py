"""What a journey brings: its documents as their recipient has them, and what it made of the register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.local.journeys import Paper
from deploy.local.travel import JourneyError
from tests.support.pdf import text_of
from tests.support.samples.people import Change


@dataclass(frozen=True)
class Sheet:
    """A document as its recipient has it."""

    product: str
    number: str
    pdf: bytes = field(repr=False)

    @classmethod
    def of(cls, paper: Paper) -> Sheet:
        """Return a document that came in a chat, or of which a court was told."""
        return cls(paper.product, paper.number, paper.pdf)

    @property
    def text(self) -> str:
        """Every word of it."""
        return text_of(self.pdf)


@dataclass(frozen=True)
class Brought:
    """What a journey brought: its documents, and the register's change in short; None: nothing changed."""

    sheets: tuple[Sheet, ...]
    register: Mapping[str, Any] | None
    questions: int
    answers: int

    @property
    def products(self) -> tuple[str, ...]:
        """The product of each document."""
        return tuple(sheet.product for sheet in self.sheets)

    def check(self, products: tuple[str, ...], change: Change | None) -> None:
        """Hold it against what should come of it.

        Raises:
            JourneyError: there are other documents, or the register changed otherwise.
        """
        if Counter(self.products) != Counter(products):
            raise JourneyError(f"documents {sorted(self.products)}, expected {sorted(products)}")
        if (change is None) != (self.register is None) or (change and self.register and not _is_as(change, self.register)):
            raise JourneyError(f"the register changed by {self.register}, expected {change}")


def _is_as(wanted: Change, found: Mapping[str, Any]) -> bool:
    effects = Counter(found["effects"])
    return bool(found["basis"] == wanted.basis) and all(effects[effect] == count for effect, count in wanted.effects.items())
