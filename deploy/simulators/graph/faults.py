"""What Meta and the network between can do wrong, at which call."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from deploy.simulators import faultbook
from deploy.simulators.graph.errors import GraphError

Kind = Literal[
    "error",
    "server_error",
    "slow",
    "no_answer",
    "timeout_after_success",
    "webhook_duplicate",
    "webhook_drop",
    "webhook_bad_signature",
]
Operation = Literal["container", "status", "limit", "publish", "photo", "feed", "read", "insights", "answer", "message"]


class FaultOrder(faultbook.FaultOrder):
    """The body of POST /sim/faults.

    `no_answer` carries nothing out, `timeout_after_success` carries it out and does not say so; `server_error` is a proxy's page.
    """

    kind: Kind
    operation: Operation | None = Field(default=None, description="Only this call; webhooks don't look at it.")
    code: int = Field(default=1, description="Meta's code, of `error`.")
    subcode: int | None = Field(default=None, description="Meta's subcode, of `error`.")
    http_status: Annotated[int, Field(ge=400, le=599)] | None = None
    milliseconds: Annotated[int, Field(ge=0)] = Field(default=1000, description="For slow.")

    def error(self) -> GraphError:
        """Return the error that it answers with."""
        return GraphError(self.code, self.subcode, http_status=self.http_status)


class Faults(faultbook.FaultBook[FaultOrder]):
    """The faults in force."""

    def at_call(self, operation: Operation, *kinds: Kind) -> FaultOrder | None:
        """Return what strikes a call of the business."""
        return self.first(lambda order: order.kind in kinds and order.operation in (None, operation))

    def at_webhook(self, kind: Kind) -> FaultOrder | None:
        """Return what strikes a webhook."""
        return self.first(lambda order: order.kind == kind)
