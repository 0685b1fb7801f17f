"""The lock files hold every dependency, with hashes, and agree with each other and with pyproject.toml (ADR 9)."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.architecture.source import ROOT

RELEASE, DEVELOPMENT = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
SERVICE_EXTRAS = ("intake", "verification", "issuance", "notifier", "traces")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s\\;]+)", re.MULTILINE)


def pins(lock: Path) -> dict[str, Version]:
    return {canonicalize_name(name): Version(version) for name, version in PIN.findall(lock.read_text())}


def declared(*extras: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = [*project["dependencies"], *(text for extra in extras for text in project["optional-dependencies"][extra])]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize(("lock", "extras"), [(RELEASE, SERVICE_EXTRAS), (DEVELOPMENT, (*SERVICE_EXTRAS, "local", "bench", "dev"))])
def test_a_lock_holds_what_is_declared(lock: Path, extras: tuple[str, ...]) -> None:
    locked = pins(lock)
    wrong = [str(need) for need in declared(*extras) if not _holds(need, locked)]
    assert not wrong, f"make lock: {wrong}"


def _holds(need: Requirement, locked: dict[str, Version]) -> bool:
    version = locked.get(canonicalize_name(need.name))
    return version is not None and need.specifier.contains(version, prereleases=True)


@pytest.mark.parametrize(
    "lock",
    [RELEASE, DEVELOPMENT, ROOT / "deploy" / "local" / "uv.lock", ROOT / "deploy" / "local" / "node.lock"],
    ids=lambda lock: lock.name,
)
def test_every_pin_has_a_hash(lock: Path) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text())
    bare = [block.splitlines()[0] for block in blocks if PIN.match(block) and "--hash=sha256:" not in block]
    assert not bare
    assert pins(lock)


def test_tests_run_on_the_versions_that_production_runs() -> None:
    development = pins(DEVELOPMENT)
    assert {name: str(version) for name, version in pins(RELEASE).items() if development.get(name) != version} == {}


def test_no_lock_names_an_index() -> None:
    for lock in (RELEASE, DEVELOPMENT):
        assert not re.search(r"^--(index-url|extra-index-url|find-links)", lock.read_text(), re.MULTILINE)


def test_the_libraries_of_the_pages_are_exact_and_hashed() -> None:
    declared = json.loads((ROOT / "package.json").read_text())["dependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert locked.pop("")["dependencies"] == declared, "npm install --package-lock-only"
    assert {name: locked[f"node_modules/{name}"]["version"] for name in declared} == declared
    assert all(package["integrity"].startswith("sha512-") for package in locked.values())
    assert not [name for name, package in locked.items() if "resolved" in package], "as the other locks: it names no index"
