"""What stands at the side of every page, and where somebody's day begins (`data/navigation.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from shared.web.desk.session import StaffMember

_FILE: Final = Path(__file__).parent / "data" / "navigation.toml"
_ON_A_PHONE: Final = 3  # pages in the bar at the bottom, beside the menu


@dataclass(frozen=True, slots=True)
class NavigationPage:
    """A page that can be gone to. `counts`: the addresses that say how many wait there, each some of them."""

    path: str
    word: str
    icon: str
    permission: str
    counts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NavigationGroup:
    """Pages that belong together."""

    name: str
    pages: tuple[NavigationPage, ...]


class WaitingCount(BaseModel):
    """The answer of `<path>/jumlah`. `urgent`: one of them is late or lost."""

    waiting: int
    urgent: bool


@cache
def navigation() -> tuple[NavigationGroup, ...]:
    """Return every group with every page."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["group"]
    return tuple(
        NavigationGroup(
            row["name"],
            tuple(NavigationPage(page["path"], page["word"], page["icon"], page["permission"], _counts(page)) for page in row["pages"]),
        )
        for row in rows
    )


def _counts(page: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the addresses of a row's `count`: true is the page's own."""
    counted = page.get("count", [])
    return tuple(f"{path}/jumlah" for path in ([page["path"]] if counted is True else counted))


def visible_to(member: StaffMember) -> tuple[NavigationGroup, ...]:
    """Return what this person may go to; groups without a page are left out."""
    groups = (NavigationGroup(group.name, tuple(page for page in group.pages if member.may(page.permission))) for group in navigation())
    return tuple(group for group in groups if group.pages)


def may_follow(member: StaffMember, path: str) -> bool:
    """Return whether a link leads this person to a page that is open to them."""
    return any(path == page.path or path.startswith(f"{page.path}/") for page in pages_of(visible_to(member)))


def pages_of(groups: Sequence[NavigationGroup]) -> Iterator[NavigationPage]:
    """Yield the pages of groups in their order."""
    for group in groups:
        yield from group.pages


def start_of(member: StaffMember) -> str | None:
    """Return the path at which this person's day begins; None where no page is open to them."""
    return next((page.path for page in pages_of(visible_to(member))), None)


def at_hand(groups: Sequence[NavigationGroup]) -> tuple[NavigationPage, ...]:
    """Return the pages that stand in the bar of a phone."""
    return tuple(pages_of(groups))[:_ON_A_PHONE]
