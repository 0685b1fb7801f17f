"""Bringing definitions in, where the broker is slow, away or says no."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.messaging.layout.management import NotApplied, apply_by_api, export_by_api

NEVER_SECONDS = 600.0


@asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[str]:
    """A management API that gives these answers in turn, each on a connection of its own."""
    left = iter(answers)
    served = asyncio.Semaphore(0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n{}")
        writer.write(b"HTTP/1.1 " + next(left) + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        served.release()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for _ in answers:
            await served.acquire()
    finally:
        server.close()
        await server.wait_closed()


async def test_a_broker_that_hangs_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(NotApplied, match=r"no answer in 0\.2 s"):
        await apply_by_api({}, f"http://127.0.0.1:{deaf.getsockname()[1]}", 0.2)


async def test_a_node_that_has_just_started_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.layout.management.IMPORT_PAUSE_SECONDS", 0.0)
    async with answering(b"500 Not Yet", b"500 Not Yet", b"204 No Content") as url:
        await apply_by_api({}, url, NEVER_SECONDS)


async def test_of_several_nodes_whichever_answers_is_enough() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        away = gone.getsockname()[1]
    async with answering(b"503 Not Yet", b"204 No Content") as url:
        at = url.removeprefix("http://")
        await apply_by_api({}, f"http://user:word@127.0.0.1:{away},{at},{at}", NEVER_SECONDS)
    with pytest.raises(NotApplied, match="ConnectError"):
        await export_by_api(f"http://user:word@127.0.0.1:{away},127.0.0.1:{away}")


async def test_a_refusal_is_told_at_once() -> None:
    async with answering(b"400 Bad Request") as url:
        with pytest.raises(NotApplied, match="400"):
            await apply_by_api({}, url, NEVER_SECONDS)
