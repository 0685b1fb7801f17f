"""Whom a task is about, as its row in a list says it: by the register's name, else by the name that was given. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from services.verification.domain.register import Register
from services.verification.domain.rules import Application
from services.verification.domain.submission import Submission
from services.verification.domain.task_parts import Ruling, TaskPerson


def persons_of(application: Application, register: Register) -> tuple[TaskPerson, ...]:
    """Return one person for each request."""
    return tuple(TaskPerson(each.receipt, name_of(each, register)) for each in application.submissions)


def name_of(submission: Submission, register: Register) -> str:
    """Return the name of whom a request is about; empty: nobody knows it."""
    decision = submission.decision
    for person in filter(None, (submission.subject, submission.applicant)):
        known = register.name_of(person.nik) if person.nik else None
        party = decision.party(person.nik) if decision is not None and person.nik else None
        found = known or person.name or (party and party.name) or _name_in_rows(submission, person.nik)
        if found:
            return found
    return ""


def _name_in_rows(submission: Submission, nik: str | None) -> str | None:
    """Return the name that a row gives to a NIK: of somebody who comes from another regency."""
    groups = (value for value in submission.answers.values.values() if isinstance(value, list | tuple))
    rows = (row for group in groups for row in group if isinstance(row, Mapping) and nik is not None)
    return next((str(row["name"]).upper() for row in rows if row.get("nik") == nik and row.get("name")), None)


def ruling_of(application: Application) -> Ruling | None:
    """Return the court's case that a task is about; None: it is no court's."""
    decision = application.first.decision
    return Ruling(decision.case_number, decision.kind, decision.final_on) if decision is not None else None
