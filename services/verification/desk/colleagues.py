"""Officers to whom work can be given: active accounts that may decide, and where they work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from services.verification.desk.work_room import DECIDE, LEAD, WorkRoom
from services.verification.domain.staff.account import StaffAccount
from services.verification.domain.task import Task
from services.verification.ports.staff import StaffQuery, StaffShow
from shared.errors import DomainError
from shared.reference.roles import permissions_of
from shared.web.desk import StaffMember

_MOST: Final = 300  # accounts of one office that decide: several times as many as there are in a large one


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Everybody but oneself who may decide, by name."""

    accounts: tuple[StaffAccount, ...] = field(default=())

    @classmethod
    async def of(cls, room: WorkRoom, member: StaffMember) -> Colleagues:
        """Return the colleagues of somebody."""
        page = await room.staff.page(StaffQuery(show=StaffShow.ACTIVE, limit=_MOST))
        return cls(tuple(each for each in page.accounts if DECIDE in permissions_of(each.posting.roles) and each.id != member.staff_id))

    def refuse_unfit(self, officer_id: str, task: Task) -> None:
        """Refuse to give a task to somebody who could not work on it.

        Raises:
            DomainError: `colleague_unknown`, `second_approval_needed`.
        """
        account = next((each for each in self.accounts if each.id == officer_id), None)
        if account is None:
            raise DomainError("colleague_unknown", "No officer of this office has this id, or not one who decides.")
        if account.posting.area and task.place.areas and not _covers(account.posting.area, task.place.areas[-1]):
            raise DomainError("colleague_unknown", "The task is of another area than theirs.")
        if task.first_approval is not None and LEAD not in permissions_of(account.posting.roles):
            raise DomainError("second_approval_needed", "It was approved once; the head of the section decides.")


def _covers(area: tuple[str, ...], village: str) -> bool:
    return any(village.startswith(each) for each in area)
