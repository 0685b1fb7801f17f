"""Parts of contracts are read off dataclasses by name: a field that is called otherwise there would silently be left out."""

from dataclasses import fields
from typing import Any

import pytest

from services.intake.domain import court
from services.intake.domain.requests import RequestOrigin
from services.intake.domain.vouching import SenderVouching
from services.verification.domain import submission
from shared import values
from shared.contracts import decisions, parts
from shared.contracts.envelope import Contract
from shared.reference.decision_kinds import decision_kinds

SAME = [
    (parts.Contact, values.Contact),
    (parts.Attachment, values.Attachment),
    (parts.Vouching, values.Vouching),
    (parts.Person, submission.Person),
    (decisions.CourtParty, submission.CourtParty),
    (decisions.CourtChild, submission.CourtChild),
]
WITHIN = [
    (parts.Contact, RequestOrigin),
    (parts.Vouching, SenderVouching),
    (decisions.CourtDecision, court.CourtDecision),
    (decisions.CourtDecision, submission.CourtDecision),
    (decisions.CourtParty, court.CourtParty),
]


def names(shape: Any) -> set[str]:
    return {field.name for field in fields(shape)}


@pytest.mark.parametrize(("contract", "shape"), SAME)
def test_what_is_carried_through_has_the_contracts_fields_and_no_others(contract: type[Contract], shape: type) -> None:
    assert names(shape) == set(contract.model_fields)


@pytest.mark.parametrize(("contract", "shape"), WITHIN)
def test_what_is_published_has_every_field_of_the_contract(contract: type[Contract], shape: type) -> None:
    assert names(shape) >= set(contract.model_fields)


@pytest.mark.parametrize("kind", decisions.DECISIONS)
def test_a_decision_travels_with_the_fields_of_its_description(kind: str) -> None:
    known, own = decision_kinds()[kind], set(decisions.DECISIONS[kind].model_fields) - set(decisions.CourtDecision.model_fields)
    assert own == {field.name for field in known.own_fields} | set(known.ruled)
    left_out = {name for name, field in decisions.DECISIONS[kind].model_fields.items() if not field.is_required()}
    assert {field.name for field in known.own_fields if field.may_be_left_out} <= left_out
