"""A process among callers who are slow on purpose: good ones are answered as ever."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from collections import Counter
from pathlib import Path

import httpx
import psutil
import pytest

from tests.integration.process.test_process import Tiny, tiny
from tests.support.eventually import eventually
from tests.support.slow_callers import post, slow_callers
from tests.support.tiny_service import LONG_BYTES

KEY = "kunci"
KEYS = json.dumps([{"name": "loket", "sha256": hashlib.sha256(KEY.encode()).hexdigest(), "scopes": ["files:write"]}])
MANY = 300  # more than MAX_REQUESTS_AT_ONCE
GROWTH_BYTES = 60_000_000
AS_EVER_SECONDS = 20.0  # a busy machine takes its time; whoever waited for a slow caller's place would wait a minute


async def good_calls(service: Tiny, times: int = 20) -> float:
    """Call both ways that a caller may; the slowest answer in seconds."""
    slowest = 0.0
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{service.port}", trust_env=False, timeout=60) as http:
        for _ in range(times):
            for path, key in (("/told", ""), ("/upload", f"Bearer {KEY}")):
                began = time.monotonic()
                answer = await http.post(path, content=b"x" * 3000, headers={"Authorization": key} if key else {})
                slowest = max(slowest, time.monotonic() - began)
                assert (answer.status_code, answer.json()) == (200, 3000)
    return slowest


async def cut_off(service: Tiny) -> dict[str, int]:
    """Connections that were ended, by reason."""
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        text = (await http.get(f"http://127.0.0.1:{service.port}/metrics")).text
    return {reason: int(times) for reason, times in re.findall(r'^http_cut_off_total\{reason="(\w+)"\} (\d+)', text, re.MULTILINE)}


HEADS = {
    "bodies without a key": post("/told", 2000),
    "bodies with an unknown key": post("/upload", 2000, "Authorization: Bearer salah"),
    "bodies in chunks": b"POST /told HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n",
    "headers": b"POST /told HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "nothing at all": b"",
    "half of a large body": post("/told", 3_000_000) + b"x" * 200_000,
}


@pytest.mark.parametrize("what", HEADS)
async def test_three_hundred_slow_callers_keep_nobody_out(what: str, tmp_path: Path) -> None:
    async with tiny(tmp_path, "all", MAX_SLOW_PER_ADDRESS="1000", HEADERS_SECONDS="60", API_KEYS=KEYS) as service:
        service.flag.touch()
        await service.ready()
        memory = psutil.Process(service.process.pid).memory_info
        before = memory().rss
        async with slow_callers(service.port, MANY, HEADS[what], drip=what != "nothing at all") as callers:
            assert await good_calls(service) < AS_EVER_SECONDS
            assert await service.status("/readyz") == 200
            if what != "half of a large body":
                assert not [caller for caller in callers if caller.ended]
            assert memory().rss - before < GROWTH_BYTES + 64 * 1024 * 1024


async def test_one_address_may_have_so_many_slow_requests_and_no_more(tmp_path: Path) -> None:
    async with tiny(tmp_path, "all", MAX_SLOW_PER_ADDRESS="8", API_KEYS=KEYS) as service:
        service.flag.touch()
        await service.ready()
        async with slow_callers(service.port, 40, post("/told", 2000)) as callers:
            await eventually(lambda: sum(caller.ended for caller in callers) == 32)
            assert Counter(caller.status for caller in callers if caller.ended) == {503: 32}
            assert json.loads(body_of(callers[0].heard or next(each.heard for each in callers if each.heard)))["code"] == "too_many_slow"
            assert await good_calls(service, 3) < AS_EVER_SECONDS
        async with slow_callers(service.port, 9, post("/told", 2000)) as callers:
            await eventually(lambda: any(caller.ended for caller in callers))
            assert sum(caller.ended for caller in callers) == 1, "those that went are still counted"


async def test_a_process_that_stood_still_does_not_blame_its_callers(tmp_path: Path) -> None:
    async with tiny(tmp_path, "all", MAX_SLOW_PER_ADDRESS="4", BODY_SECONDS="2") as service:
        service.flag.touch()
        await service.ready()
        stall = b"GET /stall HTTP/1.1\r\nHost: x\r\n\r\n"  # what came before it is taken in; within a second, after which it were slow
        async with (
            slow_callers(service.port, 10, post("/told", 3), drip=False) as callers,
            slow_callers(service.port, 1, stall, drip=False),
        ):
            await service.said("stalls")
            for caller in callers:
                caller.writer.write(b"xyz")
            await eventually(lambda: all(caller.status for caller in callers))
            assert Counter(caller.status for caller in callers) == {200: 10}


async def test_behind_a_proxy_of_ours_each_caller_counts_alone(tmp_path: Path) -> None:
    one, other = ("X-Forwarded-For: 9.9.9.9, 203.0.113.5, 127.0.0.3", "X-Forwarded-For: 203.0.113.6")
    async with tiny(tmp_path, "all", MAX_SLOW_PER_ADDRESS="2", TRUSTED_PROXIES='["127.0.0.0/8"]') as service:
        service.flag.touch()
        await service.ready()
        async with (
            slow_callers(service.port, 6, post("/told", 2000, one)) as many,
            slow_callers(service.port, 2, post("/told", 2000, other)) as few,
        ):
            await eventually(lambda: sum(caller.ended for caller in many) == 4)
            assert not [caller for caller in few if caller.ended]


async def test_who_is_not_a_proxy_of_ours_is_not_believed(tmp_path: Path) -> None:
    async with tiny(tmp_path, "all", MAX_SLOW_PER_ADDRESS="2") as service:
        service.flag.touch()
        await service.ready()
        heads = [post("/told", 2000, f"X-Forwarded-For: 203.0.113.{number}") for number in range(2)]
        async with slow_callers(service.port, 2, heads[0]) as first, slow_callers(service.port, 2, heads[1]) as second:
            await eventually(lambda: sum(caller.ended for caller in (*first, *second)) == 2)


@pytest.mark.parametrize(
    ("begin", "status"),
    [
        (post("/told", 2000), 408),
        (post("/upload", 2000, f"Authorization: Bearer {KEY}"), 408),
        (b"POST /told HTTP/1.1\r\nHost: x\r\nX-Slow: ", 408),
        (b"POST /told HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nxxPOST /told HTTP/1.1\r\nX-Slow: ", 200),
        (b"", 0),
    ],
)
async def test_whoever_takes_too_long_is_told_and_let_go(begin: bytes, status: int, tmp_path: Path) -> None:
    async with tiny(tmp_path, "all", HEADERS_SECONDS="1.5", BODY_SECONDS="1.5", API_KEYS=KEYS) as service:
        service.flag.touch()
        await service.ready()
        async with slow_callers(service.port, 1, begin, drip=bool(begin)) as (caller,):
            await eventually(lambda: caller.ended)
            assert caller.status == status
            if status == 408:
                assert json.loads(body_of(caller.heard))["code"] == "request_too_slow"
                assert caller.heard.count(b"HTTP/1.1") == 1
            if status == 200:
                assert b"HTTP/1.1 408 " in caller.heard, "the second request on a connection that is kept"
        assert await good_calls(service, 1) < AS_EVER_SECONDS
        assert await cut_off(service) == {"request_too_slow": 1}


async def test_whoever_does_not_take_the_answer_is_let_go(tmp_path: Path) -> None:
    async with tiny(tmp_path, "all", TAKING_SECONDS="1", MAX_REQUESTS_AT_ONCE="4", API_KEYS=KEYS) as service:
        service.flag.touch()
        await service.ready()
        reader_of = [await asyncio.open_connection("127.0.0.1", service.port, limit=1024) for _ in range(4)]
        for _, writer in reader_of:
            writer.write(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")

        async def are_gone() -> bool:
            return await cut_off(service) == {"answer_not_taken": 4}

        await eventually(are_gone)
        assert await good_calls(service, 1) < AS_EVER_SECONDS, "their places are free"
        for _, writer in reader_of:
            writer.transport.abort()
        async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
            assert len((await http.get(f"http://127.0.0.1:{service.port}/long")).content) == LONG_BYTES


def body_of(heard: bytes) -> bytes:
    return heard.partition(b"\r\n\r\n")[2]
