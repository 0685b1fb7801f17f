"""What each kind of court decision must meet at the door, and which courts may send it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.intake.domain.court import CourtDecision, CourtParty, decision_from, elsewhere, fingerprint, read_answers
from services.intake.domain.decisions import DECISIONS, PROBLEMS, judge, kinds_of
from shared.contracts import decisions as wire
from shared.reference.catalogue import Offer, catalogue
from shared.reference.courts import find_court
from shared.reference.decision_kinds import decision_kinds
from shared.reference.reasons import reasons

TODAY = date(2026, 11, 24)
HUSBAND = CourtParty("3519081708850003", "Budi Santoso bin Ahmad, S.H.", village_code="3519082001")
WIFE = CourtParty("3519084502880004", "Siti Aminah")
CHILD = "3519080101150002"
GUGAT = CourtDecision(
    decision_id="d-1",
    court_code="PA.Kab.Mn",
    case_number="0412/Pdt.G/2026/PA.Kab.Mn",
    kind="cerai_gugat",
    decided_on=date(2026, 10, 1),
    final_on=date(2026, 10, 15),
    answers={
        "deed_number": "194/AC/2026/PA.Kab.Mn",
        "deed_on": date(2026, 10, 20),
        "husband": HUSBAND,
        "wife": WIFE,
        "children": ({"nik": CHILD, "custody_nik": WIFE.nik},),
    },
)
CASE = {"court_code", "case_number", "kind", "decided_on", "final_on", "notified_on"}


def changed(decision: CourtDecision, **changes: Any) -> CourtDecision:
    own = {name: value for name, value in changes.items() if name not in CASE}
    plain = {name: value for name, value in changes.items() if name in CASE}
    return replace(decision, **plain, answers={**decision.answers, **own})


TALAK = changed(GUGAT, kind="cerai_talak", pledge_on=date(2026, 10, 18))


def found(decision: CourtDecision, **changes: Any) -> set[tuple[str, str]]:
    return {(problem.field, problem.code) for problem in judge(changed(decision, **changes), TODAY)}


@pytest.mark.parametrize(
    "decision", [GUGAT, TALAK, changed(GUGAT, deed_number="194/AC/2026/PA.Mdn"), changed(GUGAT, final_on=TODAY, deed_on=TODAY)]
)
def test_a_decision_in_order_has_no_problem(decision: CourtDecision) -> None:
    assert judge(decision, TODAY) == ()


@pytest.mark.parametrize(
    ("decision", "changes", "expected"),
    [
        (GUGAT, {"final_on": date(2026, 10, 14)}, ("final_on", "final_too_early")),
        (GUGAT, {"notified_on": date(2026, 10, 2)}, ("final_on", "final_too_early")),
        (GUGAT, {"notified_on": date(2026, 9, 30)}, ("notified_on", "notified_before_decided")),
        (GUGAT, {"final_on": date(2026, 11, 25)}, ("final_on", "decision_not_final")),
        (GUGAT, {"deed_on": date(2026, 10, 14)}, ("deed_on", "deed_before_final")),
        (GUGAT, {"deed_on": date(2026, 11, 25)}, ("deed_on", "deed_in_the_future")),
        (GUGAT, {"pledge_on": date(2026, 10, 18)}, ("pledge_on", "pledge_unexpected")),
        (TALAK, {"pledge_on": None}, ("pledge_on", "pledge_missing")),
        (TALAK, {"pledge_on": date(2026, 10, 14)}, ("pledge_on", "pledge_before_final")),
        (TALAK, {"pledge_on": date(2026, 10, 21)}, ("deed_on", "deed_before_final")),
        (GUGAT, {"marriage_certificate_on": date(2026, 10, 2)}, ("marriage_certificate_on", "marriage_after_decision")),
        (GUGAT, {"case_number": "412/Pdt.P/2026/PA.Kab.Mn"}, ("case_number", "case_number_not_a_lawsuit")),
        (GUGAT, {"case_number": "412/Pdt.G/2026/PA.Mn"}, ("case_number", "case_number_of_another_court")),
        (GUGAT, {"case_number": "412/Pdt.G/2027/PA.Kab.Mn"}, ("case_number", "case_number_after_decision")),
        (GUGAT, {"deed_number": "412/Pdt.G/2026/PA.Kab.Mn"}, ("deed_number", "deed_number_malformed")),
        (GUGAT, {"deed_number": "194/AC/2025/PA.Kab.Mn"}, ("deed_number", "deed_year_differs")),
        (GUGAT, {"wife": replace(WIFE, nik=HUSBAND.nik)}, ("wife.nik", "parties_same")),
        (GUGAT, {"wife": replace(WIFE, village_code="0000000000")}, ("wife.village_code", "region_unknown")),
        (GUGAT, {"children": ({"nik": CHILD, "custody_nik": CHILD},)}, ("children[0].custody_nik", "custody_unknown")),
        (GUGAT, {"kind": "perubahan_nama"}, ("kind", "court_not_competent")),
        (GUGAT, {"court_code": "PN Mad"}, ("court_code", "court_not_competent")),
        (GUGAT, {"court_code": "PN.Psp"}, ("court_code", "court_not_competent")),
        (GUGAT, {"court_code": "PA.Mars"}, ("court_code", "court_unknown")),
        (GUGAT, {"kind": "lain"}, ("kind", "kind_unknown")),
    ],
)
def test_what_is_not_in_order_is_named(decision: CourtDecision, changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in found(decision, **changes)


def test_a_decision_of_the_wrong_office_gets_that_reason_and_no_other() -> None:
    assert found(GUGAT, kind="perubahan_nama", case_number="x", final_on=date(2026, 1, 1)) == {("kind", "court_not_competent")}


def test_the_reason_of_a_refused_change_of_name_names_the_court_that_decides_it() -> None:
    (problem,) = judge(changed(GUGAT, kind="perubahan_nama"), TODAY)
    assert "Pengadilan Negeri" in problem.detail


def test_parties_are_served_by_where_they_live_and_never_by_their_nik() -> None:
    moved_away = replace(HUSBAND, village_code="3577011001")
    moved_here = replace(WIFE, nik="3273014502880004", village_code="3519082001")
    assert [(one.party, one.regency_code) for one in elsewhere(changed(GUGAT, husband=moved_away, wife=moved_here))] == [
        ("husband", "3577")
    ]
    assert ("husband.village_code", "no_party_here") in found(GUGAT, husband=moved_away, wife=replace(moved_away, nik=WIFE.nik))


@pytest.mark.parametrize("text", ["412/Pdt.G/2026/PA.Kab.Mn", "00412/PDT.G/2026/PA Kab Mn", " 412/pdt.g/2026/pa.kab.mn "])
def test_every_way_of_writing_a_case_has_one_key(text: str) -> None:
    assert replace(GUGAT, case_number=text).key == GUGAT.key


def test_every_kind_has_rules_a_model_on_the_wire_and_a_service_of_the_court() -> None:
    assert set(DECISIONS) == set(wire.DECISIONS) == set(decision_kinds())
    services = {kind.service for kind in decision_kinds().values() if kind.service}
    assert {catalogue().get(service).offer for service in services} == {Offer.COURT}


def test_what_the_court_is_told_stands_in_the_one_list_of_reasons() -> None:
    assert {code for code in PROBLEMS if code not in reasons() or not reasons()[code].text} == set()


# ---- what is sent, read by the description of its kind

RAW: dict[str, Any] = {
    "deed_number": "194/AC/2026/PA.Kab.Mn",
    "deed_on": "2026-10-20",
    "husband": {"nik": " 3519 0817 0885 0003", "name": "Budi Santoso bin Ahmad, S.H.", "born_on": "1985-08-17"},
    "wife": {"nik": "3519084502880004", "name": "Siti Aminah"},
    "children": [{"nik": CHILD, "custody_nik": WIFE.nik}],
    "unheard_of": 1,
}


def test_a_body_is_read_in_its_normal_form_and_a_name_as_the_court_wrote_it() -> None:
    answers, problems = read_answers(decision_kinds()["cerai_gugat"], RAW, TODAY)
    assert problems == ()
    assert (answers["husband"].nik, answers["husband"].born_on) == ("3519081708850003", date(1985, 8, 17))
    assert answers["husband"].name == "Budi Santoso bin Ahmad, S.H."
    assert (answers["deed_serial"], answers["pledge_on"], "unheard_of" in answers) == (None, None, False)


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        ("cerai_gugat", {"wife": {"nik": "12", "name": "Siti"}}, ("wife.nik", "nik_not_16_digits")),
        ("cerai_gugat", {"wife": {"nik": WIFE.nik, "name": "Siti", "kk_number": "12"}}, ("wife.kk_number", "kk_not_16_digits")),
        ("cerai_gugat", {"children": [{"nik": "1", "custody_nik": WIFE.nik}]}, ("children[0].nik", "nik_not_16_digits")),
        ("cerai_gugat", {"deed_on": None}, ("deed_on", "answer_missing")),
        ("hadhanah", {"children": []}, ("children", "group_too_few")),
        ("itsbat_nikah", {"husband_before": "engaged"}, ("husband_before", "choice_unknown")),
        ("itsbat_nikah", {"married_on": "2027-01-01"}, ("married_on", "date_in_future")),
        ("asal_usul_anak", {"birth_order": 0}, ("birth_order", "number_out_of_range")),
    ],
)
def test_what_can_t_be_read_is_named_and_its_value_is_not(kind: str, changes: dict[str, Any], expected: tuple[str, str]) -> None:
    _, problems = read_answers(decision_kinds()[kind], {**RAW, **changes}, TODAY)
    assert expected in {(problem.field, problem.code) for problem in problems}
    assert "engaged" not in str(problems)


# ---- the other kinds

PERSON = CourtParty("3519080302130001", "Rizki Pratama")
ITSBAT = CourtDecision(
    decision_id="d-2",
    court_code="PA.Kab.Mn",
    case_number="7/Pdt.P/2026/PA.Kab.Mn",
    kind="itsbat_nikah",
    decided_on=date(2026, 10, 1),
    final_on=date(2026, 10, 1),
    answers={"husband": HUSBAND, "wife": WIFE, "married_on": date(2009, 5, 1), "children": ({"nik": CHILD},)},
)
BATAL = changed(GUGAT, kind="pembatalan_perkawinan", marriage_certificate_on=date(2020, 1, 1))
ORIGIN = replace(
    ITSBAT, kind="asal_usul_anak", answers={"child": replace(PERSON, born_on=date(2013, 2, 3)), "father": HUSBAND, "mother": WIFE}
)
ADOPTION = replace(
    ITSBAT, kind="pengangkatan_anak", answers={"child": PERSON, "adoptive_father": HUSBAND, "birth_father_name": "ORANG LAIN"}
)
GUARDIAN = replace(ITSBAT, kind="perwalian", answers={"guardian": WIFE, "children": ({"nik": CHILD},)})
CUSTODY = changed(GUGAT, kind="hadhanah", holder=WIFE, other_parent=HUSBAND, children=({"nik": CHILD},))
POLYGAMY = replace(GUGAT, kind="izin_poligami", answers={"husband": HUSBAND, "wives": ({"nik": WIFE.nik},), "intended": PERSON})
NAME = replace(
    ITSBAT,
    court_code="PN.Mjy",
    case_number="32/Pdt.P/2026/PN Mjy",
    kind="perubahan_nama",
    answers={"person": PERSON, "old_name": "Rizki Pratama", "new_name": "Rizki Wijaya"},
)
LEAVE = replace(ITSBAT, kind="dispensasi_kawin", answers={"candidate": PERSON, "partner_name": "Siti Aminah"})
ADHAL = replace(ITSBAT, kind="wali_adhal", answers={"bride": WIFE, "groom_name": "Budi", "wali_name": "Ahmad", "kua": "KUA Geger"})
ALL = [GUGAT, TALAK, ITSBAT, BATAL, ORIGIN, ADOPTION, GUARDIAN, CUSTODY, POLYGAMY, NAME, LEAVE, ADHAL]


@pytest.mark.parametrize("decision", ALL, ids=lambda decision: decision.kind)
def test_every_kind_has_a_decision_in_order(decision: CourtDecision) -> None:
    assert judge(decision, TODAY) == ()


def test_the_table_has_every_kind() -> None:
    assert {decision.kind for decision in ALL} == set(DECISIONS)


@pytest.mark.parametrize(
    ("decision", "changes", "expected"),
    [
        (ITSBAT, {"married_on": date(2026, 10, 2)}, ("married_on", "marriage_after_decision")),
        (ITSBAT, {"book_number": "12/34/X/2026"}, ("book_on", "book_incomplete")),
        (ITSBAT, {"book_on": date(2026, 10, 2)}, ("book_number", "book_incomplete")),
        (ITSBAT, {"book_number": "12/34/X/2026", "book_on": date(2026, 9, 30)}, ("book_on", "book_before_decision")),
        (ITSBAT, {"children": ({"nik": CHILD}, {"nik": CHILD})}, ("children[1].nik", "child_named_twice")),
        (ITSBAT, {"children": ({"nik": WIFE.nik},)}, ("children[0].nik", "child_is_party")),
        (ITSBAT, {"final_on": date(2026, 9, 30)}, ("final_on", "final_too_early")),
        (ITSBAT, {"case_number": "7/AC/2026/PA.Kab.Mn"}, ("case_number", "case_number_of_no_case")),
        (ITSBAT, {"decided_on": date(2026, 11, 25)}, ("decided_on", "decided_in_the_future")),
        (BATAL, {"marriage_certificate_on": date(2026, 10, 2)}, ("marriage_certificate_on", "marriage_after_decision")),
        (BATAL, {"case_number": "412/Pdt.P/2026/PA.Kab.Mn"}, ("case_number", "case_number_not_a_lawsuit")),
        (BATAL, {"children": ({"nik": CHILD, "custody_nik": CHILD},)}, ("children[0].custody_nik", "custody_unknown")),
        (ORIGIN, {"father": replace(HUSBAND, born_on=date(2013, 2, 3))}, ("father.born_on", "child_older_than_parent")),
        (ORIGIN, {"mother": replace(WIFE, nik=PERSON.nik)}, ("mother.nik", "parties_same")),
        (ADOPTION, {"adoptive_father": None}, ("adoptive_mother", "adopter_missing")),
        (ADOPTION, {"birth_father_name": "budi santoso bin ahmad, s.h."}, ("adoptive_father.name", "adopter_is_parent")),
        (ADOPTION, {"case_number": "7/Pdt.G/2026/PA.Kab.Mn"}, ("case_number", "case_number_not_a_petition")),
        (GUARDIAN, {"children": ({"nik": WIFE.nik},)}, ("children[0].nik", "child_is_party")),
        (CUSTODY, {"children": ({"nik": CHILD}, {"nik": CHILD})}, ("children[1].nik", "child_named_twice")),
        (POLYGAMY, {"wives": ({"nik": WIFE.nik}, {"nik": WIFE.nik})}, ("wives[1].nik", "wife_named_twice")),
        (POLYGAMY, {"wives": ({"nik": PERSON.nik},)}, ("wives[0].nik", "wife_named_twice")),
        (NAME, {"new_name": "RIZKI PRATAMA"}, ("new_name", "name_unchanged")),
        (NAME, {"old_name": "Rizki Purnama"}, ("person.name", "old_name_differs")),
        (NAME, {"kind": "itsbat_nikah"}, ("court_code", "court_not_competent")),
        (ITSBAT, {"kind": "perubahan_nama"}, ("kind", "court_not_competent")),
    ],
)
def test_what_is_not_in_order_of_the_other_kinds_is_named(
    decision: CourtDecision, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert expected in found(decision, **changes)


def test_a_general_court_sends_changes_of_name_alone() -> None:
    general, religious = find_court("PN.Mjy"), find_court("PA.Kab.Mn")
    assert general is not None
    assert religious is not None
    assert [kind.id for kind in kinds_of(general)] == ["perubahan_nama"]
    assert "perubahan_nama" not in {kind.id for kind in kinds_of(religious)}


BODY: dict[str, Any] = {
    "decision_id": "d-1",
    "court_code": "PA.Kab.Mn",
    "case_number": "0412/Pdt.G/2026/PA.Kab.Mn",
    "kind": "cerai_gugat",
    "decided_on": "2026-10-01",
    "final_on": "2026-10-15",
    "deed_number": "194/AC/2026/PA.Kab.Mn",
    "deed_on": "2026-10-20",
    "deed_serial": "J 023719",
    "husband": {"nik": "3519081708850003", "name": "Budi Santoso", "village_code": "3519082001"},
    "wife": {"nik": "3519084502880004", "name": "Siti Aminah", "born_on": "1988-02-05"},
    "children": [{"nik": CHILD, "custody_nik": WIFE.nik}],
}


def test_a_decision_that_was_recorded_before_the_kinds_were_described_is_still_known_by_its_content() -> None:
    same = {"decision_id": "d-2", "case_number": "412/PDT.G/2026/PA Kab Mn"}
    known = "754c8079b2fc075e371ebe0de11f323f44dff19f5f4aad967a15117f9c9831c0"  # as 0.2 made it
    assert fingerprint(decision_from(BODY, TODAY)) == fingerprint(decision_from(BODY | same, TODAY)) == known
    assert fingerprint(decision_from(BODY | {"deed_serial": "J 1"}, TODAY)) != known


def test_a_decision_of_another_court_is_read_no_further_than_what_all_have() -> None:
    decision = decision_from(BODY | {"kind": "perubahan_nama"}, TODAY)
    assert (decision.answers, decision.unread) == ({}, ())
