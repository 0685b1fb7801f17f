"""The alarms as Prometheus' own program sees them: well formed, each set off by what it is for, and silent where all is well."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.unit.watch.alarms import CASES, Case

ROOT: Final = Path(__file__).resolve().parents[3]
WATCH: Final = ROOT / "deploy" / "watch"
RUNBOOK: Final = "docs/operations/gangguan.md"
PROMISES: Final = {f"I{number}" for number in range(1, 9)}


def rules() -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load((WATCH / "rules.yaml").read_text())["groups"]:
        yield from group["rules"]


def by_promtool(*words: str) -> None:
    done = subprocess.run(["promtool", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def part(name: str, case: Case, *, fires: bool) -> dict[str, Any]:
    """One group of series, and whether the alarm is on at the end of it."""
    series = case.fires if fires else case.silent
    expected = {"labels": f'{{alertname="{name}"}}', "value": 1}
    return {
        "name": f"{name} {'fires' if fires else 'is silent'}",
        "interval": case.every,
        "input_series": [{"series": each, "values": values} for each, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f'max by (alertname) (ALERTS{{alertname="{name}", alertstate="firing"}})',
                "eval_time": case.after,
                "exp_samples": [expected] if fires else [],
            }
        ],
    }


@pytest.mark.parametrize(("every", "evaluated"), [("15s", "1m"), ("4m", "4m")], ids=["minutes", "days"])
def test_every_alarm_is_set_off_by_what_it_is_for_and_not_without_it(every: str, evaluated: str, tmp_path: Path) -> None:
    asked = {name: case for name, case in CASES.items() if case.every == every}
    only = tmp_path / "rules.yaml"
    only.write_text(yaml.safe_dump({"groups": [{"name": "asked", "rules": [rule for rule in rules() if rule["alert"] in asked]}]}))
    tests = [part(name, case, fires=fires) for name, case in asked.items() for fires in (True, False)]
    told = tmp_path / "alarms.yaml"
    told.write_text(
        yaml.safe_dump({"rule_files": [str(WATCH / "limits.yaml"), str(only)], "evaluation_interval": evaluated, "tests": tests})
    )
    by_promtool("test", "rules", str(told))


def test_no_alarm_is_untried() -> None:
    assert CASES.keys() == {rule["alert"] for rule in rules()}
    assert {case.every for case in CASES.values()} == {"15s", "4m"}


def test_the_rules_are_well_formed() -> None:
    by_promtool("check", "rules", str(WATCH / "limits.yaml"), str(WATCH / "rules.yaml"))


def test_every_promise_has_an_alarm() -> None:
    assert {rule["labels"].get("promise") for rule in rules()} - {None} == PROMISES


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule["alert"]) for rule in rules()])
def test_an_alarm_says_how_bad_it_is_what_it_means_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert rule["annotations"].keys() == {"summary", "description", "action", "runbook_url"}
    assert "--scale" not in rule["annotations"]["action"], "copies are settings"
    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    assert page == RUNBOOK
    assert f'<a id="{anchor}"></a>' in (ROOT / RUNBOOK).read_text()


def test_every_trouble_of_the_book_has_an_alarm() -> None:
    anchors = set(re.findall(r'<a id="([a-z-]+)"></a>', (ROOT / RUNBOOK).read_text()))
    assert anchors == {rule["annotations"]["runbook_url"].partition("#")[2] for rule in rules()}


def test_every_limit_is_one_that_a_rule_asks_for() -> None:
    named = {rule["record"] for group in yaml.safe_load((WATCH / "limits.yaml").read_text())["groups"] for rule in group["rules"]}
    assert named == set(re.findall(r"limit:[a-z_]+", (WATCH / "rules.yaml").read_text()))
