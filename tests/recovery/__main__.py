"""`python -m tests.recovery`: a whole system is lost with its disk, and brought back elsewhere from its backup. Prints what it took.

Citizens ask, a backup is made, the continuous copy runs, citizens ask on; everything is killed and its folder removed; then the commands of
docs/operations/cadangan.md, on other ports and in another folder; then other citizens ask. Exit code 1 where a number was given twice,
something is unaccounted for, or it took longer than was promised.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from pymongo import MongoClient

from deploy.admin.changes import last_copied
from deploy.admin.targets import FolderTarget
from deploy.local import journeys
from deploy.local.database import MongoNode
from deploy.local.parts import ROOT, SERVICES, SIMULATORS
from deploy.local.ports import free_ports
from deploy.local.processes import stop_left_over
from deploy.local.settings import LocalSettings
from deploy.local.stack import Stack
from deploy.local.travel import Places
from deploy.local.users import database_users
from shared.clock import WIB, monotonic_seconds, now
from shared.messaging.operations import accounting
from shared.mongo import Mongo
from tests.support.ending import ending_in_order
from tests.support.eventually import eventually

RPO_SECONDS: Final = 300  # the most that may be lost
RTO_SECONDS: Final = 900  # the longest that it may take
COPY_SECONDS: Final = 20  # between copies: more often than as it comes, for the run to be short
PAGE: Final = Path(__file__).with_name("page.md")
CHILDREN: Final = ("AYU", "CITRA", "DEWI", "INTAN", "RATNA", "SEKAR")
PORTS: Final = (*SERVICES, *SIMULATORS, "rabbitmq", "rabbitmq_api", "rabbitmq_dist", "rabbitmq_epmd", "mongo")


@dataclass
class Story:
    """What happened, for the table at the end."""

    seconds: dict[str, float] = field(default_factory=dict)
    numbers: dict[str, list[str]] = field(default_factory=dict)
    """Of documents and of persons and cards, by when they were given."""
    facts: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        began = monotonic_seconds()
        print(f"{now().astimezone(WIB):%H:%M:%S}  {what}", flush=True)
        yield
        self.seconds[what] = monotonic_seconds() - began


def main(words: Sequence[str]) -> int:
    """Play and print; 0 when all went well."""
    parser = argparse.ArgumentParser(prog="python -m tests.recovery")
    parser.add_argument("--megabytes", type=int, default=200, help="of rows beside what the journeys leave")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the result as a page for operators, too")
    options = parser.parse_args(words)
    story = Story()
    with ending_in_order(), TemporaryDirectory() as folder:
        _lost(Path(folder), story, options.megabytes)
        _back(Path(folder), story)
    _judge(story)
    text = PAGE.read_text(encoding="utf-8").replace("{result}", "\n".join(_tables(story)))
    print(text, flush=True)
    if options.page:
        options.page.write_text(text, encoding="utf-8")
    return 1 if story.wrong else 0


def _lost(place: Path, story: Story, megabytes: int) -> None:
    """Run a system until it is lost with its disk."""
    stack = Stack(_settings(place / "first"))
    keep = None
    try:
        with story.timed("sistem dinyalakan"):
            stack.start()
        environment = _environment(stack, place)
        _admin(environment, "backup", "key", "--out", str(place / "identity"))
        _fill(environment, megabytes)
        story.numbers["sebelum cadangan penuh"] = asyncio.run(_ask(stack, 0))
        with story.timed("`admin backup now`"):
            story.facts["cadangan penuh"] = _admin(environment, "backup", "now").strip().splitlines()[-1].partition(": ")[2]
        command = [sys.executable, "-m", "deploy.admin", "backup", "keep"]
        keep = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        story.numbers["sesudahnya, sudah tersalin"] = asyncio.run(_ask(stack, 1))
        asyncio.run(_copied(place, now()))
        story.numbers["disetujui, pesannya di RabbitMQ"] = asyncio.run(_under_way(stack, place, keep))
        story.numbers["sesudah salinan terakhir"] = asyncio.run(_ask(stack, 2))
        story.seconds["RPO"] = (now() - _moment(place)).total_seconds()
    finally:
        if keep is not None:
            keep.kill()
            keep.wait()
        for file in (place / "first").rglob("*.pid"):
            stop_left_over(file, timeout_seconds=0)
        stack.stop()
        shutil.rmtree(place / "first")


async def _under_way(stack: Stack, place: Path, keep: subprocess.Popen[bytes]) -> list[str]:
    """Have a request approved whose message waits in the broker, have that copied and nothing more, then let the document be issued."""
    issuance = stack.process("issuance").pid
    os.kill(issuance, signal.SIGSTOP)
    try:
        places = Places.of(stack.parts, stack.keys.clients["petugas-01"])
        asking = asyncio.create_task(journeys.whatsapp(places, stack.people()["kk_hilang"][40]))
        await eventually(lambda: _travelling(stack), timeout_seconds=RPO_SECONDS)
        await _copied(place, now())
        keep.kill()
    finally:
        os.kill(issuance, signal.SIGCONT)
    return [paper.number for paper in (await asking).papers]


async def _travelling(stack: Stack) -> bool:
    """Whether the broker has an approval that issuance does not know."""
    environment = stack.operator_environment()
    mongo = Mongo.connect(environment["MONGO_URL"])
    try:
        flows = await accounting.flows(mongo, json.loads(environment["DATABASES"]))
    finally:
        await mongo.close()
    return any(flow.on_the_way for flow in flows if (flow.publisher, flow.consumer) == ("verification", "issuance"))


def _back(place: Path, story: Story) -> None:
    """The commands of the page for operators, elsewhere."""
    began = monotonic_seconds()
    settings = _settings(place / "second")
    _restored(place, story, settings)
    stack = Stack(settings)
    try:
        with story.timed("layanan dinyalakan"):
            stack.start()
        environment = _environment(stack, place)
        with story.timed("`admin resend`, `conservation`, `numbers audit`"):
            story.facts["`resend`"] = "; ".join(_admin(environment, "resend").strip().splitlines())
            story.facts["`conservation`"] = _admin(environment, "conservation").strip().splitlines()[-1]
            story.facts["`numbers audit`"] = _admin(environment, "numbers", "audit").strip().splitlines()[-1]
        story.seconds["RTO"] = monotonic_seconds() - began
        story.facts["dokumen yang hanya ada di tangan warga"] = str(len(_in_hands_alone(environment, story)))
        story.numbers["sesudah pemulihan"] = asyncio.run(_ask(stack, 3))
        with story.timed("cadangan baru dan `admin drill`"):
            _admin(environment, "backup", "now")
            story.facts["`drill`"] = _admin(environment, "drill", "--key", str(place / "identity")).strip().splitlines()[-1]
        story.facts["`conservation`, di akhir"] = stack.conservation().strip().splitlines()[-1]
    finally:
        stack.stop()


def _restored(place: Path, story: Story, settings: LocalSettings) -> None:
    """Bring state and databases back, before any service is there."""
    folder, key = settings.local_state, ("--key", str(place / "identity"))
    target = {"BACKUP_TARGET": str(place / "target"), "BACKUP_SCRATCH": str(place)}
    with story.timed("`admin restore state`"):
        _admin(_inherited() | target, "restore", "state", *key, "--into", str(folder / "keys"))
    databases = {name: settings.database_prefix + name for name in SERVICES}
    node = MongoNode(folder / "database", port=settings.mongo_port)
    with story.timed("MongoDB kosong dinyalakan"):
        node.start()
        urls = database_users(node.url, folder / "keys", databases)
    with story.timed("`admin restore databases`"):
        environment = {**target, "MONGO_URL": urls["operator"], "DATABASES": json.dumps(databases)}
        said = _admin(_inherited() | environment, "restore", "databases", *key)
    story.facts["dipulihkan"] = "; ".join(line[20:] for line in said.strip().splitlines())
    node.stop()
    (folder / "database" / "register-loaded").touch()


def _in_hands_alone(environment: Mapping[str, str], story: Story) -> list[str]:
    """The numbers of documents that citizens have and the system does not know any more."""
    database = json.loads(environment["DATABASES"])["issuance"]
    with MongoClient[dict[str, Any]](environment["MONGO_URL"]) as client:
        known = {row["number"] for row in client[database]["documents"].find({}, {"number": 1})}
    given = [number for numbers in story.numbers.values() for number in numbers]
    return [number for number in given if not number.isdecimal() and number not in known]


async def _ask(stack: Stack, turn: int) -> list[str]:
    """A lost card, a birth and a death; the numbers of all documents, and those of the newborn and the new card."""
    places, people = Places.of(stack.parts, stack.keys.clients["petugas-01"]), stack.people()
    began = now()
    results = [await journeys.whatsapp(places, people["kk_hilang"][3 * turn + count]) for count in range(3)]
    results.append(await journeys.birth(places, people["akta_lahir"][turn], f"{CHILDREN[turn]} CONTOH"))
    results.append(await journeys.death(places, people["akta_mati"][turn]))
    with MongoClient[dict[str, Any]](stack.operator_environment()["MONGO_URL"]) as client:
        history = client[f"{stack.settings.database_prefix}verification"]["register_history"].find({"at": {"$gte": began}})
        changes = [row["personal"] for row in history]
    born = {person["nik"] for change in changes for person in change["persons"] if person["effect"] == "born"}
    cards = {number for change in changes for number in change["kk_numbers"] if number[6:12] == f"{began.astimezone(WIB):%d%m%y}"}
    return [*(paper.number for result in results for paper in result.papers), *sorted(born | cards)]


async def _copied(place: Path, since: datetime) -> None:
    """Wait until all of before a moment is at the target."""

    async def there() -> bool:
        return _moment(place) > since

    await eventually(there, timeout_seconds=RPO_SECONDS)


def _moment(place: Path) -> datetime:
    found = last_copied(FolderTarget(place / "target"))
    assert found is not None
    return found.at


def _settings(folder: Path) -> LocalSettings:
    names = [f"{name}_port" for name in PORTS]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    return LocalSettings(local_state=folder, undo_seconds=0, survey_one_in=0, **ports)  # type: ignore[arg-type]  # all of them are ports


def _inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}


def _environment(stack: Stack, place: Path) -> dict[str, str]:
    """An operator's, with the target outside of the system's folder."""
    target = {"BACKUP_TARGET": str(place / "target"), "BACKUP_SCRATCH": str(place), "BACKUP_COPY_SECONDS": str(COPY_SECONDS)}
    return {**_inherited(), **stack.operator_environment(), **target}


def _fill(environment: Mapping[str, str], megabytes: int) -> None:
    """Lay files beside the journeys' own, as large as photos are."""
    database = json.loads(environment["DATABASES"])["intake"]
    with MongoClient[dict[str, Any]](environment["MONGO_URL"]) as client:
        for number in range(megabytes):
            client[database]["filling"].insert_one({"_id": number, "data": os.urandom(1_000_000)})


