"""Which fields a form asks, what is wrong with a body, and what travels."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import FieldProblem, NotFound
from shared.reference.catalogue import catalogue
from shared.reference.forms import Condition, Field, Form, GivenFile
from shared.reference.forms.conditions import holds
from tests.support.answers import answers_to

TODAY = date(2026, 11, 28)
NIK = "3519014101880002"


def form(*rows: dict[str, Any]) -> Form:
    return Form(fields=tuple(map(Field.of, rows)))


PARENTS = {"name": "parents", "type": "choice", "choices": "parentage"}
MOTHER = {"name": "mother_nik", "type": "nik", "when": {"field": "parents", "is": ["mother_only", "married_recorded"]}}
BORN = {"name": "born_on", "type": "date", "rules": {"past": True}}
LATE = {"name": "late_reason", "type": "text", "when": {"field": "born_on", "older_than_days": 60}}
WITNESSES = {
    "name": "witnesses",
    "type": "group",
    "count": [2, 3],
    "fields": [{"name": "nik", "type": "nik"}, {"name": "name", "type": "person_name"}],
}
PAPER = {"name": "letter", "type": "document", "any_of": ["surat_kelahiran", "f_203"]}
BOOK = {"name": "book", "type": "document", "any_of": ["buku_nikah"], "when": {"field": "parents", "is": ["married_recorded"]}}
NOTE = {"name": "note", "type": "text", "optional": True}
BIRTH = form(PARENTS, MOTHER, BORN, LATE, WITNESSES, PAPER, BOOK, NOTE)
WITNESS = {"nik": NIK, "name": "Sri Wahyuni"}
BODY: dict[str, Any] = {
    "parents": "mother_only",
    "mother_nik": NIK,
    "born_on": "2026-11-01",
    "witnesses": [WITNESS, WITNESS],
    "letter": {"file_id": "f1", "kind": "f_203"},
}


def problems_of(body: dict[str, Any], shape: Form = BIRTH) -> list[FieldProblem]:
    return list(shape.read(body, TODAY)[1])


@pytest.mark.parametrize(
    ("condition", "answers", "expected"),
    [
        ({"field": "a", "is": ["x", "y"]}, {"a": "y"}, True),
        ({"field": "a", "is": ["x"]}, {"a": "y"}, False),
        ({"field": "a", "is": ["x"]}, {}, False),
        ({"field": "a", "is": [True]}, {"a": True}, True),
        ({"field": "a", "is": [True]}, {"a": 1}, False),
        ({"field": "a", "is": [1]}, {"a": True}, False),
        ({"field": "a", "older_than_days": 60}, {"a": date(2026, 9, 29)}, False),
        ({"field": "a", "older_than_days": 60}, {"a": date(2026, 9, 28)}, True),
        ({"field": "a", "older_than_years": 17}, {"a": date(2009, 11, 28)}, True),
        ({"field": "a", "older_than_years": 17}, {"a": date(2009, 11, 29)}, False),
        ({"field": "a", "older_than_years": 17}, {"a": date(2008, 2, 29)}, True),
        ({"field": "a", "older_than_years": 17}, {"a": "no date"}, False),
        ({"not": {"field": "a", "is": ["x"]}}, {"a": "y"}, True),
        ({"not": {"field": "a", "is": ["x"]}}, {}, True),
        ({"all": [{"field": "a", "is": ["x"]}, {"field": "b", "is": ["y"]}]}, {"a": "x", "b": "y"}, True),
        ({"all": [{"field": "a", "is": ["x"]}, {"field": "b", "is": ["y"]}]}, {"a": "x"}, False),
        ({"any": [{"field": "a", "is": ["x"]}, {"field": "b", "is": ["y"]}]}, {"b": "y"}, True),
        ({"any": [{"field": "a", "is": ["x"]}, {"field": "b", "is": ["y"]}]}, {"b": "x"}, False),
        ({"any": [{"all": [{"field": "a", "is": ["x"]}]}, {"not": {"field": "b", "is": ["y"]}}]}, {"b": "y"}, False),
    ],
)
def test_a_condition_holds_or_not(condition: dict[str, Any], answers: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a table
    assert holds(Condition.of(condition), answers, TODAY) is expected


@pytest.mark.parametrize(
    "row",
    [
        {"field": "a", "is": [True, "x"]},
        {"any": [{"all": [{"field": "a", "older_than_years": 0}]}, {"not": {"field": "b", "older_than_days": 0}}]},
    ],
)
def test_a_condition_is_told_as_it_was_written(row: dict[str, Any]) -> None:
    assert Condition.of(row).row() == row


def test_no_condition_always_holds() -> None:
    assert holds(None, {}, TODAY)


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"field": "a"},
        {"field": "a", "is": []},
        {"field": "a", "is": "x"},
        {"field": "a", "is": ["x"], "older_than_days": 1},
        {"field": "a", "older_than_days": "1"},
        {"all": []},
        {"any": []},
        {"not": {}},
        {"all": [{"field": "a", "is": ["x"]}], "any": [{"field": "a", "is": ["x"]}]},
        {"if": "a == 1"},
    ],
)
def test_what_is_no_condition_is_refused_when_it_is_read(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no condition"):
        Condition.of(row)


def test_a_whole_body_is_read_into_values() -> None:
    values, problems = BIRTH.read(BODY, TODAY)
    assert problems == ()
    assert values == {
        "parents": "mother_only",
        "mother_nik": NIK,
        "born_on": date(2026, 11, 1),
        "witnesses": ({"nik": NIK, "name": "SRI WAHYUNI"},) * 2,
        "letter": GivenFile("f1", "f_203"),
    }


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"parents": None, "mother_nik": None}, ("answers.parents", "answer_missing")),
        ({"born_on": None}, ("answers.born_on", "answer_missing")),
        ({"letter": None}, ("answers.letter", "document_missing")),
        ({"mother_nik": "12"}, ("answers.mother_nik", "nik_not_16_digits")),
        ({"born_on": "2026-11-29"}, ("answers.born_on", "date_in_future")),
        ({"born_on": "2026-09-01"}, ("answers.late_reason", "answer_missing")),
        ({"late_reason": "far away"}, ("answers.late_reason", "answer_not_asked")),
        ({"book": {"file_id": "f2"}}, ("answers.book", "answer_not_asked")),
        ({"nonsense": 1}, ("answers.nonsense", "answer_not_asked")),
        ({"witnesses": [WITNESS]}, ("answers.witnesses", "group_too_few")),
        ({"witnesses": [WITNESS] * 4}, ("answers.witnesses", "group_too_many")),
        ({"witnesses": "two"}, ("answers.witnesses", "rows_expected")),
        ({"witnesses": [WITNESS, "x"]}, ("answers.witnesses", "rows_expected")),
        ({"witnesses": [WITNESS, {"nik": NIK}]}, ("answers.witnesses[1].name", "answer_missing")),
        ({"witnesses": [WITNESS, WITNESS | {"nik": "1"}]}, ("answers.witnesses[1].nik", "nik_not_16_digits")),
        ({"witnesses": [WITNESS, WITNESS | {"age": 3}]}, ("answers.witnesses[1].age", "answer_not_asked")),
        ({"letter": {"file_id": "f1", "kind": "kk"}}, ("answers.letter", "document_kind_unknown")),
        ({"letter": {"file_id": "f1"}}, ("answers.letter", "document_kind_missing")),
        ({"letter": "f1"}, ("answers.letter", "document_kind_missing")),
        ({"letter": {"kind": "f_203"}}, ("answers.letter", "document_malformed")),
        ({"letter": 7}, ("answers.letter", "document_malformed")),
        ({"note": ""}, ("answers.note", "text_empty")),
    ],
)
def test_what_is_wrong_with_a_body_is_named_by_its_field(change: dict[str, Any], problem: tuple[str, str]) -> None:
    assert [(each.field, each.code) for each in problems_of(BODY | change)] == [problem]


def test_everything_that_is_missing_is_named_at_once() -> None:
    assert [each.field for each in problems_of({})] == ["answers.parents", "answers.born_on", "answers.witnesses", "answers.letter"]


def test_the_id_of_a_file_is_enough_where_it_can_show_one_kind_only() -> None:
    values, problems = BIRTH.read(BODY | {"parents": "married_recorded", "book": "f2"}, TODAY)
    assert problems == ()
    assert values["book"] == GivenFile("f2", "buku_nikah")


def test_a_row_is_judged_by_its_own_fields() -> None:
    kind = {"name": "element", "type": "choice", "choices": "changeable_element"}
    new = {"name": "blood_type", "type": "choice", "choices": "blood_type", "when": {"field": "element", "is": ["blood_type"]}}
    changes = form({"name": "changes", "type": "group", "count": [1, 5], "fields": [kind, new]})
    assert problems_of({"changes": [{"element": "blood_type", "blood_type": "ab"}, {"element": "religion"}]}, changes) == []
    assert problems_of({"changes": [{"element": "blood_type"}, {"element": "religion", "blood_type": "ab"}]}, changes) == [
        FieldProblem("answers.changes[0].blood_type", "answer_missing"),
        FieldProblem("answers.changes[1].blood_type", "answer_not_asked"),
    ]


def test_a_group_that_may_be_empty_may_be_left_out() -> None:
    others = form(WITNESSES | {"count": [0, 3]})
    assert others.read({}, TODAY) == ({}, ())
    assert others.read({"witnesses": []}, TODAY) == ({"witnesses": ()}, ())


def test_fields_open_with_the_answers_and_close_with_them() -> None:
    def names(answers: dict[str, Any]) -> list[str]:
        return [each.name for each in BIRTH.asked(answers, TODAY)]

    assert names({}) == ["parents", "born_on", "witnesses", "letter", "note"]
    assert names({"parents": "married_recorded"}) == ["parents", "mother_nik", "born_on", "witnesses", "letter", "book", "note"]
    assert "late_reason" in names({"born_on": date(2026, 1, 1)})
    assert BIRTH.kept({"parents": "unknown", "mother_nik": NIK, "note": "x"}, TODAY) == {"parents": "unknown", "note": "x"}


def test_a_field_that_is_closed_opens_nothing() -> None:
    first = {"name": "first", "type": "yes_no"}
    second = {"name": "second", "type": "yes_no", "when": {"field": "first", "is": [True]}}
    third = {"name": "third", "type": "nik", "when": {"field": "second", "is": [True]}}
    shape = form(first, second, third)
    assert [each.name for each in shape.asked({"first": False, "second": True}, TODAY)] == ["first"]
    assert shape.kept({"first": False, "second": True, "third": NIK}, TODAY) == {"first": False}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([NOTE, NOTE], "there twice"),
        ([MOTHER, PARENTS], "does not come before it"),
        ([MOTHER], "does not come before it"),
        ([PARENTS, MOTHER | {"when": {"field": "parents", "is": ["nobody"]}}], "is never nobody"),
        ([PARENTS, LATE | {"when": {"field": "parents", "older_than_days": 1}}], "is never a date"),
        ([BORN, LATE | {"when": {"field": "born_on", "is": ["x"]}}], "is never x"),
        ([NOTE | {"size": 3}], "no key size"),
        ([{"name": "a"}], "type missing"),
        ([{"name": "a", "type": "colour"}], "no type colour"),
        ([{"name": "a", "type": "document"}], "any_of"),
        ([{"name": "a", "type": "text", "any_of": ["kk"]}], "any_of"),
        ([{"name": "a", "type": "choice"}], "choices"),
        ([{"name": "a", "type": "group"}], "fields"),
        ([{"name": "a b", "type": "text"}], "a name is a code"),
        ([{"name": "a", "type": "group", "fields": [WITNESSES]}], "single values"),
        ([{"name": "a", "type": "text", "rules": {"colour": "red"}}], "no limit"),
    ],
)
def test_a_form_that_could_not_work_is_refused_when_it_is_read(rows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        form(*rows)


def test_a_list_that_there_is_not_is_refused_when_the_form_is_read() -> None:
    with pytest.raises(NotFound, match="unknown_code_list"):
        form(PARENTS | {"choices": "nothing"})


def test_answers_travel_without_their_files_and_come_back() -> None:
    values, _ = BIRTH.read(BODY, TODAY)
    wire = json.loads(json.dumps(BIRTH.wire(values)))
    assert "letter" not in wire
    assert BIRTH.values(wire) == {name: value for name, value in values.items() if name != "letter"}


def test_an_answer_that_this_version_does_not_know_stays_as_it_came() -> None:
    assert BIRTH.values({"old_field": "x", "born_on": "2026-11-01"}) == {"old_field": "x", "born_on": date(2026, 11, 1)}


def test_every_form_of_the_catalogue_gives_a_valid_schema() -> None:
    for service in catalogue().services.values():
        jsonschema.Draft202012Validator.check_schema(service.form.schema(TODAY))


@pytest.mark.parametrize("code", sorted(catalogue().services))
@given(data=st.data())
@settings(max_examples=15)
def test_what_a_form_of_the_catalogue_takes_keeps_to_its_schema_and_comes_back(code: str, data: st.DataObject) -> None:
    shape = catalogue().get(code).form
    schema = jsonschema.Draft202012Validator(shape.schema(TODAY), format_checker=jsonschema.FormatChecker())
    body = data.draw(answers_to(shape, TODAY))
    values, problems = shape.read(body, TODAY)
    assert problems == ()
    schema.validate(json.loads(json.dumps(body)))
    assert values == shape.kept(values, TODAY)
    wire = json.loads(json.dumps(shape.wire(values)))
    assert shape.values(wire) == {name: value for name, value in values.items() if not isinstance(value, GivenFile)}
    again, problems = shape.read(wire | {name: body[name] for name in body if name not in wire}, TODAY)
    assert (again, problems) == (values, ())


def test_the_schema_takes_what_the_form_takes_and_refuses_rows_and_names_that_are_wrong() -> None:
    schema = jsonschema.Draft202012Validator(BIRTH.schema(TODAY))
    schema.validate(BODY)
    for change in (
        {"witnesses": [WITNESS]},
        {"nonsense": 1},
        {"parents": "nobody"},
        {"letter": {"kind": "f_203"}},
        {"letter": {"file_id": "f1"}},
    ):
        assert not schema.is_valid(BODY | change)
        assert problems_of(BODY | change)


@given(
    st.dictionaries(
        st.sampled_from(["parents", "mother_nik", "born_on", "late_reason", "witnesses", "letter", "book", "x"]),
        st.none()
        | st.integers()
        | st.text(max_size=5)
        | st.lists(st.integers(), max_size=3)
        | st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
    )
)
def test_no_body_breaks_a_form_and_what_it_takes_travels(body: dict[str, Any]) -> None:
    values, problems = BIRTH.read(body, TODAY)
    assert all(each.field.startswith("answers.") for each in problems)
    BIRTH.values(json.loads(json.dumps(BIRTH.wire(values))))
