"""A release in a git repository of its own: what stops it, and what it leaves. Docker is a program that notes what it is told."""

import subprocess
from pathlib import Path

import pytest

from deploy.release import NotReleasableError, release

CHANGELOG = "# Changelog\n\n## Unreleased\n\n## 1.2.0 - 2026-11-28\n\n- A thing.\n\n## 1.1.0\n\n- Another.\n"
FREEZE = (
    "import sys\nfrom pathlib import Path\n"
    "folder = Path('tests/contract/baseline', sys.argv[1])\nfolder.mkdir(parents=True)\n(folder / 'a.json').write_text('frozen')\n"
)


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def commit(folder: Path, **files: str) -> None:
    names = {"changelog": "CHANGELOG.md", "project": "pyproject.toml", "freeze": "tests/support/compatibility.py"}
    for key, text in files.items():
        (folder / names[key]).parent.mkdir(parents=True, exist_ok=True)
        (folder / names[key]).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "What is released")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that can be released as 1.2.0, on a machine without Docker."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("git", "env", "sh"):
        (programs / name).symlink_to(subprocess.run(["which", name], capture_output=True, text=True, check=True).stdout.strip())
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Releaser")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "releaser@example.invalid")
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, changelog=CHANGELOG, project='[project]\nversion = "1.2.0"\n', freeze=FREEZE)
    return folder


def docker(project: Path, script: str) -> None:
    program = project.parent / "programs" / "docker"
    program.write_text(f"#!/usr/bin/env sh\n{script}\n")
    program.chmod(0o755)


def test_a_release_is_a_tag_on_a_commit_with_the_frozen_contracts(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release(project, "1.2.0")
    assert git(project, "tag", "--points-at", "HEAD") == "v1.2.0"
    assert git(project, "cat-file", "-t", "v1.2.0") == "tag"
    assert git(project, "show", "--format=%s", "--name-only", "HEAD").split("\n\n") == [
        "Release 1.2.0: what its contracts are",
        "tests/contract/baseline/1.2.0/a.json",
    ]
    assert git(project, "show", "HEAD:tests/contract/baseline/1.2.0/a.json") == "frozen"
    assert git(project, "status", "--porcelain") == ""
    said = capsys.readouterr().out
    assert "no image: Docker is not running here" in said
    assert "Nothing was pushed" in said


def test_the_image_is_built_where_docker_runs(project: Path) -> None:
    docker(project, f'echo "$@" >> {project.parent}/asked')
    release(project, "1.2.0")
    asked = (project.parent / "asked").read_text().splitlines()
    assert asked == ["info", "build -f deploy/images/Dockerfile -t adminduk:1.2.0 ."]


def test_without_the_image_that_was_to_be_built_nothing_is_tagged_or_frozen(project: Path) -> None:
    before = git(project, "rev-parse", "HEAD")
    docker(project, '[ "$1" = info ] || { echo "no space left" >&2; exit 1; }')
    with pytest.raises(NotReleasableError, match="no space left"):
        release(project, "1.2.0")
    assert git(project, "rev-parse", "HEAD") == before
    assert git(project, "tag") == ""
    assert git(project, "status", "--porcelain") == ""


@pytest.mark.parametrize("version", ["", "1.2", "v1.2.0", "1.2.0rc1", "01.2.0", "1.2.0\n"])
def test_a_version_is_three_numbers(project: Path, version: str) -> None:
    with pytest.raises(NotReleasableError, match="no version"):
        release(project, version)


def test_what_is_not_committed_is_not_released(project: Path) -> None:
    (project / "new.py").write_text("")
    with pytest.raises(NotReleasableError, match="not clean"):
        release(project, "1.2.0")
    assert git(project, "tag") == ""


def test_a_release_is_never_made_twice(project: Path) -> None:
    release(project, "1.2.0")
    with pytest.raises(NotReleasableError, match="there already"):
        release(project, "1.2.0")


def test_the_package_says_its_version(project: Path) -> None:
    commit(project, project='[project]\nversion = "1.1.0"\n')
    with pytest.raises(NotReleasableError, match=r"says 1\.1\.0"):
        release(project, "1.2.0")


@pytest.mark.parametrize(
    "changelog",
    ["# Changelog\n\n## Unreleased\n\n- A thing.\n", "## 1.2.0\n\n## 1.1.0\n\n- Another.\n", "## 1.2.01\n\n- Of another version.\n"],
    ids=["missing", "empty", "other"],
)
def test_the_changelog_says_what_is_new(project: Path, changelog: str) -> None:
    commit(project, changelog=changelog)
    with pytest.raises(NotReleasableError, match=r"CHANGELOG\.md"):
        release(project, "1.2.0")


def test_contracts_that_can_not_be_frozen_stop_the_release(project: Path) -> None:
    commit(project, freeze="raise SystemExit('an event has no sample')")
    with pytest.raises(NotReleasableError, match="an event has no sample"):
        release(project, "1.2.0")
    assert git(project, "tag") == ""
