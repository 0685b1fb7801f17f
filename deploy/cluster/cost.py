"""What it takes to serve so many people: `python -m deploy.cluster.cost [--people N] [--requests-each F] ...` prints the page.

CPU of each step is measured (`make bench`, `python -m tests.bench.broadcast`), loads are assumed and said; both are replaced by options
or here. docs/growing.md is this module's page.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Final

REQUEST_MS: Final[Mapping[str, float]] = {
    "signing": 38.0,
    "database": 10.2,
    "intake": 6.4,
    "issuance": 4.2,
    "verification": 3.2,
    "broker": 2.4,
    "notifier": 2.2,
}
"""CPU of a request that is filed by API and ends with one signed document: `make bench QUICK=1`, 2026-11-29, two cores of a Xeon."""
CHAT_MS: Final[Mapping[str, float]] = {
    "database": 15.0,
    "intake": 12.6,
    "notifier": 9.5,
    "broker": 2.1,
    "verification": 1.6,
    "issuance": 1.2,
}
"""CPU of a message of a chat, stored, handled and answered: `python -m tests.bench.broadcast`, the same day and machine."""
EVENTS_A_REQUEST, EVENTS_A_MESSAGE = 14, 2  # published, by the outboxes of a journey and of a chat
BYTES_A_REQUEST: Final = 1_500_000  # three photos as they are kept, one PDF, the rows


@dataclass(frozen=True)
class Load:
    """What is assumed of those who are served. Shares are of 1."""

    people: int = 737_875
    requests_each: float = 0.35  # a year: what 700 chats a day make of 737,875 people
    by_chat: float = 0.9
    messages: float = 30.0  # of a chat until its request is filed; `make villager` has 15 to 40
    working_days: float = 250.0
    busiest_day: float = 2.5  # times the mean day: before school begins, after a campaign
    busiest_hour: float = 0.15  # of a day's requests

    @property
    def requests_s(self) -> float:
        """Requests in a second of the busiest hour."""
        return self.people * self.requests_each / self.working_days * self.busiest_day * self.busiest_hour / 3600

    @property
    def messages_s(self) -> float:
        """Messages from chats in such a second."""
        return self.requests_s * self.by_chat * self.messages


@dataclass(frozen=True)
class Machine:
    """What a node is. `used`: the share of it that may be busy in the busiest hour."""

    cores: int = 8
    used: float = 0.6
    speed: float = 1.0  # of a core, against the machine that was measured


@dataclass(frozen=True)
class Limit:
    """What can't be had twice by adding nodes, how much of it is there, and what lifts it."""

    what: str
    demand: float
    supply: float
    unit: str
    lifted_by: str


LOADS: Final[Mapping[str, Load]] = {
    "one office (Kabupaten Madiun)": Load(),
    "a province (East Java)": Load(people=41_900_000),
    "a nation": Load(people=280_000_000),
}
QUEUE_S: Final = 3_000.0  # messages a second through the leader of one quorum queue: the floor of `make bench`
_WHOLE: Final = 100  # from here on what stands behind the point says nothing
NUMBER_S: Final = 80.0  # messages a second of one WhatsApp number (Cloud API, throughput)


def cores(load: Load, machine: Machine) -> dict[str, float]:
    """Return the cores each part keeps busy in the busiest hour."""
    parts = [*REQUEST_MS, *(part for part in CHAT_MS if part not in REQUEST_MS)]
    spent = {part: load.requests_s * REQUEST_MS.get(part, 0) + load.messages_s * CHAT_MS.get(part, 0) for part in parts}
    return {part: ms / 1000 / machine.speed for part, ms in spent.items()}


def nodes(load: Load, machine: Machine) -> int:
    """Return how many nodes that is for the services; three more are the servers' own."""
    busy = sum(each for part, each in cores(load, machine).items() if part not in ("database", "broker"))
    return max(2, math.ceil(busy / (machine.cores * machine.used)))


def limits(load: Load, machine: Machine) -> list[Limit]:
    """Return what adding nodes does not lift, what is nearest to its end first."""
    busy = cores(load, machine)
    events = load.requests_s * EVENTS_A_REQUEST + load.messages_s * EVENTS_A_MESSAGE
    found = [
        Limit(
            "the database's primary",
            busy["database"],
            machine.cores * machine.used,
            "cores",
            "a replica set for each service (four primaries: `MONGO_URL` is a service's own), then a cell for each province",
        ),
        Limit("the busiest queue", events / 4, QUEUE_S, "messages/s", "a cell for each province: queues are of one vhost"),
        Limit("one WhatsApp number", load.messages_s, NUMBER_S, "messages/s", "a number for each office, as each has its own today"),
    ]
    return sorted(found, key=lambda limit: -limit.demand / limit.supply)


