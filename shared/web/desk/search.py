"""`/desk/cari`: the one search box of the desk. Each service answers with what is its own; one page loads them all.

What is typed is sent by a form and stands in no address. Every answer is masked, and leaves a row in the audit log.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, FastAPI, Form, Request, Response

from shared.audit import AuditEntry, SeenPerson
from shared.clock import Clock
from shared.web.desk.pages import Pages
from shared.web.desk.session import StaffMember, signed_in
from shared.web.desk.sought import IN_WORDS, LONGEST, OWNERS, PATH, Shape, Sought, owners_for, recognised
from shared.web.desk.words import State

MOST_FOUND: Final = 10  # of each kind: whoever gets more writes more

Member = Annotated[StaffMember, signed_in()]
Typed = Annotated[str, Form(max_length=LONGEST)]


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found, masked. `link`: its page, empty where there is none for who looks; `number`: receipt or the like."""

    title: str
    what: str
    link: str = ""
    number: str = ""
    state: State | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HitGroup:
    """What was found of one kind; `more`: there is more than is shown."""

    word: str
    hits: tuple[Hit, ...]
    more: bool = False


Finder = Callable[[StaffMember, Sought], Awaitable[Sequence[HitGroup]]]
"""Gives what somebody may see of what is sought: at most `MOST_FOUND` of each kind."""


def group_of(word: str, hits: Sequence[Hit]) -> HitGroup:
    """Return the first of the hits under a heading; there may be one too many, which tells that there is more."""
    return HitGroup(word, tuple(hits[:MOST_FOUND]), len(hits) > MOST_FOUND)


def sought_persons(sought: Sought) -> tuple[SeenPerson, ...]:
    """Return under whom it is written down that somebody was looked for: a number, a name, a phone; none where it names nobody."""
    if not sought.is_personal:
        return ()
    return (SeenPerson(nik=sought.text) if sought.shape is Shape.NUMBER else SeenPerson(name=sought.text),)


@dataclass(frozen=True, slots=True)
class _Search:
    """The pages' dependencies, and what they have in common."""

    name: str
    pages: Pages
    find: Finder
    note: Callable[[AuditEntry], Awaitable[None]]
    clock: Clock

    async def own(self, member: StaffMember, sought: Sought) -> Sequence[HitGroup] | None:
        """Return what this service has; None where it is not asked for such things. That it was asked for is written down."""
        owner = OWNERS[self.name]
        if not member.may(owner.permission) or sought.shape not in owner.finds:
            return None
        groups = await self.find(member, sought)
        count = sum(len(group.hits) for group in groups)
        await self.note(self._entry(member, sought, count))
        return groups

    def _entry(self, member: StaffMember, sought: Sought, count: int) -> AuditEntry:
        return AuditEntry(
            actor=member.staff_id,
            actor_name=member.name,
            roles=tuple(sorted(member.roles)),
            act="search.asked",
            at=self.clock(),
            about="" if sought.is_personal else f"search/{sought.text}",
            detail={"shape": sought.shape.value, "found": str(count)},
            persons=sought_persons(sought),
        )

    async def page(self, request: Request, member: StaffMember, typed: str) -> Response:
        """Return the whole page: with the own part where this person may see it, and a place for the others'."""
        sought = recognised(typed)
        values: dict[str, Any] = {
            "owners": owners_for(member),
            "own": self.name,
            "groups_of_own": await self.own(member, sought),
            "sought": sought,
            "shape": IN_WORDS.get(sought.shape, ""),
        }
        return self.pages.show(request, "search.html", member, typed=typed, search_path=PATH, **values)

    async def part(self, request: Request, member: StaffMember, typed: str) -> Response:
        """Return the own part alone, for a page that another service gave."""
        groups = await self.own(member, recognised(typed))
        return self.pages.show(request, "search_part.html", member, found=groups, owner=OWNERS[self.name])


def install(app: FastAPI, name: str, find: Finder, pages: Pages, note: Callable[[AuditEntry], Awaitable[None]], clock: Clock) -> None:
    """Add the page and this service's answer.

    Args:
        app: With the shell in it.
        name: Of `OWNERS`.
        find: What this service has.
        pages: Of this service.
        note: Writes a row of the audit log (`UnitOfWorkRunner.note`).
        clock: Of the service.
    """
    search = _Search(name, pages, find, note, clock)
    routes = APIRouter(include_in_schema=False)
    owned = signed_in(OWNERS[name].permission)

    @routes.get(PATH)
    async def empty(request: Request, member: Member) -> Response:
        return await search.page(request, member, "")

    @routes.post(PATH)
    async def asked(request: Request, member: Member, q: Typed = "") -> Response:
        return await search.page(request, member, q)

    @routes.post(f"{PATH}/{name}")
    async def answered(request: Request, member: StaffMember = owned, q: Typed = "") -> Response:
        """Answer a page that loads this part, or with a page, where no script asked."""
        return await (search.part if "hx-request" in request.headers else search.page)(request, member, q)

    app.include_router(routes)
