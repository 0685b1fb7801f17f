"""What a type of fields does: what people write becomes a value, or a stable code says why not. The same types check chat and API.

A value is what the domain reckons with; its wire form is JSON. What is shown is for the one who gave it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.reference.forms.rules import NO_LIMITS, FieldLimits
from shared.reference.lists import CodeList
from shared.values import Malformed


class Unclear(Malformed):
    """More than one value may be meant: `candidates`, as they travel, in the order of the register. Whoever asked may offer them."""

    def __init__(self, code: str, candidates: Sequence[str]) -> None:
        super().__init__(code)
        self.candidates = tuple(candidates)


class NotHere(Malformed):
    """What was meant is clear, and this service does not serve it."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a field gives its type: limits, and the list of a choice. `today` is the office's day."""

    today: date
    limits: FieldLimits = NO_LIMITS
    choices: CodeList | None = None


class FieldType(ABC):
    """A type of fields. Unless a type says otherwise, a value travels and is shown as the text that a person could have written."""

    @abstractmethod
    def parse(self, text: str, setup: Setup) -> Any:
        """Return the value that a person wrote.

        Raises:
            Malformed: with the code of what is wrong; Unclear where it may be one of several.
        """

    def read(self, raw: Any, setup: Setup) -> Any:
        """Return the value of a wire form.

        Raises:
            Malformed: with the code of what is wrong.
        """
        if not isinstance(raw, str):
            raise Malformed("text_expected")
        return self.parse(raw, setup)

    def wire(self, value: Any) -> Any:
        """Return the wire form of a value."""
        return str(value)

    def value(self, wire: Any) -> Any:
        """Return the value of a wire form that was checked before."""
        return wire

    def show(self, value: Any, setup: Setup) -> str:  # noqa: ARG002 - for the types that need it
        """Return a value as it is shown to whoever gave it: of numbers of persons and families the district is masked."""
        return str(value)

    def offered(self, setup: Setup) -> tuple[Any, ...]:  # noqa: ARG002 - for the types that offer some
        """Return values to choose from where there are some to offer that no list has."""
        return ()

    @abstractmethod
    def schema(self, setup: Setup) -> Mapping[str, Any]:
        """Return the JSON Schema of the wire form. What it can't say, such as a day that must be past, `read` still refuses."""
