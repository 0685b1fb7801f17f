"""Every kind of decision that courts send, by the court's API: to the documents of every party and the register after, or to "recorded".

What is decided and what comes of it are the rows of `tests.support.samples.courts.COURT_KINDS`: a new kind is played by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from deploy.local import journeys
from deploy.local.office import Officer, effects
from deploy.local.travel import ANSWER_SECONDS, JourneyError, Travel
from shared.reference.decision_kinds import decision_kinds
from tests.journeys.brought import Brought, Sheet
from tests.journeys.online import Ground
from tests.support.samples.courts import COURT_KINDS, Decision, decisions_for


async def by_court(ground: Ground, kind: str) -> Brought:
    """Have a court send a decision of a kind, and what has to come before it.

    Raises:
        JourneyError: a step did not bring what it should.
    """
    known, (*before, decision) = COURT_KINDS[kind], decisions_for(ground.sample, kind, 0)
    given = list(_given(kind, decision))
    for earlier in before:
        await journeys.court(ground.places, earlier)
    if not known.products:
        await _recorded(ground, decision)
        return Brought((), None, len(given), sum(given))
    result = await journeys.court(ground.places, decision, by_officer=not known.by_rules)
    change = await _change(ground, decision, result.receipts[0]) if known.change else None
    brought = Brought(tuple(Sheet.of(paper) for paper in result.papers), change, len(given), sum(given))
    brought.check(known.products, known.change)
    texts = "\n".join(sheet.text for sheet in brought.sheets)
    if missing := [role for role, party in served(decision) if decision.get("new_name", party["name"]) not in texts]:
        raise JourneyError(f"no document names {missing}")
    return brought


def served(decision: Decision) -> Sequence[tuple[str, dict[str, Any]]]:
    """Return those whose documents follow, by role."""
    return [(role, decision[role]) for role in decision_kinds()[decision["kind"]].served]


async def _recorded(ground: Ground, decision: Decision) -> None:
    """Have a court send a decision of which nothing follows but that it is kept.

    Raises:
        JourneyError: something else came of it, or the court was not told.
    """
    async with Travel(ground.places, lambda _who, _what: None) as travel:
        sent = await travel.call("POST", f"{ground.places.court}/sim/decisions", json={"decision": decision})
        url = f"{ground.places.court}/sim/decisions/{sent['id']}"
        told = await travel.call("GET", url, params={"callbacks": 1, "wait_seconds": ANSWER_SECONDS})
    answer = told["answer"]
    if (told["state"], answer.get("state"), answer.get("requests")) != ("accepted", "recorded", []):
        raise JourneyError(f"the decision was to be recorded, and intake answered {told['state']}: {answer}")
    if [(each["type"], each["data"]["case_id"]) for each in told["callbacks"]] != [("decision.recorded", answer["case_id"])]:
        raise JourneyError(f"the court was told {[each['type'] for each in told['callbacks']]}, expected that it is recorded")


async def _change(ground: Ground, decision: Decision, receipt: str) -> dict[str, Any]:
    (_, party), *_ = served(decision)
    async with Travel(ground.places, lambda _who, _what: None) as travel:
        request_id = (await travel.request(receipt))["request_id"]
        return effects(await Officer(travel).history(party["kk_number"], request_id))


def _given(kind: str, decision: Decision) -> Iterator[bool]:
    """Yield for each field of a decision, person by person and row by row, whether the court gave it."""
    for field in decision_kinds()[kind].form.fields:
        value = decision.get(field.name)
        if field.is_group:
            rows = value if isinstance(value, Sequence) else [value] if value else []
            yield from (cell.name in row for row in rows for cell in field.fields)
        else:
            yield value is not None
