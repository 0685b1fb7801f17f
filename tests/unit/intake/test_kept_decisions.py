"""A court's case as it is kept: of every kind, and as it was kept while there were divorces alone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.intake.domain.court import CourtParty, decision_from, fingerprint
from services.intake.ports import CourtCase
from services.intake.store.cases import CASES
from shared.reference.decision_kinds import decision_kinds
from tests.unit.intake.test_court_rules import ALL, BODY, TODAY

AT = datetime(2026, 11, 24, 2, tzinfo=UTC)


def kept(case: CourtCase) -> dict[str, Any]:
    return {"_id": case.case_id, **CASES.to_doc(case)}


@pytest.mark.parametrize("decision", [decision_from(BODY, TODAY), *ALL], ids=lambda decision: decision.kind)
def test_what_a_court_decided_comes_back_as_it_was(decision: Any) -> None:
    case = CourtCase("case-1", decision.key, decision, "f", (), AT)
    again = CASES.from_doc(kept(case)).decision
    assert (again.kind, again.decided_on, again.final_on) == (decision.kind, decision.decided_on, decision.final_on)
    assert again.persons == decision.persons
    for each in decision_kinds()[decision.kind].own_fields:
        assert (again.answers[each.name] or None) == (decision.answers.get(each.name) or None)


def test_a_divorce_from_before_the_kinds_were_described_is_read() -> None:
    decision = decision_from(BODY, TODAY)
    doc = kept(CourtCase("case-1", decision.key, decision, fingerprint(decision), (), AT))
    flat = {**doc["decision"], **doc["decision"]["answers"]}
    del flat["answers"], flat["unread"]
    again = CASES.from_doc({**doc, "decision": flat}).decision
    assert isinstance(again.answers["wife"], CourtParty)
    assert (again.answers["wife"].born_on, again.day("deed_on")) == (date(1988, 2, 5), date(2026, 10, 20))
    assert again.rows("children")[0]["custody_nik"] == "3519084502880004"
