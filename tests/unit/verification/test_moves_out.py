"""Moves to another regency: the SKPWNI, the card of those who stay, and the register without those who go."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.contents import MovingLetter
from services.verification.domain.leaving import leaving_wishes
from services.verification.domain.moving import MoveClass, move_class
from services.verification.domain.office_practice import PRACTICE
from services.verification.domain.policy import CaseRoute, way_of
from services.verification.domain.register import Former
from services.verification.domain.rules import Application, CardWish, Plan
from services.verification.domain.services import RULES
from services.verification.domain.services.move_out import plan_move_out
from services.verification.events import content_of
from shared.contracts.contents import MovingLetterContent
from shared.errors import DomainError
from shared.reference.population import Effect, KkMarital, Relation
from tests.support import families as people
from tests.support.applications import (
    GUARDIAN,
    HOST_KK,
    NEW_KK,
    TODAY,
    after,
    application,
    codes,
    fields,
    guardian_family,
    orders,
    planned,
    recorded,
    rows,
    submission,
)
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, WIFE

GROWN = "3519080302000001"
LETTER = ("skpwni", "skpwni:01938b3e-0000-7000-8000-000000000011")


def leaving(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "nik": HUSBAND,
        "kk_number": KK,
        "destination": "3578",
        "kind": "head_and_all",
        "reason": "work",
        "street": "Jl. Mawar 3",
        "rt": 4,
        "rw": 11,
        "destination_village": "Mojo",
        "destination_district": "Gubeng",
        "card": "own",
        "planned_on": "2026-12-01",
    }
    return application("pindah", **{name: value for name, value in (answers | changes).items() if value is not None})


def letter_of(plan: Plan) -> MovingLetterContent:
    content = content_of(plan.documents[0].content)
    assert isinstance(content, MovingLetterContent)
    return content


def some(*niks: str) -> list[dict[str, str]]:
    return [{"nik": nik} for nik in niks]


@pytest.mark.parametrize(
    ("origin", "destination", "wanted"),
    [
        ("3519081001", "3519081001", MoveClass.VILLAGE),
        ("3519081001", "3519081002", MoveClass.DISTRICT),
        ("3519081001", "3519022001", MoveClass.REGENCY),
        ("3519081001", "3519", MoveClass.REGENCY),
        ("3519081001", "3577", MoveClass.PROVINCE),
        ("3519081001", "3171", MoveClass.COUNTRY),
    ],
)
def test_the_class_is_that_of_the_two_places(origin: str, destination: str, wanted: MoveClass) -> None:
    assert move_class(origin, destination) is wanted


def test_a_whole_family_leaves_with_its_number_and_no_card() -> None:
    register = people.register()
    assert not codes(leaving(), register)
    plan = planned(leaving(), register)
    assert orders(plan) == [LETTER]
    assert plan.documents[0].replaces == (f"kk:{KK}",)
    letter = letter_of(plan)
    assert (letter.move_class, letter.who_moves) == (
        "ANTAR KABUPATEN/KOTA DALAM SATU PROVINSI",
        "KEPALA KELUARGA DAN SELURUH ANGGOTA KELUARGA",
    )
    assert (letter.card_of_stayers, letter.card_of_movers) == ("TIDAK ADA ANGGOTA YANG DITINGGAL", "NOMOR KK TETAP")
    assert [mover.nik for mover in letter.movers] == [HUSBAND, WIFE, SON, DAUGHTER]
    assert (letter.destination.regency, letter.destination.village, letter.destination.rt) == ("KOTA SURABAYA", "MOJO", "004")
    assert (letter.reason, letter.valid_days) == ("PEKERJAAN", 30)
    assert after(plan)[KK].closed_on == TODAY


def test_the_register_keeps_the_number_and_the_day_of_the_letter() -> None:
    plan = planned(leaving(), people.register())
    assert plan.change is not None
    numbered = replace(plan, change=replace(plan.change, basis=replace(plan.change.basis, number="SKPWNI/3519/24112026/0001")))
    family = recorded(numbered, people.register())[KK]
    assert {(former.reason, former.closed_on, former.letter) for former in family.former} == {
        (Effect.MOVED_OUT, TODAY, "SKPWNI/3519/24112026/0001")
    }


def test_members_leave_and_those_who_stay_keep_the_number() -> None:
    plan = planned(leaving(kind="members", moving=some(WIFE, SON), minors_alone=False), people.register())
    assert orders(plan) == [LETTER, ("kk", f"kk:{KK}")]
    assert set(rows(after(plan)[KK])) == {HUSBAND, DAUGHTER}
    assert (letter_of(plan).card_of_stayers, letter_of(plan).card_of_movers) == ("NOMOR KK TETAP", "MEMBUAT KK BARU")
    assert letter_of(plan).who_moves == "ANGGOTA KELUARGA"


def test_a_head_who_leaves_takes_the_number_along() -> None:
    request, register = leaving(kind="head", remaining="adult", new_head_nik=WIFE), people.register()
    assert not codes(request, register, failures_only=True)
    assert leaving_wishes(request, register) == (CardWish("351908"),)
    plan = planned(request, register)
    assert orders(plan) == [LETTER, ("kk", f"kk:{NEW_KK}")]
    assert rows(after(plan)[NEW_KK])[WIFE] == ("KEPALA KELUARGA", KkMarital.MARRIED)
    assert after(plan)[KK].closed_on == TODAY
    assert (letter_of(plan).card_of_stayers, letter_of(plan).card_of_movers) == ("MEMBUAT KK BARU", "NOMOR KK TETAP")


def test_where_the_office_says_so_those_who_stay_keep_the_number() -> None:
    request, register = leaving(kind="head", remaining="adult", new_head_nik=WIFE), people.register()
    practice = replace(PRACTICE, head_takes_number=False)
    assert leaving_wishes(request, register, practice) == ()
    plan = plan_move_out(request, register, (), TODAY, practice)
    assert orders(plan) == [LETTER, ("kk", f"kk:{KK}")]
    assert rows(after(plan)[KK])[WIFE][0] == "KEPALA KELUARGA"
    assert (letter_of(plan).card_of_stayers, letter_of(plan).card_of_movers) == ("NOMOR KK TETAP", "MEMBUAT KK BARU")


def test_children_who_stay_join_the_card_of_their_guardian() -> None:
    request = leaving(
        kind="head_and_some", moving=some(HUSBAND, WIFE), remaining="minors", guardian_nik=GUARDIAN, guardian_kk_number=HOST_KK
    )
    register = people.register(people.family(), guardian_family())
    assert not codes(request, register, failures_only=True)
    plan = planned(request, register)
    assert orders(plan) == [LETTER, ("kk", f"kk:{HOST_KK}"), ("kia", f"kia:{SON}"), ("kia", f"kia:{DAUGHTER}")]
    assert letter_of(plan).card_of_stayers == "NUMPANG KK"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"kind": "head_and_some", "moving": some(WIFE), "remaining": "none"}, "move_kind_differs", "answers.kind"),
        ({"kind": "members", "moving": some(HUSBAND, WIFE), "minors_alone": False}, "move_kind_differs", "answers.kind"),
        ({"kind": "members", "moving": some(WIFE, WIFE), "minors_alone": False}, "member_named_twice", "answers.moving[1].nik"),
        ({"kind": "members", "moving": some(GUARDIAN), "minors_alone": False}, "member_not_on_card", "answers.moving[0].nik"),
        ({"kind": "members", "moving": some(GUARDIAN), "minors_alone": False}, "nobody_moves", "answers.kind"),
        ({"kind": "members", "moving": some(WIFE, SON), "minors_alone": True}, "minors_alone_differs", "answers.minors_alone"),
        ({"kind": "members", "moving": some(SON), "minors_alone": False}, "minors_alone_differs", "answers.minors_alone"),
        ({"kind": "head", "remaining": "none"}, "remaining_differs", "answers.remaining"),
        ({"kind": "head", "remaining": "adult", "new_head_nik": SON}, "head_is_child", "answers.new_head_nik"),
        ({"kind": "head", "remaining": "adult", "new_head_nik": HUSBAND}, "new_head_not_on_card", "answers.new_head_nik"),
        ({"reason": "other", "reason_text": "ikut 😀"}, "answer_unprintable", "answers.reason_text"),
        ({"destination_village": "😀"}, "answer_unprintable", "answers.destination_village"),
    ],
)
def test_what_does_not_fit_the_card_is_returned(changes: dict[str, Any], code: str, field: str) -> None:
    request = leaving(**changes)
    assert fields(request, people.register()).get(code) == field
    assert way_of(code, RULES["pindah"].ways) is CaseRoute.RETURN


def test_a_whole_family_of_one_is_its_head_as_well() -> None:
    register = people.register(people.family(people.member()))
    assert not codes(leaving(kind="head", remaining="none"), register)
    assert not codes(leaving(), register)
    assert "remaining_differs" in codes(leaving(kind="head", remaining="adult", new_head_nik=WIFE), register)


def test_a_destination_in_the_regency_is_another_service() -> None:
    request = leaving()
    inside = replace(request.first, answers=replace(request.first.answers, values={**request.first.answers.values, "destination": "3519"}))
    assert "move_is_inside" in codes(Application((inside,)), people.register())
    with pytest.raises(DomainError, match="move_is_inside"):
        planned(Application((inside,)), people.register())


def test_the_day_of_the_move_is_held_against_the_day_on_which_it_was_asked_for() -> None:
    late = submission("pindah", submitted_on=date(2026, 11, 20), **leaving(planned_on="2026-12-01").first.answers.values)
    on_time = replace(late.answers, values={**late.answers.values, "planned_on": "2026-11-20"})
    assert "move_in_past" not in codes(Application((replace(late, answers=on_time),)), people.register())
    too_late = replace(late.answers, values={**late.answers.values, "planned_on": "2026-11-19"})
    assert "move_in_past" in codes(Application((replace(late, answers=too_late),)), people.register())


def test_who_is_dead_or_moved_before_is_named_as_that() -> None:
    gone = Former(people.wife(), TODAY, Effect.MOVED_OUT, letter="SKPWNI/3519/01102026/0001")
    dead = Former(people.child(SON, date(2013, 2, 3)), TODAY, Effect.DIED)
    family = replace(people.family(people.member(), people.child(DAUGHTER, date(2016, 5, 5))), former=(gone, dead))
    request = leaving(kind="members", moving=some(WIFE, SON, DAUGHTER), minors_alone=True)
    found = fields(request, people.register(family))
    assert (found["person_moved_out"], found["already_dead"]) == ("answers.moving[0].nik", "answers.moving[1].nik")


def test_a_child_who_goes_with_one_parent_a_divorced_one_or_a_stranger_is_shown_to_the_officer() -> None:
    divorced = people.member(marital=KkMarital.DIVORCED)
    family = people.family(divorced, people.child(SON, date(2013, 2, 3)))
    assert "custody_to_be_shown" in codes(leaving(), people.register(family))
    both = people.register(people.family(people.member(), people.wife(), people.child(SON, date(2013, 2, 3))))
    with_father = leaving(kind="head_and_some", moving=some(HUSBAND, SON), remaining="adult", new_head_nik=WIFE)
    with_mother = leaving(kind="members", moving=some(WIFE, SON), minors_alone=False)
    assert codes(with_father, both) == {"minor_leaves_one_parent"}
    assert codes(with_mother, both) == {"minor_leaves_one_parent", "spouse_left_behind"}
    uncle = people.member(GROWN, name="DIMAS DARMAWAN", relation=Relation.OTHER_KIN, marital=KkMarital.SINGLE, marital_on=None)
    family = people.family(people.member(), people.wife(), people.child(SON, date(2013, 2, 3)), uncle)
    request = leaving(kind="members", moving=some(GROWN, SON), minors_alone=False)
    assert "minor_leaves_parents" in codes(request, people.register(family))
    assert not codes(leaving(), people.register(family))


def test_the_letter_names_who_asked_and_the_card_that_is_left() -> None:
    plan = planned(leaving(nik=WIFE, reason="other", reason_text="dekat orang tua", card="join"), people.register())
    content = plan.documents[0].content
    assert isinstance(content, MovingLetter)
    assert (content.applicant.nik, content.reason, content.card_of_movers) == (WIFE, "DEKAT ORANG TUA", "NUMPANG KK")
    assert letter_of(plan).kk_number == KK
