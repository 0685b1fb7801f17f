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

SAME = [
    (parts.Contact, values.Contact),
    (parts.Attachment, values.Attachment),
    (parts.Vouching, values.Vouching),
    (parts.Person, submission.Person),
    (decisions.DivorceDecision, submission.CourtDecision),
    (decisions.CourtParty, submission.CourtParty),
    (decisions.CourtChild, submission.CourtChild),
]
WITHIN = [
    (parts.Contact, RequestOrigin),
    (parts.Vouching, SenderVouching),
    (decisions.DivorceDecision, court.CourtDecision),
    (decisions.CourtParty, court.CourtParty),
    (decisions.CourtChild, court.CourtChild),
]


def names(shape: Any) -> set[str]:
    return {field.name for field in fields(shape)}


@pytest.mark.parametrize(("contract", "shape"), SAME)
def test_what_is_carried_through_has_the_contracts_fields_and_no_others(contract: type[Contract], shape: type) -> None:
    assert names(shape) == set(contract.model_fields)


@pytest.mark.parametrize(("contract", "shape"), WITHIN)
def test_what_is_published_has_every_field_of_the_contract(contract: type[Contract], shape: type) -> None:
    assert names(shape) >= set(contract.model_fields)
