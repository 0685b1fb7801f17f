"""A birth certificate that is annulled: the note, the register that knows it, and every service that refuses its number from then on."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.verification.domain.contents import NoteChange, SideNote
from services.verification.domain.policy import CaseRoute, route, way_of
from services.verification.domain.register import Register
from services.verification.domain.rules import Application
from services.verification.domain.services import RULES
from services.verification.events import content_of
from shared.errors import DomainError
from shared.reference.catalogue import catalogue
from tests.support import families as people
from tests.support.applications import TODAY, WITNESSES, application, codes, fields, orders, planned, recorded
from tests.support.families import DAUGHTER, HUSBAND, KK, SON

AKTA, OTHER, OF_SON = "3519-LU-10052016-0007", "3519-LT-11062018-0031", "3519-LU-01032017-0002"
WAYS = RULES["akta_batal"].ways
BY_COURT = {"annulled_by": "court", "order_number": "12/Pdt.P/2026/PN Mjy", "order_court": "Pengadilan Negeri Madiun", "witnesses": None}
DOUBLE = {"annulled_for": "double", "valid_certificate_number": OTHER}


def asked(**changes: Any) -> Application:
    answers: dict[str, Any] = {
        "certificate": "birth",
        "nik": HUSBAND,
        "kk_number": KK,
        "holder_nik": DAUGHTER,
        "certificate_number": AKTA,
        "annulled_for": "no_basis",
        "annulled_by": "office",
        "basis_on": "2026-11-02",
        "witnesses": WITNESSES,
    }
    return application("akta_batal", **{name: value for name, value in (answers | changes).items() if value is not None})


def register(**changes: Any) -> Register:
    known: dict[str, Any] = {"birth_certificate": AKTA, "birth_certificate_on": date(2016, 5, 10), "birth_order": 2, "birth_kind": 1}
    girl = people.child(DAUGHTER, date(2016, 5, 5), **{"name": "SUSI WAHYUNI", "sex": "P", **known} | changes)
    son = people.child(SON, date(2013, 2, 3), birth_certificate=OF_SON)
    return people.register(people.family(people.member(), people.wife(), son, girl))


def void() -> Register:
    """The register once it is annulled."""
    return Register.of(recorded(planned(asked(), register()), register()).values())


def test_the_certificate_is_void_by_a_note_and_the_register_has_none() -> None:
    assert codes(asked(), register()) == {"annulment_hearing"}
    plan = planned(asked(), register())
    assert orders(plan) == [("catatan_pinggir", f"catatan_pinggir:{asked().first.request_id}")]
    assert (plan.documents[0].replaces, plan.documents[0].annulled_by) == ((f"akta_kelahiran:{DAUGHTER}",), "head_of_office")
    note = plan.documents[0].content
    assert isinstance(note, SideNote)
    assert (note.event, note.deed_number, note.basis) == ("PEMBATALAN AKTA", AKTA, "PERNYATAAN PEMBATALAN AKTA (F-2.04C)")
    assert note.changes == (NoteChange("Akta ini", "BERLAKU", "BATAL"),)
    assert content_of(note).content_type == "side_note.v1"
    assert plan.change is not None
    assert (plan.change.basis.kind, plan.change.basis.on, plan.change.basis.number) == ("f_204c", date(2026, 11, 2), AKTA)
    row = recorded(plan, register())[KK].member(DAUGHTER)
    assert row is not None
    assert (row.annulled, row.birth_certificate, row.birth_certificate_on, row.birth_kind) == ((AKTA,), None, None, None)
    nothing_known = register(birth_certificate=None, birth_certificate_on=None, birth_order=None, birth_kind=None).person(DAUGHTER)
    assert replace(row, annulled=()) == nothing_known, "nothing else of her changes"


def test_by_a_court_the_decision_is_the_basis_and_nobody_witnesses() -> None:
    request = asked(**BY_COURT)
    assert codes(request, register()) == {"annulment_hearing"}
    plan = planned(request, register())
    assert plan.documents[0].annulled_by == "court"
    note = plan.documents[0].content
    assert isinstance(note, SideNote)
    assert (note.basis, note.basis_issuer, note.basis_number) == ("PUTUSAN PENGADILAN", "PENGADILAN NEGERI MADIUN", "12/Pdt.P/2026/PN Mjy")
    assert plan.change is not None
    assert (plan.change.basis.kind, plan.change.basis.number) == ("court_order", "12/Pdt.P/2026/PN Mjy")


@pytest.mark.parametrize(
    ("known", "kept", "replaced"),
    [
        (AKTA, OTHER, (f"akta_kelahiran:{DAUGHTER}",)),
        (OTHER, OTHER, ()),
        (None, OTHER, ()),
        ("477/0123/2016", "477/0123/2016", ()),
    ],
)
def test_of_two_certificates_the_other_one_stays(known: str | None, kept: str, replaced: tuple[str, ...]) -> None:
    before = register(birth_certificate=known)
    found = {"annulment_hearing"} | ({"certificate_unknown_here"} if known is None else set())
    request = asked(**DOUBLE | {"valid_certificate_number": kept})
    assert codes(request, before) == found
    plan = planned(request, before)
    assert plan.documents[0].replaces == replaced, "the quote of the one that stays is left alone"
    row = recorded(plan, before)[KK].member(DAUGHTER)
    assert row is not None
    assert (row.birth_certificate, row.annulled) == (kept, (AKTA,))


@pytest.mark.parametrize(
    ("request_", "known", "code", "field"),
    [
        (asked(certificate_number=OTHER), register(), "certificate_number_differs", "answers.certificate_number"),
        (asked(certificate_number="3519-KM-10052016-0007"), register(), "certificate_number_other_kind", "answers.certificate_number"),
        (asked(certificate_number="3577-LU-10052016-0007"), register(), "certificate_other_office", "answers.certificate_number"),
        (asked(certificate_number=OF_SON), register(birth_certificate=None), "certificate_of_another", "answers.certificate_number"),
        (asked(**DOUBLE | {"valid_certificate_number": AKTA}), register(), "annulled_is_valid", "answers.valid_certificate_number"),
        (asked(**DOUBLE | {"valid_certificate_number": OF_SON}), register(), "certificate_of_another", "answers.valid_certificate_number"),
        (
            asked(**DOUBLE | {"valid_certificate_number": "tidak ada"}),
            register(),
            "certificate_number_other_form",
            "answers.valid_certificate_number",
        ),
        (
            asked(**DOUBLE),
            register(birth_certificate="3519-LU-12052016-0001"),
            "annulled_not_known",
            "answers.certificate_number",
        ),
        (asked(basis_on="2016-05-09"), register(), "decision_before_certificate", "answers.basis_on"),
        (asked(holder_nik="3519010101700009"), register(), "holder_not_here", "answers.holder_nik"),
        (asked(), void(), "certificate_void", "answers.certificate_number"),
    ],
)
def test_what_does_not_fit_is_named(request_: Application, known: Register, code: str, field: str) -> None:
    assert fields(request_, known)[code] == field
    assert way_of(code, WAYS) is (CaseRoute.REJECT if code in ("certificate_other_office", "certificate_void") else CaseRoute.RETURN)


def test_the_day_of_the_certificate_is_early_enough() -> None:
    assert "decision_before_certificate" not in codes(asked(basis_on="2016-05-10"), register())


@pytest.mark.parametrize(
    ("request_", "known", "code"),
    [
        (asked(), void(), "certificate_void"),
        (asked(certificate_number=OTHER), register(), "certificate_number_differs"),
        (asked(**DOUBLE | {"valid_certificate_number": AKTA}), register(), "annulled_is_valid"),
        (asked(certificate_number="3577-LU-10052016-0007"), register(birth_certificate=None), "certificate_other_office"),
    ],
)
def test_what_can_not_follow_does_not_whoever_approves(request_: Application, known: Register, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        planned(request_, known)


def test_it_always_waits_for_whoever_the_certificate_names_and_two_approve() -> None:
    service = catalogue().get("akta_batal")
    verdict = route(tuple(RULES["akta_batal"].check(asked(), register(), TODAY)), service, WAYS)
    assert verdict.route is CaseRoute.STAFF
    assert service.needs_second(asked().first.answers.values, TODAY)
    assert not RULES["akta_batal"].may_be_automatic


def extract() -> Application:
    said = {"holder_nik": DAUGHTER, "holder_name": "Susi Wahyuni", "birth_order": 2, "parents_named": "both", "reason": "lost"}
    return application("kutipan_kedua", certificate="birth", nik=HUSBAND, kk_number=KK, certificate_number=AKTA, **said)


def slip() -> Application:
    answers = {"certificate": "birth", "nik": HUSBAND, "kk_number": KK, "holder_nik": DAUGHTER, "certificate_number": AKTA}
    corrections = [{"element": "father", "as_written": "Slamet Darmawan", "father": "Slamet Dharmawan"}]
    basis = {"basis_kind": "diploma", "basis_number": "1", "basis_on": "2026-06-12", "witnesses": WITNESSES}
    return application("akta_betul", **answers, birth_order=2, parents_named="both", corrections=corrections, **basis)


def another_name() -> Application:
    order = {"order_number": "1/Pdt.P/2026/PN Mjy", "order_on": "2026-11-01", "order_court": "Pengadilan Negeri Madiun"}
    new = {"subject_nik": DAUGHTER, "new_name": "Susi Rahayu Putri", "certificate_number": AKTA}
    return application("ubah_nama", nik=HUSBAND, kk_number=KK, **new, **order)


def acknowledged() -> Application:
    order = {"has_order": False, "statement_on": "2026-11-01", "religious_marriage_on": "2011-12-14"}
    parents = {"father_nik": HUSBAND, "mother_nik": people.WIFE}
    form = {field.name for field in catalogue().get("pengakuan_anak").form.fields}
    answers = {"nik": HUSBAND, "kk_number": KK, "child_nik": DAUGHTER, "certificate_number": AKTA, **order, **parents}
    return application("pengakuan_anak", **{name: value for name, value in answers.items() if name in form}, witnesses=WITNESSES)


def childs_card() -> Application:
    answers = {"nik": HUSBAND, "kk_number": KK, "child_nik": DAUGHTER, "birth_certificate_number": AKTA}
    return application("kia_hilang", **answers, turned_five=True, carers="both")


@pytest.mark.parametrize("made", [extract, slip, another_name, acknowledged, childs_card])
def test_every_service_that_reads_a_number_refuses_a_void_one(made: Any) -> None:
    request = made()
    found, rules = tuple(RULES[request.first.service].check(request, void(), TODAY)), RULES[request.first.service]
    assert "certificate_void" in {finding.code for finding in found}
    assert way_of("certificate_void", rules.ways) is CaseRoute.REJECT
    assert "certificate_void" not in codes(request, register())
    with pytest.raises(DomainError):
        planned(request, void())


def test_a_load_that_still_has_the_number_does_not_make_it_valid() -> None:
    row = void().person(DAUGHTER)
    assert row is not None
    loaded = register(birth_certificate=AKTA, annulled=row.annulled)
    for made in (extract, slip, another_name, acknowledged, childs_card):
        assert "certificate_void" in codes(made(), loaded)
        with pytest.raises(DomainError, match="certificate_void"):
            planned(made(), loaded)
