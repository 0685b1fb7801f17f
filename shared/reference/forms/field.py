"""One field of a form as a service's file has it, and the file that answers a document. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Self

from shared.reference.forms.conditions import Condition
from shared.reference.forms.field_type import NotHere
from shared.reference.forms.rules import NO_LIMITS, FieldLimits
from shared.reference.forms.types import TYPES, FieldType, Setup
from shared.reference.lists import CodeList, UsedFrom, code_list

GROUP: Final = "group"
DOCUMENT: Final = "document"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_KEYS: Final = frozenset(("name", "type", "when", "rules", "choices", "any_of", "count", "fields", "optional"))


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file that answers a document field, and which of its kinds it shows."""

    file_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `any_of`: kinds of a document. `count`: least and most rows of a group. `fields`: of a row.

    `used_from`: since when this installation uses which version of a list.
    """

    name: str
    type: str
    when: Condition | None = None
    limits: FieldLimits = NO_LIMITS
    choices: str = ""
    any_of: tuple[str, ...] = ()
    count: tuple[int, int] = (1, 1)
    fields: tuple[Field, ...] = ()
    optional: bool = False
    used_from: UsedFrom = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Read a field from a service's file.

        Raises:
            ValueError: a key, a type or a list that there is not.
            NotFound: `unknown_code_list`.
        """
        if unknown := set(row) - _KEYS:
            raise ValueError(f"field {row.get('name')}: no key {', '.join(sorted(unknown))}")
        if not {"name", "type"} <= set(row):
            raise ValueError(f"field {row.get('name')}: name or type missing")
        kind = row["type"]
        if kind not in TYPES and kind not in (GROUP, DOCUMENT):
            raise ValueError(f"field {row['name']}: no type {kind}")
        if (kind == DOCUMENT) != ("any_of" in row) or (kind == GROUP) != ("fields" in row) or (kind == "choice") != ("choices" in row):
            raise ValueError(f"field {row['name']}: any_of, fields and choices go with document, group and choice")
        if not _NAME.fullmatch(row["name"]) or any(inner["type"] in (GROUP, DOCUMENT) for inner in row.get("fields", ())):
            raise ValueError(f"field {row['name']}: a name is a code, and a row of a group holds single values")
        least, most = row.get("count", (1, 1))
        if not 0 <= least <= most or most < 1:
            raise ValueError(f"field {row['name']}: no count of rows: {least}, {most}")
        not_here = set(row.get("rules", {}).get("not_here", ()))
        if not_here - set(code_list(row["choices"]).rows if kind == "choice" else ()):
            raise ValueError(f"field {row['name']}: its list has no {', '.join(sorted(not_here))}")
        return cls(
            name=row["name"],
            type=kind,
            when=Condition.of(row["when"]) if "when" in row else None,
            limits=FieldLimits.of(row.get("rules", {})),
            choices=row.get("choices", ""),
            any_of=tuple(row.get("any_of", ())),
            count=(least, most),
            fields=tuple(map(cls.of, row.get("fields", ()))),
            optional=row.get("optional", False),
        )

    @property
    def is_document(self) -> bool:
        """Whether a file answers it."""
        return self.type == DOCUMENT

    @property
    def is_group(self) -> bool:
        """Whether rows of fields answer it."""
        return self.type == GROUP

    @property
    def may_be_left_out(self) -> bool:
        """Whether a body without it is whole, also where it applies."""
        return self.optional or (self.is_group and self.count[0] == 0)

    @property
    def kind(self) -> FieldType:
        """The type of a single value."""
        return TYPES[self.type]

    def codes(self, day: date) -> CodeList:
        """Return the list of a choice as it is offered on a day, without what the service does not serve."""
        return code_list(self.choices).on(day, self.used_from).without(self.limits.not_here)

    def using(self, used_from: UsedFrom) -> Self:
        """Return the field as an installation asks it that uses versions of lists since these days."""
        return replace(self, used_from=used_from, fields=tuple(each.using(used_from) for each in self.fields))

    def setup(self, today: date) -> Setup:
        """Return what its type needs to know."""
        return Setup(today, self.limits, self.codes(today) if self.choices else None)

    def parse(self, text: str, today: date) -> Any:
        """Return the value that a person wrote.

        Raises:
            Malformed: with the code of what is wrong; NotHere where the answer leads elsewhere.
        """
        return self._allowed(self.kind.parse(text, self.setup(today)))

    def read(self, raw: Any, today: date) -> Any:
        """Return the value of a wire form.

        Raises:
            Malformed: with the code of what is wrong; NotHere where the answer leads elsewhere.
        """
        return self._allowed(self.kind.read(raw, self.setup(today)))

    def _allowed(self, value: Any) -> Any:
        said = "no" if value is False else str(value)
        for barred, code in self.limits.barred:
            if said == barred:
                raise NotHere(code)
        return value

    def offered(self, today: date) -> tuple[Any, ...]:
        """Return values to choose from, where its type offers some."""
        return self.kind.offered(self.setup(today)) if self.type in TYPES else ()

    def show(self, value: Any, today: date) -> str:
        """Return a single value as it is shown to whoever gave it."""
        return self.kind.show(value, self.setup(today))
