"""A question to the citizen while the task stays open: the clock stands until the answer is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.verification.domain.facts import CitizenAsked, TaskReleased
from services.verification.domain.service_clock import AlarmTimes, OfficeHours, resumed, stopped
from services.verification.domain.submission import Submission
from services.verification.domain.task import Task, freed, refuse_at_rest, refuse_unclaimed
from services.verification.domain.task_parts import Answer, Question


def ask(task: Task, submission: Submission, question: Question) -> tuple[Task, CitizenAsked]:
    """Ask who sent the request; the clock stands, and nobody decides until the answer is there.

    Raises:
        DomainError: `task_closed`, `task_deciding`, `task_waiting` or `task_not_claimed`.
    """
    refuse_at_rest(task)
    refuse_unclaimed(task, question.officer_id)
    asked = replace(task, question=question, answer=None, claim=None, clock=stopped(task.clock, at=question.at), edition=task.edition + 1)
    return asked, CitizenAsked(submission, task.id, question.id, question.text, question.at)


def answered(task: Task, answer: Answer, hours: OfficeHours, times: AlarmTimes, *, reserved: timedelta) -> tuple[Task, TaskReleased] | None:
    """Take the citizen's answer: the clock goes on, and for a time the task is first of all whose question it was.

    None: it waits for no such answer any more.
    """
    question = task.question
    if question is None or question.id != answer.question_id:
        return None
    open_again = replace(
        task,
        question=None,
        answer=answer,
        clock=resumed(task.clock, hours, times, at=answer.at),
        preferred_officer=question.officer_id,
        preferred_until=answer.at + reserved,
        edition=task.edition + 1,
    )
    return freed(open_again, answer.at)
