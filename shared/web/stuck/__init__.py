"""The routes under `/v1/stuck`, the same in every service: what the service gave up, and what a person decides about it.

A service implements `StuckSource` by its own readers and handlers; `pages` shows the same to people at the desk. Ids stand in URLs and
logs, so they tell nothing of a person.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final, Protocol

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared import logs
from shared.audit import AuditEntry
from shared.clock import now
from shared.errors import DomainError, NotFound
from shared.web.auth import Client, require
from shared.web.refusals import refuses

PATH: Final = "/v1/stuck"
_UNKNOWN: Final = refuses(404, "stuck_not_found")

_log = logs.get("stuck")


class StuckEntry(BaseModel):
    """One thing that was given up and waits for a decision."""

    id: Annotated[str, Field(description="What the other routes take")]
    kind: Annotated[str, Field(description="What it is, such as message or kk")]
    code: Annotated[str, Field(description="Why it was given up")]
    since: datetime | None
    attempts: int
    reference: Annotated[str | None, Field(description="Receipt or number by which people know it; null: it has none")] = None


class StuckPage(BaseModel):
    """Some of what waits. `next`: give it as `after` for the following page; null: this is the last."""

    stuck: list[StuckEntry]
    next: str | None


class StuckDetail(StuckEntry):
    """One with what it holds."""

    content: Annotated[dict[str, Any], Field(description="As it is stored; what is personal only when asked for")]


class DiscardOrder(BaseModel):
    """Why it shall not be handled."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
        Field(description="Why, and who decided; no names of citizens", examples=["test data; decided by budi"]),
    ]


class StuckSource(Protocol):
    """The source of a service's stuck items.

    A decision raises NotFound or DomainError where nothing waits (any more); where it can't be carried out as things are, and the item
    goes on waiting, a DomainError with one of the codes that `routes` was told.
    """

    async def page(self, after: str | None, limit: int) -> StuckPage:
        """Return a page of what waits."""

    async def find(self, stuck_id: str) -> StuckDetail | None:
        """Return one with its whole content; None where it does not wait."""

    async def replay(self, stuck_id: str) -> None:
        """Have it worked on again."""

    async def discard(self, stuck_id: str, note: str) -> None:
        """End it unhandled and keep the note."""


class NothingStuck:
    """The `StuckSource` of a service that gives up nothing of its own: what it can't handle are messages."""

    async def page(self, after: str | None, limit: int) -> StuckPage:  # noqa: ARG002 - as `StuckSource`
        """Return an empty page."""
        return StuckPage(stuck=[], next=None)

    async def find(self, stuck_id: str) -> StuckDetail | None:  # noqa: ARG002 - as `StuckSource`
        """Return None."""
        return None

    async def replay(self, stuck_id: str) -> None:
        """Raise NotFound."""
        raise NotFound("stuck_not_found", stuck_id)

    async def discard(self, stuck_id: str, note: str) -> None:  # noqa: ARG002 - as `StuckSource`
        """Raise NotFound."""
        raise NotFound("stuck_not_found", stuck_id)


def routes(source: StuckSource, personal: frozenset[str] = frozenset(), refusals: Sequence[str] = ()) -> APIRouter:
    """Return the routes.

    Args:
        source: What waits in this service.
        personal: Names of fields of a content that tell of persons, beside those that `shared.logs` knows.
        refusals: Codes that say for what an item waits still, when a decision can't be carried out.
    """
    router = APIRouter(prefix=PATH, tags=["stuck"])
    _reading(router, source, personal)
    _deciding(router, source, refusals)
    return router


def _reading(router: APIRouter, source: StuckSource, personal_names: frozenset[str]) -> None:
    @router.get("", summary="List what was given up", responses=refuses(422, "cursor_malformed"))
    async def listed(
        _client: Annotated[Client, require("admin")],
        after: Annotated[str | None, Query(max_length=500, description="`next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> StuckPage:
        return await source.page(after, limit)

    @router.get("/{stuck_id}", summary="Show one with what it holds", responses=_UNKNOWN)
    async def show(
        request: Request,
        stuck_id: str,
        response: Response,
        client: Annotated[Client, require("admin")],
        *,
        personal: Annotated[bool, Query(description="Personal data too; who asked is logged")] = False,
    ) -> StuckDetail:
        found = await source.find(stuck_id)
        if found is None:
            raise NotFound("stuck_not_found")
        response.headers["Cache-Control"] = "no-store"
        await _note(request, client, "stuck.seen", stuck_id, in_full=str(personal).lower())  # who saw it (UU 27/2022 article 31)
        return found if personal else found.model_copy(update={"content": masked_content(found, personal_names)})


def _deciding(router: APIRouter, source: StuckSource, refusals: Sequence[str]) -> None:
    answers = _UNKNOWN | refuses(409, "not_stuck", *refusals)

    @router.post("/{stuck_id}/replay", summary="Have it worked on again", status_code=HTTPStatus.NO_CONTENT, responses=answers)
    async def replay(request: Request, stuck_id: str, client: Annotated[Client, require("admin")]) -> None:
        await _note(request, client, "stuck.replayed", stuck_id)
        await decided(source.replay(stuck_id), refusals)

    @router.post("/{stuck_id}/discard", summary="End it unhandled", status_code=HTTPStatus.NO_CONTENT, responses=answers)
    async def discard(request: Request, stuck_id: str, order: DiscardOrder, client: Annotated[Client, require("admin")]) -> None:
        await _note(request, client, "stuck.discarded", stuck_id)
        await decided(source.discard(stuck_id, order.note), refusals)


async def note_act(request: Request, actor: tuple[str, str, frozenset[str]], act: str, stuck_id: str, **detail: str) -> None:
    """Write into the audit log what is asked for, before it is done: an order that comes to nothing leaves a row too.

    Args:
        request: Whose app has the log.
        actor: Id, name and roles of who asks.
        act: `stuck.seen`, `stuck.replayed` or `stuck.discarded`.
        stuck_id: What it is about.
        detail: Codes, nothing personal.
    """
    who, name, roles = actor
    write: Callable[[AuditEntry], Awaitable[None]] | None = getattr(request.app.state, "audit_note", None)
    if write is None:  # a service without a database of its own
        _log.info(act, stuck_id=stuck_id, client=who, **detail)
        return
    entry = AuditEntry(actor=who, actor_name=name, roles=tuple(sorted(roles)), act=act, at=now(), about=f"stuck/{stuck_id}", detail=detail)
    await write(entry)


async def _note(request: Request, client: Client, act: str, stuck_id: str, **detail: str) -> None:
    name, roles = (client.member.name, client.member.roles) if client.member else (client.name, frozenset[str]())
    await note_act(request, (client.name, name, roles), act, stuck_id, **detail)


async def decided(act: Awaitable[None], refusals: Sequence[str]) -> None:
    """Say in the words of these routes that nothing waits there: never has, or not any more. What waits still says so itself.

    Raises:
        NotFound: `stuck_not_found`.
        DomainError: `not_stuck`, or one of the refusals.
    """
    try:
        await act
    except NotFound as error:
        raise NotFound("stuck_not_found") from error
    except DomainError as error:
        if error.code in refusals:
            raise
        raise DomainError("not_stuck", error.code) from error


def masked_content(found: StuckDetail, personal: frozenset[str]) -> dict[str, Any]:
    """Return what it holds without what is personal."""
    masked: dict[str, Any] = logs.masked(_without(found.content, personal))
    return masked


def _without(content: Mapping[str, Any], personal: frozenset[str]) -> dict[str, Any]:
    return {name: logs.HIDDEN if name in personal else value for name, value in content.items()}
