"""An answer of the register that makes no sense: whatever it is, it is told by its places, kept as it was, and nothing follows from it."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.verification.domain.answers import UnclearAnswer
from services.verification.domain.finding import Finding, failure
from services.verification.domain.policy import CaseRoute, route
from services.verification.domain.register import Family, Register
from services.verification.domain.register_rules import MORE_COLUMNS
from services.verification.domain.subjects import name_of
from services.verification.domain.unclear import MOST_TOLD, UNCLEAR, check_clear
from services.verification.store.registry import family_doc, understood
from shared.reference.catalogue import catalogue
from tests.support import families as people
from tests.support.families import HUSBAND, KK, TODAY, WIFE

LOST_CARD = catalogue().get("kk_hilang")


def answer(**changes: Any) -> dict[str, Any]:
    """The document of a family that is right in every respect, but for these fields."""
    return {"_id": KK, "version": 3, "seq": 2, "load_id": "l", **family_doc(people.family())} | changes


def with_row(index: int = 0, **changes: Any) -> dict[str, Any]:
    spoiled = deepcopy(answer())
    spoiled["members"][index] |= changes
    return spoiled


def places(doc: dict[str, Any]) -> dict[str, str | None]:
    """Place -> code of all that can't be understood."""
    found = understood(doc, on=TODAY)
    assert isinstance(found, UnclearAnswer), "it makes sense"
    return {line.place: line.code for line in found.flawed}


def test_a_family_that_makes_sense_is_one() -> None:
    assert understood(answer(), on=TODAY) == people.family(edition=3)
    ended = replace(people.family(), members=(), closed_on=TODAY)
    assert isinstance(understood({"_id": KK, "version": 1, **family_doc(ended)}, on=TODAY), Family), "it ended with nobody left"


@pytest.mark.parametrize(
    ("doc", "expected"),
    [
        (with_row(relation="ISTRI"), {"members": "one_head_needed"}),
        (with_row(1, relation="KEPALA KELUARGA"), {"members": "one_head_needed"}),
        (with_row(2, relation="ANAK ANGKAT?"), {"members[2].relation": "term_unknown"}),
        (with_row(religion="X"), {"members[0].religion": "term_unknown"}),
        (with_row(sex="M"), {"members[0].sex": "term_unknown"}),
        (with_row(marital=None), {"members[0].marital": "value_missing"}),
        (with_row(born_on="2026-13-45"), {"members[0].born_on": "date_malformed"}),
        (with_row(born_on=20130203), {"members[0].born_on": "value_not_text"}),
        (with_row(marital_on="kemarin"), {"members[0].marital_on": "date_malformed"}),
        (with_row(2, born_on="2026-11-25"), {"members[2].born_on": "date_in_future"}),
        (with_row(2, born_on="1789-07-14"), {"members[2].born_on": "date_too_early"}),
        (with_row(nik="351908110788000"), {"members[0].nik": "nik_not_16_digits"}),
        (with_row(nik="3519084513880001"), {"members[0].nik": "nik_date_impossible"}),
        (with_row(nik=3519081107880001), {"members[0].nik": "value_not_text"}),
        (with_row(1, nik=HUSBAND), {"members[1].nik": "nik_twice"}),
        (with_row(passport=None), {"members[0].passport": "value_missing"}),
        (with_row(birth_order="dua"), {"members[0].birth_order": "value_not_number"}),
        (with_row(disability=1), {"members[0].disability": "value_not_text"}),
        (with_row(birth_kind="1"), {"members[0].birth_kind": "value_not_number"}),
        (with_row(annulled="3519-LU-10052016-0007"), {"members[0].annulled": "value_not_text"}),
        (with_row(former_names="SUPARMI"), {"members[0].former_names": "value_not_text"}),
        (with_row(former_names=["SUPARMI", 1]), {"members[0].former_names": "value_not_text"}),
        (with_row(hobby="catur"), {"members[0]": "column_unknown"}),
        (with_row(3, closed_on="besok"), {"members[3].closed_on": "date_malformed"}),
        (answer(members=[]), {"members": "members_missing"}),
        (answer(members=None), {"members": "members_missing"}),
        (answer(members={"0": "SLAMET"}), {"members": "members_missing"}),
        (answer(members=["SLAMET"]), {"members[0]": "row_malformed"}),
        (answer(village_code="MADIUN"), {"village_code": "village_code_malformed"}),
        (answer(address=None), {"address": "value_missing"}),
        (answer(closed_on="2026-02-31"), {"closed_on": "date_malformed"}),
        (answer(version="satu"), {"version": "value_not_number"}),
        (answer(_id=42), {"kk_number": "value_not_text"}),
        ({"error": {"code": 500}}, None),
        ({}, None),
    ],
)
def test_what_makes_no_sense_is_told_by_its_place(doc: dict[str, Any], expected: dict[str, str] | None) -> None:
    found = places(doc)
    assert found == expected if expected is not None else {"members", "kk_number", "version"} <= found.keys()


