"""`make upgrade` ended in the middle by Ctrl-C: a real process, and a docker that takes as long as the test wants."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from deploy.waiting import wait_until

ROOT = Path(__file__).parents[3]
OLD, NEW = "adminduk:1.0.0", "adminduk:1.1.0"
PATIENCE_SECONDS = 60.0  # a busy machine; what is there ends the wait at once
DOCKER = """#!/bin/sh
# Docker as far as an upgrade asks it, which asks many times: a shell starts in a tenth of the time that Python takes.
case "$*" in
  version | *" run "* | logs*) echo well; exit ;;
  *compose.service=notifier*) ;;
  *compose.service=*) exit ;;
esac
exec {python} -IS {folder}/answers.py "$@"
"""
ANSWERS = '''"""What is known and changed. It stands still in the command that the file `slow` names, until `go` says to go on."""
import json, os, sys
here, words = {folder!r}, sys.argv[1:]
def known(): return json.load(open(here + "/running"))
def keep(rows): json.dump(rows, open(here + "/running", "w"))
def done(what): open(here + "/done", "a").write(what + "\\n")
def slow(what):
    if open(here + "/slow").read() == what:
        open(here + "/reached", "w").close()
        open(here + "/go").readline()
    done(what)
while "-f" in words[:3] or "--env-file" in words[:3]: del words[1:3]
match words:
    case ["image", "inspect", *_, image]: print("sha256:" + image)
    case ["compose", "config", *_]: print(json.dumps({{"name": "p", "services": {{"notifier": {{"scale": 2}}}}}}))
    case ["compose", "up", *_]:
        image = os.environ["IMAGE"]
        state = {{"Running": True, "Health": {{"Status": "healthy"}}}}
        config = {{"Image": image, "Labels": {{"com.docker.compose.service": "notifier"}}}}
        row = {{"Id": f"new-{{os.getpid()}}", "Name": "notifier", "Created": os.getpid(), "Image": "sha256:" + image}}
        slow("up")
        keep([*known(), row | {{"State": state, "Config": config}}])
    case ["ps", *_]: print(*[row["Id"] for row in known()])
    case ["inspect", *ids]: print(json.dumps([row for row in known() if row["Id"] in ids]))
    case ["stop", *_, which]: slow("stop")
    case ["rm", *_, which]:
        keep([row for row in known() if row["Id"] != which])
        done("rm")
'''


class Host:
    """A host where two copies of a service run, and the command on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.variables = folder, folder / ".env"
        (folder / "docker").write_text(DOCKER.format(python=sys.executable, folder=folder))
        (folder / "docker").chmod(0o755)
        (folder / "answers.py").write_text(ANSWERS.format(folder=str(folder)))
        os.mkfifo(folder / "go")
        self.gate = os.open(folder / "go", os.O_RDWR)  # so that nobody waits for the other end
        config = {"Image": OLD, "Labels": {"com.docker.compose.service": "notifier"}}
        row = {"Name": "notifier", "Image": f"sha256:{OLD}", "State": {"Running": True}, "Config": config}
        (folder / "running").write_text(json.dumps([{**row, "Id": f"old-{number}", "Created": number} for number in range(2)]))

    def begin(self, slow: str) -> "subprocess.Popen[str]":
        """Start the upgrade; docker stands still in that command, or in none."""
        (self.folder / "slow").write_text(slow)
        (self.folder / "done").write_text("")
        words = [sys.executable, "-m", "deploy.compose.upgrade", NEW, "--without-backup", "--variables", str(self.variables)]
        path = f"{self.folder}:{os.environ['PATH']}"
        pipe, apart = subprocess.PIPE, True  # a group of its own, as in a terminal: Ctrl-C is sent to all of it
        return subprocess.Popen(words, cwd=ROOT, env={"PATH": path}, stdout=pipe, stderr=pipe, text=True, start_new_session=apart)

    def ended(self, slow: str) -> tuple[int, str]:
        """Start it, press Ctrl-C while docker stands still, and have docker go on; return the exit code and what was said last."""
        going = self.begin(slow)
        wait_until(lambda: (self.folder / "reached").exists() or going.poll() is not None, PATIENCE_SECONDS, f"docker stands in {slow}")
        os.killpg(going.pid, signal.SIGINT)
        assert "sebentar" in _line_with("sebentar", going.stdout), going.communicate(timeout=PATIENCE_SECONDS)
        os.write(self.gate, b"go\n")
        _, said = going.communicate(timeout=PATIENCE_SECONDS)
        return going.returncode, said

    @property
    def images(self) -> list[str]:
        rows: list[dict[str, Any]] = json.loads((self.folder / "running").read_text())
        return sorted(row["Config"]["Image"] for row in rows)

    @property
    def done(self) -> list[str]:
        return (self.folder / "done").read_text().split()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    made = Host(tmp_path)
    yield made
    os.close(made.gate)


def _line_with(word: str, said: IO[str] | None) -> str:
    return next((line for line in said or () if word in line), "")


def test_ctrl_c_while_a_new_one_comes_up_takes_it_away_again(host: Host) -> None:
    code, said = host.ended("up")
    assert (code, said.split()[:2]) == (1, ["upgrade:", "interrupted:"]), said
    assert f"make upgrade IMAGE={OLD}" in said
    assert host.done == ["up", "rm"], "docker did whole what it had begun"
    assert host.images == [OLD, OLD]
    assert host.variables.read_text() == f"IMAGE={OLD}\n", "a start takes what runs"


def test_ctrl_c_while_an_old_one_leaves_lets_it_leave_and_the_next_run_finishes(host: Host) -> None:
    code, said = host.ended("stop")
    assert (code, host.done) == (1, ["up", "stop", "rm"]), said
    assert host.images == [OLD, NEW], "as many as before"
    assert host.variables.read_text() == f"IMAGE={OLD}\n", "a start takes what ran before"
    again = host.begin("")
    out, said = again.communicate(timeout=PATIENCE_SECONDS)
    assert (again.returncode, said) == (0, ""), out
    assert host.images == [NEW, NEW]
    assert host.variables.read_text() == f"IMAGE={NEW}\n"
