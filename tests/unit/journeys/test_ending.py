"""A program that starts servers stops them when it is asked to end."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import asyncio, os, signal, time
from tests.support.ending import ending_in_order

async def play():
    print("plays", flush=True)
    {plays}

with ending_in_order():
    try:
        asyncio.run(play())
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        print("stopped its servers", flush=True)
"""


@pytest.mark.parametrize("plays", ["await asyncio.sleep(60)", "time.sleep(60)"])
def test_it_ends_in_order_and_a_second_signal_does_not_disturb_it(plays: str) -> None:
    program = subprocess.Popen([sys.executable, "-c", PROGRAM.format(plays=plays)], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline() == "plays\n"
    program.send_signal(signal.SIGTERM)
    assert program.communicate(timeout=100)[0] == "stopped its servers\n"
    assert program.returncode == 128 + signal.SIGTERM
