"""Two requests of the same people beside each other: what both say, what differs, and their documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response

from services.verification.desk import work_words as words
from services.verification.desk.sheet import Paper, Row, Sheet, lay_out
from services.verification.desk.work_room import PATH, READ, WorkRoom
from shared.errors import NotFound
from shared.web.desk import StaffMember, signed_in

Reader = Annotated[StaffMember, signed_in(READ)]
_NOTHING: Final = "-"


@dataclass(frozen=True, slots=True)
class Pair:
    """One answer of both; `differs`: they do not say the same."""

    label: str
    left: str
    right: str
    differs: bool


def router(room: WorkRoom) -> APIRouter:
    """Return the route."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(f"{PATH}/{{task_id}}/banding/{{other_id}}")
    async def compared(request: Request, task_id: str, other_id: str, member: Reader) -> Response:
        """Show two requests that are about the same people; others can't be laid beside each other."""
        left = await lay_out(room, member, await room.look(member, task_id))
        if other_id not in {task.id for task in left.related}:
            raise NotFound("tasks_not_found")
        right = await lay_out(room, member, await room.look(member, other_id))
        values: dict[str, Any] = {"left": left, "right": right, "pairs": pairs(left, right), "words": words, "at": room.deps.clock()}
        values |= {"papers": paper_pairs(left, right), "others": [task for task in left.related if task.id != other_id]}
        return room.pages.show(request, "side_by_side.html", member, service_name=room.service_name, **values)

    return routes


def pairs(left: Sheet, right: Sheet) -> tuple[Pair, ...]:
    """Return the answers of both by their fields, those that differ first."""
    ours, theirs = ({row.name: row for row in sheet.rows} for sheet in (left, right))
    found = [_pair(ours.get(name), theirs.get(name)) for name in dict.fromkeys((*ours, *theirs))]
    return tuple(sorted(found, key=lambda pair: not pair.differs))


def paper_pairs(left: Sheet, right: Sheet) -> tuple[tuple[Paper | None, Paper | None], ...]:
    """Return the papers of both by what they are, in the order of the left one; None where one has no such paper."""
    ours, theirs = ({paper.field: paper for paper in sheet.papers} for sheet in (left, right))
    return tuple((ours.get(name), theirs.get(name)) for name in dict.fromkeys((*ours, *theirs)))


def _pair(left: Row | None, right: Row | None) -> Pair:
    label = (left or right).label if left or right else ""  # type: ignore[union-attr]  # one of them is there
    said = left.given if left else _NOTHING, right.given if right else _NOTHING
    return Pair(label, left.shown if left else _NOTHING, right.shown if right else _NOTHING, said[0].upper() != said[1].upper())
