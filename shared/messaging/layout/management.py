"""The management API of RabbitMQ, user and password in its address: `http://user:password@one:15672,two:15672`.

The nodes of a cluster know the same: whichever answers first is enough.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final

import httpx

from shared.messaging.nodes import nodes_of

APPLY_SECONDS: Final = 60.0  # a broker under load makes two dozen quorum queues in a few seconds
CONNECT_SECONDS: Final = 5.0  # a host that is gone does not even refuse
IMPORT_PAUSE_SECONDS: Final = 1.0  # an import may be repeated; a node that has just started answers 500 for a while

Definitions = dict[str, Any]


class NotApplied(Exception):  # noqa: N818 - the finding
    """The broker did not take the definitions, or did not tell its own. The text says what it answered."""


async def apply_by_api(definitions: Definitions, url: str, seconds: float = APPLY_SECONDS) -> None:
    """Bring definitions in, as an administrator.

    It is tried again until `seconds` are over, while nobody is there or a server error is answered.

    Raises:
        NotApplied: with what was said last.
    """
    said = f"no answer in {seconds:g} s"
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                try:
                    answer = await _first(url, "POST", "definitions", seconds, definitions)
                except httpx.HTTPError as error:
                    said = type(error).__name__
                else:
                    if not answer.is_error:
                        return
                    said = f"{answer.status_code} {answer.text[:500]}"
                    if not answer.is_server_error:
                        break
                await asyncio.sleep(IMPORT_PAUSE_SECONDS)
    raise NotApplied(said)


async def export_by_api(url: str, seconds: float = APPLY_SECONDS) -> Definitions:
    """Return what the broker has, of all virtual hosts.

    Raises:
        NotApplied: it did not answer, or refused.
    """
    try:
        answer = await _first(url, "GET", "definitions", seconds)
        found: Definitions = answer.raise_for_status().json()
    except httpx.HTTPStatusError as error:
        raise NotApplied(f"{error.response.status_code}") from error
    except httpx.HTTPError as error:
        raise NotApplied(type(error).__name__) from error
    return found


async def remove_by_api(url: str, path: str) -> None:
    """Remove one thing by its path in the management API. One that is not there is no error.

    Raises:
        NotApplied: with what was answered.
    """
    try:
        answer = await _first(url, "DELETE", path, APPLY_SECONDS)
    except httpx.HTTPError as error:
        raise NotApplied(f"{path}: {type(error).__name__}") from error
    if answer.is_error and answer.status_code != httpx.codes.NOT_FOUND:
        raise NotApplied(f"{path}: {answer.status_code} {answer.text[:500]}")


async def _first(url: str, method: str, path: str, seconds: float, given: Definitions | None = None) -> httpx.Response:
    """Ask one node after the other; return the first answer that is no server error, else the last one there was.

    Raises:
        httpx.HTTPError: nobody answered.
    """
    nodes = nodes_of(url)
    answered: httpx.Response | None = None
    failed: httpx.HTTPError = httpx.ConnectError("nobody was asked")
    share = seconds / len(nodes)
    async with httpx.AsyncClient(timeout=httpx.Timeout(share, connect=min(share, CONNECT_SECONDS))) as client:
        for node in nodes:
            try:
                answered = await client.request(method, f"{node.rstrip('/')}/api/{path}", json=given)
            except httpx.HTTPError as error:
                failed = error
            else:
                if not answered.is_server_error:
                    return answered
    if answered is None:
        raise failed
    return answered
