"""What is sent is looked at before it is kept: in the chat, by adapters, and when the looking itself fails."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
from PIL import Image, ImageFilter

from deploy.local.parts import ROOT
from shared.child.process import ChildLimits
from shared.errors import BadInput, Transient
from shared.inspection.files import InspectedFiles
from shared.inspection.inspector import Inspector, PhotoLimits
from tests.integration.intake.rig import ADAPTER, JPEG, KK, NIK, PNG, Rig, only, text_of
from tests.support import photos
from tests.support.eventually import eventually
from tests.support.harness import keyed

SECOND, OTHER_NIK, OTHER_CARD = "6281299990001", "3519084502880004", "3519081203100015"
LOCKED, LONG, TORN = photos.pdf("terkunci", password="x"), photos.pdf("panjang", pages=30), JPEG[:1500]
PHOTO: Final = PhotoLimits(40_000_000, 2_000, 60, 0.6, 90.0, 20, 20_000)
CHILD: Final = ChildLimits(order_seconds=20, start_seconds=60, memory_mib=768, orders_per_life=1_000)


def blurred() -> bytes:
    path = Path(ROOT) / "deploy" / "local" / "data" / "surat-polisi.jpg"
    small = Image.open(path).resize((460, 600)).filter(ImageFilter.GaussianBlur(5))
    return photos.saved(small)


async def test_a_person_is_told_once_that_a_photo_is_blurred_and_the_next_is_taken(rig: Rig) -> None:
    await rig.press("service:kk_hilang")
    await rig.say(NIK)
    await rig.say(KK)
    told = text_of(only(await rig.show(blurred())))
    assert "kabur" in told
    assert "kepolisian" in told
    assert await rig.rows("files.files") == [], "nothing is kept of what is not used"
    assert "KTP-el" in text_of(only(await rig.show(blurred())))


@pytest.mark.parametrize(
    ("sent", "word"),
    [(photos.pdf("terkunci", password="x"), "sandi"), (photos.pdf("panjang", pages=30), "halaman"), (JPEG[:1500], "rusak")],
)
async def test_a_file_that_can_not_be_used_is_answered_with_the_reason(rig: Rig, sent: bytes, word: str) -> None:
    await rig.press("service:kk_hilang")
    await rig.say(NIK)
    await rig.say(KK)
    assert word in text_of(only(await rig.show(sent, kind="document")))
    assert await rig.rows("files.files") == []


async def test_a_photo_as_an_iphone_keeps_it_is_taken_and_kept_as_a_jpeg(rig: Rig) -> None:
    sent = photos.heic()
    answer = await rig.http.post("/v1/files", content=sent, headers=keyed(ADAPTER))
    assert (answer.status_code, answer.json()["media_type"]) == (201, "image/jpeg")
    assert answer.json()["sent_sha256"] == hashlib.sha256(sent).hexdigest()
    await rig.press("service:kk_hilang")
    await rig.say(NIK)
    await rig.say(KK)
    assert "KTP-el" in text_of(only(await rig.show(sent, kind="document")))


@pytest.mark.parametrize(("sent", "code"), [(LOCKED, "pdf_encrypted"), (LONG, "pdf_too_many_pages"), (TORN, "file_damaged")])
async def test_an_adapter_is_told_by_a_code(rig: Rig, sent: bytes, code: str) -> None:
    answer = await rig.http.post("/v1/files", content=sent, headers=keyed(ADAPTER))
    assert (answer.status_code, answer.json()["code"], only(answer.json()["errors"])["field"]) == (422, code, "body")
    assert await rig.rows("files.files") == []


async def test_a_paper_of_another_family_is_marked_and_one_s_own_is_not(rig: Rig) -> None:
    await rig.file_request()
    first = only(await rig.told_data("intake.request_submitted.v1"))
    await rig.link(SECOND, OTHER_NIK)
    await rig.press("service:kk_hilang", SECOND)
    await rig.say(OTHER_NIK, SECOND)
    await rig.say(OTHER_CARD, SECOND)
    await rig.show(JPEG + NIK.encode() + b"6281234567890", SECOND)  # the very letter
    await rig.show(photos.jpeg("another"), SECOND)
    await rig.press("confirm", SECOND)
    marks = {
        file["field"]: (file["same_file_in"], file["same_looks_in"])
        for told in await rig.told_data("intake.request_submitted.v1")
        for file in told["attachments"]
        if told["receipt"] != first["receipt"]
    }
    assert marks["surat_kehilangan"] == (first["receipt"], "")
    assert [(file["same_file_in"], file["same_looks_in"]) for file in first["attachments"]] == [("", ""), ("", "")]


def inspector_of(rig: Rig) -> Inspector:
    return rig.wiring.outside.inspector


@pytest.fixture
async def alone(rig: Rig) -> AsyncIterator[Rig]:
    """Another process of the same intake, whose inspector has a child of its own."""
    made = Rig(rig.wiring.settings, own_inspector=True)
    yield made
    await made.close()


async def test_a_child_that_was_killed_is_replaced(alone: Rig) -> None:
    assert (await alone.http.post("/v1/files", content=JPEG, headers=keyed(ADAPTER))).status_code == 201
    first = inspector_of(alone).process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: inspector_of(alone).process_id is None)
    assert (await alone.http.post("/v1/files", content=PNG, headers=keyed(ADAPTER))).status_code == 201
    assert inspector_of(alone).process_id not in (None, first)


async def test_a_file_that_ends_the_child_is_what_is_wrong(tmp_path: Path) -> None:
    inspector = Inspector(PHOTO, ChildLimits(order_seconds=0.001, start_seconds=60, memory_mib=768, orders_per_life=9))
    path = tmp_path / "slow"
    path.write_bytes(photos.saved(photos.picture("besar", (3000, 3000))))
    try:
        with pytest.raises(BadInput, match="file_damaged"):
            await inspector.look(path, "image/jpeg")
    finally:
        await inspector.close()


async def test_where_no_child_can_be_had_it_is_tried_later(tmp_path: Path) -> None:
    inspector = Inspector(PHOTO, ChildLimits(order_seconds=20, start_seconds=0.001, memory_mib=768, orders_per_life=9))
    with pytest.raises(Transient, match="inspector_start_failed"):
        await inspector.look(tmp_path / "none", "image/jpeg")
    await inspector.close()


async def test_many_at_once_wait_for_their_turn_on_the_disk(rig: Rig) -> None:
    sent = [rig.http.post("/v1/files", content=photos.jpeg(f"nomor {number}"), headers=keyed(ADAPTER)) for number in range(12)]
    answers = await asyncio.gather(*sent)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["sha256"] for answer in answers}) == 12
    assert isinstance(rig.wiring.deps.files, InspectedFiles)
