"""What is known of the image's packages, of a PyPI that answers, one that does not, and one that falls silent."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from deploy.advisories import LOCK, SILENT, UNSAFE, SilentError, main, require_answer
from tests.support.http_server import serving

UNSAFE_REPORT = {
    "dependencies": [
        {"name": "good", "version": "1", "vulns": []},
        {"name": "bad", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"], "aliases": [], "description": ""}]},
    ]
}


@pytest.fixture
async def pypi() -> AsyncIterator[str]:
    app = FastAPI()

    @app.get("/pypi/{name}/{version}/json")
    async def told(name: str, version: str) -> dict[str, Any]:
        return {"info": {"name": name, "version": version}, "vulnerabilities": []} if name != "mirrored" else {}

    async with serving(app) as url:
        yield url


def auditor(folder: Path, report: dict[str, Any] | None, code: int) -> list[str]:
    """A program that is called as the real one is, and ends like this."""
    file = folder / "auditor.py"
    writes = f"open(sys.argv[sys.argv.index('--output') + 1], 'w').write({json.dumps(report)!r})"
    wrote = writes if report else "sys.stderr.write('cut off')"
    file.write_text(f"import sys\n{wrote}\nraise SystemExit({code})\n")
    return [sys.executable, str(file)]


@pytest.mark.parametrize(
    ("report", "code", "ends", "said"),
    [
        (UNSAFE_REPORT, 1, UNSAFE, "audit: bad 2.0: PYSEC-1; mended in 2.1"),
        ({"dependencies": UNSAFE_REPORT["dependencies"][:1]}, 0, 0, "nothing unsafe is known"),
        (None, 1, SILENT, "audit: not known: cut off"),
    ],
)
async def test_unsafe_is_not_the_same_as_silent(
    report: dict[str, Any] | None, code: int, ends: int, said: str, pypi: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = auditor(tmp_path, report, code)
    assert await asyncio.to_thread(main, LOCK, pypi, program) == ends
    assert said in capsys.readouterr().out


async def test_a_pypi_that_does_not_answer_is_asked_once(tmp_path: Path, pypi: str, capsys: pytest.CaptureFixture[str]) -> None:
    never = [str(tmp_path / "no-such-program")]
    assert await asyncio.to_thread(main, LOCK, "http://127.0.0.1:1", never) == SILENT
    assert capsys.readouterr().out.startswith("audit: not known: http://127.0.0.1:1: ")
    mirrored = tmp_path / "mirror.lock"
    mirrored.write_text("# a comment\nmirrored==1.0 \\\n    --hash=sha256:0\n")
    with pytest.raises(SilentError, match="does not tell of what is unsafe"):
        await asyncio.to_thread(require_answer, mirrored, pypi)
