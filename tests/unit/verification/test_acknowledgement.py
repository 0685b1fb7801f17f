"""Acknowledgement and legitimation of a child: who the parents are, when a court is needed, what akta, note, card and register say then."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.contents import BirthCertificate, ParentageCertificate, SideNote
from services.verification.domain.office_practice import OfficePractice
from services.verification.domain.policy import way_of
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application
from services.verification.domain.services import RULES
from services.verification.domain.services.acknowledgement import check_acknowledgement
from services.verification.domain.services.legitimation import check_legitimation, plan_legitimation
from shared.errors import DomainError
from shared.reference.population import KkMarital, Relation
from tests.support import families as people
from tests.support.applications import GUARDIAN, HOST_KK, TODAY, WITNESSES, after, application, codes, guardian_family, orders, planned
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, WIFE

AKTA = "3519-LU-20052016-0007"  # of the daughter, born on 5 May 2016
OLD_AKTA = "477/0123/1999"
SINGLE: dict[str, Any] = {"marital": KkMarital.SINGLE, "marital_on": None}
UNRECORDED: dict[str, Any] = {"marital": KkMarital.MARRIED_UNRECORDED, "marital_on": date(2015, 3, 1)}
RECORDED: dict[str, Any] = {"marital": KkMarital.MARRIED, "marital_on": date(2026, 11, 2)}
COURT = {"order_court": "Pengadilan Agama Kab. Madiun", "order_number": "12/Pdt.P/2026/PA.Kab.Mn"}
ORDER: dict[str, Any] = {"has_order": True, **COURT, "order_on": "2026-11-12"}


def girl(**changes: Any) -> Member:
    row = people.child(DAUGHTER, date(2016, 5, 5), name="SUSI WAHYUNI", sex="P")
    return replace(row, **({"father": "-", "education": "TIDAK/BELUM SEKOLAH"} | changes))


def hers(**changes: Any) -> Family:
    """The mother with her child."""
    return people.family(people.wife(relation=Relation.HEAD, **SINGLE), girl(**changes))


def his(**changes: Any) -> Family:
    """The father on a card of his own."""
    return guardian_family(people.member(**(SINGLE | changes)))


def apart(**changes: Any) -> Register:
    return people.register(hers(**changes), his())


def acknowledged(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "nik": HUSBAND,
        "kk_number": KK,
        "child_nik": DAUGHTER,
        "certificate_number": AKTA,
        "father_nik": HUSBAND,
        "mother_nik": WIFE,
        "religious_marriage_on": "2015-03-01",
        "has_order": False,
        "statement_on": "2026-11-10",
        "witnesses": WITNESSES,
    }
    given = answers | changes
    if given["has_order"]:
        given |= {"statement_on": None}
    return application("pengakuan_anak", **{name: value for name, value in given.items() if value is not None})


def known() -> dict[str, Any]:
    """What the register has of an akta of a mother."""
    return {"birth_certificate": AKTA, "birth_kind": 3}


def test_a_father_stands_on_akta_note_card_and_register() -> None:
    register = apart(**known())
    assert codes(acknowledged(), register) == set()
    plan = planned(acknowledged(), register)
    assert [product for product, _ in orders(plan)] == ["akta_pengakuan", "catatan_pinggir", "kk"]
    quote, note = plan.documents[0].content, plan.documents[1].content
    assert isinstance(quote, ParentageCertificate)
    assert (quote.father.name, quote.mother.name, quote.deed_number) == ("SLAMET DARMAWAN", "TITIK FITRIANI", AKTA)
    assert (quote.married_on, quote.basis_on, quote.basis_number) == (date(2015, 3, 1), date(2026, 11, 10), None)
    assert isinstance(note, SideNote)
    assert (note.event, note.basis_issuer, note.deed_on) == ("PENGAKUAN ANAK", "SLAMET DARMAWAN", date(2016, 5, 20))
    assert note.deed_office == "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL KABUPATEN MADIUN"
    assert [(change.element, change.before, change.after) for change in note.changes] == [("Ayah", "-", "SLAMET DARMAWAN")]
    row = after(plan)[KK].member(DAUGHTER)
    assert row is not None
    assert (row.father, row.mother, row.birth_certificate, row.birth_kind) == ("SLAMET DARMAWAN", "TITIK FITRIANI", AKTA, 3)
    assert plan.change is not None
    assert (plan.change.basis.kind, plan.change.basis.number) == ("akta_pengakuan", None)


def test_a_court_takes_the_place_of_the_statement() -> None:
    request = acknowledged(religious_marriage_on="2017-01-01", **ORDER)
    assert codes(request, apart(**known())) == {"religion_bars_acknowledgement"}
    mother = people.wife(relation=Relation.HEAD, religion="HINDU", **SINGLE)
    hindu = people.register(people.family(mother, girl(**known())), his(religion="HINDU"))
    assert codes(request, hindu) == set()
    plan = planned(request, hindu)
    quote = plan.documents[0].content
    assert isinstance(quote, ParentageCertificate)
    assert (quote.basis, quote.basis_number) == ("PENETAPAN PENGADILAN", "12/Pdt.P/2026/PA.Kab.Mn")
    assert plan.change is not None
    assert (plan.change.basis.kind, plan.change.basis.on) == ("court_order", date(2026, 11, 12))


@pytest.mark.parametrize(
    ("changes", "found", "way"),
    [
        ({"religious_marriage_on": "2016-05-05"}, set(), None),
        ({"religious_marriage_on": "2016-05-06"}, {"order_needed", "religion_bars_acknowledgement"}, "return"),
        ({"religious_marriage_on": "1990-04-19"}, {"religious_marriage_impossible"}, "return"),
        ({"certificate_number": "belum punya"}, {"certificate_needed_first"}, "return"),
        ({"certificate_number": "3519-LU-20052016-0008"}, {"certificate_number_differs"}, "return"),
        ({"certificate_number": OLD_AKTA}, {"certificate_number_other_form"}, "staff"),
        ({"certificate_number": "3520-LU-20052016-0007"}, {"certificate_other_office"}, "staff"),
        ({"nik": WIFE}, set(), None),
        ({"nik": SON}, {"asker_not_allowed"}, "return"),
        ({"father_nik": WIFE, "mother_nik": HUSBAND}, {"father_sex_differs", "mother_sex_differs", "child_mother_differs"}, "return"),
        ({"child_nik": SON}, {"not_in_register"}, "staff"),
        ({"statement_on": "2026-10-25"}, set(), None),
        ({"statement_on": "2026-10-24"}, {"reported_late"}, None),
        ({"witnesses": [{"nik": WIFE, "name": "TITIK FITRIANI"}, WITNESSES[1]]}, {"witness_is_party"}, "return"),
        ({**ORDER, "order_on": "2016-05-04"}, {"order_before_birth", "reported_late"}, "return"),
    ],
)
def test_each_thing_that_is_wrong_with_an_acknowledgement_is_named(changes: dict[str, Any], found: set[str], way: str | None) -> None:
    request = acknowledged(**changes)
    assert codes(request, apart(**known())) == found
    failures = codes(request, apart(**known()), failures_only=True)
    assert way is None or way in {way_of(code, RULES["pengakuan_anak"].ways).value for code in failures}
    assert failures or way is None


MOTHER = people.wife(relation=Relation.HEAD, **SINGLE)
TOGETHER = people.register(people.family(people.member(), people.wife(), girl(**known())))
UNRECORDED_TOGETHER = people.register(people.family(people.member(**UNRECORDED), people.wife(**UNRECORDED), girl(**known())))
WED_ELSEWHERE = people.register(hers(**known()), people.family(people.member(), people.wife(nik=SON), kk_number=HOST_KK))
GROWN = people.register(hers(**known(), marital=KkMarital.WIDOWED, marital_on=date(2026, 1, 1)), his())
FOREIGN = people.register(people.family(replace(MOTHER, citizenship="WNA"), girl(**known())), his())
WITH_FATHER = people.register(people.family(MOTHER), people.family(people.member(**SINGLE), girl(**known()), kk_number=HOST_KK))


@pytest.mark.parametrize(
    ("register", "found"),
    [
        (apart(), {"certificate_unknown_here"}),
        (apart(**known() | {"birth_kind": 2}), {"father_on_certificate"}),
        (apart(**known(), father="SLAMET DARMAWAN"), set()),
        (apart(**known(), father="AGUS SAPUTRA"), {"child_father_differs"}),
        (apart(**known(), mother="RINA SAPUTRA"), {"child_mother_differs"}),
        (TOGETHER, {"marriage_is_recorded"}),
        (UNRECORDED_TOGETHER, set()),
        (WED_ELSEWHERE, {"parent_married_to_another"}),
        (GROWN, {"child_is_grown"}),
        (FOREIGN, {"order_needed"}),
        (WITH_FATHER, {"child_not_on_card"}),
    ],
)
def test_what_the_register_says_decides_on_an_acknowledgement(register: Register, found: set[str]) -> None:
    assert codes(acknowledged(), register) == found


def test_nothing_changes_where_the_register_has_all_of_it() -> None:
    register = apart(**known(), birth_certificate_on=date(2016, 5, 20), father="SLAMET DARMAWAN")
    plan = planned(acknowledged(), register)
    assert plan.change is None
    assert [product for product, _ in orders(plan)] == ["akta_pengakuan", "catatan_pinggir"]


def test_a_row_from_before_keeps_the_number_that_the_paper_has_where_it_has_the_form_of_today() -> None:
    row = after(planned(acknowledged(), apart()))[KK].member(DAUGHTER)
    assert row is not None
    assert (row.birth_certificate, row.birth_certificate_on, row.birth_kind) == (AKTA, date(2016, 5, 20), None)
    plan = planned(acknowledged(certificate_number=OLD_AKTA), apart())
    row, note = after(plan)[KK].member(DAUGHTER), plan.documents[1].content
    assert row is not None
    assert (row.birth_certificate, row.birth_certificate_on, row.birth_kind) == (None, None, None)
    assert isinstance(note, SideNote)
    assert (note.deed_number, note.deed_on, note.deed_office) == (OLD_AKTA, None, None)


def test_a_number_of_another_child_is_nobody_elses() -> None:
    brother = people.child(SON, date(2016, 5, 5), birth_certificate=AKTA)
    register = people.register(people.family(MOTHER, girl(), brother), his())
    assert "certificate_of_another" in codes(acknowledged(), register)
    with pytest.raises(DomainError, match="certificate_of_another"):
        planned(acknowledged(), register)


def test_a_child_without_a_certificate_gets_one_first() -> None:
    with pytest.raises(DomainError, match="certificate_needed_first"):
        planned(acknowledged(certificate_number="belum ada"), apart())


def test_which_religions_bar_it_is_the_offices_choice() -> None:
    request = acknowledged(religious_marriage_on="2017-01-01", **ORDER)
    free = check_acknowledgement(request, apart(**known()), TODAY, OfficePractice(religions_without_acknowledgement=frozenset()))
    assert [finding.code for finding in free] == []


# Legitimation


def wed(**changes: Any) -> Register:
    """Parents who married by the state this month, with a child of before."""
    akta = {"birth_certificate": AKTA, "birth_kind": 2, "birth_order": 1, "father": "SLAMET DARMAWAN"} | changes
    return people.register(people.family(people.member(**RECORDED), people.wife(**RECORDED), girl(**akta)))


def legitimated(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "nik": WIFE,
        "kk_number": KK,
        "child_nik": DAUGHTER,
        "certificate_number": AKTA,
        "parents_named": "both_unrecorded",
        "birth_order": 1,
        "father_nik": HUSBAND,
        "mother_nik": WIFE,
        "religious_marriage_on": "2015-03-01",
        "marriage_number": "0123/045/XI/2026",
        "married_on": "2026-11-02",
        "has_order": False,
        "witnesses": WITNESSES,
    }
    return application("pengesahan_anak", **(answers | changes))


def test_the_phrase_goes_from_the_akta() -> None:
    assert codes(legitimated(), wed()) == set()
    plan = planned(legitimated(), wed())
    assert orders(plan)[2] == ("akta_kelahiran", f"akta_kelahiran:{DAUGHTER}")
    assert [product for product, _ in orders(plan)] == ["akta_pengesahan", "catatan_pinggir", "akta_kelahiran"]
    quote, note, birth = (ordered.content for ordered in plan.documents)
    assert isinstance(quote, ParentageCertificate)
    assert (quote.married_on, quote.religious_on, quote.marriage_number) == (date(2026, 11, 2), date(2015, 3, 1), "0123/045/XI/2026")
    assert isinstance(note, SideNote)
    assert [(change.before, change.after) for change in note.changes] == [("BELUM TERCATAT", "TERCATAT")]
    assert isinstance(birth, BirthCertificate)
    assert (birth.kind, birth.certificate_number, birth.birth_order, birth.late) == (1, AKTA, 1, False)
    assert (birth.father and birth.father.name, birth.mother and birth.mother.name) == ("SLAMET DARMAWAN", "TITIK FITRIANI")
    row = after(plan)[KK].member(DAUGHTER)
    assert row is not None
    assert (row.birth_kind, row.birth_certificate_on) == (1, date(2016, 5, 20))
    assert plan.change is not None
    assert (plan.change.basis.kind, plan.change.basis.number) == ("buku_nikah", "0123/045/XI/2026")


def test_an_akta_of_a_mother_gets_the_father() -> None:
    register, request = wed(birth_kind=3, father="-"), legitimated(parents_named="mother")
    assert codes(request, register) == set()
    plan = planned(request, register)
    assert [product for product, _ in orders(plan)] == ["akta_pengesahan", "catatan_pinggir", "akta_kelahiran", "kk"]
    note = plan.documents[1].content
    assert isinstance(note, SideNote)
    assert [(change.element, change.before, change.after) for change in note.changes] == [("Ayah", "-", "SLAMET DARMAWAN")]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"religious_marriage_on": "2016-05-06"}, {"order_needed"}),
        ({"religious_marriage_on": "2016-05-06", **ORDER}, set()),
        ({"religious_marriage_on": "2026-11-03"}, {"religious_marriage_after", "order_needed"}),
        ({"married_on": "2016-05-05"}, {"born_in_marriage", "reported_late"}),
        ({"married_on": "2026-11-03"}, {"marriage_date_differs"}),
        ({"parents_named": "mother"}, {"certificate_words_differ"}),
        ({"parents_named": "both"}, {"certificate_words_differ", "certificate_complete"}),
    ],
)
def test_each_thing_that_is_wrong_with_a_legitimation_is_named(changes: dict[str, Any], found: set[str]) -> None:
    assert codes(legitimated(**changes), wed()) == found


ON_TWO_CARDS = people.register(people.family(people.wife(relation=Relation.HEAD, **RECORDED), girl(**known())), his(**RECORDED))


@pytest.mark.parametrize(
    ("register", "found"),
    [
        (wed(birth_kind=1), {"certificate_words_differ", "certificate_complete"}),
        (wed(birth_kind=None), {"certificate_kind_unknown"}),
        (UNRECORDED_TOGETHER, {"wedding_not_in_register", "certificate_words_differ", "marriage_date_differs"}),
        (ON_TWO_CARDS, {"parents_on_two_cards", "certificate_words_differ"}),
    ],
)
def test_what_the_register_says_decides_on_a_legitimation(register: Register, found: set[str]) -> None:
    assert codes(legitimated(), register) == found


def test_an_office_may_want_a_court_of_muslims_always_and_print_no_new_quote() -> None:
    strict = OfficePractice(legitimation_by_court=True, quotes_birth_after_legitimation=False)
    assert {finding.code for finding in check_legitimation(legitimated(), wed(), TODAY, strict)} == {"order_needed"}
    assert {finding.code for finding in check_legitimation(legitimated(**ORDER), wed(), TODAY, strict)} == set()
    products = [ordered.product for ordered in plan_legitimation(legitimated(), wed(), TODAY, strict).documents]
    assert products == ["akta_pengesahan", "catatan_pinggir"]


@pytest.mark.parametrize("number", [OLD_AKTA, "3520-LU-20052016-0007"])
def test_an_akta_that_only_the_book_or_another_office_has_is_not_quoted_anew(number: str) -> None:
    plan = planned(legitimated(certificate_number=number), wed(birth_certificate=number))
    assert [product for product, _ in orders(plan)] == ["akta_pengesahan", "catatan_pinggir"]


def test_guardian_is_nobodys_parent() -> None:
    assert codes(acknowledged(father_nik=GUARDIAN), people.register(hers(**known()), guardian_family())) >= {"asker_not_allowed"}
