"""`/docs` of every service and simulator in Chromium that reaches no other host: the operations are there, and one can be tried."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import Browser, expect

from deploy.local.parts import SERVICES, SIMULATORS
from deploy.local.stack import Stack
from tests.support.browser import DESK, NARROW, WIDE_THINGS, visit

pytestmark = pytest.mark.asyncio(loop_scope="module")
METHODS = {"get", "post", "put", "patch", "delete"}


def operations(document: dict[str, dict[str, dict[str, object]]]) -> set[str]:
    """What the page must show: `GET /v1/...`."""
    return {f"{method.upper()} {path}" for path, of_path in document["paths"].items() for method in METHODS & set(of_path)}


@pytest.mark.parametrize("name", [*SERVICES, *SIMULATORS])
async def test_the_api_is_documented_without_the_internet(browser: Browser, stack: Stack, name: str) -> None:
    url = stack.part(name).url
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        document = (await http.get(f"{url}/openapi.json")).json()
        assert (await http.get(f"{url}/redoc")).status_code == 404  # one page of documentation, not two
    async with visit(browser, f"{url}/docs", size=DESK) as page:
        rows = page.locator(".opblock-summary")
        await expect(rows).to_have_count(len(operations(document)))
        shown = set()
        for row in await rows.all():
            method = await row.locator(".opblock-summary-method").inner_text()
            path = await row.locator(".opblock-summary-path").get_attribute("data-path")
            shown.add(f"{method} {path}")
        assert shown == operations(document)


async def test_an_operation_is_tried_from_the_page_at_the_service_that_it_came_from(browser: Browser, stack: Stack) -> None:
    async with visit(browser, f"{stack.part('verification').url}/docs", size=NARROW, refused=1) as page:
        operation = page.locator(".opblock", has=page.locator("[data-path='/v1/reasons']"))
        await operation.locator(".opblock-summary-control").click()
        await operation.get_by_role("button", name="Try it out").click()
        await operation.get_by_role("button", name="Execute").click()
        await expect(operation.locator(".live-responses-table tbody .response-col_status")).to_contain_text("401")
        assert await page.evaluate(WIDE_THINGS) == 0
