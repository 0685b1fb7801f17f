"""A broadcast's rules: whom, when, how often, who starts it, when it holds itself, and that a template is what Meta approved."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import pytest

from deploy.simulators.whatsapp.templates import Templates
from services.notifier.adapters.wording import approved_texts, load_texts
from services.notifier.domain import broadcast as rules
from services.notifier.domain import news
from services.notifier.domain.broadcast import Broadcast, BroadcastState, BroadcastTrial, Category, Hand, Hours, Segment
from services.notifier.domain.broadcast_job import job_of
from services.notifier.domain.facts import NewsDeclined
from services.notifier.domain.job import JobState, done, failed
from services.notifier.domain.message import Template
from services.notifier.domain.news import NewsContact, NewsPolicy, NewsRecipient, NumberHealth
from services.notifier.domain.pacing import Rate
from shared.errors import DomainError
from shared.reference.working_hours import WorkingHours
from shared.trials import Arm, StoppingRule

TUESDAY: Final = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 10.00 in Madiun, a working day
SITI, BUDI = Hand("s-1", "Siti"), Hand("s-2", "Budi")
TEXTS, APPROVED = load_texts(), approved_texts()
DAY: Final = Hours(time(8), time(17))


def policy(**changes: Any) -> NewsPolicy:
    values: dict[str, Any] = {
        "office": WorkingHours(),
        "hours": DAY,
        "on_days_off": False,
        "rest": timedelta(days=7),
        "per_second": 40.0,
        "alone_most": 50,
        "people_a_day": 2000,
        "echo": timedelta(seconds=1),
        "errors_share": 0.1,
        "errors_after": 50,
        "prices": {"marketing": 600.0},
        "currency": "Rp",
        **changes,
    }
    return NewsPolicy(**values)


def made(**changes: Any) -> Broadcast:
    values: dict[str, Any] = {
        "broadcast_id": "b-1",
        "name": "KIA",
        "template": Template("kabar_layanan", "id", ("{desa}", "KIA kini lewat chat.")),
        "category": Category.MARKETING,
        "segment": Segment(),
        "hours": DAY,
        "per_second": 40.0,
        "made_by": SITI,
        "made_at": TUESDAY,
        **changes,
    }
    return Broadcast(**values)


def ready(people: int = 10) -> Broadcast:
    return rules.take_page(made(), 1, 1, people, ())


def running(**changes: Any) -> Broadcast:
    return replace(rules.start(ready(), SITI, at=TUESDAY, alone_most=50), **changes)


def someone(**changes: Any) -> NewsContact:
    return NewsContact("c-1", "6281234567890", **changes)


def test_the_list_is_whole_when_every_page_came_once() -> None:
    first = rules.take_page(made(), 2, 2, 30, ())
    assert rules.take_page(first, 2, 2, 30, ()) is first, "a page that comes again counts once"
    assert first.state is BroadcastState.COUNTING
    whole = rules.take_page(first, 1, 2, 500, (("opted_out", 3),))
    assert (whole.state, whole.pages.people, whole.pages.left_out) == (BroadcastState.READY, 530, (("opted_out", 3),))


def test_who_writes_to_many_does_not_start_alone() -> None:
    assert rules.start(ready(50), SITI, at=TUESDAY, alone_most=50).is_running
    with pytest.raises(DomainError, match="second_person_needed"):
        rules.start(ready(51), SITI, at=TUESDAY, alone_most=50)
    assert rules.start(ready(51), BUDI, at=TUESDAY, alone_most=50).started_by == BUDI
    trial = BroadcastTrial("t-1", Arm.A, StoppingRule(ends_on=TUESDAY.date()))
    assert rules.start(replace(ready(25), trial=trial), SITI, at=TUESDAY, alone_most=50).is_running
    with pytest.raises(DomainError, match="second_person_needed"):
        rules.start(replace(ready(26), trial=trial), SITI, at=TUESDAY, alone_most=50)


@pytest.mark.parametrize("state", [each for each in BroadcastState if each is not BroadcastState.READY])
def test_only_what_is_ready_starts(state: BroadcastState) -> None:
    with pytest.raises(DomainError, match="broadcast_not_ready"):
        rules.start(replace(ready(), state=state), BUDI, at=TUESDAY, alone_most=50)


def test_nobody_is_no_audience() -> None:
    with pytest.raises(DomainError, match="broadcast_empty"):
        rules.start(ready(0), BUDI, at=TUESDAY, alone_most=50)


def test_what_is_stopped_stays_stopped() -> None:
    stopped = rules.stop(running(), at=TUESDAY)
    assert rules.pause(stopped, "office", at=TUESDAY) is stopped
    with pytest.raises(DomainError, match="broadcast_not_paused"):
        rules.resume(stopped, (0, 0))
    with pytest.raises(DomainError, match="broadcast_ended"):
        rules.stop(stopped, at=TUESDAY)


@pytest.mark.parametrize(
    ("contact", "category", "why"),
    [
        (someone(agreed=True), Category.MARKETING, None),
        (someone(), Category.MARKETING, "no_opt_in"),
        (someone(agreed=False), Category.MARKETING, "opted_out"),
        (someone(), Category.UTILITY, None),
        (someone(agreed=False), Category.UTILITY, "opted_out"),
        (someone(agreed=True, told_at=TUESDAY - timedelta(days=7, seconds=-1)), Category.MARKETING, "lately_told"),
        (someone(agreed=True, told_at=TUESDAY - timedelta(days=7)), Category.MARKETING, None),
    ],
)
def test_who_may_be_told(contact: NewsContact, category: Category, why: str | None) -> None:
    assert news.why_not(contact, category, at=TUESDAY, rest=timedelta(days=7)) == why


def test_of_two_changes_the_later_one_counts_in_whatever_order_they_come() -> None:
    stop, begin = (False, TUESDAY), (True, TUESDAY - timedelta(minutes=1))
    for order in ((stop, begin), (begin, stop)):
        contact = someone()
        for agreed, at in order:
            contact = news.changed(contact, "6281", agreed=agreed, at=at)
        assert contact.agreed is False


@pytest.mark.parametrize(
    ("local", "opens"),
    [
        ("2026-11-24 08:00", "2026-11-24 08:00"),
        ("2026-11-24 07:59", "2026-11-24 08:00"),
        ("2026-11-24 16:59", "2026-11-24 16:59"),
        ("2026-11-24 17:00", "2026-11-25 08:00"),
        ("2026-11-27 20:00", "2026-11-30 08:00"),  # Friday night: Monday
        ("2026-12-25 10:00", "2026-12-28 08:00"),  # Christmas on a Friday
    ],
)
def test_nothing_leaves_at_night_or_on_a_day_off(local: str, opens: str) -> None:
    zone = WorkingHours().zone
    at = datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC)
    found = news.opens_at(DAY, policy(), at)
    assert found.astimezone(zone).strftime("%Y-%m-%d %H:%M") == opens


def test_the_narrower_hours_count() -> None:
    noon, early = Hours(time(12), time(13)), Hours(time(5), time(23))
    assert news.opens_at(noon, policy(), TUESDAY) == TUESDAY + timedelta(hours=2)
    assert news.opens_at(early, policy(), TUESDAY + timedelta(hours=8)) == TUESDAY + timedelta(hours=22)
    assert not news.overlap(Hours(time(18), time(20)), policy())


def test_the_last_word_is_asked_at_the_door() -> None:
    agreed, night = someone(agreed=True), TUESDAY + timedelta(hours=12)
    assert news.at_the_door(running(), agreed, policy(), at=TUESDAY) == news.NOW
    assert news.at_the_door(running(), someone(agreed=False), policy(), at=TUESDAY).never == "opted_out"
    assert news.at_the_door(None, agreed, policy(), at=TUESDAY).never == "broadcast_stopped"
    assert news.at_the_door(running(state=BroadcastState.STOPPED), agreed, policy(), at=TUESDAY).never == "broadcast_stopped"
    for held, at in ((running(state=BroadcastState.PAUSED), TUESDAY), (running(), night)):
        later = news.at_the_door(held, agreed, policy(), at=at).later
        assert later is not None
        assert later > at


def test_too_many_errors_hold_it_and_a_person_lets_it_go_on() -> None:
    limits = {"share": 0.1, "after": 50}
    assert not rules.too_many_fail(running(), 49, 49, **limits)  # type: ignore[arg-type]
    assert not rules.too_many_fail(running(), 50, 5, **limits)  # type: ignore[arg-type]
    assert rules.too_many_fail(running(), 50, 6, **limits)  # type: ignore[arg-type]
    resumed = rules.resume(rules.pause(running(), "too_many_errors", at=TUESDAY), (50, 6))
    assert not rules.too_many_fail(resumed, 99, 55, **limits)  # type: ignore[arg-type]
    assert rules.too_many_fail(resumed, 100, 12, **limits)  # type: ignore[arg-type]


def test_the_number_falls_until_whatsapp_says_that_it_rose() -> None:
    fell = news.rated(NumberHealth(), "flagged", "tier_2k", at=TUESDAY)
    assert (fell.fell, fell.limit) == ("flagged", "tier_2k")
    assert news.rated(fell, "unflagged", None, at=TUESDAY - timedelta(seconds=1)) == fell, "it came late"
    assert news.rated(fell, "something_new", None, at=TUESDAY).fell == "flagged"
    assert news.rated(fell, "unflagged", None, at=TUESDAY).fell is None


def test_a_cost_is_told_where_there_is_a_price() -> None:
    assert news.cost(1000, Category.MARKETING, policy()) == 600_000
    assert news.cost(1000, Category.UTILITY, policy()) is None


def test_what_gives_way_leaves_tokens_for_what_does_not() -> None:
    rate = Rate(80.0, 20.0)
    bucket, drawn, _ = rate.take(None, TUESDAY, 20, keep=10.0)
    assert drawn == 10
    _, none, wait = rate.take(bucket, TUESDAY, 1, keep=10.0)
    assert (none, round(wait, 6)) == (0, 1 / 80)
    assert rate.take(bucket, TUESDAY, 8)[1] == 8, "a chat finds one at once"


def test_late_word_of_whatsapp_makes_it_give_way_and_never_stops_it() -> None:
    assert news.next_window(16.0, 0.4, soon=1.0, most=100.0) == 18.0
    assert news.next_window(99.5, 0.4, soon=1.0, most=100.0) == 100.0
    assert news.next_window(20.0, 1.1, soon=1.0, most=100.0) == 14.0
    window = 100.0
    for _ in range(50):
        window = news.next_window(window, 30.0, soon=1.0, most=100.0)
    assert window == 4.0


def recipient(**changes: Any) -> NewsRecipient:
    return NewsRecipient("b-1", "c-1", "6281234567890", TUESDAY, TUESDAY, **changes)


def test_a_message_names_the_village_goes_last_and_is_one_for_ever() -> None:
    job = job_of(made(), recipient(village="3519012001"), TEXTS, at=TUESDAY)
    assert isinstance(job.message, Template)
    assert job.message.parameters == ("Tambakmas", "KIA kini lewat chat.")
    assert (job.key, job.addressee) == ("broadcast:b-1:c-1", ("b-1", "c-1"))
    assert job.order > "ffffffff-ffff-7fff-bfff-ffffffffffff:buttons", "behind every event id"
    unknown = job_of(made(), recipient(), TEXTS, at=TUESDAY).message
    assert isinstance(unknown, Template)
    assert unknown.parameters[0] == "desa Anda"


@pytest.mark.parametrize(
    ("reason", "declined"), [("meta_131050", True), ("meta_131049", False), ("meta_130472", False), ("meta_131026", False)]
)
def test_a_failure_waits_for_nobody_and_an_opt_out_is_told(reason: str, *, declined: bool) -> None:
    job, facts = failed(job_of(made(), recipient(), TEXTS, at=TUESDAY), reason, at=TUESDAY)
    assert (job.state, job.reason) == (JobState.DISCARDED, reason)
    assert facts == ((NewsDeclined(job.key, "c-1", reason, TUESDAY),) if declined else ())


def test_nobody_waits_for_word_of_each() -> None:
    assert done(job_of(made(), recipient(), TEXTS, at=TUESDAY), at=TUESDAY)[1] == ()


@pytest.mark.parametrize("name", list(APPROVED))
def test_a_template_is_what_meta_approved(name: str) -> None:
    text = APPROVED[name]
    known = next(each for each in Templates(strict=True).listed() if each.name == name)
    assert (known.language, known.category) == (text.language, text.category.upper())
    assert known.body == re.sub(r"\{(\d)\}", r"{{\1}}", text.body)
    assert "BERHENTI" in text.body, "how to get none any more stands in each"
    assert text.template([each.example for each in text.variables]).name == name
    for values, code in (([""] * 9, "variable_missing"), (["x" * 2000] * 9, "variable_too_long")):
        with pytest.raises(DomainError, match=code):
            text.template(values)
