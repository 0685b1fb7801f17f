"""`python -m tests.containers.drill [SERVICE ...]`: kill and hang each container of a demo of its own, under load. `make outages` calls it.

Citizens write by the front door all the while, signed as Meta signs them, each again until it is taken, and adapters ask for family cards.
Each service has two copies; with `--roles` each role is a container of its own, workers two. Each container is killed (SIGKILL to every
process in it) and hung (SIGSTOP), one after the other or a few at once. For each: seconds until Docker calls it healthy and a message gets
through. Prints a row for each case, what each copy handled and what became of all that was asked; exits with 1 where one was late, a copy
had no work, or something was lost or doubled. Needs Docker, root and an idle host.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Final

from deploy.cluster.compose import NAMES
from deploy.local.parts import ROOT
from tests.containers.asking import Asking, books
from tests.containers.project import Project, docker, project, state
from tests.containers.shares import shares
from tests.containers.writing import Writing

LIMIT_SECONDS: Final = 60.0  # promise I7
GIVE_UP_SECONDS: Final = 180.0
CALM_SECONDS: Final = 5.0  # between one case and the next
BEFORE_SECONDS: Final = 30.0
PER_SECOND: Final = 0.5  # requests; messages are five a second
TOGETHER: Final = (
    *(("intake", "checks"), ("verification", "prometheus"), ("issuance", "alertmanager"), ("notifier", "backup", "traces")),
    *(("rabbitmq",), ("mongo",), ("front-door", "whatsapp", "court", "graph"), ("watchdog",)),
)
"""What is struck at once. The watchdog restarts one after the other."""
EACH: Final = 2  # copies
COPIES: Final = {f"{name.upper()}_COPIES": str(EACH) for name in NAMES}
WORKERS: Final = {f"{name.upper()}_WORKER_COPIES": str(EACH) for name in NAMES}
TRACED: Final = {"TRACE_ENDPOINT": "http://traces:4318/v1/traces", "TRACES_URL": "http://traces:16686", "TRACE_SAMPLE": "1"}
ROLES: Final = tuple((f"{name}-worker", f"{name}-relay") for name in NAMES)
TIMER: Final = ROOT / "deploy" / "systemd"


def main(words: Sequence[str]) -> int:
    """Play; 0 when all came back in time and nothing was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.containers.drill")
    parser.add_argument("--roles", action="store_true", help="each role as a container of its own")
    parser.add_argument("only", nargs="*", metavar="SERVICE", help="these alone")
    given = parser.parse_args(words)
    struck = [(name,) for name in given.only] or (ROLES if given.roles else TOGETHER)
    profiles, more = ("demo", WORKERS) if given.roles else ("demo,watch,backup,traces", COPIES | TRACED)
    with project("adminduk-drill", ["roles.yaml"] * given.roles, COMPOSE_PROFILES=profiles, **more) as made:
        _up(made, is_apart=given.roles)
        writing, asking = Writing.of(made), Asking.of(made, PER_SECOND)
        with writing.going_on(), _timer():
            asking.start()
            asking.wait(BEFORE_SECONDS)
            idle = _shared(made, is_apart=given.roles)
            late = [case for services in struck for case in _cases(made, services, writing)]
            asking.stop()
        found = books(made, asking)
    print(f"messages taken {writing.taken}, tries refused {writing.refused}; accepted {found.accepted}, gave up {asking.gave_up}")
    print(f"lost {found.lost}, double {found.double}, documents {found.parts}, {found.conservation}; waiting: {found.waiting}")
    print(f"late: {', '.join(late) or 'none'}; copies without work: {', '.join(idle) or 'none'}")
    return 0 if found.good and not late and not idle and not asking.gave_up else 1


def _up(made: Project, *, is_apart: bool) -> None:
    """Start it; what backs up needs a key first."""
    began = time.monotonic()
    if is_apart:
        made.up()
    else:
        made.compose("up", "-d", "--scale", "backup=0")
        made.admin("backup", "key", "--out", "/backup/key.txt")
        made.up()
    print(f"up after {time.monotonic() - began:.0f} s", flush=True)


def _shared(made: Project, *, is_apart: bool) -> list[str]:
    """Print what each copy handled; return the services of which one had nothing."""
    found = shares(made, "-worker" if is_apart else "")
    print(f"messages handled by each copy: {found}", flush=True)
    return [name for name, counts in found.items() if len(counts) != EACH or not all(counts)]


def _cases(made: Project, services: Sequence[str], writing: Writing) -> Iterator[str]:
    """Kill them and hang them; yield what was late."""
    for number in (signal.SIGKILL, signal.SIGSTOP):
        struck = {service: made.containers(service)[0] for service in services}
        before, began = {service: state(container)["StartedAt"] for service, container in struck.items()}, time.monotonic()
        for container in struck.values():
            strike(container, number)
        seconds = _recovered(struck, before, writing, began)
        for service, taken in seconds.items():
            print(f"{service:<20} {number.name:<8} {taken:6.1f} s   taken {writing.taken}, refused {writing.refused}", flush=True)
        yield from (f"{service} {number.name}" for service, taken in seconds.items() if taken > LIMIT_SECONDS)
        writing.ended.wait(CALM_SECONDS)


def strike(container: str, number: signal.Signals) -> None:
    """Signal every process of a container: its own would not hear what stops it."""
    for line in docker("top", container, "-eo", "pid").splitlines()[1:]:
        with suppress(ProcessLookupError):  # it ended with the one before
            os.kill(int(line), number)


def _recovered(struck: Mapping[str, str], before: Mapping[str, str], writing: Writing, began: float) -> dict[str, float]:
    """Wait until each has started anew, is healthy and a message got through; return the seconds of each."""
    seconds: dict[str, float] = {}
    while len(seconds) < len(struck) and time.monotonic() - began < GIVE_UP_SECONDS:
        for service in struck.keys() - seconds.keys():
            seen = state(struck[service])
            is_well = seen["StartedAt"] != before[service] and seen["Running"] and seen.get("Health", {}).get("Status") == "healthy"
            if is_well and writing.last_taken > began + 1:
                seconds[service] = time.monotonic() - began
        writing.ended.wait(0.5)
    return {service: seconds.get(service, GIVE_UP_SECONDS) for service in struck}


@contextmanager
def _timer() -> Iterator[None]:
    """Do what systemd does on a host, by the same files: look after the watchdog every few seconds."""
    unit, timer = ((TIMER / f"adminduk-watchdog.{kind}").read_text(encoding="utf-8") for kind in ("service", "timer"))
    command = re.search(r"(?m)^ExecStart=/bin/sh -c '(.+)'$", unit)
    seconds = re.search(r"(?m)^OnUnitActiveSec=(\d+)s$", timer)
    if not command or not seconds:
        raise LookupError("the units of systemd are written otherwise")
    look, pause, ended = ["/bin/sh", "-c", command[1]], float(seconds[1]), Event()

    def go_on() -> None:
        while not ended.wait(pause):
            subprocess.run(look, capture_output=True, check=False)

    going = Thread(target=go_on, daemon=True)
    going.start()
    try:
        yield
    finally:
        ended.set()
        going.join()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
