"""How askers speak HTTP: cheaply (`deploy.simulators.http_wire`), to any of the servers, with the errors of httpx."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import orjson

from deploy.simulators import http_wire
from deploy.simulators.http_wire import Broken, Http
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status_code: int
    content: bytes

    @property
    def is_success(self) -> bool:
        """2xx."""
        return HTTPStatus.OK <= self.status_code < HTTPStatus.MULTIPLE_CHOICES

    def json(self) -> Any:
        """The body, decoded."""
        return orjson.loads(self.content)

    def raise_for_status(self) -> None:
        """Nothing, when it is 2xx.

        Raises:
            httpx.HTTPError: it is not.
        """
        if not self.is_success:
            raise httpx.HTTPError(f"{self.status_code} {self.content[:200].decode(errors='replace')}")


class Client:
    """Kept connections, by server."""

    def __init__(self) -> None:
        self._servers: dict[str, Http] = {}

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        timeout: float = 60.0,  # noqa: ASYNC109 - as httpx calls it
    ) -> Answer:
        """Ask and wait for the answer.

        Raises:
            httpx.TransportError: none came: not reached, hung up, or not in time.
        """
        where = urlsplit(url)
        body, kind = (content, {}) if json is None else (orjson.dumps(json), {"content-type": "application/json"})
        path = (where.path or "/") + (f"?{urlencode(params)}" if params else "")
        asked = http_wire.request(method, path, body, {**kind, **(headers or {})}, host=where.netloc)
        server = self._servers.setdefault(where.netloc, Http(url))
        try:
            async with asyncio.timeout(timeout):
                return Answer(*await server.send(asked))
        except TimeoutError:
            raise httpx.ReadTimeout(f"{method} {path}: no answer in {timeout:g} s") from None
        except Broken as error:
            raise httpx.ReadError(f"{method} {path}: {error}") from None
        except OSError as error:
            raise httpx.ConnectError(f"{method} {path}: {error}") from None

    async def send_file(self, url: str, name: str, content: bytes, media_type: str) -> Answer:
        """Send a file as a page's form does."""
        edge = f"form-{new_id()}"
        head = f'--{edge}\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\ncontent-type: {media_type}\r\n\r\n'
        headers = {"content-type": f"multipart/form-data; boundary={edge}"}
        return await self.request("POST", url, content=head.encode() + content + f"\r\n--{edge}--\r\n".encode(), headers=headers)

    def close(self) -> None:
        """Hang up everywhere."""
        for server in self._servers.values():
            server.close()
        self._servers.clear()
