"""The services' own commands, run to their end: what a stack needs to be there before the services start."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploy.local.parts import ROOT, inherited
from deploy.local.processes import CannotStartError

LOOKED_AT_SECONDS: Final = 7 * 86_400  # the demo authority is looked at once a week: it is valid far longer
COMMAND_TIMEOUT_SECONDS: Final = 120
PICKED: Final = frozenset({"kk_hilang", "kk_rusak", "cerai", "akta_lahir", "akta_mati"})
"""The kinds of requests for which persons are picked."""


def command(module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Run one command to its end; returns what it printed.

    Raises:
        CannotStartError: it failed; carries what it said.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=inherited() | dict(environment or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=COMMAND_TIMEOUT_SECONDS,
    )
    if done.returncode != 0:
        raise CannotStartError(f"python -m {module} {' '.join(arguments)}: {(done.stderr + done.stdout)[-2000:]}")
    return done.stdout


def make_authority(folder: Path) -> None:
    """Make the demo certificate authority, or look whether the one that is there still serves."""
    certificate = folder / "signer.pem"
    if not _is_fresh(certificate):
        command("services.issuance", "demo-ca", "--out", str(folder))
        certificate.touch()


def make_register(register: Path, picked: Path, *, families: int, people: int) -> None:
    """Generate the sample register where there is none, and pick `people` persons of it for each kind of request."""
    if not register.exists():
        draft = register.with_suffix(".draft")
        command("services.verification", "registry", "generate", "--families", str(families), "--out", str(draft))
        draft.replace(register)
    if not picked.exists() or set(json.loads(picked.read_text())) != PICKED:  # an older version picked for fewer
        picked.write_text(command("services.verification", "registry", "pick", str(register), "--count", str(people)))


def _is_fresh(file: Path) -> bool:
    return file.exists() and time.time() - file.stat().st_mtime < LOOKED_AT_SECONDS  # noqa: TID251 - compared with the file system's clock
