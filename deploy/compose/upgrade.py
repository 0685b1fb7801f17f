"""`python3 -m deploy.compose.upgrade IMAGE`: replace the version that runs by another, one container at a time, while people go on asking.

Looks first: the image is here, all is healthy, a backup is made, state and database take the new version, the broker has its queues.
Then for each container of a service: one of the new version beside it, and only when that is ready the old one is asked to leave. One that
does not get ready is taken away again, and nothing else changes. The way back is the same command with the version of before. Who ends it
in the middle (Ctrl-C, a lost connection) ends it between two containers; what a harder end left is taken away by the next run.

Runs on the host, by nothing but Python's own library and `docker compose`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from deploy.compose import kept_logs
from deploy.compose.ends import ends_held
from deploy.compose.variables import keep, value_of

HERE = Path(__file__).parent
PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
ONE_OFF = "com.docker.compose.oneoff"  # of `docker compose run`: somebody's command that goes on, never a copy of a service
ORDER = ("notifier", "issuance", "verification", "intake")
"""Who hears goes before who tells: a new event finds somebody who knows it."""
BESIDE = ("watchdog", "backup", "checks")  # asked by nobody: made anew at the end
READERS = ("prometheus", "alertmanager")  # of what `prepare` wrote and of the rules of this folder, at their start alone
READY_SECONDS = 240.0  # a start takes 10 s; a host that is busy takes many times that
STOP_SECONDS = 60  # longer than a service takes to leave and to finish (LEAVE_SECONDS, DRAIN_SECONDS)
LOOK_SECONDS = 1.0
LOG_LINES = 15  # of one that does not get ready
FAILED = 1

SENTENCES = {
    "docker_silent": "Docker tidak menjawab. Jalankan sebagai root, dan lihat systemctl status docker.",
    "compose_refused": "docker compose menolak berkasnya atau isian .env. Perbaiki yang disebut; tidak ada yang berubah.",
    "image_unversioned": "Sebut image dengan versinya, misalnya IMAGE=adminduk:0.3.0.",
    "image_missing": "Image itu tidak ada di server ini. Ambil dengan docker pull, atau buat dengan make image.",
    "nothing_runs": "Tidak ada layanan yang berjalan. Nyalakan dulu: docker compose up -d.",
    "not_healthy": "Ada container yang belum sehat. Perbaiki dulu (docs/operations/gangguan.md), lalu ulangi.",
    "backup_failed": "Cadangan tidak jadi, jadi tidak ada yang diganti. Perbaiki (cadangan.md), atau WITHOUT_BACKUP=1 bila memang tanpa.",
    "prepare_failed": "Versi baru menolak isi folder state. Yang berjalan tidak berubah.",
    "database_failed": "Versi baru tidak dapat menyiapkan basis data. Layanan yang berjalan tidak berubah.",
    "files_failed": "Berkas halaman versi baru tidak dapat ditaruh di depan. Layanan yang berjalan tidak berubah.",
    "topology_failed": "Antrean untuk versi baru tidak dapat dibuat di RabbitMQ. Layanan yang berjalan tidak berubah.",
    "interrupted": "Dihentikan. Tidak ada salinan yang tertinggal. Jalankan lagi untuk melanjutkan, atau kembali.",
    "not_ready": "Container baru tidak siap dan sudah dihapus lagi; yang lama tetap melayani. Perbaiki lalu ulangi, atau kembali.",
}
"""By code: what was not done, and what to do."""

Tell = Callable[[str], None]


class Refused(Exception):  # noqa: N818 - as in deploy.admin
    """The upgrade does not begin, or does not go on."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {SENTENCES[code]}" + (f" ({detail})" if detail else ""))
        self.code = code


