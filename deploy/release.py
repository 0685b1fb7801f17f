"""Make a release of what is committed: `python -m deploy.release x.y.z` (`make release VERSION=x.y.z`). Nothing is pushed.

Before it, committed: the version in `pyproject.toml`, and its section in `CHANGELOG.md`.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
IMAGE: Final = "adminduk"
BASELINE: Final = "tests/contract/baseline"  # what the contracts were at the last release
_VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


class NotReleasableError(Exception):
    """Something is not ready; says what to do. Nothing was tagged."""


def release(root: Path, version: str) -> None:
    """Check, build the image where Docker is, freeze the contracts' baseline in a commit, and tag that commit.

    Raises:
        NotReleasableError: a check or a command failed.
    """
    check(root, version)
    _say(f"{version} is named in pyproject.toml and CHANGELOG.md, and everything is committed")
    if _has_docker(root):
        _run(root, "docker", "build", "-f", "deploy/images/Dockerfile", "-t", f"{IMAGE}:{version}", ".")
        _say(f"image {IMAGE}:{version}")
    else:
        _say("no image: Docker is not running here")
    _run(root, sys.executable, "-m", "tests.support.compatibility", version)
    _run(root, "git", "add", "--all", "--", BASELINE)
    if _run(root, "git", "diff", "--cached", "--name-only"):
        _run(root, "git", "commit", "-q", "-m", f"Release {version}: what its contracts are")
    _say("contracts frozen")
    _run(root, "git", "tag", "-a", f"v{version}", "-m", f"Release {version}")
    _say(f"tagged v{version}. Nothing was pushed: git push --follow-tags")


def check(root: Path, version: str) -> None:
    """Look whether this can be released.

    Raises:
        NotReleasableError: the first thing that is not ready.
    """
    if not _VERSION.fullmatch(version):
        raise NotReleasableError(f"VERSION={version or '?'} is no version: three numbers, as 1.2.0")
    if _run(root, "git", "tag", "--list", f"v{version}"):
        raise NotReleasableError(f"v{version} is there already: a release is never made twice")
    if _run(root, "git", "status", "--porcelain"):
        raise NotReleasableError("the tree is not clean: commit what belongs to the release, and put away the rest")
    named = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if named != version:
        raise NotReleasableError(f"pyproject.toml says {named}: set the version there, and commit it")
    if "\n- " not in _section((root / "CHANGELOG.md").read_text(encoding="utf-8"), version):
        raise NotReleasableError(f"CHANGELOG.md has no section '## {version}' with entries: cut it from 'Unreleased'")


def _section(changelog: str, version: str) -> str:
    """Return what stands under the version's heading, which a date may follow; empty where there is none."""
    found = re.search(rf"^## {re.escape(version)}(?: [^\n]*)?(\n.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def _has_docker(root: Path) -> bool:
    return (
        shutil.which("docker") is not None
        and subprocess.run(["docker", "info"], cwd=root, capture_output=True, check=False).returncode == 0
    )


def _run(root: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise NotReleasableError(f"{' '.join(command)}:\n{(done.stderr or done.stdout).strip()}")
    return done.stdout.strip()


def _say(step: str) -> None:
    print(f"release: {step}", flush=True)


def main(words: Sequence[str]) -> int:
    """Run the command; return the exit code."""
    if len(words) != 1:
        print("usage: python -m deploy.release x.y.z", file=sys.stderr)
        return 2
    try:
        release(ROOT, words[0])
    except NotReleasableError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
