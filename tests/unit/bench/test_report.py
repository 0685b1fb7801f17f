"""The benches' verdict: which number misses its target, and what that does to the exit code."""

import argparse
import json

import pytest

from tests.bench import report
from tests.bench.report import MISSED, Report, Row, percentile


@pytest.mark.parametrize(
    ("row", "ok"),
    [
        (Row("a", 600.0, "ms", at_most=600.0), True),
        (Row("a", 600.1, "ms", at_most=600.0), False),
        (Row("a", 3.5, "x", at_least=3.5), True),
        (Row("a", 3.49, "x", at_least=3.5), False),
        (Row("a", 1e9, "ms"), True),
    ],
)
def test_a_number_is_held_against_its_target(row: Row, *, ok: bool) -> None:
    assert row.ok is ok


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([5.0], 0.95, 5.0),
        ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0),
        ([float(number) for number in range(1, 41)], 0.95, 38.0),
        ([float(number) for number in range(1, 41)], 1.0, 40.0),
    ],
)
def test_a_percentile_is_a_value_that_was_seen(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected


def test_nothing_measured_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


@pytest.mark.parametrize(("slow", "code"), [(1.0, 0), (2.0, MISSED)])
def test_one_missed_target_fails_the_whole_bench(slow: float, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    def bench(name: str, seconds: float) -> Report:
        return Report(name, (Row("import", seconds, "s", at_most=1.5),), {"seconds": seconds})

    assert report.run(argparse.ArgumentParser(), [], lambda _: bench("fast", 0.1), lambda _: bench("slow", slow)) == code
    *lines, last = capsys.readouterr().out.splitlines()
    found = json.loads(last)
    assert [row["ok"] for row in found.pop("rows")] == [True, code == 0]
    assert found | {"machine": None, "command": "", "seconds": 0} == {
        "ok": code == 0,
        "machine": None,
        "seconds": 0,
        "seconds_of_each": {"fast": 0, "slow": 0},
        "command": "",
        "fast": {"seconds": 0.1, "ok": True},
        "slow": {"seconds": slow, "ok": code == 0},
    }
    assert ["MISSED" in line for line in lines if line.startswith("slow")] == [code != 0, False]  # the second says how long it took


def test_a_bench_that_breaks_is_named_and_the_others_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(_: argparse.Namespace) -> Report:
        raise TimeoutError

    fine = Report("fine", (Row("import", 1.0, "s", at_most=1.5),), {})
    assert report.run(argparse.ArgumentParser(), [], broken, lambda _: [fine]) == MISSED
    *lines, last = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["broken", "fine"]
    assert "TimeoutError" in lines[1]
    assert "test_report.py" in lines[1]
    assert json.loads(last)["ok"] is False
