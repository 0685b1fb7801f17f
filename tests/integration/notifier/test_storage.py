"""Little room on the disk: new pictures of posts and what Meta tells are refused, and what is written already stays on the page."""

import io
from collections.abc import AsyncIterator

import pytest_asyncio
from PIL import Image

from services.notifier.wiring.posting import PICTURES
from shared.storage import Least
from tests.integration.notifier.posting_rig import PostingRig, make_posting_rig
from tests.integration.notifier.test_posting_pages import served
from tests.support.sessions import SessionIssuer, browser_of

WRITE = "/desk/posting/baru"
WRITTEN = {"judul": "Akta lahir", "pesan": "Bawa surat keterangan lahir.", "akun": "fb", "kode": "K7Q"}


@pytest_asyncio.fixture
async def full(mongo_url: str, database: str) -> AsyncIterator[PostingRig]:
    """A MongoDB of which more must be free than there is."""
    async with make_posting_rig(mongo_url, database) as rig:
        watch = rig.parts.host.storage
        watch.least = Least(bytes=10**18)
        await watch.measure()
        yield rig


def picture() -> bytes:
    sink = io.BytesIO()
    Image.new("RGB", (1080, 1080), "teal").save(sink, "PNG")
    return sink.getvalue()


async def test_a_new_picture_is_refused_with_what_was_written_and_taken_once_there_is_room(full: PostingRig) -> None:
    issuer = SessionIssuer()
    async with browser_of(served(full, issuer), issuer, "outreach") as writer:
        writer.cookies.set("desk", writer.cookies["__Host-desk"])  # the app is one without TLS
        files = {"gambar": ("akta.png", picture(), "image/png")}
        refused = await writer.post(WRITE, data=WRITTEN | {"alt": "Akta"}, files=files)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "600")
        assert "Penyimpanan hampir penuh" in refused.text
        assert WRITTEN["pesan"] in refused.text, "what was written is not written again"
        assert await full.rows(f"{PICTURES}.files") == await full.rows("posts") == []
        full.parts.host.storage.least = Least()
        await full.parts.host.storage.measure()
        taken = await writer.post(WRITE, data=WRITTEN | {"alt": "Akta"}, files=files)
        assert taken.status_code == 303, taken.text
        assert len(await full.rows(f"{PICTURES}.files")) == 1


async def test_meta_is_asked_to_tell_it_again(full: PostingRig) -> None:
    answer = await full.meta.post(f"{full.own_url}/v1/webhooks/meta", content=b"{}")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "storage_low", "600")
