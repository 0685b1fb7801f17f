from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from deploy.local.ports import free_ports
from tests.support.eventually import eventually


@dataclass
class Tiny:
    process: asyncio.subprocess.Process
    port: int
    flag: Path
    fail_flag: Path
    out: Path
    err: Path

    async def status(self, path: str) -> int:
        try:
            async with httpx.AsyncClient(timeout=60) as client:
                return (await client.get(f"http://127.0.0.1:{self.port}{path}")).status_code
        except httpx.TransportError:
            return 0

    async def ready(self) -> None:
        async def is_ready() -> bool:
            return await self.status("/readyz") == 200

        await eventually(is_ready)

    async def said(self, line: str) -> None:
        await eventually(lambda: line in self.err.read_text())

    async def exit_code(self) -> int:
        return await asyncio.wait_for(self.process.wait(), 60)


Start = Callable[..., "asyncio.Future[Tiny]"]


@asynccontextmanager
async def tiny(folder: Path, *words: str, port: int | None = None, **environment: str) -> AsyncIterator[Tiny]:
    port = free_ports(1)[0] if port is None else port
    flag, fail_flag, out, err = folder / "flag", folder / "fail", folder / "out", folder / "err"
    values = {
        **os.environ,
        "AMQP_URL": "amqp://nowhere",
        "MONGO_URL": "mongodb://nowhere",
        "PORT": str(port),
        "TINY_FLAG": str(flag),
        "TINY_FAIL_FLAG": str(fail_flag),
        "DRAIN_SECONDS": "5",
        **environment,
    }
    with out.open("wb") as out_file, err.open("wb") as err_file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.tiny_service", *words, env=values, stdout=out_file, stderr=err_file
        )
    try:
        yield Tiny(process, port, flag, fail_flag, out, err)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_it_waits_for_its_database_alive_but_not_ready(tmp_path: Path) -> None:
    async with tiny(tmp_path, "all") as service:

        async def alive() -> bool:
            return await service.status("/livez") == 200

        await eventually(alive)
        assert await service.status("/readyz") == 503
        service.flag.touch()
        await service.ready()


async def test_it_stops_in_order_and_finishes_what_runs(tmp_path: Path) -> None:
    async with tiny(tmp_path, "all") as service:
        service.flag.touch()
        await service.ready()
        slow = asyncio.create_task(service.status("/slow"))
        await service.said("slow began")
        service.process.send_signal(signal.SIGTERM)
        assert await slow == 200
        assert await service.exit_code() == 0
        said = service.err.read_text().split("\n")
        assert said.index("slow ended") < said.index("relay stopped") < said.index("closed")
        assert said.index("worker stopped") < said.index("relay stopped")


async def test_it_answers_who_still_asks_and_hangs_up_before_it_stops(tmp_path: Path) -> None:
    async with tiny(tmp_path, "all", LEAVE_SECONDS="30") as service, httpx.AsyncClient(timeout=60) as kept:
        service.flag.touch()
        await service.ready()
        address = f"http://127.0.0.1:{service.port}/livez"
        before = await kept.get(address)
        service.process.send_signal(signal.SIGTERM)
        await eventually(lambda: "process.stopping" in service.out.read_text())
        leaving = [await kept.get(address), await kept.get(address)]
        assert [answer.headers.get("connection") for answer in (before, *leaving)] == [None, "close", "close"]
        assert await service.status("/readyz") == 503
        service.process.send_signal(signal.SIGTERM)  # who has no time to wait for its end
        assert await service.exit_code() == 130


async def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    async with tiny(tmp_path, "all", DRAIN_SECONDS="60") as service:
        service.flag.touch()
        await service.ready()
        slow = asyncio.create_task(service.status("/slow?seconds=1000"))
        await service.said("slow began")
        service.process.send_signal(signal.SIGTERM)
        await eventually(lambda: "process.stopping" in service.out.read_text())
        service.process.send_signal(signal.SIGTERM)
        assert await service.exit_code() == 130
        assert await slow == 0


@pytest.mark.parametrize("how", ["end", "raise"])
async def test_a_part_that_ends_by_itself_takes_the_process_down(tmp_path: Path, how: str) -> None:
    async with tiny(tmp_path, "worker", TINY_FAIL=how) as service:
        service.flag.touch()
        await service.ready()
        service.fail_flag.touch()
        assert await service.exit_code() == 1
        out = service.out.read_text()
        assert ("part.ended" if how == "end" else "part.failed") in out
        assert "3519010101850001" not in out
        assert "closed" in service.err.read_text()


@pytest.mark.parametrize(
    ("role", "runs_worker", "runs_relay", "serves"), [("api", False, False, 200), ("worker", True, False, 404), ("relay", False, True, 404)]
)
async def test_a_role_runs_its_part_only(tmp_path: Path, role: str, *, runs_worker: bool, runs_relay: bool, serves: int) -> None:
    async with tiny(tmp_path, role) as service:
        service.flag.touch()
        await service.ready()
        assert await service.status("/slow") == serves
        service.process.send_signal(signal.SIGTERM)
        assert await service.exit_code() == 0
        said = service.err.read_text()
        assert ("worker stopped" in said, "relay stopped" in said) == (runs_worker, runs_relay)


async def test_what_a_role_does_not_run_does_not_make_it_unready(tmp_path: Path) -> None:
    async with tiny(tmp_path, "api", TINY_UNREADY="1") as service:
        service.flag.touch()
        await service.ready()


async def test_what_a_role_runs_makes_it_unready(tmp_path: Path) -> None:
    async with tiny(tmp_path, "worker", TINY_UNREADY="1") as service:
        service.flag.touch()
        await eventually(lambda: "process.started" in service.out.read_text())
        assert await service.status("/readyz") == 503


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with tiny(tmp_path, "all", port=port) as service:
            assert await service.exit_code() == 1
            out = service.out.read_text()
            assert "port.taken" in out
            assert str(port) in out


async def test_a_wrong_word_prints_the_usage(tmp_path: Path) -> None:
    async with tiny(tmp_path, "evrything") as service:
        assert await service.exit_code() == 2
        assert "api|worker|relay|all|hello" in service.err.read_text()


async def test_a_wrong_setting_is_named_without_its_value(tmp_path: Path) -> None:
    async with tiny(tmp_path, "all", DRAIN_SECONDS="soon") as service:
        assert await service.exit_code() == 2
        assert "setting DRAIN_SECONDS" in service.err.read_text()
        assert "soon" not in service.err.read_text()


async def test_a_command_of_the_services_own(tmp_path: Path) -> None:
    async with tiny(tmp_path, "hello", "dunia") as service:
        assert await service.exit_code() == 7
        assert "hello dunia" in service.err.read_text()
