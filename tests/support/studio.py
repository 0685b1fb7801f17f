"""What somebody of outreach does in the content studio, in a browser."""

from __future__ import annotations

from playwright.async_api import Page, expect


async def make_poster(page: Page) -> bytes:
    """Make a poster of what a lost family card takes, for Sidorejo in Wungu, on the form's page; return its A4 as PDF."""
    await page.get_by_label("Bentuk").select_option("poster")
    await page.get_by_label("Layanan").select_option("kk_hilang")
    await page.get_by_label("Ide").select_option("syarat")
    await page.get_by_label("Desa").fill("Sidorejo")
    await page.get_by_role("button", name="Buat").click()
    await expect(page.get_by_text("Pilih desa dari daftar, dengan kecamatannya.")).to_be_visible()
    await page.get_by_label("Desa").fill("sidorejo, wungu")
    await page.get_by_role("button", name="Buat").click()
    await expect(page.get_by_text("Karya siap.")).to_be_visible()
    await expect(page.get_by_role("img", name="Poster:")).to_be_visible()
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="PDF A4 berwarna").click()
    return (await (await saved.value).path()).read_bytes()
