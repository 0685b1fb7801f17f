"""Crash points: nothing without the switch, exact with it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shared import faults
from shared.clock import now
from tests.architecture.source import ROOT, calls, modules

REACH = "from shared.faults import crash_point\nfor _ in range(3): crash_point('after_commit', 'worker'); print('passed', flush=True)"


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in faults.SWITCHES}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False, timeout=100
    )


def test_without_the_switch_nothing_happens_and_it_has_nothing_to_do() -> None:
    assert not faults.ARMED
    assert faults.call_points("court") is None
    for point in faults.POINTS:
        faults.crash_point(point, "worker")
    code = faults.crash_point.__code__
    assert (code.co_names, code.co_consts) == ((), (None,)), "it looks nothing up and calls nothing"


@pytest.mark.parametrize(("order", "passed"), [("after_commit", 0), ("after_commit@3", 2), ("after_commit/worker@2", 1)])
def test_it_dies_at_its_point(order: str, passed: int) -> None:
    done = run(REACH, CRASH_AT=order)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.count("passed") == passed


@pytest.mark.parametrize("order", ["before_commit", "after_commit/api", "after_commit@4"])
def test_it_lives_where_another_point_is_meant(order: str) -> None:
    done = run(REACH, CRASH_AT=order)
    assert (done.returncode, done.stdout.count("passed")) == (0, 3), done.stderr


def test_an_unknown_point_is_a_mistake() -> None:
    assert run(REACH, CRASH_AT="after_lunch").returncode == 1
    with pytest.raises(ValueError, match="after_lunch"):
        faults.crash("after_lunch@2")


def test_it_blocks_for_its_seconds() -> None:
    struck: list[faults.Order] = []
    orders = faults.Orders({"BLOCK_AT": "before_tx/api:20@2"}, struck.append)
    orders.reach("before_tx", "worker")
    orders.reach("before_tx", "api")
    assert not struck
    orders.reach("before_tx", "api")
    assert [(order.seconds, order.point) for order in struck] == [(20.0, "before_tx")]


def test_orders_in_a_file_reach_a_running_process_and_strike_once(tmp_path: Path) -> None:
    file = tmp_path / "intake.faults"
    struck: list[faults.Order] = []
    orders = faults.Orders({"FAULT_FILE": str(file)}, struck.append)
    orders.reach("before_call", "court")
    assert orders.skew() == 0
    file.write_text("crash before_call/court@2\nskew 3600\n")
    orders.reach("before_call", "court")
    assert not struck
    orders.reach("before_call", "court")
    assert len(struck) == 1
    assert file.with_suffix(".struck").read_text().split()[1:] == ["before_call/court@2"]
    assert file.read_text() == "skew 3600\n"  # the next process does not die of it
    assert orders.skew() == 3600
    orders.reach("before_call", "court")
    orders.reach("before_call", "court")
    assert len(struck) == 1
    file.unlink()
    assert orders.skew() == 0


def test_the_clock_is_off_only_where_it_is_told_to_be() -> None:
    tell = "from shared.clock import now; print(now().timestamp())"
    honest = float(run(tell).stdout)
    wrong = float(run(tell, CLOCK_SKEW_SECONDS="86400").stdout)
    assert 86_000 < wrong - honest < 87_000
    assert abs(now().timestamp() - honest) < 600


def test_every_point_is_somewhere_in_the_product() -> None:
    named = set()
    for file in modules("services", "shared"):
        for call in calls(file):
            for word in call.args:
                if isinstance(value := getattr(word, "value", None), str) and value in faults.POINTS:
                    named.add(value)
    assert named == set(faults.POINTS)
