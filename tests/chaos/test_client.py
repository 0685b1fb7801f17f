"""The askers' own HTTP client, against a server that behaves and one that does not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
import uvloop

from tests.chaos.client import Client

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n"


@asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[tuple[Client, str]]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except asyncio.IncompleteReadError:
            pass  # the client is gone
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    client = Client()
    try:
        yield client, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        client.close()
        server.close()
        await server.wait_closed()


async def read(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    return head + await reader.readexactly(length)


async def test_a_connection_is_used_again_and_answers_may_come_in_pieces() -> None:
    seen: list[bytes] = []
    connections: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        while True:
            seen.append(await read(reader))
            for piece in (OK[:20], OK[20:], b'{"good":', b"1  }"):
                writer.write(piece)
                await writer.drain()

    async with serving(serve) as (client, url):
        for _ in range(2):
            answer = await client.request("POST", f"{url}/x", params={"after": 3}, json={"a": 1}, headers={"x-y": "z"})
            assert (answer.status_code, answer.is_success, answer.json()) == (200, True, {"good": 1})
    assert len(connections) == 1
    assert seen[0].startswith(b"POST /x?after=3 HTTP/1.1\r\n")
    assert b"x-y: z\r\n" in seen[0]
    assert seen[0].endswith(b'{"a":1}')


def test_it_works_on_the_loop_that_benches_use() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read(reader)
        writer.write(OK + b'{"good":1  }')
        await writer.drain()

    async def ask() -> bytes:
        async with serving(serve) as (client, url):
            return (await client.request("GET", url)).content

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(ask()) == b'{"good":1  }'


async def test_two_at_once_take_two_connections() -> None:
    both = asyncio.Barrier(2)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read(reader)
        await both.wait()
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()

    async with serving(serve) as (client, url):
        answers = await asyncio.gather(client.request("GET", url), client.request("GET", url))
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2


async def test_a_server_that_says_so_is_asked_on_a_new_connection() -> None:
    connections: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        await read(reader)
        writer.write(b"HTTP/1.1 503 Busy\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()

    async with serving(serve) as (client, url):
        for _ in range(2):
            answer = await client.request("GET", url)
            with pytest.raises(httpx.HTTPError, match="503"):
                answer.raise_for_status()
    assert len(connections) == 2


async def test_silence_hanging_up_and_nobody_there_are_errors_and_leave_nothing_behind() -> None:
    async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(silent) as (client, url):
        with pytest.raises(httpx.ReadTimeout):
            await client.request("GET", url, timeout=0.02)

    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read(reader)
        writer.write(OK[:10])
        await writer.drain()

    async with serving(rude) as (client, url):
        with pytest.raises(httpx.ReadError):
            await client.request("GET", url)
    with pytest.raises(httpx.ConnectError):
        await Client().request("GET", url)


async def test_a_file_is_sent_as_a_form_does() -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read(reader))
        writer.write(OK + b'{"good":1  }')
        await writer.drain()

    async with serving(serve) as (client, url):
        await client.send_file(url, "ktp.jpg", b"\xff\xd8photo", "image/jpeg")
    head, _, body = seen[0].partition(b"\r\n\r\n")
    edge = head.partition(b"boundary=")[2].split(b"\r\n")[0]
    assert b'filename="ktp.jpg"\r\ncontent-type: image/jpeg\r\n\r\n\xff\xd8photo\r\n--' + edge + b"--\r\n" in body
