"""The chat page in Chromium: a person plays the citizen, the test plays the office."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from deploy.simulators.whatsapp.samples import INVENTED, read_people
from deploy.simulators.whatsapp.samples import picture as drawn
from services.verification.wiring import registry
from tests.support.browser import DESK, NARROW, PHONE, WIDE_THINGS, visit
from tests.support.eventually import eventually
from tests.support.simulators import API, Phone, whatsapp

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one browser for the module: starting one takes seconds
SITI = "6281234567890"
MESSAGES = "**/sim/citizens/*/messages?limit=500"


@pytest_asyncio.fixture(loop_scope="module")
async def phone() -> AsyncIterator[Phone]:
    async with whatsapp() as running:
        yield running


def question(text: str, *titles: str) -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": f"id-{title}", "title": title}} for title in titles]
    return {"type": "interactive", "interactive": {"type": "button", "body": {"text": text}, "action": {"buttons": replies}}}


async def begin(page: Page, text: str = "Selamat pagi") -> None:
    """Become the sample citizen and write."""
    await page.get_by_role("button", name="Mulai sebagai warga contoh").click()
    await write(page, text)


async def write(page: Page, text: str) -> None:
    await page.get_by_label("Tulis pesan").fill(text)
    await page.get_by_role("button", name="Kirim", exact=True).click()


async def test_what_comes_while_the_chat_is_being_fetched_stays(browser: Browser, phone: Phone) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        asked.set()
        await go_on.wait()
        await route.fulfill(response=answer)

    async with visit(browser, phone.url) as page:
        await begin(page, "Selamat siang")
        log = page.get_by_role("log", name="Percakapan")
        await expect(log.get_by_text("Selamat siang")).to_be_visible()
        await page.route(MESSAGES, late, times=1)
        await page.reload(wait_until="commit")
        await asked.wait()
        await phone.sent(SITI, type="text", text={"body": "Kami sedang memeriksa"})
        await expect(log.get_by_text("Kami sedang memeriksa")).to_be_visible()
        async with page.expect_response(MESSAGES):  # the answer that was asked for before does not have it: asked again
            go_on.set()
        await expect(log.get_by_text("Selamat siang")).to_be_visible()
        await expect(log.get_by_text("Kami sedang memeriksa")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESK])
async def test_a_person_writes_taps_sends_photos_and_opens_the_document(browser: Browser, phone: Phone, size: tuple[int, int]) -> None:
    async with visit(browser, phone.url, size=size) as page:
        await begin(page, "KK saya hilang")
        log = page.get_by_role("log", name="Percakapan")
        await expect(log.get_by_text("KK saya hilang")).to_be_visible()
        await expect(log.get_by_role("listitem").filter(has_text="KK saya hilang").get_by_text("Sampai")).to_be_attached()

        await phone.sent(SITI, **question("Layanan *KK hilang*. Lanjutkan?", "Lanjutkan", "Batal"))
        await expect(log.locator("strong", has_text="KK hilang")).to_be_visible()
        await log.get_by_role("button", name="Lanjutkan").click()
        answer = await eventually(lambda: [each for each in phone.business.changes("messages") if each["type"] == "interactive"])
        assert answer[0]["interactive"]["button_reply"] == {"id": "id-Lanjutkan", "title": "Lanjutkan"}
        assert answer[0]["context"]["id"]
        await expect(page.get_by_role("button", name="Batal")).to_be_disabled()

        await page.get_by_role("button", name="Lampirkan foto").click()
        await page.get_by_role("menuitem", name="Contoh foto surat polisi").click()
        await page.get_by_role("dialog", name="Kirim foto").get_by_role("button", name="Kirim foto").click()
        picture = log.get_by_role("img", name="Foto yang Anda kirim: contoh-surat-polisi.png")
        await expect(picture).to_be_visible()
        image = (await eventually(lambda: [each for each in phone.business.changes("messages") if each["type"] == "image"]))[0]["image"]
        url = (await phone.client.get(f"/v23.0/{image['id']}")).json()["url"]
        assert (await phone.client.get(url)).content == await asyncio.to_thread(drawn, INVENTED, "surat-polisi")

        pdf = b"%PDF-1.7 a family card"
        media_id = (await phone.upload(pdf)).json()["id"]
        wamid = await phone.sent(SITI, type="document", document={"id": media_id, "filename": "KK_1.pdf", "caption": "Sudah terbit"})
        link = page.get_by_role("link", name="Buka dokumen KK_1.pdf")
        await expect(link).to_be_in_viewport()
        fetched = await page.request.get(phone.url + str(await link.get_attribute("href")))
        assert await fetched.body() == pdf
        await eventually(lambda: "read" in phone.business.statuses(wamid))
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


async def test_everything_goes_by_keyboard(browser: Browser, phone: Phone) -> None:
    async with visit(browser, phone.url) as page:
        await page.get_by_role("button", name="Mulai sebagai warga contoh").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Tulis pesan")).to_be_focused()
        await page.keyboard.type("halo")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("dua baris")
        await page.keyboard.press("Enter")
        await eventually(lambda: [each["text"]["body"] for each in phone.business.changes("messages")] == ["halo\ndua baris"])

        await page.keyboard.press("Shift+Tab")
        await expect(page.get_by_role("button", name="Isi contoh")).to_be_focused()
        await page.keyboard.press("Shift+Tab")
        await expect(page.get_by_role("button", name="Lampirkan foto")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("ArrowUp")
        await expect(page.get_by_role("menuitem", name="Contoh swafoto dengan KTP")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Lampirkan foto")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("End")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog", name="Kirim foto")).to_be_visible()
        await page.keyboard.type("KTP saya")
        await page.keyboard.press("Enter")
        images = await eventually(lambda: [each for each in phone.business.changes("messages") if each["type"] == "image"])
        assert images[0]["image"]["caption"] == "KTP saya"


async def test_ticks_and_typing_follow_what_the_office_does(browser: Browser, phone: Phone) -> None:
    phone.business.answers = [503]
    async with visit(browser, phone.url) as page:
        await begin(page)
        mine = page.get_by_role("log", name="Percakapan").get_by_role("listitem").filter(has_text="Selamat pagi")
        await expect(mine.locator("[data-status=delivered]")).to_be_attached()
        message = phone.business.changes("messages")[-1]
        receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": message["id"], "typing_indicator": {"type": "text"}}
        await phone.client.post(f"{API}/messages", json=receipt)
        await expect(mine.get_by_text("Dibaca")).to_be_attached()
        await expect(page.get_by_text("PAK'DE ON sedang mengetik")).to_be_attached()
        await expect(page.locator("[data-part=typing]")).to_be_visible()
        await phone.sent(SITI, text={"body": "Selamat pagi juga"})
        await expect(page.get_by_role("log", name="Percakapan").get_by_text("Selamat pagi juga")).to_be_visible()
        await expect(page.locator("[data-part=typing]")).to_be_hidden()


async def test_a_list_is_chosen_in_a_dialog(browser: Browser, phone: Phone) -> None:
    async with visit(browser, phone.url) as page:
        await begin(page)
        action = {
            "button": "Lihat layanan",
            "sections": [{"title": "KK", "rows": [{"id": "kk_hilang", "title": "KK hilang", "description": "Gratis"}]}],
        }
        await phone.sent(SITI, type="interactive", interactive={"type": "list", "body": {"text": "Pilih layanan"}, "action": action})
        await page.get_by_role("button", name="Lihat layanan").click()
        dialog = page.get_by_role("dialog", name="Lihat layanan")
        await dialog.get_by_label("KK hilang").check()
        await dialog.get_by_role("button", name="Kirim pilihan").click()
        answer = await eventually(lambda: [each for each in phone.business.changes("messages") if each["type"] == "interactive"])
        assert answer[0]["interactive"]["list_reply"] == {"id": "kk_hilang", "title": "KK hilang"}
        await expect(dialog).to_be_hidden()


async def test_a_second_citizen_and_what_waits_for_the_first(browser: Browser, phone: Phone) -> None:
    async with visit(browser, phone.url, size=DESK) as page:
        await begin(page)
        await page.get_by_role("button", name="Tambah warga").click()
        dialog = page.get_by_role("dialog", name="Tambah warga")
        await dialog.get_by_label("Nama").fill("Budi Santoso")
        await dialog.get_by_label("Nomor WhatsApp").fill("0899 1111 2222")
        await dialog.get_by_label("Yang terlihat oleh dinas").select_option("bsuid")
        await dialog.get_by_role("button", name="Tambah", exact=True).click()
        await expect(dialog).to_be_hidden()  # Playwright types into what has the focus, and a modal dialog keeps it
        await write(page, "saya Budi")
        last = (await eventually(lambda: [each for each in phone.business.changes("messages") if each["text"]["body"] == "saya Budi"]))[0]
        assert "from" not in last
        assert last["from_user_id"].startswith("ID.")

        wamid = await phone.sent(SITI, text={"body": "untuk Siti"})
        row = page.get_by_role("list", name="Warga").get_by_role("button", name="Siti Aminah")
        await expect(row).to_contain_text("1 belum dibaca")
        assert "read" not in phone.business.statuses(wamid)
        await row.click()
        await expect(page.get_by_role("log", name="Percakapan").get_by_text("untuk Siti")).to_be_visible()
        await expect(row).not_to_contain_text("belum dibaca")
        await eventually(lambda: "read" in phone.business.statuses(wamid))


async def test_the_conversation_is_there_again_after_a_reload(browser: Browser, phone: Phone) -> None:
    async with visit(browser, phone.url) as page:
        await begin(page, "pesan pertama")
        await phone.sent(SITI, **question("Lanjut?", "Ya", "Tidak"))
        await page.get_by_role("button", name="Ya", exact=True).click()
        await eventually(lambda: [each for each in phone.business.changes("messages") if each["type"] == "interactive"])
        await page.reload()
        log = page.get_by_role("log", name="Percakapan")
        await expect(log.get_by_text("pesan pertama")).to_be_visible()
        await expect(page.get_by_role("button", name="Tidak")).to_be_disabled()


async def test_a_file_from_the_device_and_one_that_is_refused(browser: Browser, phone: Phone, tmp_path: Path) -> None:
    good, bad = tmp_path / "surat.png", tmp_path / "surat.txt.jpg"
    good.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    bad.write_bytes(b"x" * (5 * 1024 * 1024 + 1))
    async with visit(browser, phone.url, refused=1) as page:
        await begin(page)
        for path in (good, bad):
            await page.locator("[data-part=file]").set_input_files(path)
            await page.get_by_role("dialog", name="Kirim foto").get_by_role("button", name="Kirim foto").click()
            if path is good:
                await expect(page.get_by_role("dialog", name="Kirim foto")).to_be_hidden()
        await expect(page.get_by_role("alert").filter(has_text="Belum berhasil")).to_be_visible()
        await page.get_by_role("dialog", name="Kirim foto").get_by_role("button", name="Batal").click()
        images = await eventually(lambda: [each for each in phone.business.changes("messages") if each["type"] == "image"])
        assert [each["image"]["mime_type"] for each in images] == ["image/png"]


async def test_a_long_message_does_not_widen_the_list_of_people(browser: Browser, phone: Phone) -> None:
    async with visit(browser, phone.url, size=NARROW) as page:
        await begin(page, "Selamat pagi, saya mau bertanya bagaimana cara mengurus kartu keluarga yang hilang kemarin " * 3)
        await page.get_by_role("button", name="Kembali ke daftar warga").click()
        await expect(page.get_by_role("list", name="Warga").get_by_role("button")).to_be_visible()
        assert await page.evaluate(WIDE_THINGS) == 0


@pytest.mark.parametrize("size", [NARROW, DESK])
async def test_the_answer_to_a_photo_is_in_sight(browser: Browser, phone: Phone, size: tuple[int, int]) -> None:
    """The scroll event of our own scrolling may come when the picture has grown: that is no wish of the reader."""
    async with visit(browser, phone.url, size=size) as page:
        await begin(page)
        for _ in range(3):
            await phone.sent(SITI, text={"body": "Sebuah jawaban yang panjang. " * 20})
        await page.get_by_role("button", name="Isi contoh").click()
        await page.get_by_role("dialog", name="Isi contoh").get_by_role("button", name="Swafoto dengan KTP-el").click()
        await page.get_by_role("dialog", name="Kirim foto").get_by_role("button", name="Kirim foto").click()
        log = page.get_by_role("log", name="Percakapan")
        picture = log.get_by_role("img", name="Foto yang Anda kirim")
        await expect(picture).to_be_in_viewport()
        await picture.evaluate(
            "(image) => { image.style.height = '40rem'; document.querySelector('[data-part=scroll]').dispatchEvent(new Event('scroll')); }"
        )
        await phone.sent(SITI, text={"body": "Foto sudah kami terima."})
        await expect(log.get_by_text("Foto sudah kami terima.")).to_be_in_viewport(ratio=1)


async def test_a_reader_who_scrolled_up_stays_and_is_told_of_what_is_new(browser: Browser, phone: Phone) -> None:
    async with visit(browser, phone.url, size=NARROW) as page:
        await begin(page, "pesan pertama")
        await phone.sent(SITI, text={"body": "Sebuah jawaban yang panjang. " * 60})
        log = page.get_by_role("log", name="Percakapan")
        await expect(log.get_by_text("Sebuah jawaban")).to_be_visible()
        await page.locator("[data-part=scroll]").evaluate("(box) => { box.scrollTop = 0; }")
        await expect(log.get_by_text("pesan pertama")).to_be_in_viewport()
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
        await phone.sent(SITI, text={"body": "Satu lagi"})
        await page.get_by_role("button", name="Pesan baru").click()
        await expect(log.get_by_text("Satu lagi")).to_be_in_viewport()
        await expect(page.get_by_role("button", name="Pesan baru")).to_be_hidden()


async def test_the_24_hours_are_shown_as_they_are(browser: Browser, phone: Phone) -> None:
    async with visit(browser, phone.url) as page:
        await begin(page)
        options, dialog = page.get_by_role("button", name="Pengaturan warga ini"), page.get_by_role("dialog", name="Pengaturan warga ini")
        window = dialog.get_by_label("Jendela 24 jam terbuka")
        await options.click()
        await expect(window).to_be_checked()  # by the message, of which no news about the person came
        await window.uncheck()
        await dialog.get_by_role("button", name="Simpan").click()
        await expect(dialog).to_be_hidden()
        assert not phone.carrier.people.by_phone(SITI).window_open(phone.clock())  # type: ignore[union-attr]
        await write(page, "halo lagi")
        await eventually(lambda: len(phone.business.changes("messages")) == 2)
        await options.click()
        await expect(window).to_be_checked()
        await dialog.get_by_role("button", name="Batal").click()
        phone.offset = timedelta(hours=25)  # it ends by itself, without any news
        await options.click()
        await expect(window).not_to_be_checked()
        await dialog.get_by_role("button", name="Simpan").click()
        await expect(dialog).to_be_hidden()
        await options.click()
        await expect(window).not_to_be_checked()


@pytest.mark.parametrize(
    ("name", "mime_type", "size", "said"),
    [
        ("IMG_1.HEIC", "image/heic", 100, "Jenis berkas ini tidak dapat dikirim"),
        ("surat.xyz", "", 100, "Jenis berkas ini tidak dapat dikirim"),
        ("kosong.jpg", "image/jpeg", 0, "Berkas ini kosong atau terlalu besar"),
        ("besar.jpg", "image/jpeg", 5 * 1024 * 1024 + 1, "Berkas ini kosong atau terlalu besar"),
    ],
)
async def test_why_a_file_is_refused_is_said_in_indonesian(
    browser: Browser, phone: Phone, name: str, mime_type: str, size: int, said: str
) -> None:
    async with visit(browser, phone.url, size=NARROW, refused=1) as page:
        await begin(page)
        await page.locator("[data-part=file]").set_input_files({"name": name, "mimeType": mime_type, "buffer": b"x" * size})
        dialog = page.get_by_role("dialog", name="Kirim")
        await dialog.get_by_role("button", name="Kirim").click()
        await expect(dialog.get_by_role("alert")).to_contain_text(f"Belum berhasil: {said}")
        assert "(#" not in await dialog.inner_text()


async def test_who_has_no_papers_fills_in_a_sample_person(browser: Browser, tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    registry(["generate", "--families", "20", "--out", str(register)])
    people = read_people(register)
    async with whatsapp(registry_csv=register) as phone, visit(browser, phone.url, size=NARROW) as page:
        await page.get_by_role("button", name="Tambah warga").click()
        dialog = page.get_by_role("dialog", name="Tambah warga")
        await dialog.get_by_label("Isi contoh").select_option(label=people[1].row["name"].title())
        await expect(dialog.get_by_label("Nama")).to_have_value(people[1].row["name"].title())
        await dialog.get_by_role("button", name="Tambah", exact=True).click()
        await expect(dialog).to_be_hidden()

        fill, samples = page.get_by_role("button", name="Isi contoh"), page.get_by_role("dialog", name="Isi contoh")
        for label, value in (("NIK", people[1].row["nik"]), ("Nomor KK", people[1].row["kk_number"])):
            await fill.click()
            assert await page.evaluate(WIDE_THINGS) == 0
            await samples.get_by_role("button", name=re.compile(f"^{label}")).click()
            await expect(page.get_by_label("Tulis pesan")).to_have_value(value)
            await expect(page.get_by_label("Tulis pesan")).to_be_focused()
        await fill.click()
        await samples.get_by_label("Warga contoh").select_option("0")
        await samples.get_by_role("button", name="KTP-el Pilih", exact=True).click()
        await page.get_by_role("dialog", name="Kirim foto").get_by_role("button", name="Kirim foto").click()
        (sent,) = await eventually(lambda: [each["image"] for each in phone.business.changes("messages") if each["type"] == "image"])
        found = phone.carrier.files.get(sent["id"])
        assert found
        assert found.data == await asyncio.to_thread(drawn, people[0], "ktp")
