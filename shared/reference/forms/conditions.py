"""When a field is asked: conditions as data, judged by one pure function. There is no expression language and nothing else to write.

`{field, is = [...]}`, `{field, older_than_years = n}`, `{field, older_than_days = n}`, `{all = [...]}`, `{any = [...]}`, `{not = {...}}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition. Exactly one of `values`, `older_than_years`, `older_than_days`, `every`, `some` and `unless` is given."""

    field: str = ""
    values: tuple[Any, ...] = ()
    older_than_years: int | None = None
    older_than_days: int | None = None
    every: tuple[Condition, ...] = ()
    some: tuple[Condition, ...] = ()
    unless: Condition | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Read a condition from a service's file.

        Raises:
            ValueError: it says nothing, more than one thing, or a word that there is not.
        """
        match dict(row):
            case {"field": str(name), "is": [*values], **rest} if not rest and values:
                return cls(field=name, values=tuple(values))
            case {"field": str(name), "older_than_years": int(years), **rest} if not rest:
                return cls(field=name, older_than_years=years)
            case {"field": str(name), "older_than_days": int(days), **rest} if not rest:
                return cls(field=name, older_than_days=days)
            case {"all": [*parts], **rest} if not rest and parts:
                return cls(every=tuple(map(cls.of, parts)))
            case {"any": [*parts], **rest} if not rest and parts:
                return cls(some=tuple(map(cls.of, parts)))
            case {"not": dict(part), **rest} if not rest:
                return cls(unless=cls.of(part))
        raise ValueError(f"no condition: {row}")

    def row(self) -> dict[str, Any]:
        """Return it as a service's file has it."""
        if self.unless is not None:
            return {"not": self.unless.row()}
        if not self.field:
            return {"all" if self.every else "any": [part.row() for part in (*self.every, *self.some)]}
        if self.values:
            return {"field": self.field, "is": list(self.values)}
        name = "older_than_days" if self.older_than_days is not None else "older_than_years"
        return {"field": self.field, name: getattr(self, name)}

    @property
    def parts(self) -> Iterator[Condition]:
        """The conditions in it that look at a field."""
        if self.field:
            yield self
        for part in (*self.every, *self.some, *([self.unless] if self.unless else [])):
            yield from part.parts


def holds(condition: Condition | None, answers: Mapping[str, Any], today: date) -> bool:
    """Return whether a condition holds. None always does; one about a field without an answer never does."""
    if condition is None:
        return True
    if condition.unless is not None:
        return not holds(condition.unless, answers, today)
    if condition.field:
        return _is(condition, answers.get(condition.field), today)
    parts = [holds(part, answers, today) for part in (*condition.every, *condition.some)]
    return all(parts) if condition.every else any(parts)


def _is(condition: Condition, value: Any, today: date) -> bool:
    if condition.values:
        return any(value == wanted and isinstance(value, bool) == isinstance(wanted, bool) for wanted in condition.values)
    if not isinstance(value, date):
        return False
    if condition.older_than_days is not None:
        return (today - value).days > condition.older_than_days
    years = today.year - value.year - ((today.month, today.day) < (value.month, value.day))
    return years >= (condition.older_than_years or 0)
