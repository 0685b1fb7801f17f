"""What a caller may reach: somebody whose account is bound to an area reaches over the API what they reach on the pages, no more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from services.verification.domain.rules import People
from services.verification.ports import Tx
from shared.errors import Forbidden
from shared.web import Client, refuses
from shared.web.desk.area import refuse_outside

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
        task = await tx.tasks.get(task_id)
        if client.member is not None:
            refuse_outside(client.member, task.place.areas, READ)
        return await act(tx)

    return checked


async def refuse_family_outside(tx: Tx, client: Client, kk_number: str) -> None:
    """Refuse a family of another area than the caller's account; also one that the register does not have.

    Raises:
        Forbidden: `area_outside`.
    """
    if client.member is None or not client.member.areas:
        return
    family = (await tx.register(People(kk_numbers=(kk_number,)))).family(kk_number)
    if family is None:
        raise Forbidden("area_outside", "It is of another area than this account's.")
    refuse_outside(client.member, (family.village_code,), READ)
