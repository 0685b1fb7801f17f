"""The register comes and goes while tasks run, wait for citizens and begin: each clock loses each pause once, and nobody else's time."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.verification.domain import register_pause
from services.verification.domain.register_pause import BY_PROBE, RegisterPause, service_time
from services.verification.domain.service_clock import AlarmTimes, ServiceClock, resumed, started, stopped, without_pause
from shared.clock import WIB
from shared.errors import DomainError
from shared.reference.working_hours import WorkingHours

HOURS, TIMES = WorkingHours(), AlarmTimes(timedelta(hours=2), timedelta())
moments = st.sampled_from([1, 30, 90, 240, 24 * 60, 4 * 24 * 60]).map(lambda minutes: timedelta(minutes=minutes))
MOST_TASKS = 2


@dataclass
class Kept:
    """A task's clock, and the working time that was the office's so far."""

    clock: ServiceClock
    promise: timedelta
    ran: timedelta = field(default_factory=timedelta)

    @property
    def left(self) -> timedelta:
        """What is left of the promise."""
        return self.promise - self.ran


class PauseMachine(RuleBasedStateMachine):
    """Some tasks, and a register that the probe and people pause and resume, through nights, week-ends and holidays."""

    @initialize(
        start=st.integers(0, 500 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
        hours=st.integers(4, 80),
    )
    def begin(self, start: datetime, hours: int) -> None:
        self.now = start
        self.state = RegisterPause()
        self.tasks: list[Kept] = []
        self.a_task_is_opened(hours)

    @rule(time=moments)
    def time_passes(self, time: timedelta) -> None:
        for each in self.tasks:
            if each.clock.stopped_at is None and not self.state.is_paused:
                each.ran += HOURS.elapsed(self.now, self.now + time)
        self.now += time

    @precondition(lambda self: len(self.tasks) < MOST_TASKS)
    @rule(hours=st.integers(4, 80))
    def another_task_is_opened(self, hours: int) -> None:
        self.a_task_is_opened(hours)

    def a_task_is_opened(self, hours: int) -> None:
        promise = timedelta(hours=hours)
        self.tasks.append(Kept(started(HOURS, TIMES, at=self.now, due_at=HOURS.promise(self.now, promise)), promise))

    @rule(by=st.sampled_from([BY_PROBE, "head"]))
    def is_paused(self, by: str) -> None:
        before = self.state
        try:
            self.state = register_pause.pause(self.state, by=by, reason="unreachable", at=self.now)
        except DomainError:
            assert before.by == "head"
        else:
            assert self.state.since == (before.since or self.now), "who takes a pause over does not begin it anew"

    @rule()
    def goes_on(self) -> None:
        was_paused = self.state.is_paused
        try:
            self.state = register_pause.resume(self.state, at=self.now)
        except DomainError:
            assert not was_paused

    @rule(twice=st.booleans())
    def a_pause_is_taken_out(self, *, twice: bool) -> None:
        """As the job does while the work goes on; `twice`: it died before it could say so."""
        if self.state.is_paused or not self.state.ended:
            return
        pause = self.state.ended[0]
        for _ in range(1 + twice):
            for each in self.tasks:
                each.clock = without_pause(each.clock, HOURS, TIMES, since=pause.since, until=pause.until)
        self.state = register_pause.taken_out(self.state, pause)

    @precondition(lambda self: not self.state.ended)
    @rule(number=st.integers(0, MOST_TASKS - 1))
    def a_citizen_is_asked(self, number: int) -> None:
        for each in self.tasks[number : number + 1]:
            each.clock = stopped(each.clock, at=service_time(self.state, self.now))

    @rule(number=st.integers(0, MOST_TASKS - 1))
    def a_citizen_answers(self, number: int) -> None:
        for each in self.tasks[number : number + 1]:
            each.clock = resumed(each.clock, HOURS, TIMES, at=self.now)

    @invariant()
    def nobody_is_late_by_what_was_not_the_offices_time(self) -> None:
        for each in self.tasks:
            if each.left > timedelta():
                assert not each.clock.is_overdue(service_time(self.state, self.now))

    @invariant()
    def once_all_is_taken_out_the_promise_is_what_ran_and_what_is_left(self) -> None:
        if self.state.is_paused or self.state.ended:
            return
        for each in self.tasks:
            if each.left > timedelta():
                assert HOURS.elapsed(each.clock.stopped_at or self.now, each.clock.due_at) == each.left

    @invariant()
    def pauses_wait_in_their_order(self) -> None:
        moments_of_all = [moment for pause in self.state.ended for moment in (pause.since, pause.until)]
        assert moments_of_all == sorted(moments_of_all)


TestPauseMachine = PauseMachine.TestCase
TestPauseMachine.settings = settings(max_examples=300, stateful_step_count=30)


@pytest.mark.parametrize("asked_again_after_hours", [1, 3])
def test_who_is_asked_twice_in_one_pause_gets_no_time_from_before_the_answer(asked_again_after_hours: int) -> None:
    monday = datetime(2026, 11, 23, 8, tzinfo=WIB)
    clock = started(HOURS, TIMES, at=monday, due_at=HOURS.promise(monday, timedelta(hours=4)))
    paused = register_pause.pause(RegisterPause(), by=BY_PROBE, reason="unreachable", at=monday + timedelta(hours=1))
    asked = stopped(clock, at=service_time(paused, monday + timedelta(hours=2)))
    answered = resumed(asked, HOURS, TIMES, at=monday + timedelta(hours=3))
    again = stopped(answered, at=service_time(paused, monday + timedelta(hours=3 + asked_again_after_hours)))
    at = monday + timedelta(days=1)
    assert HOURS.elapsed(at, resumed(again, HOURS, TIMES, at=at).due_at) == timedelta(hours=3)
