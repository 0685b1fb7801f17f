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
from tests.support.ending import ending_in_order
from tests.support.eventually import eventually

RPO_SECONDS: Final = 300  # the most that may be lost
RTO_SECONDS: Final = 900  # the longest that it may take
COPY_SECONDS: Final = 20  # between copies: more often than as it comes, for the run to be short
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
    parser.add_argument("--megabytes", type=int, default=200, help="of files beside what the journeys leave")
    options = parser.parse_args(words)
    story = Story()
    with ending_in_order(), TemporaryDirectory() as folder:
        place = Path(folder)
        until = _lost(place, story, options.megabytes)
        _back(place, story)
        story.facts["RPO"] = f"{story.seconds['RPO']:.0f} s (up to {until:%H:%M:%S})"
    _judge(story)
    print("\n".join(_page(story)), flush=True)
    return 1 if story.wrong else 0


def _lost(place: Path, story: Story, megabytes: int) -> datetime:
    """Run a system until it is lost; return the moment up to which all was copied."""
    stack = Stack(_settings(place / "first"))
    keep = None
    try:
        with story.timed("the system starts"):
            stack.start()
        environment = _environment(stack, place)
        _admin(environment, "backup", "key", "--out", str(place / "identity"))
        _fill(environment, megabytes)
        story.numbers["before the backup"] = asyncio.run(_ask(stack, 0))
        with story.timed("admin backup now"):
            story.facts["backup"] = _admin(environment, "backup", "now").strip().splitlines()[-1].partition(": ")[2]
        keep = subprocess.Popen(
            [sys.executable, "-m", "deploy.admin", "backup", "keep"], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL
        )
        story.numbers["copied"] = asyncio.run(_ask(stack, 1))
        asyncio.run(_copied(place, now()))
        story.numbers["after the last copy"] = asyncio.run(_ask(stack, 2))
        until = _moment(place)
        story.seconds["RPO"] = (now() - until).total_seconds()
        return until
    finally:
        if keep is not None:
            keep.kill()
            keep.wait()
        for file in (place / "first").rglob("*.pid"):
            stop_left_over(file, timeout_seconds=0)
        stack.stop()
        shutil.rmtree(place / "first")


def _back(place: Path, story: Story) -> None:
    """The commands of the page for operators, elsewhere."""
    began = monotonic_seconds()
    settings, second = _settings(place / "second"), place / "second"
    key = ("--key", str(place / "identity"))
    target = {"BACKUP_TARGET": str(place / "target"), "BACKUP_SCRATCH": str(place)}
    with story.timed("admin restore state"):
        _admin(_inherited() | target, "restore", "state", *key, "--into", str(second / "keys"))
    databases = {name: settings.database_prefix + name for name in SERVICES}
    node = MongoNode(second / "database", port=settings.mongo_port)
    with story.timed("MongoDB starts, empty"):
        node.start()
        urls = database_users(node.url, second / "keys", databases)
    with story.timed("admin restore databases"):
        environment = {**target, "MONGO_URL": urls["operator"], "DATABASES": json.dumps(databases)}
        said = _admin(_inherited() | environment, "restore", "databases", *key)
        story.facts["restored"] = "; ".join(line[20:] for line in said.strip().splitlines())
    node.stop()
    (second / "database" / "register-loaded").touch()
    stack = Stack(settings)
    try:
        with story.timed("the services start"):
            stack.start()
        environment = _environment(stack, place)
        with story.timed("admin resend, conservation, numbers audit"):
            story.facts["resend"] = "; ".join(_admin(environment, "resend").strip().splitlines()) or "nothing"
            story.facts["conservation"] = _admin(environment, "conservation").strip().splitlines()[-1]
            story.facts["numbers audit"] = _admin(environment, "numbers", "audit").strip().splitlines()[-1]
        story.seconds["RTO"] = monotonic_seconds() - began
        with MongoClient[dict[str, Any]](environment["MONGO_URL"]) as client:
            known = {row["number"] for row in client[databases["issuance"]]["documents"].find({}, {"number": 1})}
        lost = [number for number in story.numbers["after the last copy"] if "-" in number and number not in known]
        story.facts["documents that only their holders know"] = str(len(lost))
        story.numbers["after the restore"] = asyncio.run(_ask(stack, 3))
        with story.timed("admin drill"):
            _admin(environment, "backup", "now")
            story.facts["drill"] = _admin(environment, "drill", *key).strip().splitlines()[-1]
        story.facts["conservation at the end"] = stack.conservation().strip().splitlines()[-1]
    finally:
        stack.stop()


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
    for name in ("conservation", "conservation at the end"):
        if story.facts[name] != "balanced":
            story.wrong.append(f"{name}: {story.facts[name]}")


def _page(story: Story) -> Iterator[str]:
    """Yield the page for docs/operations."""
    yield f"\nTanggal: {now().astimezone(WIB):%Y-%m-%d %H:%M} WIB, mesin dengan {os.cpu_count()} inti\n"
    yield "| langkah | detik |\n| --- | ---: |"
    yield from (f"| {what} | {seconds:.1f} |" for what, seconds in story.seconds.items())
    yield "\n| hasil | |\n| --- | --- |"
    yield from (f"| {what} | {said} |" for what, said in story.facts.items())
    yield from (f"| numbers, {when} | {len(numbers)} |" for when, numbers in story.numbers.items())
    total = [number for numbers in story.numbers.values() for number in numbers]
    yield f"| numbers given twice | {len(total) - len(set(total))} of {len(total)} |"
    yield from (f"| WRONG | {line} |" for line in story.wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
