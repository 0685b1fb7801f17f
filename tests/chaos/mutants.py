"""Does anybody notice? `python -m tests.chaos.mutants` breaks one promise at a time in a copy of the tree and says which tests turn red.

Exit code 0 when every mutant is caught. Each runs the tests named (default: the data path, messaging and the fast chaos cases).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
COPIED: Final = ("services", "shared", "deploy", "tests", "docs")
TESTS: Final = ("tests/integration/data", "tests/integration/messaging", "tests/chaos/test_cases.py")
LIMIT_SECONDS: Final = 900
RED: Final = re.compile(r"^(\S+::.+?) (?:FAILED|ERROR)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: `before` stands once in the file."""

    name: str
    file: str
    before: str
    after: str
    also: tuple[tuple[str, str], ...] = ()


MUTANTS: Final = (
    Mutant(
        "the inbox is not asked",
        "shared/messaging/transaction/unit_of_work.py",
        "                await self.inbox.insert(rows, session)\n",
        "                pass\n",
    ),
    Mutant(
        "acknowledged before the commit",
        "shared/messaging/consumer/consumer.py",
        "            outcomes = await self._fates.judge([held.delivery for held in left])\n",
        "            await self._ack(left, whole=False)\n"
        "            outcomes = await self._fates.judge([held.delivery for held in left])\n",
        also=(("            await self._ack(acked, whole=len(acked) == len(batch))\n", ""),),
    ),
    Mutant(
        "marked before the confirm",
        "shared/messaging/transaction/relay.py",
        "        probing = self._failures > 0\n",
        "        probing = self._failures > 0\n        await self._outbox.mark_sent(claim.token, [row.id for row in claim.rows])\n",
    ),
)


def main(words: Sequence[str]) -> int:
    """Run each mutant; 0 when all are caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.mutants", description=__doc__)
    parser.add_argument("tests", nargs="*", default=list(TESTS), help="what is run")
    parser.add_argument("--only", default="", help="mutants whose name contains this")
    options = parser.parse_args(words)
    survivors = 0
    for mutant in (each for each in MUTANTS if options.only in each.name):
        red = caught_by(mutant, options.tests)
        survivors += not red
        print(f"{'caught ' if red else 'SURVIVED'} {mutant.name}: {len(red)} tests are red", flush=True)
        for test in red:
            print(f"    {test}", flush=True)
    return 1 if survivors else 0


def caught_by(mutant: Mutant, tests: Sequence[str]) -> list[str]:
    """Which tests are red on the changed tree.

    Raises:
        ValueError: the place to change is not there (any more).
    """
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        tree = Path(folder)
        for name in COPIED:
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        for file in [*ROOT.glob("*.toml"), *ROOT.glob("*.lock"), *ROOT.glob("*.md"), ROOT / "Makefile"]:
            shutil.copy(file, tree)
        change(mutant, tree / mutant.file)
        command = [sys.executable, "-m", "pytest", "-v", "--tb=no", "-p", "no:randomly", *tests]
        environment = {name: value for name, value in os.environ.items() if name != "ADMINDUK_TEST_RUN"}
        try:
            told = subprocess.run(command, cwd=tree, env=environment, capture_output=True, check=False, timeout=LIMIT_SECONDS).stdout
        except subprocess.TimeoutExpired as error:  # a broken promise may keep everything waiting: what was red until then counts
            told = error.stdout or b""
        return sorted(set(RED.findall(told.decode())))


def change(mutant: Mutant, file: Path) -> None:
    """Write the mutant into a file.

    Raises:
        ValueError: the place to change is not there once.
    """
    text = file.read_text()
    for before, after in ((mutant.before, mutant.after), *mutant.also):
        if text.count(before) != 1:
            raise ValueError(f"{mutant.name}: {mutant.file} has changed, and the mutant must with it")
        text = text.replace(before, after)
    file.write_text(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
