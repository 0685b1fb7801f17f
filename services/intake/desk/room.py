"""What all of intake's pages are made with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request

from services.intake.domain.assistance import ChatOfficer
from services.intake.ports import Deps, Tx
from shared.audit import AuditEntry, SeenPerson
from shared.messaging.transaction.runner import Context, UnitOfWorkRunner
from shared.web.desk import Pages, StaffMember

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class DeskRoom:
    """The parts of intake's pages."""

    deps: Deps
    units: UnitOfWorkRunner[Tx]
    pages: Pages

    def entry(
        self,
        member: StaffMember,
        act: str,
        about: str,
        persons: Sequence[SeenPerson] = (),
        detail: Mapping[str, str] | None = None,
    ) -> AuditEntry:
        """Return the row of the audit log about a look or an act of this person."""
        return AuditEntry(
            actor=member.staff_id,
            actor_name=member.name,
            roles=tuple(sorted(member.roles)),
            act=act,
            at=self.deps.clock(),
            about=about,
            detail=detail or {},
            persons=tuple(persons),
        )

    async def act(self, request: Request, entry: AuditEntry, body: Callable[[Tx], Awaitable[R]], *, is_noted: bool = True) -> R:
        """Do something in a unit of work, with its row of the audit log in the same commit. `is_noted`: whether it has one."""
        context = Context(entry.about.partition("/")[2] or "desk", None, request.state.traceparent)
        return await self.units.run(body, context=context, audit=lambda _: entry if is_noted else None)


def officer_of(member: StaffMember) -> ChatOfficer:
    """Return who is signed in, as chats name them."""
    return ChatOfficer(member.staff_id, member.name)