def page(loads: Mapping[str, Load], machine: Machine) -> str:
    """Return the page."""
    return "\n".join(_lines(loads, machine)) + "\n"


def _lines(loads: Mapping[str, Load], machine: Machine) -> Iterator[str]:
    yield "# How far it grows\n"
    yield "Made by `python -m deploy.cluster.cost`; not written by hand. What was measured and what is assumed stands in"
    yield "`deploy/cluster/cost.py`, and each number is replaced by an option.\n"
    yield "## What is assumed\n"
    yield f"| | {' | '.join(loads)} |"
    yield f"| --- | {' | '.join('---:' for _ in loads)} |"
    for field in fields(Load):
        yield f"| {field.name.replace('_', ' ')} | {' | '.join(_number(asdict(load)[field.name]) for load in loads.values())} |"
    yield f"\nA node has {machine.cores} cores, of which {machine.used:.0%} may be busy in the busiest hour; a core is that of the bench.\n"
    yield "## What it takes in the busiest hour\n"
    yield f"| | {' | '.join(loads)} |"
    yield f"| --- | {' | '.join('---:' for _ in loads)} |"
    yield f"| requests/s | {' | '.join(_number(load.requests_s) for load in loads.values())} |"
    yield f"| messages of chats/s | {' | '.join(_number(load.messages_s) for load in loads.values())} |"
    for part in cores(Load(), machine):
        yield f"| {part}, cores | {' | '.join(_number(cores(load, machine)[part]) for load in loads.values())} |"
    yield f"| **all, cores** | {' | '.join(_number(sum(cores(load, machine).values())) for load in loads.values())} |"
    yield f"| **nodes of services** | {' | '.join(str(nodes(load, machine)) for load in loads.values())} |"
    terabytes = (load.people * load.requests_each * BYTES_A_REQUEST / 1e12 for load in loads.values())
    yield f"| stored in a year, TB | {' | '.join(map(_number, terabytes))} |"
    yield "\n## What breaks first\n"
    yield "| | what | needed | there is | lifted by |"
    yield "| --- | --- | ---: | ---: | --- |"
    for name, load in loads.items():
        for limit in limits(load, machine):
            mark = "**beyond**" if limit.demand > limit.supply else "within"
            yield (
                f"| {name} | {limit.what}: {mark} | {_number(limit.demand)} {limit.unit} | {_number(limit.supply)} {limit.unit} | "
                f"{limit.lifted_by if limit.demand > limit.supply else ''} |"
            )
    yield from _losses()
    yield from _cells()


def _losses() -> Iterator[str]:
    yield "\n## When one of three is lost\n"
    yield (
        "Played with containers on one machine of two busy cores (`make cluster CONTAINERS=1`; RabbitMQ 3.10.8, MongoDB 6.0.5\n"
        "and Caddy 2.6 of Debian, in the place of the official images), two requests a second: after a broker node was killed\n"
        "the next answer came in 1.4 s, after the database's primary in 13.1 s, of which MongoDB takes 10 to elect another.\n"
        "209 requests were accepted: 209 documents, 0 lost, 0 double. 76 tries met no primary and were repeated.\n"
    )


def _cells() -> Iterator[str]:
    yield "\n## Past one cluster\n"
    yield (
        "Not built, and not needed below a nation. A cell would be what this project runs today, for the offices of some\n"
        "region: four services, their databases, a broker. Nothing need be shared but a public address that leads to the\n"
        "office's cell. A document's number begins with the region's code, and its series is counted where that region's\n"
        "documents are issued: two cells can't give the same. Who moves to another cell's region brings a certificate of\n"
        "moving, as between offices now.\n"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= _WHOLE else f"{value:.2g}"


def main(words: Sequence[str]) -> int:
    """Print the page, for one load where an option says so."""
    parser = argparse.ArgumentParser(prog="python -m deploy.cluster.cost", description=__doc__)
    for field in fields(Load):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=type(field.default), help=f"default {field.default}")
    for field in fields(Machine):
        parser.add_argument(f"--{field.name}", type=type(field.default), default=field.default, help=f"of a node, default {field.default}")
    options = vars(parser.parse_args(words))
    machine = Machine(**{field.name: options[field.name] for field in fields(Machine)})
    given = {field.name: options[field.name] for field in fields(Load) if options[field.name] is not None}
    loads = {"as said": Load(**given)} if given else LOADS
    sys.stdout.write(page(loads, machine))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
