"""`make run` itself, twice on one folder: it shows its journeys, stops what it started, and keeps what it made."""

import json
import os
import signal
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from deploy.local.parts import ROOT, SERVICES, SIMULATORS
from deploy.local.ports import free_ports, is_free
from deploy.local.programs import MissingServerError, find_rabbitmq
from deploy.simulators.whatsapp.samples import read_people
from tests.support.eventually import eventually

PORTS = (
    *(f"{name}_port".upper() for name in (*SERVICES, *SIMULATORS, "desk")),
    *("RABBITMQ_PORT", "RABBITMQ_API_PORT", "RABBITMQ_DIST_PORT", "RABBITMQ_EPMD_PORT", "MONGO_PORT"),
)


class Launcher:
    """`python -m deploy.local.run` on a folder and ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        self.out = folder / "run.out"

    def start(self, **more: str) -> subprocess.Popen[bytes]:
        settings = {"LOCAL_STATE": str(self.folder / "state"), **{name: str(port) for name, port in self.ports.items()}, **more}
        environment = {name: value for name, value in os.environ.items() if name not in {"AMQP_URL", "MONGO_URL"}} | settings
        with self.out.open("wb") as out:
            return subprocess.Popen([sys.executable, "-m", "deploy.local.run"], cwd=ROOT, env=environment, stdout=out, stderr=out)

    def command(self, module: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Another command on the same folder and ports, to its end."""
        settings = {"LOCAL_STATE": str(self.folder / "state"), **{name: str(port) for name, port in self.ports.items()}, **more}
        environment = {name: value for name, value in os.environ.items() if name not in {"AMQP_URL", "MONGO_URL"}} | settings
        return subprocess.run(
            [sys.executable, "-m", module], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=100
        )

    def pid(self, name: str) -> int:
        """Of a part or server that runs."""
        return int((self.folder / "state" / name).read_text().split()[0])

    def said(self) -> str:
        return self.out.read_text()

    def is_ready(self, name: str) -> bool:
        """Whether a service says so."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.ports[f'{name.upper()}_PORT']}/readyz").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def find_document(self, number: str) -> dict[str, Any]:
        """Ask issuance for a document."""
        key = json.loads((self.folder / "state" / "keys" / "keys.json").read_text())["clients"]["admin-01"]
        url = f"http://127.0.0.1:{self.ports['ISSUANCE_PORT']}/v1/documents"
        answer = httpx.get(url, params={"number": number}, headers={"Authorization": f"Bearer {key}"}, timeout=60)
        found: dict[str, Any] = answer.json()["documents"][0]
        return found

    def unnamed_persons(self) -> list[str]:
        """Sample persons that it did not print."""
        lines = [f"NIK {each.row['nik']}  KK {each.row['kk_number']}" for each in read_people(self.folder / "state" / "register.csv")]
        return [line for line in lines if line not in self.said()]

    def left(self) -> list[str]:
        """Processes that still have this folder in their command line or environment, and ports that are still held."""
        found = [f"port {name}" for name, port in self.ports.items() if not is_free(port)]
        for process in psutil.process_iter():
            try:
                if str(self.folder) in " ".join([*process.cmdline(), process.environ().get("SIGNER_DIR", "")]):
                    found.append(str(process.cmdline()))
            except psutil.Error:
                continue
        return found


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Launcher:
    try:
        find_rabbitmq()
    except MissingServerError as error:
        pytest.skip(str(error))
    return Launcher(tmp_path_factory.mktemp("run"))


@pytest.mark.timeout(600)  # two whole starts, and three servers that are killed
async def test_it_shows_its_journeys_stops_what_it_started_and_keeps_what_it_made(launcher: Launcher) -> None:
    process = launcher.start(ONCE="1")
    assert await eventually(lambda: process.poll() is not None, 200), launcher.said()
    assert process.returncode == 0, launcher.said()
    first = json.loads(launcher.said().splitlines()[-1])
    assert set(first) == {"whatsapp", "court", "birth", "death", "mended"}
    assert {document["product"] for document in first["birth"]["documents"]} == {"akta_kelahiran", "kk", "kia"}
    assert first["birth"]["register"]["effects"]["born"] == 1
    assert first["death"]["register"]["effects"]["died"] == 1
    assert len(first["mended"]["receipts"]) == 1
    for journey in first.values():
        assert min(len(journey["receipts"]), len(journey["documents"])) > 0
        assert journey["seconds"]["delivered"] > 0
        for document in journey["documents"]:
            assert (launcher.folder / "state" / "documents" / f"{document['number']}.pdf").read_bytes().startswith(b"%PDF-")
    assert (launcher.unnamed_persons(), launcher.left()) == ([], [])

    again = launcher.start()
    await eventually(lambda: "Ctrl-C stops it" in launcher.said() or again.poll() is not None, 200)
    assert again.poll() is None, launcher.said()
    document = first["whatsapp"]["documents"][0]
    assert launcher.find_document(document["number"])["sha256"] == document["sha256"], "the second run forgot the first"

    the_desk_is_where_it_says(launcher)
    await what_is_killed_is_started_again(launcher)
    nobody_else_works_in_the_folder(launcher, again)
    assert launcher.find_document(document["number"]), "neither did any harm"

    again.send_signal(signal.SIGINT)
    assert await eventually(lambda: again.poll() is not None, 60)
    assert again.returncode == 0
    assert launcher.left() == []


def the_desk_is_where_it_says(launcher: Launcher) -> None:
    address = f"http://127.0.0.1:{launcher.ports['DESK_PORT']}/desk"
    assert address in launcher.said()
    answer = httpx.get(f"{address}/dokumen", headers={"Accept": "text/html"}, trust_env=False, timeout=60)
    assert answer.headers["location"] == "/desk/masuk?next=%2Fdesk%2Fdokumen"


async def what_is_killed_is_started_again(launcher: Launcher) -> None:
    for name, pid_file in (("notifier", "run/notifier.pid"), ("MongoDB", "database/node.pid"), ("RabbitMQ", "broker/node.pid")):
        before = launcher.pid(pid_file)
        psutil.Process(before).kill()
        await eventually(partial(told_again, launcher, name))
        await eventually(partial(another_pid, launcher, pid_file, before), 60, ignoring=(OSError, IndexError))
    await eventually(lambda: launcher.is_ready("intake"), 100)


def nobody_else_works_in_the_folder(launcher: Launcher, first: subprocess.Popen[bytes]) -> None:
    second = launcher.command("deploy.local.run")
    assert (second.returncode, second.stdout) == (1, "")
    assert f"already running here (process {first.pid}" in second.stderr
    cleaned = launcher.command("deploy.local.clean")
    assert cleaned.returncode == 1
    assert "already running here" in cleaned.stderr
    assert first.poll() is None


def told_again(launcher: Launcher, name: str) -> bool:
    return f"{name} ended with exit code -9; it is started again" in launcher.said()


def another_pid(launcher: Launcher, pid_file: str, before: int) -> bool:
    return launcher.pid(pid_file) != before


async def test_a_taken_port_is_named_before_anything_starts(launcher: Launcher, tmp_path: Path) -> None:
    other = Launcher(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", other.ports["COURT_PORT"]))
        taken.listen()
        process = other.start(ONCE="1")
        assert await eventually(lambda: process.poll() is not None, 60)
    assert process.returncode == 1
    assert f"port {other.ports['COURT_PORT']} (COURT_PORT) is taken" in other.said()
    assert "Traceback" not in other.said()
    assert launcher.left() == []


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"INTAKE_PORT": "abc"}, "setting INTAKE_PORT: "),
        ({"INTAKE_PORT": "8111", "WHATSAPP_PORT": "8111"}, "INTAKE_PORT and WHATSAPP_PORT are both 8111: give each a port of its own"),
    ],
)
@pytest.mark.parametrize("module", ["deploy.local.run", "deploy.local.clean"])
def test_a_wrong_setting_is_one_line(tmp_path: Path, module: str, setting: dict[str, str], said: str) -> None:
    done = Launcher(tmp_path).command(module, **setting)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert said in line
