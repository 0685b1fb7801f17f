"""The description of each kind of court decision: read whole, or refused by its file's name."""

from __future__ import annotations

from datetime import date

import pytest

from shared.reference.courts import CourtKind
from shared.reference.decision_kinds import case_fields, decision_kinds, read_kind

TODAY = date(2026, 11, 24)
WHOLE = """
name = "Hadhanah"
about = "Hak asuh"
court = "religious"
letters = ["Pdt.G"]
service = "hadhanah"

[[fields]]
name = "holder"
type = "party"
label = "Pemegang"
served = true
"""


def test_the_kinds_of_the_religious_courts_and_the_one_of_the_general_ones() -> None:
    by_court = {court: {kind.id for kind in decision_kinds().values() if kind.court is court} for court in CourtKind}
    assert by_court[CourtKind.GENERAL] == {"perubahan_nama"}
    assert by_court[CourtKind.RELIGIOUS] >= {"cerai_gugat", "cerai_talak", "itsbat_nikah", "hadhanah", "perwalian", "wali_adhal"}


@pytest.mark.parametrize("kind", decision_kinds())
def test_every_field_has_a_label_and_the_case_comes_first(kind: str) -> None:
    known = decision_kinds()[kind]
    names = [name for each in known.form.fields for name in (each.name, *(f"{each.name}.{inner.name}" for inner in each.fields))]
    assert [name for name in names if not known.labels.get(name)] == []
    assert known.form.fields[: len(case_fields())] == case_fields()
    assert {each.name for each in known.own_fields} >= set(known.persons)


def test_a_party_is_called_by_who_it_is_and_a_child_by_its_place() -> None:
    divorce = decision_kinds()["cerai_gugat"]
    assert divorce.label("husband.nik") == "NIK suami"
    assert divorce.label("children[1].custody_nik") == "NIK pemegang hak asuh 2"
    assert divorce.label("unheard_of") == "unheard_of"


def test_a_person_answers_as_one_row_and_one_who_may_be_left_out_as_none() -> None:
    form = decision_kinds()["pengangkatan_anak"].form
    child = {"nik": "3519080302130001", "name": "Rizki Pratama"}
    raw = {
        "case_number": "7/Pdt.P/2026/PA.Kab.Mn",
        "decided_on": "2026-09-01",
        "final_on": "2026-09-16",
        "child": [child],
        "adoptive_mother": [{"nik": "3519085904900002", "name": "Titik Fitriani"}],
        "certificate_number": "3519-LU-01032013-0001",
    }
    values, problems = form.read(raw, TODAY)
    assert problems == ()
    assert values["child"][0]["name"] == "RIZKI PRATAMA"
    _, problems = form.read(raw | {"child": [child, child]}, TODAY)
    assert [(problem.field, problem.code) for problem in problems] == [("answers.child", "group_too_many")]


def test_a_whole_file_is_read() -> None:
    assert read_kind("hadhanah", WHOLE).served == ("holder",)


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('about = "Hak asuh"\n', "", "about missing"),
        ('about = "Hak asuh"', 'about = "x"\nweight = 1', "no key: weight"),
        ('["Pdt.G"]', '["Pdt.X"]', "letters are"),
        ('court = "religious"', 'court = "military"', "military"),
        ('service = "hadhanah"\n', "", "a service follows for those who are served"),
        ('type = "party"', 'type = "person"', "only a party is served"),
        ('type = "party"', 'type = "sound"', "only a party is served"),
        ('label = "Pemegang"\n', "", "label"),
    ],
)
def test_what_nothing_knows_is_refused_by_the_files_name(old: str, new: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=rf"decisions/hadhanah\.toml: .*{wrong}"):
        read_kind("hadhanah", WHOLE.replace(old, new))
