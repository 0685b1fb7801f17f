"""The court's page has an Indonesian sentence for every code that intake may answer a decision with, and a name for every field."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from deploy.simulators.court.kinds import forms
from services.intake.api.court import PATH
from services.intake.api.decision_bodies import PartyBody, body_of
from services.intake.domain.decisions import PROBLEMS
from shared.reference.courts import CourtKind
from shared.reference.decision_kinds import decision_kinds

TEXTS = json.loads(Path("deploy/simulators/court/static/texts.json").read_text(encoding="utf-8"))
BOOK = forms(tuple(CourtKind))
STRANGE: tuple[Any, ...] = (
    None,
    "",
    " ",
    "x" * 10_000,
    5,
    1.5,
    True,
    [],
    {},
    ["x"] * 31,
    [{}] * 31,
    "2026-99-99",
    "2026-01-01T10:00:00",
    "1.2.3",
    "12",
)
DAY, NIK = "2026-10-01", "3519010101800001"
GOOD: dict[str, Any] = {
    "decision_id": "d",
    "court_code": "PA.Kab.Mn",
    "case_number": "1",
    "kind": "cerai_gugat",
    "deed_number": "1",
    **dict.fromkeys(("decided_on", "final_on", "deed_on"), DAY),
    "husband": {"nik": NIK, "name": "A"},
    "wife": {"nik": NIK, "name": "B"},
    "children": [{"nik": NIK, "custody_nik": NIK}],
}


def documented() -> set[str]:
    """The codes of the route in intake's API document."""
    answers = json.loads(Path("docs/api/intake.json").read_text(encoding="utf-8"))["paths"][PATH]["post"]["responses"]
    return {code for answer in answers.values() for code in answer.get("x-codes", [])}


def judged() -> set[str]:
    """The codes of the rules for decisions."""
    return set(PROBLEMS)


def of_values() -> set[str]:
    """The codes of every value of the domain."""
    modules = (*Path("shared/values").glob("*.py"), Path("shared/reference/courts.py"))
    sources = "".join(module.read_text(encoding="utf-8") for module in modules)
    return set(re.findall(r'Malformed\("(\w+)"', sources))


def of_shapes() -> set[str]:
    """The codes of a body whose fields have another shape than they should."""
    bodies: list[Any] = list(STRANGE)
    for name in body_of("cerai_gugat").model_fields:
        bodies += [{key: value for key, value in GOOD.items() if key != name}, *({**GOOD, name: strange} for strange in STRANGE)]
    for party in ("husband", "wife"):
        bodies += [{**GOOD, party: {**GOOD[party], name: strange}} for name in PartyBody.model_fields for strange in STRANGE]
    child = GOOD["children"][0]
    bodies += [{**GOOD, "children": [{**child, name: strange}]} for name in (*child, "name") for strange in STRANGE]
    found = set()
    for body in bodies:
        try:
            body_of("cerai_gugat").model_validate(body)
        except ValidationError as error:
            found |= {item["type"] for item in error.errors()}
    return found


@pytest.mark.parametrize("codes", [documented, judged, of_values, of_shapes], ids=lambda codes: codes.__name__)
def test_every_code_has_a_sentence(codes: Any) -> None:
    wanted = codes()
    assert len(wanted) > 5
    assert wanted - set(TEXTS["codes"]) - set(BOOK["codes"]) == set(), "say it in deploy/simulators/court/static/texts.json"


def test_every_field_of_every_kind_has_a_name() -> None:
    assert [kind["id"] for kind in BOOK["kinds"]] == list(decision_kinds())
    for kind in BOOK["kinds"]:
        for field in kind["fields"]:
            assert field["label"], field["name"]
            assert {f"{field['name']}.{inner['name']}" for inner in field.get("fields", ())} <= set(BOOK["labels"])


def test_sentences_are_sentences() -> None:
    for code, text in TEXTS["codes"].items():
        assert re.fullmatch(r"[A-Z].+\.", text), code
