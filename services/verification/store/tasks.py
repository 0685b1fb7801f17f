"""Tasks as documents and in a unit of work. What was written to or by a citizen, and names and numbers, are in `personal`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.verification.domain.priority import QueuePlace
from services.verification.domain.service_clock import Lateness, ServiceClock
from services.verification.domain.task import Task
from services.verification.domain.task_parts import (
    Answer,
    Claim,
    FirstApproval,
    HeldDecision,
    Outcome,
    Question,
    Ruling,
    TaskPerson,
    TaskState,
    TicketProgress,
)
from services.verification.store.cases import finding_doc, finding_from
from services.verification.store.schema import TASKS
from services.verification.store.submissions import date_from
from shared.mongo import ChangeTracker, Doc, DocumentMapping, fields_of


def _to_doc(task: Task) -> Doc:
    ticket = task.ticket
    doc: Doc = {
        "request_id": task.request_id,
        "case_id": task.case_id,
        "receipt": task.receipt,
        "channel": task.channel,
        "service": task.service,
        "products": list(task.products),
        "reasons": [finding_doc(finding) for finding in task.reasons],
        "opened_at": task.opened_at,
        "state": task.state.value,
        "stage": task.stage.value,
        "edition": task.edition,
        "refused": task.refused,
        **_clock_doc(task.clock),
        **_place_doc(task.place),
        "outcome": task.outcome.value if task.outcome else None,
        "closed_at": task.closed_at,
        "closed_by": task.closed_by,
        "first_approval": _without(task.first_approval, "note") if task.first_approval else None,
        "question": _without(task.question, "text") if task.question else None,
        "answer": _without(task.answer, "text") if task.answer else None,
        "ticket": fields_of(ticket) | {"visit_on": ticket.visit_on.isoformat() if ticket.visit_on else None},
        "personal": _personal(task),
        "traceparent": task.traceparent,
    }
    if task.held is not None:  # absent, not null, here and below: the indexes are sparse
        reasons = [finding_doc(finding) for finding in task.held.reasons]
        doc["held"] = _without(task.held, "note") | {"outcome": task.held.outcome.value, "reasons": reasons}
    if task.claim is not None:
        doc["claim"] = {"officer_id": task.claim.officer_id, "until": task.claim.until}
    if task.state is TaskState.OPEN and task.clock.alarm_at is not None:
        doc["alarm_at"] = task.clock.alarm_at
    if task.preferred_officer is not None:
        doc |= {"preferred_officer": task.preferred_officer, "preferred_until": task.preferred_until}
    return doc


def _personal(task: Task) -> Doc:
    return {
        "search_terms": list(task.search_terms),
        "persons": [fields_of(person) for person in task.persons],
        "ruling": fields_of(task.ruling) | {"final_on": task.ruling.final_on.isoformat()} if task.ruling else None,
        "first_note": task.first_approval.note if task.first_approval else None,
        "held_note": task.held.note if task.held else None,
        "handover_note": task.handover_note,
        "question": task.question.text if task.question else None,
        "answer": task.answer.text if task.answer else None,
    }


def task_from(doc: Doc) -> Task:
    """Read a task from its document."""
    claim, personal = doc.get("claim"), doc["personal"]
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
        clock=_clock(doc),
        place=QueuePlace(doc["priority"], doc["began_at"], doc["place_at"], tuple(doc["areas"])),
        search_terms=tuple(personal["search_terms"]),
        edition=doc["edition"],
        refused=doc["refused"],
        state=TaskState(doc["state"]),
        claim=Claim(officer_id=claim["officer_id"], until=claim["until"]) if claim else None,
        outcome=Outcome(doc["outcome"]) if doc["outcome"] else None,
        closed_at=doc["closed_at"],
        closed_by=doc["closed_by"],
        preferred_officer=doc.get("preferred_officer"),
        preferred_until=doc.get("preferred_until"),
        first_approval=FirstApproval(**doc["first_approval"], note=personal["first_note"]) if doc["first_approval"] else None,
        held=_held(doc["held"], personal["held_note"]) if doc.get("held") else None,
        question=Question(**doc["question"], text=personal["question"]) if doc["question"] else None,
        answer=Answer(**doc["answer"], text=personal["answer"]) if doc["answer"] else None,
        handover_note=personal["handover_note"],
        persons=tuple(TaskPerson(**person) for person in personal["persons"]),
        ticket=_ticket(doc.get("ticket")),
        traceparent=doc.get("traceparent", ""),
        ruling=Ruling(**(personal["ruling"] | {"final_on": date_from(personal["ruling"]["final_on"])})) if personal["ruling"] else None,
    )


def _ticket(doc: Doc | None) -> TicketProgress:
    return TicketProgress(**(doc | {"visit_on": date_from(doc["visit_on"])})) if doc else TicketProgress()


def _clock_doc(clock: ServiceClock) -> Doc:
    doc: Doc = {
        "runs_since": clock.runs_since,
        "due_at": clock.due_at,
        "amber_at": clock.amber_at,
        "red_at": clock.red_at,
        "told": clock.told.value if clock.told else None,
    }
    if clock.stopped_at is not None:
        doc["stopped_at"] = clock.stopped_at
    return doc


def _clock(doc: Doc) -> ServiceClock:
    told = Lateness(doc["told"]) if doc["told"] else None
    return ServiceClock(doc["runs_since"], doc["due_at"], doc["amber_at"], doc["red_at"], doc.get("stopped_at"), told)


def _place_doc(place: QueuePlace) -> Doc:
    return {"priority": place.priority, "began_at": place.began_at, "place_at": place.at, "areas": list(place.areas)}


def _held(doc: Doc, note: str | None) -> HeldDecision:
    reasons = tuple(map(finding_from, doc["reasons"]))
    return HeldDecision(**(doc | {"outcome": Outcome(doc["outcome"]), "reasons": reasons}), note=note)


def _without(part: Any, name: str) -> Doc:
    """Return the fields of a part but the one that is personal."""
    doc = fields_of(part)
    del doc[name]
    return doc


TASK: DocumentMapping[Task] = DocumentMapping(collection=TASKS, key=lambda task: task.id, to_doc=_to_doc, from_doc=task_from)


class MongoTasks:
    """The tasks of a unit of work; implements `ports.Tasks`."""

    def __init__(self, unit: ChangeTracker) -> None:
        self._unit = unit

    async def get(self, task_id: str) -> Task:
        return await self._unit.get(TASK, task_id)

    async def find(self, task_id: str) -> Task | None:
        return await self._unit.find(TASK, task_id)

    async def prefetch(self, task_ids: Sequence[str]) -> None:
        await self._unit.prefetch(TASK, task_ids)

    def add(self, task: Task) -> None:
        self._unit.add(TASK, task)

    def save(self, task: Task) -> None:
        self._unit.save(TASK, task)
