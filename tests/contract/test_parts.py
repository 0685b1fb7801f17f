"""What documents say and what courts decide: registered like events, each with a golden sample, a schema and a baseline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from shared.contracts.contents import CONTENTS, ContentInvalid, read_content
from shared.contracts.decisions import DECISIONS
from shared.contracts.envelope import Contract
from shared.contracts.verification import RequestApproved

HERE: Final = Path(__file__).parent
GOLDEN: Final = HERE / "golden"
SCHEMAS: Final = HERE.parents[1] / "docs" / "events" / "schemas"
PARTS: Final[Mapping[str, type[Contract]]] = {
    **{f"contents/{name}": model for name, model in CONTENTS.items()},
    **{f"decisions/{kind}": model for kind, model in DECISIONS.items()},
}


def golden(name: str) -> dict[str, Any]:
    sample: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return sample


def test_every_part_has_a_golden_sample_and_every_sample_a_part() -> None:
    assert {path.relative_to(GOLDEN).with_suffix("").as_posix() for path in GOLDEN.glob("*/*.json")} == set(PARTS)


@pytest.mark.parametrize("name", PARTS)
def test_a_golden_sample_reads_and_writes_back_the_same(name: str) -> None:
    assert PARTS[name].model_validate(golden(name)).model_dump(mode="json") == golden(name)


@pytest.mark.parametrize("name", PARTS)
def test_a_golden_sample_fits_the_published_schema(name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(golden(name))


@pytest.mark.parametrize("kind", DECISIONS)
def test_a_golden_decision_is_of_its_kind(kind: str) -> None:
    assert golden(f"decisions/{kind}")["kind"] == kind


@pytest.mark.parametrize("content_type", CONTENTS)
def test_reading_a_content_ignores_what_a_newer_publisher_added(content_type: str) -> None:
    sample = golden(f"contents/{content_type}")
    assert read_content(content_type, {**sample, "added_later": 1}) == read_content(content_type, sample)


def test_a_content_that_is_none_has_a_code_and_names_fields_and_never_values() -> None:
    with pytest.raises(ContentInvalid) as unknown:
        read_content("family_card.v9", {})
    assert unknown.value.code == "content_type_unknown"
    with pytest.raises(ContentInvalid) as invalid:
        read_content("family_card.v1", {**golden("contents/family_card.v1"), "kk_number": "351901010185000X"})
    assert (invalid.value.code, invalid.value.detail) == ("content_invalid", "kk_number")
    assert "351901010185000X" not in str(invalid.value)


def test_the_golden_approval_carries_contents_that_its_content_types_allow() -> None:
    approved = RequestApproved.model_validate(golden(RequestApproved.type)["data"])
    assert tuple(order.key for order in approved.personal.documents) == approved.documents
    for order in approved.personal.documents:
        assert read_content(order.content_type, order.content).model_dump(mode="json") == order.content
