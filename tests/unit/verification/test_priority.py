"""The place in the queue: told by facts, never by a service's name, and so that nobody starves."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.verification.domain.priority import place_of
from services.verification.domain.rules import Application
from services.verification.domain.submission import Submission
from shared.reference.catalogue import catalogue
from shared.reference.forms.conditions import Condition
from shared.reference.priorities import priorities
from tests.support import families as people
from tests.support.families import HUSBAND, NOW, TODAY

LONGEST = max(each.head_start for each in priorities().values())


def placed(*submissions: Submission, born_on: date = date(1988, 7, 11), **service: Any) -> Any:
    known = replace(catalogue().get(submissions[0].service), **service)
    register = people.register(people.family(people.member(born_on=born_on), people.wife()))
    return place_of(Application(submissions), known, register, today=TODAY, elderly_age=60)


def test_each_class_is_told_by_its_fact() -> None:
    assert placed(people.lost_card()).priority == "ordinary"
    assert placed(people.lost_card(), urgent=True).priority == "urgent"
    assert placed(people.lost_card(), urgent=Condition(field="kk_number", values=("other",))).priority == "ordinary"
    assert placed(people.lost_card(), urgent=Condition(field="kk_number", values=(people.KK,))).priority == "urgent"
    assert placed(*people.divorces(), urgent=True).priority == "court", "the most urgent of those that hold"
    assert placed(people.lost_card(), born_on=date(1966, 11, 24)).priority == "elderly", "sixty today"
    assert placed(people.lost_card(), born_on=date(1966, 11, 25)).priority == "ordinary"


def test_the_place_is_that_of_the_first_message() -> None:
    place = placed(people.lost_card(began_at=NOW - timedelta(hours=5)), urgent=True)
    assert (place.began_at, place.at) == (NOW - timedelta(hours=5), NOW - timedelta(hours=5) - priorities()["urgent"].head_start)
    assert placed(people.lost_card()).at == NOW, "without one that of its submission"
    his, hers = people.divorces()
    assert placed(replace(his, began_at=NOW - timedelta(days=2)), hers).began_at == NOW - timedelta(days=2)


def test_the_area_is_where_the_register_has_who_asks() -> None:
    assert placed(people.lost_card()).areas == ("351908", "3519081001")
    assert placed(people.lost_card(nik=None)).areas == ("351908", "3519081001"), "else that of the card"
    assert placed(people.lost_card(nik="3519081107880009", kk_number="3519081611239999")).areas == ()


arrivals = st.lists(
    st.tuples(st.integers(0, 14 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)), st.sampled_from(sorted(priorities()))),
    min_size=2,
    max_size=40,
)


@given(arrivals)
def test_nobody_is_overtaken_by_what_came_much_later(flow: list[tuple[timedelta, str]]) -> None:
    """Who came more than the longest head start before is first, whatever class the other has; within a class it is the order of coming."""
    began = [(NOW + ahead, priority) for ahead, priority in flow]
    order = sorted(began, key=lambda one: one[0] - priorities()[one[1]].head_start)
    for place, (at, priority) in enumerate(order):
        for later_at, later_priority in order[:place]:
            assert later_at - at <= LONGEST, "it waits for ever"
            assert later_priority != priority or later_at <= at


@settings(max_examples=50)
@given(st.integers(1, 6), st.integers(0, 3))
def test_an_ordinary_request_is_reached_however_many_urgent_ones_keep_coming(a_day: int, capacity_beyond: int) -> None:
    """An endless stream of court cases, as many a day as the office decides: the one ordinary request waits at most its head start."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    queue = [(start, "ordinary")]
    for day in range(30):
        now = start + timedelta(days=day)
        queue += [(now, "court")] * a_day
        for _ in range(a_day + capacity_beyond):
            if queue:
                queue.remove(first := min(queue, key=lambda one: one[0] - priorities()[one[1]].head_start))
                if first[1] == "ordinary":
                    assert now - start <= LONGEST + timedelta(days=1)
                    return
    raise AssertionError("starved")


def test_the_first_of_the_card_counts_not_the_holder() -> None:
    assert placed(people.lost_card(nik=people.WIFE), born_on=date(1950, 1, 1)).priority == "ordinary"
    assert placed(people.lost_card(nik=HUSBAND), born_on=date(1950, 1, 1)).priority == "elderly"
