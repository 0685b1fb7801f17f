"""What services gave up, asked for at their own `/v1/stuck`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

import httpx
import orjson

from shared.errors import AppError, Permanent
from shared.http_client import make_client
from shared.messaging.operations.stuck_item import StuckItem, StuckPlace

R = TypeVar("R")

_PATH: Final = "/v1/stuck"
_PAGE: Final = 200  # items asked for at once: the most that a service gives
_SECONDS: Final = 20.0  # a service answers within a transaction, or is down
_NOTHING_THERE: Final = frozenset({"stuck_not_found", "not_stuck"})
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT})
_REFUSED: Final = frozenset({HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT})  # the latter where it waits still: the code says why


class ServiceUnreachable(AppError):  # noqa: N818 - as the other errors
    """A service could not be asked; `code` is its name."""

    status = 503


class ServiceApi:
    """The services over HTTP. `urls` is address by service; `key` has the scope `admin`."""

    def __init__(self, urls: Mapping[str, str], key: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._urls = {service: url.rstrip("/") for service, url in urls.items()}
        self._http = make_client(_SECONDS, connections=1, api_key=key, transport=transport)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def waiting(self, service: str) -> list[StuckItem]:
        """Return all that the service gave up, the oldest first; without bodies.

        Raises:
            ServiceUnreachable: it does not answer, or not as it should.
        """
        found: list[StuckItem] = []
        after: str | None = None
        while True:
            answer = await self._ask(service, "GET", "", params={"limit": _PAGE} | ({"after": after} if after else {}))
            items, after = _read(service, answer, lambda page: ([_item(service, entry) for entry in page["stuck"]], page["next"]))
            found += items
            if after is None:
                return sorted(found, key=lambda item: item.at.isoformat() if item.at else "")

    async def find(self, service: str, item_id: str, *, personal: bool) -> StuckItem | None:
        """Return one item with its content; None where it does not wait.

        Raises:
            ServiceUnreachable: as in `waiting`.
        """
        answer = await self._ask(service, "GET", f"/{quote(item_id, safe='')}", params={"personal": personal})
        return None if answer.status_code in _GONE else _read(service, answer, lambda entry: _item(service, entry))

    async def replay(self, service: str, item_id: str) -> bool:
        """Have it worked on again; False where it does not wait (any more).

        Raises:
            ServiceUnreachable: as in `waiting`.
            Permanent: it goes on waiting; the code says for what.
        """
        answer = await self._ask(service, "POST", f"/{quote(item_id, safe='')}/replay")
        return answer.status_code not in _GONE

    async def discard(self, service: str, item_id: str, note: str) -> bool:
        """End it unhandled; False where it does not wait (any more).

        Raises:
            ServiceUnreachable: as in `waiting`.
            Permanent: the service does not take the note.
        """
        answer = await self._ask(service, "POST", f"/{quote(item_id, safe='')}/discard", json={"note": note})
        return answer.status_code not in _GONE

    async def _ask(self, service: str, method: str, path: str, **more: Any) -> httpx.Response:
        url = self._urls.get(service)
        if url is None:
            raise ServiceUnreachable(service, "ADMIN_URLS tidak memuat alamatnya")
        try:
            answer = await self._http.request(method, f"{url}{_PATH}{path}", **more)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ServiceUnreachable(
                service, f"tidak menjawab di {urlsplit(url).netloc.rpartition('@')[2]} ({type(error).__name__})"
            ) from error
        if answer.is_success or (answer.status_code in _GONE and _code(answer) in _NOTHING_THERE):
            return answer
        if answer.status_code in _REFUSED:
            raise Permanent(_code(answer), f"{service} tidak menerimanya")
        raise ServiceUnreachable(service, f"menjawab {answer.status_code} {_code(answer)}".rstrip())


def _read(service: str, answer: httpx.Response, shape: Callable[[Any], R]) -> R:
    try:
        return shape(answer.json())
    except (ValueError, KeyError, TypeError) as error:
        raise ServiceUnreachable(service, "answers something that is no stuck work: is its address right?") from error


def _code(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return ""


def _item(service: str, entry: Mapping[str, Any]) -> StuckItem:
    return StuckItem(
        StuckPlace.STUCK,
        service,
        entry["id"],
        entry["kind"],
        entry["code"],
        times=entry["attempts"],
        at=datetime.fromisoformat(entry["since"]) if entry["since"] else None,
        body=orjson.dumps(entry["content"]) if "content" in entry else b"",
    )
