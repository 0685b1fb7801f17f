"""What is kept of an answer of the register that makes no sense. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One value of an answer: its place (`members[1].born_on`), what it says, and why that can't be understood, as a code."""

    place: str = field(repr=False)
    text: str = field(repr=False)
    code: str | None = None


@dataclass(frozen=True, slots=True)
class UnclearAnswer:
    """An answer that makes no sense. `numbers`: the cards and persons that it names. What of it makes sense: `village_code` and `names`."""

    lines: tuple[AnswerLine, ...] = field(repr=False)
    numbers: frozenset[str] = field(repr=False)
    village_code: str | None = None
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """The names of its persons by their NIK, where both make sense."""

    @property
    def mark(self) -> str:
        """A text that is another one for another answer, and says nothing of it."""
        said = "\n".join(f"{line.place}={line.text}" for line in self.lines)
        return "x" + hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:8]

    @property
    def flawed(self) -> tuple[AnswerLine, ...]:
        """What of it can't be understood."""
        return tuple(line for line in self.lines if line.code is not None)
