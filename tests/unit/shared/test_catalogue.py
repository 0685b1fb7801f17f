"""A service's file is held whole when it is read: what nothing knows is refused, with the file's name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import pytest

from shared.errors import BadInput, DomainError, NotFound
from shared.reference.catalogue import Catalogue, Offer, SubjectKind, catalogue, read_service
from shared.reference.decision_kinds import decision_kinds
from shared.reference.forms import Field
from shared.reference.lists import code_list, code_lists
from shared.reference.population import BloodType, Disability, Education, Relation, Religion
from shared.values import Sex

HEAD = """
name = "Kartu contoh"
about = "Sebuah contoh"
group = "kk"
"""
BASE = HEAD + 'subject = { of = "applicant" }\n'
NIK_FIELD = '[[fields]]\nname = "nik"\ntype = "nik"\n'
SECOND = "version = 2\nvalid_from = 2026-11-01\ntransition_days = 10\n"


def test_a_service_without_an_effect_of_its_own_is_one_file() -> None:
    lost = catalogue().get("kk_hilang")
    made = read_service("kk_tercecer", f'{BASE}products = ["kk"]\neffect = "kk_hilang"\n{NIK_FIELD}')
    assert (made.effect, lost.effect) == ("kk_hilang", "kk_hilang")
    assert made.offer is Offer.ONLINE
    assert made.subject.of is SubjectKind.APPLICANT
    assert [each.name for each in made.form.fields] == ["nik"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = 1 2", "Expected"),
        ('name = "x"', "about, group, subject missing"),
        (BASE + "colour = 1", "no key: colour"),
        (BASE + "review = { speed = 3 }", "no key of review: speed"),
        (BASE.replace('"kk"', '"none"'), "no group: none"),
        (BASE + 'may_ask = ["king"]', "no asker: king"),
        (BASE + 'products = ["gold"]', "no product: gold"),
        (BASE + 'offer = "by_post"', "by_post"),
        (BASE + 'place = "moon"', "no place: moon"),
        (BASE + 'place = "mpp"', "in person"),
        (BASE + 'offer = "in_person"', "in person"),
        (BASE + "version = 2", "versions"),
        (BASE + 'words = "kk"', "words is not a list of texts"),
        (BASE + "products = [1]", "products is not a list of texts"),
        (BASE + "promise_hours = -1", "too small"),
        (BASE + '[[fields]]\nname = "a"\ntype = "group"\ncount = [3, 2]\nfields = [{ name = "b", type = "nik" }]', "no count of rows"),
        (HEAD + 'subject = { of = "king" }', "king"),
        (HEAD + 'subject = { of = "member", nik = "child_nik" }\n' + NIK_FIELD, "no field of the subject: child_nik"),
        (HEAD + 'subject = { of = "member", age = "nik" }\n' + NIK_FIELD, "age"),
        (BASE + '[[fields]]\nname = "a"\ntype = "colour"', "no type colour"),
        (BASE + '[[fields]]\nname = "a"\ntype = "choice"\nchoices = "none"', "unknown_code_list: none"),
        (BASE + '[[fields]]\nname = "a"\ntype = "document"\nany_of = ["napkin"]', "no kind of attachment: napkin"),
        (BASE + '[[fields]]\nname = "a"\ntype = "group"\nfields = [{ name = "b", type = "document", any_of = ["kk"] }]', "single values"),
        (BASE + NIK_FIELD + 'when = { field = "b", is = ["x"] }', "does not come before it"),
    ],
)
def test_what_nothing_knows_is_refused_with_the_files_name(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=rf"^services/example\.toml: .*{message}"):
        read_service("example", text)


def test_only_a_service_that_is_ready_may_be_opened() -> None:
    assert catalogue().openable("kk_hilang").id == "kk_hilang"
    with pytest.raises(DomainError, match="service_not_ready"):
        replace(catalogue(), services={"later": replace(catalogue().get("kk_hilang"), ready=False)}).openable("later")
    with pytest.raises(NotFound, match="unknown_service"):
        catalogue().openable("nothing")


def test_a_file_whose_name_is_no_code_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^services/KK baru\.toml: the name of a file is a code"):
        read_service("KK baru", BASE)


def test_every_effect_is_that_of_a_service() -> None:
    services = catalogue().services
    assert {service.effect for service in services.values()} <= set(services)


def test_every_service_says_what_it_gives_and_how_it_is_called() -> None:
    for service in catalogue().services.values():
        assert service.about
        assert service.law
        assert service.words or service.offer is Offer.COURT, service.id
        assert service.may_ask or service.offer is not Offer.ONLINE, service.id
        assert service.form.fields or service.offer is not Offer.ONLINE, service.id


def test_no_two_services_are_called_alike() -> None:
    seen: dict[str, str] = {}
    for service in catalogue().services.values():
        for word in service.words:
            assert seen.setdefault(word, service.id) == service.id, word


@pytest.mark.parametrize(
    ("name", "register"),
    [("relation", Relation), ("education", Education), ("religion", Religion), ("blood_type", BloodType), ("disability", Disability)],
)
def test_a_list_of_the_register_has_its_names_and_its_words(name: str, register: type[StrEnum]) -> None:
    assert {code: label.upper() for code, label in code_list(name).rows.items()} == {each.name.lower(): each.value for each in register}


def test_the_sexes_are_those_of_the_register() -> None:
    assert list(code_list("sex").rows) == list(Sex)


_PRINTED: Final = {
    *("disability_physical", "disability_intellectual", "disability_mental", "disability_sensory"),
    *("move_class", "card_after_move", "country"),
}
"""Lists of the biodata sheet F-1.08, with or without a field; terms of the SKPWNI that are concluded, never asked; that of a field type."""


def test_every_list_is_of_a_field_or_of_the_catalogue() -> None:
    forms = [service.form for service in catalogue().services.values()] + [kind.form for kind in decision_kinds().values()]
    fields = [each for form in forms for field in form.fields for each in (field, *field.fields)]
    assert set(code_lists()) == {each.choices for each in fields if each.choices} | {"service_group", "may_ask", *_PRINTED}


def test_a_late_birth_has_letters_of_its_own() -> None:
    birth = catalogue().products["akta_kelahiran"]
    assert (birth.code, birth.late_code) == ("LU", "LT")


def _names(fields: tuple[Field, ...]) -> list[str]:
    return [each.name for each in fields]


def test_an_older_version_is_read_for_ever_and_taken_for_its_transition_time() -> None:
    service = read_service("example", BASE + SECOND + NIK_FIELD, ['version = 1\n[[fields]]\nname = "old"\ntype = "text"'])
    last = date(2026, 11, 1) + timedelta(days=10)
    assert _names(service.form_of(2, last).fields) == ["nik"]
    assert _names(service.form_of(1, last).fields) == ["old"]
    assert _names(service.form_kept(1).fields) == ["old"]
    for version in (0, 1, 3):
        with pytest.raises(BadInput) as caught:
            service.form_of(version, last + timedelta(days=1))
        assert (caught.value.code, caught.value.status) == ("form_outdated", 422)
    with pytest.raises(NotFound, match="unknown_form_version"):
        service.form_kept(3)


def test_an_older_version_is_held_whole_too() -> None:
    with pytest.raises(ValueError, match="no key of a form: name"):
        read_service("example", BASE + SECOND, ['name = "x"'])
    with pytest.raises(ValueError, match="no kind of attachment: napkin"):
        read_service("example", BASE + SECOND, ['[[fields]]\nname = "a"\ntype = "document"\nany_of = ["napkin"]'])


def test_a_kind_of_attachment_that_is_unknown_is_called_by_its_code() -> None:
    assert catalogue().attachment_name("berita_acara") == "Berita acara pemeriksaan kepolisian"
    assert Catalogue(services={}, products={}).attachment_name("berita_acara") == "berita_acara"
