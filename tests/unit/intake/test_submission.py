"""What an adapter hands in: every problem at once, each with its field, and the filled form where there is none."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.domain.files import SentFile
from services.intake.domain.submission import PROBLEMS, CheckedBody, check, check_mended
from shared.errors import BadInput
from shared.reference.catalogue import Catalogue, Offer, catalogue
from shared.reference.forms import Form
from tests.support.answers import answers_to

TODAY = date(2026, 11, 24)
NIK, KK = "3519081708850003", "3519081203100007"
CARD: dict[str, Any] = {"nik": NIK, "kk_number": KK, "surat_kehilangan": {"file_id": "f-1"}, "ktp": "f-2"}
ONLINE = sorted(code for code, service in catalogue().services.items() if service.offer is Offer.ONLINE and service.ready)


FILES = {file_id: SentFile(file_id, "image/png", 3, "0" * 64) for file_id in ("f-1", "f-2")}


def problems(
    service: str = "kk_hilang", uploads: Mapping[str, SentFile] = FILES, known: Catalogue | None = None, **body: Any
) -> set[tuple[str, str]]:
    sent = CheckedBody(service, body.pop("answers", CARD), **body)
    filled, found = check(sent, known or catalogue(), frozenset(ONLINE) - {"kk_rusak"}, uploads, TODAY)
    assert (filled is None) == bool(found)
    return {(problem.field, problem.code) for problem in found}


def with_an_older_form(days_ago: int) -> Catalogue:
    """The catalogue after the form of a lost card got a second version so many days ago, whose first one had no field for a KTP."""
    service = catalogue().get("kk_hilang")
    first = replace(service.form, fields=tuple(each for each in service.form.fields if each.name != "ktp"))
    newer = replace(service.form, version=2, valid_from=TODAY - timedelta(days=days_ago))
    return replace(catalogue(), services={**catalogue().services, "kk_hilang": replace(service, form=newer, older_forms=(first,))})


def test_a_form_in_order_is_filled_with_values_and_its_files_apart() -> None:
    filled, found = check(CheckedBody("kk_hilang", CARD), catalogue(), frozenset(ONLINE), FILES, TODAY)
    assert found == ()
    assert filled is not None
    assert (filled.service, filled.form_version, filled.answers) == ("kk_hilang", 1, {"nik": NIK, "kk_number": KK})
    assert [(file.file_id, file.field, file.kind) for file in filled.attachments] == [
        ("f-1", "surat_kehilangan", "surat_kehilangan"),
        ("f-2", "ktp", "ktp"),
    ]


@pytest.mark.parametrize("service", ONLINE)
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])  # a form has dozens of answers to make up
@given(data=st.data())
def test_whatever_a_form_asks_its_answers_are_taken(service: str, data: st.DataObject) -> None:
    body = CheckedBody(service, data.draw(answers_to(catalogue().get(service).form, TODAY)))
    uploads = {file_id: SentFile(file_id, "image/png", 3, "0" * 64) for file_id in body.file_ids(catalogue().get(service))}
    filled, found = check(body, catalogue(), frozenset(ONLINE), uploads, TODAY)
    if {problem.code for problem in found} <= {"kk_same_as_nik"} and found:  # made up by chance
        return
    assert (found, filled is not None) == ((), True)
    assert filled is not None
    assert {file.file_id for file in filled.attachments} == set(uploads)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"service": "kk_terbang"}, ("service", "service_unknown")),
        ({"service": "legalisir"}, ("service", "service_in_person")),
        ({"service": "cerai"}, ("service", "service_by_court")),
        ({"service": "kk_rusak"}, ("service", "service_not_open")),
        ({"answers": CARD | {"kk_number": NIK}}, ("answers.kk_number", "kk_same_as_nik")),
        ({"answers": CARD | {"ktp": "f-1"}}, ("answers.ktp", "file_used_twice")),
        ({"answers": CARD | {"ktp": "f-3"}}, ("answers.ktp", "file_unknown")),
        ({"answers": CARD | {"ktp": None}}, ("answers.ktp", "document_missing")),
        ({"answers": CARD | {"warna": "biru"}}, ("answers.warna", "answer_not_asked")),
        ({"uploads": {}}, ("answers.surat_kehilangan", "file_unknown")),
    ],
)
def test_what_is_wrong_is_named(sent: dict[str, Any], expected: tuple[str, str]) -> None:
    found = problems(**sent)
    assert expected in found
    assert expected[1] in PROBLEMS


def test_all_that_is_wrong_is_named_at_once_with_the_place_inside_a_group() -> None:
    witness = {"nik": "12", "name": "Budi Santoso"}
    found = problems("akta_lahir", answers={"nik": "12", "witnesses": [witness, {**witness, "nik": NIK}], "child_name": "Ani"})
    assert {("answers.nik", "nik_not_16_digits"), ("answers.witnesses[0].nik", "nik_not_16_digits")} <= found
    assert {("answers.child_name", "name_one_word"), ("answers.kk_number", "answer_missing"), ("answers.kk", "document_missing")} <= found
    assert not any(field.startswith("answers.witnesses[1]") for field, _ in found)


def test_answers_to_an_older_form_are_taken_until_its_transition_is_over() -> None:
    older = {name: value for name, value in CARD.items() if name != "ktp"}
    assert problems(answers=older, form_version=1, known=with_an_older_form(30)) == set()
    assert problems(answers=older, known=with_an_older_form(30)) == {("answers.ktp", "document_missing")}, "no version: the present one"
    with pytest.raises(BadInput, match="form_outdated"):
        problems(answers=older, form_version=1, known=with_an_older_form(31))
    with pytest.raises(BadInput, match="form_outdated"):
        problems(form_version=3, known=with_an_older_form(1))


def test_only_what_answers_a_document_is_looked_up_as_a_file() -> None:
    service = with_an_older_form(1).get("kk_hilang")
    assert CheckedBody("kk_hilang", CARD | {"warna": "biru"}).file_ids(service) == ("f-1", "f-2")
    assert CheckedBody("kk_hilang", CARD).file_ids(replace(service, form=Form())) == ("f-1",)
    assert CheckedBody("kk_terbang", CARD).file_ids(None) == ()


def test_a_corrected_request_is_for_the_same_service() -> None:
    assert check_mended(CheckedBody("kk_hilang"), "kk_hilang") == ()
    assert [problem.code for problem in check_mended(CheckedBody("kk_rusak"), "kk_hilang")] == ["service_differs"]


def test_a_problem_never_repeats_a_value() -> None:
    _, found = check(CheckedBody("kk_hilang", CARD | {"nik": "35190817"}), catalogue(), frozenset(ONLINE), FILES, TODAY)
    assert found
    assert "35190817" not in str(found)
    assert NIK not in repr(CheckedBody("kk_hilang", CARD))