def _admin(environment: Mapping[str, str], *words: str) -> str:
    """Run an operator's command; what it printed.

    Raises:
        RuntimeError: it failed; carries what it said.
    """
    done = subprocess.run(
        [sys.executable, "-m", "deploy.admin", *words], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"admin {' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


def _judge(story: Story) -> None:
    given = [number for numbers in story.numbers.values() for number in numbers]
    story.wrong += [f"{number} was given twice" for number in sorted(set(given)) if given.count(number) > 1]
    for name, most in (("RPO", RPO_SECONDS), ("RTO", RTO_SECONDS)):
        if story.seconds[name] > most:
            story.wrong.append(f"{name} took {story.seconds[name]:.0f} s")
    for name in ("`conservation`", "`conservation`, di akhir"):
        if story.facts[name] != "balanced":
            story.wrong.append(f"{name}: {story.facts[name]}")


def _tables(story: Story) -> Iterator[str]:
    """Yield what happened, as tables."""
    yield f"{now().astimezone(WIB):%d-%m-%Y %H:%M} WIB, {os.cpu_count()} inti.\n"
    yield "| langkah | detik |\n| --- | ---: |"
    yield from (f"| {what} | {seconds:.1f} |" for what, seconds in story.seconds.items())
    yield "\n| hasil | |\n| --- | --- |"
    yield from (f"| {what} | {said} |" for what, said in story.facts.items())
    yield from (f"| nomor {when} | {len(numbers)} |" for when, numbers in story.numbers.items())
    total = [number for numbers in story.numbers.values() for number in numbers]
    yield f"| nomor yang diberikan dua kali | {len(total) - len(set(total))} dari {len(total)} |"
    yield from (f"| **SALAH** | {line} |" for line in story.wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
