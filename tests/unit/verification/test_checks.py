"""Checks and the way they lead: everything right is green, and each thing that is wrong is found, named and routed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.verification.domain.checks import (
    check_answers,
    check_application,
    check_card,
    check_kk_number,
    check_name,
    check_nik,
    check_pending,
    name_key,
)
from services.verification.domain.finding import Finding, Severity, failure, warning
from services.verification.domain.policy import ROUTES, CaseRoute, route, way_of
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application
from services.verification.domain.services import RULES, check_registry
from services.verification.domain.submission import Answers, CourtChild, CourtParty, Person, Submission
from shared.errors import DomainError
from shared.reference.catalogue import CivilService, Subject, SubjectKind, catalogue
from shared.reference.forms import Field, Form
from shared.reference.population import KkMarital, Relation
from shared.values import VouchedBy, Vouching
from tests.support import families as people
from tests.support.families import DAUGHTER, HUSBAND, SON, TODAY, WIFE

LOST = catalogue().get("kk_hilang")
CERAI = catalogue().get("cerai")


def service_of(submission: Submission) -> CivilService:
    return catalogue().get(submission.service)


def found(*submissions: Submission, register: Register | None = None) -> tuple[Finding, ...]:
    application, held = Application(submissions), register or people.register()
    service = service_of(submissions[0])
    findings = check_application(application, service, held, today=TODAY)
    return tuple(dict.fromkeys((*findings, *RULES[service.id].check(application, held, TODAY))))


def way(*submissions: Submission, register: Register | None = None) -> CaseRoute:
    service = service_of(submissions[0])
    return route(found(*submissions, register=register), service, RULES[service.id].ways).route


def test_a_right_request_is_all_green_and_approved() -> None:
    for submissions in ((people.lost_card(),), people.divorces(), (people.divorce(HUSBAND, products=("ktp",)),)):
        assert found(*submissions) == ()
        assert way(*submissions) is CaseRoute.APPROVE


def test_a_service_that_is_not_automatic_goes_to_an_officer_all_the_same() -> None:
    verdict = route((), replace(LOST, automatic=False))
    assert (verdict.route, verdict.reasons) == (CaseRoute.STAFF, (failure("officer_required"),))


@pytest.mark.parametrize(
    ("nik", "code"),
    [("351908110788000", "nik_not_16_digits"), ("3519083202880001", "nik_date_impossible"), ("3519081107880000", "nik_serial_zero")],
)
def test_a_nik_that_is_none_is_a_failure(nik: str, code: str) -> None:
    assert list(check_nik(nik, "nik")) == [failure(code, "nik")]


@pytest.mark.parametrize("submission", [people.lost_card(nik=None), people.divorce()])
def test_a_person_without_a_nik_is_an_officers_and_nothing_follows(submission: Submission) -> None:
    nobody = replace(submission, applicant=Person(), vouching=Vouching(VouchedBy.ADAPTER))
    assert found(nobody) == (failure("nik_missing", "answers.nik"),)
    assert way(nobody) is CaseRoute.STAFF
    with pytest.raises(DomainError, match="nik_missing"):
        RULES[nobody.service].plan(Application((nobody,)), people.register(), ("3519080000000001",), TODAY)


def test_an_unknown_region_is_a_warning_and_never_a_refusal() -> None:
    assert list(check_nik("3519991107880001", "nik")) == [warning("nik_region_unknown", "nik")]
    old = people.member("3519991107880001")
    register = people.register(people.family(old, people.wife()))
    submission = people.lost_card(nik=old.nik)
    assert found(submission, register=register) == (warning("nik_region_unknown", "answers.nik"),)
    assert way(submission, register=register) is CaseRoute.APPROVE


def test_the_date_in_a_kk_number_has_no_offset() -> None:
    assert list(check_kk_number("3519085611230001", "kk_number")) == [failure("kk_date_impossible", "kk_number")]
    assert list(check_kk_number("9919081611230001", "kk_number")) == [warning("kk_region_unknown", "kk_number")]


@pytest.mark.parametrize(
    ("name", "findings"),
    [
        ("Slamet Darmawan", []),
        ("Suharto", [warning("name_one_word", "name")]),
        ("Dr. Slamet Darmawan, S.H.", [failure("name_has_symbols", "name")]),
        ("Drs. Slamet Darmawan", [warning("name_has_title", "name")]),
        ("Slamet 2 Darmawan", [failure("name_has_digits", "name")]),
        ("A" * 61, [failure("name_too_long", "name")]),
        ("  ", [failure("name_empty", "name")]),
    ],
)
def test_names(name: str, findings: list[Finding]) -> None:
    assert list(check_name(name, "name")) == findings


def test_names_are_compared_by_their_letters() -> None:
    assert name_key("Nur  A'isyah-Putri") == name_key("NUR AISYAH PUTRI") == "NURAISYAHPUTRI"


@given(st.text(max_size=80), st.text(max_size=20))
def test_no_text_breaks_a_check(name: str, number: str) -> None:
    codes = [finding.code for finding in (*check_name(name, "name"), *check_nik(number, "nik"), *check_kk_number(number, "kk_number"))]
    assert all(code.replace("_", "").isalnum() for code in codes)


@pytest.mark.parametrize(("kept", "missing"), [("ktp", "surat_kehilangan"), ("surat_kehilangan", "ktp")])
def test_a_missing_document_is_named_and_asked_for(kept: str, missing: str) -> None:
    submission = people.lost_card(attachments=(people.attachment(kept),))
    assert found(submission) == (failure("attachment_missing", f"answers.{missing}"),)
    assert way(submission) is CaseRoute.RETURN


@pytest.mark.parametrize(
    ("changes", "finding", "expected"),
    [
        ({"nik": "3519080101700009"}, failure("nik_not_in_kk", "answers.nik"), CaseRoute.RETURN),
        ({"kk_number": "3519081611230002"}, failure("kk_number_differs", "answers.kk_number"), CaseRoute.RETURN),
        ({"kk_number": "3577011611230002", "nik": "3577011107880009"}, failure("other_office", "answers.kk_number"), CaseRoute.REJECT),
        ({"kk_number": "3519081611230002", "nik": "3519080101700009"}, failure("not_in_register", "answers.kk_number"), CaseRoute.STAFF),
        ({"kk_number": None}, failure("answer_missing", "answers.kk_number"), CaseRoute.RETURN),
        ({"applicant_name": "Bukan Namanya"}, failure("name_differs", "applicant.name"), CaseRoute.STAFF),
        ({"nik": SON}, failure("applicant_under_age", "answers.nik"), CaseRoute.STAFF),
        ({"kk_number": "12"}, failure("kk_not_16_digits", "answers.kk_number"), CaseRoute.RETURN),
    ],
)
def test_what_a_citizen_got_wrong(changes: dict[str, Any], finding: Finding, expected: CaseRoute) -> None:
    submission = people.lost_card(**changes)
    assert found(submission) == (finding,)
    assert way(submission) is expected


def test_a_family_that_moved_away_is_another_offices_whatever_its_number_says() -> None:
    register = people.register(people.family(village_code="3577011003"))
    assert way(people.lost_card(), register=register) is CaseRoute.REJECT
    assert way(people.divorce(WIFE), register=register) is CaseRoute.REJECT


def test_a_family_that_moved_here_with_an_old_number_is_ours() -> None:
    register = people.register(people.family(kk_number="3577011611230002"))
    assert way(people.lost_card(kk_number="3577011611230002"), register=register) is CaseRoute.APPROVE


def test_a_village_that_the_reference_does_not_have_is_for_an_officer() -> None:
    register = people.register(people.family(village_code="3519081999"))
    assert found(people.lost_card(), register=register) == (failure("village_unknown", "answers.kk_number"),)
    assert failure("village_unknown", "decision.wife.nik") in found(people.divorce(WIFE), register=register)
    assert way(people.lost_card(), register=register) is CaseRoute.STAFF


def test_a_person_in_two_families_is_for_an_officer() -> None:
    register = people.register(people.family(), people.family(kk_number="3519081611230007"))
    assert failure("nik_registered_twice", "answers.nik") in found(people.lost_card(), register=register)
    assert way(people.lost_card(), register=register) is CaseRoute.STAFF


def test_a_corrected_birth_date_leaves_the_nik_as_it_is_and_is_only_noted() -> None:
    register = people.register(people.family(people.member(born_on=date(1988, 7, 12), sex="P"), people.wife()))
    assert found(people.lost_card(), register=register) == (
        warning("nik_birth_differs", "answers.nik"),
        warning("nik_sex_differs", "answers.nik"),
    )


@pytest.mark.parametrize(
    ("changes", "finding", "expected"),
    [
        (
            {"final_on": date(2026, 12, 1), "deed_on": date(2026, 12, 2)},
            failure("decision_not_final", "decision.final_on"),
            CaseRoute.RETURN,
        ),
        ({"kind": "cerai_talak"}, failure("pledge_missing", "decision.pledge_on"), CaseRoute.RETURN),
        ({"pledge_on": date(2026, 9, 17)}, failure("pledge_unexpected", "decision.pledge_on"), CaseRoute.STAFF),
        ({"deed_on": date(2026, 9, 2)}, failure("decision_dates_disorder", "decision.deed_on"), CaseRoute.STAFF),
        ({"court_code": "PA.Nowhere"}, failure("court_unknown", "decision.court_code"), CaseRoute.STAFF),
        ({"court_code": "PN.Mjy"}, failure("court_not_competent", "decision.court_code"), CaseRoute.REJECT),
        ({"wife": CourtParty(nik=WIFE, name="Orang Lain")}, failure("name_differs", "decision.wife.name"), CaseRoute.STAFF),
        (
            {"wife": CourtParty(nik=WIFE, name="Titik Fitriani", born_on=date(1990, 4, 20))},
            failure("birth_date_differs", "decision.wife.born_on"),
            CaseRoute.STAFF,
        ),
        (
            {"children": (CourtChild(nik=SON, custody_nik="3519080101700009"),)},
            failure("custody_unknown", "decision.children[0].custody_nik"),
            CaseRoute.RETURN,
        ),
        (
            {"children": (CourtChild(nik="3519080101160009", custody_nik=WIFE),)},
            failure("child_not_in_register", "decision.children[0].nik"),
            CaseRoute.STAFF,
        ),
        (
            {"children": (CourtChild(nik="3519083202160009", custody_nik=WIFE),)},
            failure("nik_date_impossible", "decision.children[0].nik"),
            CaseRoute.RETURN,
        ),
    ],
)
def test_what_a_court_got_wrong(changes: dict[str, Any], finding: Finding, expected: CaseRoute) -> None:
    submission = people.divorce(WIFE, ruling=people.decision(**changes))
    assert found(submission) == (finding,)
    assert way(submission) is expected


def test_a_cerai_talak_with_its_pledge_is_green() -> None:
    ruling = people.decision(kind="cerai_talak", pledge_on=date(2026, 9, 18))
    assert found(people.divorce(ruling=ruling)) == ()


@pytest.mark.parametrize(
    ("marital", "code"),
    [
        (KkMarital.DIVORCED, "already_divorced"),
        (KkMarital.DIVORCED_UNRECORDED, "already_divorced"),
        (KkMarital.SINGLE, "not_married"),
        (KkMarital.WIDOWED, "not_married"),
    ],
)
def test_who_is_not_married_can_not_be_divorced(marital: KkMarital, code: str) -> None:
    register = people.register(people.family(people.member(), people.wife(marital=marital), *people.family().members[2:]))
    findings = found(people.divorce(WIFE), register=register)
    assert [finding for finding in findings if finding.code == code] == [failure(code, "decision.wife.nik")]
    assert way(people.divorce(WIFE), register=register) is CaseRoute.STAFF


def test_a_holder_who_is_no_party_and_a_marriage_to_oneself_go_back() -> None:
    assert found(people.divorce(SON)) == (failure("holder_not_party", "decision"),)
    same = people.decision(wife=CourtParty(nik=HUSBAND, name="Slamet Darmawan"), children=())
    assert failure("parties_same", "decision.wife.nik") in found(people.divorce(HUSBAND, ruling=same))


def hers(*members: Member, **changes: Any) -> Family:
    return people.family(people.wife(relation=Relation.HEAD), *members, kk_number="3519081611230005", **changes)


def test_parties_on_two_cards_are_an_officers_as_the_register_shows_no_couple() -> None:
    register = people.register(people.family(people.member(), *people.family().members[2:]), hers())
    assert found(*people.divorces(), register=register) == (failure("parties_live_apart", "decision"),)
    assert way(*people.divorces(), register=register) is CaseRoute.STAFF


def test_a_party_of_another_office_is_an_officers_and_what_is_here_follows() -> None:
    register = people.register(hers(people.family().members[3]))
    ruling = people.decision(children=(CourtChild(nik=DAUGHTER, custody_nik=WIFE),))
    expected = (warning("not_in_register", "decision.husband.nik"), failure("parties_live_apart", "decision"))
    assert found(people.divorce(WIFE, ruling=ruling), register=register) == expected
    assert way(people.divorce(WIFE, ruling=ruling), register=register) is CaseRoute.STAFF
    moved = people.register(people.family(people.member(), village_code="3577011003"), hers(people.family().members[3]))
    expected = (warning("other_office", "decision.husband.nik"), failure("parties_live_apart", "decision"))
    assert found(people.divorce(WIFE, ruling=ruling), register=moved) == expected
    assert way(people.divorce(HUSBAND, ruling=ruling), register=moved) is CaseRoute.REJECT


OTHER_MAN = "3519080703850002"


@pytest.mark.parametrize(
    "register",
    [
        people.register(people.family(), people.family(people.member(OTHER_MAN, name="JOKO"), kk_number="3519081611230007")),
        people.register(
            people.family(*people.family().members, people.member(OTHER_MAN, name="JOKO", relation=Relation.OTHER_KIN)),
        ),
        people.register(
            people.family(
                people.member("3519080101600001", name="PAK TUA"),
                people.wife(relation=Relation.CHILD_IN_LAW),
                people.member(relation=Relation.CHILD),
                people.member(OTHER_MAN, name="JOKO", relation=Relation.CHILD, marital_on=date(2001, 1, 1)),
            )
        ),
    ],
    ids=["of another family", "of the same card", "the brother of her husband"],
)
def test_a_wrong_husband_is_found_and_nothing_can_follow(register: Register) -> None:
    ruling = people.decision(husband=CourtParty(nik=OTHER_MAN, name="Joko"), children=())
    request = people.divorce(WIFE, ruling=ruling)
    assert failure("parties_not_spouses", "decision") in found(request, register=register)
    assert way(request, register=register) is CaseRoute.STAFF
    with pytest.raises(DomainError, match="parties_not_spouses"):
        RULES["cerai"].wishes(Application((request,)), register)


def test_a_child_in_a_third_family_is_for_an_officer() -> None:
    grandparents = people.family(people.child(SON, date(2013, 2, 3)), kk_number="3519081611230009")
    register = people.register(people.family(people.member(), people.wife()), grandparents)
    ruling = people.decision(children=(CourtChild(nik=SON, custody_nik=WIFE),))
    assert found(people.divorce(ruling=ruling), register=register) == (failure("child_in_other_family", "decision.children[0].nik"),)


def test_a_divorce_without_a_decision_goes_back() -> None:
    submission = replace(people.divorce(), decision=None)
    assert found(submission) == (failure("decision_missing", "decision"),)
    assert way(submission) is CaseRoute.RETURN


CODES = st.sampled_from([*ROUTES, "name_differs", "never_heard_of"])


@given(st.lists(st.builds(Finding, code=CODES, field=st.none(), severity=st.sampled_from(Severity)), max_size=6).map(tuple))
def test_the_strongest_way_wins_and_only_failures_count(findings: tuple[Finding, ...]) -> None:
    verdict = route(findings, LOST)
    asked = {ROUTES.get(finding.code, CaseRoute.STAFF) for finding in findings if finding.is_failure}
    strongest = next(
        (candidate for candidate in (CaseRoute.REJECT, CaseRoute.RETURN, CaseRoute.STAFF) if candidate in asked), CaseRoute.APPROVE
    )
    assert verdict.route is strongest
    assert all(reason.is_failure for reason in verdict.reasons)
    assert bool(verdict.reasons) is (verdict.route is not CaseRoute.APPROVE)


def test_an_answer_that_is_not_there_goes_back_and_a_field_that_does_not_apply_is_not_asked() -> None:
    fields = tuple(
        Field.of(row)
        for row in (
            {"name": "nik", "type": "nik"},
            {"name": "moves", "type": "yes_no"},
            {"name": "street", "type": "text", "when": {"field": "moves", "is": [True]}},
            {"name": "witnesses", "type": "group", "fields": [{"name": "nik", "type": "nik"}], "count": [1, 2]},
        )
    )
    service = replace(LOST, form=Form(fields))

    def findings(**answers: Any) -> tuple[Finding, ...]:
        return tuple(check_answers(people.lost_card(answers=Answers(answers)), service))

    rows = ({"nik": WIFE},)
    assert findings(nik=HUSBAND, moves=False, witnesses=rows) == ()
    assert findings(nik=HUSBAND, moves=True, witnesses=rows) == (failure("answer_missing", "answers.street"),)
    assert findings(nik=HUSBAND, moves=False, witnesses=({"nik": "12"},)) == (failure("nik_not_16_digits", "answers.witnesses[0].nik"),)
    assert findings(nik=HUSBAND, moves=False) == (failure("answer_missing", "answers.witnesses"),)


def test_a_birth_may_be_reported_by_somebody_of_another_card() -> None:
    service = replace(LOST, subject=Subject(SubjectKind.NEWBORN))
    neighbours = people.family(people.member(OTHER_MAN, name="JOKO"), kk_number="3519081611230007")
    reported = people.lost_card(nik=OTHER_MAN)
    assert list(check_card(reported, service, people.register(people.family(), neighbours), today=TODAY)) == [
        warning("nik_birth_differs", "answers.nik")
    ]
    assert list(check_card(reported, service, people.register(), today=TODAY)) == [failure("not_in_register", "answers.nik")]


def test_a_family_that_waits_for_the_documents_of_another_case_is_an_officers() -> None:
    application = Application((people.lost_card(),))
    waiting = people.register(replace(people.family(), pending="case-2"))
    plan = RULES["kk_hilang"].plan(application, waiting, (), TODAY)
    pending = failure("register_change_pending", "answers.kk_number")
    assert list(check_pending("case-1", application, plan, waiting)) == [pending]
    assert way_of(pending.code, RULES["kk_hilang"].ways) is CaseRoute.STAFF
    assert list(check_pending("case-2", application, plan, waiting)) == []
    read_only = replace(people.family(people.member(OTHER_MAN), kk_number="3519081611230007"), pending="case-2")
    assert list(check_pending("case-1", application, plan, people.register(people.family(), read_only))) == []


def test_custody_of_somebody_who_is_no_child_of_the_parties_is_an_officers() -> None:
    """A nephew on the same card whose NIK the court wrote by a slip would move to the wife by the rules alone."""
    nephew = replace(people.child(SON, date(2013, 2, 3), relation=Relation.OTHER_KIN), father="ORANG LAIN", mother="IBU LAIN")
    register = people.register(people.family(people.member(), people.wife(), nephew))
    ruling = people.decision(children=(CourtChild(nik=SON, custody_nik=WIFE),))
    assert found(people.divorce(ruling=ruling), register=register) == (failure("child_not_of_parties", "decision.children[0].nik"),)
    grown = people.register(people.family(people.member(), people.wife(), people.child(SON, date(TODAY.year - 18, 1, 1))))
    assert "child_not_of_parties" in {finding.code for finding in found(people.divorce(ruling=ruling), register=grown)}


def test_no_setting_lets_the_rules_alone_change_families_on_somebodys_word() -> None:
    """Whoever has a link of their own could move into any family, or report anybody's death: nothing of it is shown by the register."""
    for code in ("akta_lahir", "akta_mati", "kk_baru", "kk_ubah", "kk_pisah", "kk_numpang", "kk_ganti_kepala"):
        with pytest.raises(ValueError, match=code):
            check_registry(RULES, catalogue(), {code: True})
    check_registry(RULES, catalogue(), {"kk_rusak": True, "kk_numpang": False})
