"""Who may be given a person's papers by the rules alone: each side of each line."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain import case as cases
from services.verification.domain.checks import check_application
from services.verification.domain.finding import Finding, failure
from services.verification.domain.identity import is_vouched_for
from services.verification.domain.policy import FORM, ROUTES, TELLS_NOTHING, CaseRoute, route
from services.verification.domain.reasons import check_neutral
from services.verification.domain.register import Register
from services.verification.domain.rules import Application, People
from services.verification.domain.services import RULES
from services.verification.domain.submission import Submission
from services.verification.handlers.planning import people_of
from shared.errors import BadInput
from shared.reference.catalogue import catalogue
from shared.reference.population import KkMarital
from shared.reference.reasons import reasons
from shared.values import VouchedBy, Vouching
from tests.support import families as people
from tests.support.families import DAUGHTER, HUSBAND, NOW, SON, TODAY, WIFE

OTHER = "3519081107700005"
OTHER_KK = "3519081611230009"
SERVICE = catalogue().get("kk_hilang")
JUST_17 = date(TODAY.year - 17, TODAY.month, TODAY.day)
NEARLY_17 = date(TODAY.year - 17, TODAY.month, TODAY.day + 1)


def findings(submission: Submission, register: Register | None = None) -> tuple[Finding, ...]:
    return check_application(Application((submission,)), SERVICE, register or people.register(), today=TODAY)


def judged(submission: Submission, register: Register | None = None) -> CaseRoute:
    return route(findings(submission, register), SERVICE).route


def family_with(son: Any) -> Register:
    return people.register(people.family(people.member(), people.wife(), son))


@pytest.mark.parametrize(
    ("village", "register", "expected"),
    [
        (people.family().village_code, people.register(), True),
        ("3519072999", people.register(), False),
        (None, people.register(), False),
        (people.family().village_code, people.register(people.family(people.member("3519010101900001"))), False),
    ],
    ids=["own", "another", "none", "not in the register"],
)
def test_a_registrar_stands_for_people_of_the_own_village_alone(village: str | None, register: Register, *, expected: bool) -> None:
    submission = people.lost_card(vouching=Vouching(VouchedBy.DESK, village=village), sender_nik=None)
    assert is_vouched_for(submission, register, today=TODAY) is expected


@pytest.mark.parametrize(
    ("submission", "register", "expected"),
    [
        (people.lost_card(), people.register(), True),
        (people.lost_card(sender_nik=WIFE), people.register(), True),
        (people.lost_card(nik=SON, sender_nik=WIFE), people.register(), True),
        (people.lost_card(sender_nik=SON), people.register(), False),
        (people.lost_card(sender_nik=SON), family_with(people.child(SON, JUST_17)), True),
        (people.lost_card(sender_nik=SON), family_with(people.child(SON, NEARLY_17)), False),
        (people.lost_card(sender_nik=SON), family_with(replace(people.child(SON, NEARLY_17), marital=KkMarital.MARRIED)), True),
        (people.lost_card(sender_nik=SON), family_with(replace(people.child(SON, NEARLY_17), marital=KkMarital.WIDOWED)), True),
        (people.lost_card(sender_nik=OTHER), people.register(), False),
        (
            people.lost_card(sender_nik=OTHER),
            people.register(people.family(), people.family(people.member(OTHER), kk_number=OTHER_KK)),
            False,
        ),
        (
            people.lost_card(sender_nik=OTHER, kk_number=OTHER_KK),
            people.register(people.family(people.member(OTHER), kk_number=OTHER_KK)),
            False,
        ),
        (
            people.lost_card(sender_nik=WIFE),
            people.register(people.family(), people.family(people.wife(), kk_number=OTHER_KK)),
            False,
        ),
        (people.lost_card(sender_nik=None), people.register(), False),
        (people.lost_card(vouching=None), people.register(), False),
        (people.lost_card(vouching=Vouching(VouchedBy.ADAPTER), sender_nik=None), people.register(), True),
        (people.divorce(), people.register(), True),
        (people.lost_card(nik=OTHER, sender_nik=OTHER), people.register(), True),
    ],
    ids=[
        *("self", "spouse", "mother of the holder", "minor of the card", "17 today", "17 tomorrow", "married minor", "widowed minor"),
        *("nobody", "adult of another card", "adult of the typed card alone", "wife on two cards", "no person", "no link"),
        *("adapter", "court", "self not in the register"),
    ],
)
def test_who_is_vouched_for(submission: Submission, register: Register, expected: bool) -> None:  # noqa: FBT001 - a table
    assert is_vouched_for(submission, register, today=TODAY) is expected


def test_a_vouched_request_that_is_green_is_approved_and_an_unproven_one_goes_to_an_officer() -> None:
    assert judged(people.lost_card()) is CaseRoute.APPROVE
    assert judged(people.lost_card(vouching=None)) is CaseRoute.STAFF


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"nik": OTHER},
        {"kk_number": OTHER_KK},
        {"kk_number": "3577011611230001"},
        {"nik": DAUGHTER},
        {"applicant_name": "SOMEBODY ELSE"},
    ],
    ids=str,
)
def test_an_unproven_request_goes_one_way_whatever_the_register_holds(changes: dict[str, str]) -> None:
    for register in (people.register(), Register.of([])):
        assert judged(people.lost_card(vouching=None, **changes), register) is CaseRoute.STAFF


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nik": "123"}, "nik_not_16_digits"),
        ({"kk_number": "3519083299100007"}, "kk_date_impossible"),
        ({"attachments": ()}, "attachment_missing"),
        ({"applicant_name": "BUDI 2"}, "name_has_digits"),
    ],
)
def test_the_form_alone_goes_back_by_itself_and_says_nothing_else(changes: dict[str, Any], code: str) -> None:
    submission = people.lost_card(vouching=None, **({"nik": OTHER} | changes))
    verdict = route(findings(submission), SERVICE)
    assert verdict.route is CaseRoute.RETURN
    assert {finding.code for finding in verdict.reasons} == {code}


def test_what_goes_back_for_its_form_is_what_its_sender_can_mend() -> None:
    assert {ROUTES[code] for code in FORM} == {CaseRoute.RETURN}
    assert set(reasons()) >= TELLS_NOTHING


@pytest.mark.parametrize(("sender", "expected"), [(HUSBAND, True), (WIFE, False)])
def test_what_is_the_persons_alone_is_not_given_to_a_link_of_the_family(sender: str, *, expected: bool) -> None:
    asked = people.lost_card(sender_nik=sender)
    assert is_vouched_for(asked, people.register(), today=TODAY, only_self=True) is expected
    own_card = catalogue().get("ktp_hilang")
    found = check_application(Application((replace(asked, service="ktp_hilang"),)), own_card, people.register(), today=TODAY)
    assert any(finding.code == "identity_unproven" for finding in found) is not expected


def test_a_repeat_goes_to_an_officer_even_of_who_is_vouched_for() -> None:
    assert judged(people.lost_card(repeats="request-1")) is CaseRoute.STAFF


def case(**changes: Any) -> cases.Case:
    submission = people.lost_card(**changes)
    return cases.judged(cases.take_in(None, submission, at=NOW), findings(submission))


SELFIE = (*people.lost_card().attachments, people.attachment("selfie_ktp"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"vouching": None, "attachments": SELFIE}, True),
        ({"vouching": None}, False),
        ({"attachments": SELFIE}, False),
        ({"vouching": None, "attachments": SELFIE, "channel": "adapter"}, False),
        ({"sender_nik": OTHER, "attachments": SELFIE}, True),
    ],
    ids=["selfie of a chat", "no selfie", "proven already", "no chat", "linked to somebody else"],
)
def test_a_decision_may_grant_a_link_only_where_there_is_a_selfie_to_compare(changes: dict[str, Any], expected: bool) -> None:  # noqa: FBT001
    assert case(**changes).can_grant_link is expected


def test_every_reason_that_is_not_known_to_tell_nothing_is_kept_from_an_unproven_sender() -> None:
    for code in reasons():
        if code in TELLS_NOTHING:
            check_neutral((failure(code),))
        else:
            with pytest.raises(BadInput, match="reason_tells_register"):
                check_neutral((failure(code),))


def test_the_sender_is_looked_up_with_the_holder() -> None:
    rules = RULES["kk_hilang"]
    assert people_of(Application((people.lost_card(sender_nik=WIFE),)), rules, SERVICE) == People((HUSBAND, WIFE), (people.KK,))
    assert people_of(Application((people.lost_card(),)), rules, SERVICE) == People((HUSBAND,), (people.KK,))


def test_what_an_officer_returned_is_never_approved_without_one() -> None:
    verdict = route(findings(people.lost_card()), SERVICE, look_again=True)
    assert (verdict.route, [reason.code for reason in verdict.reasons]) == (CaseRoute.STAFF, ["officer_required"])
