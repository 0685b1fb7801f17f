"""Verification's pages at the desk: sign-in, one's own account, staff, and the audit log."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI

from services.verification.desk import gate, invitation, own_account, staff
from services.verification.desk.room import StaffRoom
from services.verification.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.desk import audit

TEMPLATES: Final = Path(__file__).parent / "templates"
PUBLIC: Final = gate.PUBLIC | invitation.PUBLIC
"""Routes that ask nobody: whoever comes has yet to say who they are."""


def install(
    app: FastAPI,
    units: UnitOfWorkRunner[Tx],
    deps: Deps,
    room: StaffRoom,
    read_keys: Callable[[], Awaitable[Mapping[str, Any]]],
) -> None:
    """Add the pages to the app; the shell must be in it. `read_keys` gives the published keys of sessions."""
    _ = deps  # tasks have no pages yet
    app.include_router(gate.router(room, read_keys))
    app.include_router(invitation.router(room))
    app.include_router(own_account.router(room))
    app.include_router(staff.router(room))
    audit.install(app, units.audit, units.note, room.pages, "verifikasi", is_first=True)
