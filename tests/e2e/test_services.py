"""Each service that is open, by chat and by API, from the first answer to its signed documents and the register after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import httpx
import pytest

from deploy.local import journeys
from deploy.local.applications import Application, today
from deploy.local.chat import PHOTOS
from deploy.local.office import Officer, effects
from deploy.local.stack import Stack
from deploy.local.travel import Places, Travel
from shared.ids import new_id
from shared.reference.catalogue import catalogue
from tests.support.eventually import eventually
from tests.support.pdf import text_of
from tests.support.samples import KINDS, Sample, application_for, of_foreign_father

BY_RULES: Final = frozenset({"kk_hilang", "ktp_hilang", "ktp_rusak"})  # approved without an officer, where somebody vouches
PRODUCTS: Final[Mapping[str, tuple[str, ...]]] = {
    "kk_hilang": ("kk",),
    "kk_rusak": ("kk",),
    "ktp_hilang": ("ktp",),
    "ktp_rusak": ("ktp",),
    "akta_lahir": ("akta_kelahiran", "kia", "kk"),
    "lahir_mati": ("lahir_mati",),
    "akta_mati": ("akta_kematian", "kk", "ktp"),
    "kk_ganti_kepala": ("kk", "ktp"),
    "kk_baru": ("kk", "kk", "ktp"),
    "kk_ubah": ("kk",),
    "kk_pisah": ("kk", "kk"),
    "kk_numpang": ("kk", "ktp"),
    "kia_hilang": ("kia",),
    "kia_rusak": ("kia",),
}
CHANGES: Final[Mapping[str, tuple[str, Mapping[str, int]]]] = {
    "akta_lahir": ("akta_kelahiran", {"born": 1}),
    "akta_mati": ("akta_kematian", {"died": 1}),
    "kk_ganti_kepala": ("akta_kematian", {"died": 1}),
    "kk_baru": ("f_102", {"joined": 1}),
    "kk_ubah": ("diploma", {"changed": 1}),
    "kk_pisah": ("f_102", {"joined": 1}),
    "kk_numpang": ("f_103b", {"joined": 1}),
}
"""Service -> on what its change of the register rests, and what of it must be there. The others change nothing."""


@pytest.fixture(scope="module")
def sample(stack: Stack) -> Sample:
    return Sample.of(stack)


def test_every_service_that_is_open_is_in_the_table() -> None:
    assert set(KINDS) == set(PRODUCTS) == set(catalogue().online())


@pytest.mark.parametrize("service", KINDS)
async def test_a_service_by_chat(service: str, sample: Sample, places: Places) -> None:
    application = application_for(sample, service, 1)
    decided = journeys.nothing if service in BY_RULES else journeys.approval
    changes = application.answers["kk_number"] if service in CHANGES else None
    result = await journeys.by_chat(places, application, decided, changes=changes)
    assert Counter(paper.product for paper in result.papers) == Counter(PRODUCTS[service])
    _check_texts(application, [text_of(paper.pdf) for paper in result.papers])
    _check_change(service, result.register)


@pytest.mark.parametrize("service", KINDS)
async def test_a_service_by_api(service: str, stack: Stack, sample: Sample, places: Places) -> None:
    application = application_for(sample, service, 0)
    key = {"Authorization": f"Bearer {stack.keys.clients['loket']}"}
    async with (
        httpx.AsyncClient(base_url=stack.part("intake").url, headers=key, timeout=30, trust_env=False) as counter,
        Travel(places, lambda _who, _what: None) as travel,
    ):
        filed = await file_at_counter(counter, application)
        receipt = filed["receipt"]
        if service not in BY_RULES:
            await Officer(travel).approve(receipt)

        stands, texts = await fetch_at_counter(counter, receipt)
        assert Counter(document["product"] for document in stands["documents"]) == Counter(PRODUCTS[service])
        _check_texts(application, texts)
        assert (await travel.request(receipt))["state"] == "delivered", "all were fetched"
        if service in CHANGES:
            change = await Officer(travel).history(application.answers["kk_number"], stands["request_id"])
            _check_change(service, effects(change))


async def test_a_father_who_is_not_in_the_register_stands_on_the_documents(stack: Stack, sample: Sample, places: Places) -> None:
    by_chat = of_foreign_father(sample, 1)
    result = await journeys.by_chat(places, by_chat, journeys.approval)
    _check_father(by_chat, {paper.product: text_of(paper.pdf) for paper in result.papers})
    by_api, key = of_foreign_father(sample, 0), {"Authorization": f"Bearer {stack.keys.clients['loket']}"}
    async with (
        httpx.AsyncClient(base_url=stack.part("intake").url, headers=key, timeout=30, trust_env=False) as counter,
        Travel(places, lambda _who, _what: None) as travel,
    ):
        receipt = (await file_at_counter(counter, by_api))["receipt"]
        await Officer(travel).approve(receipt)
        stands, texts = await fetch_at_counter(counter, receipt)
        _check_father(by_api, dict(zip((document["product"] for document in stands["documents"]), texts, strict=True)))


def _check_father(application: Application, texts: Mapping[str, str]) -> None:
    for product in ("akta_kelahiran", "kk"):
        assert application.answers["elsewhere_name"] in texts[product]
        assert application.answers["child_name"] in texts[product]


async def fetch_at_counter(counter: httpx.AsyncClient, receipt: str) -> tuple[dict[str, Any], list[str]]:
    """Wait for a request's documents; return how it stands, and their texts."""

    async def ready() -> dict[str, Any] | None:
        stands: dict[str, Any] = (await counter.get(f"/v1/requests/{receipt}")).json()
        return stands if stands["state"] == "ready" else None

    stands = await eventually(ready, 60)
    assert stands is not None
    texts = []
    for number in range(1, len(stands["documents"]) + 1):
        answer = await counter.get(f"/v1/requests/{receipt}/documents/{number}")
        assert answer.status_code == 200, answer.text
        texts.append(text_of(answer.content))
    return stands, texts


async def file_at_counter(counter: httpx.AsyncClient, application: Application) -> dict[str, Any]:
    """File a request as a counter does: the photos first, each another one."""
    form, answers = application.catalogued.form, dict(application.answers)
    for field in form.asked(form.values(answers), today()):
        if field.is_document:
            photo = (PHOTOS / "surat-polisi.jpg").read_bytes() + f"{field.name} {new_id()}".encode()
            uploaded = await counter.post("/v1/files", content=photo, headers={"Content-Type": "image/jpeg"})
            assert uploaded.status_code == 201, uploaded.text
            answers[field.name] = {"file_id": uploaded.json()["file_id"], "kind": field.any_of[0]}
    body = {"service": application.service, "answers": answers}
    filed = await counter.post("/v1/requests", json=body, headers={"Idempotency-Key": new_id()})
    assert filed.status_code == 201, filed.text
    found: dict[str, Any] = filed.json()
    return found


def _check_texts(application: Application, texts: list[str]) -> None:
    """The documents say who it is about."""
    whole = "\n".join(texts)
    assert application.name in whole
    child = application.answers.get("child_name")
    assert child is None or all(child in text for text in texts)


def _check_change(service: str, change: Mapping[str, Any] | None) -> None:
    if service not in CHANGES:
        assert change is None
        return
    basis, wanted = CHANGES[service]
    assert change is not None
    assert change["basis"] == basis
    found = Counter(change["effects"])
    assert {effect: found[effect] for effect in wanted} == dict(wanted)
