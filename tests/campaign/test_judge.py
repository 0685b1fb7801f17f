"""The judge finds what is wrong with a report or with a ledger, and nothing where they agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.campaign.damage import Care, Handling
from tests.campaign.judge import judge, spearman
from tests.campaign.measured import BEGAN, CHATTED, COLUMNS, FACETS, FINISHED, RATE, SEEN, SERVED, SUBMITTED, VISITED, Measured
from tests.campaign.report import KeptCampaign, load, save, summary, table
from tests.campaign.truth import CampaignLedger, TrueRequest

VILLAGES = {f"35190100{number:02d}": 1_000 for number in range(6)}
BROUGHT = {f"A{number}B": count for number, count in enumerate((1, 2, 3, 5, 8, 13), 2)}


def a_ledger() -> CampaignLedger:
    """A year in which six sources brought one to thirteen people each, in January."""
    requests = tuple(
        TrueRequest(f"R{code}{number}", code, Handling.AS_IT_WAS, Care.INTACT, is_ad=False, by_registrar=False, came_back=False)
        for code, count in BROUGHT.items()
        for number in range(count)
    )
    served = dict(zip(VILLAGES, BROUGHT.values(), strict=True))
    return CampaignLedger(
        requests=requests,
        visits={"A2B": 4},
        seen={"A3B": 50},
        brought=BROUGHT,
        served=served,
        brought_in=served,
        finished_in_month={0: len(requests)},
        chatters=len(requests) + 3,
        residents=VILLAGES,
        codes={code: code for code in BROUGHT},
    )


def a_report(ledger: CampaignLedger) -> Measured:
    """What a product says that counts right."""
    filed = len(ledger.requests)
    total = {SEEN: 50, VISITED: 4, CHATTED: ledger.chatters, BEGAN: filed, SUBMITTED: filed, FINISHED: filed}
    by_source = [row(code, {FINISHED: count, SUBMITTED: count, BEGAN: count, CHATTED: count}) for code, count in ledger.brought.items()]
    by_source.append(row("", {CHATTED: 3}))
    by_source[0] |= {VISITED: "4"}
    by_source[1] |= {SEEN: "50"}
    by_village = [row(code, {FINISHED: count, SERVED: count, RATE: count}) for code, count in ledger.served.items()]
    rest = {name: count for name, count in total.items() if name != FINISHED}
    tables = {facet: [row("2027-01-03", total)] for facet in FACETS} | {"sumber": by_source, "desa": [*by_village, row("", rest)]}
    attributed = {request.receipt: request.source for request in ledger.requests}
    return Measured(tables, tables, attributed, {step: total[name] for name, step in COLUMNS.items()})


def row(code: str, counts: Mapping[str, float]) -> dict[str, str]:
    return {"Kode": code, **{name: f"{count}".replace(".", ",") for name, count in counts.items()}}


def missed(ledger: CampaignLedger, measured: Measured) -> list[str]:
    found: list[str] = summary(judge(ledger, measured))["missed"]
    return found


def test_a_report_that_says_what_happened_misses_nothing() -> None:
    ledger = a_ledger()
    assert missed(ledger, a_report(ledger)) == []
    assert "MISSED" not in table(judge(ledger, a_report(ledger)))


FALSIFIED: Mapping[str, tuple[dict[str, Any], list[str]]] = {
    "other sources brought them": (
        {"brought": dict(zip(BROUGHT, reversed(BROUGHT.values()), strict=True))},
        ["rank correlation, sources by whom they brought"],
    ),
    "they were served elsewhere": (
        {"served": dict(zip(VILLAGES, reversed(BROUGHT.values()), strict=True))},
        ["rank correlation, villages by people served of 1,000"],
    ),
    "a visitor more": ({"visits": {"A2B": 5}}, ["visitors of pages, once a day, in the report", "sources whose visits are off the ledger"]),
    "somebody chatted less": ({"chatters": 34}, ["people who chatted, in the report"]),
    "it was in another month": ({"finished_in_month": {1: 32}}, ["finished by month: off the ledger"]),
}


@pytest.mark.parametrize("what", FALSIFIED)
def test_a_ledger_that_was_falsified_is_found(what: str) -> None:
    changes, found = FALSIFIED[what]
    ledger = a_ledger()
    assert missed(replace(ledger, **changes), a_report(ledger)) == found


def test_a_request_that_was_forgotten_or_made_up_is_found() -> None:
    ledger = a_ledger()
    found = missed(replace(ledger, requests=ledger.requests[1:]), a_report(ledger))
    assert found == ["people who filed, in the report", "people who came to the end, in the report"]


def test_requests_that_count_for_the_wrong_source_are_found() -> None:
    ledger = a_ledger()
    measured = a_report(ledger)
    wrong = dict.fromkeys([request.receipt for request in ledger.requests[:2]], "W2M")
    verdicts = judge(ledger, replace(measured, attributed={**measured.attributed, **wrong}))
    assert summary(verdicts)["missed"] == ["requests with an intact code: the right source"]
    assert summary(verdicts)["values"]["requests counted for a source that was not theirs"] == 2


def test_damaged_codes_have_a_target_of_their_own() -> None:
    ledger = a_ledger()
    damaged = tuple(replace(request, care=Care.DAMAGED, way=Handling.SLIP) for request in ledger.requests[:4])
    measured = a_report(ledger)
    lost = {**measured.attributed, damaged[0].receipt: ""}
    found = missed(replace(ledger, requests=(*damaged, *ledger.requests[4:])), replace(measured, attributed=lost))
    assert found == ["requests with a damaged code: the right source"]


def test_a_report_that_is_not_the_database_or_not_what_is_counted_anew_is_found() -> None:
    ledger = a_ledger()
    measured = a_report(ledger)
    assert missed(ledger, replace(measured, stored={**measured.stored, "submitted": 31})) == ["submitted: report less database"]
    assert missed(ledger, replace(measured, rebuilt={**measured.rebuilt, "umur": []})) == ["tables that differ after a rebuild"]


def test_ranks_correlate_as_worked_by_hand() -> None:
    truth = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0, "e": 5.0}
    assert spearman(truth, truth) == pytest.approx(1)
    assert spearman(truth, {key: -value for key, value in truth.items()}) == pytest.approx(-1)
    assert spearman(truth, {"a": 2, "b": 1, "c": 3, "d": 5, "e": 4}) == pytest.approx(1 - 6 * 4 / (5 * 24))
    assert spearman({"a": 1, "b": 2, "c": 2, "d": 3}, {"a": 1, "b": 2, "c": 3, "d": 4}) == pytest.approx(0.9486833)
    assert spearman(truth, dict.fromkeys(truth, 1.0)) == 0


def test_what_is_kept_is_read_again_as_it_was(tmp_path: Path) -> None:
    ledger = a_ledger()
    kept = KeptCampaign(ledger, a_report(ledger), {"seconds": 1, "commit": "abc"})
    save(kept, tmp_path / "kept.json")
    assert load(tmp_path / "kept.json") == kept