@dataclass(frozen=True)
class Installation:
    """What compose runs here. `image`: of our services, in every command."""

    files: tuple[str, ...]
    variables: str
    """The file of compose's variables."""
    image: str = ""
    project: str = field(default="", compare=False)

    def docker(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run docker; what it said is in the result, whatever came of it."""
        environment = {**os.environ, **({"IMAGE": self.image} if self.image else {})}
        apart = True  # Ctrl-C in a terminal is for us: a command that is cut short leaves half of what it does
        return subprocess.run(["docker", *words], env=environment, capture_output=True, text=True, check=False, start_new_session=apart)

    def compose(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `docker compose` of this installation."""
        files = [word for file in self.files for word in ("-f", file)]
        variables = ["--env-file", self.variables] if Path(self.variables).is_file() else []
        return self.docker("compose", *files, *variables, *words)

    def run(self, service: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a service's command once, in a container of its own."""
        return self.compose("run", "--rm", "--no-deps", "-T", service, *words)

    def keep_log(self, container: str, service: str) -> None:
        """Keep what a container said, which goes with it. Raises OSError where there is no room."""
        kept_logs.keep(["docker", "logs", container], Path(self.variables).parent / kept_logs.FOLDER, f"{service}-{container[:12]}")

    def containers(self, service: str = "", *also: str) -> list[dict[str, Any]]:
        """Return the containers of a service, or all that run, as docker describes them. `also`: `--all`, those that do not run, too."""
        labels = [f"label={PROJECT}={self.project}", f"label={ONE_OFF}=False", *([f"label={SERVICE}={service}"] if service else [])]
        ids = self.docker("ps", "-q", *also, *(word for label in labels for word in ("--filter", label))).stdout.split()
        found: list[dict[str, Any]] = json.loads(self.docker("inspect", *ids).stdout) if ids else []
        return sorted(found, key=lambda each: str(each["Created"]))


def upgrade(here: Installation, image: str, *, backup: bool, tell: Tell, is_ended: Callable[[], bool] = lambda: False) -> None:
    """Bring all that runs to a version. `is_ended`: whether somebody wants it to end, which it does where nothing is left half.

    Raises:
        Refused: see `SENTENCES`; nothing that served was taken away before another served in its place.
    """
    wanted = _image_id(here, image)
    described = here.compose("config", "--format", "json")
    _done(described, "compose_refused")
    whole: dict[str, Any] = json.loads(described.stdout)
    here = replace(here, image=image, project=whole["name"])
    _tidied(here, wanted, whole.get("services", {}), tell)
    services, before = _running(here)
    if not value_of(Path(here.variables), "IMAGE"):  # else a start on the way takes the version that compose.yaml names by now
        keep(Path(here.variables), "IMAGE", before)
    if all(each["Image"] == wanted for name in services for each in here.containers(name)):
        tell(f"{image} sudah berjalan di semua layanan")
    else:
        _made_ready(here, before, backup=backup, tell=tell)
        for service in services:
            _replaced(here, service, wanted, before, tell, is_ended)
    _the_rest(here, tell)
    keep(Path(here.variables), "IMAGE", image)
    tell(f"selesai; kembali ke yang sebelumnya: make upgrade IMAGE={before}")


def _image_id(here: Installation, image: str) -> str:
    if ":" not in image.rpartition("/")[2] or image.endswith(":latest"):
        raise Refused("image_unversioned", image)
    _done(here.docker("version"), "docker_silent")
    done = here.docker("image", "inspect", "--format", "{{.Id}}", image)
    if done.returncode:
        raise Refused("image_missing", image)
    return done.stdout.strip()


def _running(here: Installation) -> tuple[list[str], str]:
    """Return the names of our services that run, in the order in which they are replaced, and the image that most of them have.

    Raises:
        Refused: `nothing_runs`, `not_healthy`.
    """
    found = here.containers()
    sick = [str(each["Name"]) for each in found if each["State"].get("Health", {}).get("Status", "healthy") != "healthy"]
    if sick:
        raise Refused("not_healthy", ", ".join(sick))
    ours = [each for each in found if _service(each).partition("-")[0] in ORDER]
    if not ours:
        raise Refused("nothing_runs")
    images = [str(each["Config"]["Image"]) for each in ours]
    names = sorted({_service(each) for each in ours}, key=lambda name: (ORDER.index(name.partition("-")[0]), name))
    return names, max(images, key=images.count)


def _tidied(here: Installation, wanted: str, services: Mapping[str, Any], tell: Tell) -> None:
    """Take away what an upgrade left that was cut short: copies beyond those that compose's file and `.env` name."""
    for name in (each for each in services if each.partition("-")[0] in ORDER):
        found = here.containers(name, "--all")
        by_worth = sorted(found, key=lambda each: (_health(each) == "healthy", each["Image"] == wanted))
        for each in by_worth[: max(0, len(found) - int(services[name].get("scale") or len(found)))]:
            _left(here, each, tell)
            tell(f"{name}: satu salinan lebih dari yang disebut .env, sisa penggantian yang terputus, dihapus")


def _health(container: dict[str, Any]) -> str:
    return str(container["State"].get("Health", {}).get("Status", "healthy" if container["State"].get("Running") else "gone"))


def _left(here: Installation, container: dict[str, Any], tell: Tell) -> None:
    """Ask a container to leave, keep what it said, and take it away."""
    here.docker("stop", "-t", str(STOP_SECONDS), container["Id"])
    try:
        here.keep_log(container["Id"], _service(container))
    except OSError as error:
        tell(f"log {_service(container)} tidak tersimpan: {error.strerror}")
    here.docker("rm", container["Id"])


def _service(container: dict[str, Any]) -> str:
    return str(container["Config"]["Labels"][SERVICE])


def _made_ready(here: Installation, before: str, *, backup: bool, tell: Tell) -> None:
    """Make a backup by the version that runs; prepare state, database and broker by the new one, which only adds to them."""
    if backup:
        _done(replace(here, image=before).run("admin", "backup", "now"), "backup_failed")
        tell("cadangan penuh dibuat")
    _done(here.run("prepare"), "prepare_failed")
    _done(here.run("database"), "database_failed")
    _done(here.run("files"), "files_failed")
    if here.run("admin", "topology", "check").returncode:
        _done(here.run("admin", "topology", "apply"), "topology_failed")
        tell("antrean ditambah")
    tell("state, basis data dan antrean siap untuk versi baru")


def _done(result: subprocess.CompletedProcess[str], code: str) -> None:
    if result.returncode:
        raise Refused(code, (result.stdout + result.stderr).strip()[-400:])


def _replaced(here: Installation, service: str, wanted: str, before: str, tell: Tell, is_ended: Callable[[], bool]) -> None:
    """Replace each container of a service: a new one first."""
    copies, back = len(here.containers(service)), f"{service}; kembali: make upgrade IMAGE={before}"
    while old := [each for each in here.containers(service) if each["Image"] != wanted]:
        if is_ended():
            raise Refused("interrupted", back)
        known = {each["Id"] for each in here.containers(service)}
        began = time.monotonic()
        here.compose("up", "-d", "--no-deps", "--no-recreate", "--no-build", "--scale", f"{service}={copies + 1}", service)
        new = [each["Id"] for each in here.containers(service) if each["Id"] not in known]
        if not new or not _is_ready(here, new[0], is_ended):
            logs = here.docker("logs", "--tail", str(LOG_LINES), new[0]) if new else None
            said = logs.stdout + logs.stderr if logs else ""
            for each in new:
                here.docker("rm", "--force", each)
            raise Refused("interrupted", back) if is_ended() else Refused("not_ready", f"{back}\n{said}")
        ready = time.monotonic() - began
        _left(here, old[0], tell)
        tell(f"{service}: siap sesudah {ready:.0f} detik, yang lama pergi sesudah {time.monotonic() - began - ready:.0f} detik")


def _is_ready(here: Installation, container: str, is_ended: Callable[[], bool]) -> bool:
    """Wait until a container is healthy; False where it ended, or took too long, or we are asked to end."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and not is_ended():
        done = here.docker("inspect", container)
        state: dict[str, Any] = json.loads(done.stdout)[0]["State"] if not done.returncode else {"Running": False}
        if state.get("Health", {}).get("Status") == "healthy":
            return True
        if not state["Running"] or state.get("Restarting"):
            return False
        time.sleep(LOOK_SECONDS)
    return False


def _the_rest(here: Installation, tell: Tell) -> None:
    """Renew what nobody asks, have the front door read its file again, and look at the books."""
    if beside := [name for name in BESIDE if here.containers(name)]:
        here.compose("up", "-d", "--no-deps", "--no-build", *beside)
    if readers := [name for name in READERS if here.containers(name)]:
        here.compose("restart", *readers)
    words = ("caddy", "reload", "--config", "/etc/caddy/compose.Caddyfile", "--adapter", "caddyfile", "--address", "unix//tmp/admin.sock")
    if here.containers("front-door") and here.compose("exec", "-T", "front-door", *words).returncode:
        tell("front-door tidak membaca ulang berkasnya; di luar jam kerja: docker compose up -d --force-recreate front-door")
    for what in ("conservation", "list"):
        said = here.run("admin", what).stdout.strip().splitlines()
        tell(f"admin {what}: {said[-1] if said else 'tidak ada'}")


def _tell(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


def main(words: Sequence[str]) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python3 -m deploy.compose.upgrade", description=__doc__)
    parser.add_argument("image", help="with its version, as in adminduk:1.2.3")
    parser.add_argument("--file", action="append", default=[], help="as -f of compose, each; default compose.yaml beside this")
    parser.add_argument("--variables", default=str(HERE / ".env"), help="the file of compose's variables")
    parser.add_argument("--without-backup", action="store_true", help="where nobody would miss what is there, as in a demo")
    options = parser.parse_args(words)
    here = Installation(tuple(options.file) or (str(HERE / "compose.yaml"),), options.variables)
    try:
        with ends_held(_tell) as is_ended:
            upgrade(here, options.image, backup=not options.without_backup, tell=_tell, is_ended=is_ended)
    except Refused as error:
        sys.stderr.write(f"upgrade: {error}\n")
        return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
