"""What a caller may reach: somebody whose account is bound to an area reaches over the API what they reach on the pages, no more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from services.verification.domain.rules import People
from services.verification.domain.task import Task
from services.verification.ports import Tx
from shared.errors import Forbidden
from shared.web import Client, refuses

R = TypeVar("R")
READ: Final = "tasks:read"
OUTSIDE: Final = refuses(403, "area_outside")


def areas_of(client: Client) -> frozenset[str]:
    """Return the districts and villages of the caller's account; empty: all of them, as for every API key."""
    return client.member.areas if client.member is not None else frozenset()


def narrowed_areas(wished: frozenset[str], client: Client) -> frozenset[str] | None:
    """Return what is wished of the caller's area; nothing wished: all of it. None: nothing of what is wished lies in it."""
    own = areas_of(client)
    if not wished or not own:
        return wished or own
    both = {max(wish, area, key=len) for wish in wished for area in own if wish.startswith(area) or area.startswith(wish)}
    return frozenset(both) or None


def within(client: Client, task_id: str, act: Callable[[Tx], Awaitable[R]]) -> Callable[[Tx], Awaitable[R]]:
    """Return an act on a task that is refused (`area_outside`) where the task is of another area than the caller's account."""
    if not areas_of(client):
        return act

    async def checked(tx: Tx) -> R:
        _refuse_outside(client, await tx.tasks.get(task_id))
        return await act(tx)

    return checked


async def refuse_family_outside(tx: Tx, client: Client, kk_number: str) -> None:
    """Refuse a family of another area than the caller's account; also one that the register does not have.

    Raises:
        Forbidden: `area_outside`.
    """
    if not areas_of(client):
        return
    family = (await tx.register(People(kk_numbers=(kk_number,)))).by_kk.get(kk_number)
    if family is None or client.member is None or not client.member.covers(family.village_code, READ):
        raise Forbidden("area_outside", "The family is of another area than this account's.")


def _refuse_outside(client: Client, task: Task) -> None:
    """Refuse a task of another area; one whose place nobody knows is everybody's."""
    if task.place.areas and client.member is not None and not client.member.covers(task.place.areas[-1], READ):
        raise Forbidden("area_outside", "The task is of another area than this account's.")
