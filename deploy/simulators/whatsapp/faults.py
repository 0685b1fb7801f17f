"""What the network can do wrong, to whom and at which call."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, field_validator

from deploy.simulators import faultbook
from deploy.simulators.whatsapp.citizens import digits
from deploy.simulators.whatsapp.errors import GraphError

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
Label = Literal["sent", "delivered", "read", "failed", "message"]

ANSWERS: Final[tuple[Kind, ...]] = ("rate_limit", "pair_rate", "server_error", "error", "unauthorized", "window_closed")
CODES: Final[dict[str, int]] = {"rate_limit": 130429, "pair_rate": 131056, "window_closed": 131047, "unauthorized": 190}
UNKNOWN_ERROR: Final = 131000  # Meta's "Something went wrong"


class FaultOrder(faultbook.FaultOrder):
    """The body of POST /sim/faults."""

    kind: Kind
    operation: Operation = Field(default="messages", description="Which call; webhooks don't look at it.")
    recipient: str | None = Field(default=None, description="Only this phone number or BSUID.")
    code: int | None = Field(default=None, description="Meta's code; a default per kind.")
    http_status: Annotated[int, Field(ge=400, le=599)] | None = None
    milliseconds: Annotated[int, Field(ge=0)] = Field(default=1000, description="For slow and webhook_delay.")
    via: Literal["response", "webhook"] = Field(default="response", description="Whether an error comes at once or as status `failed`.")
    statuses: frozenset[Label] = Field(
        default=frozenset({"sent", "delivered", "read", "failed"}),
        description="Which webhooks the webhook faults touch; `message` is a citizen's message.",
    )
    body: str | None = Field(default=None, max_length=10_000, description="A raw body instead of Meta's (an HTML page).")

    @field_validator("recipient")
    @classmethod
    def _as_whatsapp_writes_it(cls, value: str | None) -> str | None:
        return value if value is None or value.startswith("ID.") else digits(value)

    def error(self) -> GraphError:
        """Return the error that it answers with."""
        code = self.code if self.code is not None else CODES.get(self.kind, UNKNOWN_ERROR)
        return GraphError(code, http_status=self.http_status)


class Faults(faultbook.FaultBook[FaultOrder]):
    """The faults in force."""

    def at_call(self, *kinds: Kind, operation: Operation, recipients: tuple[str, ...] = ()) -> FaultOrder | None:
        """Return what strikes a call of the business."""

        def fits(order: FaultOrder) -> bool:
            return order.kind in kinds and order.operation == operation and (order.recipient is None or order.recipient in recipients)

        return self.first(fits)

    def at_webhook(self, kind: Kind, *, recipients: tuple[str, ...], label: str | None = None) -> FaultOrder | None:
        """Return what strikes a webhook. `label` is `message` or the status; None asks about a person whatever the status."""

        def fits(order: FaultOrder) -> bool:
            meant = order.recipient is None or order.recipient in recipients
            return order.kind == kind and meant and (label is None or label in order.statuses)

        return self.first(fits)
