"""Does anybody notice? `python -m tests.chaos.mutants` breaks one thing at a time in a copy of the tree and says which tests turn red.

Each mutant names the tests that must notice: a rule of a domain its unit tests, a promise of the core the data path, messaging and the fast
chaos cases. Exit code 0 when every mutant is caught; 1 when one survives, or when its place in the code is not there any more.
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
from pathlib import Path
from typing import Final

from tests.chaos.domain_mutants import DOMAIN_MUTANTS
from tests.chaos.mutant import Mutant, change

ROOT: Final = Path(__file__).resolve().parents[2]
COPIED: Final = ("services", "shared", "deploy", "tests", "docs")
LIMIT_SECONDS: Final = 900
RED: Final = re.compile(r"^(\S+::.+?) (?:FAILED|ERROR)\b", re.MULTILINE)


CORE_MUTANTS: Final = (
    Mutant(
        "the inbox is not asked",
        "shared/messaging/transaction/unit_of_work.py",
        "                await self.inbox.insert(rows, session)\n",
        "                pass\n",
    ),
    Mutant(
        "acknowledged before the commit",
        "shared/messaging/consumer/consumer.py",
        "            outcomes = await self._settlement.judge([held.delivery for held in left])\n",
        "            await self._ack(left, whole=False)\n"
        "            outcomes = await self._settlement.judge([held.delivery for held in left])\n",
        also=(("            await self._ack(acked, whole=len(acked) == len(batch))\n", ""),),
    ),
    Mutant(
        "marked before the confirm",
        "shared/messaging/transaction/relay.py",
        "        probing = self._failures > 0\n",
        "        probing = self._failures > 0\n        await self._outbox.mark_sent(claim.token, [row.id for row in claim.rows])\n",
    ),
    Mutant(
        "a post is published before it is written that it begins",
        "services/notifier/jobs/publisher.py",
        "        begun = await self._deps.posting.effects.replace(effect, version)\n",
        "        begun = version\n",
        tests=("tests/chaos/test_cases.py", "-k", "graph_publish"),
    ),
    Mutant(
        "a post that a dead process began is taken as not begun",
        "services/notifier/jobs/publisher.py",
        "            return await self._put(effects.lose(effect, at=at, unknown_seconds=self._unknown), version)\n",
        "            effect = effects._again(effect, 'worker_lost', at=at, seconds=0.0)\n",
        tests=("tests/integration/notifier/test_posting.py",),
    ),
)

MUTANTS: Final = (*CORE_MUTANTS, *DOMAIN_MUTANTS)


def main(words: Sequence[str]) -> int:
    """Run each mutant; 0 when all are caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.mutants", description=__doc__)
    parser.add_argument("tests", nargs="*", help="what is run in place of the tests that each names")
    parser.add_argument("--only", default="", help="mutants whose name contains this")
    options = parser.parse_args(words)
    chosen = [each for each in MUTANTS if options.only in each.name]
    missed = [mutant.name for mutant in chosen if not _is_caught(mutant, options.tests or mutant.tests)]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} caught" + "".join(f"\n    missed: {name}" for name in missed))
    return 1 if missed or not chosen else 0


def _is_caught(mutant: Mutant, tests: Sequence[str]) -> bool:
    """Run one mutant and tell who noticed."""
    try:
        red = caught_by(mutant, tests)
    except ValueError as error:
        print(f"NO PLACE {error}", flush=True)
        return False
    print(f"{'caught ' if red else 'SURVIVED'} {mutant.name}: {len(red)} tests are red", flush=True)
    for test in red:
        print(f"    {test}", flush=True)
    return bool(red)


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
