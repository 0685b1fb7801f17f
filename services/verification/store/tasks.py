"""Tasks as documents and in a unit of work."""

from __future__ import annotations

from services.verification.domain.task import Claim, Outcome, Task, TaskState
from services.verification.store.cases import finding_doc, finding_from
from services.verification.store.schema import TASKS
from shared.mongo import ChangeTracker, Doc, DocumentMapping


def _to_doc(task: Task) -> Doc:
    doc: Doc = {
        "request_id": task.request_id,
        "case_id": task.case_id,
        "receipt": task.receipt,
        "channel": task.channel,
        "service": task.service,
        "products": list(task.products),
        "reasons": [finding_doc(finding) for finding in task.reasons],
        "opened_at": task.opened_at,
        "due_at": task.due_at,
        "state": task.state.value,
        "outcome": task.outcome.value if task.outcome else None,
        "closed_at": task.closed_at,
        "closed_by": task.closed_by,
        "personal": {"search_terms": list(task.search_terms)},
    }
    if task.claim is not None:  # absent, not null: the index is sparse
        doc["claim"] = {"officer_id": task.claim.officer_id, "until": task.claim.until}
    if task.preferred_officer is not None:
        doc |= {"preferred_officer": task.preferred_officer, "preferred_until": task.preferred_until}
    return doc


def task_from(doc: Doc) -> Task:
    """Read a task from its document."""
    claim = doc.get("claim")
    return Task(
        id=doc["_id"],
        request_id=doc["request_id"],
        case_id=doc["case_id"],
        receipt=doc["receipt"],
        channel=doc["channel"],
        service=doc["service"],
        products=tuple(doc["products"]),
        reasons=tuple(map(finding_from, doc["reasons"])),
        opened_at=doc["opened_at"],
        due_at=doc["due_at"],
        search_terms=tuple(doc["personal"]["search_terms"]),
        state=TaskState(doc["state"]),
        claim=Claim(officer_id=claim["officer_id"], until=claim["until"]) if claim else None,
        outcome=Outcome(doc["outcome"]) if doc["outcome"] else None,
        closed_at=doc["closed_at"],
        closed_by=doc["closed_by"],
        preferred_officer=doc.get("preferred_officer"),
        preferred_until=doc.get("preferred_until"),
    )


TASK: DocumentMapping[Task] = DocumentMapping(collection=TASKS, key=lambda task: task.id, to_doc=_to_doc, from_doc=task_from)


class MongoTasks:
    """The tasks of a unit of work; implements `ports.Tasks`."""

    def __init__(self, unit: ChangeTracker) -> None:
        self._unit = unit

    async def get(self, task_id: str) -> Task:
        return await self._unit.get(TASK, task_id)

    def add(self, task: Task) -> None:
        self._unit.add(TASK, task)

    def save(self, task: Task) -> None:
        self._unit.save(TASK, task)

    def version(self, task_id: str) -> int:
        return self._unit.version(TASK, task_id)
