"""What fields are called: every field of every service that can be opened has a word that people know."""

import pytest

from shared.reference.catalogue import CivilService, catalogue
from shared.reference.labels import field_label, labels

READY = [service for service in catalogue().services.values() if service.ready]


@pytest.mark.parametrize("service", READY, ids=[service.id for service in READY])
def test_every_field_has_a_label(service: CivilService) -> None:
    for field in service.form.fields:
        if not field.is_document:
            assert field_label(service.id, field.name), field.name
            assert all(field_label(service.id, f"{field.name}[0].{cell.name}") for cell in field.fields), field.name


def test_every_label_is_of_a_field() -> None:
    known = {
        name
        for service in catalogue().services.values()
        for field in service.form.fields
        for cell in ("", *(f".{inner.name}" for inner in field.fields))
        for name in (f"{service.id}.{field.name}{cell}", f"common.{field.name}{cell}")
    }
    assert set(labels()) <= known


def test_a_row_of_a_group_is_counted_from_one_and_an_unknown_field_has_no_label() -> None:
    assert field_label("akta_lahir", "witnesses[1].nik") == "NIK saksi 2"
    assert field_label("akta_lahir", "no_such_field") is None
