"""The page about a run says what was measured, the missed targets too."""

import json
from pathlib import Path

from tests.bench import page

ROW = {"bench": "webhook", "what": "p99", "value": 61.2, "unit": "ms", "at_most": 60.0, "at_least": None, "note": "p50 9", "ok": False}
MACHINE = {
    "cpus": 2,
    "cpu": "X",
    "memory_gb": 8,
    "system": "Linux 6",
    "python": "3.11",
    "commit": "abc",
    "load_before": 0.1,
    "load_after": 2,
}
RUN = {
    "ok": False,
    "command": "python -m tests.bench",
    "seconds": 712,
    "machine": MACHINE,
    "rows": [ROW, {**ROW, "what": "p50", "at_most": None, "ok": True}, {**ROW, "what": "back after", "value": None}],
}


def test_a_missed_target_stands_on_the_page(tmp_path: Path) -> None:
    run, made = tmp_path / "run.json", tmp_path / "page.md"
    run.write_text("bench what\nwebhook p99\n" + json.dumps(RUN) + "\n")
    assert page.main([str(run), str(made)]) == 0
    text = made.read_text()
    assert "| p99 | 61.20 ms | ≤ 60 | **missed** | p50 9 |" in text
    assert "| p50 | 61.20 ms |  |  | p50 9 |" in text
    assert "at commit abc: 2 cores (X)" in text
    assert "It took 712 s." in text
    assert "| back after | ∞ ms | ≤ 60 | **missed** |" in text
    assert "{{" not in text


def test_a_later_run_says_where_it_was_taken(tmp_path: Path) -> None:
    run, later, made = tmp_path / "run.json", tmp_path / "later.json", tmp_path / "page.md"
    run.write_text(json.dumps(RUN))
    later.write_text(json.dumps(RUN | {"machine": MACHINE | {"commit": "def", "load_before": 40}, "rows": [{**ROW, "bench": "desk"}]}))
    assert page.main([str(run), str(later), str(made)]) == 0
    first, _, second = made.read_text().partition("## The pages of the desk")
    assert "at commit abc" in first
    assert "at commit def: 2 cores (X)" in second
    assert "Load before 40" in second


def test_without_both_files_it_says_how_it_is_called() -> None:
    assert page.main([]) == page.USAGE
