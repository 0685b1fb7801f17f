"""Faults on demand: how often, for how long, after how many; each simulator says what its kinds do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from shared.ids import new_id

LISTED_MAX: Final = 1_000  # a test that forgets to clear its faults must not fill the memory


class FaultOrder(BaseModel):
    """What every order of a fault says. Without `count` and `seconds` a fault holds until it is deleted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: Annotated[int, Field(ge=1)] | None = Field(default=None, description="How many times it strikes.")
    seconds: Annotated[float, Field(gt=0)] | None = Field(default=None, description="How long it holds.")
    skip: Annotated[int, Field(ge=0)] = Field(default=0, description="Matching calls let through first.")


Order = TypeVar("Order", bound=FaultOrder)


@dataclass(slots=True)
class Fault(Generic[Order]):
    """An order with what it did so far."""

    id: str
    order: Order
    until_monotonic: float | None
    seen: int = 0
    struck: int = 0

    def holds(self, monotonic_seconds: float) -> bool:
        """Return whether it may still strike."""
        spent = self.order.count is not None and self.struck >= self.order.count
        return not spent and (self.until_monotonic is None or monotonic_seconds < self.until_monotonic)

    def view(self) -> dict[str, Any]:
        """Return the fault as the control API shows it."""
        return {"id": self.id, "struck": self.struck, "seen": self.seen, **self.order.model_dump()}


class FaultBook(Generic[Order]):
    """The faults of one simulator, in the order they were asked for."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._faults: dict[str, Fault[Order]] = {}
        self._monotonic = monotonic

    def add(self, order: Order) -> Fault[Order]:
        """Put a fault in force."""
        until = None if order.seconds is None else self._monotonic() + order.seconds
        fault = Fault(new_id(), order, until)
        self._faults[fault.id] = fault
        if len(self._faults) > LISTED_MAX:
            self._faults.pop(next(iter(self._faults)))
        return fault

    def remove(self, fault_id: str | None = None) -> int:
        """Lift one fault, or all; return how many were lifted."""
        if fault_id is not None:
            return 1 if self._faults.pop(fault_id, None) else 0
        count = len(self._faults)
        self._faults.clear()
        return count

    def listed(self) -> list[dict[str, Any]]:
        """Return every fault, spent ones too, with how often it struck."""
        return [fault.view() for fault in self._faults.values()]

    def first(self, fits: Callable[[Order], bool]) -> Order | None:
        """Return the order of the first fault in force that fits; counted as having struck."""
        if not self._faults:
            return None
        now = self._monotonic()
        for fault in self._faults.values():
            if fault.holds(now) and fits(fault.order):
                fault.seen += 1
                if fault.seen > fault.order.skip:
                    fault.struck += 1
                    return fault.order
        return None
