"""Each service that is open, by chat and by API, from the first answer to its signed documents and the register after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import httpx
import pytest

from deploy.local import journeys
from deploy.local.answered import answered_by_chat
from deploy.local.applications import Application, today
from deploy.local.chat import PHOTOS, Chat, says
from deploy.local.chat import text_of as said_in
from deploy.local.office import Officer, effects
from deploy.local.stack import Stack
from deploy.local.travel import Places, Travel
from shared.ids import new_id
from shared.reference.catalogue import catalogue
from tests.support.eventually import eventually
from tests.support.pdf import text_of
from tests.support.samples import KINDS, application_for
from tests.support.samples.births_and_deaths import of_foreign_father
from tests.support.samples.data_and_visits import alone, office_day, visit_at_home
from tests.support.samples.people import Change, Sample, days_ago


@pytest.fixture(scope="module")
def sample(stack: Stack) -> Sample:
    return Sample.of(stack)


def test_every_service_that_is_open_is_in_the_table() -> None:
    assert set(KINDS) == set(catalogue().online())


@pytest.mark.parametrize("service", KINDS)
async def test_a_service_by_chat(service: str, stack: Stack, sample: Sample, places: Places) -> None:
    application = application_for(sample, service, 1)
    if KINDS[service].answer:
        assert KINDS[service].answer in await answered_by_chat(places, application, KINDS[service].answer)
        return
    decided = journeys.nothing if KINDS[service].by_rules else approval(stack, service)
    changes = card_of(application) if KINDS[service].change else None
    result = await journeys.by_chat(places, application, decided, changes=changes)
    assert Counter(paper.product for paper in result.papers) == Counter(KINDS[service].products)
    _check_texts(application, [text_of(paper.pdf) for paper in result.papers])
    _check_change(KINDS[service].change, result.register)


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
        if KINDS[service].answer:
            await Officer(travel).answer(receipt, KINDS[service].answer)
            assert (await answered_at_counter(counter, receipt))["told"]["text"] == KINDS[service].answer
            return
        if not KINDS[service].by_rules:
            await approve(stack, travel, service, receipt)

        stands, texts = await fetch_at_counter(counter, receipt)
        assert Counter(document["product"] for document in stands["documents"]) == Counter(KINDS[service].products)
        _check_texts(application, texts)
        assert (await travel.request(receipt))["state"] == "delivered", "all were fetched"
        if KINDS[service].change:
            change = await Officer(travel).history(card_of(application), stands["request_id"])
            _check_change(KINDS[service].change, effects(change))


async def test_somebody_without_a_nik_who_lives_alone_gets_a_card_of_their_own(stack: Stack, sample: Sample, places: Places) -> None:
    application = alone(sample, "SARMINI PUSPITASARI")
    result = await journeys.by_chat(places, application, approval(stack, "biodata"))
    texts = {paper.product: text_of(paper.pdf) for paper in result.papers}
    assert set(texts) == {"biodata", "kk"}
    assert all(application.name in text for text in texts.values())
    assert "KEPALA KELUARGA" in texts["kk"]


async def test_who_can_not_come_is_told_the_day_of_the_visit(sample: Sample, places: Places) -> None:
    day = date.fromisoformat(office_day("ktp_rekam", 3))

    async def visit(travel: Travel, chat: Chat, receipt: str) -> None:
        await Officer(travel).tell(receipt, "Siapkan KK, sekitar pukul 09.00.", day)
        told = await chat.hears(says("datang ke alamat Anda"), "the day of the visit")
        assert f"{day.day} " in said_in(told)
        assert "sekitar pukul 09.00" in said_in(told)
        await chat.type("status")
        assert f"{day.day} " in said_in(await chat.hears(says("menetapkan hari"), "how it stands"))
        assert (await travel.request(receipt))["told"]["visit_on"] == day.isoformat()

    assert "sudah direkam" in await answered_by_chat(places, visit_at_home(sample, 22), "Beliau sudah direkam.", visit)


async def test_who_is_too_young_to_be_recorded_is_told_so_at_once(sample: Sample, stack: Stack) -> None:
    person, key = sample.picked["kk_rusak"][23], {"Authorization": f"Bearer {stack.keys.clients['loket']}"}
    born = {"born_on": days_ago(14 * 365), "ever_married": False}
    day = {"needs_visit": False, "visit_day": office_day("ktp_rekam", 4)}
    application = Application("ktp_rekam", person["name"], {"nik": person["nik"], "kk_number": person["kk_number"], **born, **day})
    async with httpx.AsyncClient(base_url=stack.part("intake").url, headers=key, timeout=30, trust_env=False) as counter:
        receipt = (await file_at_counter(counter, application))["receipt"]

        async def rejected() -> dict[str, Any] | None:
            stands: dict[str, Any] = (await counter.get(f"/v1/requests/{receipt}")).json()
            return stands if stands["state"] == "rejected" else None

        stands = await eventually(rejected, 30)
        assert stands is not None
        assert [reason["code"] for reason in stands["reasons"]] == ["too_young_to_record"]


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


def card_of(application: Application) -> str:
    """The family card of which the change is looked at: the applicant's own, or the one that takes them in."""
    return str(application.answers.get("kk_number") or application.answers["host_kk_number"])


def approval(stack: Stack, service: str) -> journeys.Meanwhile:
    async def approved(travel: Travel, _chat: Chat, receipt: str) -> None:
        await approve(stack, travel, service, receipt)

    return approved


async def approve(stack: Stack, travel: Travel, service: str, receipt: str) -> None:
    """Approve a request, by the head of the section too where its service always takes two."""
    await Officer(travel).approve(receipt)
    if catalogue().get(service).second is True:
        await Officer(travel, stack.keys.clients["kepala-seksi-01"]).approve(receipt)


async def answered_at_counter(counter: httpx.AsyncClient, receipt: str) -> dict[str, Any]:
    """Wait for the answer to a request; return how it stands."""

    async def answered() -> dict[str, Any] | None:
        stands: dict[str, Any] = (await counter.get(f"/v1/requests/{receipt}")).json()
        return stands if stands["state"] == "answered" else None

    stands: dict[str, Any] | None = await eventually(answered, 30)
    assert stands is not None
    return stands


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


def _check_change(wanted: Change | None, found: Mapping[str, Any] | None) -> None:
    if wanted is None:
        assert found is None
        return
    assert found is not None
    assert found["basis"] == wanted.basis
    counted = Counter(found["effects"])
    assert {effect: counted[effect] for effect in wanted.effects} == dict(wanted.effects)
