"""The clock of a task in working time: through nights, week-ends and holidays, stopped and going on, told once for each lateness."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.verification.domain.service_clock import (
    AlarmTimes,
    Lateness,
    ServiceClock,
    resumed,
    started,
    stopped,
    told,
    without_pause,
)
from shared.clock import WIB
from shared.reference import calendar
from shared.reference.calendar import missing_year, office_week, written_week
from shared.reference.service_files import office_place
from shared.reference.working_hours import WorkingHours

HOURS = WorkingHours()
TIMES = AlarmTimes(amber_before=timedelta(hours=2), red_after=timedelta())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


def begun(start: str, hours: float, times: AlarmTimes = TIMES) -> ServiceClock:
    return started(HOURS, times, at=at(start), due_at=HOURS.promise(at(start), timedelta(hours=hours)))


def test_amber_is_some_working_hours_before_the_promise_over_christmas() -> None:
    clock = begun("2026-12-23T13:30", 3)  # two hours on Wednesday, one on Monday: 24 is cuti bersama, 25 Christmas
    assert clock.due_at == at("2026-12-28T08:30")
    assert clock.amber_at == at("2026-12-23T14:30")
    assert [clock.lateness(at(moment)) for moment in ("2026-12-23T14:00", "2026-12-26T12:00", "2026-12-28T08:30")] == [
        None,
        Lateness.AMBER,
        Lateness.RED,
    ]


def test_a_short_promise_is_amber_from_the_start_and_a_late_one_red() -> None:
    assert begun("2026-11-24T08:00", 1).lateness(at("2026-11-24T08:00")) is Lateness.AMBER
    late = started(HOURS, TIMES, at=at("2026-11-24T08:00"), due_at=at("2026-11-23T15:00"))
    assert late.lateness(at("2026-11-24T08:00")) is Lateness.RED


def test_red_may_be_later_than_the_promise() -> None:
    clock = begun("2026-11-24T08:00", 2, AlarmTimes(timedelta(hours=1), timedelta(hours=4)))
    assert (clock.due_at, clock.red_at) == (at("2026-11-24T10:00"), at("2026-11-24T15:00"))
    assert clock.is_overdue(at("2026-11-24T12:00"))
    assert clock.lateness(at("2026-11-24T12:00")) is Lateness.AMBER


def test_a_clock_that_stands_keeps_its_working_time_and_is_not_late_meanwhile() -> None:
    clock = stopped(begun("2026-11-24T08:00", 4), at=at("2026-11-24T09:00"))
    assert clock.alarm_at is None
    assert not clock.is_overdue(at("2026-11-30T09:00"))
    again = resumed(clock, HOURS, TIMES, at=at("2026-11-28T10:00"))  # a Saturday
    assert again.due_at == at("2026-11-30T10:30")


def test_each_lateness_is_told_once() -> None:
    clock = begun("2026-11-24T08:00", 4)
    assert clock.alarm_at == clock.amber_at
    amber = told(clock, Lateness.AMBER)
    assert amber.alarm_at == amber.red_at
    assert told(amber, Lateness.RED).alarm_at is None


def test_a_pause_of_the_office_is_taken_out_once() -> None:
    clock = begun("2026-11-24T08:00", 4)
    since, until = at("2026-11-24T09:00"), at("2026-11-24T10:30")
    shifted = without_pause(clock, HOURS, TIMES, since=since, until=until)
    assert shifted.due_at == at("2026-11-24T14:30")
    assert without_pause(shifted, HOURS, TIMES, since=since, until=until) is shifted
    opened_meanwhile = begun("2026-11-24T10:00", 4)
    assert without_pause(opened_meanwhile, HOURS, TIMES, since=since, until=until).due_at == at("2026-11-24T15:30")
    broken = begun("2026-11-24T07:30", 1)
    assert without_pause(broken, HOURS, TIMES, since=since, until=until).due_at == broken.due_at, "late stays late"


moments = st.integers(1, 10 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


class ClockMachine(RuleBasedStateMachine):
    """Whatever happens through holidays: working time that ran and working time that is left are the promise, and lateness only grows."""

    @initialize(
        start=st.integers(0, 500 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
        hours=st.integers(1, 40),
    )
    def begin(self, start: datetime, hours: int) -> None:
        self.now = start
        self.promise = timedelta(hours=hours)
        self.ran = timedelta()
        self.clock = started(HOURS, TIMES, at=start, due_at=HOURS.promise(start, self.promise))
        self.told: list[Lateness] = []

    @rule(time=moments)
    def wait(self, time: timedelta) -> None:
        if self.clock.stopped_at is None:
            self.ran += HOURS.elapsed(self.now, self.now + time)
        self.now += time

    @rule()
    def stop(self) -> None:
        self.clock = stopped(self.clock, at=self.now)

    @rule()
    def go_on(self) -> None:
        self.clock = resumed(self.clock, HOURS, TIMES, at=self.now)

    @rule(time=moments)
    def office_pauses(self, time: timedelta) -> None:
        assume(self.clock.stopped_at is None)
        since, self.now = self.now, self.now + time
        self.clock = without_pause(self.clock, HOURS, TIMES, since=since, until=self.now)

    @rule()
    def announce(self) -> None:
        if self.clock.alarm_at is not None and self.clock.alarm_at <= self.now:
            lateness = self.clock.lateness(self.now)
            assert lateness is not None
            self.told.append(lateness)
            self.clock = told(self.clock, lateness)

    @invariant()
    def what_ran_and_what_is_left_is_the_promise(self) -> None:
        if self.ran < self.promise:
            left = HOURS.elapsed(self.clock.stopped_at or self.now, self.clock.due_at)
            assert self.ran + left == self.promise
            assert not self.clock.is_overdue(self.now)

    @invariant()
    def who_ran_out_is_late(self) -> None:
        if self.ran > self.promise:
            assert self.clock.is_overdue(self.now)
            assert self.clock.lateness(self.now) is Lateness.RED

    @invariant()
    def each_is_told_once_and_in_order(self) -> None:
        assert self.told in ([], [Lateness.AMBER], [Lateness.RED], [Lateness.AMBER, Lateness.RED])


TestClockMachine = ClockMachine.TestCase
TestClockMachine.settings = settings(max_examples=60)


def test_the_week_is_data() -> None:
    assert sorted(office_week()) == [0, 1, 2, 3, 4]


def test_the_hours_that_people_read_are_those_that_the_clock_counts_in(monkeypatch: pytest.MonkeyPatch) -> None:
    assert office_place().hours == written_week()
    assert written_week() == "Senin-Kamis 07.30-12.00 dan 13.00-15.30, Jumat 07.30-11.30 dan 13.00-14.30"
    week = {"monday": ["08:00-12:00"], "tuesday": ["08:00-12:00"], "saturday": ["09:00-11:00"]}
    monkeypatch.setattr(calendar, "_file", lambda _: week)
    assert written_week() == "Senin dan Selasa 08.00-12.00, Sabtu 09.00-11.00"


@pytest.mark.parametrize(
    ("today", "due"), [("2026-10-31", None), ("2026-11-01", None), ("2027-10-31", None), ("2027-11-01", 2028), ("2030-01-01", 2030)]
)
def test_a_year_without_a_file_is_noticed_in_november_before(today: str, due: int | None) -> None:
    assert missing_year(datetime.fromisoformat(today).date()) == due
