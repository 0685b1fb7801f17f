"""Changes of what a family card says of its members: each element as the register writes it, each thing that is wrong by name."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.contents import IdentityCard
from services.verification.domain.register import Register
from services.verification.domain.rules import Application
from services.verification.domain.submission import Answers
from shared.errors import DomainError
from tests.support import families as people
from tests.support.applications import (
    GUARDIAN,
    after,
    application,
    codes,
    fields,
    orders,
    planned,
)
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, WIFE


def change(*changes: dict[str, Any], **answers: Any) -> Application:
    basis = {"basis_kind": "diploma", "basis_number": "DN-05/D-SMA/2026", "basis_on": "2026-06-01"}
    return application("kk_ubah", **({"nik": HUSBAND, "kk_number": KK, "changes": list(changes)} | basis | answers))


def test_other_data_keep_the_number_and_renew_the_cards_that_show_them() -> None:
    request = change({"nik": HUSBAND, "element": "education", "education": "strata_1"})
    assert codes(request, people.register()) == set()
    plan = planned(request, people.register())
    assert orders(plan) == [("kk", f"kk:{KK}")]
    head = after(plan)[KK].head
    assert head.education == "STRATA I"
    assert plan.change is not None
    assert (plan.change.basis.kind, plan.change.basis.number, plan.change.basis.on) == ("diploma", "DN-05/D-SMA/2026", date(2026, 6, 1))


@pytest.mark.parametrize(
    ("row", "basis", "column", "value", "cards"),
    [
        ({"nik": HUSBAND, "element": "occupation", "occupation": "o065"}, "work_letter", "occupation", "GURU", ["ktp"]),
        ({"nik": SON, "element": "occupation", "occupation": "o003"}, "statement", "occupation", "PELAJAR/MAHASISWA", []),
        ({"nik": SON, "element": "blood_type", "blood_type": "ab"}, "lab_result", "blood_type", "AB", ["kia"]),
        ({"nik": SON, "element": "blood_type", "blood_type": "o_minus"}, "lab_result", "blood_type", "O-", ["kia"]),
        ({"nik": WIFE, "element": "education", "education": "strata_1"}, "diploma", "education", "STRATA I", []),
        ({"nik": WIFE, "element": "occupation", "occupation": "o005"}, "work_letter", "occupation", "APARATUR SIPIL NEGARA", ["ktp"]),
        ({"nik": WIFE, "element": "religion", "religion": "catholic"}, "statement", "religion", "KATHOLIK", ["ktp"]),
        ({"nik": WIFE, "element": "birth_place", "birth_place": "Ngawi"}, "birth_certificate", "birth_place", "NGAWI", ["ktp"]),
        ({"nik": SON, "element": "disability", "disability": "sensory"}, "health_letter", "disability", "SENSORIK", []),
        ({"nik": WIFE, "element": "disability", "disability": "none"}, "statement", "disability", "TIDAK ADA", []),
        ({"nik": DAUGHTER, "element": "father", "father": "Slamet Dermawan"}, "birth_certificate", "father", "SLAMET DERMAWAN", []),
    ],
)
def test_each_element_is_written_as_the_register_writes_it(
    row: dict[str, Any], basis: str, column: str, value: str, cards: list[str]
) -> None:
    request = change(row, basis_kind=basis)
    assert codes(request, people.register()) == set()
    plan = planned(request, people.register())
    assert getattr(after(plan)[KK].member(row["nik"]), column) == value
    assert [product for product, _ in orders(plan)] == ["kk", *cards]


def test_several_elements_of_one_person_are_one_card() -> None:
    rows_ = (
        {"nik": HUSBAND, "element": "occupation", "occupation": "o065"},
        {"nik": HUSBAND, "element": "blood_type", "blood_type": "a"},
    )
    plan = planned(change(*rows_), people.register())
    card = plan.documents[1].content
    assert isinstance(card, IdentityCard)
    assert (card.member.occupation, card.member.blood_type) == ("GURU", "A")
    assert len(plan.documents) == 2


@pytest.mark.parametrize(
    ("row", "answers", "code", "field"),
    [
        ({"nik": GUARDIAN, "element": "education", "education": "master"}, {}, "member_not_on_card", "answers.changes[0].nik"),
        ({"nik": HUSBAND, "element": "blood_type", "blood_type": "o"}, {}, "nothing_changes", "answers.changes[0].blood_type"),
        ({"nik": HUSBAND, "element": "religion", "religion": "hindu"}, {}, "proof_does_not_fit", "answers.basis_kind"),
        ({"nik": HUSBAND, "element": "disability", "disability": "mental"}, {}, "proof_does_not_fit", "answers.basis_kind"),
        ({"nik": HUSBAND, "element": "religion", "religion": "other"}, {}, "religion_of_foreigners", "answers.changes[0].religion"),
    ],
)
def test_each_thing_that_is_wrong_with_other_data_is_named(row: dict[str, Any], answers: dict[str, Any], code: str, field: str) -> None:
    assert fields(change(row, **answers), people.register()).get(code) == field


def test_a_religion_that_is_none_of_the_list_is_a_foreigners() -> None:
    foreign = people.family(people.member(citizenship="WNA"), people.wife())
    request = change({"nik": HUSBAND, "element": "religion", "religion": "other"}, basis_kind="statement")
    assert "religion_of_foreigners" not in codes(request, Register.of([foreign]))
    assert after(planned(request, Register.of([foreign])))[KK].head.religion == "LAINNYA"


def test_a_word_of_an_older_list_stays_on_the_cards_of_who_has_it() -> None:
    servant = people.family(people.member(occupation="PEGAWAI NEGERI SIPIL", education="DIPLOMA IV/STRATA I"), people.wife())
    request = change({"nik": WIFE, "element": "education", "education": "strata_1"})
    head = after(planned(request, Register.of([servant])))[KK].head
    assert (head.occupation, head.education) == ("PEGAWAI NEGERI SIPIL", "DIPLOMA IV/STRATA I")


def test_an_answer_that_was_taken_with_an_older_list_is_written_as_it_was_given() -> None:
    request = change({"nik": WIFE, "element": "occupation", "occupation": "o005"}, basis_kind="work_letter")
    older = Answers({**request.first.answers.values, "changes": [{"nik": WIFE, "element": "occupation", "occupation": "o005_pns"}]})
    kept = replace(request, submissions=(replace(request.first, answers=older),))
    assert codes(kept, people.register()) == set()
    wife = after(planned(kept, people.register()))[KK].member(WIFE)
    assert wife is not None
    assert wife.occupation == "PEGAWAI NEGERI SIPIL"


def test_one_element_is_changed_once_and_something_must_change() -> None:
    row = {"nik": HUSBAND, "element": "education", "education": "strata_1"}
    assert "change_named_twice" in codes(change(row, row), people.register())
    same = {"nik": HUSBAND, "element": "blood_type", "blood_type": "o"}
    with pytest.raises(DomainError, match="nothing_changes"):
        planned(change(same), people.register())
    with pytest.raises(DomainError, match="member_not_on_card"):
        planned(change(row | {"nik": GUARDIAN}), people.register())
