"""Holds what the product says against the ledger: ranks, the source of each request, nobody counted twice, totals, the rebuild. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from tests.campaign.damage import Care, Handling
from tests.campaign.measured import CHATTED, COLUMNS, FACETS, FINISHED, RATE, SEEN, SERVED, SUBMITTED, VISITED, Measured
from tests.campaign.truth import CampaignLedger, TrueRequest, per_thousand

RANKS: Final = 0.9
INTACT_PERCENT: Final = 95.0
DAMAGED_PERCENT: Final = 80.0
_A: Final = {Care.INTACT: "an intact", Care.DAMAGED: "a damaged", Care.GONE: "a deleted"}
_WHOLE: Final = ("sumber", "layanan", "desa", "hari")  # tables in which everybody stands


@dataclass(frozen=True)
class Verdict:
    """One comparison. `least`, `is_exactly`: its target; neither: a number to look at."""

    what: str
    value: float
    unit: str = ""
    least: float | None = None
    exactly: float | None = None
    note: str = ""

    @property
    def is_met(self) -> bool:
        """Whether it reaches its target."""
        return (self.least is None or self.value >= self.least) and (self.exactly is None or self.value == self.exactly)


def judge(ledger: CampaignLedger, measured: Measured) -> list[Verdict]:
    """Return every comparison."""
    return [*_ranks(ledger, measured), *_attribution(ledger, measured), *_counts(ledger, measured), *_totals(measured)]


def spearman(truth: Mapping[str, float], found: Mapping[str, float]) -> float:
    """Return the rank correlation over the keys of the truth; who has the same shares the mean rank. 0 where either does not vary."""
    keys = sorted(truth)
    ours, theirs = _ranked([truth[key] for key in keys]), _ranked([found.get(key, 0.0) for key in keys])
    mean = (len(keys) + 1) / 2
    both = sum((one - mean) * (other - mean) for one, other in zip(ours, theirs, strict=True))
    spread = sqrt(sum((one - mean) ** 2 for one in ours) * sum((other - mean) ** 2 for other in theirs))
    return both / spread if spread else 0.0


def _ranked(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=lambda at: values[at])
    ranks = [0.0] * len(values)
    begin = 0
    while begin < len(order):
        end = begin
        while end + 1 < len(order) and values[order[end + 1]] == values[order[begin]]:
            end += 1
        for at in order[begin : end + 1]:
            ranks[at] = (begin + end) / 2 + 1
        begin = end + 1
    return ranks


def rank_pairs(ledger: CampaignLedger, measured: Measured) -> Mapping[str, tuple[Mapping[str, float], Mapping[str, float]]]:
    """Return what is ranked: truth and report, by village or by source."""
    sources, villages = measured.column("sumber", FINISHED), measured.column("desa", FINISHED)
    return {
        "villages by people served of 1,000": (per_thousand(ledger.served, ledger.residents), measured.column("desa", RATE)),
        "villages by what their outreach brought": (per_thousand(ledger.brought_in, ledger.residents), _rates(villages, ledger.residents)),
        "sources by whom they brought": (dict(ledger.brought), sources),
    }


def _ranks(ledger: CampaignLedger, measured: Measured) -> Iterator[Verdict]:
    for what, (truth, found) in rank_pairs(ledger, measured).items():
        yield Verdict(f"rank correlation, {what}", spearman(truth, found), least=RANKS, note=f"of {len(truth)}")


def _rates(counts: Mapping[str, float], residents: Mapping[str, int]) -> dict[str, float]:
    return {village: 1000 * counts.get(village, 0) / people for village, people in residents.items()}


def _attribution(ledger: CampaignLedger, measured: Measured) -> Iterator[Verdict]:
    coded = [request for request in ledger.requests if request.has_code]
    for care, least in ((Care.INTACT, INTACT_PERCENT), (Care.DAMAGED, DAMAGED_PERCENT), (Care.GONE, None)):
        those = [request for request in coded if request.care is care]
        yield _right(f"requests with {_A[care]} code: the right source", those, measured, least)
    for way in Handling:
        yield _right(f"  {way}", [request for request in coded if request.way is way], measured, None)
    yield _right("requests at a registrar: the right source", [each for each in ledger.requests if each.by_registrar], measured, None)
    yield _right("requests of whoever came by nothing: no source", [each for each in ledger.requests if not each.source], measured, None)
    wrong = sum(bool(found := measured.attributed.get(each.receipt)) and found != each.source for each in ledger.requests)
    yield Verdict("requests counted for a source that was not theirs", wrong, note=f"of {len(ledger.requests)}")


def _right(what: str, those: Sequence[TrueRequest], measured: Measured, least: float | None) -> Verdict:
    right = sum(measured.attributed.get(each.receipt) == each.source for each in those)
    share = 100 * right / len(those) if those else 100.0
    return Verdict(what, share, "%", least=least, note=f"{right} of {len(those)}")


def _counts(ledger: CampaignLedger, measured: Measured) -> Iterator[Verdict]:
    """People counted once: what the report says in all, against whom the ledger knows."""
    filed = len(ledger.requests)
    expected = {
        SERVED: ("desa", sum(ledger.served.values()), "people served"),
        SUBMITTED: ("layanan", filed, "people who filed"),
        FINISHED: ("sumber", filed, "people who came to the end"),
        CHATTED: ("sumber", ledger.chatters, "people who chatted"),
        VISITED: ("sumber", sum(ledger.visits.values()), "visitors of pages, once a day"),
        SEEN: ("sumber", sum(ledger.seen.values()), "times that posts were seen"),
    }
    for column, (facet, count, what) in expected.items():
        yield Verdict(f"{what}, in the report", sum(measured.column(facet, column).values()), exactly=count)
    months: Counter[int] = Counter()
    for day, finished in measured.column("hari", FINISHED).items():
        months[int(day[5:7]) - 1] += int(finished)
    off = sum(abs(months[month] - ledger.finished_in_month.get(month, 0)) for month in range(12))
    yield Verdict("finished by month: off the ledger", off, exactly=0)
    wrong = sum(measured.column("sumber", VISITED).get(code, 0) != count for code, count in ledger.visits.items())
    yield Verdict("sources whose visits are off the ledger", wrong, exactly=0)


def _totals(measured: Measured) -> Iterator[Verdict]:
    """The report against the database, and against itself counted anew."""
    for column, step in COLUMNS.items():
        off = [
            sum(measured.column(facet, column).values()) - measured.stored.get(step, 0) for facet in ("sumber", "layanan", "desa", "hari")
        ]
        yield Verdict(f"{step}: report less database", max(off, key=abs), exactly=0)
    different = sum(measured.report[facet] != measured.rebuilt[facet] for facet in FACETS)
    yield Verdict("tables that differ after a rebuild", different, exactly=0, note=f"of {len(FACETS)}")
