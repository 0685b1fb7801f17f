"""Tasks, officers and their decisions: whatever is done in whatever order, one holds a task, one decision counts, four eyes stay four."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.verification.domain import asking, claims, holding
from services.verification.domain import task as tasks
from services.verification.domain.facts import TaskClaimed, TaskClosed, TaskReleased
from services.verification.domain.officer import DeskOfficer
from services.verification.domain.service_clock import AlarmTimes
from services.verification.domain.task import Task
from services.verification.domain.task_parts import Answer, FirstApproval, HeldDecision, Outcome, Question, TaskStage, TaskState
from shared.errors import DomainError
from shared.reference.working_hours import WorkingHours
from tests.support import families as people
from tests.support.families import NOW
from tests.unit.verification.test_case_and_task import opened_task

HOURS, TIMES = WorkingHours(), AlarmTimes(timedelta(hours=2), timedelta())
LEASE, UNDO, RESERVED = timedelta(minutes=20), timedelta(seconds=10), timedelta(hours=4)
OFFICERS = [DeskOfficer("a"), DeskOfficer("b"), DeskOfficer("head", is_lead=True), DeskOfficer("other-head", is_lead=True)]
officers = st.sampled_from(OFFICERS)


class QueueMachine(RuleBasedStateMachine):
    """One task that needs two approvals, four officers, and a clock that goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.task = opened_task("task-1")
        self.facts: list[Any] = []
        self.questions = count()
        self.approved_by: list[str] = []
        self.undone = 0

    def act(self, change: Any) -> bool:
        """Do something, unless it is refused; then nothing changed."""
        before = self.task
        try:
            done = change()
        except DomainError:
            assert self.task is before
            return False
        self.task, fact = done if isinstance(done, tuple) else (done, None)
        self.facts += [fact] if fact is not None else []
        assert self.task.edition >= before.edition
        return True

    @rule(seconds=st.sampled_from([1, 5, 11, 60, 19 * 60, 21 * 60, 5 * 3600]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(officer=officers)
    def claims(self, officer: DeskOfficer) -> None:
        holder, before = self.task.claimant(self.now), self.task
        if self.act(lambda: tasks.claim(self.task, officer, at=self.now, lease=LEASE)):
            assert holder in (None, officer.id)
            assert before.stage in (TaskStage.FIRST, TaskStage.SECOND)
            assert self.task.claimant(self.now) == officer.id

    @rule(officer=officers)
    def releases(self, officer: DeskOfficer) -> None:
        holder = self.task.claimant(self.now)
        if self.act(lambda: tasks.release(self.task, officer.id, at=self.now)):
            assert holder in (None, officer.id)

    @rule(officer=officers, to=officers)
    def hands_over(self, officer: DeskOfficer, to: DeskOfficer) -> None:
        if self.act(lambda: claims.hand_over(self.task, officer.id, to.id, None, at=self.now, lease=LEASE)):
            assert self.task.claimant(self.now) == to.id

    @rule(to=officers)
    def is_assigned(self, to: DeskOfficer) -> None:
        if self.act(lambda: claims.assign(self.task, to.id, at=self.now, reserved=RESERVED)):
            assert self.task.reserved_for(self.now) == to.id

    @rule(officer=officers, outcome=st.sampled_from(Outcome))
    def decides(self, officer: DeskOfficer, outcome: Outcome) -> None:
        def decide() -> Task:
            holding.check_decidable(self.task, officer, outcome)
            held = HeldDecision(outcome, officer.id, self.now, self.now + UNDO, editions="1")
            return holding.hold(self.task, held)

        self.act(decide)

    @rule(officer=officers)
    def undoes(self, officer: DeskOfficer) -> None:
        held = self.task.held
        if self.act(lambda: holding.undo(self.task, officer.id, at=self.now, lease=LEASE)):
            assert held is not None
            assert (held.officer_id, held.effective_at > self.now) == (officer.id, True)
            assert self.task.claimant(self.now) == officer.id

    @rule()
    def takes_effect(self) -> None:
        held = self.task.held
        if held is None or held.effective_at > self.now:
            return
        if held.outcome is Outcome.APPROVED:
            self.approved_by.append(held.officer_id)
            if self.task.first_approval is None:
                self.act(lambda: holding.approve_first(self.task, held, at=self.now))
                return
        self.act(lambda: tasks.close(self.task, held.outcome, held.officer_id, at=self.now))

    @rule()
    def can_not_take_effect(self) -> None:
        if self.task.held is not None:
            self.task = holding.give_back(self.task, "version_stale", at=self.now, lease=LEASE)

    @rule(officer=officers)
    def asks(self, officer: DeskOfficer) -> None:
        question = Question(f"q-{next(self.questions)}", officer.id, self.now, "?")
        try:
            self.task, _ = asking.ask(self.task, people.lost_card(), question, stands_since=self.now)
        except DomainError:
            return
        assert self.task.claim is None

    @rule(right=st.booleans())
    def citizen_answers(self, *, right: bool) -> None:
        waits = self.task.question
        answer = Answer(waits.id if waits and right else "q-none", self.now, "!")
        self.task, fact = asking.answered(self.task, answer, HOURS, TIMES, reserved=RESERVED)
        if waits and right and fact is not None:
            assert self.task.reserved_for(self.now) == waits.officer_id

    @rule(officer=officers)
    def withdraws(self, officer: DeskOfficer) -> None:
        self.act(lambda: asking.withdraw(self.task, officer, HOURS, TIMES, at=self.now))

    @invariant()
    def four_eyes_are_four(self) -> None:
        if self.task.outcome is Outcome.APPROVED:
            first, second = self.approved_by
            assert first != second
            assert second in ("head", "other-head")

    @invariant()
    def it_is_closed_once_and_nothing_waits_in_it_then(self) -> None:
        closed = sum(isinstance(fact, TaskClosed) for fact in self.facts)
        assert closed == (self.task.state is TaskState.CLOSED)
        if closed:
            assert (self.task.claim, self.task.held, self.task.question) == (None, None, None)

    @invariant()
    def the_clock_stands_while_the_citizen_is_asked_and_only_then(self) -> None:
        assert (self.task.clock.stopped_at is not None) == (self.task.question is not None)

    @invariant()
    def consoles_were_told_who_has_it(self) -> None:
        """What was announced last about who works on it is true until the announced time is over."""
        told = [fact for fact in self.facts if isinstance(fact, TaskClaimed | TaskReleased)]
        if told and isinstance(told[-1], TaskClaimed) and self.task.stage in (TaskStage.FIRST, TaskStage.SECOND):
            assert self.task.claimant(self.now) in (None, told[-1].officer_id)


TestQueueMachine = QueueMachine.TestCase
TestQueueMachine.settings = settings(max_examples=150, stateful_step_count=40)


def test_who_approved_first_is_neither_given_it_nor_takes_it() -> None:
    task = replace(opened_task("task-1"), first_approval=FirstApproval("head", NOW))
    with pytest.raises(DomainError, match="four_eyes"):
        claims.assign(task, "head", at=NOW, reserved=RESERVED)
    with pytest.raises(DomainError, match="four_eyes"):
        tasks.claim(task, OFFICERS[2], at=NOW, lease=LEASE)
