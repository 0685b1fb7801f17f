"""What can be printed is known before the approval: whatever the check lets pass, the contract takes; the rest is an officer's."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from services.verification.domain.contents import BirthCertificate, FamilyCard, ParentNamed
from services.verification.domain.finding import failure
from services.verification.domain.policy import CaseRoute, route
from services.verification.domain.printing import check_card, check_plan, ensure_printable
from services.verification.domain.register import Family
from services.verification.domain.rules import Application, Ordered, Plan
from services.verification.domain.services import RULES
from services.verification.domain.submission import Submission
from services.verification.events import content_of
from shared.contracts import contents
from shared.errors import DomainError
from shared.reference.catalogue import catalogue
from shared.reference.printing import LONGEST, MOST_MEMBERS
from tests.support import families as people


def large(members: int) -> Family:
    """A family of so many."""
    children = tuple(people.child(f"35190803021{serial:05d}", date(2013, 2, 3)) for serial in range(1, members))
    return people.family(people.member(), *children)


def plan(submission: Submission, family: Family) -> Plan:
    return RULES[submission.service].plan(Application((submission,)), people.register(family), ("3519080000000001",), people.TODAY)


@pytest.mark.parametrize(("members", "found"), [(1, []), (30, []), (31, ["card_too_large"]), (60, ["card_too_large"])])
def test_a_card_of_more_persons_than_the_contract_takes_is_an_officers(members: int, found: list[str]) -> None:
    findings = check_plan(plan(people.lost_card(), large(members)))
    assert [finding.code for finding in findings] == found
    if findings:
        assert route(findings, catalogue().get("kk_hilang")).route is CaseRoute.STAFF


def test_the_most_members_are_those_of_the_contract() -> None:
    [limit] = [each.max_length for each in contents.FamilyCardContent.model_fields["members"].metadata if hasattr(each, "max_length")]
    assert limit == MOST_MEMBERS


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "王小明"}, "name"),
        ({"name": "BUDI\nSANTOSO"}, "name"),
        ({"name": "B" * 61}, "name"),
        ({"name": "\u0410NNA"}, "name"),  # a Cyrillic A
        ({"occupation": "X" * 61}, "occupation"),
        ({"religion": "X" * 33}, "religion"),
        ({"passport": "\u200bA1"}, "passport"),
        ({"sex": "M"}, "sex"),
        ({"nik": "35190811078800x1"}, "nik"),
    ],
)
def test_a_row_that_can_not_be_printed_is_named_by_its_place(change: dict[str, str], field: str) -> None:
    child = replace(people.child(people.SON, date(2013, 2, 3)), **change)  # type: ignore[arg-type]
    made = plan(people.lost_card(), people.family(people.member(), child))
    assert check_plan(made) == (failure("register_unprintable", f"kk.members[1].{field}"),)
    with pytest.raises(DomainError, match="register_unprintable"):
        ensure_printable(made)


@pytest.mark.parametrize(
    ("column", "text"), [("address", "J" * 241), ("address", "A\0B"), ("rt", "RT 04"), ("rw", "1234"), ("postal_code", "631510")]
)
def test_so_is_the_head_of_the_card(column: str, text: str) -> None:
    family = replace(people.family(), **{column: text})  # type: ignore[arg-type]
    assert list(check_card(family)) == [failure("register_unprintable", f"kk.{column}")]


def test_a_divorce_that_makes_a_card_too_large_is_found() -> None:
    children = tuple(people.child(f"35190803021{serial:05d}", date(2013, 2, 3)) for serial in range(1, 32))
    family = people.family(people.member(), people.wife(), *children)
    assert [finding.code for finding in check_plan(plan(people.divorce(people.HUSBAND), family))] == ["card_too_large"]


def test_a_card_and_a_certificate_are_checked_as_well_as_the_family_card() -> None:
    wrong = people.family(people.member(name="王小明"))
    found = check_plan(plan(people.lost_card(service="ktp_hilang", products=("ktp",)), wrong))
    assert found == (failure("register_unprintable", "ktp.member.name"),)
    born = BirthCertificate(people.SON, "A B", "L", people.TODAY, None, "MADIUN", 1, 1, late=False, father=ParentNamed("B" * 61))
    ordered = Ordered("akta_kelahiran", born, "A B", f"akta_kelahiran:{people.SON}")
    assert check_plan(Plan((ordered,))) == (failure("register_unprintable", "akta_kelahiran.father.name"),)


ANY = st.text(max_size=70)


@settings(max_examples=300, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.data())
def test_whatever_passes_the_check_the_contract_takes(data: st.DataObject) -> None:
    column = data.draw(st.sampled_from([*LONGEST, "nik", "sex", "kk_number"]))
    text = data.draw(ANY | st.from_regex(r"[0-9]{15,17}", fullmatch=True))
    count = data.draw(st.integers(0, 32))
    members = tuple(large(max(count, 1)).members)[:count]
    card = replace(people.family(), members=members)
    if column in ("address", "rt", "rw", "postal_code", "kk_number"):
        card = replace(card, **{column: text})  # type: ignore[arg-type]
    elif members:
        card = replace(card, members=(replace(members[0], **{column: text}), *members[1:]))  # type: ignore[arg-type]
    assume(not list(check_card(card)))
    content_of(FamilyCard(card))
