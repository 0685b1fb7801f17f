"""People who work here, in Chromium through the front door: invited, in with a code, locked out, managed; fit for everybody."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect
from pyotp import TOTP

from deploy.local.accounts import LocalAccount, load_accounts
from deploy.local.commands import command
from deploy.local.stack import Stack
from shared.clock import now
from tests.support import signing_in
from tests.support.browser import DESK, NARROW, complaints, visit

pytestmark = pytest.mark.asyncio(loop_scope="module")
PASSWORD = "tiga kuda biru di sawah"


def account(stack: Stack, role: str) -> LocalAccount:
    return next(each for each in load_accounts(stack.state / "keys") if each.roles == (role,))


PHONES: dict[str, signing_in.Authenticator] = {}
"""By account: a code that one test used is used."""


def phone(who: LocalAccount) -> signing_in.Authenticator:
    return PHONES.setdefault(who.login, signing_in.Authenticator(who.secret))


async def sign_in(page: Page, who: LocalAccount) -> None:
    await signing_in.sign_in(page, who.login, who.password, phone(who))


async def fit(page: Page) -> None:
    assert await complaints(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("size", [DESK, NARROW])
async def test_in_by_password_and_code_to_where_one_wanted(browser: Browser, stack: Stack, size: tuple[int, int]) -> None:
    admin = account(stack, "admin")
    async with visit(browser, f"{stack.desk_page}/petugas", size=size) as page:
        await expect(page.get_by_role("heading", level=1)).to_have_text("Masuk ke Meja Kerja")
        await fit(page)
        await page.get_by_label("Nama akun").fill(admin.login)
        await page.get_by_label("Kata sandi").fill(admin.password)
        await page.get_by_role("button", name="Lihat").click()
        await expect(page.get_by_label("Kata sandi")).to_have_attribute("type", "text")
        await page.get_by_role("button", name="Lanjut").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Ketik kode dari aplikasi autentikator")
        await fit(page)
        await page.get_by_label("Kode 6 angka").fill(await phone(admin).fresh_code())
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Petugas")
        assert urlsplit(page.url).path == "/desk/petugas"
        await fit(page)
        await page.get_by_role("link", name="Contoh Verifikator").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Contoh Verifikator")
        await fit(page)
        await page.goto(f"{stack.desk_page}/akun")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Akun saya")
        await fit(page)


async def test_from_an_invitation_to_the_first_sign_in(browser: Browser, stack: Stack) -> None:
    admin = account(stack, "admin")
    login = f"budi.{now():%H%M%S%f}"
    async with visit(browser, f"{stack.desk_page}/petugas/undang") as page:
        await sign_in(page, admin)
        await page.get_by_label("Nama akun").fill(login)
        await page.get_by_label("Nama", exact=True).fill("Budi Santoso")
        await page.get_by_label("Verifikator").check()
        await fit(page)
        await page.get_by_role("button", name="Buat undangan").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Undangan untuk Budi Santoso")
        await fit(page)
        link = await page.locator("#tautan").inner_text()
    async with visit(browser, link, size=NARROW) as page:
        await fit(page)
        await page.get_by_role("button", name="Lanjut").click()
        await page.get_by_label("Kata sandi baru").fill(PASSWORD)
        await page.get_by_label("Sekali lagi").fill(PASSWORD)
        await fit(page)
        await page.get_by_role("button", name="Lanjut").click()
        await expect(page.get_by_role("img", name=re.compile("Kode QR"))).to_be_visible()
        await fit(page)
        secret = (await page.locator("#kunci").inner_text()).replace("-", "")
        await page.get_by_label("Kode 6 angka").fill(TOTP(secret).at(now()))
        await page.get_by_role("button", name="Hubungkan").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Kode cadangan Anda")
        await fit(page)
        recovery = await page.locator(".recovery li").first.inner_text()
        await page.get_by_role("link", name="Sudah saya simpan, lanjut").click()
        await expect(page.locator(".recovery")).to_have_count(0)
        await page.goto(f"{stack.desk_page}/akun")
        await expect(page.get_by_text("Tersisa 10 kode")).to_be_visible()
    async with visit(browser, f"{stack.desk_page}/akun") as page:
        await page.get_by_label("Nama akun").fill(login)
        await page.get_by_label("Kata sandi").fill(PASSWORD)
        await page.get_by_role("button", name="Lanjut").click()
        await page.get_by_role("link", name="Pakai kode cadangan").click()
        await fit(page)
        await page.get_by_label("Kode cadangan").fill(recovery)
        await page.get_by_role("button", name="Masuk").click()
        await expect(page.get_by_text("Tersisa 9 kode")).to_be_visible()


async def test_five_wrong_passwords_pause_an_account_until_an_admin_ends_it(browser: Browser, stack: Stack) -> None:
    admin, outreach = account(stack, "admin"), account(stack, "outreach")
    async with visit(browser, f"{stack.desk_page}/masuk", refused=6) as page:
        for left in ("4", "3", "2", "1", ""):
            await page.get_by_label("Nama akun").fill(outreach.login)
            await page.get_by_label("Kata sandi").fill("sandi yang salah")
            await page.get_by_role("button", name="Lanjut").click()
            said = page.get_by_role("alert")
            await expect(said).to_contain_text(f"Sisa percobaan: {left}." if left else "Akun sekarang dijeda sampai")
        await fit(page)
        await page.get_by_label("Kata sandi").fill(outreach.password)
        await page.get_by_role("button", name="Lanjut").click()
        await expect(page.get_by_role("alert")).to_contain_text("Akun dijeda.")
    async with visit(browser, f"{stack.desk_page}/petugas", size=DESK) as page:
        await sign_in(page, admin)
        told = page.get_by_role("status").filter(has_text="1 akun sedang dijeda")
        await expect(told).to_be_visible()
        await fit(page)
        await page.goto(f"{stack.desk_page}/akun")  # wherever an admin is, the side says so
        await page.get_by_role("navigation", name="Utama").get_by_role("link", name=re.compile(r"Petugas\s*1 menunggu")).click()
        await told.get_by_role("link", name=outreach.name).click()
        await fit(page)
        await page.get_by_role("button", name="Akhiri jeda").click()
        await expect(page.get_by_text("Jeda diakhiri")).to_be_visible()
    async with visit(browser, f"{stack.desk_page}/akun") as page:
        await sign_in(page, outreach)
        await expect(page.get_by_role("heading", level=1)).to_have_text("Akun saya")


async def test_a_session_of_verification_opens_the_pages_of_other_services(browser: Browser, stack: Stack) -> None:
    """The keys that verification publishes are the ones that others believe: here two services are told so."""
    auditor = account(stack, "auditor")
    async with visit(browser, f"{stack.desk_page}/jejak") as page:
        await sign_in(page, auditor)
        await expect(page.get_by_role("heading", level=1)).to_have_text("Jejak: siapa melihat dan berbuat apa")
        await fit(page)
        await expect(page.get_by_role("row").filter(has_text="Masuk").first).to_be_visible()


async def test_what_was_typed_is_sent_after_a_new_sign_in_in_another_tab(browser: Browser, stack: Stack) -> None:
    admin, login = account(stack, "admin"), f"ani.{now():%H%M%S%f}"
    async with visit(browser, f"{stack.desk_page}/petugas/undang", size=DESK, refused=None) as page:
        await sign_in(page, admin)
        await page.get_by_label("Nama akun").fill(login)
        await page.get_by_label("Nama", exact=True).fill("Ani Kept")
        await page.get_by_label("Operator").check()
        other = await page.context.new_page()
        await other.goto(f"{stack.desk_page}/akun")
        await other.locator(".who-menu summary").click()
        await other.get_by_role("button", name="Keluar").click()
        await expect(other.get_by_text("Anda sudah keluar.")).to_be_visible()
        await page.clock.set_fixed_time(now() + timedelta(minutes=20))  # its token is over, as far as the page knows
        await sign_in(other, admin)
        await page.get_by_role("button", name="Buat undangan").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Undangan untuk Ani Kept")


async def test_a_log_is_whole_after_all_that(stack: Stack) -> None:
    said = command("shared.messaging.admin", "audit", "verify", environment=stack.operator_environment())
    assert "BROKEN" not in said
    assert "verification   whole" in said
