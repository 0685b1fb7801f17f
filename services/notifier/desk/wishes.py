"""`/desk/siaran/berhenti`: who gets no broadcast because they said so. Nobody is put on that list here, nor taken off it: people do."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response

from services.notifier.ports import Deps, NewsWishes
from shared.audit import AuditEntry
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.values import Malformed, Phone
from shared.web.desk import Pages, StaffMember, signed_in

PATH: Final = "/desk/siaran/berhenti"
_LATELY: Final = 50

Worker = Annotated[StaffMember, signed_in("campaigns:work")]


def router(units: UnitOfWorkRunner[Any], deps: Deps, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    def show(request: Request, member: StaffMember, wishes: NewsWishes, answer: str = "") -> Response:
        return pages.show(request, "wishes.html", member, wishes=wishes, answer=answer)

    @routes.get(PATH)
    async def stopped(request: Request, member: Worker) -> Response:
        return show(request, member, await deps.broadcasts.wishes(_LATELY))

    @routes.post(PATH)
    async def ask(request: Request, member: Worker, nomor: Annotated[str, Form(max_length=40)] = "") -> Response:
        """Say whether a number may get news; it gets into no address and no log."""
        await units.note(
            AuditEntry(member.staff_id, "broadcast.wish_read", deps.clock(), member.name, "broadcast/-", tuple(sorted(member.roles)))
        )
        return show(request, member, await deps.broadcasts.wishes(_LATELY), await _answer(deps, nomor))

    return routes


async def _answer(deps: Deps, number: str) -> str:
    try:
        phone = Phone.parse(number).text
    except Malformed:
        return "malformed"
    known = await deps.broadcasts.known_at(phone)
    return {None: "unsaid", True: "agreed", False: "stopped"}[known.agreed if known else None]
