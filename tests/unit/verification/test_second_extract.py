"""A further extract: whose akta, which number, what it says, and what the register keeps of it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.certificates import CertificateNumber
from services.verification.domain.checks import check_pending
from services.verification.domain.contents import BirthCertificate, DeathCertificate, ParentNamed
from services.verification.domain.policy import CaseRoute, way_of
from services.verification.domain.register import Family, Former, Register
from services.verification.domain.rules import Application
from services.verification.domain.services import RULES
from services.verification.events import content_of
from shared.errors import DomainError
from shared.reference.population import Effect
from shared.reference.reasons import reasons
from tests.support import families as people
from tests.support.applications import TODAY, after, application, codes, orders, planned
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, WIFE

AKTA = "3519-LU-10052016-0007"
GRAVE = "3519-KM-02032024-0004"
FATHER = "3519080101600001"
DAUGHTER_KNOWN: dict[str, Any] = {"birth_certificate": AKTA, "birth_certificate_on": date(2016, 5, 10), "birth_order": 2, "birth_kind": 1}


def asked(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "certificate": "birth",
        "nik": HUSBAND,
        "kk_number": KK,
        "holder_nik": DAUGHTER,
        "holder_name": "Susi Wahyuni",
        "certificate_number": AKTA,
        "birth_order": 2,
        "parents_named": "both",
        "reason": "lost",
    }
    return application("kutipan_kedua", **{name: value for name, value in (answers | changes).items() if value is not None})


def of_the_dead(**changes: Any) -> Application:
    told = {"certificate": "death", "holder_nik": FATHER, "holder_name": "Bambang Saputra", "certificate_number": GRAVE}
    asks = {"birth_order": None, "parents_named": None, "died_on": "2024-02-28", "death_place": "3577"}
    return asked(**(told | asks | changes))


def daughter(**known: Any) -> Family:
    son = people.child(SON, date(2013, 2, 3), birth_certificate="3519-LU-01032013-0002")
    girl = people.child(DAUGHTER, date(2016, 5, 5), name="SUSI WAHYUNI", sex="P", **known)
    return people.family(people.member(), people.wife(), son, girl)


def bereaved(family: Family | None = None, **known: Any) -> Register:
    late = people.member(FATHER, name="BAMBANG SAPUTRA", born_on=date(1960, 1, 1), birth_order=4)
    known = {"died_on": date(2024, 2, 28), "certificate": GRAVE, "death_place": "MADIUN", **known}
    gone = Former(late, date(2024, 3, 2), Effect.DIED, **known)
    return people.register(replace(family or people.family(), former=(gone,)))


def test_what_the_register_has_is_printed_again_under_the_same_number_and_nothing_changes() -> None:
    register = people.register(daughter(**DAUGHTER_KNOWN))
    assert codes(asked(), register) == set()
    plan = planned(asked(), register)
    assert orders(plan) == [("akta_kelahiran", f"akta_kelahiran:{DAUGHTER}")]
    assert plan.change is None
    content = plan.documents[0].content
    assert isinstance(content, BirthCertificate)
    assert (content.certificate_number, content.name, content.birth_order, content.kind) == (AKTA, "SUSI WAHYUNI", 2, 1)
    assert (content.father, content.mother) == (ParentNamed("SLAMET DARMAWAN"), ParentNamed("TITIK FITRIANI"))
    assert content_of(content).model_dump()["certificate_number"] == AKTA


def test_what_the_register_lacks_an_officer_compares_with_the_book_and_the_register_keeps_it() -> None:
    register = people.register(daughter())
    assert codes(asked(), register) == {"certificate_unknown_here"}
    assert way_of("certificate_unknown_here", RULES["kutipan_kedua"].ways) is CaseRoute.STAFF
    plan = planned(asked(parents_named="mother"), register)
    content = plan.documents[0].content
    assert isinstance(content, BirthCertificate)
    assert (content.kind, content.father, content.mother) == (3, None, ParentNamed("TITIK FITRIANI"))
    row = after(plan)[KK].member(DAUGHTER)
    assert row is not None
    assert (row.birth_certificate, row.birth_order, row.birth_kind) == (AKTA, 2, 3)
    assert plan.change is not None
    assert (plan.change.basis.kind, plan.change.basis.number, plan.change.basis.on) == ("akta_kelahiran", AKTA, date(2016, 5, 10))


def test_the_register_counts_where_the_form_says_something_else() -> None:
    register = people.register(daughter(**DAUGHTER_KNOWN | {"birth_kind": 2}))
    told = asked(birth_order=3)
    assert codes(told, register) == {"certificate_words_differ"}
    assert codes(told, register, failures_only=True) == set()
    content = planned(told, register).documents[0].content
    assert isinstance(content, BirthCertificate)
    assert (content.birth_order, content.kind) == (2, 2)


def test_who_was_renamed_by_a_court_has_the_name_of_the_akta_on_its_extract() -> None:
    register = people.register(daughter(**DAUGHTER_KNOWN, former_names=("SUSI WAHYU",)))
    assert codes(asked(), register) == {"holder_name_differs"}
    told = asked(holder_name="Susi Wahyu")
    assert codes(told, register) == set()
    content = planned(told, register).documents[0].content
    assert isinstance(content, BirthCertificate)
    assert content.name == "SUSI WAHYU"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"certificate_number": "474.1/123/1998"}, "certificate_number_other_form"),
        ({"certificate_number": "3519-LU-31022016-0007"}, "certificate_number_other_form"),
        ({"certificate_number": "3577-LU-10052016-0007"}, "certificate_other_office"),
        ({"certificate_number": "3519-KM-10052016-0007"}, "certificate_number_other_kind"),
        ({"certificate_number": "3519-KK-10052016-0007"}, "certificate_number_other_kind"),
        ({"certificate_number": "3519-LU-04052016-0007"}, "certificate_day_impossible"),
        ({"certificate_number": "3519-LU-10052026-0007"}, "certificate_number_differs"),
        ({"certificate_number": "3519-LU-25112026-0007"}, "certificate_day_impossible"),
        ({"certificate_number": "3519-LU-05052016-0001"}, "certificate_number_differs"),
        ({"holder_name": "Susi Wahyuningsih"}, "holder_name_differs"),
        ({"holder_nik": "3519084505160009"}, "holder_not_here"),
    ],
)
def test_what_does_not_fit_has_its_reason_and_no_officer_waits_for_it(changes: dict[str, Any], code: str) -> None:
    register = people.register(daughter(**DAUGHTER_KNOWN))
    assert code in codes(asked(**changes), register)
    assert way_of(code, RULES["kutipan_kedua"].ways) in (CaseRoute.RETURN, CaseRoute.REJECT)
    assert reasons()[code].text


@pytest.mark.parametrize("written", ["3519 LU 10052016 0007", "3519-lu-10052016-0007", "3519.LU.10052016.0007", "3519-LU-10052016-0007 "])
def test_a_number_is_read_however_its_parts_are_set(written: str) -> None:
    assert codes(asked(certificate_number=written), people.register(daughter(**DAUGHTER_KNOWN))) == set()
    found = CertificateNumber.find(written)
    assert found is not None
    assert (found.text, found.given_on, found.is_ours) == (AKTA, date(2016, 5, 10), True)


def test_the_certificate_of_another_person_is_refused_also_where_the_register_lacks_the_holder_s() -> None:
    told = asked(certificate_number="3519-LU-01032017-0002")
    assert codes(told, people.register(daughter())) == {"certificate_unknown_here"}
    elsewhere = people.family(people.member(FATHER, birth_certificate="3519-LU-01032017-0002"), kk_number="3519080101850001")
    register = people.register(daughter(), elsewhere)
    assert "certificate_of_another" in codes(told, register)
    assert RULES["kutipan_kedua"].people(told).certificates == ("3519-LU-01032017-0002",)


@pytest.mark.parametrize(("kind", "parent"), [("both", "father"), ("mother", "mother")])
def test_a_parent_whom_the_akta_names_and_the_register_does_not_stops_it(kind: str, parent: str) -> None:
    family = daughter()
    nameless: Any = {parent: "-"}
    bare = replace(family, members=tuple(replace(row, **nameless) for row in family.members))
    register = people.register(bare)
    assert "certificate_parent_missing" in codes(asked(parents_named=kind), register)
    with pytest.raises(DomainError, match="certificate_parent_missing"):
        planned(asked(parents_named=kind), register)
    assert "certificate_parent_missing" not in codes(asked(parents_named="nobody"), register)


def test_of_the_dead_the_register_says_when_and_where() -> None:
    register = bereaved()
    assert codes(of_the_dead(), register) == set()
    plan = planned(of_the_dead(), register)
    assert orders(plan) == [("akta_kematian", f"akta_kematian:{FATHER}")]
    assert plan.change is None
    content = plan.documents[0].content
    assert isinstance(content, DeathCertificate)
    assert (content.certificate_number, content.died_on, content.death_place) == (GRAVE, date(2024, 2, 28), "MADIUN")
    assert content.birth_order == 4


def test_what_the_register_lacks_of_a_death_comes_from_the_form_and_an_officer_compares() -> None:
    register = bereaved(certificate=None, death_place=None)
    assert codes(of_the_dead(), register) == {"certificate_unknown_here"}
    content = planned(of_the_dead(death_place="3518"), register).documents[0].content
    assert isinstance(content, DeathCertificate)
    assert content.death_place == "NGANJUK"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"died_on": "2024-02-27"}, "died_on_differs"),
        ({"certificate_number": "3519-KM-27022024-0004"}, "certificate_day_impossible"),
        ({"certificate_number": AKTA}, "certificate_number_other_kind"),
        ({"certificate_number": "3519-KM-02032024-0005"}, "certificate_number_differs"),
        ({"holder_nik": "3519080101600009"}, "holder_not_here"),
        ({"holder_nik": WIFE}, "holder_lives"),
        ({"certificate": "birth", "birth_order": 1, "parents_named": "both", "died_on": None, "death_place": None}, "holder_is_dead"),
    ],
)
def test_what_does_not_fit_of_a_death_has_its_reason(changes: dict[str, Any], code: str) -> None:
    assert code in codes(of_the_dead(**changes), bereaved())


def test_an_heir_of_another_card_shows_papers_to_an_officer() -> None:
    alone = people.family(people.member(), people.wife())
    buried = people.family(people.member("3519080101650009", name="SUTINI"), kk_number="3519080101850001")
    register = Register.of((alone, *bereaved(buried).by_kk.values()))
    assert codes(of_the_dead(), register) == {"asker_unproven"}


def test_a_widow_whose_card_has_another_number_since_is_known_by_the_old_one() -> None:
    late = bereaved().late(FATHER)
    assert late is not None
    left = Former(people.member(), date(2024, 3, 2), Effect.LEFT)
    old = replace(people.family(kk_number="3519080101850001"), members=(), former=(late, left), closed_on=date(2024, 3, 2))
    assert codes(of_the_dead(), Register.of((people.family(), old))) == set()


@pytest.mark.parametrize("told", [asked(), of_the_dead()])
def test_nothing_is_planned_where_the_register_knows_nobody(told: Application) -> None:
    with pytest.raises(DomainError):
        RULES["kutipan_kedua"].plan(told, people.register(people.family(people.member(), people.wife())), (), TODAY)


def test_no_extract_is_approved_while_an_annulment_or_a_correction_of_its_akta_waits_for_its_note() -> None:
    born, dead = daughter(**DAUGHTER_KNOWN), bereaved().by_kk[KK]
    for request, family in ((asked(), born), (of_the_dead(), dead)):
        waiting = people.register(replace(family, pending="case-of-the-annulment"))
        plan = planned(request, waiting)
        assert [finding.code for finding in check_pending("case-of-the-extract", request, plan, waiting)] == ["register_change_pending"]
        assert not list(check_pending("case-of-the-extract", request, plan, people.register(family)))
