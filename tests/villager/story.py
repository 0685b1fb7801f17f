"""What one villager went through: the conversation, how it ended, and what went wrong in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.villager.people import Person


class Ending(StrEnum):
    """The ends that are good; the words are those of the report."""

    RECEIPT = "receipt"
    HUMAN = "human"
    """The chat waits for an officer."""
    REFUSED = "refused"
    """The office said that this can't be asked for here, or not now."""
    GAVE_UP = "gave up"
    """It was called off, and the office said so."""


@dataclass
class Story:
    """One conversation. `trouble`: why there is no ending."""

    person: Person
    lines: list[tuple[str, str]] = field(default_factory=list)
    """Who, and what was said."""
    written: int = 0
    misfits: int = 0
    """Messages that the office said did not fit."""
    not_taken: list[tuple[str, str]] = field(default_factory=list)
    """Questions with an answer that was meant as one and not taken."""
    loops: list[str] = field(default_factory=list)
    """Questions that were asked three times although each time they were answered."""
    ending: Ending | None = None
    receipt: str = ""
    trouble: str = ""
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether it ended, and nothing was asked in a circle."""
        return self.ending is not None and not self.loops

    def told(self) -> str:
        """Return the conversation as text; the people are synthetic."""
        person = self.person
        head = f"villager {person.number}, {person.wanted}, {', '.join(sorted(person.habits)) or 'no habits'}"
        says = [f"  {who:<10} {line}" for who, text in self.lines for line in text.splitlines()]
        return "\n".join((f"{head}: {self.ending or self.trouble or 'no end'}", *says))

    def summary(self) -> dict[str, Any]:
        """Return what of it is compared between two runs."""
        return {"service": self.person.wanted, "ending": self.ending, "written": self.written, "misfits": self.misfits}
