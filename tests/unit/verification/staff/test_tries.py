"""Tries under one name: five wrong ones begin a pause, each further five a longer one, and a right one is none."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.verification.domain.staff import tries
from services.verification.domain.staff.tries import FORGET_AFTER, LONGEST_PAUSE, TRIES, SignInTries, given_back, pause_after, taken

NOW = datetime(2026, 11, 24, 2, 42, tzinfo=UTC)
PAUSE = timedelta(minutes=15)


def wrong(found: SignInTries, times: int, *, at: datetime = NOW) -> SignInTries:
    for _ in range(times):
        after = taken(found, at=at, first_pause=PAUSE)
        assert after is not None
        found = after
    return found


def test_the_tries_that_are_left_are_told() -> None:
    assert [wrong(SignInTries("k"), times).left for times in range(TRIES)] == [5, 4, 3, 2, 1]


def test_the_fifth_wrong_try_begins_a_pause_in_which_nobody_may_try() -> None:
    found = wrong(SignInTries("k"), TRIES)
    assert found.paused_until == NOW + PAUSE
    assert taken(found, at=NOW + PAUSE - timedelta(milliseconds=1), first_pause=PAUSE) is None
    assert taken(found, at=NOW + PAUSE, first_pause=PAUSE) is not None


def test_pauses_grow_up_to_a_day() -> None:
    assert [pause_after(count * TRIES, PAUSE) // PAUSE for count in range(1, 6)] == [1, 2, 4, 8, 16]
    assert pause_after(10_000 * TRIES, PAUSE) == LONGEST_PAUSE


def test_a_right_try_is_given_back_even_when_it_was_the_fifth() -> None:
    assert given_back(wrong(SignInTries("k"), TRIES)) == SignInTries("k", TRIES - 1, NOW)


def test_yesterdays_tries_are_forgotten() -> None:
    assert wrong(wrong(SignInTries("k"), 4), 1, at=NOW + FORGET_AFTER).wrong == 1


class Tries(RuleBasedStateMachine):
    """Whoever knows nothing gets few tries in any time, whoever knows the password is never kept out by being right."""

    @initialize()
    def begin(self) -> None:
        self.tries = SignInTries("k")
        self.at = NOW
        self.wrong_at: list[datetime] = []

    @rule()
    def a_wrong_try(self) -> None:
        after = taken(self.tries, at=self.at, first_pause=PAUSE)
        assert (after is None) == self.tries.is_paused(self.at)
        if after is not None:
            self.tries = after
            self.wrong_at.append(self.at)

    @rule()
    @precondition(lambda self: not self.tries.is_paused(self.at))
    def a_right_try(self) -> None:
        before = self.tries
        after = taken(before, at=self.at, first_pause=PAUSE)
        assert after is not None
        self.tries = given_back(after)
        assert self.tries.wrong <= before.wrong
        assert not self.tries.is_paused(self.at)

    @rule()
    def a_whole_sign_in(self) -> None:
        if not self.tries.is_paused(self.at):
            self.tries = SignInTries("k", last_at=self.at)
            self.wrong_at.clear()

    @rule(minutes=st.integers(1, 3 * 24 * 60))
    def time_passes(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)

    @invariant()
    def few_tries_in_any_quarter_of_an_hour(self) -> None:
        """Without a sign-in between them no more than nine wrong tries fit into less than a first pause: four before it and five after."""
        for begin in self.wrong_at:
            assert sum(begin <= each < begin + PAUSE for each in self.wrong_at) <= 2 * TRIES - 1

    @invariant()
    def a_pause_ends(self) -> None:
        assert self.tries.paused_until is None or self.tries.paused_until <= self.at + LONGEST_PAUSE

    @invariant()
    def what_is_left_is_a_number_that_can_be_said(self) -> None:
        assert 1 <= self.tries.left <= tries.TRIES


TestTries = Tries.TestCase
