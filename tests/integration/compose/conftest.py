"""The folders that `prepare` makes, driven as compose drives it: the command and the environment come from compose.yaml."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.compose import prepare
from tests.support.clock_ahead import CLOCK
from tests.support.office_answers import authority_files, office_files

ROOT = Path(__file__).resolve().parents[3]
COMPOSE = ROOT / "deploy" / "compose" / "compose.yaml"
WRITTEN = {"DESK_HOST": "pakdeon.madiunkab.go.id", "FRONT_DOOR_TLS": "tls kantor@madiunkab.go.id"}
"""What `make install` writes into `.env`."""
VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::-([^{}]*))?\}")


@dataclass(frozen=True)
class Prepared:
    """How a run of `prepare` ended."""

    code: int
    said: str


@dataclass(frozen=True)
class Installation:
    """A folder of the state, and compose's variables."""

    state: Path

    def services(self, **variables: str) -> dict[str, Any]:
        """compose.yaml as compose reads it."""
        given = {"STATE": str(self.state), **WRITTEN, **variables}
        text = VARIABLE.sub(lambda found: given.get(found[1]) or found[2] or "", COMPOSE.read_text())
        services: dict[str, Any] = yaml.safe_load(text)["services"]
        return services

    def prepare(self, **variables: str) -> Prepared:
        service = self.services(**variables)["prepare"]
        return self.run([str(self.state) if word == "/state" else word for word in service["command"]], service["environment"])

    def prepare_here(self, **variables: str) -> Prepared:
        """The same in this process: for what is said of the files, which needs no process of its own."""
        service, said = self.services(**variables)["prepare"], io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
            for name, value in service["environment"].items():
                patch.setenv(name, str(value or ""))
            code = prepare.main([str(self.state)])
        return Prepared(code, said.getvalue())

    def run(self, words: list[str], environment: Mapping[str, Any] | None = None) -> Prepared:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env={**inherited, **CLOCK} | {name: str(value or "") for name, value in (environment or {}).items()},
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        return Prepared(done.returncode, done.stdout + done.stderr)

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            file = self.state / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def mounts(self, *profiles: str) -> dict[str, list[Path]]:
        """What each service mounts from the state."""
        found: dict[str, list[Path]] = {}
        for name, service in self.services().items():
            if set(service.get("profiles", ())) <= set(profiles):
                sources = [str(mount).split(":", 1)[0] for mount in service.get("volumes", ())]
                found[name] = [Path(source) for source in sources if source.startswith(str(self.state))]
        return found


@pytest.fixture(scope="session")
def authority() -> dict[str, str]:
    return authority_files()


@pytest.fixture(scope="session")
def filled(authority: dict[str, str]) -> dict[str, str]:
    """What an office fills in."""
    return office_files(authority)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "state")


@pytest.fixture
def production(installation: Installation, filled: dict[str, str]) -> Callable[..., Prepared]:
    """Prepare production from what an office filled in, with some of it changed; None leaves a file out. Here: a process takes 1.5 s."""

    def prepare_it(changes: Mapping[str, str | None] | None = None, **variables: str) -> Prepared:
        files = {**filled, **(changes or {})}
        installation.write({name: text for name, text in files.items() if text is not None})
        return installation.prepare_here(PROFILE="production", **variables)

    return prepare_it
