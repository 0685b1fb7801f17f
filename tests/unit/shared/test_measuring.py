"""What `/metrics` counts anew: shared by those who ask, and silent about what it can't count."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from prometheus_client import CollectorRegistry, Gauge

from shared import metrics
from shared.health import Check, Health
from shared.web.measuring import Found, Measuring, StateCount


class Papers:
    """Something that stands, counted by a gauge of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.gauge = Gauge("papers_standing", "Papers", ("state",), registry=self.registry)
        self.age = Gauge("papers_oldest_seconds", "Age", registry=self.registry)
        self.standing: dict[str, int] = {}
        self.times = 0
        self.is_away = False

    async def count(self) -> Mapping[Gauge, Found]:
        self.times += 1
        if self.is_away:
            raise OSError("personal 3519010101850001")
        return {self.gauge: {(state,): float(many) for state, many in self.standing.items()}, self.age: {(): 3.0}}

    def told(self, state: str) -> float | None:
        return self.registry.get_sample_value("papers_standing", {"state": state})

    def counted(self) -> StateCount:
        return StateCount("papers", self.count, (self.gauge, self.age))


@pytest.fixture
def papers() -> Papers:
    return Papers()


@pytest.fixture
def health() -> Health:
    return Health(started=True)


def measuring(health: Health, papers: Papers, fresh_seconds: float = 0.0) -> Measuring:
    made = Measuring(health, fresh_seconds)
    made.add(papers.counted())
    return made


async def test_a_state_that_nothing_stands_in_any_more_is_not_told(health: Health, papers: Papers) -> None:
    asked = measuring(health, papers)
    papers.standing = {"new": 2, "parked": 1}
    await asked.refresh()
    assert (papers.told("new"), papers.told("parked")) == (2, 1)
    papers.standing = {"new": 3}
    await asked.refresh()
    assert (papers.told("new"), papers.told("parked")) == (3, None)


async def test_what_cannot_be_counted_says_so_and_tells_no_old_number(health: Health, papers: Papers) -> None:
    asked = measuring(health, papers)
    papers.standing = {"new": 2}
    await asked.refresh()
    papers.is_away = True
    await asked.refresh()
    assert papers.told("new") is None
    age = papers.registry.get_sample_value("papers_oldest_seconds")
    assert age is not None
    assert age != age  # noqa: PLR0124 - not a number
    assert b'count_failed{what="papers"} 1.0' in metrics.render()
    papers.is_away = False
    await asked.refresh()
    assert papers.told("new") == 2
    assert b'count_failed{what="papers"} 0.0' in metrics.render()


async def test_many_who_ask_share_one_count(health: Health, papers: Papers) -> None:
    asked = measuring(health, papers, fresh_seconds=3600)
    await asked.refresh()
    await asked.refresh()
    assert papers.times == 1


async def test_nothing_is_counted_before_the_database_is_prepared(papers: Papers) -> None:
    await measuring(Health(), papers).refresh()
    assert papers.times == 0
    assert b'ready{check="process"} 0.0' in metrics.render()


async def test_readiness_is_told_with_what_it_measured(health: Health, papers: Papers) -> None:
    async def old() -> Check:
        return Check(ok=False, reason="outbox_old", value=61.5)

    health.add("outbox", old)
    await measuring(health, papers).refresh()
    text = metrics.render()
    assert b'ready{check="outbox"} 0.0' in text
    assert b'ready_value{check="outbox"} 61.5' in text


async def test_the_disk_is_told(health: Health, papers: Papers) -> None:
    await measuring(health, papers).refresh()
    assert b'disk_free_bytes{place="system"}' in metrics.render()
