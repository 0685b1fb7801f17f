"""`python -m tests.containers.restored`: production in Docker is backed up, lost, and brought back as another project.

Every command of docs/operations/cadangan.md and the operator's others are run as they stand there, by `docker compose run --rm admin`; what
they print becomes a page (`--page`). Adapters ask before the backup, after it, while nobody reads the broker's queue so that the last copy
finds them there, after that copy, and after the restore; exits with 1 where a number was given twice or something does not add up.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill
from typing import Final

from deploy.local.parts import ROOT
from deploy.waiting import wait_until
from shared.clock import WIB, now
from tests.containers.asking import Asking
from tests.containers.project import Project
from tests.support.office_answers import authority_files, office_files

ASKED: Final = 10  # requests each time
QUEUED: Final = 5  # of them lie in the broker when the last copy is made
COPY_SECONDS: Final = 10
ISSUED_SECONDS: Final = 180
CLEARED: Final = "\x1b[2K"  # how `docker compose logs` begins a line
PAGE: Final = Path(__file__).with_name("page.md")
NUMBERS: Final = """
import json, sys
from pathlib import Path
from pymongo import MongoClient
client = MongoClient(Path("/state/operator/mongo_url").read_text().strip())
rows = client["issuance"]["documents"].find({"request_id": {"$in": json.load(sys.stdin)}, "state": "issued"}, {"number": 1})
print(json.dumps([row["number"] for row in rows]))
"""


LOOKS: Final = (["list"], ["conservation"], ["topology", "check"], ["audit", "verify"], ["numbers", "audit"])


@dataclass(frozen=True)
class Lost:
    """What is left of a server: the key of its backups, what lay in its broker, how many people had asked."""

    identity: str = field(repr=False)
    queued: list[str]
    asked: int


@dataclass
class Record:
    """What was called, what it said, how long it took."""

    lines: list[str] = field(default_factory=list)
    numbers: dict[str, list[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    back_seconds: float = 0.0
    """From the first command of the restore until all was well and sent again."""

    def call(self, made: Project, *words: str, stdin: str = "", options: Sequence[str] = ("--no-deps",), keep: int = 6) -> str:
        """Run an operator's command, and note it with the end of what it said. `options`: of `docker compose run`."""
        began = time.monotonic()
        try:
            said = made.compose("run", "--rm", "-T", *options, "admin", *words, stdin=stdin)
        except RuntimeError as error:
            self.wrong.append(f"{' '.join(words)}: {error}")
            said = str(error)
        if words == ("conservation",) and not said.endswith("balanced"):
            self.wrong.append("the books do not balance")
        self.note(" ".join(("dc run --rm -T", *options, "admin", *words)), said, time.monotonic() - began, keep)
        return said

    def note(self, called: str, said: str, seconds: float = 0.0, keep: int = 6) -> None:
        """Note what was called, and for how long where that was measured."""
        took = f"   # {seconds:.1f} detik" if seconds else ""
        lines = said.replace(CLEARED, "").strip().splitlines()
        print(f"$ {called}{took}", *lines[-keep:], sep="\n", flush=True)
        self.lines += [f"$ {called}{took}", *(["…"] if len(lines) > keep else []), *lines[-keep:], ""]


def main(words: Sequence[str]) -> int:
    """Play; 0 when all went well."""
    parser = argparse.ArgumentParser(prog="python -m tests.containers.restored")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write what was printed as a page for operators, too")
    options = parser.parse_args(words)
    record = Record()
    with TemporaryDirectory(prefix="adminduk-restored-") as folder:
        place = Path(folder)
        first, second = _office("adminduk-first", place / "first", place), _office("adminduk-second", place / "second", place)
        try:
            _back(second, record, _lost(first, record))
        finally:
            for made in (first, second):
                made.compose("--profile", "*", "down", "-v", "--remove-orphans", "-t", "5", check=False)
    given = [number for numbers in record.numbers.values() for number in numbers]
    record.wrong += [f"{number} was given twice" for number in sorted({each for each in given if given.count(each) > 1})]
    rows = [f"| nomor {when} | {len(numbers)} |" for when, numbers in record.numbers.items()]
    rows.append(f"| nomor yang diberikan dua kali | {len(given) - len(set(given))} dari {len(given)} |")
    rows.append(f"| detik dari perintah pemulihan pertama sampai semua sehat dan dikirim ulang (RTO) | {record.back_seconds:.0f} |")
    print(*rows, *record.wrong, sep="\n")
    if options.page:
        options.page.write_text(_page(rows, record), encoding="utf-8")
    return 1 if record.wrong else 0


def _page(rows: Sequence[str], record: Record) -> str:
    images = ", ".join(f"`{os.environ.get(name, 'bawaan')}`" for name in ("IMAGE", "MONGO_IMAGE", "RABBITMQ_IMAGE", "CADDY_IMAGE"))
    at = f"{now().astimezone(WIB):%d-%m-%Y %H:%M} WIB, {os.cpu_count()} inti"
    made = f"{at}. Image: {images}. Yang bernama `stand-in` adalah pengganti dari paket Debian, bukan yang resmi."
    return PAGE.read_text(encoding="utf-8").format(
        made=fill(made, 120, break_long_words=False, break_on_hyphens=False),
        rows="\n".join(rows),
        lines="\n".join(record.lines),
    )


def _office(name: str, folder: Path, place: Path) -> Project:
    """A project of production, with backups beside both; only the first is filled in."""
    (place / "backup").mkdir(exist_ok=True)
    door = {"DESK_HOST": "localhost", "FRONT_DOOR_TLS": "tls internal"}
    return Project.make(name, folder, PROFILE="production", COMPOSE_PROFILES="", BACKUP_FOLDER=str(place / "backup"), **door)


