"""Ideas for what the office may say about its services (`data/ideas.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "requirements": "Kartu syarat",
        "question": "Jawaban pertanyaan",
        "myth": "Salah kaprah",
        "warning": "Peringatan",
        "notice": "Pemberitahuan",
        "greeting": "Ucapan",
    }
)
"""What an idea is, in the order in which they are shown."""
PANELS: Final = frozenset({"needs", "askers", "days", "lines", "figures"})
MARKS: Final = frozenset({"check", "no", "1", "2", "3"})
_ANY: Final = "*"
_LATE: Final = "late"


@dataclass(frozen=True, slots=True)
class IdeaLine:
    """A line of an idea's own. `mark`: the sign before it."""

    mark: str
    text: str
    small: str = ""


@dataclass(frozen=True, slots=True)
class ContentIdea:
    """Something that one may say. `services`: "*", "late", or codes; empty: it is about the office. Texts have places in braces.

    `needs_moment`: it is said on a day of the calendar; `needs_note`: somebody writes when and where; `is_figures`: its moment is the
    month that is over and its note the numbers of it, which nobody types.
    """

    code: str
    kind: str
    name: str
    about: str
    services: str | tuple[str, ...]
    panel: str
    headline: str
    lead: str
    lead_jv: str
    lines: tuple[IdeaLine, ...] = ()
    needs_moment: bool = field(default=False)
    needs_note: bool = field(default=False)

    @property
    def is_figures(self) -> bool:
        """Whether it tells the numbers of a month."""
        return self.panel == "figures"

    @property
    def has_service(self) -> bool:
        """Whether it is about one service."""
        return bool(self.services)

    def suits(self, service: str, report_days: int | None) -> bool:
        """Return whether one may say it about a service, "" none. `report_days`: the time in which it is to be reported."""
        if self.services == _ANY:
            return bool(service)
        if self.services == _LATE:
            return report_days is not None
        return service in self.services if self.services else not service


@cache
def ideas() -> Mapping[str, ContentIdea]:
    """Return the ideas by code, in the order of the file.

    Raises:
        ValueError: a kind, panel or mark that there is not.
    """
    found = {row["code"]: _idea(row) for row in _document()["idea"]}
    return MappingProxyType(found)


@cache
def headlines() -> Mapping[str, str]:
    """Return the question of pieces about a service, by its code."""
    return MappingProxyType(_document()["headline"])


def ideas_for(service: str, report_days: int | None) -> Collection[ContentIdea]:
    """Return the ideas that suit a service; "" those about the office."""
    return [idea for idea in ideas().values() if idea.suits(service, report_days)]


def _idea(row: Mapping[str, Any]) -> ContentIdea:
    lines = tuple(IdeaLine(**line) for line in row.get("lines", ()))
    services = row["services"] if isinstance(row["services"], str) else tuple(row["services"])
    idea = ContentIdea(**{**row, "lines": lines, "services": services})
    if idea.kind not in KINDS or idea.panel not in PANELS or not {line.mark for line in lines} <= MARKS:
        raise ValueError(f"ideas.toml: {idea.code}")
    return idea


@cache
def _document() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("data/ideas.toml").read_text(encoding="utf-8"))
