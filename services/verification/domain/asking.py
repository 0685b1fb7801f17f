"""A question to the citizen while the task stays open: the clock stands until the answer is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.verification.domain.facts import CitizenAsked, TaskReleased
from services.verification.domain.officer import DeskOfficer
from services.verification.domain.service_clock import AlarmTimes, OfficeHours, resumed, stopped
from services.verification.domain.submission import Submission
from services.verification.domain.task import Task, freed, refuse_at_rest, refuse_unclaimed
from services.verification.domain.task_parts import Answer, Question, TaskState
from shared.errors import DomainError


def ask(task: Task, submission: Submission, question: Question, *, stands_since: datetime) -> tuple[Task, CitizenAsked]:
    """Ask who sent the request; the clock stands, and nobody decides until the answer is there.

    Raises:
        DomainError: `task_closed`, `task_deciding`, `task_waiting` or `task_not_claimed`.
    """
    refuse_at_rest(task)
    refuse_unclaimed(task, question.officer_id)
    asked = replace(task, question=question, answer=None, claim=None, clock=stopped(task.clock, at=stands_since), edition=task.edition + 1)
    return asked, CitizenAsked(submission, task.id, question.id, question.text, question.at)


def answered(task: Task, answer: Answer, hours: OfficeHours, times: AlarmTimes, *, reserved: timedelta) -> tuple[Task, TaskReleased | None]:
    """Take the citizen's answer: the clock goes on, and for a time the task is first of all whose question it was.

    An answer to another question than the one that waits is kept, and changes nothing else; a closed task takes none.
    """
    question = task.question
    if task.state is TaskState.CLOSED:
        return task, None
    if question is None or question.id != answer.question_id:
        return replace(task, answer=answer, edition=task.edition + 1), None
    open_again = replace(
        _going_on(task, hours, times, answer.at),
        answer=answer,
        preferred_officer=question.officer_id,
        preferred_until=answer.at + reserved,
    )
    return freed(open_again, answer.at)


def withdraw(task: Task, officer: DeskOfficer, hours: OfficeHours, times: AlarmTimes, *, at: datetime) -> tuple[Task, TaskReleased]:
    """Stop waiting for an answer: by who asked, or the head of the section.

    Raises:
        DomainError: `nothing_asked` or `question_of_another`.
    """
    if task.state is TaskState.CLOSED or task.question is None:
        raise DomainError("nothing_asked", "It waits for no answer.")
    if task.question.officer_id != officer.id and not officer.is_lead:
        raise DomainError("question_of_another", "Only who asked, or the head of the section, can withdraw it.")
    return freed(_going_on(task, hours, times, at), at)


def _going_on(task: Task, hours: OfficeHours, times: AlarmTimes, at: datetime) -> Task:
    return replace(task, question=None, clock=resumed(task.clock, hours, times, at=at), edition=task.edition + 1)
