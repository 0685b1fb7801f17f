"""`python -m tests.containers.upgrade`: replace the version that runs, and go back, while adapters ask; judge. `make upgraded` calls it.

Two versions: the image that the environment names (`IMAGE`), and one made of it that differs in what a release may add: an optional field
of an event that is sent from then on, and an index. A third one never gets ready. Each service has two copies. Prints a line for each step
and what became of all that was asked; exits with 1 where anything was refused, lost or doubled.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Final

from deploy.local.parts import ROOT
from tests.containers.asking import Asking, books
from tests.containers.project import Project, docker, project

PER_SECOND: Final = 2.0
CALM_SECONDS: Final = 10.0  # before, between and after
COPIES: Final = {f"{name}_COPIES": "2" for name in ("INTAKE", "VERIFICATION", "ISSUANCE", "NOTIFIER")}
NEWER: Final = r"""FROM {image}
USER 0:0
RUN sed -i '/^class RequestSubmitted(/,/^    type:/ s/^    type: .*$/&\n    added_later: str = "newer version"/' shared/contracts/intake.py
RUN sed -i 's/^    "requests": ($/&\n        IndexModel([("added_later", 1)], name="added_later"),/' services/intake/store/schema.py
RUN grep added_later shared/contracts/intake.py services/intake/store/schema.py && python3 -m compileall -q services shared
USER 10001:10001
"""
SICK: Final = """FROM {image}
USER 0:0
RUN echo 'raise SystemExit("this version does not start")' > services/intake/__main__.py && python3 -m compileall -q services/intake
USER 10001:10001
"""


def main(words: Sequence[str]) -> int:
    """Play; 0 when nobody was refused and nothing lost."""
    image = os.environ.get("IMAGE", "")
    if words or not image:
        sys.stderr.write("usage: IMAGE=name:version python -m tests.containers.upgrade\n")
        return 2
    newer, sick = f"{image}-newer", f"{image}-sick"
    for name, text in ((newer, NEWER), (sick, SICK)):
        docker("build", "-t", name, "-", stdin=text.format(image=image))
    with project("adminduk-upgrade", IMAGE=image, **COPIES) as made:
        made.up()
        asking = Asking.of(made, PER_SECOND)
        asking.start()
        asking.wait(CALM_SECONDS)
        began = time.monotonic()
        steps = [_step(made, asking, newer, 0), _step(made, asking, image, 0), _step(made, asking, sick, 1), _step(made, asking, newer, 0)]
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
