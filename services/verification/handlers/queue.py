"""How work is handed out: the next task for an officer, assigned by the head, given back, handed over at the end of a shift."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count
from random import Random
from typing import Final

from services.verification.domain import claims
from services.verification.domain.claims import HandOver
from services.verification.domain.facts import TaskFact
from services.verification.domain.officer import DeskOfficer
from services.verification.domain.task import Task
from services.verification.handlers.colleagues import Colleagues
from services.verification.handlers.desk import TaskView, check_room, set_free, take, view
from services.verification.ports import Deps, Tx
from shared.errors import DomainError

CANDIDATES: Final = 64  # tasks looked at for one officer: more than there are officers who ask at the same moment
_RANDOM: Final = Random()  # noqa: S311 - spreads those who lost a race, hides nothing
_SPREAD: Final = 8  # tasks further for each race that was lost: four tries reach as many officers as ask at the same moment


def puller(deps: Deps, officer: DeskOfficer) -> Callable[[Tx], Awaitable[TaskView | None]]:
    """Return the body of a unit of work that claims the next task; run again after a lost race, it leaves the first ones to others."""
    lost = count()

    async def pull(tx: Tx) -> TaskView | None:
        races = next(lost)
        return await next_task(tx, deps, officer, skip=_RANDOM.randrange(races * _SPREAD) if races else 0)

    return pull


async def next_task(tx: Tx, deps: Deps, officer: DeskOfficer, *, skip: int = 0) -> TaskView | None:
    """Claim the best task for an officer: reserved for them, else the first of their services and areas. None: there is none.

    `skip`: how many to leave to others, after a race for the first ones was lost.

    Raises:
        DomainError: `too_many_claims`.
    """
    await check_room(deps, officer)
    found = await deps.task_reader.candidates(officer, at=deps.clock(), limit=CANDIDATES)
    first = skip % len(found) if found else 0  # where few are left, who lost keeps spreading over them
    ordered = (*found[first:], *found[:first])
    for task_id in ordered:
        task = await tx.tasks.find(task_id)
        if task is not None and (claimed := _taken(tx, deps, task, officer)) is not None:
            return await view(tx, deps, claimed)
    return None


async def assign_task(tx: Tx, deps: Deps, task_id: str, officer_id: str) -> TaskView:
    """Assign a task to an officer, who alone can claim it for a time.

    Raises:
        NotFound: `tasks_not_found`.
        DomainError: as `domain.claims.assign`.
    """
    assigned, fact = claims.assign(await tx.tasks.get(task_id), officer_id, at=deps.clock(), reserved=deps.reserved_for)
    tx.tasks.save(assigned)
    tx.emit(fact)
    return await view(tx, deps, assigned)


async def release_all(tx: Tx, deps: Deps, officer_id: str) -> tuple[Task, ...]:
    """Release every task that an officer holds; return them. Decisions that wait to take effect stay."""
    return tuple(set_free(tx, deps, task, officer_id) for task in await _held(tx, deps, officer_id))


async def hand_over(tx: Tx, deps: Deps, officer_id: str, wish: HandOver, colleagues: Colleagues) -> tuple[Task, ...]:
    """Hand every task that an officer holds to a colleague; return them.

    Raises:
        DomainError: as `Colleagues.refuse_unfit`, or `four_eyes`: the colleague approved one of them already; nothing is handed over.
    """
    held = await _held(tx, deps, officer_id)
    if wish.to is not None:
        for task in held:
            colleagues.refuse_unfit(wish.to, task)
    return tuple([_handed(tx, deps, task, officer_id, wish) for task in held])


async def hand_over_one(tx: Tx, deps: Deps, task_id: str, officer_id: str, wish: HandOver) -> TaskView:
    """Hand over one task that an officer holds, to a colleague or into the queue.

    Raises:
        NotFound: `tasks_not_found`.
        DomainError: as `domain.claims.hand_over`.
    """
    return await view(tx, deps, _handed(tx, deps, await tx.tasks.get(task_id), officer_id, wish))


def _handed(tx: Tx, deps: Deps, held: Task, officer_id: str, wish: HandOver) -> Task:
    fact: TaskFact
    if wish.to is None:
        task, fact = claims.give_back(held, officer_id, wish.note, at=deps.clock())
    else:
        task, fact = claims.hand_over(held, officer_id, wish.to, wish.note, at=deps.clock(), lease=deps.claim_lease)
    tx.tasks.save(task)
    tx.emit(fact)
    return task


async def _held(tx: Tx, deps: Deps, officer_id: str) -> list[Task]:
    now = deps.clock()
    ids = await deps.task_reader.held_by(officer_id, at=now)
    await tx.tasks.prefetch(ids)
    found = [await tx.tasks.get(task_id) for task_id in ids]
    return [task for task in found if task.claimant(now) == officer_id and task.held is None]


def _taken(tx: Tx, deps: Deps, task: Task, officer: DeskOfficer) -> Task | None:
    try:
        return take(tx, deps, task, officer)
    except DomainError:  # somebody was faster since the list was read
        return None
