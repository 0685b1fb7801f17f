"""Somebody with a browser, without the browser: cookies, forms with their tokens, redirects as they come."""

import re
from dataclasses import dataclass, field

import httpx
from fastapi import FastAPI

from shared.web.desk.forms import FIELD

HTML = {"accept": "text/html"}


@dataclass
class Visitor:
    """One browser at the desk."""

    app: FastAPI
    client: httpx.AsyncClient = field(init=False)
    page: str = ""

    def __post_init__(self) -> None:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://desk.test", headers=HTML)

    async def get(self, path: str) -> httpx.Response:
        """Open a page; its forms can then be sent."""
        return self._seen(await self.client.get(path))

    async def send(self, path: str, **values: str | list[str]) -> httpx.Response:
        """Send a form of the page that is open."""
        body = {FIELD: self.token, **values}
        return self._seen(await self.client.post(path, data=body, headers={"origin": "http://desk.test"}))

    @property
    def token(self) -> str:
        """The form token of the page that is open."""
        found = re.search(rf'name="{FIELD}" value="([0-9a-f]+)"', self.page)
        assert found is not None, self.page
        return found[1]

    def _seen(self, answer: httpx.Response) -> httpx.Response:
        if answer.headers.get("content-type", "").startswith("text/html") and answer.content:
            self.page = answer.text
        return answer
