"""What issuance's pages are made with, and how each look and act is written down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request

from services.issuance.domain.document import Document
from services.issuance.ports import Deps, DocumentPictures, Tx
from shared.audit import AuditEntry, SeenPerson
from shared.messaging.transaction.runner import Context, UnitOfWorkRunner
from shared.web.desk import Pages, StaffMember

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class IssuanceRoom:
    """The parts of issuance's pages."""

    deps: Deps
    units: UnitOfWorkRunner[Tx]
    pages: Pages
    pdf: DocumentPictures

    def entry(self, member: StaffMember, act: str, about: str, seen: Sequence[Document] = (), /, **detail: str) -> AuditEntry:
        """Return the row of the audit log about a look or an act of this person.

        `seen`: the documents whose holders it is about. Where they are of one request, an auditor finds it by its receipt, too.
        """
        names = dict.fromkeys(document.holder_name for document in seen)
        receipts = {document.receipt for document in seen}
        named = {"receipt": receipts.pop()} if len(receipts) == 1 else {}
        return AuditEntry(
            actor=member.staff_id,
            actor_name=member.name,
            roles=tuple(sorted(member.roles)),
            act=act,
            at=self.deps.clock(),
            about=about,
            detail=named | detail,
            persons=tuple(SeenPerson(name=name) for name in names),
        )

    async def act(self, request: Request, entry: AuditEntry, body: Callable[[Tx], Awaitable[R]]) -> R:
        """Do something in a unit of work, with its row of the audit log in the same commit."""
        context = Context(entry.about.partition("/")[2] or "desk", None, request.state.traceparent)
        return await self.units.run(body, context=context, audit=lambda _: entry)
