"""Each kind of decision that courts send, by API: to the documents of every party and the register after, or to "recorded"."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.local.stack import Stack
from deploy.local.travel import ANSWER_SECONDS, Places, Travel
from shared.reference.decision_kinds import decision_kinds
from tests.journeys.courts import by_court
from tests.journeys.online import Ground
from tests.support.samples.courts import COURT_KINDS, Decision, decisions_for
from tests.support.samples.people import Sample


@pytest.fixture(scope="module")
def ground(stack: Stack) -> Ground:
    return Ground(stack, Sample.of(stack))


def test_every_kind_is_in_the_table() -> None:
    assert set(COURT_KINDS) == set(decision_kinds())


@pytest.mark.parametrize("kind", COURT_KINDS)
async def test_a_decision_brings_its_documents_or_is_recorded(kind: str, ground: Ground) -> None:
    brought = await by_court(ground, kind)
    assert bool(brought.sheets) == (decision_kinds()[kind].service is not None)


async def test_the_same_decision_twice_is_one_case_and_other_content_is_refused(ground: Ground, places: Places) -> None:
    (decision,) = decisions_for(ground.sample, "perwalian", 1)
    first, again = await _answer(places, decision), await _answer(places, decision)
    assert again["answer"]["case_id"] == first["answer"]["case_id"]
    other = await _answer(places, {**decision, "scope": "property"})
    assert (other["state"], other["answer"]["code"]) == ("refused", "decision_closed")


async def test_a_general_court_sends_changes_of_name_alone(ground: Ground, places: Places) -> None:
    (decision,) = decisions_for(ground.sample, "perubahan_nama", 1)
    wrong = {**decision, "kind": "itsbat_nikah"}
    answer = (await _answer(places, wrong))["answer"]
    assert [(each["field"], each["code"]) for each in answer["errors"]] == [("court_code", "court_not_competent")]


async def _answer(places: Places, decision: Decision) -> dict[str, Any]:
    async with Travel(places, lambda _who, _what: None) as travel:
        sent = await travel.call("POST", f"{places.court}/sim/decisions", json={"decision": decision})
        url = f"{places.court}/sim/decisions/{sent['id']}"
        answered: dict[str, Any] = await travel.call("GET", url, params={"wait_seconds": ANSWER_SECONDS})
        return answered
