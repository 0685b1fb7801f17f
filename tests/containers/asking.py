"""Adapters that ask for lost family cards by the front door, each until it is answered, and whether each got one document and no more."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final

import httpx

from deploy.keys import COURT
from deploy.local.chat import PHOTOS
from shared.ids import new_id
from tests.chaos.askers import lost_card
from tests.chaos.people import People, Person
from tests.containers.project import Project

SEED: Final = 20_261_130
CALLERS: Final = 4
PATIENCE_SECONDS: Final = 120.0  # of one who asks
SETTLE_SECONDS: Final = 180.0  # until everything that was accepted has its document
TRY_SECONDS: Final = 20.0
PAUSE_SECONDS: Final = 0.3  # before another try

# Runs in a container of the operator's: what each service has of the requests whose ids come in.
COUNTS: Final = """
import json, sys
from collections import Counter
from pathlib import Path
from pymongo import MongoClient
wanted = json.load(sys.stdin)
client = MongoClient(Path("/state/operator/mongo_url").read_text().strip())
rows = list(client["issuance"]["documents"].find({"request_id": {"$in": wanted}}, {"request_id": 1, "number": 1, "state": 1}))
issued = Counter(row["request_id"] for row in rows if row["state"] in ("issued", "superseded"))
numbers = Counter(row["number"] for row in client["issuance"]["documents"].find({}, {"number": 1}))
stored = client["intake"]["requests"].count_documents({"channel": "adapter"})
found = {
    "without": [each for each in wanted if not issued[each]],
    "twice": [each for each in wanted if issued[each] > 1],
    "numbers": [number for number, count in numbers.items() if count > 1],
    "states": Counter(row["state"] for row in rows),
    "stored": stored,
}
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Refusal:
    """A try that was not answered with yes. `code`: of the answer; 0 where none came."""

    at: float
    code: int
    said: str


@dataclass
class Asking:
    """So many requests a second; `refused` has every first try that failed, with the moment (monotonic)."""

    address: str
    key: str = field(repr=False)
    register: Path
    per_second: float
    first: int = 0
    """Of the people who can ask, so many are passed over: they asked before."""
    accepted: dict[str, str] = field(default_factory=dict)
    """Idempotency key -> id of the request."""
    moments: list[tuple[float, float]] = field(default_factory=list)
    """When each was sent, and when it was answered."""
    refused: list[Refusal] = field(default_factory=list)
    gave_up: int = 0
    _ended: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)
    _callers: list[Thread] = field(default_factory=list)

    @classmethod
    def of(cls, project: Project, per_second: float) -> Asking:
        """Of a demo that runs, in the name of its counter."""
        keys = json.loads((project.state / "keys" / "keys.json").read_text(encoding="utf-8"))
        return cls(project.address, keys["clients"]["loket"], project.state / "demo" / "register.csv", per_second)

    def start(self) -> None:
        """Begin; others ask until `stop`."""
        people, files, run = self._ready()
        self._callers = [Thread(target=self._ask, args=(people, files, run), daemon=True) for _ in range(CALLERS)]
        for caller in self._callers:
            caller.start()

    def ask(self, count: int) -> list[str]:
        """Ask so many times, one after the other; return the ids of the requests."""
        before = set(self.accepted.values())
        people, files, run = self._ready()
        with self._http() as http:
            for _ in range(count):
                self.first += 1
                self._insist(http, f"drill-{run}-{self.first}", people[self.first], files)
        return sorted(set(self.accepted.values()) - before)

    def stop(self) -> None:
        """Ask no more; those who are under way get their answer."""
        self._ended.set()
        for caller in self._callers:
            caller.join()

    def wait(self, seconds: float) -> None:
        """Let them ask for a while."""
        self._ended.wait(seconds)

    def first_after(self, moment: float) -> float | None:
        """Return the seconds from a moment to the first answer to somebody who asked after it; None where there is none yet."""
        answered = [end for begin, end in self.moments if begin >= moment]
        return min(answered) - moment if answered else None

    def longest_gap(self, begin: float, end: float) -> float:
        """Return the longest time between two moments in which nobody was answered."""
        answered = sorted(at for _, at in self.moments if begin <= at <= end)
        edges = [begin, *answered, end]
        return max(later - earlier for earlier, later in pairwise(edges))

    def _ready(self) -> tuple[list[Person], list[str], str]:
        """Return who asks, the two photos that each request carries, and what makes the keys this run's."""
        run = new_id()[-12:]
        with self._http() as http:
            files = [self._uploaded(http, name) for name in ("surat-polisi.jpg", "ktp.jpg")]
        people = People(self.register, COURT, SEED, int(run, 16))
        return list(people.one_of_each_family()), files, run

    def _http(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=self.address, headers=headers, verify=False, timeout=TRY_SECONDS, trust_env=False)  # noqa: S501 - the demo's own authority

    def _uploaded(self, http: httpx.Client, name: str) -> str:
        answer = http.post("/v1/files", content=(PHOTOS / name).read_bytes(), headers={"Content-Type": "image/jpeg"})
        answer.raise_for_status()
        return str(answer.json()["file_id"])

    def _ask(self, people: list[Person], files: list[str], run: str) -> None:
        with self._http() as http:
            while not self._ended.is_set():
                with self._lock:
                    self.first += 1
                    number = self.first
                self._insist(http, f"drill-{run}-{number}", people[number], files)
                self._ended.wait(CALLERS / self.per_second)

    def _insist(self, http: httpx.Client, key: str, person: Person, files: list[str]) -> None:
        begin = time.monotonic()
        while time.monotonic() - begin < PATIENCE_SECONDS:
            try:
                answer = http.post("/v1/requests", json=lost_card(person, files, key), headers={"Idempotency-Key": key})
            except httpx.HTTPError as error:
                self.refused.append(Refusal(time.monotonic(), 0, type(error).__name__))
            else:
                if answer.is_success:
                    self.accepted[key] = answer.json()["request_id"]
                    self.moments.append((begin, time.monotonic()))
                    return
                self.refused.append(Refusal(time.monotonic(), answer.status_code, answer.text[:100]))
            self._ended.wait(PAUSE_SECONDS)
        self.gave_up += 1


@dataclass(frozen=True)
class Books:
    """What became of what was accepted. `parts`: how the documents stand, by state."""

    accepted: int
    lost: int
    double: int
    parts: dict[str, int]
    conservation: str
    waiting: str

    @property
    def good(self) -> bool:
        """Everything is there once."""
        return not self.lost and not self.double and self.conservation == "balanced"


def books(project: Project, asking: Asking) -> Books:
    """Wait until everything that was accepted has its document, and count."""
    wanted = sorted(set(asking.accepted.values()))
    until = time.monotonic() + SETTLE_SECONDS
    while True:
        found = project.python(COUNTS, json.dumps(wanted))
        conservation = (project.admin("conservation", check=False).splitlines() or [""])[-1]
        if (not found["without"] and conservation == "balanced") or time.monotonic() > until:
            break
        Event().wait(3)
    shared_ids = len(asking.accepted) - len(wanted)
    double = len(found["twice"]) + len(found["numbers"]) + max(0, found["stored"] - len(wanted)) + shared_ids
    waiting = [*project.admin("list", check=False).splitlines(), ""][0]
    return Books(len(wanted), len(found["without"]), double, found["states"], conservation, waiting)