def _fill(made: Project) -> None:
    """Answer what an office answers, as files (`make install` asks for them)."""
    files = office_files(authority_files()) | {"operator/backup_copy_seconds": str(COPY_SECONDS)}
    for name, text in files.items():
        file = made.state / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _adapter(made: Project) -> Asking:
    """Load a register, give an adapter a key, and start what must know it."""
    register = made.folder / "register.csv"
    command = [
        sys.executable,
        "-m",
        "services.verification",
        "registry",
        "generate",
        "--families",
        "300",
        "--seed",
        "7",
        "--out",
        str(register),
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    register.chmod(0o644)
    words = ("services.verification", "registry", "import", "/register.csv")
    made.compose("run", "--rm", "--no-deps", "-T", "-v", f"{register}:/register.csv:ro", "verification", *words)
    return _asking(made, "loket-latihan", register, 0)


def _asking(made: Project, name: str, register: Path, since: int) -> Asking:
    """Give a new adapter its key; it asks for people after so many of the register."""
    scopes = ("requests:write", "requests:vouch", "requests:read", "files:write")
    key = made.compose("run", "--rm", "-T", "prepare", "deploy.compose.clients", "/state", "add", name, *scopes).splitlines()[-1]
    made.compose("restart", "-t", "20", "intake")
    wait_until(made.well, ISSUED_SECONDS, "intake knows the key")
    return Asking(made.address, key, register, 1.0, first=since)


def _ask(made: Project, asking: Asking, record: Record, when: str) -> datetime:
    """Ask some times, and note the numbers of what was issued; return when the last was accepted."""
    ids = asking.ask(ASKED)
    accepted = now()
    _issued(made, record, ids, when)
    return accepted


def _issued(made: Project, record: Record, ids: Sequence[str], when: str) -> None:
    """Wait for the documents of these requests, and note their numbers."""
    wanted = json.dumps(ids)
    wait_until(lambda: len(made.python(NUMBERS, wanted)) == len(ids), ISSUED_SECONDS, f"documents of {when}")
    record.numbers[when] = made.python(NUMBERS, wanted)


def _lost(made: Project, record: Record) -> Lost:
    """Run production, back it up, lose it; return what is left."""
    _fill(made)
    began = time.monotonic()
    made.up()
    record.note("dc up -d", "semua healthy", time.monotonic() - began)
    asking = _adapter(made)
    _ask(made, asking, record, "sebelum cadangan penuh")
    record.call(made, "backup", "key", "--out", "/backup/kunci-cadangan.txt")
    file = made.folder.parent / "backup" / "kunci-cadangan.txt"
    identity = file.read_text(encoding="utf-8")
    file.unlink()  # it does not stay there
    record.call(made, "backup", "now")
    made.compose("--profile", "backup", "up", "-d", "--no-deps", "backup")
    _copied(made, _ask(made, asking, record, "sesudahnya, sudah tersalin"))
    for command in (["backup", "list"], ["backup", "status"], ["backup", "verify"], *LOOKS):
        record.call(made, *command)
    made.compose("stop", "-t", "20", "verification")
    queued = asking.ask(QUEUED)
    _copied(made, now())
    record.note(f"dc stop verification; {QUEUED} permohonan diterima, menunggu di RabbitMQ, tersalin", "")
    record.call(made, "drill", "--key", "-", stdin=identity, keep=8)
    logs = made.compose("--profile", "backup", "logs", "--no-log-prefix", "--tail", "3", "backup")
    record.note("dc logs --tail 3 backup", logs)
    made.compose("--profile", "backup", "stop", "backup")
    made.compose("start", "verification")
    _issued(made, record, queued, "yang menunggu itu, terbit sesudah salinan terakhir")
    _ask(made, asking, record, "sesudah salinan terakhir, permohonannya ikut hilang")
    made.compose("--profile", "*", "down", "-v", "--remove-orphans", "-t", "1")
    record.note("server hilang: semua container, volume dan state", "")
    return Lost(identity, queued, asking.first)


def _copied(made: Project, accepted: datetime) -> None:
    """Wait until the continuous copy has what was accepted until then; the cluster's time has no parts of seconds."""
    wait_until(lambda: _copied_after(made, accepted - timedelta(seconds=1)), ISSUED_SECONDS, "the copy goes on")


def _copied_after(made: Project, reached: datetime) -> bool:
    """Whether the last copy is of after a moment."""
    said = dict(line.split()[:2] for line in made.admin("backup", "status", check=False).splitlines() if line)
    return now() - timedelta(seconds=float(said.get("copy_age_seconds", "1e9"))) > reached


def _back(made: Project, record: Record, lost: Lost) -> None:
    """The page's commands, in another project whose state is empty."""
    began = time.monotonic()
    record.call(made, "restore", "state", "--into", "/state", "--key", "-", stdin=lost.identity)
    record.call(made, "restore", "databases", "--key", "-", stdin=lost.identity, options=())
    up = time.monotonic()
    made.up()
    record.note("dc up -d", "semua healthy", time.monotonic() - up)
    record.call(made, "resend")
    record.back_seconds = time.monotonic() - began
    _issued(made, record, lost.queued, "yang menunggu itu, terbit lagi sesudah pemulihan")
    for command in (["conservation"], ["numbers", "audit"], ["backup", "now"]):
        record.call(made, *command)
    key = made.compose("run", "--rm", "-T", "prepare", "deploy.compose.clients", "/state", "list")
    record.note("dc run --rm prepare deploy.compose.clients /state list", key)
    asking = _asking(made, "loket-baru", made.folder.parent / "first" / "register.csv", lost.asked)
    _ask(made, asking, record, "sesudah pemulihan")
    for command in LOOKS:
        record.call(made, *command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
