"""Two months of twelve villages through the whole system: nobody is counted twice, nothing is lost, and a falsified ledger is found."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from tests.campaign.judge import judge
from tests.campaign.report import load, summary
from tests.support.servers import ROOT, RUN_VARIABLE

BY_CHANCE = ("rank correlation", "requests with a damaged code")  # of what thirty people do, chance has its part


@pytest.mark.timeout(600)
async def test_two_months_of_twelve_villages(tmp_path: Path) -> None:
    file = tmp_path / "campaign.json"
    command = (sys.executable, "-m", "tests.campaign", "--villages", "12", "--people", "30", "--months", "2", "--keep", str(file))
    own = {name: value for name, value in os.environ.items() if name != RUN_VARIABLE}  # servers of its own, which it stops
    playing = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=own, stdout=asyncio.subprocess.PIPE)
    said, _ = await playing.communicate()
    found = orjson.loads(said.splitlines()[-1])
    assert found["in_trouble"] == 0, said.decode()
    assert [what for what in found["missed"] if not what.startswith(BY_CHANCE)] == [], said.decode()
    kept = load(file)
    assert len(kept.ledger.requests) > 5
    assert summary(judge(kept.ledger, kept.measured))["missed"] == found["missed"]
    falsified = replace(kept.ledger, requests=kept.ledger.requests[1:], chatters=kept.ledger.chatters + 1)
    more = {"people who filed, in the report", "people who came to the end, in the report", "people who chatted, in the report"}
    assert set(summary(judge(falsified, kept.measured))["missed"]) >= more
