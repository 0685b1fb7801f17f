"""Faults on demand: what to do wrong, to whom, how often and for how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from deploy.simulators.whatsapp.citizens import digits
from shared.ids import new_id

Kind = Literal[
    "rate_limit",
    "pair_rate",
    "window_closed",
    "server_error",
    "error",
    "unauthorized",
    "slow",
    "no_answer",
    "timeout_after_success",
    "webhook_duplicate",
    "webhook_reorder",
    "webhook_drop",
    "webhook_delay",
    "webhook_bad_signature",
]
Operation = Literal["messages", "upload", "media", "download"]

CODES: Final[dict[str, int]] = {
    "rate_limit": 130429,
    "pair_rate": 131056,
    "window_closed": 131047,
    "server_error": 131000,
    "unauthorized": 190,
}
LISTED_MAX: Final = 1_000  # a test that forgets to clear its faults must not fill the memory


class FaultOrder(BaseModel):
    """The body of POST /sim/faults. Without `count` and `seconds` a fault holds until it is deleted."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    operation: Operation = Field(default="messages", description="Which call; webhooks don't look at it.")
    count: Annotated[int, Field(ge=1)] | None = Field(default=None, description="How many times it strikes.")
    seconds: Annotated[float, Field(gt=0)] | None = Field(default=None, description="How long it holds.")
    recipient: str | None = Field(default=None, description="Only this phone number or BSUID.")
    skip: Annotated[int, Field(ge=0)] = Field(default=0, description="Matching calls let through first.")
    code: int | None = Field(default=None, description="Meta's code; a default per kind.")
    http_status: Annotated[int, Field(ge=400, le=599)] | None = None
    milliseconds: Annotated[int, Field(ge=0)] = Field(default=1000, description="For slow and webhook_delay.")
    via: Literal["response", "webhook"] = Field(default="response", description="Whether an error comes at once or as status `failed`.")
    statuses: list[Literal["sent", "delivered", "read", "failed", "message"]] = Field(
        default=["sent", "delivered", "read", "failed"],
        description="Which webhooks the webhook faults touch.",
    )
    body: str | None = Field(default=None, max_length=10_000, description="A raw body instead of Meta's, for server_error (an HTML page).")


class Fault(FaultOrder):
    """An active or spent fault."""

    id: str
    struck: int = 0
    seen: int = 0
    until_monotonic: float | None = Field(default=None, exclude=True)

    @property
    def error_code(self) -> int:
        """Meta's code that this fault answers with."""
        return self.code if self.code is not None else CODES.get(self.kind, 131000)

    def holds(self, monotonic_seconds: float) -> bool:
        """Whether it may still strike."""
        spent = self.count is not None and self.struck >= self.count
        return not spent and (self.until_monotonic is None or monotonic_seconds < self.until_monotonic)


class Faults:
    """The faults in force, in the order they were asked for."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._faults: dict[str, Fault] = {}
        self._monotonic = monotonic

    def add(self, order: FaultOrder) -> Fault:
        """Put a fault in force."""
        until = None if order.seconds is None else self._monotonic() + order.seconds
        fields = order.model_dump()
        if order.recipient and not order.recipient.startswith("ID."):
            fields["recipient"] = digits(order.recipient)
        fault = Fault(id=new_id(), until_monotonic=until, **fields)
        self._faults[fault.id] = fault
        if len(self._faults) > LISTED_MAX:
            self._faults.pop(next(iter(self._faults)))
        return fault

    def remove(self, fault_id: str | None = None) -> int:
        """Lift one fault, or all. Returns how many were lifted."""
        if fault_id is not None:
            return 1 if self._faults.pop(fault_id, None) else 0
        count = len(self._faults)
        self._faults.clear()
        return count

    def listed(self) -> list[Fault]:
        """Every fault, spent ones too, with how often it struck."""
        return list(self._faults.values())

    def strike(
        self, *kinds: Kind, operation: Operation | None = None, recipients: tuple[str, ...] = (), status: str | None = None
    ) -> Fault | None:
        """The first fault in force that fits; counted as having struck."""
        if not self._faults:
            return None
        now = self._monotonic()
        for fault in self._faults.values():
            if fault.kind not in kinds or not fault.holds(now):
                continue
            if operation is not None and fault.operation != operation:
                continue
            if fault.recipient is not None and fault.recipient not in recipients:
                continue
            if status is not None and status not in fault.statuses:
                continue
            fault.seen += 1
            if fault.seen > fault.skip:
                fault.struck += 1
                return fault
        return None
