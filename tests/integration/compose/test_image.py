"""What a build of the image gets to see: `.dockerignore` read as Docker reads it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker.utils.build import exclude_paths

ROOT = Path(__file__).resolve().parents[3]
SECRET = "a secret"
PLANTED = (
    "deploy/compose/state/keys/keys.json",
    "deploy/compose/state/passwords/mongo_password_admin",
    "deploy/compose/state/issuance/signer/signer-key.pem",
    "deploy/compose/state/intake/api_keys",
    "deploy/compose/state/mongo/keyfile",
    "deploy/compose/state-production/intake/amqp_url",
    "deploy/compose/.env",
    "deploy/compose/logs/20261130-010203-intake.log.gz",
    "deploy/state/keys/keys.json",
    "deploy/local/.env",
    "services/.env",
    "services/issuance/signer-key.pem",
    "services/intake/__pycache__/wiring.cpython-311.pyc",
    "services/intake/.mypy_cache/3.11/x.json",
    "shared/.ruff_cache/x",
    "shared/old.pyc",
    ".env",
    ".local/keys/keys.json",
    ".local/log/intake.log",
    ".git/config",
    ".venv/bin/python",
    "state/keys/keys.json",
    "keys.json",
    "node_modules/x/index.js",
    "adminduk.egg-info/PKG-INFO",
)


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def folder(tracked: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it lies on a host where it has run: its files, its state, what tools left."""
    made = tmp_path_factory.mktemp("project")
    for name in (*tracked, *PLANTED):
        file = made / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SECRET if name in PLANTED else "")
    return made


def context(folder: Path) -> set[str]:
    """The files of the build's context."""
    lines = [line.strip() for line in (ROOT / ".dockerignore").read_text().splitlines()]
    patterns = [line for line in lines if line and not line.startswith("#")]
    return {name for name in exclude_paths(str(folder), patterns) if (folder / name).is_file()}


def test_no_secret_no_state_and_no_cache_goes_into_an_image(folder: Path, tracked: list[str]) -> None:
    found = context(folder)
    assert not found & set(PLANTED)
    assert not [name for name in found if (folder / name).read_text() == SECRET]
    assert found <= set(tracked) | {".dockerignore", "Dockerfile"}, "what is no part of the project"
    assert not [name for name in found if name.startswith(("tests/", "docs/"))]


def test_all_that_the_image_copies_is_there(folder: Path) -> None:
    found = context(folder)
    dockerfile = (ROOT / "deploy" / "images" / "Dockerfile").read_text()
    sources = [word for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE) for word in line.split()[:-1]]
    assert sources
    for source in sources:
        assert source in found or any(name.startswith(f"{source}/") for name in found), source


def copied(found: set[str]) -> set[str]:
    """What of the project is in the images at the end: the COPY lines of what is for real use, and of the demo above it."""
    last = (ROOT / "deploy" / "images" / "Dockerfile").read_text().partition(" AS production\n")[2]
    sources = [word for line in re.findall(r"^COPY (?!--from)(.+)$", last, re.MULTILINE) for word in line.split()[:-1]]
    return {name for name in found if any(name == source or name.startswith(f"{source}/") for source in sources)}


def imported(name: str) -> Iterator[str]:
    """The modules of ours that a file imports."""
    for node in ast.walk(ast.parse((ROOT / name).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_module_of_ours_that_the_image_imports_is_in_it(folder: Path) -> None:
    have = copied(context(folder))
    missing = {
        f"{name} imports {module}"
        for name in have
        if name.endswith(".py")
        for module in imported(name)
        for file in (f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/__init__.py")
        if (ROOT / file).is_file() and file not in have
    }
    assert not missing


def test_the_image_has_every_program_of_ours(folder: Path, tracked: list[str]) -> None:
    wanted = {
        name
        for name in tracked
        if name.startswith(("services/", "shared/", "deploy/install/", "deploy/simulators/", "deploy/compose/"))
        and not name.endswith((".md", ".yaml"))
    }
    assert wanted <= context(folder)


def test_what_is_for_real_use_has_no_simulator_no_launcher_and_no_pip() -> None:
    text = (ROOT / "deploy" / "images" / "Dockerfile").read_text()
    production = text.partition(" AS production\n")[2].partition("\nFROM ")[0]
    assert "deploy/simulators" not in production
    assert "deploy/local" not in text
    assert "--without-pip /opt/venv" in text
    assert text.rstrip().endswith("\nFROM production"), "what is built without a target"
