"""The pages about people who work here: the way in, one's own account, staff."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from fastapi import FastAPI

from services.verification.desk import gate, invitation, office, own_account, staff
from services.verification.desk.room import StaffRoom

PUBLIC: Final = gate.PUBLIC | invitation.PUBLIC
"""Routes that ask nobody: whoever comes has yet to say who they are."""


def install(app: FastAPI, room: StaffRoom, read_keys: Callable[[], Awaitable[Mapping[str, Any]]]) -> None:
    """Add the pages to the app; the shell must be in it. `read_keys` gives the published keys of sessions.

    Here sessions are kept: every route of the app asks whether the caller's was ended, so that whoever was locked does nothing more.
    """
    app.state.session_check = replace(app.state.session_check, is_alive=room.deps.reader.is_alive)
    app.include_router(gate.router(room, read_keys))
    app.include_router(invitation.router(room))
    app.include_router(own_account.router(room))
    app.include_router(staff.router(room))
    if room.office is not None:
        app.include_router(office.router(room, room.office))
        app.state.public = app.state.public | office.PUBLIC
