"""A birth that the register has already, and a parent whom it does not have."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.contents import BirthCertificate, ParentNamed
from services.verification.domain.policy import CaseRoute, way_of
from services.verification.domain.register import Former, Member
from services.verification.domain.rules import Application
from services.verification.domain.services import RULES
from shared.errors import DomainError
from shared.reference.population import Effect, KkMarital, Relation
from tests.support import families as people
from tests.support.applications import GUARDIAN, NEW_NIK, WITNESSES, after, codes, fields, guardian_family, planned
from tests.support.families import HUSBAND, KK, WIFE
from tests.unit.verification.test_birth_rules import birth


def delivered(*, birth_order: int | None = 3, name: str = "BAGUS DARMAWAN", mother: str = "TITIK FITRIANI") -> Member:
    """The child of the first request, as the register has it once its documents are issued."""
    row = people.child("3519082011260009", date(2026, 11, 20), birth_order=birth_order)
    return replace(row, name=name, mother=mother)


TWIN = {"plurality": "twin", "birth_order": 4, "child_name": "Satria Wicaksana"}


@pytest.mark.parametrize(
    ("changes", "row", "found"),
    [
        ({"child_name": "Bagus Darmawan"}, delivered(), {"birth_already_registered", "child_already_registered"}),
        ({"child_name": "Baguss Dharmawan"}, delivered(), {"birth_already_registered"}),
        (TWIN | {"birth_order": 3}, delivered(), {"birth_already_registered"}),
        ({"child_name": "Baguss Dharmawan", "birth_order": 4}, delivered(), {"child_perhaps_registered"}),
        ({"child_name": "Baguss Dharmawan", "plurality": "twin", "birth_order": 4}, delivered(), set()),
        ({"child_name": "Baguss Dharmawan"}, delivered(birth_order=None), {"child_perhaps_registered"}),
        (TWIN | {"child_name": "Baguss Dharmawan"}, delivered(birth_order=None), {"child_perhaps_registered"}),
        ({"child_name": "Satria Wicaksana", "birth_order": 4}, delivered(), {"plurality_differs"}),
        (TWIN, delivered(), set()),
        (TWIN | {"birth_order": 3, "child_sex": "P"}, delivered(), set()),
        (TWIN | {"birth_order": 3}, delivered(mother="SRI LESTARI"), set()),
    ],
)
def test_one_child_is_not_certified_twice_and_twins_are(changes: dict[str, Any], row: Member, found: set[str]) -> None:
    family = people.family(*people.family().members, row)
    assert codes(birth(**changes), people.register(family), failures_only=True) == found


def test_the_finding_names_the_other_child_and_the_same_birth_is_refused() -> None:
    earlier = people.family(people.member(GUARDIAN, name="AGUS"), kk_number="3519011203150002")
    register = people.register(earlier, people.family(*people.family().members, delivered()))
    request = birth(child_name="Baguss Dharmawan", birth_order=4)
    place = fields(request, register)["child_perhaps_registered"]
    assert place == "registered[1].members[4]"
    assert list(register.by_kk.values())[1].members[4].name == "BAGUS DARMAWAN"
    ways = RULES["akta_lahir"].ways
    assert (way_of("child_perhaps_registered", ways), way_of("plurality_differs", ways)) == (CaseRoute.STAFF, CaseRoute.STAFF)
    assert way_of("birth_already_registered", ways) is CaseRoute.REJECT
    with pytest.raises(DomainError, match="birth_already_registered"):
        planned(birth(child_name="Baguss Dharmawan"), register)


def test_a_birth_reported_for_another_card_is_held_against_the_mothers() -> None:
    """The mother's own card has the child; the second request would put it on its grandmother's."""
    home = people.family(*people.family().members, delivered())
    grandmother = people.family(people.member(GUARDIAN, name="INTAN AZIZAH", sex="P"), kk_number="3519011203150002")
    found = codes(birth(kk_number="3519011203150002", child_name="Baguss Dharmawan"), people.register(home, grandmother))
    assert {"mother_not_on_card", "birth_already_registered"} <= found


OTHER_PARENT = {
    "elsewhere_name": "John Smith",
    "elsewhere_citizenship": "foreign",
    "elsewhere_born_on": "1985-04-01",
}


def of_stranger(role: str, **changes: Any) -> Application:
    own = {"mother": "father", "father": "mother"}[role]
    niks = {f"{role}_nik": None, f"{own}_nik": HUSBAND if own == "father" else WIFE, "nik": HUSBAND if own == "father" else WIFE}
    return birth(**({"parents": f"{role}_elsewhere", "relation": own} | niks | OTHER_PARENT | changes))


@pytest.mark.parametrize("role", ["mother", "father"])
def test_a_parent_who_is_not_in_this_register_stands_on_the_certificate_by_an_officer(role: str) -> None:
    request = of_stranger(role)
    other = {"mother": WIFE, "father": HUSBAND}[role]
    register = people.register(people.family(*(each for each in people.family().members if each.nik != other)))
    assert fields(request, register) == {"parent_not_in_register": "answers.elsewhere_name"}
    assert way_of("parent_not_in_register", RULES["akta_lahir"].ways) is CaseRoute.STAFF
    plan = planned(request, register)
    certificate, child = plan.documents[0].content, after(plan)[KK].member(NEW_NIK)
    assert isinstance(certificate, BirthCertificate)
    assert child is not None
    named = {"mother": certificate.mother, "father": certificate.father}
    assert named.pop(role) == ParentNamed("JOHN SMITH", None, "WNA")
    assert [parent and parent.nik for parent in named.values()] == [HUSBAND if role == "mother" else WIFE]
    assert (certificate.kind, getattr(child, role), child.citizenship, child.relation) == (1, "JOHN SMITH", "WNI", Relation.CHILD)


@pytest.mark.parametrize(
    ("changes", "code", "field", "way"),
    [
        ({"elsewhere_nik": GUARDIAN}, "parent_in_register", "answers.elsewhere_nik", CaseRoute.RETURN),
        ({"elsewhere_nik": "3171015502850004"}, "father_sex_differs", "answers.elsewhere_nik", CaseRoute.RETURN),
        ({"elsewhere_born_on": "2020-01-01"}, "father_too_young", "answers.elsewhere_born_on", CaseRoute.STAFF),
        ({"elsewhere_born_on": "2026-11-20"}, "child_older_than_parent", "answers.elsewhere_born_on", CaseRoute.RETURN),
        (
            {"elsewhere_nik": "3171011502850004", "witnesses": [WITNESSES[0], {"nik": "3171011502850004", "name": "John Smith"}]},
            "witness_is_parent",
            "answers.witnesses[1].nik",
            CaseRoute.RETURN,
        ),
        ({"relation": "father", "nik": HUSBAND}, "relation_differs", "answers.relation", CaseRoute.RETURN),
    ],
)
def test_what_is_wrong_with_a_parent_elsewhere_is_named(changes: dict[str, Any], code: str, field: str, way: CaseRoute) -> None:
    found = fields(of_stranger("father", **changes), people.register(people.family(), guardian_family()))
    assert found.get(code) == field
    assert way_of(code, RULES["akta_lahir"].ways) is way


@pytest.mark.parametrize("role", ["mother", "father"])
def test_who_lives_with_a_spouse_by_the_register_has_no_other_one_elsewhere(role: str) -> None:
    """An officer who compares the papers must be told that the card names another father or mother by marriage."""
    found = fields(of_stranger(role), people.register())
    assert found == {"parent_not_in_register": "answers.elsewhere_name", "parents_not_spouses": "answers.parents"}


def test_a_dead_parent_of_this_register_is_no_parent_elsewhere() -> None:
    """Named as such, a man who died years before the birth would stand on the certificate: nobody would hold his death against it."""
    buried = Former(people.member(GUARDIAN), date(2020, 1, 1), Effect.DIED, date(2019, 12, 20), "3519-KM-20122019-0001")
    register = people.register(replace(people.family(), former=(buried,)))
    assert fields(of_stranger("father", elsewhere_nik=GUARDIAN), register)["parent_in_register"] == "answers.elsewhere_nik"


def test_the_child_of_a_mother_elsewhere_is_for_its_fathers_card_and_he_is_married() -> None:
    request = of_stranger("mother", kk_number="3519011203150002")
    register = people.register(people.family(people.member(marital=KkMarital.SINGLE)), guardian_family())
    assert codes(request, register, failures_only=True) == {"parent_not_in_register", "father_not_on_card", "parents_not_married"}


def test_the_same_birth_of_a_mother_elsewhere_is_refused() -> None:
    family = people.family(*people.family().members, delivered(mother="JOHN SMITH"))
    assert "birth_already_registered" in codes(of_stranger("mother"), people.register(family))
