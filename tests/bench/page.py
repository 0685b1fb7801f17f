"""Writes the page about a run: `python -m tests.bench.page RUN.json [LATER.json …] docs/performance.md`.

A file holds what `python -m tests.bench` printed; its last line is the run. A later run of some benches says under each of its headings
where it was taken. Numbers stand on the page as they were measured, the missed
ones too. What the page says beside them comes from `page.md`, next to this file, where `{{table}}` and `{{machine}}` are filled in.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from tests.bench.report import shown

PAGE_WIDTH: Final = 120  # characters, as every Markdown page of the project
TEMPLATE: Final = Path(__file__).with_name("page.md")
TITLES: Final[Mapping[str, str]] = {
    "start": "Imports",
    "step": "The consumer step",
    "journey": "A citizen's journey on an idle system",
    "signed": "Journeys a second, signed PDF",
    "birth": "Births a second, three signed PDFs each",
    "stub": "Journeys a second, stub of the renderer",
    "webhook": "The webhook's answer",
    "workers": "Two workers, and memory",
    "spike": "The spike",
    "growth": "Growth",
    "queue": "The officers' queue",
    "desk": "The pages of the desk",
    "broadcast": "A broadcast beside chats",
}
USAGE: Final = 2  # exit code; also how many words it takes at least


def page(run: Mapping[str, Any], *later: Mapping[str, Any]) -> str:
    """The whole page."""
    tables = [*sections(run, ""), *(section for each in later for section in sections(each, f"{_machine(each)}\n\n"))]
    return TEMPLATE.read_text(encoding="utf-8").replace("{{machine}}", _machine(run)).replace("{{table}}", "\n\n".join(tables))


def sections(run: Mapping[str, Any], where: str) -> list[str]:
    """Each bench of a run under its heading; `where`: what is said of the machine before its table."""
    benches = list(dict.fromkeys(row["bench"] for row in run["rows"]))
    return [f"## {TITLES.get(bench, bench)}\n\n{where}{_table([row for row in run['rows'] if row['bench'] == bench])}" for bench in benches]


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = ["| | measured | target | | |", "| --- | ---: | ---: | --- | --- |"]
    lines += [f"| {row['what']} | {shown(row['value'])} {row['unit']} | {_target(row)} | {_verdict(row)} | {row['note']} |" for row in rows]
    return "\n".join(lines)


def _target(row: Mapping[str, Any]) -> str:
    if row["at_most"] is not None:
        return f"≤ {row['at_most']:g}"
    return "" if row["at_least"] is None else f"≥ {row['at_least']:g}"


def _verdict(row: Mapping[str, Any]) -> str:
    return "" if not _target(row) else "met" if row["ok"] else "**missed**"


def _machine(run: Mapping[str, Any]) -> str:
    machine = run["machine"]
    text = (
        f"`{run['command']}` at commit {machine['commit']}: {machine['cpus']} cores ({machine['cpu']}), {machine['memory_gb']} GB, "
        f"{machine['system']}, Python {machine['python']}. Load before {machine['load_before']}, after {machine['load_after']}. "
        f"It took {run['seconds']} s."
    )
    return textwrap.fill(text, PAGE_WIDTH, break_long_words=False, break_on_hyphens=False)


def main(words: Sequence[str]) -> int:
    """Write it."""
    if len(words) < USAGE:
        sys.stderr.write("usage: python -m tests.bench.page RUN.json [LATER.json …] PAGE.md\n")
        return USAGE
    *runs, target = words
    found = [orjson.loads(Path(run).read_bytes().strip().splitlines()[-1]) for run in runs]
    Path(target).write_text(page(*found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
