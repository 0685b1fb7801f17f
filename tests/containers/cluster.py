"""`python -m tests.containers.cluster`: lose a broker node, then the database's primary, of three each in containers, while adapters ask.

Each is killed (SIGKILL), stays away until people are served without it and twenty seconds more, and comes back. Prints a row for each and
what became of all that was asked; exits with 1 where anything was lost or doubled. `make cluster CONTAINERS=1` calls it.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from deploy.waiting import wait_until
from tests.containers.asking import Asking, books
from tests.containers.project import Project, docker, project, state

PER_SECOND: Final = 2.0
AWAY_SECONDS: Final = 20.0  # that it stays away once others serve
SERVED_SECONDS: Final = 120.0
WHOLE_SECONDS: Final = 240.0
BROKERS: Final = ("rabbitmq", "rabbitmq-2", "rabbitmq-3")
MEMBERS: Final = ("mongo", "mongo-2", "mongo-3")

# Runs in a container of the operator's, as the database's administrator: how each member stands.
STANDS: Final = """
import json
from pathlib import Path
from pymongo import MongoClient
password = Path("/state/passwords/mongo_password_admin").read_text().strip()
hosts = Path("/state/mongo_members").read_text().strip()
status = MongoClient(f"mongodb://admin:{password}@{hosts}/?replicaSet=rs0&authSource=admin").admin.command("replSetGetStatus")
print(json.dumps({each["name"].partition(":")[0]: each["stateStr"] for each in status["members"]}))
"""


def main(words: Sequence[str]) -> int:
    """Play; 0 when nothing was lost and all came back."""
    if words:
        sys.stderr.write("usage: python -m tests.containers.cluster\n")
        return 2
    with project("adminduk-cluster", ["cluster.yaml"]) as made:
        began = time.monotonic()
        made.up()
        print(f"up after {time.monotonic() - began:.0f} s; queues by members: {_spread(made)}; {_stands(made)}", flush=True)
        asking = Asking.of(made, PER_SECOND)
        asking.start()
        asking.wait(15)
        _lost(made, asking, "broker node", _leader(made), lambda: len(_nodes(made)) == len(BROKERS))
        asking.wait(10)
        _lost(made, asking, "database primary", _primary(made), lambda: set(_stands(made).values()) == {"PRIMARY", "SECONDARY"})
        asking.wait(10)
        asking.stop()
        found = books(made, asking)
        print(f"queues by members: {_spread(made)}; {_stands(made)}")
    refused = Counter(f"{each.code} {each.said}"[:60] for each in asking.refused)
    print(f"accepted {found.accepted}, tries refused {len(asking.refused)} {dict(refused)}, gave up {asking.gave_up}")
    print(f"lost {found.lost}, double {found.double}, documents {found.parts}, {found.conservation}; waiting: {found.waiting}")
    return 0 if found.good and not asking.gave_up else 1


def _lost(made: Project, asking: Asking, what: str, service: str, whole: Callable[[], bool]) -> None:
    """Kill, wait until people are served, bring back, wait until it is whole."""
    (container,) = made.containers(service)
    before, began = len(asking.accepted), time.monotonic()
    docker("kill", "--signal", "KILL", container)
    wait_until(lambda: asking.first_after(began + 1) is not None, SERVED_SECONDS, f"somebody is served without {service}")
    served = (asking.first_after(began + 1) or 0) + 1
    asking.wait(AWAY_SECONDS)
    gap, away = asking.longest_gap(began, time.monotonic()), state(container)["Status"] == "exited"
    docker("start", container)
    back = time.monotonic()
    wait_until(lambda: state(container).get("Health", {}).get("Status") == "healthy" and whole(), WHOLE_SECONDS, f"{service} is back")
    took = time.monotonic() - back
    print(f"{what} {service} killed{'' if away else ' (Docker brought it back)'}: first answer after {served:.1f} s,", end=" ")
    print(f"nobody answered for {gap:.1f} s at most, whole again {took:.0f} s after its start; {len(asking.accepted) - before} accepted")


def _exec(made: Project, *words: str) -> str:
    """Run a command of RabbitMQ's in a node that is up."""
    for service in BROKERS:
        for container in made.containers(service):
            return docker("exec", container, *words)
    raise LookupError("no broker node runs")


def _leader(made: Project) -> str:
    """Return the service that leads intake's queue: whose loss is felt."""
    rows = json.loads(_exec(made, "rabbitmqctl", "list_queues", "-q", "-p", "adminduk", "name", "leader", "--formatter", "json"))
    return next(str(row["leader"]).partition("@")[2] for row in rows if row["name"] == "intake")


def _nodes(made: Project) -> list[str]:
    status = json.loads(_exec(made, "rabbitmqctl", "-q", "cluster_status", "--formatter", "json"))
    return list(status["running_nodes"])


def _spread(made: Project) -> dict[int, int]:
    """Return how many queues have so many members that are online."""
    rows = json.loads(_exec(made, "rabbitmqctl", "list_queues", "-q", "-p", "adminduk", "name", "online", "--formatter", "json"))
    return dict(Counter(len(row["online"]) for row in rows))


def _stands(made: Project) -> dict[str, str]:
    found: dict[str, str] = made.python(STANDS)
    return found


def _primary(made: Project) -> str:
    return next(name for name, how in _stands(made).items() if how == "PRIMARY")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
