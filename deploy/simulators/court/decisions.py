"""A decision as the court sends it, and what has become of it."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from deploy.simulators.court.callbacks import Callback
from shared.ids import new_id

CALLBACKS_MAX: Final = 200  # per decision: the documents of both parties and a receipt, with room for returns
State = Literal["sending", "accepted", "refused", "given_up"]


class DecisionOrder(BaseModel):
    """The body of POST /sim/decisions."""

    model_config = ConfigDict(extra="forbid")

    decision: dict[str, Any] = Field(description="The fields of a decision; unchecked, so that wrong ones can be sent.")
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_\-]{1,64}$")] | None = Field(
        default=None,
        description="The webhook-id; one that was sent before repeats that delivery.",
    )
    bad_signature: bool = Field(default=False, description="Sign with a wrong key.")
    age_seconds: int = Field(default=0, description="Sign with a timestamp so old.")


class DecisionSearch(BaseModel):
    """The body of POST /sim/decisions/search: names and numbers of people are no matter for an address."""

    model_config = ConfigDict(extra="forbid")

    words: Annotated[str, Field(max_length=200, description="All of them must stand in the decision, its answer or its callbacks.")] = ""
    offset: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 20


@dataclass(slots=True)
class Attempt:
    """One POST to intake. `status` is None where no answer came."""

    at: datetime
    status: int | None
    seconds: float
    answer: Any

    def view(self) -> dict[str, Any]:
        """Return the attempt as the control API shows it."""
        return {"at": self.at.isoformat(), "status": self.status, "seconds": round(self.seconds, 3), "answer": self.answer}


@dataclass(slots=True)
class Sent:
    """A decision on its way or arrived, with the callbacks about it."""

    id: str
    decision: dict[str, Any]
    at: datetime
    bad_signature: bool = False
    age_seconds: int = 0
    state: State = "sending"
    attempts: list[Attempt] = field(default_factory=list)
    callbacks: deque[Callback] = field(default_factory=lambda: deque(maxlen=CALLBACKS_MAX))

    @property
    def answer(self) -> Any:
        """The last answer of intake."""
        return self.attempts[-1].answer if self.attempts else None

    def view(self) -> dict[str, Any]:
        """Return the decision as the control API shows it."""
        return {
            "id": self.id,
            "at": self.at.isoformat(),
            "state": self.state,
            "decision": self.decision,
            "answer": self.answer,
            "attempts": [attempt.view() for attempt in self.attempts],
            "callbacks": [callback.view() for callback in self.callbacks],
        }

    def mentions(self, words: list[str]) -> bool:
        """Return whether each of these lower-case words stands somewhere in what was sent, answered or called back."""
        text = "\n".join(_texts([self.decision, self.answer, [callback.body for callback in self.callbacks]])).casefold()
        return all(word in text for word in words)

    def references(self) -> set[str]:
        """Return everything a callback may call this decision by: our id, and what intake answered."""
        known = {self.id}
        if isinstance(self.answer, dict):
            known |= {str(self.answer[name]) for name in ("case_id", "decision_id", "reference") if self.answer.get(name)}
        return known


def _texts(value: Any) -> Iterator[str]:
    """Every text in something that came as JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


class Desk:
    """The decisions of this court, latest last; the oldest make room."""

    def __init__(self, maximum: int) -> None:
        self._sent: OrderedDict[str, Sent] = OrderedDict()
        self._maximum = maximum

    def add(self, order: DecisionOrder, at: datetime) -> Sent:
        """Take a decision in; one with a known id is sent again."""
        number = order.id or new_id()
        known = self._sent.get(number)
        sent = Sent(number, order.decision, at, order.bad_signature, order.age_seconds)
        if known is not None:
            sent.attempts, sent.callbacks = known.attempts, known.callbacks
        self._sent[number] = sent
        if len(self._sent) > self._maximum:
            self._sent.popitem(last=False)
        return sent

    @property
    def decisions(self) -> list[Sent]:
        """All of them, the oldest first."""
        return list(self._sent.values())

    def restore(self, decisions: list[Sent]) -> None:
        """Take back what was sent before."""
        self._sent |= {sent.id: sent for sent in decisions}

    def get(self, number: str) -> Sent | None:
        """Return the decision with that id."""
        return self._sent.get(number)

    def by_reference(self, references: set[str]) -> Sent | None:
        """Return the decision that a callback is about."""
        for reference in references:
            if reference in self._sent:
                return self._sent[reference]
        return next((sent for sent in reversed(self._sent.values()) if sent.references() & references), None)

    def latest(self, limit: int) -> list[Sent]:
        """Return the latest decisions, latest first."""
        return list(self._sent.values())[: -limit - 1 : -1]

    def search(self, words: str) -> list[Sent]:
        """Return the decisions in which all these words stand, latest first; without words all of them."""
        wanted = words.casefold().split()
        return [sent for sent in reversed(self._sent.values()) if not wanted or sent.mentions(wanted)]

    def __len__(self) -> int:
        return len(self._sent)


def payload(sent: Sent) -> dict[str, Any]:
    """Return the body of the signed POST: the same at every attempt."""
    return {"decision_id": sent.id, **sent.decision}
