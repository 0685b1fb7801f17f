"""The court's page has an Indonesian sentence for every code that intake may answer a decision with, and a name for every field."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from services.intake.api.court import PATH, ChildBody, DecisionBody, PartyBody
from services.intake.domain.decisions import PROBLEMS

TEXTS = json.loads(Path("deploy/simulators/court/static/texts.json").read_text(encoding="utf-8"))
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
    for name in DecisionBody.model_fields:
        bodies += [{key: value for key, value in GOOD.items() if key != name}, *({**GOOD, name: strange} for strange in STRANGE)]
    for party, model in (("husband", PartyBody), ("wife", PartyBody)):
        bodies += [{**GOOD, party: {**GOOD[party], name: strange}} for name in model.model_fields for strange in STRANGE]
    bodies += [{**GOOD, "children": [{**GOOD["children"][0], name: strange}]} for name in ChildBody.model_fields for strange in STRANGE]
    found = set()
    for body in bodies:
        try:
            DecisionBody.model_validate(body)
        except ValidationError as error:
            found |= {item["type"] for item in error.errors()}
    return found


@pytest.mark.parametrize("codes", [documented, judged, of_values, of_shapes], ids=lambda codes: codes.__name__)
def test_every_code_has_a_sentence(codes: Any) -> None:
    wanted = codes()
    assert len(wanted) > 5
    assert wanted - set(TEXTS["codes"]) == set(), "say it in deploy/simulators/court/static/texts.json"


def test_every_field_has_a_name() -> None:
    models: tuple[type[BaseModel], ...] = (DecisionBody, PartyBody, ChildBody)
    assert {name for model in models for name in model.model_fields} - set(TEXTS["fields"]) == set()


def test_sentences_are_sentences() -> None:
    for code, text in TEXTS["codes"].items():
        assert re.fullmatch(r"[A-Z].+\.", text), code
