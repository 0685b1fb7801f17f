"""Browsers at intake's desk: people with roles, on the rig's own process and clock."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.async_api import Browser, Page

from shared.clock import now
from shared.web.desk.forms import form_token
from shared.web.desk.session import SessionCheck, SessionKeys
from tests.integration.intake.rig import JPEG, KK, NIK, PNG, Rig, only
from tests.support.browser import chromium, visit
from tests.support.http_server import serving
from tests.support.sessions import SessionIssuer

ORIGIN = "https://meja.test"
PATH = "/desk/desa"
CHATS = "/desk/percakapan"
CITIZEN = "6281234567890"
VILLAGE = "3519081001"  # of the district of NIK


@dataclass
class Desk:
    """Intake with its pages; `browser` opens one for somebody."""

    rig: Rig
    issuer: SessionIssuer = field(default_factory=SessionIssuer)
    opened: list[httpx.AsyncClient] = field(default_factory=list)

    def __post_init__(self) -> None:
        app = self.rig.service.app
        app.state.session_check = SessionCheck(SessionKeys(self.issuer.read), self.rig.clock, secure=True)

    def browser(self, *roles: str, name: str = "Bagus Prasetyo", areas: frozenset[str] = frozenset(), **other: Any) -> httpx.AsyncClient:
        """A browser of somebody with these roles, whose form token every form has."""
        staff_id = f"staff-{name.split(maxsplit=1)[0].lower()}"
        member = self.issuer.member(*roles, name=name, at=self.rig.clock(), areas=areas)
        member = type(member)(**{**{each: getattr(member, each) for each in member.__slots__}, "staff_id": staff_id, **other})
        headers = {"Accept": "text/html", "Origin": ORIGIN, "X-Form-Token": form_token(member.session_id)}
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.rig.service.app), base_url=ORIGIN, headers=headers)
        client.cookies.set("__Host-desk", self.issuer.token(member))
        self.opened.append(client)
        return client

    async def close(self) -> None:
        for client in self.opened:
            await client.aclose()


@dataclass
class LiveDesk:
    """Intake's pages on a port, and a browser of the office's outreach."""

    desk: Desk
    url: str
    browser: Browser

    @asynccontextmanager
    async def at(self, path: str, size: tuple[int, int], refused: int | None = 0) -> AsyncIterator[Page]:
        """A page, for somebody who is signed in."""
        issuer = self.desk.issuer
        cookie = {"desk": issuer.token(issuer.member("outreach", at=self.desk.rig.clock()))}
        async with visit(self.browser, self.url + path, size=size, cookies=cookie, refused=refused) as page:
            yield page


@asynccontextmanager
async def live_desk(desk: Desk) -> AsyncIterator[LiveDesk]:
    """The pages on a port; the clock is the browser's own."""
    rig = desk.rig
    app, rig.clock.at = rig.service.app, now()
    app.state.session_check = SessionCheck(SessionKeys(desk.issuer.read), rig.clock, secure=False)
    async with chromium() as browser, serving(app) as url:
        yield LiveDesk(desk, url, browser)


async def chat_of(rig: Rig, sender: str = CITIZEN) -> str:
    """The address of somebody's chat."""
    return f"{CHATS}/{only(await rig.rows('contacts', {'wa_id': sender}))['_id']}"


async def act(browser: httpx.AsyncClient, path: str, expected: int = 303, **fields: str) -> httpx.Response:
    """Send a form."""
    answer = await browser.post(path, data=fields)
    assert answer.status_code == expected, (answer.status_code, words_of(answer)[-400:])
    return answer


async def page(browser: httpx.AsyncClient, path: str, status: int = 200) -> str:
    """Look at a page; its words."""
    answer = await browser.get(path)
    assert answer.status_code == status, (answer.status_code, words_of(answer)[-400:])
    return words_of(answer)


def words_of(answer: httpx.Response) -> str:
    """What stands on a page."""
    text = re.sub(r"<(script|style).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


async def begin(browser: httpx.AsyncClient, service: str = "kk_hilang") -> str:
    """Begin a request; the address of its form."""
    return (await act(browser, f"{PATH}/ajukan", layanan=service)).headers["location"]


async def asked(browser: httpx.AsyncClient, form: str) -> str:
    """Which question is open; empty where everything is answered."""
    found = re.search(r'name="tanya" value="([^"]+)"', (await browser.get(form)).text)
    return found[1] if found else ""


async def answer(browser: httpx.AsyncClient, form: str, text: str, expected: int = 303, **more: str) -> httpx.Response:
    return await act(browser, form, expected, tanya=await asked(browser, form), jawaban=text, **more)


async def show(browser: httpx.AsyncClient, form: str, photo: bytes, name: str = "kamera", expected: int = 303) -> httpx.Response:
    sent = await browser.post(f"{form}/berkas", data={"tanya": await asked(browser, form)}, files={name: ("foto.jpg", photo, "image/jpeg")})
    assert sent.status_code == expected, sent.text[-500:]
    return sent


async def filled(browser: httpx.AsyncClient) -> str:
    """A whole form, up to its last page."""
    assert "Akta" not in await page(browser, f"{PATH}/ajukan"), "only what is open is offered"
    form = await begin(browser)
    await answer(browser, form, NIK)
    await answer(browser, form, KK)
    await show(browser, form, JPEG)
    await show(browser, form, PNG, "berkas")
    assert await asked(browser, form) == ""
    return form


async def file_at_the_village(browser: httpx.AsyncClient, phone: str = "") -> str:
    """File a whole form; the address of the request."""
    sent = await act(browser, f"{await filled(browser)}/kirim", telepon=phone, dilihat="ya")
    return sent.headers["location"]
