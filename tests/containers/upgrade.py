"""`python -m tests.containers.upgrade`: replace the version that runs, and go back, while adapters ask; judge. `make upgraded` calls it.

Two versions: the image that the environment names (`IMAGE`), and one made of it that has more of what a release may add (newer.Dockerfile).
A third one never gets ready (sick.Dockerfile). Each service has two copies. Prints a line for each step and what became of all that was
asked; exits with 1 where anything was refused, lost or doubled.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deploy.local.parts import ROOT
from tests.containers.asking import Asking, books
from tests.containers.project import Project, docker, project
from tests.containers.shares import shares

PER_SECOND: Final = 1.0
CALM_SECONDS: Final = 10.0  # before, between and after
COPIES: Final = {f"{name}_COPIES": "2" for name in ("INTAKE", "VERIFICATION", "ISSUANCE", "NOTIFIER")}
VERSIONS: Final = ("newer", "sick")


def main(words: Sequence[str]) -> int:
    """Play; 0 when nobody was refused and nothing lost."""
    image = os.environ.get("IMAGE", "")
    if words or not image:
        sys.stderr.write("usage: IMAGE=name:version python -m tests.containers.upgrade\n")
        return 2
    newer, sick = (f"{image}-{version}" for version in VERSIONS)
    for version in VERSIONS:
        text = Path(__file__).with_name(f"{version}.Dockerfile").read_text(encoding="utf-8")
        docker("build", "-t", f"{image}-{version}", "--build-arg", f"IMAGE={image}", "-", stdin=text)
    with project("adminduk-upgrade", IMAGE=image, **COPIES) as made:
        made.up()
        asking = Asking.of(made, PER_SECOND)
        asking.start()
        asking.wait(3 * CALM_SECONDS)
        print(f"messages handled by each copy: {shares(made)}", flush=True)
        began = time.monotonic()
        steps = [_step(made, asking, newer, 0), _step(made, asking, sick, 1), _step(made, asking, image, 0)]
        gap = asking.longest_gap(began, time.monotonic())
        asking.stop()
        found = books(made, asking)
    refused = Counter(f"{each.code} {each.said}"[:60] for each in asking.refused)
    print(f"accepted {found.accepted}, refused {len(asking.refused)} {dict(refused)}, gave up {asking.gave_up}; longest gap {gap:.1f} s")
    print(f"lost {found.lost}, double {found.double}, documents {found.parts}, {found.conservation}; waiting: {found.waiting}")
    return 0 if all(steps) and found.good and not asking.refused and not asking.gave_up else 1


def _step(made: Project, asking: Asking, image: str, expected: int) -> bool:
    """Replace what runs; whether it ended as it should."""
    before, began = len(asking.accepted), time.monotonic()
    files = [word for file in made.files for word in ("--file", str(file))]
    command = [sys.executable, "-m", "deploy.compose.upgrade", image, *files, "--variables", str(made.variables), "--without-backup"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print("".join(f"    {line}\n" for line in (done.stdout + done.stderr).strip().splitlines()), end="")
    copies = Counter(docker("inspect", "--format", "{{.Config.Image}}", *made.containers("intake")).split())
    took, taken = time.monotonic() - began, len(asking.accepted) - before
    print(f"to {image}: exit {done.returncode}, {took:.0f} s, {taken} accepted meanwhile; intake: {dict(copies)}")
    sys.stdout.flush()
    asking.wait(CALM_SECONDS)
    return done.returncode == expected


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
