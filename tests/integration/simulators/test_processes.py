"""The simulators as processes: they start with nothing but their settings, and a signal ends them at once, streams or not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import httpx
import pytest

from deploy.local.ports import free_ports
from tests.support.eventually import eventually
from tests.support.simulators import ACCESS_TOKEN, APP_SECRET, CALLBACK_SECRET, DECISION_SECRET

SETTINGS = {
    "whatsapp": {"APP_SECRET": APP_SECRET, "ACCESS_TOKEN": ACCESS_TOKEN},
    "court": {"DECISION_SECRET": DECISION_SECRET, "CALLBACK_SECRET": CALLBACK_SECRET},
}


def start(name: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", f"deploy.simulators.{name}"], env=environment, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("name", SETTINGS)
async def test_a_simulator_starts_serves_its_page_and_ends_by_a_signal_under_an_open_stream(name: str) -> None:
    (port,) = free_ports(1)
    environment = {**os.environ, **SETTINGS[name], "PORT": str(port)}
    with start(name, environment) as process:
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:

                async def up() -> bool:
                    return (await client.get("/livez")).is_success

                await eventually(up, ignoring=(httpx.TransportError,))
                page = await client.get("/")
                assert "Simulator" in page.text
                for path in ("/docs", "/sim/state", "/static/icon.svg"):
                    assert (await client.get(path)).status_code == 200
                async with client.stream("GET", "/sim/events") as stream:
                    lines = stream.aiter_lines()
                    assert await anext(lines) == "retry: 1000"
                    process.send_signal(signal.SIGTERM)
                    assert [line async for line in lines if line] == []
            assert await eventually(lambda: process.poll() is not None)
        finally:
            process.kill()
