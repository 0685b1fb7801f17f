"""What the pages of work are made with, and how each look and act is written down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from services.verification import handlers
from services.verification.domain.case import Case
from services.verification.domain.officer import DeskOfficer, skilled
from services.verification.domain.task import Task
from services.verification.handlers import TaskView
from services.verification.ports import Deps, PdfPages, Tx
from services.verification.ports.staff import StaffReader
from shared.audit import AuditEntry, SeenPerson
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.desk import Pages, StaffMember
from shared.web.desk.area import refuse_outside

PATH: Final = "/desk/pekerjaan"
READ: Final = "tasks:read"
DECIDE: Final = "tasks:decide"
LEAD: Final = "tasks:approve_second"
ASSIGN: Final = "tasks:assign"


@dataclass(frozen=True, slots=True)
class WorkRoom:
    """The parts of the pages of work."""

    units: UnitOfWorkRunner[Tx]
    deps: Deps
    staff: StaffReader
    pages: Pages
    pdf: PdfPages

    async def names(self, tasks: Iterable[Task]) -> dict[str, str]:
        """Return the names of everybody who has to do with tasks; an API key's is its id."""
        ids = {each for task in tasks for each in _officers(task)}
        return {each: each for each in ids} | dict(await self.staff.names(ids))

    def service_name(self, code: str) -> str:
        """Return what a service is called."""
        service = self.deps.catalogue.find(code)
        return service.name if service else code

    async def look(self, member: StaffMember, task_id: str, act: str = "task.seen") -> TaskView:
        """Return a task as it is, for who may see it; that it was looked at is written down.

        Raises:
            NotFound: `tasks_not_found`.
            Forbidden: `area_outside`.
        """

        async def body(tx: Tx) -> TaskView:
            view = await handlers.view_task(tx, self.deps, task_id)
            refuse_outside(member, view.task.place.areas, READ)
            return view

        return await self.units.run(body, audit=lambda view: noted(self, member, act, view))


def officer_of(room: WorkRoom, member: StaffMember) -> DeskOfficer:
    """Return who is signed in as the queue knows them."""
    services = skilled(member.groups, room.deps.catalogue)
    return DeskOfficer(member.staff_id, is_lead=member.may(LEAD), services=services, areas=member.areas)


def noted(room: WorkRoom, member: StaffMember, act: str, view: TaskView, /, **detail: str) -> AuditEntry:
    """Return the row of a look at a task, or of an act on it, with everybody whom it is about."""
    persons = seen_in(view.case)
    known = {person.nik: view.register.person(person.nik) for person in persons if person.nik}
    names = {nik: row.name for nik, row in known.items() if row is not None}
    seen = dict.fromkeys(SeenPerson(person.nik, person.name or names.get(person.nik or "")) for person in persons)
    return entry(room, member, act, f"task/{view.task.id}", tuple(seen), receipt=view.task.receipt, **detail)


def seen_in(case: Case) -> tuple[SeenPerson, ...]:
    """Return whom a case is about, as its requests say it."""
    persons = [each for submission in case.submissions for each in (submission.applicant, submission.subject) if each is not None]
    return tuple(dict.fromkeys(SeenPerson(person.nik, person.name) for person in persons))


def entry(room: WorkRoom, member: StaffMember, act: str, about: str, persons: tuple[SeenPerson, ...] = (), /, **detail: str) -> AuditEntry:
    """Return a row of the audit log."""
    return AuditEntry(
        actor=member.staff_id,
        actor_name=member.name,
        roles=tuple(sorted(member.roles)),
        act=act,
        at=room.deps.clock(),
        about=about,
        persons=persons,
        detail=detail,
    )


def _officers(task: Task) -> Iterable[str]:
    approval = task.first_approval.officer_id if task.first_approval else None
    held = task.held.officer_id if task.held else None
    asked = task.question.officer_id if task.question else None
    claimed = task.claim.officer_id if task.claim else None
    return filter(None, (approval, held, asked, claimed, task.preferred_officer, task.closed_by))


async def pull_next(room: WorkRoom, member: StaffMember) -> TaskView | None:
    """Claim the next task for who is signed in; None where there is none.

    Raises:
        DomainError: `too_many_claims`.
    """
    async with room.deps.claiming.of(member.staff_id):
        return await room.units.run(
            handlers.puller(room.deps, officer_of(room, member)),
            audit=lambda found: noted(room, member, "task.claimed", found) if found else None,
        )
