"""A card that the office prints by hand, as it lies in the document of its slip. Pure.

States: to_print -> printed -> ready -> handed_over; a spoiled one goes from printed or ready back to to_print.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class CardState(StrEnum):
    """The state of a card: the columns of the board."""

    TO_PRINT = "to_print"
    PRINTED = "printed"
    READY = "ready"
    HANDED_OVER = "handed_over"


NEXT: Final[Mapping[CardState, frozenset[CardState]]] = MappingProxyType(
    {
        CardState.TO_PRINT: frozenset({CardState.PRINTED}),
        CardState.PRINTED: frozenset({CardState.READY, CardState.TO_PRINT}),
        CardState.READY: frozenset({CardState.HANDED_OVER, CardState.TO_PRINT}),
        CardState.HANDED_OVER: frozenset(),
    }
)
"""What may follow what."""


@dataclass(frozen=True, slots=True)
class CardMove:
    """One step: who did it, and a code beside it (why it was spoiled, who fetched it)."""

    state: CardState
    at: datetime
    by: str
    by_name: str
    note: str = ""
    old_card: bool | None = None
    """At the hand-over: whether the older card was taken back to be destroyed; None where there is none, or it is lost."""


@dataclass(frozen=True, slots=True)
class CardOrder:
    """A card from its slip to its owner. `since`: when it came to its state; `prints` counts blanks that it took."""

    state: CardState
    since: datetime
    prints: int = 0
    moves: tuple[CardMove, ...] = ()

    @property
    def seen(self) -> int:
        """What a page says it saw: a move is refused where another came before it."""
        return len(self.moves)


def order_card(at: datetime) -> CardOrder:
    """Return a card that is to be printed."""
    return CardOrder(CardState.TO_PRINT, at)
