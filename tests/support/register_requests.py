"""What people and courts ask of the register in its state machine, and what the documents that follow must show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.verification.domain.register import Family
from services.verification.domain.rules import Plan, RegisterChange
from services.verification.domain.submission import Answers, CourtDecision, Person, Submission
from shared.values import Contact, VouchedBy, Vouching


def arriving(nik: str, relation: str) -> dict[str, Any]:
    """Return the row of a newcomer."""
    row = {"nik": nik, "name": "JOKO SUSILO", "sex": "L", "birth_place": "KEDIRI", "born_on": "1985-06-12", "relation": relation}
    terms = {"marital": "single", "religion": "islam", "education": "primary", "occupation": "o015", "blood_type": "o"}
    return row | terms | {"father": "SUTRISNO", "mother": "SULASTRI"}


def check_documents(plan: Plan, change: RegisterChange) -> None:
    """Each open family whose card changes has a new one as it is afterwards; the card of each closed one is replaced."""
    abouts = [ordered.about for ordered in plan.documents]
    assert len(set(abouts)) == len(abouts)
    replaced = {about for ordered in plan.documents for about in ordered.replaces}
    gone = (*change.died, *(change.moved_out if change.abroad else ()))
    ended = {f"{kind}:{nik}" for nik in gone for kind in ("ktp", "kia")}
    printed = {family.kk_number: family for family in printed_cards(plan)}
    closed = {f"kk:{family.kk_number}" for family in change.families if family.closed_on}
    left = {f"kk:{family.kk_number}" for family in change.families if not family.closed_on and family.kk_number not in printed}
    assert closed <= replaced - ended <= closed | left
    for family in change.families:
        if family.closed_on is None and plan.documents[-1].product != "kia":
            assert printed.get(family.kk_number, family) == family
    assert set(printed) <= {family.kk_number for family in change.families if family.closed_on is None}


def printed_cards(plan: Plan) -> Iterable[Family]:
    """Return the families whose card is printed."""
    return (ordered.content.family for ordered in plan.documents if ordered.product == "kk")  # type: ignore[union-attr]


def submission(service: str, answers: dict[str, Any]) -> Submission:
    """Return a request with these answers."""
    return Submission(
        request_id="01938b3e-0000-7000-8000-000000000011",
        receipt="MDN-7K4Q-9F2X",
        channel="adapter",
        service=service,
        products=("kk",),
        submitted_at=datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
        contact=Contact(channel="adapter", address="bench"),
        applicant=Person(nik=answers.get("nik"), kk_number=answers.get("kk_number")),
        answers=Answers(answers),
    )


def of_court(service: str, nik: str, ruling: CourtDecision) -> Submission:
    """Return the request of a party of a decision."""
    asked = submission(service, {"nik": nik, "kk_number": None})
    return replace(
        asked, answers=Answers(), products=("kk", "ktp", "kia"), decision=ruling, case_id="case", vouching=Vouching(VouchedBy.COURT)
    )
