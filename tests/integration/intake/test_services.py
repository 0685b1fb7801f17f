"""The catalogue for adapters that draw forms: which services there are, and what each one asks."""

from typing import Any

import pytest

from shared.reference.catalogue import catalogue
from tests.integration.intake.rig import ADAPTER, Rig
from tests.support.harness import keyed

SERVICES = "/v1/services"


async def get(rig: Rig, path: str, **query: Any) -> dict[str, Any]:
    answer = await rig.http.get(path, params=query, headers=keyed(ADAPTER))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_the_services_are_listed_page_by_page(rig: Rig) -> None:
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 7}
    while True:
        page = await get(rig, SERVICES, **query)
        found += page["services"]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert [row["code"] for row in found] == sorted(catalogue().services)
    rows = {row["code"]: row for row in found}
    assert [(rows[code]["offer"], rows[code]["open"]) for code in ("kk_hilang", "cerai", "legalisir", "kk_rusak")] == [
        ("online", True),
        ("court", False),
        ("in_person", False),
        ("online", False),
    ]
    assert rows["akta_lahir"]["products"] == ["akta_kelahiran", "kk", "kia"]
    assert rows["kk_baru"]["products"] == ["kk", "ktp", "kia"], "each once"


async def test_a_form_can_be_drawn_from_what_is_told(rig: Rig) -> None:
    shown = await get(rig, f"{SERVICES}/akta_lahir")
    fields = {field["name"]: field for field in shown["fields"]}
    assert list(fields) == [field.name for field in catalogue().get("akta_lahir").form.fields]
    assert set(shown["answers_schema"]["properties"]) == set(fields)
    assert all(field["sentences"].get("ask") for field in shown["fields"]), "people are asked in Indonesian"
    assert (fields["father_nik"]["conditional"], fields["nik"]["conditional"]) == (True, False)
    assert {"code": "L", "label": "Laki-laki"} in fields["child_sex"]["choices"]
    assert [kind["code"] for kind in fields["surat_kelahiran"]["kinds"]] == ["surat_kelahiran", "f_203"]
    assert all(kind["label"] != kind["code"] for kind in fields["surat_kelahiran"]["kinds"])
    assert [row["name"] for row in fields["witnesses"]["fields"]] == ["nik", "name"]
    assert shown["law"]
    assert shown["form_version"] == 1


@pytest.mark.parametrize("service", sorted(catalogue().services))
async def test_every_service_is_told(rig: Rig, service: str) -> None:
    assert (await get(rig, f"{SERVICES}/{service}"))["code"] == service


async def test_whoever_has_no_key_is_told_nothing_and_what_is_not_there_is_404(rig: Rig) -> None:
    for path in (SERVICES, f"{SERVICES}/kk_hilang"):
        assert (await rig.http.get(path)).status_code == 401
        assert (await rig.http.get(path, headers=keyed("verification"))).status_code == 403
    missing = await rig.http.get(f"{SERVICES}/kk_terbang", headers=keyed(ADAPTER))
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_service")
