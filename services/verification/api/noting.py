"""Rows of the audit log about tasks: who saw or decided which case, and whose data was in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from services.verification.domain.case import Case
from services.verification.domain.history import RegisterEntry
from services.verification.domain.task import Task
from services.verification.handlers import TaskView
from services.verification.ports import Deps
from shared.audit import AuditEntry, SeenPerson
from shared.web import Client
from shared.web.desk.search import sought_persons
from shared.web.desk.sought import recognised


def noted(
    deps: Deps, client: Client, act: str, about: str, persons: Iterable[SeenPerson], detail: Mapping[str, str] | None = None
) -> AuditEntry:
    """Return the row of what a caller did."""
    member = client.member
    return AuditEntry(
        actor=client.name,
        actor_name=member.name if member else client.name,
        roles=tuple(sorted(member.roles)) if member else (),
        act=act,
        at=deps.clock(),
        about=about,
        detail=detail or {},
        persons=tuple(persons),
    )


def of_task(deps: Deps, client: Client, act: str, view: TaskView) -> AuditEntry:
    """Return the row of a task that was shown or changed."""
    outcome = {"outcome": view.task.outcome.value} if view.task.outcome else {}
    return noted(deps, client, act, f"task/{view.task.id}", persons_of(view.case), {"receipt": view.task.receipt, **outcome})


def of_moved(deps: Deps, client: Client, act: str, tasks: Sequence[Task], **detail: str) -> AuditEntry | None:
    """Return the row of tasks that changed hands together; None where there were none."""
    if not tasks:
        return None
    detail |= {"tasks": " ".join(task.id for task in tasks), "receipts": " ".join(task.receipt for task in tasks)}
    return noted(deps, client, act, f"officer/{client.name}", (), detail)


def of_history(deps: Deps, client: Client, kk_number: str, found: Iterable[RegisterEntry]) -> AuditEntry:
    """Return the row of a family's history: its card, and everybody who stands in it."""
    niks = dict.fromkeys(person.nik for entry in found for person in entry.persons)
    return noted(deps, client, "history.seen", "register/history", [SeenPerson(kk_number), *map(SeenPerson, niks)])


def of_search(deps: Deps, client: Client, text: str) -> AuditEntry:
    """Return the row of a search, under whom it was for."""
    return noted(deps, client, "tasks.searched", "tasks", sought_persons(recognised(text)))


def persons_of(case: Case) -> tuple[SeenPerson, ...]:
    """Return the persons of a case: who asked, and whom it is about."""
    found = (person for submission in case.submissions for person in (submission.applicant, submission.subject) if person)
    return tuple(dict.fromkeys(SeenPerson(person.nik, person.name) for person in found))
