"""A post through the whole system: made in the studio, planned and approved at the desk, published, read, and counted as seen."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from deploy.local.stack import Stack
from tests.support.at_the_desk import at_the_desk, look
from tests.support.eventually import eventually
from tests.support.sessions import SessionIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")
STUDIO: Final = "/konten/baru?bentuk=card&layanan=kk_hilang&ide=syarat&saluran=instagram&akun=Instagram&kampanye=KK+hilang+November"


async def _planned(browser: Browser, stack: Stack, issuer: SessionIssuer) -> tuple[str, str]:
    """Make a picture in the studio (intake) and plan its post (notifier); return its source's code and the post's path."""
    async with at_the_desk(browser, stack, issuer, STUDIO, "outreach", name="Dewi Lestari", staff_id="dewi") as page:
        await page.get_by_role("button", name="Buat").click()
        await expect(page.get_by_text("Karya siap.")).to_be_visible()
        (code,) = re.findall(r"Sumber (\S+)", await page.get_by_role("link", name="Sumber ", exact=False).last.inner_text())
        await page.get_by_role("link", name="Rencanakan posting").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Buat posting")
        await expect(page.get_by_label("Kode sumber")).to_have_value(code)
        await expect(page.get_by_role("checkbox", name="Instagram")).to_be_checked()
        await expect(page.get_by_label("Yang terlihat di gambar 1")).not_to_have_value("")
        await look(page, "posting-dari-karya-1280")
        await page.get_by_label("Teks", exact=True).press("Control+Enter")
        await expect(page.get_by_text("Rencana disimpan.")).to_be_visible()
        await expect(page.get_by_role("button", name="Setujui")).to_have_count(0)
        return code, page.url.partition("?")[0].removeprefix(stack.desk_page)


async def _shown(graph: httpx.AsyncClient, code: str) -> dict[str, Any]:
    """Return what everybody sees under that code: one post."""
    (post,) = [post for post in (await graph.get("/sim/posts")).json()["posts"] if f"#{code}" in post["text"]]
    return dict(post)


async def _is_seen(page: Page, code: str, times: str) -> bool:
    await page.reload()
    cells = await page.get_by_role("row").filter(has_text=code).get_by_role("cell").all_text_contents()
    return cells[:1] == [times]


async def test_a_post_made_in_the_studio_is_published_once_and_its_views_stand_in_the_funnel(
    browser: Browser, stack: Stack, issuer: SessionIssuer
) -> None:
    code, path = await _planned(browser, stack, issuer)
    async with httpx.AsyncClient(base_url=stack.part("graph").url, trust_env=False, timeout=10) as graph:
        async with at_the_desk(browser, stack, issuer, path, "section_head", name="Budi Santoso", staff_id="budi") as page:
            await page.keyboard.press("s")
            await expect(page.get_by_text("Disetujui. Terbit pada waktunya.")).to_be_visible()
            await expect(page.get_by_role("link", name="Lihat di Instagram")).to_be_visible()  # by itself
            post = await _shown(graph, code)
            assert [picture["alt"] for picture in post["pictures"]] != [""]
            await graph.put(f"/sim/posts/{post['id']}/numbers", json={"reach": 3870, "views": 5412, "likes": 215})
            await expect(page.get_by_text("5.412")).to_be_visible()  # likewise
        async with at_the_desk(browser, stack, issuer, "/corong?menurut=sumber&saluran=instagram", "outreach", refused=None) as page:
            await eventually(partial(_is_seen, page, code, "5.412"))
            await look(page, "corong-posting-1280")
            await graph.put(f"/sim/posts/{post['id']}/numbers", json={"views": 6000})
            await eventually(partial(_is_seen, page, code, "6.000"))  # what came since, not all of it once more
        assert (await _shown(graph, code))["id"] == post["id"]
