"""What the court can do wrong: down, errors, slow, answers that never come, callbacks forgotten."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from deploy.simulators import faultbook

Kind = Literal["down", "server_error", "slow", "no_answer", "timeout_after_success", "forget"]
Operation = Literal["callback", "lookup"]


class FaultOrder(faultbook.FaultOrder):
    """The body of POST /sim/faults.

    `down` answers as a gateway whose court is dead (502) and closes the connection;
    `forget` answers 2xx and keeps nothing, as a court whose database lost it.
    """

    kind: Kind
    operation: Operation | None = Field(default=None, description="Only POST /callbacks, or only GET /callbacks/{id}.")
    http_status: Annotated[int, Field(ge=400, le=599)] = 503
    retry_after: int | None = Field(default=None, description="Retry-After header of server_error, in seconds.")
    milliseconds: Annotated[int, Field(ge=0)] = 1000


class Faults(faultbook.FaultBook[FaultOrder]):
    """The faults in force."""

    def at(self, operation: Operation, *kinds: Kind) -> FaultOrder | None:
        """Return what strikes a call of the pipeline."""
        return self.first(lambda order: order.kind in kinds and order.operation in (None, operation))
