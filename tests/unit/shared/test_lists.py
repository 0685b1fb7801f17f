"""Code lists have versions: a new answer offers the one in force, and what was given or printed before keeps its words."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from importlib.resources import files

import pytest

from shared.errors import NotFound
from shared.reference.catalogue import catalogue
from shared.reference.forms import Field, Form, Unclear
from shared.reference.lists import CodeList, check_used_from, code_list, code_lists, regulations

BEGAN = regulations()["6/2026"].valid_from
DAY = timedelta(days=1)
AFTER = BEGAN + 31 * DAY
EDUCATION = Field.of({"name": "school", "type": "choice", "choices": "education"})
FORM = Form((EDUCATION,))


def sizes(day: date) -> dict[str, int]:
    return {name: len(code_list(name).on(day).rows) for name in ("relation", "religion", "education", "occupation", "blood_type")}


def problems(answer: str, day: date, form: Form = FORM) -> list[tuple[str, str, str]]:
    return [(each.field, each.code, each.detail) for each in form.read({"school": answer}, day)[1]]


def test_each_regulation_has_the_lists_that_it_printed() -> None:
    assert sizes(BEGAN - DAY) == {"relation": 11, "religion": 7, "education": 10, "occupation": 89, "blood_type": 13}
    assert sizes(BEGAN) == {"relation": 10, "religion": 8, "education": 12, "occupation": 108, "blood_type": 13}


@pytest.mark.parametrize(
    ("name", "size"),
    [("disability", 5), ("disability_physical", 7), ("disability_intellectual", 3), ("disability_mental", 7), ("disability_sensory", 3),
     ("move_reason", 7), ("death_cause", 6), ("death_certified_by", 4), ("birth_facility", 5),
     ("plurality", 5), ("birth_attendant", 4), ("certificate_kind", 7), ("sex", 2), ("citizenship", 2)],
)  # fmt: skip
def test_the_other_lists_are_as_long_as_the_forms_have_them(name: str, size: int) -> None:
    assert len(code_list(name).on(AFTER).rows) == size


def test_the_second_strata_i_of_the_regulation_is_strata_ii() -> None:
    assert list(code_list("education").on(AFTER).rows.values())[8:11] == ["Strata I", "Strata II", "Strata III"]


def test_a_civil_servant_is_pns_before_and_asn_after() -> None:
    old, new = (list(code_list("occupation").on(day).rows.values()) for day in (BEGAN - DAY, AFTER))
    assert (old[4], new[4]) == ("Pegawai Negeri Sipil", "Aparatur Sipil Negara")
    assert (old[-1], new[98]) == ("Lainnya", "Lainnya")


def test_a_version_is_of_codes_that_the_list_has_and_each_of_them_is_in_one() -> None:
    for name, codes in code_lists().items():
        if codes.versions:
            assert {code for version in codes.versions for code in version.codes.rows} == set(codes.rows), name


def test_every_version_and_note_is_of_a_list_and_of_a_regulation() -> None:
    data = tomllib.loads(files("shared.reference").joinpath("data/list_versions.toml").read_text(encoding="utf-8"))
    assert set(data["version"]) | set(data["note"]) <= set(code_lists())
    assert {key for versions in data["version"].values() for key in versions} == set(regulations())


def test_every_word_is_of_a_code_that_there_is() -> None:
    data = tomllib.loads(files("shared.reference").joinpath("data/list_words.toml").read_text(encoding="utf-8"))
    for name, codes in data.items():
        assert set(codes) <= set(code_list(name).rows), name


def test_an_older_code_keeps_its_words_whatever_is_in_force() -> None:
    assert code_list("education").on(AFTER).label("bachelor") == "Diploma IV/Strata I"
    assert EDUCATION.show("bachelor", AFTER) == "Diploma IV/Strata I"
    assert code_list("occupation").label("o005_pns") == "Pegawai Negeri Sipil"
    assert code_list("sex").label("X") == "X"


@pytest.mark.parametrize(("days", "is_taken"), [(-1, True), (0, True), (30, True), (31, False)])
def test_a_form_drawn_with_the_version_before_is_taken_for_its_transition_days(days: int, *, is_taken: bool) -> None:
    found = [code for _, code, _ in problems("bachelor", BEGAN + days * DAY)]
    assert found == ([] if is_taken else ["choice_not_in_force"])


def test_a_newer_code_is_not_taken_before_its_day() -> None:
    assert [code for _, code, _ in problems("strata_1", BEGAN - DAY)] == ["choice_not_in_force"]


def test_a_draft_keeps_an_answer_that_was_taken_before_the_law_changed() -> None:
    form = catalogue().get("kk_ubah").form
    wire = {"changes": [{"element": "education", "education": "bachelor"}]}
    assert form.wire(form.values(wire)) == wire


def test_an_installation_says_since_when_it_uses_a_regulation_or_one_of_its_lists() -> None:
    used = check_used_from({"6/2026": date(2027, 1, 1), "6/2026 occupation": date(2026, 6, 1)})
    before = date(2026, 6, 2)
    assert len(code_list("education").on(before, used).rows) == 10
    assert len(code_list("occupation").on(before, used).rows) == 108
    assert len(code_list("education").on(date(2027, 1, 1), used).rows) == 12


def test_the_setting_reaches_every_field_of_every_service() -> None:
    known = catalogue().adjusted(lists_from={"6/2026": date(2030, 1, 1)})
    row = known.get("kk_ubah").form.get("changes")
    assert row is not None
    school = next(each for each in row.fields if each.name == "education")
    assert "bachelor" in school.codes(date(2026, 11, 1)).rows
    schema = known.get("kk_ubah").form.schema(date(2026, 11, 1))["properties"]["changes"]["items"]["properties"]["education"]
    assert (len(schema["enum"]), list(schema["x-labels"])) == (10, schema["enum"])


@pytest.mark.parametrize("key", ["7/2030", "6/2026 sex", "occupation"])
def test_a_setting_that_names_no_version_ends_the_start(key: str) -> None:
    with pytest.raises(NotFound, match="unknown_list_version"):
        catalogue().adjusted(lists_from={key: BEGAN})


@pytest.mark.parametrize(
    ("answer", "code", "detail"),
    [
        ("bachelor", "choice_not_in_force", "nearest: diploma_4 (Diploma IV), diploma_2 (Diploma I/II), strata_1 (Strata I)"),
        ("strata", "choice_unclear", "nearest: strata_1 (Strata I), master (Strata II), doctor (Strata III)"),
        ("dektor", "choice_unclear", "nearest: doctor (Strata III)"),
    ],
)
def test_a_value_that_is_none_is_answered_with_the_nearest(answer: str, code: str, detail: str) -> None:
    ((field, found, said),) = problems(answer, AFTER)
    assert (field, found) == ("answers.school", code)
    assert said.startswith(detail)
    assert answer not in said.partition(":")[0]


def test_every_unknown_value_of_every_list_names_values_that_are_taken() -> None:
    for name, codes in code_lists().items():
        form = Form((Field.of({"name": "school", "type": "choice", "choices": name}),))
        for answer in ("zzz", "codes_that_nobody_has", "%"):
            ((_, code, detail),) = problems(answer, AFTER, form)
            named = [part.partition(" (")[0] for part in detail.removeprefix("nearest: ").split("), ")]
            assert code in ("choice_unknown", "choice_unclear")
            assert named
            assert set(named) <= set(codes.on(AFTER).rows), (name, detail)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("A", "a"), ("A+", "a_plus"), ("a positif", "a_plus"), ("O-", "o_minus"), ("O rhesus negatif", "o_minus"), ("AB +", "ab_plus"),
        ("A rhesus +", "a_plus"), ("b rh -", "b_minus"), ("o rh negatif", "o_minus"),
        ("golongan darah AB", "ab"), ("darah B", "b"), ("tidak tahu", "unknown"), ("belum tahu", "unknown"), ("ora ngerti", "unknown"),
    ],
)  # fmt: skip
def test_a_blood_type_is_read_with_its_rhesus(written: str, code: str) -> None:
    assert code_list("blood_type").find(written) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [("Budha", "buddhist"), ("Kong Hu Cu", "confucian"), ("konghucu", "confucian"), ("katolik", "catholic"), ("kejawen", "belief")],
)
def test_a_religion_is_read_as_the_form_and_people_write_it(written: str, code: str) -> None:
    assert code_list("religion").on(AFTER).find(written) == code


@pytest.mark.parametrize(
    ("written", "code"),
    [("SD", "primary_school"), ("lulus SMA", "upper_secondary"), ("SMK", "upper_secondary"), ("SMP", "lower_secondary"), ("S1", "strata_1"),
     ("sarjana", "strata_1"), ("D3", "diploma_3"), ("d4", "diploma_4"), ("S2", "master"), ("TK", "preschool"), ("belum sekolah", "none")],
)  # fmt: skip
def test_schools_are_read_as_people_call_them(written: str, code: str) -> None:
    assert code_list("education").on(AFTER).find(written) == code


def test_a_word_of_another_version_is_found_in_its_own_alone() -> None:
    assert code_list("education").on(BEGAN - DAY).find("S1") == "bachelor"
    assert code_list("occupation").on(BEGAN - DAY).find("pns") == "o005_pns"
    assert code_list("occupation").on(AFTER).find("pns") == "o005"


def test_what_may_be_one_of_several_is_offered_the_nearest_first() -> None:
    assert CodeList("x", {"one": "Tukang batu", "two": "Tukang kayu", "three": "Guru"}).near("tukang kyu batu")[0] == "one"
    with pytest.raises(Unclear) as caught:
        EDUCATION.parse("strata", AFTER)
    assert caught.value.candidates == ("strata_1", "master", "doctor")


def test_a_whole_book_is_no_value_and_is_answered_at_once() -> None:
    ((_, code, detail),) = problems("strata dua " * 300_000, AFTER)
    assert (code, detail[:8]) == ("choice_unclear", "nearest:")


@pytest.mark.parametrize("written", ["a_pluss", "a itu apa", "o ya pak lupa tanya"])
def test_a_letter_beside_other_words_is_no_blood_type(written: str) -> None:
    assert code_list("blood_type").find(written) in (None, "unknown")
