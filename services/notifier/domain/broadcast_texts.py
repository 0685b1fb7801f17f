"""The templates that a broadcast may use, as Meta approved them. They stand in `templates/broadcasts.toml` as data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.notifier.domain.broadcast import Category
from services.notifier.domain.message import Template
from shared.errors import DomainError

_PLACE: Final = re.compile(r"\{(\d)\}")


@dataclass(frozen=True, slots=True)
class Variable:
    """A place that whoever writes the broadcast fills: what is asked for, an example, the most characters."""

    label: str
    example: str
    most: int


@dataclass(frozen=True, slots=True)
class ApprovedText:
    """An approved template with its words. `corrects`: it takes back what was announced, so only who was told gets it."""

    name: str
    title: str
    language: str
    category: Category
    body: str
    variables: tuple[Variable, ...]
    corrects: bool = False

    def __post_init__(self) -> None:
        places = set(_PLACE.findall(self.body))
        if places != {str(number) for number in range(1, len(self.variables) + 1)}:
            raise ValueError(f"template {self.name}: its places are not its variables")

    def template(self, values: Sequence[str]) -> Template:
        """Return the message with these values.

        Raises:
            DomainError: `variable_missing`, `variable_too_long`; the detail is its number from 1.
        """
        given = [" ".join(value.split()) for value in values]
        for number, variable in enumerate(self.variables, start=1):
            value = given[number - 1] if number <= len(given) else ""
            if not value:
                raise DomainError("variable_missing", str(number))
            if len(value) > variable.most:
                raise DomainError("variable_too_long", str(number))
        return Template(self.name, self.language, tuple(given[: len(self.variables)]))

    def shown(self, values: Sequence[str]) -> str:
        """Return what people read; a place that is not filled shows its example."""
        filled = [value or variable.example for value, variable in zip([*values, *[""] * 9], self.variables, strict=False)]
        return _PLACE.sub(lambda place: filled[int(place.group(1)) - 1], self.body)


def approved_texts(data: Mapping[str, Any]) -> Mapping[str, ApprovedText]:
    """Read the templates by name.

    Raises:
        ValueError: one is wrong.
        KeyError: something is missing in one.
    """
    return {
        row["name"]: ApprovedText(
            name=row["name"],
            title=row["title"],
            language=row["language"],
            category=Category(row["category"]),
            body=row["body"].strip(),
            variables=tuple(Variable(each["label"], each["example"], each["most"]) for each in row["variables"]),
            corrects=row.get("corrects", False),
        )
        for row in data["template"]
    }
