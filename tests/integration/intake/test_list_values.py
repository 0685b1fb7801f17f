"""A value that a code list does not have, or has no more, by API: named by its field with a stable code and the nearest values."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from tests.integration.intake.rig import ADAPTER, KK, NIK, Rig, settings
from tests.support.harness import keyed

SERVICES = ("kk_hilang", "kk_ubah")


@pytest.fixture
async def rig(mongo_url: str, kept_database: str) -> AsyncIterator[Rig]:
    """Intake with a service of many lists open."""
    made = Rig(settings(mongo_url, kept_database).model_copy(update={"open_services": SERVICES}))
    await made.wiring.prepare()
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("element", "answer", "code", "nearest"),
    [
        ("education", "bachelor", "choice_not_in_force", "diploma_4 (Diploma IV)"),
        ("education", "starta_1", "choice_unclear", "strata_1 (Strata I)"),
        ("blood_type", "a_pluss", "choice_unclear", "a (A)"),
        ("religion", "atheis", "choice_unknown", "catholic (Katholik)"),
        ("occupation", "petugas arsip", "choice_unclear", "o005 (Aparatur Sipil Negara)"),
    ],
)
async def test_a_value_that_a_list_does_not_have_is_named_with_the_nearest(
    rig: Rig, element: str, answer: str, code: str, nearest: str
) -> None:
    changes = [{"nik": NIK, "element": element, element: answer}]
    refused = await rig.http.post(
        "/v1/requests",
        json={"service": "kk_ubah", "answers": {"nik": NIK, "kk_number": KK, "changes": changes}},
        headers=keyed(ADAPTER, Idempotency_Key="k-1"),
    )
    found = {each["field"]: each for each in refused.json()["errors"]}[f"answers.changes[0].{element}"]
    assert (found["code"], found["detail"].partition(", ")[0]) == (code, f"nearest: {nearest}")
    assert answer not in refused.text


@pytest.fixture
async def old_office(mongo_url: str, kept_database: str) -> AsyncIterator[Rig]:
    """Intake of an office that does not use the newer lists yet."""
    changes = {"open_services": SERVICES, "code_lists_from": {"6/2026": date(2099, 1, 1)}}
    made = Rig(settings(mongo_url, kept_database).model_copy(update=changes))
    await made.wiring.prepare()
    yield made
    await made.close()


def labels(shown: dict[str, Any], field: str) -> list[str]:
    rows = next(each for each in shown["fields"] if each["name"] == "changes")["fields"]
    return [choice["label"] for choice in next(each for each in rows if each["name"] == field)["choices"]]


async def test_the_form_has_the_lists_that_are_in_force(rig: Rig) -> None:
    shown = (await rig.http.get("/v1/services/kk_ubah", headers=keyed(ADAPTER))).json()
    assert (len(labels(shown, "education")), len(labels(shown, "occupation"))) == (12, 108)


async def test_an_office_uses_the_newer_lists_from_its_own_day_on(old_office: Rig) -> None:
    shown = (await old_office.http.get("/v1/services/kk_ubah", headers=keyed(ADAPTER))).json()
    assert (len(labels(shown, "education")), len(labels(shown, "occupation"))) == (10, 89)
    assert "Pegawai Negeri Sipil" in labels(shown, "occupation")
