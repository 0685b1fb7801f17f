"""Whose papers these are: over the running processes, a stranger gets nobody's, and two phones get one document between them."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.applications import reprint
from deploy.local.chat import PHOTOS, RECEIPT, Chat, ask, confirm, fill_in, has_button, says
from deploy.local.office import Officer
from deploy.local.stack import Stack
from deploy.local.travel import Places, Travel
from tests.support.eventually import eventually
from tests.support.pdf import text_of
from tests.support.persons import Persons

SECONDS = 30.0
WHEN = re.compile(r"\w+, \d+ \w+ \d{4} pukul [\d.]+ WIB")


@pytest.fixture
async def travel(places: Places) -> AsyncIterator[Travel]:
    async with Travel(places, lambda _who, _what: None) as travelling:
        yield travelling


@pytest.fixture
def selfie(tmp_path: Path) -> Path:
    """Another picture than the two that are asked for."""
    photo = tmp_path / "swafoto.jpg"
    photo.write_bytes((PHOTOS / "ktp.jpg").read_bytes() + b" a face")
    return photo


@pytest.fixture
def desk(stack: Stack) -> Iterator[httpx.Client]:
    """An officer at verification."""
    headers = {"Authorization": f"Bearer {stack.keys.clients['petugas-01']}"}
    with httpx.Client(base_url=stack.part("verification").url, headers=headers, timeout=SECONDS) as client:
        yield client


def receipt_in(answer: dict[str, Any]) -> str:
    return str(RECEIPT.findall(answer["content"]["text"])[0])


async def task_of(desk: httpx.Client, receipt: str) -> dict[str, Any]:
    """The task of a request, once it is there."""

    async def found() -> dict[str, Any] | None:
        tasks = (await asyncio.to_thread(desk.post, "/v1/tasks/search", json={"text": receipt})).json()["tasks"]
        return tasks[0] if tasks else None

    task: dict[str, Any] | None = await eventually(found, SECONDS)
    assert task is not None
    return task


def decide(desk: httpx.Client, task: dict[str, Any], **decision: Any) -> httpx.Response:
    claimed = desk.post(f"/v1/tasks/{task['id']}/claim")
    assert claimed.status_code == 200, claimed.text
    return desk.post(f"/v1/tasks/{task['id']}/decision", json={"version": claimed.json()["version"], **decision})


async def test_a_stranger_with_a_nik_a_kk_number_and_pictures_gets_no_document_and_learns_nothing(
    travel: Travel, selfie: Path, desk: httpx.Client, persons: Persons
) -> None:
    victim = persons("kk_hilang")
    nobody = {"nik": "3519010101900001", "kk_number": "3519010101900002", "name": "NOBODY"}
    heard = []
    for person in (victim, nobody):
        chat = await Chat.open(travel, "STRANGER")
        _, answer = await ask(chat, reprint("kk_hilang", person), selfie)
        receipt = receipt_in(answer)
        task = await task_of(desk, receipt)
        assert "identity_unproven" in [reason["code"] for reason in task["reasons"]]
        assert await travel.documents(receipt) == []
        assert (await travel.request(receipt))["state"] == "submitted"
        heard.append(WHEN.sub("WHEN", answer["content"]["text"].replace(receipt, "RECEIPT")))
        told = decide(desk, task, action="return", reasons=[{"code": "not_in_register"}])
        assert (told.status_code, told.json()["code"]) == (422, "reason_tells_register")
    assert heard[0] == heard[1], "the answer depends on what the register holds"
    assert "periksa dulu" in heard[0]


async def test_an_adapter_that_vouches_for_nobody_gets_no_document_by_itself(
    stack: Stack, travel: Travel, desk: httpx.Client, persons: Persons
) -> None:
    victim = persons("kk_hilang")
    headers = {"Authorization": f"Bearer {stack.keys.clients['kios-01']}"}
    async with httpx.AsyncClient(base_url=stack.part("intake").url, headers=headers, timeout=SECONDS) as kiosk:
        answers: dict[str, Any] = {"nik": victim["nik"], "kk_number": victim["kk_number"]}
        for kind, name in (("surat_kehilangan", "surat-polisi.jpg"), ("ktp", "ktp.jpg")):
            content = (PHOTOS / name).read_bytes()
            file = await kiosk.post("/v1/files", content=content, headers={"Content-Type": "image/jpeg"})
            answers[kind] = {"kind": kind, "file_id": file.json()["file_id"]}
        body = {"service": "kk_hilang", "answers": answers}
        filed = await kiosk.post("/v1/requests", json=body, headers={"Idempotency-Key": "kiosk-1"})
    assert filed.status_code == 201, filed.text
    task = await task_of(desk, filed.json()["receipt"])
    assert [reason["code"] for reason in task["reasons"]] == ["identity_unproven"]
    assert await travel.documents(filed.json()["receipt"]) == []


async def test_once_an_officer_has_compared_the_selfie_the_next_request_needs_nobody(
    travel: Travel, selfie: Path, desk: httpx.Client, persons: Persons
) -> None:
    person = persons("kk_hilang")
    chat = await Chat.open(travel, person["name"])
    _, answer = await ask(chat, reprint("kk_hilang", person), selfie)
    task = await task_of(desk, receipt_in(answer))
    reasons = [{"code": "attachment_unreadable", "field": "answers.surat_kehilangan"}]
    returned = decide(desk, task, action="return", reasons=reasons, grant_link=True)
    assert returned.status_code == 200, returned.text
    await chat.hears(says("belum dapat diproses"), "what is to be mended")
    await chat.type("halo")
    await chat.hears(says("dikembalikan"), "the question that is asked again")
    await chat.send(PHOTOS / "surat-polisi.jpg", "surat kehilangan yang terbaca")
    _, again = await confirm(chat, await chat.hears(has_button("confirm"), "the summary"))
    assert receipt_in(again) == receipt_in(answer)
    await Officer(travel).approve(receipt_in(again))  # who returned it looks at it again
    await chat.hears(is_document, "the document")
    _, other = await ask(chat, reprint("ktp_hilang", person))
    await chat.hears(is_document, "the slip")
    assert len(await travel.documents(receipt_in(other))) == 1


def is_document(message: Mapping[str, Any]) -> bool:
    return bool(message["content"]["type"] == "document")


async def test_two_phones_that_ask_the_same_at_once_get_one_number_and_one_signed_pdf(travel: Travel, persons: Persons) -> None:
    person = persons("kk_hilang")
    chats = [await Chat.open(travel, person["name"]) for _ in range(2)]
    for chat in chats:
        await travel.link(chat.phone, person["nik"])
    summaries = await asyncio.gather(*(fill_in(chat, reprint("kk_hilang", person)) for chat in chats))
    answers = await asyncio.gather(*(confirm(chat, summary) for chat, summary in zip(chats, summaries, strict=True)))
    receipts = [receipt_in(answer) for _, answer in answers]
    assert len(set(receipts)) == 2, "one of them was told the receipt of the other"

    async def over() -> bool:
        return sorted([(await travel.request(receipt))["state"] for receipt in receipts]) == ["delivered", "returned"]

    await eventually(over, SECONDS)
    papers = [paper for receipt in receipts for paper in await travel.documents(receipt)]
    assert len(papers) == 1
    pdf = await travel.fetch(papers[0], expected_sha256=papers[0]["sha256"])
    assert person["kk_number"] in text_of(pdf)
