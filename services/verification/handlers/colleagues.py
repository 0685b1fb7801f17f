"""Officers to whom work can be given: active accounts that may decide, and programs whose key may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from services.verification.domain.staff.account import StaffAccount
from services.verification.domain.task import Task
from services.verification.ports.staff import StaffQuery, StaffReader, StaffShow
from shared.errors import DomainError
from shared.reference.roles import permissions_of

_DECIDE: Final = "tasks:decide"
_LEAD: Final = "tasks:approve_second"
_MOST: Final = 300  # accounts of one office that decide: several times as many as there are in a large one


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Everybody but oneself who may decide, by name. `programs`: what each API key may, by its name."""

    accounts: tuple[StaffAccount, ...] = ()
    programs: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    async def of(cls, reader: StaffReader, officer_id: str, programs: Mapping[str, frozenset[str]] | None = None) -> Colleagues:
        """Return the colleagues of somebody."""
        page = await reader.page(StaffQuery(show=StaffShow.ACTIVE, limit=_MOST))
        fit = (each for each in page.accounts if _DECIDE in permissions_of(each.posting.roles) and each.id != officer_id)
        return cls(tuple(fit), programs or {})

    def refuse_unfit(self, officer_id: str, task: Task) -> None:
        """Refuse to give a task to somebody who could not work on it.

        Raises:
            DomainError: `colleague_unknown`, `second_approval_needed`.
        """
        account = next((each for each in self.accounts if each.id == officer_id), None)
        allowed = permissions_of(account.posting.roles) if account else self.programs.get(officer_id, frozenset())
        area = account.posting.area if account else ()
        if _DECIDE not in allowed:
            raise DomainError("colleague_unknown", "No officer of this office has this id, or not one who decides.")
        if area and task.place.areas and not _covers(area, task.place.areas[-1]):
            raise DomainError("colleague_unknown", "The task is of another area than theirs.")
        if task.first_approval is not None and _LEAD not in allowed:
            raise DomainError("second_approval_needed", "It was approved once; the head of the section decides.")


def _covers(area: tuple[str, ...], village: str) -> bool:
    return any(village.startswith(each) for each in area)
