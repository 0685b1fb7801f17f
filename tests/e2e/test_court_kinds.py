"""Each kind of decision that courts send, by API: to the documents of every party and the register after, or to "recorded"."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from deploy.local import journeys
from deploy.local.office import Officer, effects
from deploy.local.stack import Stack
from deploy.local.travel import ANSWER_SECONDS, Places, Travel
from shared.reference.decision_kinds import decision_kinds
from tests.support.pdf import text_of
from tests.support.samples.courts import COURT_KINDS, Decision, decisions_for
from tests.support.samples.people import Change, Sample

FOLLOWED = [kind for kind, known in COURT_KINDS.items() if known.products]
RECORDED = [kind for kind, known in COURT_KINDS.items() if not known.products]


@pytest.fixture(scope="module")
def sample(stack: Stack) -> Sample:
    return Sample.of(stack)


def test_every_kind_is_in_the_table() -> None:
    assert set(COURT_KINDS) == set(decision_kinds())
    assert set(RECORDED) == {kind.id for kind in decision_kinds().values() if kind.service is None}


@pytest.mark.parametrize("kind", FOLLOWED)
async def test_a_decision_brings_its_documents(kind: str, sample: Sample, places: Places) -> None:
    known, (*before, decision) = COURT_KINDS[kind], decisions_for(sample, kind, 0)
    for earlier in before:
        await journeys.court(places, earlier)
    result = await journeys.court(places, decision, by_officer=not known.by_rules)
    assert Counter(paper.product for paper in result.papers) == Counter(known.products)
    texts = [text_of(paper.pdf) for paper in result.papers]
    assert any(decision.get("new_name", _first(decision)["name"]) in text for text in texts)
    if known.change is not None:
        await _check_change(known.change, decision, result.receipts[0], places)


@pytest.mark.parametrize("kind", RECORDED)
async def test_a_decision_is_recorded_and_the_court_told(kind: str, sample: Sample, places: Places) -> None:
    (decision,) = decisions_for(sample, kind, 0)
    async with Travel(places, lambda _who, _what: None) as travel:
        sent = await travel.call("POST", f"{places.court}/sim/decisions", json={"decision": decision})
        url = f"{places.court}/sim/decisions/{sent['id']}"
        told = await travel.call("GET", url, params={"callbacks": 1, "wait_seconds": ANSWER_SECONDS})
    assert (told["state"], told["answer"]["state"], told["answer"]["requests"]) == ("accepted", "recorded", [])
    assert [each["type"] for each in told["callbacks"]] == ["decision.recorded"]
    assert told["callbacks"][0]["data"]["case_id"] == told["answer"]["case_id"]


async def test_the_same_decision_twice_is_one_case_and_other_content_is_refused(sample: Sample, places: Places) -> None:
    (decision,) = decisions_for(sample, "perwalian", 1)
    first, again = await _answer(places, decision), await _answer(places, decision)
    assert again["answer"]["case_id"] == first["answer"]["case_id"]
    other = await _answer(places, {**decision, "scope": "property"})
    assert (other["state"], other["answer"]["code"]) == ("refused", "decision_closed")


async def test_a_general_court_sends_changes_of_name_alone(sample: Sample, places: Places) -> None:
    (decision,) = decisions_for(sample, "perubahan_nama", 1)
    wrong = {**decision, "kind": "itsbat_nikah"}
    answer = (await _answer(places, wrong))["answer"]
    assert [(each["field"], each["code"]) for each in answer["errors"]] == [("court_code", "court_not_competent")]


async def _answer(places: Places, decision: Decision) -> dict[str, Any]:
    async with Travel(places, lambda _who, _what: None) as travel:
        sent = await travel.call("POST", f"{places.court}/sim/decisions", json={"decision": decision})
        url = f"{places.court}/sim/decisions/{sent['id']}"
        answered: dict[str, Any] = await travel.call("GET", url, params={"wait_seconds": ANSWER_SECONDS})
        return answered


async def _check_change(wanted: Change, decision: Decision, receipt: str, places: Places) -> None:
    async with Travel(places, lambda _who, _what: None) as travel:
        request_id = (await travel.request(receipt))["request_id"]
        change = effects(await Officer(travel).history(_first(decision)["kk_number"], request_id))
    assert change["basis"] == wanted.basis
    for effect, least in wanted.effects.items():
        assert change["effects"].get(effect, 0) >= least, change


def _first(decision: Decision) -> dict[str, Any]:
    """The first party whose documents follow."""
    found: dict[str, Any] = decision[decision_kinds()[decision["kind"]].served[0]]
    return found
