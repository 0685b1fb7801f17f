"""Browsers at intake's desk: people with roles, on the rig's own process and clock."""

import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.web.desk.forms import form_token
from shared.web.desk.session import SessionCheck, SessionKeys
from tests.integration.intake.rig import Rig
from tests.support.sessions import SessionIssuer

ORIGIN = "https://meja.test"


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
