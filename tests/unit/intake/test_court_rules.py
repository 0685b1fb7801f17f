from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.intake.domain.court import CourtChild, CourtDecision, CourtParty, elsewhere
from services.intake.domain.decisions import DECISIONS, PROBLEMS, judge
from shared.contracts import decisions as wire
from shared.reference.catalogue import Offer, catalogue
from shared.reference.reasons import reasons

TODAY = date(2026, 11, 24)
HUSBAND = CourtParty("3519081708850003", "Budi Santoso bin Ahmad, S.H.", village_code="3519082001")
WIFE = CourtParty("3519084502880004", "Siti Aminah")
GUGAT = CourtDecision(
    decision_id="d-1",
    court_code="PA.Kab.Mn",
    case_number="0412/Pdt.G/2026/PA.Kab.Mn",
    kind="cerai_gugat",
    decided_on=date(2026, 10, 1),
    final_on=date(2026, 10, 15),
    deed_number="194/AC/2026/PA.Kab.Mn",
    deed_on=date(2026, 10, 20),
    husband=HUSBAND,
    wife=WIFE,
    children=(CourtChild("3519080101150002", WIFE.nik),),
)
TALAK = replace(GUGAT, kind="cerai_talak", pledge_on=date(2026, 10, 18))


def found(decision: CourtDecision, **changes: Any) -> set[tuple[str, str]]:
    return {(problem.field, problem.code) for problem in judge(replace(decision, **changes), TODAY)}


@pytest.mark.parametrize(
    "decision", [GUGAT, TALAK, replace(GUGAT, deed_number="194/AC/2026/PA.Mdn"), replace(GUGAT, final_on=TODAY, deed_on=TODAY)]
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
        (GUGAT, {"wife": replace(WIFE, nik="12")}, ("wife.nik", "nik_not_16_digits")),
        (GUGAT, {"wife": replace(WIFE, kk_number="12")}, ("wife.kk_number", "kk_not_16_digits")),
        (GUGAT, {"wife": replace(WIFE, village_code="0000000000")}, ("wife.village_code", "region_unknown")),
        (GUGAT, {"children": (CourtChild("1", WIFE.nik),)}, ("children[0].nik", "nik_not_16_digits")),
        (GUGAT, {"children": (CourtChild("3519080101150002", "3519080101150002"),)}, ("children[0].custody_nik", "custody_unknown")),
        (GUGAT, {"kind": "perubahan_nama"}, ("kind", "court_not_competent")),
        (GUGAT, {"court_code": "PN Mad"}, ("court_code", "court_not_competent")),
        (GUGAT, {"court_code": "PN.Psp"}, ("court_code", "court_not_competent")),
        (GUGAT, {"court_code": "PA.Mars"}, ("court_code", "court_unknown")),
        (GUGAT, {"kind": "perwalian"}, ("kind", "kind_not_open")),
        (GUGAT, {"kind": "lain"}, ("kind", "kind_unknown")),
    ],
)
def test_what_is_not_in_order_is_named(decision: CourtDecision, changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in found(decision, **changes)


def test_a_decision_of_the_wrong_office_gets_that_reason_and_no_other() -> None:
    assert found(GUGAT, kind="perubahan_nama", case_number="x", final_on=date(2026, 1, 1)) == {("kind", "court_not_competent")}


def test_the_reason_of_a_refused_change_of_name_names_the_court_that_decides_it() -> None:
    (problem,) = judge(replace(GUGAT, kind="perubahan_nama"), TODAY)
    assert "Pengadilan Negeri" in problem.detail


def test_parties_are_served_by_where_they_live_and_never_by_their_nik() -> None:
    moved_away = replace(HUSBAND, village_code="3577011001")
    moved_here = replace(WIFE, nik="3273014502880004", village_code="3519082001")
    assert [(one.party, one.regency_code) for one in elsewhere(replace(GUGAT, husband=moved_away, wife=moved_here))] == [
        ("husband", "3577")
    ]
    assert ("husband.village_code", "no_party_here") in found(GUGAT, husband=moved_away, wife=replace(moved_away, nik=WIFE.nik))


@pytest.mark.parametrize("text", ["412/Pdt.G/2026/PA.Kab.Mn", "00412/PDT.G/2026/PA Kab Mn", " 412/pdt.g/2026/pa.kab.mn "])
def test_every_way_of_writing_a_case_has_one_key(text: str) -> None:
    assert replace(GUGAT, case_number=text).key == GUGAT.key


def test_a_problem_never_repeats_a_value() -> None:
    problems = judge(replace(GUGAT, wife=replace(WIFE, nik="1234567890"), husband=replace(HUSBAND, kk_number="99")), TODAY)
    assert "1234567890" not in str(problems)


def test_every_kind_has_a_model_on_the_wire_and_a_service_of_the_court() -> None:
    assert set(DECISIONS) == set(wire.DECISIONS)
    assert {catalogue().get(rules.service).offer for rules in DECISIONS.values()} == {Offer.COURT}


def test_what_the_court_is_told_stands_in_the_one_list_of_reasons() -> None:
    assert {code for code in PROBLEMS if code not in reasons() or not reasons()[code].text} == set()