def test_that_a_nik_and_a_birthday_differ_is_no_nonsense() -> None:
    assert isinstance(understood(with_row(born_on="1988-07-12"), on=TODAY), Family), "a NIK keeps the day of its first recording"


def test_the_answer_is_kept_as_it_was_with_what_of_it_makes_sense() -> None:
    doc = with_row(born_on="2026-13-45", hobby={"a": [1, None]}) | {"address": "x" * 10_000}
    found = understood(doc, on=TODAY)
    assert isinstance(found, UnclearAnswer)
    said = {line.place: line.text for line in found.lines}
    assert said["members[0].born_on"] == "2026-13-45"
    assert (said["members[0].hobby.a[0]"], said["members[0].hobby.a[1]"]) == ("1", "null")
    assert said["members[3].name"] == "SUSI WAHYUNI"
    assert len(said["address"]) == 500
    assert {KK, HUSBAND, WIFE} <= found.numbers
    assert (found.village_code, found.names[WIFE]) == ("3519081001", "TITIK FITRIANI")
    assert not {"seq", "load_id", "_id"} & said.keys()


def test_the_places_are_findings_and_no_value_is_in_them() -> None:
    found = understood(with_row(nik="123", name=7, born_on="x", sex="q", religion="q", education="q"), on=TODAY)
    assert isinstance(found, UnclearAnswer)
    findings = tuple(check_clear((found,)))
    assert len(findings) == MOST_TOLD
    assert findings[0] == failure(UNCLEAR, "unclear[0].members[0].nik")
    assert "123" not in repr(found), "nor in what a log would show"


def test_nobody_of_it_is_in_the_register_but_names_and_places_serve_where_they_are_shown() -> None:
    found = understood(with_row(2, born_on="x"), on=TODAY)
    assert isinstance(found, UnclearAnswer)
    register = Register.of((), (found,))
    assert (register.person(HUSBAND), register.family(KK), register.family_of(WIFE)) == (None, None, None)
    assert (register.is_unclear(HUSBAND), register.is_unclear(None, "3519080101900001")) == (True, False)
    assert name_of(people.lost_card(), register) == "SLAMET DARMAWAN"
    assert register.village_of(HUSBAND) == "3519081001"


def test_another_answer_is_another_edition() -> None:
    both = [understood(with_row(born_on=text), on=TODAY) for text in ("x", "y")]
    editions = {Register.of((), (each,)).editions for each in both if isinstance(each, UnclearAnswer)}
    assert len(editions) == 2


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ((), CaseRoute.STAFF),
        ((failure("other_office"),), CaseRoute.STAFF),
        ((failure("kk_number_differs"),), CaseRoute.STAFF),
        ((failure("attachment_missing"),), CaseRoute.RETURN),
    ],
)
def test_an_officer_looks_unless_the_form_itself_is_to_be_mended(others: tuple[Finding, ...], expected: CaseRoute) -> None:
    assert route((failure(UNCLEAR, "unclear[0].members"), *others), LOST_CARD).route is expected


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
COLUMNS = [
    *answer()["members"][0],
    "closed_on",
    "reason",
    "died_on",
    "death_certificate",
    "death_place",
    *MORE_COLUMNS,
    "former_names",
    "annulled",
]


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, Any]:
    """A family of which some values are anything, or gone."""
    doc = deepcopy(answer())
    for _ in range(draw(st.integers(1, 4))):
        where = doc if draw(st.booleans()) or not doc.get("members") else draw(st.sampled_from(doc["members"]))
        name = draw(st.sampled_from([*doc] if where is doc else COLUMNS))
        if draw(st.booleans()):
            where[name] = draw(anything)
        else:
            where.pop(name, None)
        if not isinstance(doc.get("members"), list):
            break
        doc["members"] = [row for row in doc["members"] if isinstance(row, dict)] if draw(st.booleans()) else doc["members"]
        if not all(isinstance(row, dict) for row in doc["members"]):
            break
    return doc


@settings(max_examples=400)
@given(spoiled() | st.dictionaries(st.sampled_from([*answer()]) | st.text(max_size=8), anything, max_size=8))
def test_whatever_the_answer_is_it_is_a_family_or_a_finding(doc: dict[str, Any]) -> None:
    found = understood(doc, on=TODAY)
    if isinstance(found, UnclearAnswer):
        register = Register.of((), (found,))
        assert found.flawed
        assert [finding.code for finding in check_clear(register.unclear)] == [UNCLEAR] * min(MOST_TOLD, len(found.flawed))
        return
    register = Register.of((found,))
    assert understood({"_id": found.kk_number, "version": found.edition, **family_doc(found)}, on=TODAY) == found
    assert all(member.age_on(TODAY) >= 0 and register.person(member.nik) for member in found.members if found.closed_on is None)
    assert found.closed_on is not None or found.head.relation.value == "KEPALA KELUARGA"


@given(st.dates(TODAY + timedelta(days=1), date(9999, 12, 31)))
def test_nobody_is_born_tomorrow(born_on: date) -> None:
    assert places(with_row(2, born_on=born_on.isoformat())) == {"members[2].born_on": "date_in_future"}
