"""`python -m deploy.advisories`: what of the image's packages is known to be unsafe, as PyPI tells it (`make audit`).

Exits with 0: of none of them anything is known; 1: of some, which are named; 3: PyPI did not say, which is not the same as safe.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.request import urlopen

ROOT: Final = Path(__file__).resolve().parents[1]
LOCK: Final = ROOT / "requirements.lock"
PYPI: Final = "https://pypi.org"
PROGRAM: Final = (str(Path(sys.executable).with_name("uv")), "tool", "run", "--quiet", "pip-audit==2.10.1")
UNSAFE, SILENT = 1, 3
_OPTIONS: Final = ("--strict", "--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json")
_ANSWER_SECONDS: Final = 5.0
_AUDIT_SECONDS: Final = 300.0  # some eighty questions
_PINNED: Final = re.compile(r"^([\w.\-]+)==([\w.!+\-]+)", re.MULTILINE)


class SilentError(Exception):
    """PyPI did not say; the text says why."""


def require_answer(lock: Path, pypi: str) -> None:
    """Pass where PyPI tells of the first package of a lock file whether it is safe: a mirror need not.

    Raises:
        SilentError: it does not.
    """
    found = _PINNED.search(lock.read_text(encoding="utf-8"))
    if found is None:
        raise SilentError(f"{lock.name} names no package")
    try:
        with urlopen(f"{pypi}/pypi/{found[1]}/{found[2]}/json", timeout=_ANSWER_SECONDS) as answer:  # noqa: S310 - https, or a test's
            told = json.load(answer)
    except (OSError, HTTPException, ValueError) as error:
        raise SilentError(f"{pypi}: {error}") from error
    if "vulnerabilities" not in told:
        raise SilentError(f"{pypi} does not tell of what is unsafe")


def known(lock: Path, program: Sequence[str] = PROGRAM) -> list[str]:
    """Return a line for each thing that is known of a package in a lock file.

    Raises:
        SilentError: the program did not come to an end, or could not ask of all of them.
    """
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [*program, *_OPTIONS, "--output", str(report), "-r", str(lock)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_AUDIT_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SilentError(type(error).__name__) from error
        text = report.read_text(encoding="utf-8") if report.exists() else ""
    lines = list(_lines(json.loads(text))) if text.strip() else []
    if done.returncode and not lines:
        raise SilentError(" ".join(done.stderr.split()[-30:]))
    return lines


def _lines(report: dict[str, Any]) -> Iterator[str]:
    for package in report["dependencies"]:
        for found in package.get("vulns", ()):
            mended = ", ".join(found["fix_versions"]) or "no version"
            yield f"{package['name']} {package['version']}: {found['id']}; mended in {mended}"


def main(lock: Path = LOCK, pypi: str = PYPI, program: Sequence[str] = PROGRAM) -> int:
    """Ask, and tell; return the exit code."""
    try:
        require_answer(lock, pypi)
        found = known(lock, program)
    except SilentError as error:
        print(f"audit: not known: {error}")
        return SILENT
    print("\n".join(f"audit: {line}" for line in found) or f"audit: nothing unsafe is known of what {lock.name} names")
    return UNSAFE if found else 0


if __name__ == "__main__":
    sys.exit(main())
