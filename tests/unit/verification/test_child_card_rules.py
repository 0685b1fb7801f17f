"""A child's card: the first, and one that is lost, worn, expired, or of another regency."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.contents import ChildCard
from services.verification.domain.register import Register
from services.verification.domain.rules import Application
from services.verification.domain.services import RULES
from services.verification.events import content_of
from shared.contracts.contents import ChildCardContent
from shared.errors import DomainError
from shared.reference.population import KkMarital
from tests.support import families as people
from tests.support.applications import application, codes, fields, guardian_family, orders, planned
from tests.support.families import HUSBAND, KK, SON, attachment

BABY = "3519084111240001"
NUMBER = "3519-LU-04022013-0007"
EVERY = ["kia_baru", "kia_hilang", "kia_habis_masa", "kia_pindah"]


def asked(child_nik: str = SON, *, service: str = "kia_hilang", paper: bool = True, **changes: Any) -> Application:
    """A father asks for his son's card."""
    answers: dict[str, Any] = {
        "nik": HUSBAND,
        "kk_number": KK,
        "child_nik": child_nik,
        "birth_certificate_number": NUMBER,
        "carers": "both",
    }
    answers |= {} if service == "kia_habis_masa" else {"turned_five": True}
    answers |= {"has_card": True} if service == "kia_pindah" else {}
    request = application(service, **(answers | changes))
    return Application((replace(request.first, attachments=(attachment("akta_kelahiran"),) if paper else ()),))


def with_baby(born_on: date) -> Register:
    baby = people.child(BABY, born_on, sex="P")
    return people.register(replace(people.family(), members=(*people.family().members, baby)))


def with_son(**changes: Any) -> Register:
    family = people.family()
    members = tuple(replace(member, **changes) if member.nik == SON else member for member in family.members)
    return people.register(replace(family, members=members))


def printed(request: Application, register: Register) -> ChildCardContent:
    (ordered,) = planned(request, register).documents
    content = content_of(ordered.content)
    assert isinstance(content, ChildCardContent)
    return content


@pytest.mark.parametrize("service", EVERY)
def test_a_card_is_ordered_for_the_child_and_nothing_else_happens(service: str) -> None:
    register = people.register(people.family())
    assert codes(asked(service=service), register, failures_only=True) == set()
    plan = planned(asked(service=service), register)
    assert (orders(plan), plan.change) == ([("kia", f"kia:{SON}")], None)
    (ordered,) = plan.documents
    assert isinstance(ordered.content, ChildCard)
    assert ordered.content.family.kk_number == KK


@pytest.mark.parametrize("service", EVERY)
def test_who_is_grown_or_married_has_no_child_card_whatever_an_officer_says(service: str) -> None:
    grown = asked(HUSBAND, service=service)
    assert fields(grown, people.register())["too_old_for_child_card"] == "answers.child_nik"
    married = with_son(marital=KkMarital.MARRIED)
    assert fields(asked(service=service), married)["married_for_child_card"] == "answers.child_nik"
    for request, register in ((grown, people.register()), (asked(service=service), married)):
        with pytest.raises(DomainError):
            planned(request, register)


@pytest.mark.parametrize(
    ("born_on", "is_child"), [(date(2009, 11, 24), False), (date(2009, 11, 25), True)], ids=["17 today", "17 tomorrow"]
)
def test_it_ends_the_day_before_the_seventeenth_birthday(born_on: date, *, is_child: bool) -> None:
    assert ("too_old_for_child_card" not in codes(asked(), with_son(born_on=born_on))) is is_child


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (asked("3519080101150002"), {"child_not_on_card": "answers.child_nik"}),
        (asked(turned_five=False), {"turned_five_differs": "answers.turned_five"}),
        (asked(carers="one"), {"both_parents_needed": "answers.carers"}),
        (asked(paper=False), {"certificate_paper_needed": "answers.akta_kelahiran"}),
        (asked(birth_certificate_number="tidak ada"), {"certificate_number_malformed": "answers.birth_certificate_number"}),
        (asked(birth_certificate_number="3519-KM-04022013-0007"), {"certificate_number_other_kind": "answers.birth_certificate_number"}),
        (asked(birth_certificate_number="3519-LU-02022013-0007"), {"certificate_day_impossible": "answers.birth_certificate_number"}),
        (asked(birth_certificate_number="7☂"), {"certificate_number_malformed": "answers.birth_certificate_number"}),
    ],
    ids=["a stranger", "the age", "one parent of two", "no paper", "no number", "of a death", "before the birth", "what no font has"],
)
def test_what_does_not_fit_is_named(request_: Application, expected: dict[str, str]) -> None:
    assert fields(request_, people.register(people.family())) == expected


