"""The life of a job: every step, and that no sequence of steps breaks what holds for all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.notifier.domain import attempt, window
from services.notifier.domain import job as jobs
from services.notifier.domain import status as statuses
from services.notifier.domain.facts import NoticeDelivered, NoticeFailed, NoticeKind
from services.notifier.domain.job import Job, JobState, Progress
from services.notifier.domain.message import Reply, Template
from services.notifier.domain.outcome import Action, SendVerdict
from shared.errors import DomainError
from shared.values import Channel
from tests.unit.notifier.samples import AT, POLICY, after, make_job


def settle(job: Job, action: Action, at: datetime = AT, **rest: object) -> jobs.Step:
    provider_id = rest.pop("provider_id", None)
    assert provider_id is None or isinstance(provider_id, str)
    verdict = SendVerdict(action, "reason", **rest)  # type: ignore[arg-type]  # a retry_after_seconds at most
    return attempt.settle(job, verdict, at=at, jitter=0.5, policy=POLICY, provider_id=provider_id)


def running(**changes: object) -> Job:
    return attempt.start(make_job(**changes), at=AT)


def test_an_accepted_try_is_done_and_told() -> None:
    job, facts = settle(running(), Action.DONE, provider_id="wamid.1")
    assert (job.state, job.provider_id) == (JobState.DONE, "wamid.1")
    (fact,) = facts
    assert fact == NoticeDelivered(
        job.key, "request-1", Channel.WHATSAPP, NoticeKind.DOCUMENT, AT, maybe_duplicate=False, document_id="document-1"
    )


def test_nobody_is_told_of_each_chat_reply() -> None:
    assert settle(running(kind=NoticeKind.REPLY), Action.DONE)[1] == ()


def test_retries_grow_and_end() -> None:
    job, delays = running(), []
    for _ in range(POLICY.retry_limit - 1):
        job, facts = settle(job, Action.RETRY)
        assert (job.state, facts) == (JobState.READY, ())
        delays.append((job.next_at - AT).total_seconds())
        job = attempt.start(job, at=AT)
    assert delays == sorted(delays)
    assert delays[0] == 1.875  # 2.5 s, shortened by a quarter
    job, facts = settle(job, Action.RETRY)
    assert job.state is JobState.FAILED
    assert isinstance(facts[0], NoticeFailed)


def test_a_court_is_tried_for_days() -> None:
    job = running(channel=Channel.COURT, failures=8000)
    job, _ = settle(job, Action.RETRY)
    assert job.state is JobState.READY


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("jitter", [0.0, 0.999])
def test_after_an_outage_everybody_hears_within_a_minute(channel: Channel, jitter: float) -> None:
    job, _ = attempt.settle(running(channel=channel, failures=40), SendVerdict(Action.RETRY, "away"), at=AT, jitter=jitter, policy=POLICY)
    assert job.state is JobState.READY
    assert (job.next_at - AT).total_seconds() < 60


def test_a_media_failure_uploads_anew() -> None:
    job, _ = settle(running(media_id="media-1"), Action.MEDIA)
    assert (job.state, job.media_id) == (JobState.READY, None)


def test_waiting_is_no_strike() -> None:
    for action in (Action.SLOW_DOWN, Action.MAINTENANCE, Action.PAUSE_SENDER, Action.DELAY_RECIPIENT):
        job, facts = settle(running(), action)
        assert (job.state, job.failures, facts) == (JobState.READY, 0, ())


@pytest.mark.parametrize("jitter", [0.0, 0.999])
def test_131056_waits_at_least_the_pair_rate_and_longer_each_time(jitter: float) -> None:
    job, waits = running(), []
    for _ in range(3):
        job, _ = attempt.settle(job, SendVerdict(Action.DELAY_RECIPIENT, "meta_131056"), at=AT, jitter=jitter, policy=POLICY)
        waits.append((job.next_at - AT).total_seconds())
        job = attempt.start(job, at=AT)
    assert waits[0] >= 6
    assert waits == sorted(waits)


def test_131047_turns_to_the_template_once() -> None:
    job, facts = settle(running(), Action.USE_TEMPLATE)
    assert isinstance(job.outgoing, Template)
    assert (job.state, facts) == (JobState.READY, ())
    job, facts = settle(attempt.start(job, at=AT), Action.USE_TEMPLATE)
    assert (job.state, job.reason) == (JobState.FAILED, "template_refused")
    assert len(facts) == 1


def test_without_a_template_a_closed_window_fails() -> None:
    job, facts = settle(running(fallback=None), Action.USE_TEMPLATE)
    assert (job.state, job.reason, len(facts)) == (JobState.FAILED, "window_closed", 1)


@pytest.mark.parametrize(
    ("hours", "is_template"), [(0.0, False), (23.99, False), (24.0, True), (100.0, True)], ids=["now", "inside", "edge", "outside"]
)
def test_the_window_is_24_hours(hours: float, is_template: bool) -> None:  # noqa: FBT001 - a table's column
    job, _ = window.fit_window(make_job(), AT - timedelta(hours=hours), at=AT, policy=POLICY)
    assert isinstance(job.outgoing, Template) is is_template


def test_nothing_known_of_the_person_is_a_closed_window() -> None:
    assert isinstance(window.fit_window(make_job(), None, at=AT, policy=POLICY)[0].outgoing, Template)


def test_who_writes_again_gets_the_message_itself() -> None:
    job, _ = window.fit_window(make_job(), None, at=AT, policy=POLICY)
    still, _ = window.fit_window(job, AT - timedelta(hours=1), at=after(seconds=5), policy=POLICY)
    assert isinstance(still.outgoing, Template)  # refused inside what we took for an open window: trust the provider
    again, _ = window.fit_window(job, after(seconds=4), at=after(seconds=5), policy=POLICY)
    assert not isinstance(again.outgoing, Template)


def test_courts_have_no_window() -> None:
    job = make_job(channel=Channel.COURT, fallback=None)
    assert window.fit_window(job, None, at=AT, policy=POLICY) == (job, ())


def test_a_message_that_is_a_template_itself_goes_whenever_it_is() -> None:
    job = replace(make_job(), message=Template("pesan_baru", "id"), fallback=None)
    assert window.fit_window(job, AT - timedelta(days=9), at=AT, policy=POLICY) == (job, ())


def test_a_try_after_an_unknown_one_is_flagged() -> None:
    job = attempt.lose(running(), "answer_timeout", at=AT, policy=POLICY)
    assert (job.state, job.next_at) == (JobState.UNKNOWN, after(seconds=20))
    job = attempt.start(job, at=after(seconds=30))
    assert (job.maybe_duplicate, job.attempt) == (True, 2)


def test_what_was_asked_for_and_not_found_is_repeated_without_a_flag() -> None:
    job = attempt.found_not_sent(attempt.lose(running(), "answer_timeout", at=AT, policy=POLICY), at=AT)
    assert not attempt.start(job, at=AT).maybe_duplicate


def test_a_running_or_finished_job_is_not_started() -> None:
    for state in (JobState.RUNNING, JobState.DONE, JobState.FAILED):
        with pytest.raises(DomainError, match="job_not_startable"):
            attempt.start(make_job(state=state), at=AT)


def test_only_a_failed_job_is_retried_by_hand() -> None:
    with pytest.raises(DomainError, match="job_not_failed"):
        jobs.retry_by_hand(make_job(), at=AT)
    job = jobs.retry_by_hand(make_job(state=JobState.FAILED, failures=8), at=AT)
    assert (job.state, job.failures) == (JobState.READY, 0)


def test_a_status_before_our_own_record_ends_the_try() -> None:
    job, facts = statuses.fold_status(running(), "wamid.1", Progress.DELIVERED, at=AT)
    assert (job.state, job.progress, job.provider_id, len(facts)) == (JobState.DONE, Progress.DELIVERED, "wamid.1", 1)
    late, more = attempt.answer(job, 1, SendVerdict(Action.DONE, "accepted"), at=AT, jitter=0, policy=POLICY, provider_id="wamid.1")
    assert (late, more) == (job, ())


@pytest.mark.parametrize("order", [("sent", "read"), ("read", "sent"), ("read",), ("delivered", "sent", "read", "delivered")])
def test_the_highest_rank_stays_in_any_order(order: tuple[str, ...]) -> None:
    job, _ = settle(running(), Action.DONE, provider_id="wamid.1")
    for status in order:
        job, facts = statuses.fold_status(job, "wamid.1", Progress(status), at=AT)
        assert facts == ()
    assert job.progress is Progress.READ


def test_a_late_sent_does_not_revive_a_try_that_failed_by_webhook() -> None:
    job, _ = settle(running(), Action.DONE, provider_id="wamid.1")
    assert not statuses.is_stale_failure(job, "wamid.1")
    job, _ = settle(statuses.note_failure(job, "wamid.1"), Action.RETRY)
    assert job.state is JobState.READY
    assert statuses.is_stale_failure(job, "wamid.1")
    assert statuses.fold_status(job, "wamid.1", Progress.SENT, at=AT)[0].state is JobState.READY
    assert statuses.fold_status(job, "wamid.1", Progress.DELIVERED, at=AT)[0].state is JobState.DONE


def test_a_discarded_job_stays_so_unless_it_is_proven_to_have_arrived() -> None:
    failed, _ = settle(running(provider_ids=("wamid.1",)), Action.UNDELIVERABLE)
    discarded = replace(failed, state=JobState.DISCARDED, note="told by telephone")
    assert statuses.is_stale_failure(discarded, "wamid.1")
    assert statuses.fold_status(discarded, "wamid.1", Progress.SENT, at=AT)[0].state is JobState.DISCARDED
    arrived, facts = statuses.fold_status(discarded, "wamid.1", Progress.DELIVERED, at=AT)
    assert (arrived.state, arrived.note) == (JobState.DONE, "told by telephone")
    assert isinstance(facts[0], NoticeDelivered)
    with pytest.raises(DomainError, match="job_not_failed"):
        jobs.retry_by_hand(discarded, at=AT)


def test_a_failure_of_an_earlier_try_or_after_delivery_is_stale() -> None:
    job, _ = settle(running(provider_ids=("wamid.1",)), Action.DONE, provider_id="wamid.2")
    assert statuses.is_stale_failure(job, "wamid.1")
    assert not statuses.is_stale_failure(job, "wamid.2")
    delivered, _ = statuses.fold_status(job, "wamid.2", Progress.DELIVERED, at=AT)
    assert statuses.is_stale_failure(delivered, "wamid.2")


def test_a_second_copy_that_shows_up_is_noted_behind_the_present_one() -> None:
    job, _ = settle(running(), Action.DONE, provider_id="wamid.2")
    job, _ = statuses.fold_status(job, "wamid.1", Progress.SENT, at=AT)
    assert job.provider_ids == ("wamid.1", "wamid.2")


def test_an_answer_to_an_older_try_changes_nothing_but_the_ids() -> None:
    job = replace(running(), attempt=2)
    late, facts = attempt.answer(job, 1, SendVerdict(Action.DONE, "accepted"), at=AT, jitter=0, policy=POLICY, provider_id="wamid.1")
    assert (late.state, late.provider_ids, facts) == (JobState.RUNNING, ("wamid.1",), ())


def test_a_court_that_is_away_is_asked_every_40_seconds_or_so_for_a_day() -> None:
    job: Job | None = make_job(channel=Channel.COURT, state=JobState.UNKNOWN)
    waits: list[float] = []
    while job is not None:
        job = attempt.ask_later(job, at=AT, jitter=0.5)
        waits += [] if job is None else [(job.next_at - AT).total_seconds()]
    assert waits[:3] == [4.5, 13.5, 37.5]
    assert set(waits[2:]) == {37.5}
    assert sum(waits) == pytest.approx(86_400, rel=0.01)


class Life(RuleBasedStateMachine):
    """Any sequence of calls, answers, crashes and webhooks."""

    def __init__(self) -> None:
        super().__init__()
        self.job = make_job()
        self.delivered = 0
        self.sent = 0
        self.flagged = 0
        self.at = AT

    def take(self, step: jobs.Step) -> None:
        self.job, facts = step
        self.delivered += sum(isinstance(fact, NoticeDelivered) for fact in facts)
        self.at += timedelta(seconds=1)

    @precondition(lambda self: self.job.state in (JobState.READY, JobState.UNKNOWN))
    @rule()
    def begin(self) -> None:
        self.was_unknown = self.job.state is JobState.UNKNOWN
        self.job = attempt.start(self.job, at=self.at)
        assert self.job.maybe_duplicate or not self.was_unknown

    @precondition(lambda self: self.job.state is JobState.RUNNING)
    @rule(action=st.sampled_from(Action), jitter=st.floats(0, 0.99))
    def answer(self, action: Action, jitter: float) -> None:
        wamid = f"wamid.{self.job.attempt}" if action is Action.DONE else None
        verdict = SendVerdict(action, "reason")
        self.take(attempt.answer(self.job, self.job.attempt, verdict, at=self.at, jitter=jitter, policy=POLICY, provider_id=wamid))

    @precondition(lambda self: self.job.state is JobState.RUNNING)
    @rule()
    def crash(self) -> None:
        self.job = attempt.lose(self.job, "worker_lost", at=self.at, policy=POLICY)

    @precondition(lambda self: self.job.attempt > 0)
    @rule(attempt=st.integers(1, 3), progress=st.sampled_from([Progress.SENT, Progress.DELIVERED, Progress.READ]))
    def webhook(self, attempt: int, progress: Progress) -> None:
        before = self.job
        self.take(statuses.fold_status(self.job, f"wamid.{min(attempt, self.job.attempt)}", progress, at=self.at))
        assert self.job.progress.rank >= before.progress.rank
        assert not (before.state is JobState.DONE and self.job.state is not JobState.DONE)

    @precondition(lambda self: self.job.attempt > 0)
    @rule(of=st.integers(1, 3), action=st.sampled_from([Action.RETRY, Action.USE_TEMPLATE, Action.UNDELIVERABLE, Action.MEDIA]))
    def webhook_failure(self, of: int, action: Action) -> None:
        wamid = f"wamid.{min(of, self.job.attempt)}"
        if statuses.is_stale_failure(self.job, wamid):
            return
        noted = statuses.note_failure(self.job, wamid)
        self.take(attempt.settle(noted, SendVerdict(action, "reason"), at=self.at, jitter=0.5, policy=POLICY))

    @precondition(lambda self: self.job.state is JobState.FAILED)
    @rule()
    def by_hand(self) -> None:
        self.job = jobs.retry_by_hand(self.job, at=self.at)

    @invariant()
    def what_holds(self) -> None:
        assert self.job.is_open == (self.job.state in (JobState.READY, JobState.RUNNING, JobState.UNKNOWN))
        assert (self.job.done_at is None) == self.job.is_open
        assert len(set(self.job.provider_ids)) == len(self.job.provider_ids)
        assert len(self.job.history) <= 20
        assert self.job.state is not JobState.FAILED or self.job.reason
        assert self.job.state is not JobState.DONE or self.delivered


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30)


def _returned(**changes: Any) -> Job:
    template = Template("permohonan_dilengkapi", "id", ("Kartu Keluarga", "MDN-7K4Q-9F2X"))
    return make_job(key="returned:1", kind=NoticeKind.RETURNED, message=Reply("Mohon dilengkapi"), fallback=template, **changes)


def test_what_a_template_stands_for_is_held_once_it_was_accepted() -> None:
    job, _ = window.fit_window(_returned(), None, at=AT, policy=POLICY)
    assert window.behind_template(job) is None  # not accepted yet
    done, _ = attempt.settle(
        attempt.start(job, at=AT), SendVerdict(Action.DONE, "accepted"), at=AT, jitter=0.0, policy=POLICY, provider_id="w"
    )
    held = window.behind_template(done)
    assert held is not None
    assert (held.key, held.state, held.order, held.outgoing) == ("returned:1:message", JobState.HELD, job.order, job.message)
    assert (held.template_key, held.provider_ids, held.attempt) == ("returned:1", (), 0)
    assert window.behind_template(held) is None


@pytest.mark.parametrize("job", [make_job(template_since=AT), _returned(template_since=None)], ids=["a document", "no template went"])
def test_nothing_is_held_where_the_message_itself_went(job: Job) -> None:
    done, _ = attempt.settle(
        attempt.start(job, at=AT), SendVerdict(Action.DONE, "accepted"), at=AT, jitter=0.0, policy=POLICY, provider_id="w"
    )
    assert window.behind_template(done) is None


def test_held_goes_out_when_the_person_writes_and_back_when_the_window_closed_again() -> None:
    held = _returned(state=JobState.HELD, template_since=AT)
    held = replace(held, key="returned:1:message", fallback=None)
    ready = window.let_out(held, None, at=after(hours=1))
    assert (ready.state, ready.template_since, ready.next_at) == (JobState.READY, None, after(hours=1))
    again, facts = window.fit_window(ready, AT, at=after(hours=30), policy=POLICY)
    assert (again.state, again.template_since, facts) == (JobState.HELD, after(hours=30), ())
    assert window.let_out(held, _returned(), at=AT).state is JobState.DISCARDED
