"""`/desk/pengiriman`: whether WhatsApp is being sent to; whoever manages the sender stops it with a reason, and lets it go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.notifier.desk.message_words import result_of
from services.notifier.domain.job import OPEN
from services.notifier.domain.pacing import SenderState
from services.notifier.ports import Deps, Tx
from shared.audit import AuditEntry
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.desk import Pages, StaffMember, signed_in

PATH: Final = "/desk/pengiriman"
REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "wrong_text": "Isi pesan salah, sedang diperbaiki",
        "maintenance": "Perawatan terencana",
        "provider_trouble": "WhatsApp sedang bermasalah",
        "operator": "Diminta pimpinan",
    }
)
"""What may be chosen; the code is what is stored."""

Manager = Annotated[StaffMember, signed_in("sender:manage")]


@dataclass(frozen=True, slots=True)
class SenderNotice:
    """A pause as people read it."""

    since: datetime | None
    who: str
    reason: str


def notice(state: SenderState) -> SenderNotice | None:
    """Return the pause that is on; None where messages are sent."""
    if state.paused_reason is None:
        return None
    reason = REASONS.get(state.paused_reason) or result_of(state.paused_reason)
    return SenderNotice(state.paused_at, state.paused_by or "mesin, karena jawaban WhatsApp", reason)


def router(units: UnitOfWorkRunner[Tx], deps: Deps, pages: Pages) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    async def page(request: Request, member: StaffMember, status: int = HTTPStatus.OK, problem: str = "") -> Response:
        pause, waiting = notice(await deps.sender_limiter.state()), await deps.job_reader.count(tuple(sorted(OPEN)))
        values = {"pause": pause, "waiting": waiting, "reasons": REASONS, "problem": problem}
        return pages.show(request, "sender.html", member, status=status, **values)

    @routes.get(PATH)
    async def show(request: Request, member: Manager) -> Response:
        return await page(request, member)

    @routes.post(f"{PATH}/jeda")
    async def pause(request: Request, member: Manager, alasan: Annotated[str, Form(max_length=40)] = "") -> Response:
        if alasan not in REASONS:
            return await page(request, member, HTTPStatus.UNPROCESSABLE_ENTITY, "reason_missing")
        await units.note(_row(deps, member, "sender.paused", reason=alasan))
        await deps.sender_limiter.pause(alasan, member.name)
        return RedirectResponse(PATH, HTTPStatus.SEE_OTHER)

    @routes.post(f"{PATH}/lanjut")
    async def resume(member: Manager) -> Response:
        await units.note(_row(deps, member, "sender.resumed"))
        await deps.sender_limiter.resume()
        return RedirectResponse(PATH, HTTPStatus.SEE_OTHER)

    return routes


def _row(deps: Deps, member: StaffMember, act: str, **detail: str) -> AuditEntry:
    roles = tuple(sorted(member.roles))
    return AuditEntry(member.staff_id, act, deps.clock(), member.name, "sender/whatsapp", roles, detail)