def test_one_parent_is_enough_where_the_card_has_one() -> None:
    father, _, *children = people.family().members
    alone = people.register(people.family(father, *children))
    assert codes(asked(carers="one"), alone) == set()
    assert codes(asked(carers="guardian"), people.register()) == set(), "papers show a guardian, and an officer reads them"


@pytest.mark.parametrize("text", ["3519-LU-04022013-0007", "3519-lu-04022013-0007", "AL.716.0012345", "123/Ist/1998", "477 / 21"])
def test_the_numbers_of_all_decades_are_taken_and_printed(text: str) -> None:
    register = people.register()
    assert codes(asked(birth_certificate_number=text), register) == set()
    assert printed(asked(birth_certificate_number=text), register).birth_certificate_number == text.upper()


def test_the_registers_number_is_printed_and_needs_no_paper() -> None:
    known = with_son(birth_certificate=NUMBER)
    assert codes(asked(paper=False, birth_certificate_number="3519 LU 04022013 0007"), known) == set()
    assert printed(asked(paper=False, birth_certificate_number="3519 LU 04022013 0007"), known).birth_certificate_number == NUMBER
    other = asked(birth_certificate_number="3519-LU-04022013-0008")
    assert fields(other, known) == {"certificate_number_differs": "answers.birth_certificate_number"}


@pytest.mark.parametrize(("known", "code"), [("birth_certificate", "certificate_of_another"), ("annulled", "certificate_void")])
def test_no_card_shows_the_akta_of_another_child_or_one_that_is_void(known: str, code: str) -> None:
    value: Any = NUMBER if known == "birth_certificate" else (NUMBER,)
    other = guardian_family(replace(guardian_family().members[0], **{known: value}))
    register, request = people.register(people.family(), other), asked(birth_certificate_number="3519 lu 04022013 0007")
    assert RULES["kia_hilang"].people(request).certificates == (NUMBER,)
    assert fields(request, register) == {code: "answers.birth_certificate_number"}
    with pytest.raises(DomainError, match=code):
        planned(request, register)


def test_without_a_number_that_can_be_printed_nothing_is_ordered() -> None:
    with pytest.raises(DomainError, match="certificate_number_malformed"):
        planned(asked(birth_certificate_number="tidak ada"), people.register())


@pytest.mark.parametrize("service", EVERY)
def test_a_card_of_which_the_register_tells_is_no_first_one(service: str) -> None:
    found = codes(asked(service=service), with_son(birth_certificate=NUMBER), failures_only=True)
    assert found == ({"child_card_exists"} if service == "kia_baru" else set())


@pytest.mark.parametrize(
    ("born_on", "has_photo", "until"),
    [(date(2021, 11, 25), False, date(2026, 11, 25)), (date(2021, 11, 24), True, date(2038, 11, 23))],
    ids=["five tomorrow", "five today"],
)
def test_the_first_kind_ends_with_the_fifth_birthday(born_on: date, *, has_photo: bool, until: date) -> None:
    register = with_baby(born_on)
    number: dict[str, Any] = {"birth_certificate_number": "3519-LU-01122021-0007"}
    card = printed(asked(BABY, turned_five=has_photo, **number), register)
    assert (card.has_photo, card.valid_until) == (has_photo, until)
    assert codes(asked(BABY, turned_five=has_photo, **number), register) == set()
    assert codes(asked(BABY, turned_five=not has_photo, **number), register) == {"turned_five_differs"}
    expired = codes(asked(BABY, service="kia_habis_masa", **number), register)
    assert expired == (set() if has_photo else {"child_card_still_valid"})


@pytest.mark.parametrize(("nik", "expected"), [(SON, {"child_registered_here"}), ("3577014302130001", set())])
def test_a_child_who_was_first_registered_here_is_looked_at_on_arrival(nik: str, expected: set[str]) -> None:
    request = asked(nik, service="kia_pindah", has_card=False)
    assert codes(request, with_son(nik=nik)) == expected
    assert codes(request, with_son(nik=nik), failures_only=True) == set()


def test_without_the_child_there_is_nothing_to_order() -> None:
    with pytest.raises(DomainError):
        planned(asked("3519080101150002"), people.register(people.family()))
