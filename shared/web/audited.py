"""No look and no act of a person without a row in the audit log, whatever a route forgets.

A route writes its own row with what it does (`UnitOfWorkRunner.run(..., audit=...)`), because it knows whom it showed. Where it did not,
the request is written down by its route before the answer leaves; where that fails the answer does not leave.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import logs
from shared.audit import AuditDuty, AuditEntry
from shared.audit.duty import begin_duty, end_duty
from shared.clock import Clock, now
from shared.errors import AppError
from shared.reference.roles import personal_permissions
from shared.web.problems import problem

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_AGAIN_SECONDS: Final = 60.0  # a list that renews itself is one look in that time, not sixty; another page or filter of it is another
_STREAM: Final = "/langsung"  # tells how much is new, and nobody; its address is another with each page that listens
_UNWRITTEN: Final = "What is shown can't be written down now. Try again."
_REMEMBERED: Final = 10_000  # looks; more than an office has in a minute

_log = logs.get("audit")

Note = Callable[[AuditEntry], Awaitable[None]]


class Person(Protocol):
    """Whoever is signed in."""

    @property
    def staff_id(self) -> str:
        """The id of the account."""

    @property
    def name(self) -> str:
        """As colleagues say it."""

    @property
    def roles(self) -> frozenset[str]:
        """Codes."""


@dataclass(frozen=True, slots=True)
class _Watched:
    """Who asked, and by which permission they were let in."""

    person: Person
    permission: str | None


def watch(scope: Scope, person: Person, permission: str | None) -> None:
    """Have this request leave a row. Called where somebody was let in."""
    scope.setdefault("state", {})["watched"] = _Watched(person, permission)


class AuditedRequests:
    """The rows of requests that no route wrote. Without `note` (a process that serves no pages and no API) nothing is watched."""

    def __init__(self, app: ASGIApp, *, note: Callable[[], Note | None], clock: Clock = now) -> None:
        self._app = app
        self._note = note
        self._clock = clock
        self._looks: OrderedDict[tuple[str, str, str, bytes], datetime] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI."""
        note = self._note() if scope["type"] == "http" else None
        if note is None:
            await self._app(scope, receive, send)
            return
        duty, token = begin_duty()
        withheld = False

        async def after_the_row(message: Message) -> None:
            nonlocal withheld
            if message["type"] == "http.response.start" and not await self._written(scope, message["status"], duty, note):
                withheld = True
                refusal = problem(HTTPStatus.SERVICE_UNAVAILABLE, "audit_unavailable", _UNWRITTEN)
                await refusal(scope, receive, send)
            if not withheld:
                await send(message)

        try:
            await self._app(scope, receive, after_the_row)
        finally:
            end_duty(token)

    async def _written(self, scope: Scope, status: int, duty: AuditDuty, note: Note) -> bool:
        """Return whether the answer may leave."""
        watched: _Watched | None = scope.get("state", {}).get("watched")
        if watched is None or duty.done or status >= HTTPStatus.BAD_REQUEST:
            return True
        is_look = scope["method"] in _SAFE
        if is_look and watched.permission not in personal_permissions():
            return True
        entry = self._entry(scope, watched)
        look = (entry.actor, entry.act, entry.about, b"" if entry.act.endswith(_STREAM) else scope["query_string"])
        if is_look and look in self._looks and (entry.at - self._looks[look]).total_seconds() < _AGAIN_SECONDS:
            return True
        try:
            await note(entry)
        except AppError as error:
            _log.error("audit.unwritten", act=entry.act, code=error.code)
            return False
        if is_look:
            self._looks[look] = entry.at
            self._looks.move_to_end(look)
            while len(self._looks) > _REMEMBERED:
                self._looks.popitem(last=False)
        return True

    def _entry(self, scope: Scope, watched: _Watched) -> AuditEntry:
        route = str(getattr(scope.get("route"), "path", "unknown"))
        about = "/".join(f"{name.removesuffix('_id')}/{value}" for name, value in scope.get("path_params", {}).items())
        person = watched.person
        return AuditEntry(
            actor=person.staff_id,
            actor_name=person.name,
            roles=tuple(sorted(person.roles)),
            act=f"{scope['method']} {route}",
            at=self._clock(),
            about=about,
        )
